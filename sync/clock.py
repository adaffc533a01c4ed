"""What time it was: boot time is recorded, UTC is derived when a fact is read, and never rewritten.

A Raspberry Pi has no clock that survives the plug. So a fact carries the kernel's boot clock, `clock.anchored` facts
tie a boot to UTC with an uncertainty, and whatever has no anchor is an interval, never a guess.
"""

from bisect import bisect, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from operator import attrgetter
from zoneinfo import ZoneInfo

from sync.codec import Fact
from sync.errors import ClockError
from sync.facts import ClockAnchored, understand
from sync.types import BootId, BootMs, UtcMs

DAY_BOUNDARY_HOUR = 3
"""An office day runs from 03:00 to 03:00 office time, so that a late evening is not torn in two (the design, 3)."""

DRIFT_PPM = 100
"""How far an undisciplined crystal may run off, in millionths. The Pi's is specified below 50; doubled for heat."""

WITNESSES = frozenset({"ntp", "office"})
"""Sources that no finger slips on. What staff or an unkept clock said may be wrong, and must not bar the true time."""

BUILT_MS = UtcMs(1_793_491_200_000)
"""2026-11-01T00:00:00Z. No true clock can show an earlier time than this release."""


class Trust(Enum):
    """What `[clock] trust` in kiosk.toml may say."""

    NTP = "ntp"
    """Believe the system clock once the kernel says it is disciplined."""
    SYSTEM = "system"
    """Believe the system clock always: demonstrations, and machines whose clock somebody else keeps."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the machine's clocks. `disciplined`: the kernel says that NTP keeps the system clock.

    `chip_error_ms`: how far off the clock chip may be by which it was set in this boot; None: by none that is believed.
    """

    boot_id: BootId
    boottime_ms: BootMs
    utc_ms: UtcMs
    disciplined: bool
    max_error_ms: int
    chip_error_ms: int | None = None

    @property
    def rough_ms(self) -> int | None:
        """How far off it may be where nobody but the clock chip keeps it; None: somebody does, or nobody at all."""
        return None if self.disciplined else self.chip_error_ms


@dataclass(frozen=True, slots=True)
class Interval:
    """The true time lies within. None: no bound on that side is known."""

    earliest: UtcMs | None
    latest: UtcMs | None

    @property
    def middle(self) -> UtcMs | None:
        """The best single value, where both bounds are known."""
        if self.earliest is None or self.latest is None:
            return None
        return UtcMs((self.earliest + self.latest) // 2)


@dataclass(frozen=True, slots=True)
class Anchor:
    """At `boottime_ms` of a boot it was `utc_ms`, give or take `uncertainty_ms`, says `source`."""

    boottime_ms: BootMs
    utc_ms: UtcMs
    uncertainty_ms: int
    source: str

    def project(self, boottime_ms: int) -> Interval:
        """Where this anchor puts another moment of the same boot."""
        distance = boottime_ms - self.boottime_ms
        slack = self.uncertainty_ms + abs(distance) * DRIFT_PPM // 1_000_000
        return Interval(UtcMs(self.utc_ms + distance - slack), UtcMs(self.utc_ms + distance + slack))

    def outdoes(self, other: "Anchor") -> bool:
        """Whether it bounds every moment of the boot at least as tightly as the other."""
        drift = abs(self.boottime_ms - other.boottime_ms) * DRIFT_PPM
        return self.uncertainty_ms * 1_000_000 + drift <= other.uncertainty_ms * 1_000_000


class _Anchors:
    """The anchors of one boot that none outdoes, by boot time: years of them cost a look at two."""

    def __init__(self) -> None:
        self._kept: list[Anchor] = []

    def add(self, anchor: Anchor) -> None:
        # Of anchors in order of boot time, one that outdoes any of those before it outdoes the last of them.
        if self._kept and self._kept[-1].outdoes(anchor):
            return
        while self._kept and anchor.outdoes(self._kept[-1]):
            self._kept.pop()
        insort(self._kept, anchor, key=attrgetter("boottime_ms"))

    def at(self, boottime_ms: int) -> Interval:
        """By the anchor that bounds this moment most tightly, which is one of its two neighbours."""
        place = bisect(self._kept, boottime_ms, key=attrgetter("boottime_ms"))
        guesses = [anchor.project(boottime_ms) for anchor in self._kept[max(place - 1, 0) : place + 1]]
        return min(guesses, key=lambda guess: (guess.latest or 0) - (guess.earliest or 0))


class Timeline:
    """The anchors of one journal and the order of its boots: a fold that grows fact by fact."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._boots: list[BootId] = []
        self._anchors: dict[BootId, _Anchors] = {}
        self._witnessed: dict[BootId, _Anchors] = {}
        self._last_seen: dict[BootId, BootMs] = {}
        for fact in facts:
            self.add(fact)

    def add(self, fact: Fact) -> None:
        """Take in the next fact of the journal."""
        if fact.boot_id not in self._last_seen:
            self._boots.append(fact.boot_id)
        self._last_seen[fact.boot_id] = fact.boottime_ms
        if fact.kind != ClockAnchored.kind:
            return
        body = understand(fact)
        if isinstance(body, ClockAnchored):
            anchor = Anchor(fact.boottime_ms, body.utc_ms, body.uncertainty_ms, body.source)
            self._anchors.setdefault(fact.boot_id, _Anchors()).add(anchor)
            if body.source in WITNESSES:
                self._witnessed.setdefault(fact.boot_id, _Anchors()).add(anchor)

    def when(self, boot_id: BootId, boottime_ms: int) -> Interval:
        """The UTC of a moment: by the anchor that bounds it most tightly, else between the neighbouring boots."""
        anchors = self._anchors.get(boot_id)
        if anchors:
            return anchors.at(boottime_ms)
        place = self._boots.index(boot_id) if boot_id in self._last_seen else len(self._boots)
        ends = [self._end(boot).earliest for boot in self._boots[:place] if self.anchored(boot)]
        starts = [self.when(boot, 0).latest for boot in self._boots[place + 1 :] if self.anchored(boot)]
        earliest = max((end for end in ends if end is not None), default=None)
        return Interval(earliest, min((start for start in starts if start is not None), default=None))

    def anchored(self, boot_id: BootId) -> bool:
        """Whether this boot is tied to UTC."""
        return boot_id in self._anchors

    @property
    def known_past(self) -> UtcMs | None:
        """A time that is over for certain: the earliest that the last fact with a witness (WITNESSES) can have been."""
        return self._past(self._witnessed)

    @property
    def claimed_past(self) -> UtcMs | None:
        """As `known_past`, by whatever was believed, a slip of the staff's finger included."""
        return self._past(self._anchors)

    def _past(self, anchors: Mapping[BootId, _Anchors]) -> UtcMs | None:
        ends = [found.at(self._last_seen[boot]).earliest for boot, found in anchors.items()]
        return max((end for end in ends if end is not None), default=None)

    def _end(self, boot_id: BootId) -> Interval:
        return self.when(boot_id, self._last_seen[boot_id])


def trusted(reading: Reading, trust: Trust, known_past: UtcMs | None) -> Anchor | None:
    """The anchor that this look at the clocks deserves, or None where a human has to be asked.

    A clock that shows a time which is over for certain (the release's build, the journal's past) is never believed.
    """
    if reading.utc_ms < floor(known_past):
        return None
    if reading.disciplined:
        return Anchor(reading.boottime_ms, reading.utc_ms, max(reading.max_error_ms, 1), "ntp")
    if trust is Trust.SYSTEM:
        return Anchor(reading.boottime_ms, reading.utc_ms, 1000, "system")
    return None


def by_chip(reading: Reading, known_past: UtcMs | None) -> Anchor | None:
    """The anchor that a clock chip deserves, where nobody keeps the clock now: less than `trusted`, since only its own
    machine believes it. It is told to no other, and is no witness."""
    if reading.rough_ms is None or reading.utc_ms < floor(known_past):
        return None
    return Anchor(reading.boottime_ms, reading.utc_ms, reading.rough_ms, "rtc")


def confirmed(reading: Reading, utc_ms: UtcMs, known_past: UtcMs | None) -> Anchor:
    """The anchor that staff give by confirming a date and a time to the minute.

    Raises ClockError for a time that is over for certain.
    """
    if utc_ms < floor(known_past):
        over = datetime.fromtimestamp(floor(known_past) / 1000, UTC)
        raise ClockError(
            f"that time is over: it is later than {over:%Y-%m-%d %H:%M} UTC",
            hint="Look at a telephone or a wall clock, and set the date again.",
        )
    return Anchor(reading.boottime_ms, utc_ms, 120_000, "staff")


def floor(known_past: UtcMs | None) -> UtcMs:
    """The earliest time that a true clock can show."""
    return UtcMs(max(BUILT_MS, known_past or 0))


def office_time(utc_ms: int, zone: ZoneInfo) -> datetime:
    """This moment on the office's wall clock."""
    return datetime.fromtimestamp(utc_ms / 1000, UTC).astimezone(zone)


def office_day(utc_ms: int, zone: ZoneInfo) -> date:
    """The office day that this moment belongs to."""
    return (office_time(utc_ms, zone) - timedelta(hours=DAY_BOUNDARY_HOUR)).date()


def is_day(text: str) -> bool:
    """Whether this is a day as facts have it, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def day_begins(day: date, zone: ZoneInfo) -> UtcMs:
    """The moment this office day begins."""
    begins = datetime(day.year, day.month, day.day, DAY_BOUNDARY_HOUR, tzinfo=zone)
    return UtcMs(int(begins.timestamp() * 1000))


def next_boundary(utc_ms: int, zone: ZoneInfo) -> UtcMs:
    """The moment the next office day begins."""
    return day_begins(office_day(utc_ms, zone) + timedelta(days=1), zone)
