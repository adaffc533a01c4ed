"""The drafts that administrators work at: one of the catalogue, one of the calendar. A plain table and no facts: nobody
is told anything until a draft is published.

A draft begins as what holds: the newest version that was published, else what a kiosk of this office brought along. It
comes to be with the first change.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from server import around, published
from server.calendar_draft import NO_HOURS
from server.catalogue_draft import NOTHING
from server.database import Db
from server.document import Values, read, same, written
from server.errors import ActRefused
from server.fold_published import CALENDAR, CATALOGUE
from server.published import Version
from sync.errors import CalendarError, CatalogueError
from sync.publication import calendar_values, catalogue_values
from sync.types import UtcMs

__all__ = ["CALENDAR", "CATALOGUE", "Draft", "Drafts", "at_version", "current", "draft_of", "held"]
Act = Callable[[Values], Values]


@dataclass(frozen=True, slots=True)
class Draft:
    """`by`: the staff id of whoever changed it last; None: nobody did, and this is what holds anyway."""

    values: Values
    by: str | None = None
    at_ms: UtcMs | None = None


class Drafts:
    """Changes them. Within the ledger's transactions."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def current(self, kind: str) -> Draft:
        """As the function of this name."""
        return current(self._db, kind)

    def held(self, kind: str) -> Values:
        """As the function of this name."""
        return held(self._db, kind)

    def change(self, kind: str, act: Act, by: str, now_ms: UtcMs) -> None:
        """Let the draft be what `act` makes of it. Raises ActRefused."""
        before = self.current(kind)
        after = act(before.values)
        if after == before.values:
            return
        self._db.execute(
            """INSERT INTO drafts (kind, content, by_staff, at_ms) VALUES (?, ?, ?, ?)
            ON CONFLICT (kind) DO UPDATE SET
                content = excluded.content, by_staff = excluded.by_staff, at_ms = excluded.at_ms""",
            (kind, written(after), by, now_ms),
        )

    def drop(self, kind: str, seen: str) -> None:
        """Let go of the draft that somebody saw. Raises ActRefused."""
        same(self.current(kind).values, seen)
        self.forget(kind)

    def forget(self, kind: str) -> None:
        """There is no draft any more."""
        self._db.execute("DELETE FROM drafts WHERE kind = ?", (kind,))


def current(db: Db, kind: str) -> Draft:
    """The draft; where nobody changed anything, what holds."""
    return draft_of(db, kind) or Draft(held(db, kind))


def draft_of(db: Db, kind: str) -> Draft | None:
    """The draft; None: nobody changed anything."""
    found = db.execute("SELECT content, by_staff, at_ms FROM drafts WHERE kind = ?", (kind,)).fetchone()
    return Draft(read(found[0]), found[1], UtcMs(found[2])) if found else None


def held(db: Db, kind: str) -> Values:
    """What holds at this office, as its file would say it."""
    adopted = around.adopted(db)
    if kind == CATALOGUE:
        with suppress(CatalogueError):
            newest = published.newest_catalogue(db)
            known = newest[1] if newest is not None else adopted[0]
            return NOTHING if known is None else catalogue_values(known)
        return NOTHING
    with suppress(CalendarError):
        latest = published.newest_calendar(db)
        hours = latest[1] if latest is not None else adopted[1]
        return NO_HOURS if hours is None else calendar_values(hours)
    return NO_HOURS


def at_version(db: Db, kind: str, number: int) -> tuple[Version, Values]:
    """A version of the past, as its file would say it. Raises ActRefused."""
    found = next((each for each in published.history(db, kind) if each.number == number), None)
    if found is None:
        raise ActRefused("no-version", f"there is no version {number}", hint="Look at the list again.")
    with suppress(CatalogueError, CalendarError):
        if kind == CATALOGUE:
            return found, catalogue_values(published.catalogue_at(db, found))
        return found, calendar_values(published.calendar_at(db, found))
    raise ActRefused("no-version", f"version {number} is of another release", hint="Look at the list again.")
