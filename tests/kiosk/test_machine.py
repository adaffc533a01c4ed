"""The whole machine with a real journal and fakes around it: nothing is done before its fact is durable."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hardware.printer import UNREACHABLE, Outcome, PaperStatus
from kiosk.errors import KioskError
from kiosk.machine import Machine
from kiosk.record import MOST_KEPT
from kiosk.screen_inputs import Adjust, ChooseLanguage, ChooseService, ConfirmDate, Done, IssueTicket, Request, Take
from kiosk.screen_types import Moment, Paper, Screen
from sync.clock import BUILT_MS, Trust
from sync.disk import DiskTrouble
from sync.facts import (
    ClockAnchored,
    DayOpened,
    PrintEnded,
    PrinterChanged,
    PrintSending,
    ScoreGiven,
    ScoreRepeated,
    TicketIssued,
)
from sync.inbox import InboxState, OfficeTime
from sync.paircode import Fresh
from sync.types import BootId, BootMs, Level, Seq, UtcMs
from tests.kiosk.fakes import BOOT, NOON, FakeClock, Kiosk, opened

PAPER_OUT = PaperStatus(True, "out", False, False, True)


def test_a_ticket_is_three_touches_and_six_facts(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.take("my", "waste-fee")
    kinds = kiosk.kinds()
    assert kinds[:3] == ["journal.opened", "machine.started", "catalogue.adopted"]
    assert kinds[3:] == [
        "clock.anchored",
        "day.opened",
        "ticket.issued",
        "ticket.language",
        "print.sending",
        "print.ended",
    ]
    state = kiosk.machine.state
    assert (state.screen, state.paper) == (Screen.TICKET, Paper.READY)
    assert state.ticket is not None
    assert state.ticket.label == "B001"
    drawn = kiosk.drawn[0]
    assert (drawn.label, drawn.language, drawn.copy) == ("B001", "my", False)
    assert len(drawn.witness) == 16
    assert (drawn.issued.year, drawn.issued.hour, drawn.issued.tzinfo) == (2026, 12, None)
    assert drawn.url is not None
    assert drawn.url.startswith("http://office.example:8080/t/")
    assert kiosk.woken > 0, "sync is told of every commit"


def shown_or_printed_without_fact(kiosk: Kiosk) -> list[str]:
    """Labels that somebody has seen, on paper or on the screen, and that the journal does not know."""
    known = {body.label for body in kiosk.facts() if isinstance(body, TicketIssued)}
    seen = {ticket.label for ticket in kiosk.drawn}
    if kiosk.machine.state.ticket is not None:
        seen.add(kiosk.machine.state.ticket.label)
    return sorted(seen - known)


@pytest.mark.parametrize("why", list(DiskTrouble), ids=lambda why: why.value)
def test_a_disk_that_refuses_gives_no_number_no_paper_and_says_why(tmp_path: Path, why: DiskTrouble) -> None:
    kiosk = opened(tmp_path)
    kiosk.take()
    kiosk.machine.give(Done())
    kiosk.journal.refusing = why
    kiosk.take()
    assert shown_or_printed_without_fact(kiosk) == []
    assert len(kiosk.printer.jobs) == 1
    state = kiosk.machine.state
    assert (state.screen, state.condition.disk) == (Screen.OUT_OF_ORDER, why.value)
    kiosk.journal.refusing = None
    kiosk.later(6_000)
    assert kiosk.screen() is Screen.ATTRACT, "it recovers by itself"
    kiosk.take()
    assert kiosk.label == "A002", "the number was not burnt"


class PrintsFirst(Machine):
    """The broken variant: paper before the commit."""

    def _do(self, request: Request) -> None:
        if isinstance(request, IssueTicket):
            before = self.desk.on_paper(Seq(6), copy=False)
            self._parts.house.draw(replace(before, label="A002"))
        super()._do(request)


def test_the_check_catches_a_machine_that_prints_before_its_commit(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.take()
    kiosk.machine.give(Done())
    kiosk.machine.__class__ = PrintsFirst
    kiosk.journal.refusing = DiskTrouble.FULL
    kiosk.take()
    assert shown_or_printed_without_fact(kiosk) == ["A002"]


def test_what_has_happened_is_kept_until_the_disk_takes_it(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.journal.refusing = DiskTrouble.FULL
    kiosk.printer.finish(Outcome.CONFIRMED)
    kiosk.settle()
    assert "print.ended" not in kiosk.kinds()
    kiosk.journal.refusing = None
    kiosk.later(6_000)
    assert kiosk.facts()[-1] == PrintEnded(Seq(6), 1, "confirmed", 15)
    assert kiosk.machine.record.trouble is None


def test_numbers_go_on_after_a_restart_and_a_job_under_way_is_uncertain(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.close()
    again = opened(tmp_path)
    assert PrintEnded(Seq(6), 1, "uncertain") in again.facts()
    assert again.kinds().count("catalogue.adopted") == 1, "the same catalogue is not adopted twice"
    assert (again.screen(), again.label) == (Screen.WRITE_DOWN, "A001")
    again.machine.give(Done())
    again.take()
    assert again.label == "A002"
    assert [ticket.label for ticket in again.drawn] == ["A002"], "an uncertain job is not repeated by itself"


def test_paper_that_runs_out_turns_the_number_into_one_to_write_down_and_a_retry_is_told(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.printer.set_status(PAPER_OUT)
    kiosk.printer.finish(Outcome.INTERRUPTED)
    kiosk.settle()
    state = kiosk.machine.state
    assert (state.screen, state.reason) == (Screen.WRITE_DOWN, "paper-out")
    assert PrinterChanged("paper-out") in kiosk.facts()
    kiosk.printer.hold = False
    kiosk.printer.set_status(PaperStatus(True, "ok", False, False, True))
    kiosk.later(15_000)
    assert PrintSending(Seq(6), 2) in kiosk.facts()
    assert kiosk.drawn[-1].copy, "an interrupted ticket is printed again as a copy"
    assert kiosk.screen() in (Screen.TICKET, Screen.ATTRACT)


def test_a_printer_fault_puts_the_kiosk_out_of_order_and_its_repair_back(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.set_status(UNREACHABLE)
    kiosk.settle()
    assert kiosk.screen() is Screen.OUT_OF_ORDER
    assert kiosk.machine.state.condition.trouble == "unreachable"
    kiosk.printer.set_status(PaperStatus(True, "near-end", False, False, True))
    kiosk.settle()
    assert kiosk.screen() is Screen.ATTRACT
    assert [body for body in kiosk.facts() if isinstance(body, PrinterChanged)] == [
        PrinterChanged("unreachable"),
        PrinterChanged(None),
    ]


def test_two_citizens_in_a_row_both_get_their_paper_in_order(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.machine.give(Done())
    kiosk.take("th")
    assert len(kiosk.printer.jobs) == 1, "one job is under way at a time"
    kiosk.printer.finish(Outcome.CONFIRMED)
    kiosk.settle()
    kiosk.printer.finish(Outcome.CONFIRMED)
    kiosk.settle()
    assert [ticket.label for ticket in kiosk.drawn] == ["A001", "A002"]
    assert kiosk.machine.state.paper is Paper.READY


def test_in_1970_staff_are_asked_before_the_first_ticket(tmp_path: Path) -> None:
    kiosk = opened(tmp_path, clock=FakeClock(utc_ms=0))
    state = kiosk.machine.state
    assert state.screen is Screen.CONFIRM_DATE
    assert state.moment is not None
    assert state.moment >= Moment(2026, 11, 1, 0, 0), "what is proposed is not over for certain"
    assert "day.opened" not in kiosk.kinds()
    kiosk.machine.give(Adjust("month", -1))
    kiosk.machine.give(ConfirmDate())
    assert kiosk.machine.state.refused
    kiosk.machine.give(Adjust("month", 1))
    for _ in range(22):
        kiosk.machine.give(Adjust("day", 1))
    kiosk.machine.give(ConfirmDate())
    assert kiosk.screen() is Screen.ATTRACT
    assert [body for body in kiosk.facts() if isinstance(body, DayOpened)] == [DayOpened("2026-11-23", "staff")]
    kiosk.take()
    assert kiosk.drawn[0].issued.date().isoformat() == "2026-11-23"


def test_the_question_goes_away_when_ntp_or_the_office_tells_the_time(tmp_path: Path) -> None:
    clock = FakeClock(utc_ms=0)
    by_ntp = opened(tmp_path, clock=clock, trust=Trust.NTP)
    assert by_ntp.screen() is Screen.CONFIRM_DATE
    clock.utc_ms, clock.disciplined = BUILT_MS + 86_400_000, True
    by_ntp.later(11_000)
    assert by_ntp.screen() is Screen.ATTRACT
    assert [body.source for body in by_ntp.facts() if isinstance(body, ClockAnchored)] == ["ntp"]
    (tmp_path / "other").mkdir()
    by_office = opened(tmp_path / "other", clock=FakeClock(utc_ms=0), trust=Trust.NTP)
    time = OfficeTime(UtcMs(BUILT_MS + 86_400_000), BOOT, BootMs(59_000), BootMs(59_400))
    by_office.inbox = InboxState(office_time=time, lane=2)
    by_office.machine.look_at_inbox()
    by_office.settle()
    assert by_office.screen() is Screen.ATTRACT
    assert [body.source for body in by_office.facts() if isinstance(body, ClockAnchored)] == ["office"]
    by_office.take()
    assert by_office.label == "AB001", "the office gave it a lane"


@pytest.mark.parametrize("chip_error_ms", [20_000, None])
def test_where_a_clock_chip_has_kept_the_time_nobody_is_asked_and_a_time_server_mends_it_soon(
    tmp_path: Path, chip_error_ms: int | None
) -> None:
    clock = FakeClock(chip_error_ms=chip_error_ms)
    kiosk = opened(tmp_path, clock=clock, trust=Trust.NTP)
    assert kiosk.screen() is (Screen.CONFIRM_DATE if chip_error_ms is None else Screen.ATTRACT)
    clock.disciplined = True
    kiosk.later(11_000)
    assert kiosk.screen() is Screen.ATTRACT
    told = [body.source for body in kiosk.facts() if isinstance(body, ClockAnchored)]
    assert told == (["ntp"] if chip_error_ms is None else ["rtc", "ntp"])


def test_the_office_time_of_another_boot_is_not_believed(tmp_path: Path) -> None:
    kiosk = opened(tmp_path, clock=FakeClock(utc_ms=0), trust=Trust.NTP)
    kiosk.inbox = InboxState(
        office_time=OfficeTime(UtcMs(BUILT_MS + 86_400_000), BootId("cd" * 16), BootMs(0), BootMs(1))
    )
    kiosk.machine.look_at_inbox()
    kiosk.settle()
    assert kiosk.screen() is Screen.CONFIRM_DATE


def test_the_next_day_opens_by_itself_at_three_and_numbers_begin_anew(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.take()
    kiosk.later(24 * 3_600_000)
    assert [body.day for body in kiosk.facts() if isinstance(body, DayOpened)] == ["2026-11-23", "2026-11-24"]
    kiosk.take()
    assert kiosk.label == "A001"


def test_a_press_is_thanked_for_only_once_it_is_durable(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.press(4)
    assert ScoreGiven(1, Level(4)) in kiosk.facts()
    assert (kiosk.lamp.changes, kiosk.sound.played) == ([True], 1)
    kiosk.press(1)
    kiosk.later(6_000)
    assert kiosk.lamp.changes == [True, False]
    assert [body.levels for body in kiosk.facts() if isinstance(body, ScoreRepeated)] == [(1,)]
    kiosk.journal.refusing = DiskTrouble.FULL
    kiosk.press(5)
    assert (kiosk.lamp.changes, kiosk.sound.played) == ([True, False], 1)
    kiosk.journal.refusing = None
    kiosk.later(6_000)
    kiosk.press(5)
    assert kiosk.sound.played == 2


def test_citizens_who_leave_are_followed_by_the_invitation(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.machine.give(ChooseLanguage("my"))
    kiosk.later(45_000)
    assert kiosk.machine.state.asking
    kiosk.later(25_000)
    assert kiosk.screen() is Screen.ATTRACT
    kiosk.take()
    kiosk.later(12_000)
    assert (kiosk.screen(), kiosk.machine.state.asking) == (Screen.TICKET, True)
    kiosk.later(25_000)
    assert kiosk.screen() is Screen.ATTRACT


def test_the_printer_s_news_do_not_prolong_anyone_s_patience(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.machine.give(ChooseLanguage("my"))
    kiosk.machine.give(ChooseService("move-in"))
    kiosk.later(70_000)
    kiosk.clock.boottime_ms += 1
    kiosk.settle()
    kiosk.later(6_000)
    assert kiosk.machine.state.asking


def test_a_service_that_cannot_be_drawn_is_a_number_to_write_down(tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise KioskError("the ticket would be 300 mm long", hint="shorten the texts")

    kiosk = Kiosk(tmp_path)
    kiosk._draw = refuse  # type: ignore[assignment, method-assign]
    kiosk.machine = Machine(kiosk._parts(), kiosk._settings())
    kiosk.begin()
    kiosk.take()
    assert kiosk.screen() is Screen.WRITE_DOWN
    assert any("300 mm" in line for line in kiosk.said)


def test_an_idle_kiosk_has_nothing_to_do_for_an_hour(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    due = kiosk.machine.deadline()
    assert due is not None
    assert due - kiosk.clock.boottime_ms > 3_500_000


def test_take_twice_gives_one_ticket(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.take()
    with pytest.raises(KioskError):
        kiosk.machine.give(Take())
    assert kiosk.kinds().count("ticket.issued") == 1


def labels(kiosks: Sequence[Kiosk]) -> list[str]:
    return [body.label for kiosk in kiosks for body in kiosk.facts() if isinstance(body, TicketIssued)]


def test_kiosks_of_different_lanes_never_share_a_number(tmp_path: Path) -> None:
    kiosks = []
    for lane in (0, 1, 2):
        folder = tmp_path / str(lane)
        folder.mkdir()
        kiosk = opened(folder, inbox=InboxState(lane=lane))
        for _ in range(3):
            kiosk.take()
            kiosk.machine.give(Done())
        kiosks.append(kiosk)
    found = labels(kiosks)
    assert len(found) == len(set(found)) == 9


def test_a_machine_that_is_ended_keeps_what_became_of_the_paper_under_way(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.machine.end()
    assert kiosk.printer.closed
    assert kiosk.facts()[-1] == PrintEnded(Seq(6), 1, "not-started")
    assert kiosk.kinds().count("print.sending") == 1, "nothing new is begun"


def test_a_printer_that_breaks_and_recovers_while_the_disk_refuses_is_told_as_well(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.journal.refusing = DiskTrouble.FULL
    for status in (UNREACHABLE, PaperStatus(True, "ok", False, False, True)):
        kiosk.printer.set_status(status)
        kiosk.settle()
    kiosk.journal.refusing = None
    kiosk.later(6_000)
    told = [body.fault for body in kiosk.facts() if isinstance(body, PrinterChanged)]
    assert told == ["unreachable", None]


def test_a_disk_that_refuses_for_a_night_keeps_what_became_of_the_paper(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.journal.refusing = DiskTrouble.FULL
    kiosk.printer.finish(Outcome.CONFIRMED)
    kiosk.settle()
    for _ in range(MOST_KEPT):
        kiosk.machine.record.keep(PrinterChanged("paper-out"))
    kiosk.journal.refusing = None
    kiosk.later(6_000)
    assert PrintEnded(Seq(6), 1, "confirmed", 15) in kiosk.facts()
    assert len(kiosk.facts()) < MOST_KEPT + 20, "what is kept has an end"


def test_a_disk_that_recovers_asks_nobody_for_a_date_that_is_known(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path)
    kiosk.journal.refusing = DiskTrouble.READ_ONLY
    kiosk.begin()
    assert kiosk.screen() is Screen.OUT_OF_ORDER
    kiosk.journal.refusing = None
    kiosk.later(5_000)
    assert kiosk.screen() is Screen.ATTRACT


def test_a_lane_outlives_the_inbox_that_told_it(tmp_path: Path) -> None:
    kiosk = opened(tmp_path, inbox=InboxState(lane=2))
    kiosk.take()
    kiosk.machine.give(Done())
    kiosk.inbox = None
    kiosk.machine.look_at_inbox()
    kiosk.take()
    assert kiosk.label == "AB002", "an inbox that cannot be read for a moment"
    kiosk.close()
    again = opened(tmp_path, inbox=InboxState())
    again.take()
    assert again.label == "AB003", "an inbox that was made anew"


def test_in_a_lane_that_another_machine_used_today_numbers_begin_behind_it(tmp_path: Path) -> None:
    kiosk = opened(tmp_path, inbox=InboxState(lane=2))
    day = kiosk.machine.record.day
    assert day is not None
    kiosk.inbox = InboxState(lane=2, fresh=Fresh(day, {"A": 37}))
    kiosk.machine.look_at_inbox()
    for expected in ("AB100", "AB101"):
        kiosk.take()
        assert kiosk.label == expected
        kiosk.machine.give(Done())
    kiosk.inbox = InboxState(lane=2, fresh=Fresh("2020-01-01", {"A": 370}))
    kiosk.machine.look_at_inbox()
    kiosk.take()
    assert kiosk.label == "AB102", "another day's numbers mean nothing today"


def test_a_number_that_was_written_down_comes_back_for_nobody_else(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.printer.finish(Outcome.NOT_STARTED)
    kiosk.settle()
    assert kiosk.screen() is Screen.WRITE_DOWN
    kiosk.machine.give(Done())
    kiosk.machine.give(ChooseLanguage("th"))
    for _ in range(3):
        kiosk.later(21_000)
        kiosk.machine.give(ChooseLanguage("th"))
        kiosk.printer.finish(Outcome.NOT_STARTED)
        kiosk.settle()
        assert kiosk.screen() is Screen.SERVICE, "a further attempt is no business of the next citizen"
    assert PrintSending(Seq(6), 4) in kiosk.facts()


def test_a_slip_of_the_staff_s_finger_is_mended_by_ntp_and_bars_no_true_date_after_it(tmp_path: Path) -> None:
    clock = FakeClock(utc_ms=0)
    kiosk = opened(tmp_path, clock=clock, trust=Trust.NTP)
    kiosk.machine.give(Adjust("year", 1))
    kiosk.machine.give(ConfirmDate())
    assert kiosk.screen() is Screen.ATTRACT
    clock.utc_ms, clock.disciplined = NOON, True
    kiosk.later(3_600_000)
    kiosk.take()
    assert kiosk.drawn[-1].issued.date().isoformat() == "2026-11-23"
    kiosk.close()
    clock.boot_id, clock.boottime_ms, clock.disciplined = BootId("cd" * 16), 5_000, False
    again = opened(tmp_path, clock=clock, trust=Trust.NTP)
    state = again.machine.state
    assert state.moment is not None
    for _ in range(state.moment.year - 2026):
        again.machine.give(Adjust("year", -1))
    for _ in range((11 - state.moment.month) % 12):
        again.machine.give(Adjust("month", 1))
    for _ in range((24 - state.moment.day) % 30):
        again.machine.give(Adjust("day", 1))
    again.machine.give(ConfirmDate())
    assert again.screen() is Screen.ATTRACT, "the true date is taken"
