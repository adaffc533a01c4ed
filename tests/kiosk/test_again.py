"""No paper came: the same number and code once more, marked as a copy where paper of it may be out already."""

from pathlib import Path

import pytest

from hardware.printer import UNREACHABLE, Outcome, PaperStatus
from kiosk.printing import FRESH_MS, MOST_COPIES
from kiosk.screen_inputs import AskAgain, Enter, Input, OpenMyTicket, Type
from kiosk.screen_types import Paper, Screen
from sync.disk import DiskTrouble
from sync.facts import PrintAsked, PrintEnded, TicketIssued
from sync.types import Seq
from tests.kiosk.fakes import Kiosk, opened

GOOD = PaperStatus(True, "ok", False, False, True)
PAPER_OUT = PaperStatus(True, "out", False, False, True)


def taken(folder: Path, outcome: Outcome) -> Kiosk:
    """A ticket whose printing has ended so."""
    kiosk = opened(folder)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.printer.finish(outcome)
    kiosk.settle()
    return kiosk


def ask(kiosk: Kiosk) -> None:
    kiosk.machine.give(AskAgain())
    kiosk.settle()


def offered(kiosk: Kiosk) -> bool:
    return kiosk.machine.state.condition.again


def asked(kiosk: Kiosk) -> int:
    return sum(isinstance(body, PrintAsked) for body in kiosk.facts())


def look_up(kiosk: Kiosk, label: str, code: str) -> None:
    given: list[Input] = [OpenMyTicket(), *map(Type, label), Enter(), *map(Type, code)]
    for each in given:
        kiosk.machine.give(each)


def test_what_nobody_can_tell_is_printed_again_as_a_copy_with_the_same_number_and_code(tmp_path: Path) -> None:
    kiosk = taken(tmp_path, Outcome.UNCERTAIN)
    state = kiosk.machine.state
    assert (state.screen, state.reason, offered(kiosk)) == (Screen.WRITE_DOWN, "uncertain", True)
    assert state.ticket is not None
    assert state.ticket.code == kiosk.drawn[0].code, "what is to be written down is what my ticket asks for"
    ask(kiosk)
    assert (kiosk.screen(), kiosk.machine.state.paper, kiosk.machine.state.copy) == (
        Screen.TICKET,
        Paper.PRINTING,
        True,
    )
    first, second = kiosk.drawn
    assert (first.copy, second.copy) == (False, True)
    assert (second.label, second.code, second.witness) == (first.label, first.code, first.witness)
    kiosk.printer.finish(Outcome.CONFIRMED)
    kiosk.settle()
    assert (kiosk.machine.state.paper, offered(kiosk)) == (Paper.READY, False)
    assert sum(isinstance(body, TicketIssued) for body in kiosk.facts()) == 1, "no number is used for it"


def test_it_is_durable_that_paper_was_asked_for_before_any_is_printed(tmp_path: Path) -> None:
    kiosk = taken(tmp_path, Outcome.UNCERTAIN)
    kiosk.journal.refusing = DiskTrouble.FULL
    ask(kiosk)
    assert (len(kiosk.printer.jobs), asked(kiosk), kiosk.screen()) == (1, 0, Screen.WRITE_DOWN)
    kiosk.journal.refusing = None
    kiosk.later(6_000)
    assert offered(kiosk)
    ask(kiosk)
    assert (len(kiosk.printer.jobs), asked(kiosk)) == (2, 1)
    assert kiosk.kinds()[-2:] == ["print.asked", "print.sending"]


def test_a_printer_that_cannot_tell_is_not_said_to_have_printed(tmp_path: Path) -> None:
    kiosk = taken(tmp_path, Outcome.SENT)
    assert (kiosk.screen(), kiosk.machine.state.paper, offered(kiosk)) == (Screen.TICKET, Paper.SENT, True)
    for _ in range(MOST_COPIES):
        ask(kiosk)
        kiosk.printer.finish(Outcome.SENT)
        kiosk.settle()
    assert [ticket.copy for ticket in kiosk.drawn] == [False, True, True]
    assert not offered(kiosk), "a copier it is not"
    ask(kiosk)
    assert (asked(kiosk), len(kiosk.drawn)) == (MOST_COPIES, 1 + MOST_COPIES)


def test_what_the_printer_has_confirmed_is_not_printed_again(tmp_path: Path) -> None:
    kiosk = taken(tmp_path, Outcome.CONFIRMED)
    assert (kiosk.machine.state.paper, offered(kiosk)) == (Paper.READY, False)
    ask(kiosk)
    assert (asked(kiosk), len(kiosk.drawn)) == (0, 1)


def test_nothing_is_offered_that_the_printer_cannot_do(tmp_path: Path) -> None:
    kiosk = taken(tmp_path, Outcome.UNCERTAIN)
    kiosk.printer.set_status(PAPER_OUT)
    kiosk.settle()
    assert not offered(kiosk)
    ask(kiosk)
    assert asked(kiosk) == 0
    kiosk.printer.set_status(GOOD)
    kiosk.settle()
    assert offered(kiosk), "mended while the number is still in sight"


def test_a_failure_after_the_asking_is_told_again(tmp_path: Path) -> None:
    kiosk = taken(tmp_path, Outcome.UNCERTAIN)
    ask(kiosk)
    kiosk.printer.set_status(PAPER_OUT)
    kiosk.printer.finish(Outcome.INTERRUPTED)
    kiosk.settle()
    state = kiosk.machine.state
    assert (state.screen, state.reason, offered(kiosk)) == (Screen.WRITE_DOWN, "paper-out", False)


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.UNCERTAIN])
def test_whoever_finds_out_later_asks_with_number_and_code(tmp_path: Path, outcome: Outcome) -> None:
    kiosk = taken(tmp_path, outcome)
    kiosk.later(FRESH_MS + 1_000)
    look_up(kiosk, "A001", kiosk.drawn[0].code)
    assert (kiosk.screen(), offered(kiosk)) == (Screen.STANDING, True)
    ask(kiosk)
    assert (kiosk.screen(), kiosk.label, [each.copy for each in kiosk.drawn]) == (
        Screen.TICKET,
        "A001",
        [False, True],
    )


def test_of_what_never_left_the_paper_that_is_asked_for_is_no_copy(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.printer.set_status(UNREACHABLE)
    kiosk.printer.finish(Outcome.NOT_STARTED)
    kiosk.later(FRESH_MS)
    kiosk.printer.set_status(GOOD)
    kiosk.settle()
    assert len(kiosk.drawn) == 1, "nobody waits for it any more"
    look_up(kiosk, "A001", kiosk.drawn[0].code)
    ask(kiosk)
    assert [each.copy for each in kiosk.drawn] == [False, False]
    assert (kiosk.screen(), kiosk.machine.state.copy) == (Screen.TICKET, False)


def test_a_ticket_that_a_power_cut_caught_is_offered_again(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.close()
    again = opened(tmp_path, clock=kiosk.clock)
    assert PrintEnded(ticket_of(again), 1, "uncertain") in again.facts()
    assert (again.screen(), again.label, again.machine.state.reason) == (Screen.WRITE_DOWN, "A001", "uncertain")
    assert (offered(again), again.drawn) == (True, []), "offered, and not printed by itself"
    ask(again)
    assert [(each.label, each.copy) for each in again.drawn] == [("A001", True)]


def ticket_of(kiosk: Kiosk) -> Seq:
    """The seq of the first ticket."""
    return next(entry.fact.seq for entry in kiosk.disk.entries() if entry.fact.kind == TicketIssued.kind)
