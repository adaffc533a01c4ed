"""Boot time, anchors, and the office day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import clock
from sync.clock import Reading, Timeline, Trust
from sync.codec import Fact
from sync.errors import ClockError
from sync.facts import ClockAnchored, ScoreGiven, draft
from sync.system_clock import SystemClock
from sync.types import BootId, BootMs, Level, Seq, UtcMs

BANGKOK = ZoneInfo("Asia/Bangkok")
NOW = UtcMs(int(datetime(2026, 11, 23, 9, 0, tzinfo=BANGKOK).timestamp() * 1000))
FIRST, SECOND, THIRD = (BootId(f"{n:032x}") for n in (1, 2, 3))


def anchored(boot: BootId, boottime: int, utc: int, uncertainty: int = 50, seq: int = 1, source: str = "ntp") -> Fact:
    body = draft(ClockAnchored(UtcMs(utc), uncertainty, source))
    return Fact(Seq(seq), body.kind, body.version, boot, BootMs(boottime), body.body)


def score(boot: BootId, boottime: int, seq: int = 1) -> Fact:
    body = draft(ScoreGiven(1, Level(5)))
    return Fact(Seq(seq), body.kind, body.version, boot, BootMs(boottime), body.body)


def reading(utc: int, *, disciplined: bool = False) -> Reading:
    return Reading(FIRST, BootMs(60_000), UtcMs(utc), disciplined, 12)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(-clock.DRIFT_PPM, clock.DRIFT_PPM))
def test_the_true_time_of_an_anchored_boot_lies_within_the_interval(seen: int, asked: int, ppm: int) -> None:
    true = NOW + (asked - seen) + (asked - seen) * ppm // 1_000_000
    interval = Timeline([anchored(FIRST, seen, NOW)]).when(FIRST, asked)
    assert interval.earliest is not None
    assert interval.latest is not None
    assert interval.earliest <= true <= interval.latest


def test_an_anchor_counts_backwards_too_for_facts_before_it() -> None:
    line = Timeline([score(FIRST, 1000), anchored(FIRST, 61_000, NOW)])
    assert line.when(FIRST, 1000).middle == NOW - 60_000


def test_the_tightest_anchor_speaks() -> None:
    line = Timeline(
        [anchored(FIRST, 1000, NOW + 5000, uncertainty=120_000), anchored(FIRST, 2000, NOW, uncertainty=20)]
    )
    assert line.when(FIRST, 2000).middle == NOW


def test_an_unanchored_boot_lies_between_its_neighbours() -> None:
    line = Timeline([anchored(FIRST, 1000, NOW), score(SECOND, 5000), anchored(THIRD, 2000, NOW + 3_600_000)])
    interval = line.when(SECOND, 5000)
    assert interval.earliest == NOW - 50
    assert interval.latest == NOW + 3_600_000 - 2000 + 50
    assert not line.anchored(SECOND)


def test_without_any_anchor_nothing_is_known() -> None:
    line = Timeline([score(FIRST, 5000)])
    assert line.when(FIRST, 5000).middle is None
    assert line.known_past is None


def test_the_known_past_grows_with_the_last_anchored_fact() -> None:
    line = Timeline([anchored(FIRST, 1000, NOW), score(FIRST, 61_000)])
    assert line.known_past == pytest.approx(NOW + 60_000, abs=60)


@pytest.mark.parametrize("source", ["staff", "system"])
def test_what_may_be_a_slip_is_claimed_but_bars_no_true_time(source: str) -> None:
    year = 365 * 86_400_000
    line = Timeline([anchored(FIRST, 1000, NOW), anchored(SECOND, 1000, NOW + year, source=source)])
    assert line.known_past == NOW - 50
    assert line.claimed_past == NOW + year - 50


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 200_000)), min_size=1), st.integers(0, 10**9))
def test_of_many_anchors_the_tightest_is_found_without_a_look_at_each(given: list[tuple[int, int]], asked: int) -> None:
    line = Timeline([anchored(FIRST, at, NOW + at, uncertainty=uncertainty) for at, uncertainty in sorted(given)])
    interval = line.when(FIRST, asked)
    assert interval.earliest is not None
    assert interval.latest is not None
    widths = [2 * (uncertainty + abs(asked - at) * clock.DRIFT_PPM // 1_000_000) for at, uncertainty in given]
    assert interval.latest - interval.earliest <= min(widths) + 2, "to the rounding"


def test_a_disciplined_clock_is_believed() -> None:
    anchor = clock.trusted(reading(NOW, disciplined=True), Trust.NTP, None)
    assert anchor is not None
    assert (anchor.source, anchor.utc_ms, anchor.uncertainty_ms) == ("ntp", NOW, 12)


def test_an_undisciplined_clock_is_believed_only_where_the_file_says_so() -> None:
    assert clock.trusted(reading(NOW), Trust.NTP, None) is None
    anchor = clock.trusted(reading(NOW), Trust.SYSTEM, None)
    assert anchor is not None
    assert anchor.source == "system"


def test_a_clock_that_its_chip_has_set_is_believed_as_far_as_the_chip_goes_and_by_its_own_machine_alone() -> None:
    seen = replace(reading(NOW), chip_error_ms=20_000)
    assert clock.trusted(seen, Trust.NTP, None) is None, "what is told to others"
    anchor = clock.by_chip(seen, None)
    assert anchor is not None
    assert (anchor.source, anchor.utc_ms, anchor.uncertainty_ms) == ("rtc", NOW, 20_000)
    assert anchor.source not in clock.WITNESSES
    assert clock.by_chip(replace(seen, disciplined=True), None) is None, "a time server knows better"


def test_a_chip_whose_time_is_over_is_not_believed() -> None:
    seen = replace(reading(NOW), chip_error_ms=20_000)
    assert clock.by_chip(seen, UtcMs(NOW)) is not None
    assert clock.by_chip(seen, UtcMs(NOW + 1)) is None
    assert clock.by_chip(replace(seen, utc_ms=UtcMs(clock.BUILT_MS - 1)), None) is None


@pytest.mark.parametrize("trust", list(Trust))
@pytest.mark.parametrize("utc", [0, clock.BUILT_MS - 1])
def test_a_clock_in_1970_is_never_believed(trust: Trust, utc: int) -> None:
    assert clock.trusted(reading(utc, disciplined=True), trust, None) is None


def test_a_clock_behind_the_journals_own_past_is_never_believed() -> None:
    assert clock.trusted(reading(NOW, disciplined=True), Trust.SYSTEM, UtcMs(NOW + 1)) is None


def test_staff_can_confirm_a_time_but_not_one_that_is_over() -> None:
    assert clock.confirmed(reading(0), NOW, None).source == "staff"
    with pytest.raises(ClockError, match="is over") as caught:
        clock.confirmed(reading(0), UtcMs(clock.BUILT_MS - 1), None)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("wall", "day"),
    [
        ((2026, 11, 23, 2, 59), date(2026, 11, 22)),
        ((2026, 11, 23, 3, 0), date(2026, 11, 23)),
        ((2026, 11, 24, 0, 30), date(2026, 11, 23)),
    ],
)
def test_the_office_day_turns_at_three(wall: tuple[int, int, int, int, int], day: date) -> None:
    utc = int(datetime(*wall, tzinfo=BANGKOK).timestamp() * 1000)
    assert clock.office_day(utc, BANGKOK) == day
    boundary = clock.next_boundary(utc, BANGKOK)
    assert boundary > utc
    assert clock.office_time(boundary, BANGKOK).hour == 3


def test_the_machines_own_clock_reads_as_one_moment() -> None:
    system = SystemClock()
    before, look, after = system.boottime_ms(), system.read(), system.boottime_ms()
    assert before <= look.boottime_ms <= after
    assert system.instant().boot_id == look.boot_id
    assert len(look.boot_id) == 32
    assert look.utc_ms > datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000
