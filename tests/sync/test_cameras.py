"""Which camera to look at, and when: on the camera's own clock, wide enough, and until when."""

from dataclasses import replace

import pytest

from sync.audit_terms import Call
from sync.body import TicketName
from sync.cameras import DAY_MS, MARGIN_MS, UNCHECKED_MS, Cameras, windows
from sync.facts_office import CameraChecked, CameraSetup, CounterSetup
from sync.types import JournalId, Seq, UtcMs

CALL = Call(
    seq=Seq(9), ticket=TicketName(JournalId("aa" * 16), Seq(3)), label="A001", service="a", counter=4, staff="s1",
    at_ms=UtcMs(5_000_000), waited_ms=1, why="rule", conforming=True, ended_ms=UtcMs(5_400_000), how="finished",
)  # fmt: skip


def checked(at: int, offset_ms: int, uncertainty_ms: int = 500, camera: str = "cam-4") -> CameraChecked:
    return CameraChecked(UtcMs(at), camera, offset_ms, uncertainty_ms, "s9")


def cameras(*checks: CameraChecked, days: int | None = 30) -> Cameras:
    counters = {4: CounterSetup(4, ("a",), "cam-4"), 5: CounterSetup(5, ("a",), None)}
    return Cameras(counters, {"cam-4": CameraSetup("cam-4", days)}, checks)


def test_the_window_is_on_the_cameras_clock_and_widened_by_its_uncertainty() -> None:
    window = cameras(checked(4_000_000, 70_000)).window(CALL, UtcMs(9_000_000))
    assert window is not None
    assert (window.camera, window.counter, window.checked) == ("cam-4", 4, True)
    assert (window.from_ms, window.to_ms) == (5_000_000 - MARGIN_MS, 5_400_000 + MARGIN_MS)
    assert (window.shown_from, window.shown_to) == (window.from_ms + 69_500, window.to_ms + 70_500)
    assert window.export_before == window.from_ms + 30 * DAY_MS


@pytest.mark.parametrize("offset_ms", [-20_000, 0, 45_000])
def test_the_moment_itself_is_inside_whatever_the_clock_did_between_two_checks(offset_ms: int) -> None:
    window = cameras(checked(1, 0), checked(4_000_000, -20_000), checked(6_000_000, 45_000)).window(CALL, UtcMs(1))
    assert window is not None
    assert CALL.ended_ms is not None
    assert window.shown_from <= CALL.at_ms + offset_ms
    assert CALL.ended_ms + offset_ms <= window.shown_to


def test_a_clock_that_was_never_checked_makes_a_wide_window_and_says_so() -> None:
    window = cameras(checked(4_000_000, 9, camera="cam-5"), days=None).window(CALL, UtcMs(1))
    assert window is not None
    assert (window.checked, window.export_before) == (False, None)
    assert window.shown_to - window.shown_from == window.to_ms - window.from_ms + 2 * UNCHECKED_MS


def test_a_call_that_goes_on_ends_now_and_a_counter_without_camera_has_no_window() -> None:
    going_on = replace(CALL, ended_ms=None, how=None)
    window = cameras().window(going_on, UtcMs(5_100_000))
    assert window is not None
    assert window.to_ms == 5_100_000 + MARGIN_MS
    blind = replace(CALL, counter=5)
    assert windows([blind, CALL, replace(CALL, counter=9)], cameras(), UtcMs(1)) == [cameras().window(CALL, UtcMs(1))]
