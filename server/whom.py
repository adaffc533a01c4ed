"""For whom a server publishes: for its own machines, or as a centre also for offices that relay to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.database import Db
from server.errors import Refused
from server.forms import Form
from server.listing import A_PAGE
from server.office_name import unheard
from server.offices import kept
from translations import LANGUAGES, N_

# gettext: console

MOST_TYPED = 500
OWN, ALL, SOME = "own", "all", "some"
Offices = tuple[str, ...] | None
"""As sync.facts_published: none for every office; None: for this office alone."""


@dataclass(frozen=True, slots=True)
class Offered:
    """(id, name) of the offices that can be published for. `many`: too many to be ticked; these are those that were
    typed."""

    rows: Sequence[tuple[str, str]] = ()
    many: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows) or self.many


def every(db: Db, language: str) -> list[tuple[str, str]]:
    """(id, name) of each office that relays here."""
    found = [each.office for each in kept(db) if not each.revoked]
    return [(each.office, _name(each.name, language) or unheard(each.office, language)) for each in found]


def known(db: Db, language: str, typed: str = "") -> Offered:
    """Each office that relays here, or of many those of `typed`: a name or id on each line. Raises Refused for a line
    that is neither."""
    (many,) = db.execute("SELECT count(*) FROM offices").fetchone()
    if many <= A_PAGE:
        return Offered(every(db, language))
    lines = [line.strip() for line in typed.splitlines() if line.strip()][:MOST_TYPED]
    rows = [(_named(db, line), line) for line in lines]
    return Offered(rows, many=True)


def _named(db: Db, line: str) -> str:
    languages = " OR ".join(f"json_extract(name, '$.{each}') = ?" for each in LANGUAGES)
    query = f"SELECT office FROM offices WHERE office = ? OR {languages} ORDER BY since_ms, office"
    found = db.execute(query, (line, *(line for _ in LANGUAGES))).fetchall()
    if len(found) != 1:
        hint = N_("Write each name as it stands in the list of offices, one on a line. Nothing was published")
        raise Refused(422, "no-office", N_("There is no office of this name, or more than one"), hint=hint)
    return str(found[0][0])


def whom_of(form: Form, offices: Sequence[tuple[str, str]], *, typed: bool = False) -> Offices:
    """For whom, as it was filled in. Where no office relays here, for its own machines. `typed`: these offices are the
    ones that were named."""
    chosen = form.one("whom") if offices or typed else OWN
    ticked = tuple(each for each, _ in offices if typed or each in form.many("offices"))
    if chosen == ALL:
        return ()
    return ticked if chosen == SOME and ticked else None


def filled(offices: Offices) -> dict[str, Any]:
    """What stands in the form."""
    return {"whom": OWN if offices is None else SOME if offices else ALL, "offices": offices or ()}


def _name(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or next(iter(names.values()), "")
