"""*Check my ticket* for the paper of an office that relays to this server, from that office's own record."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from server import reading
from server.audit_reading import read_day
from server.checking import Checked, check, whose
from server.database import Db
from server.halls import Halls, Listed
from server.lens import look_at
from server.places import days
from server.reads import Reads
from sync.audit_terms import Audit


@dataclass(frozen=True, slots=True)
class Paper:
    """A ticket of another office. `running`: its last day is not over. `partly`: that office was restored from a copy
    on the ticket's day; how it was called is told there, where all of that day is."""

    checked: Checked
    services: Mapping[str, Mapping[str, str]]
    listed: Listed
    running: bool
    partly: bool


class Papers:
    """`reads` sees one office at a time (server.lens.see_office), in the thread of the proof."""

    def __init__(self, reads: Reads, halls: Halls) -> None:
        self.reads, self._halls = reads, halls

    async def office_of(self, typed: str) -> Listed | None:
        """The office on whose paper these characters are; None: none that relays here gave it."""
        office = await self._halls.read(whose, typed)
        return (await self._halls.all()).get(office) if office is not None else None


def check_at(db: Db, listed: Listed, typed: str) -> Paper | None:
    """The ticket of this office with these characters."""
    look_at(db, listed.office)
    running = False

    def read(db: Db, day: str) -> Audit:
        nonlocal running
        audit = read_day(db, day, listed.zone, alone=True).audit
        running = not audit.whole
        return audit

    found = check(db, typed, listed.zone, read)
    if found is None:
        return None
    partly = len({place.journal for place in days(db) if place.day == found.day}) > 1
    if partly:
        found = replace(found, status=None, calls=(), violations=())
    return Paper(found, reading.services(db), listed, running, partly)
