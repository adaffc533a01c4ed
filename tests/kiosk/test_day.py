"""Which anchor the clock deserves, and when a day begins."""

from zoneinfo import ZoneInfo

from kiosk import day
from kiosk.screen_types import Moment
from sync.anchoring import moved
from sync.clock import BUILT_MS, Anchor, Reading, Timeline, Trust
from sync.codec import Fact
from sync.facts import ClockAnchored, DayOpened, draft
from sync.inbox import OfficeTime
from sync.types import BootId, BootMs, Seq, UtcMs

BOOT, OTHER = BootId("ab" * 16), BootId("cd" * 16)
BANGKOK = ZoneInfo("Asia/Bangkok")
NOON = 1_795_410_000_000  # 2026-11-23 12:00 in Bangkok
NIGHT = NOON - int(9.5 * 3_600_000)  # 02:30, still the day before


def reading(utc_ms: int = NOON, at: int = 1000, *, disciplined: bool = False) -> Reading:
    return Reading(BOOT, BootMs(at), UtcMs(utc_ms), disciplined, 4 if disciplined else 0)


def timeline(utc_ms: int, uncertainty_ms: int, source: str = "staff") -> Timeline:
    body = draft(ClockAnchored(UtcMs(utc_ms), uncertainty_ms, source))
    return Timeline([Fact(Seq(1), body.kind, body.version, BOOT, BootMs(1000), body.body)])


def test_a_disciplined_clock_is_believed_and_an_undisciplined_one_only_where_the_file_says_so() -> None:
    found = day.anchor_wanted(reading(disciplined=True), Trust.NTP, Timeline(), None)
    assert found is not None
    assert found.source == "ntp"
    assert day.anchor_wanted(reading(), Trust.NTP, Timeline(), None) is None
    system = day.anchor_wanted(reading(), Trust.SYSTEM, Timeline(), None)
    assert system is not None
    assert system.source == "system"


def test_a_time_before_the_release_was_built_is_never_believed() -> None:
    assert day.anchor_wanted(reading(0, disciplined=True), Trust.SYSTEM, Timeline(), None) is None
    old = OfficeTime(UtcMs(BUILT_MS - 1), BOOT, BootMs(0), BootMs(10))
    assert day.anchor_wanted(reading(0), Trust.SYSTEM, Timeline(), old) is None


def test_the_office_s_time_counts_for_this_boot_only() -> None:
    office = OfficeTime(UtcMs(NOON), BOOT, BootMs(500), BootMs(900))
    found = day.anchor_wanted(reading(0), Trust.NTP, Timeline(), office)
    assert found == Anchor(BootMs(700), UtcMs(NOON), 200, "office")
    other = OfficeTime(UtcMs(NOON), OTHER, BootMs(500), BootMs(900))
    assert day.anchor_wanted(reading(0), Trust.NTP, Timeline(), other) is None


def test_a_better_anchor_replaces_a_rough_one_and_an_equal_one_does_not() -> None:
    rough = timeline(NOON, 120_000)
    better = day.anchor_wanted(reading(disciplined=True), Trust.NTP, rough, None)
    assert better is not None
    assert better.source == "ntp"
    assert day.anchor_wanted(reading(), Trust.SYSTEM, timeline(NOON, 1000, "system"), None) is None


def test_an_anchor_that_is_said_later_says_the_same_time() -> None:
    anchor = Anchor(BootMs(1000), UtcMs(NOON), 200, "office")
    later = moved(anchor, BootMs(11_000))
    assert abs(later.utc_ms - (NOON + 10_000)) <= 1
    assert later.uncertainty_ms >= 200


def test_a_day_begins_at_three_and_is_opened_once() -> None:
    assert day.today(timeline(NIGHT, 10), reading(), BANGKOK).day == "2026-11-22"
    today = day.today(timeline(NOON, 10), reading(), BANGKOK)
    assert today.day == "2026-11-23"
    assert day.opening(today, "2026-11-22", False) == (DayOpened("2026-11-23", "clock"),)
    assert day.opening(today, None, True) == (DayOpened("2026-11-23", "staff"),)
    assert day.opening(today, "2026-11-23", False) == ()
    assert day.until_boundary(today, BANGKOK) == 15 * 3_600_000


def test_without_an_anchor_of_this_boot_there_is_no_date() -> None:
    unknown = day.today(Timeline(), reading(), BANGKOK)
    assert unknown == day.Today(None, None)
    assert day.opening(unknown, None, False) == ()
    assert day.until_boundary(unknown, BANGKOK) is None


def test_staff_are_asked_about_a_time_that_can_be_true() -> None:
    assert day.asked(reading(NOON), Timeline(), BANGKOK) == Moment(2026, 11, 23, 12, 0)
    assert day.asked(reading(0), Timeline(), BANGKOK) == Moment(2026, 11, 1, 7, 0)
