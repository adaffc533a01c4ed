"""The session's rules, on a device whose time is simulated."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hardware.errors import TransportError
from hardware.outcome import Habits, Lead, Patience
from hardware.printer import Outcome, PaperStatus, PrintJob
from hardware.printer_session import PrinterSession
from hardware.profile import GENERIC
from tests.hardware.pictures import plain_ticket
from tests.hardware.simulated import ALL_WELL, PAPER_OUT, WELL, Bench, Device, Time

COVER_OPEN = {**WELL, 1: b"\x1a", 2: b"\x16"}
JOB = PrintJob(1, plain_ticket())
PRINTING_S = 120 * 25.4 / 203 / 150 + 0.5


def clone(time: Time) -> Device:
    return Device(time, automatic=None, echoes=None)


def mute(time: Time) -> Device:
    return Device(time, answers={}, automatic=None, echoes=None, in_order=None)


def outcomes(bench: Bench, seconds: float = 300.0) -> list[Outcome]:
    return [finished.outcome for finished in bench.run(seconds)]


def when_done(bench: Bench) -> list[float]:
    """Filled with the seconds at which the jobs ended; to be asked for before `run`."""
    ended: list[float] = []

    def look() -> None:
        before = len(bench.events)
        bench.events += bench.keeper.poll()
        ended.extend(bench.time.now for event in bench.events[before:] if type(event).__name__ == "Finished")

    for tenth in range(3000):
        bench.time.at(tenth / 10, look)
    return ended


def test_a_printer_that_echoes_confirms() -> None:
    bench = Bench()
    bench.print()
    assert outcomes(bench) == [Outcome.CONFIRMED]


def test_on_a_blind_line_an_echo_says_sent_and_that_the_printer_is_in_step() -> None:
    bench = Bench(make=lambda time: Device(time, blind=True))
    bench.print(1)
    bench.print(2, at=10.0)
    assert outcomes(bench) == [Outcome.SENT, Outcome.SENT]
    resync = b"\0" * 6000
    assert bench.device.received.count(resync) == 1, "only the first job on a connection needs it"


class SlowLine(Device):
    """Whose system holds what was last written for a moment."""

    def pending(self) -> int:
        return len(self.writes[-1]) if self.time.now < self.wrote_at + 0.02 else 0

    def write(self, data: bytes, timeout_s: float) -> int:
        self.wrote_at = self.time.now
        return super().write(data, timeout_s)


def test_questions_on_their_way_are_no_progress_of_the_job() -> None:
    bench = Bench(make=lambda time: SlowLine(time, automatic=None, echoes=None))
    bench.print()
    when = when_done(bench)
    assert outcomes(bench) == [Outcome.SENT]
    assert when[0] < 5.0 + 10.0


@pytest.mark.parametrize("blind", [False, True])
def test_on_a_blind_line_the_ticket_waits_for_the_cut_in_front_of_it(blind: bool) -> None:
    at: list[tuple[float, bytes]] = []
    bench = Bench(make=lambda time: Device(time, blind=blind), unfinished=True)
    bench.device.on_write = lambda data: at.append((bench.time.now, data))
    bench.print()
    assert outcomes(bench) == [Outcome.SENT if blind else Outcome.CONFIRMED]
    parts = [(when, data) for when, data in at if len(data) > 100]
    assert parts[0][1].startswith(bytes(6000))
    assert parts[-1][0] - parts[0][0] == (1.0 if blind else 0.0)
    assert not blind or parts[0][1].endswith(b"\x1dVB\x00"), "the cut is the last before the pause"


def test_noise_in_front_of_the_echo_leaves_the_job_uncertain() -> None:
    bench = Bench(make=lambda time: Device(time, echoes=0.5))
    bench.print()
    bench.time.at(5.2, lambda: bench.device.say(PAPER_OUT[:1] + b"\xff" + PAPER_OUT[1:] + ALL_WELL))
    assert outcomes(bench) == [Outcome.UNCERTAIN]


def test_a_fault_between_first_byte_and_echo_is_an_interruption_though_the_echo_comes() -> None:
    bench = Bench(make=lambda time: Device(time, echoes=0.5))
    bench.print()
    bench.time.at(5.2, lambda: bench.device.say(PAPER_OUT + ALL_WELL))
    assert outcomes(bench) == [Outcome.INTERRUPTED]


def test_a_fault_behind_the_echo_is_not_the_jobs() -> None:
    bench = Bench()
    bench.print()
    bench.time.at(5.1001, lambda: bench.device.say(PAPER_OUT))
    assert outcomes(bench) == [Outcome.CONFIRMED]
    assert "paper-out" in [status.fault for status in bench.statuses]


def test_a_cover_that_a_clone_opened_while_it_read_on_is_found_before_anything_counts_as_sent() -> None:
    bench = Bench(make=clone)
    bench.print()
    bench.time.at(5.05, lambda: bench.device.answers.update(COVER_OPEN))
    assert outcomes(bench) == [Outcome.INTERRUPTED]


def test_a_cover_opened_for_a_third_of_a_second_is_seen_without_automatic_status() -> None:
    bench = Bench(make=clone)
    bench.print()
    bench.time.at(5.3, lambda: bench.device.answers.update(COVER_OPEN))
    bench.time.at(5.6, lambda: bench.device.answers.update(WELL))
    assert outcomes(bench) == [Outcome.INTERRUPTED]


def test_with_automatic_status_it_is_asked_once_a_second() -> None:
    bench = Bench(make=lambda time: Device(time, echoes=4.0))
    bench.print()
    outcomes(bench, 9.5)
    rounds = bench.device.received.partition(b"\x1d(H")[2].count(b"\x10\x04\x01")
    assert rounds == 4


def test_a_clone_that_has_read_all_and_is_well_was_sent_the_job() -> None:
    bench = Bench(make=clone)
    bench.print()
    ended = when_done(bench)
    assert outcomes(bench) == [Outcome.SENT]
    assert ended == [pytest.approx(5.1 + Patience().processed + PRINTING_S, abs=0.3)]


def test_a_clone_that_falls_silent_when_it_should_be_done_leaves_the_job_uncertain() -> None:
    bench = Bench(make=clone)
    bench.print()
    bench.time.at(5.15, bench.device.answers.clear)
    assert outcomes(bench) == [Outcome.UNCERTAIN]


def test_of_a_mute_printer_nothing_is_asked_before_a_job_counts_as_sent() -> None:
    bench = Bench(make=mute)
    bench.print()
    assert outcomes(bench) == [Outcome.SENT]


def test_a_late_answer_to_the_gs_r_of_the_job_before_is_not_one_of_this_job() -> None:
    """The first job's echo came before its GS r was answered; the second job's bytes wait in the printer."""
    bench = Bench()
    bench.print(1)
    bench.device.in_order = None
    bench.print(2, at=8.0)
    bench.time.at(7.9, lambda: setattr(bench.device, "echoes", None))
    bench.time.at(8.2, lambda: bench.device.say(b"\x00"))
    assert outcomes(bench) == [Outcome.CONFIRMED, Outcome.UNCERTAIN]


def test_a_clones_late_answer_is_not_taken_for_this_jobs_and_the_next_one_is() -> None:
    def job_after_an_unanswered_one(own_answer: bytes) -> tuple[list[Outcome], float]:
        bench = Bench(make=clone)
        bench.device.in_order = None
        bench.print(1)
        bench.print(2, at=25.0)
        ended = when_done(bench)
        bench.time.at(25.2, lambda: bench.device.say(b"\x00"))
        bench.time.at(25.4, lambda: bench.device.say(own_answer))
        found = outcomes(bench)
        return found, ended[1] - 25.0

    found, seconds = job_after_an_unanswered_one(b"")
    assert found == [Outcome.UNCERTAIN, Outcome.UNCERTAIN]
    assert seconds > Patience().confirm
    found, seconds = job_after_an_unanswered_one(b"\x00")
    assert found == [Outcome.UNCERTAIN, Outcome.SENT]
    assert seconds < Patience().confirm


def test_a_printer_that_refuses_right_before_the_first_byte_is_not_started_and_stays_connected() -> None:
    bench = Bench()

    def run_out(data: bytes) -> None:
        if len(data) > 100:
            bench.device.takes = len(bench.device.received)
            bench.device.say(PAPER_OUT)

    bench.device.on_write = run_out
    bench.print()
    assert outcomes(bench, 9.0) == [Outcome.NOT_STARTED]
    assert bench.connections == 1


def test_a_printer_that_takes_no_more_is_left_and_one_that_says_why_is_not() -> None:
    def connections(says: bytes) -> tuple[list[Outcome], int]:
        bench = Bench()
        bench.device.takes = 1000
        bench.make = Device
        bench.print()
        bench.time.at(6.0, lambda: bench.device.say(says))
        return outcomes(bench, 20.0), bench.connections

    assert connections(b"") == ([Outcome.UNCERTAIN], 2)
    assert connections(PAPER_OUT)[0] == [Outcome.INTERRUPTED]


def session_of(device: Device, status: PaperStatus | None = None, **options: object) -> PrinterSession:
    session = PrinterSession(
        device,
        device.time,
        lambda status: None,
        patience=Patience(),
        closing=lambda: False,
        profile=GENERIC,
        habits=options.pop("habits", Habits()),  # type: ignore[arg-type]
    )
    device.time.device = device
    session.greet()
    if status is not None:
        session.status = status
    return session


def set_waiting(session: PrinterSession, waiting: bool) -> Callable[[], None]:
    def become() -> None:
        session.status = replace(session.status, ticket_waiting=waiting)

    return become


def test_the_next_ticket_waits_until_the_last_is_taken_from_the_mouth() -> None:
    time = Time()
    device = Device(time)
    session = session_of(device)
    set_waiting(session, True)()
    time.at(3.0, set_waiting(session, False))
    assert session.print(JOB, Lead.RESYNC) is Outcome.CONFIRMED
    assert time.now == pytest.approx(3.1, abs=0.3)


def test_a_ticket_that_nobody_takes_holds_the_next_back_for_ten_seconds_only() -> None:
    time = Time()
    device = Device(time, automatic=None)
    session = session_of(device)
    set_waiting(session, True)()
    assert session.print(JOB, Lead.RESYNC) is Outcome.CONFIRMED
    assert time.now == pytest.approx(Patience().taking, abs=0.5)


def test_a_printer_that_goes_while_the_mouth_is_watched_has_not_begun() -> None:
    time = Time()
    device = Device(time)
    session = session_of(device)
    set_waiting(session, True)()

    def refuse(data: bytes) -> None:
        raise TransportError("it is gone", hint="plug it in", absent=True)

    time.at(2.0, lambda: setattr(device, "on_write", refuse))
    assert session.print(JOB, Lead.RESYNC) is Outcome.NOT_STARTED
    assert session.gone
    assert b"\x1d(H" not in device.received


@pytest.mark.parametrize(
    ("habits", "nulls", "automatic"),
    [(Habits(), True, 2), (Habits(resync=False), False, 2), (Habits(automatic=False), True, 0)],
)
def test_each_habit_can_be_left_off_for_the_proof(habits: Habits, nulls: bool, automatic: int) -> None:
    device = Device(Time())
    session = session_of(device, habits=habits)
    assert session.print(JOB, Lead.SEPARATE) is Outcome.CONFIRMED
    assert (bytes(1000) in device.received) is nulls
    assert device.received.count(b"\x1da\x0e") == automatic
    assert b"\x1b@\x1dVB\x00" in device.received


def test_time_alone_confirms_only_where_that_habit_is_off() -> None:
    for habits, outcome in ((Habits(), Outcome.UNCERTAIN), (Habits(believe_only_printer=False), Outcome.CONFIRMED)):
        session = session_of(Device(Time(), echoes=None, in_order=None), habits=habits)
        assert session.print(JOB, Lead.RESYNC) is outcome
