"""Which machines of the office have taken up what was published: they do so between two citizens, or once they have a
connection again.
"""

import json
from dataclasses import dataclass

from server.database import Db
from server.drafts import CATALOGUE
from server.published import Version, whole


@dataclass(frozen=True, slots=True)
class Follower:
    """A machine. `follows`: what it shows is this version; `contact_ms`: when it was last heard of."""

    place: str
    follows: bool
    contact_ms: int | None


def followers(db: Db, kind: str, version: Version) -> list[Follower]:
    """Every machine of this office that has told what it shows, by its lane."""
    table = "catalogue" if kind == CATALOGUE else "calendar"
    query = f"""SELECT place, {table}, contact_ms FROM {table}s JOIN journals USING (journal_id)
        WHERE office IS NULL AND own = 0 AND revoked_ms IS NULL AND successor IS NULL ORDER BY lane, journal_id"""
    published = whole(db, version)
    return [Follower(place, json.loads(text) == published, contact) for place, text, contact in db.execute(query)]
