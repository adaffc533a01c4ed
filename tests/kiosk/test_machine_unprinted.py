"""A number that was given and is on no paper is shown to be written down: none is passed over in silence."""

from pathlib import Path

import pytest

from hardware.printer import UNREACHABLE, Outcome, PaperStatus
from kiosk.printing import FRESH_MS
from kiosk.screen_inputs import Done
from kiosk.screen_types import Paper, Screen
from sync.disk import DiskTrouble
from sync.types import BootId
from tests.kiosk.fakes import FakeClock, Kiosk, opened

GOOD = PaperStatus(True, "ok", False, False, True)
PAPER_OUT = PaperStatus(True, "out", False, False, True)


def two_waiting(folder: Path) -> Kiosk:
    """The first ticket is on its way to paper, the second waits behind it, both citizens have gone on."""
    kiosk = opened(folder)
    kiosk.printer.hold = True
    kiosk.take("th")
    kiosk.machine.give(Done())
    kiosk.take("my")
    kiosk.machine.give(Done())
    return kiosk


def written_down(kiosk: Kiosk) -> list[tuple[str | None, str | None, str]]:
    """The numbers that are shown one after the other, each with its reason and language, until no more are."""
    found = []
    while kiosk.screen() is Screen.WRITE_DOWN:
        state = kiosk.machine.state
        found.append((kiosk.label, state.reason, state.language))
        kiosk.machine.give(Done())
    return found


def test_a_number_that_waits_behind_one_that_fails_is_shown_as_well(tmp_path: Path) -> None:
    kiosk = two_waiting(tmp_path)
    kiosk.printer.set_status(UNREACHABLE)
    kiosk.printer.finish(Outcome.UNCERTAIN)
    kiosk.settle()
    assert written_down(kiosk) == [("A001", "uncertain", "th"), ("A002", "unreachable", "my")]
    assert kiosk.screen() is Screen.OUT_OF_ORDER


def test_a_number_that_waits_in_sight_says_at_once_that_there_is_no_paper(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.machine.give(Done())
    kiosk.take("th")
    kiosk.printer.set_status(PAPER_OUT)
    kiosk.printer.finish(Outcome.INTERRUPTED)
    kiosk.settle()
    assert (kiosk.screen(), kiosk.label, kiosk.machine.state.reason) == (Screen.WRITE_DOWN, "A002", "paper-out")
    kiosk.printer.hold = False
    kiosk.printer.set_status(GOOD)
    kiosk.later(6_000)
    assert (kiosk.screen(), kiosk.machine.state.paper) == (Screen.TICKET, Paper.READY)
    kiosk.machine.give(Done())
    assert kiosk.screen() is Screen.ATTRACT, "both came out on paper, so none is shown"


def test_a_disk_that_refuses_leaves_no_number_waiting_in_silence(tmp_path: Path) -> None:
    kiosk = two_waiting(tmp_path)
    kiosk.journal.refusing = DiskTrouble.FULL
    kiosk.printer.finish(Outcome.CONFIRMED)
    kiosk.settle()
    assert written_down(kiosk) == [("A002", "disk-full", "my")]


@pytest.mark.parametrize("hard", [True, False])
def test_numbers_that_a_restart_found_without_paper_are_shown(tmp_path: Path, *, hard: bool) -> None:
    kiosk = two_waiting(tmp_path)
    if not hard:
        kiosk.machine.end()
    kiosk.close()
    again = Kiosk(tmp_path, clock=kiosk.clock)
    again.printer.set_status(UNREACHABLE)
    again.begin()
    first = "uncertain" if hard else "unreachable"
    assert written_down(again) == [("A001", first, "th"), ("A002", "unreachable", "my")]
    again.later(60_000)
    assert written_down(again) == [], "each is shown once"


def test_after_a_restart_with_a_good_printer_only_what_nobody_can_tell_is_shown(tmp_path: Path) -> None:
    kiosk = two_waiting(tmp_path)
    kiosk.close()
    again = opened(tmp_path, clock=kiosk.clock)
    assert [ticket.label for ticket in again.drawn] == ["A002"]
    assert written_down(again) == [("A001", "uncertain", "th")]


@pytest.mark.parametrize("clock", [FakeClock(60_000 + FRESH_MS), FakeClock(61_000, boot_id=BootId("cd" * 16))])
def test_whoever_has_left_long_ago_is_not_shown_a_number(tmp_path: Path, clock: FakeClock) -> None:
    kiosk = two_waiting(tmp_path)
    kiosk.close()
    again = opened(tmp_path, clock=clock)
    assert again.screen() is Screen.ATTRACT
    again.printer.set_status(UNREACHABLE)
    again.settle()
    assert again.screen() is Screen.OUT_OF_ORDER
