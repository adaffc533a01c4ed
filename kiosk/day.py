"""Which anchor the clock deserves now, and which office day it is: decided from values. Pure."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kiosk.screen_types import Moment
from sync.anchoring import better
from sync.clock import Anchor, Reading, Timeline, Trust, by_chip, floor, next_boundary, office_day, office_time, trusted
from sync.facts import Body, DayOpened
from sync.inbox import OfficeTime
from sync.types import UtcMs


@dataclass(frozen=True, slots=True)
class Today:
    """What is known of the time. `utc_ms` None: not enough to print a date; staff are asked."""

    utc_ms: UtcMs | None
    day: str | None


def anchor_wanted(reading: Reading, trust: Trust, timeline: Timeline, office: OfficeTime | None) -> Anchor | None:
    """A new anchor, where this boot has none yet or a clearly better one: half the uncertainty or less.

    The kernel's word first, then the clock chip's, then the office's, where its answer came during this boot.
    """
    past = timeline.known_past if reading.disciplined else timeline.claimed_past
    candidates = [trusted(reading, trust, past), by_chip(reading, timeline.claimed_past)]
    if office is not None and office.boot_id == reading.boot_id and office.utc_ms >= floor(timeline.known_past):
        candidates.append(Anchor(office.boottime_ms, office.utc_ms, max(office.uncertainty_ms, 1), "office"))
    return better(candidates, reading, timeline)


def today(timeline: Timeline, reading: Reading, zone: ZoneInfo) -> Today:
    """The time by this boot's anchors, and its office day (YYYY-MM-DD)."""
    if not timeline.anchored(reading.boot_id):
        return Today(None, None)
    utc_ms = timeline.when(reading.boot_id, reading.boottime_ms).middle
    return Today(utc_ms, office_day(utc_ms, zone).isoformat() if utc_ms is not None else None)


def opening(now: Today, opened: str | None, by_staff: bool) -> tuple[Body, ...]:
    """`day.opened`, where the day in hand has not been opened yet."""
    if now.day is None or now.day == opened:
        return ()
    return (DayOpened(now.day, "staff" if by_staff else "clock"),)


def until_boundary(now: Today, zone: ZoneInfo) -> int | None:
    """Milliseconds until the next office day begins."""
    return next_boundary(now.utc_ms, zone) - now.utc_ms if now.utc_ms is not None else None


def asked(reading: Reading, timeline: Timeline, zone: ZoneInfo) -> Moment:
    """The date and time that staff are asked about: what the clock shows, but none that seems to be over."""
    shown = office_time(max(reading.utc_ms, floor(timeline.claimed_past)), zone)
    return Moment(shown.year, shown.month, shown.day, shown.hour, shown.minute)
