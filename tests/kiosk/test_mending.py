"""The repair on the screen follows the printer's own status, step by step, and guesses nothing."""

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.printer import UNREACHABLE, Fault, PaperStatus
from kiosk.mending import STEPS, Mending, mending
from kiosk.pictograms_signs import SIGNS
from kiosk.screen_types import Screen
from tests.kiosk.fakes import opened

GOOD = PaperStatus(True, "ok", False, False, True)
OUT = PaperStatus(True, "out", False, False, True)
OUT_AND_OPEN = PaperStatus(True, "out", True, False, False)
FILLED_AND_OPEN = PaperStatus(True, "ok", True, False, False)
CUTTER = PaperStatus(True, "ok", False, True, True)
CUTTER_AND_OPEN = PaperStatus(True, "ok", True, True, False)
JAMMED = PaperStatus(True, "ok", False, False, True, mechanism_error=True)
JAMMED_AND_OPEN = PaperStatus(True, "ok", True, False, False, mechanism_error=True)

statuses = st.builds(
    PaperStatus,
    st.booleans(),
    st.sampled_from([None, "ok", "near-end", "out"]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, True, False]),
)


def told(*story: PaperStatus) -> list[Mending | None]:
    """The repair after each of them."""
    now: Mending | None = None
    found = []
    for status in story:
        now = mending(now, status)
        found.append(now)
    return found


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ((OUT, OUT_AND_OPEN, FILLED_AND_OPEN, GOOD), [("paper-out", 0), ("paper-out", 1), ("paper-out", 2), None]),
        ((OUT, OUT_AND_OPEN, OUT), [("paper-out", 0), ("paper-out", 1), ("paper-out", 0)]),
        ((FILLED_AND_OPEN, GOOD), [("cover-open", 0), None]),
        ((OUT_AND_OPEN, FILLED_AND_OPEN), [("paper-out", 1), ("paper-out", 2)]),
        ((CUTTER, CUTTER_AND_OPEN, FILLED_AND_OPEN, GOOD), [("cutter", 0), ("cutter", 1), ("cutter", 1), None]),
        ((JAMMED, JAMMED_AND_OPEN, JAMMED), [("mechanism", 0), ("mechanism", 1), ("mechanism", 3)]),
        ((UNREACHABLE, GOOD), [("unreachable", None), None]),
    ],
    ids=["refill", "closed too soon", "opened", "met open", "cutter", "opening did not help", "cable"],
)
def test_the_step_that_is_due_follows_the_printer(
    story: tuple[PaperStatus, ...], expected: list[tuple[str, int | None] | None]
) -> None:
    assert [found and (found.fault, found.due) for found in told(*story)] == expected


def test_control_without_what_was_before_an_open_cover_is_all_that_is_known() -> None:
    assert mending(None, FILLED_AND_OPEN) != mending(Mending("paper-out", 1), FILLED_AND_OPEN)


@given(st.lists(statuses, max_size=8))
def test_there_is_a_repair_as_long_as_there_is_a_fault_and_its_step_exists(story: list[PaperStatus]) -> None:
    for status, found in zip(story, told(*story), strict=True):
        assert (found is None) == (status.fault is None)
        if found is not None:
            assert found.due is None or found.due < len(found.steps)
            assert found.told, "somebody is told what to do"


def test_every_fault_has_steps_and_every_step_a_pictogram() -> None:
    assert set(STEPS) == set(get_args(Fault))
    assert {step.icon for steps in STEPS.values() for step in steps} <= set(SIGNS)


def test_the_screen_shows_the_repair_and_goes_when_it_is_done(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    seen = []
    for status in (OUT, OUT_AND_OPEN, FILLED_AND_OPEN):
        kiosk.printer.set_status(status)
        kiosk.settle()
        assert kiosk.screen() is Screen.OUT_OF_ORDER
        seen.append(kiosk.machine.state.condition.mending)
    assert seen == [Mending("paper-out", 0), Mending("paper-out", 1), Mending("paper-out", 2)]
    kiosk.printer.set_status(GOOD)
    kiosk.settle()
    assert kiosk.screen() is Screen.ATTRACT
    assert kiosk.machine.state.condition.mending is None
