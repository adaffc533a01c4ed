"""The cable is pulled and put back at every moment of a job, over USB and serial: what is said of the job is held
against what is on paper. The real loop and the real transports, over stand-ins for the system's calls."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from hardware.encoder import AUTO_STATUS, encode_job
from hardware.makes import MAKES
from hardware.outcome import Habits, Lead, Patience
from hardware.print_keeper import Keeper
from hardware.printer import Dots, Finished, Outcome, PrinterEvent, PrintJob, StatusChanged
from hardware.profile import GENERIC, Profile
from hardware.status import question_bytes
from hardware.strikes import Strike
from tests.faults.paper_truth import Attempt, Paper, papers, picture
from tests.hardware.simulated import Time
from tests.hardware.wired import Wired

STRIDE, ROWS = 22, 96
PROFILE = replace(GENERIC, width=Dots(STRIDE * 8))
HEIGHTS = {1: ROWS, 2: ROWS}
FIRST_S, NEXT_S, END_S = 5.0, 120.0, 220.0
BACK_S = (0.002, 0.4, 3.0, 40.0)
"""Back before anybody has looked, soon, and after long."""
CABLES = {"usb": None, "serial": "none", "serial rtscts": "rtscts", "serial xonxoff": "xonxoff"}
MOST_CALLS = 60
Pull = Callable[[Wired], None]


@dataclass
class Ran:
    """What became of two jobs, of which the first is disturbed, what lies on the floor, and how many system calls the
    first one took."""

    wired: Wired
    ended: list[Finished]
    floor: list[Paper]
    calls: int

    @property
    def outcomes(self) -> list[Outcome]:
        return [event.outcome for event in self.ended]


def job(serial: int) -> PrintJob:
    return PrintJob(serial, picture(Attempt(serial, 1, False), ROWS, STRIDE))


def run(cable: str, make: str, pull: Pull = lambda wired: None, back: float = 3.0, habits: Habits | None = None) -> Ran:
    """`pull` sets the trap as the first job is handed over; `back`: the seconds until the cable is in again."""
    time, calls = Time(), list[str]()
    made = replace(MAKES[make], width=STRIDE * 8, buffer_bytes=1024, mm_per_s=100.0, cut_s=0.3)
    wired = Wired(time, replace(made, xonxoff=cable == "serial xonxoff"), CABLES[cable])
    wired.lasts = back
    ended: list[tuple[Finished, int]] = []

    def woken() -> None:
        ended.extend((event, len(calls)) for event in keeper.poll() if isinstance(event, Finished))

    keeper = Keeper(wired.open, woken, time, profile=PROFILE, patience=Patience(), habits=habits)

    def begin() -> None:
        wired.on_call = calls.append
        pull(wired)
        keeper.submit(job(1))

    time.at(FIRST_S, begin)
    time.at(NEXT_S, lambda: keeper.submit(job(2)))
    time.at(END_S, keeper.stop)
    keeper.run()
    wired.tear_off()
    floor = [paper for piece in wired.pieces for paper in papers(piece, 0.0, HEIGHTS)]
    return Ran(wired, [event for event, _ in ended], floor, ended[0][1])


def wrongs(ran: Ran) -> Iterator[str]:
    """Where paper and word differ."""
    if [event.job_id for event in ran.ended] != [1, 2]:
        yield f"ended: {ran.ended}"
        return
    for serial, outcome in enumerate(ran.outcomes, 1):
        mine = [paper for paper in ran.floor if paper.of.serial == serial]
        whole = sum(paper.whole and paper.cut for paper in mine)
        if outcome in (Outcome.CONFIRMED, Outcome.SENT) and whole != 1:
            yield f"job {serial} is {outcome.value}, and {whole} whole sheets of it are there"
        if outcome is Outcome.NOT_STARTED and mine:
            yield f"job {serial} is not-started, and some of it is on paper"
        if whole > 1:
            yield f"job {serial} is there {whole} times"
    if ran.outcomes[1] not in (Outcome.CONFIRMED, Outcome.SENT):
        yield f"the next job is {ran.outcomes[1].value}"
    if any(len({paper.of.serial for paper in papers(piece, 0.0, HEIGHTS)}) > 1 for piece in ran.wired.pieces):
        yield "two jobs hang together"


def moments(cable: str, make: str) -> dict[str, list[Pull]]:
    """By its class: bytes that have arrived, rows that are burnt, and the kiosk's calls before which it happens."""
    well = run(cable, make)
    assert list(wrongs(well)) == []
    data = encode_job(job(1), Lead.RESYNC, profile=PROFILE)
    begin = well.wired.stream.index(data)
    picture_at, cut_at = data.index(AUTO_STATUS) + len(AUTO_STATUS), data.rindex(b"\x1dV")
    echo_at, end = cut_at + 4, len(data)
    asked = begin - len(question_bytes())
    return {
        "before": [at_byte(at) for at in (*range(asked, begin), begin)],
        "in the lead": [at_byte(begin + at) for at in (1, 2, 700, picture_at - 8, picture_at - 4, picture_at - 1)],
        "in the picture": [at_byte(begin + at) for at in (*range(picture_at, cut_at, 97), cut_at - 1)],
        "in the cut": [at_byte(begin + at) for at in range(cut_at, echo_at)],
        "before the echo": [at_byte(begin + at) for at in range(echo_at, end + 1)],
        "while it prints": [at_row(at) for at in (1, 2, ROWS // 2, ROWS - 1, ROWS)],
        "at a call": [at_call(at) for at in range(1, well.calls + 1, -(-well.calls // MOST_CALLS))],
    }


def at_byte(count: int) -> Pull:
    def pull(wired: Wired) -> None:
        wired.pull_at = count

    return pull


def at_row(count: int) -> Pull:
    return lambda wired: wired.mechanism.plan([Strike("row", count, "cable-pulled")])


def at_call(number: int) -> Pull:
    """Before the kiosk's call of that number the cable is out."""

    def pull(wired: Wired) -> None:
        left = number

        def called(name: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                wired.pull()

        wired.on_call = called

    return pull


WAYS = [(cable, make) for cable in CABLES for make in ("epson", "clone", "mute")]


@pytest.mark.parametrize(("cable", "make"), WAYS)
def test_whenever_the_cable_is_pulled_and_put_back_no_more_is_said_than_is_on_paper_and_the_next_ticket_is_whole(
    cable: str, make: str
) -> None:
    seen: dict[str, set[Outcome]] = {}
    for moment, pulls in moments(cable, make).items():
        for number, pull in enumerate(pulls):
            ran = run(cable, make, pull, BACK_S[number % len(BACK_S)])
            assert list(wrongs(ran)) == [], (moment, number, ran.outcomes)
            seen.setdefault(moment, set()).add(ran.outcomes[0])
    unasked = make == "mute"  # nothing is asked of it that it could leave unanswered, so its bytes are on their way
    assert seen.pop("before") == {Outcome.UNCERTAIN if unasked else Outcome.NOT_STARTED}
    assert {Outcome.NOT_STARTED, Outcome.UNCERTAIN} <= seen.pop("at a call")
    assert set().union(*seen.values()) == {Outcome.UNCERTAIN}
    assert len(seen) == 5


@pytest.mark.parametrize("cable", CABLES)
@pytest.mark.parametrize(
    ("habits", "says"),
    [(Habits(believe_only_printer=False), "0 whole sheets"), (Habits(resync=False), "the next job is")],
    ids=["time-outs only", "no NULs"],
)
def test_control_without_one_of_its_habits_the_kiosk_is_caught(cable: str, habits: Habits, says: str) -> None:
    pulls = [pull for pulls in moments(cable, "epson").values() for pull in pulls]
    caught = [wrong for pull in pulls for wrong in wrongs(run(cable, "epson", pull, habits=habits))]
    assert [wrong for wrong in caught if says in wrong]


def off_at_boot(
    cable: str, make: str, profile: Profile = PROFILE, *, answered: bool = False, off: bool = True
) -> tuple[list[Outcome], list[Paper], list[str | None]]:
    """The kiosk begins beside a printer that is off, is switched on after a minute, and prints (or is on all the time):
    (outcomes of a ticket before and of one after that, what is on paper, the faults that were told one after the
    other)."""
    time, events = Time(), list[PrinterEvent]()
    made = replace(MAKES[make], width=STRIDE * 8, buffer_bytes=1024, mm_per_s=100.0, cut_s=0.3)
    wired = Wired(time, replace(made, xonxoff=cable == "serial xonxoff"), CABLES[cable], on=not off)
    keeper = Keeper(wired.open, lambda: events.extend(keeper.poll()), time, profile=profile, answered=answered)
    time.at(FIRST_S, lambda: keeper.submit(job(1)))
    if off:
        time.at(60.0, wired.switch_on)
    time.at(NEXT_S, lambda: keeper.submit(job(2)))
    time.at(END_S, keeper.stop)
    keeper.run()
    wired.tear_off()
    floor = [paper for piece in wired.pieces for paper in papers(piece, 0.0, HEIGHTS)]
    faults = [event.status.fault for event in events if isinstance(event, StatusChanged)]
    return [event.outcome for event in events if isinstance(event, Finished)], floor, list(dict.fromkeys(faults))


def test_a_usb_printer_that_is_off_at_boot_is_told_and_prints_once_it_is_on() -> None:
    outcomes, floor, faults = off_at_boot("usb", "epson")
    assert outcomes == [Outcome.NOT_STARTED, Outcome.CONFIRMED]
    assert [paper.of.serial for paper in floor if paper.whole] == [2]
    assert faults == ["unreachable", None]


@pytest.mark.parametrize("cable", ["serial", "serial rtscts", "serial xonxoff"])
def test_a_serial_printer_that_must_answer_and_is_off_at_boot_is_told_and_prints_once_it_is_on(cable: str) -> None:
    outcomes, floor, faults = off_at_boot(cable, "epson", replace(PROFILE, questions="yes"))
    assert outcomes == [Outcome.NOT_STARTED, Outcome.SENT]
    assert [paper.of.serial for paper in floor if paper.whole] == [2]
    assert faults == ["unreachable", None]


@pytest.mark.parametrize("make", ["epson", "mute"])
def test_a_busy_line_of_a_printer_that_is_off_at_boot_keeps_a_ticket_from_counting_as_sent(make: str) -> None:
    outcomes, floor, _ = off_at_boot("serial rtscts", make)
    assert outcomes == [Outcome.UNCERTAIN, Outcome.SENT]
    assert [paper.of.serial for paper in floor if paper.whole] == [2]


@pytest.mark.parametrize("cable", ["serial", "serial rtscts", "serial xonxoff"])
def test_a_serial_printer_that_has_answered_at_a_start_before_and_is_off_at_boot_is_told(cable: str) -> None:
    outcomes, floor, faults = off_at_boot(cable, "epson", answered=True)
    assert outcomes == [Outcome.NOT_STARTED, Outcome.SENT]
    assert [paper.of.serial for paper in floor if paper.whole] == [2]
    assert faults == ["unreachable", None]


def test_a_mute_usb_printer_in_the_place_of_one_that_answered_at_a_start_before_is_believed_in_time() -> None:
    outcomes, floor, faults = off_at_boot("usb", "mute", answered=True, off=False)
    assert outcomes == [Outcome.NOT_STARTED, Outcome.SENT]
    assert [paper.of.serial for paper in floor if paper.whole] == [2]
    assert faults == ["unreachable", None]


def test_control_behind_three_wires_nobody_can_see_that_it_was_exchanged() -> None:
    outcomes, floor, faults = off_at_boot("serial", "mute", answered=True, off=False)
    assert (outcomes, floor, faults) == ([Outcome.NOT_STARTED] * 2, [], ["unreachable"])


def test_limit_behind_three_wires_a_printer_that_is_off_at_the_very_first_start_is_taken_for_a_mute_one() -> None:
    """docs/printers.md says so, and to set questions = "yes"."""
    outcomes, floor, faults = off_at_boot("serial", "epson")
    assert outcomes[0] is Outcome.SENT
    assert [paper.of.serial for paper in floor if paper.whole] == [2]
    assert faults == [None]
