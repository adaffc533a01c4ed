"""What a display tells beside the queue where it has the office's catalogue: waiting ranges, steps, the rule in force.

All of it is reckoned here from the office's own journal, by the very functions that the office's page is drawn with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sync.board import Minutes, range_of
from sync.calendar import Calendar
from sync.days import Days
from sync.errors import SyncError
from sync.estimate import Pace
from sync.facts_office import RuleAdopted
from sync.live import Live
from sync.notices import Notice
from sync.services import Catalogue
from sync.slides import SLIDE_MS, Slide, slide_at, slides, with_notices
from sync.types import BootMs, UtcMs
from translations.errors import UnknownRuleError
from translations.rule_text import short

RANGES_MS = 30_000
"""How long waiting ranges stand before they are reckoned anew: nobody reads them as fast as calls come."""


@dataclass(frozen=True, slots=True)
class _Round:
    """Ranges that are being reckoned: of one moment, for these services still."""

    live: Live
    pace: Pace
    now_ms: UtcMs
    local: datetime
    services: tuple[str, ...]


class Around:
    """`catalogue` None: nothing is told. `calendar` None: the office's hours are not known, so that no range is.

    `ranges` by service, for whoever takes a number now. They are reckoned one service at a time, `reckon` after
    `reckon`, so that a call never waits for them; all of one round come at once.
    """

    def __init__(self, catalogue: Catalogue | None, calendar: Calendar | None, languages: Sequence[str]) -> None:
        self.catalogue, self._calendar, self._languages = catalogue, calendar, languages
        self._standard = {each.id: each.minutes for each in catalogue.services} if catalogue else {}
        self.ranges: Mapping[str, Minutes] = {}
        self._round: _Round | None = None
        self._found: dict[str, Minutes] = {}
        self._since: BootMs | None = None
        self._slides: tuple[RuleAdopted, tuple[Slide, ...]] | None = None

    @property
    def reckoning(self) -> bool:
        """Whether `reckon` has more to do at once."""
        return self._round is not None

    def forget(self) -> None:
        """The ranges are of another time."""
        self.ranges, self._round, self._since = {}, None, None

    def reckon(self, days: Days, now: BootMs, now_ms: UtcMs, local: datetime) -> None:
        """The next part of the ranges, where they are due; `local` is the office's wall clock."""
        if self.catalogue is None or self._calendar is None or not self.catalogue.services:
            return
        if self._round is None:
            if self._since is not None and now - self._since < RANGES_MS:
                return
            pace = Pace(self._standard, days.before, days.took.services)
            services = tuple(each.id for each in self.catalogue.services)
            self._round, self._found, self._since = _Round(days.live, pace, now_ms, local, services), {}, now
        service, *rest = self._round.services
        found = self._minutes(self._round, service, self._calendar)
        if found is not None:
            self._found[service] = found
        self._round = replace(self._round, services=tuple(rest)) if rest else None
        if self._round is None:
            self.ranges = self._found

    @staticmethod
    def _minutes(at: _Round, service: str, calendar: Calendar) -> Minutes | None:
        try:
            return range_of(at.live, service, at.now_ms, at.local, at.pace, calendar)
        except SyncError:  # a rule of a newer release: nothing is said rather than something wrong
            return None

    def slide(self, rule: RuleAdopted, now_ms: UtcMs, notices: Sequence[Notice] = ()) -> Slide | None:
        """What is told at this moment under this rule, with these notices."""
        return slide_at(with_notices(self._told(rule), notices, self._languages), now_ms)

    def turned(self, rule: RuleAdopted, now_ms: UtcMs, notices: Sequence[Notice] = ()) -> int | None:
        """Milliseconds until another text is told; None: none ever is."""
        told = with_notices(self._told(rule), notices, self._languages)
        return SLIDE_MS - now_ms % SLIDE_MS if len(told) > 1 else None

    def _told(self, rule: RuleAdopted) -> tuple[Slide, ...]:
        if self.catalogue is None:
            return ()
        if self._slides is None or self._slides[0] != rule:
            self._slides = rule, slides(self.catalogue, self._sentences(rule), self._languages)
        return self._slides[1]

    def _sentences(self, rule: RuleAdopted) -> Mapping[str, Sequence[str]]:
        try:
            return {language: short(rule, language) for language in self._languages}
        except UnknownRuleError:
            return {}
