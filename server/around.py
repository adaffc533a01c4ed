"""What the display tells beside the queue: what is done here, when, by which rule, and how long it takes from now.

Catalogue and calendar are those that a kiosk of this office adopted: the first one's whose facts are understood. So a
page says what the kiosk beside it says, also while a newer version is on its way there. Where no kiosk has any, they
are what the office published last.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from server import published
from server.database import Db
from server.reads import Reads
from server.takings import Takings
from sync import calendar_fact
from sync.board import Minutes, ranges
from sync.calendar import Calendar
from sync.catalogue import from_body
from sync.errors import CalendarError, CatalogueError
from sync.estimate import Pace
from sync.facts import CalendarAdopted, CatalogueAdopted
from sync.facts_office import RuleAdopted
from sync.live import Live
from sync.notices import Notice
from sync.services import Catalogue
from sync.types import UtcMs
from translations import LANGUAGES
from translations.errors import UnknownRuleError
from translations.rule_text import short

RANGES_MS = 15_000
"""How long waiting ranges stand before they are reckoned anew: nobody reads them as fast as calls come."""
SHARED = 32
"""So many catalogues and calendars are kept as they were read: the offices of a centre have few different ones."""
RuleText = Callable[[RuleAdopted, str], Sequence[str]]
"""The rule in sentences of a language (translations.rule_text.short). Raises UnknownRuleError."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the display tells beside the queue. `rule`: its sentences by language. `ranges` by service. `notices`: all
    that stand, also those whose time is not now."""

    catalogue: Catalogue | None = None
    calendar: Calendar | None = None
    rule: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ranges: Mapping[str, Minutes] = field(default_factory=dict)
    pace: Pace = field(default_factory=lambda: Pace({}))
    notices: tuple[Notice, ...] = ()


class Surroundings:
    """Reads what is around, when it has changed. All methods are for the event loop's thread."""

    def __init__(
        self,
        reads: Reads,
        live: Callable[[], Live],
        now: Callable[[], UtcMs],
        wall: Callable[[UtcMs], datetime],
        rule_text: RuleText = short,
        *,
        office: str | None = None,
        takings: Takings | None = None,
    ) -> None:
        """`office` that relays to this server (None: its own), and what its calls take."""
        self._reads, self._live, self._now, self._wall, self._rule_text = reads, live, now, wall, rule_text
        self._seen: tuple[Any, ...] | None = None
        self._known: tuple[Catalogue | None, Calendar | None] = None, None
        self._notices: tuple[Notice, ...] = ()
        self._rule: tuple[RuleAdopted, Mapping[str, Sequence[str]]] | None = None
        self._ranges: tuple[UtcMs, Mapping[str, Minutes]] | None = None
        self._office, self._takings = office, takings or Takings()

    async def __call__(self) -> Around:
        """What is around now."""
        seen = await self._reads.read(versions, self._office)
        if seen != self._seen:
            self._known = await self._reads.read(adopted, self._office)
            self._notices = tuple(await self._reads.read(published.notices, self._office))
            self._seen, self._ranges = seen, None
        catalogue, calendar = self._known
        live = self._live()
        if self._rule is None or self._rule[0] != live.rule:
            self._rule = live.rule, self._told(live.rule)
        standard = {each.id: each.minutes for each in catalogue.services} if catalogue is not None else {}
        pace = Pace(standard, *await self._reads.read(self._takings.read))
        ranges = await self._reckoned(live, pace, catalogue, calendar)
        return Around(catalogue, calendar, self._rule[1], ranges, pace, self._notices)

    def _told(self, rule: RuleAdopted) -> Mapping[str, Sequence[str]]:
        try:
            return {language: self._rule_text(rule, language) for language in LANGUAGES}
        except UnknownRuleError:
            return {}  # of a newer release: nothing is said rather than something wrong

    async def _reckoned(
        self, live: Live, pace: Pace, catalogue: Catalogue | None, calendar: Calendar | None
    ) -> Mapping[str, Minutes]:
        if catalogue is None or calendar is None:
            return {}
        now_ms = self._now()
        if self._ranges is None or not 0 <= now_ms - self._ranges[0] < RANGES_MS:
            found = await asyncio.to_thread(ranges, live, now_ms, self._wall(now_ms), pace, catalogue, calendar)
            self._ranges = now_ms, found
        return self._ranges[1]


def versions(db: Db, office: str | None = None) -> tuple[Any, ...]:
    """Changes when a machine of this office adopts another catalogue or calendar, or the office publishes something."""
    query = f"""SELECT journal_id, seq, 0 FROM catalogues WHERE {_OF}
        UNION ALL SELECT journal_id, seq, 1 FROM calendars WHERE {_OF}
        UNION ALL SELECT journal_id, max(seq), 2 FROM published WHERE {_OF} GROUP BY journal_id ORDER BY 3, 1"""
    return tuple(db.execute(query, (office, office, office)))


def adopted(db: Db, office: str | None = None) -> tuple[Catalogue | None, Calendar | None]:
    """The catalogue and the calendar of an office (None: of this server's own)."""
    catalogue = calendar = None
    for (text,) in db.execute(_FIRST_FIRST.format(what="catalogue"), (office,)):
        try:
            catalogue = _catalogue(text)
            break
        except CatalogueError:
            continue
    for (text,) in db.execute(_FIRST_FIRST.format(what="calendar"), (office,)):
        try:
            calendar = _calendar(text)
            break
        except CalendarError:
            continue
    with suppress(CatalogueError):
        found = published.newest_catalogue(db, office) if catalogue is None else None
        catalogue = found[1] if found is not None else catalogue
    with suppress(CalendarError):
        hours = published.newest_calendar(db, office) if calendar is None else None
        calendar = hours[1] if hours is not None else calendar
    return catalogue, calendar


@lru_cache(SHARED)
def _catalogue(text: str) -> Catalogue:
    """Raises CatalogueError."""
    return from_body(CatalogueAdopted("", json.loads(text)))


@lru_cache(SHARED)
def _calendar(text: str) -> Calendar:
    """Raises CalendarError."""
    return calendar_fact.from_body(CalendarAdopted("", json.loads(text)))


_OF = "journal_id IN (SELECT journal_id FROM journals WHERE office IS NOT DISTINCT FROM ?)"
_FIRST_FIRST = """SELECT {what} FROM {what}s JOIN journals USING (journal_id)
    WHERE office IS NOT DISTINCT FROM ? ORDER BY revoked_ms IS NOT NULL, lane, journal_id"""
