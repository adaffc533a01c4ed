"""The roll: what is worth a fact, the new one that is tried, the night, and what is left of it."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.printer import UNREACHABLE, Outcome, PaperLevel, PaperStatus
from kiosk.roll import FEED_MM, Roll, taken_mm
from kiosk.screen_types import Screen
from sync.disk import DiskTrouble
from sync.facts import Body, PaperChanged, PaperRefilled, PrintEnded, PrinterChanged, PrinterTested
from sync.paper_left import PaperLeft
from sync.types import Seq
from tests.kiosk.fakes import Kiosk, opened

ROLL_MM = 60_000


def status(paper: PaperLevel | None, *, cover: bool | None = False) -> PaperStatus:
    return PaperStatus(True, paper, cover, False, True)


def story(*statuses: PaperStatus) -> list[Body]:
    """The facts that these statuses are worth, with those of the cover between them as the desk writes them."""
    roll, fault = Roll(), None
    facts: list[Body] = []
    for each in statuses:
        if each.fault != fault:
            fault = each.fault
            facts.append(PrinterChanged(fault))
            roll = roll.after(facts[-1])
        for body in roll.news(each, ROLL_MM):
            facts.append(body)
            roll = roll.after(body)
    return [body for body in facts if not isinstance(body, PrinterChanged)]


LOW, OUT, FULL = status("near-end"), status("out"), status("ok")
OPEN = status("out", cover=True)
REFILLED = [PaperChanged("ok"), PaperRefilled(ROLL_MM)]


@pytest.mark.parametrize(
    ("statuses", "facts"),
    [
        ((FULL, FULL), []),
        ((FULL, LOW, LOW), [PaperChanged("near-end")]),
        ((LOW, FULL, LOW), [PaperChanged("near-end")]),
        ((OUT, OPEN, FULL), [PaperChanged("out"), *REFILLED]),
        ((LOW, status("near-end", cover=True), FULL), [PaperChanged("near-end"), *REFILLED]),
        ((FULL, status("ok", cover=True), FULL), []),
        ((FULL, OPEN, FULL), []),
        ((LOW, UNREACHABLE, LOW), [PaperChanged("near-end")]),
        ((OUT, LOW, FULL), [PaperChanged("out"), PaperChanged("near-end"), *REFILLED]),
        ((status(None, cover=None), status(None, cover=None)), []),
    ],
    ids=[
        "a full roll is no news",
        "low is told once",
        "a sensor at its edge is no new roll",
        "ran out and refilled",
        "changed before it ran out",
        "opened and closed",
        "what hangs under an open cover is not believed",
        "away for a while",
        "a used roll put in, then a new one",
        "a printer that tells nothing",
    ],
)
def test_what_the_sensors_say_is_a_fact_where_it_is_news(statuses: tuple[PaperStatus, ...], facts: list[Body]) -> None:
    assert story(*statuses) == facts


def test_control_a_roll_that_forgets_who_was_at_the_cover_would_see_no_new_one() -> None:
    assert PaperRefilled(ROLL_MM) not in Roll("near-end", handled=False).news(FULL, ROLL_MM)
    assert PaperRefilled(ROLL_MM) in Roll("near-end", handled=True).news(FULL, ROLL_MM)


def test_a_picture_takes_its_rows_and_the_way_to_the_blade() -> None:
    assert [taken_mm(rows) - FEED_MM for rows in (8, 9, 800)] == [1, 2, 100]
    assert taken_mm(709, dots_per_inch=180) - FEED_MM == 100


# What is left ---------------------------------------------------------------------------------------------------------


def left(level: str | None, *bodies: Body) -> int | None:
    found = PaperLeft()
    for body in bodies:
        found = found.after(body)
    return found.left(level)


def tickets(count: int, mm: int = 100, outcome: str = "confirmed") -> Iterable[PrintEnded]:
    return (PrintEnded(Seq(n), 1, outcome, mm) for n in range(1, count + 1))


def test_tickets_left_are_what_the_roll_still_holds_of_those_printed_so_far() -> None:
    assert left("ok", PaperRefilled(10_000), *tickets(10)) == 90
    assert left("ok", PaperRefilled(10_000), *tickets(10), PrinterTested("refill", "passed", 50)) == 89
    assert left("ok", PaperRefilled(10_000), *tickets(5), *tickets(5, 300)) == 40, "of the mean length"
    assert left("ok", PaperRefilled(10_000), *tickets(10, outcome="interrupted")) == 90, "torn paper is gone too"
    assert left("ok", PaperRefilled(10_000), *tickets(10), *tickets(3, 0, "not-started")) == 90
    assert left("ok", PaperRefilled(10_000), *tickets(90), PaperRefilled(10_000)) == 100


@pytest.mark.parametrize(
    ("level", "bodies"),
    [
        ("ok", [*tickets(10)]),
        ("ok", [PaperRefilled(10_000)]),
        ("ok", [PaperRefilled(10_000), *tickets(100)]),
        ("near-end", [PaperRefilled(10_000), *tickets(10)]),
    ],
    ids=["no roll was seen", "no ticket yet", "longer than it was said to be", "shorter than it was said to be"],
)
def test_nothing_is_claimed_where_the_facts_do_not_carry_it(level: str, bodies: list[Body]) -> None:
    assert left(level, *bodies) is None


def test_an_empty_roll_has_none_left_whatever_was_reckoned() -> None:
    assert left("out", PaperRefilled(10_000), *tickets(10)) == 0


@given(st.integers(1, 10**6), st.lists(st.integers(1, 500), min_size=1, max_size=50))
def test_tickets_left_never_take_more_than_the_roll(roll_mm: int, lengths: list[int]) -> None:
    count = left("ok", PaperRefilled(roll_mm), *(PrintEnded(Seq(1), 1, "confirmed", mm) for mm in lengths))
    if count is not None:
        assert 0 <= count * sum(lengths) <= (roll_mm - sum(lengths)) * len(lengths)


# On the machine -------------------------------------------------------------------------------------------------------


def shown(kiosk: Kiosk, *statuses: PaperStatus) -> Kiosk:
    for each in statuses:
        kiosk.printer.set_status(each)
        kiosk.settle()
    return kiosk


def papers(kiosk: Kiosk) -> list[Body]:
    return [body for body in kiosk.facts() if isinstance(body, PaperChanged | PaperRefilled | PrinterTested)]


def test_a_new_roll_is_tried_with_a_slip_and_what_came_of_it_is_a_fact(tmp_path: Path) -> None:
    kiosk = shown(opened(tmp_path), OUT, OPEN, FULL)
    assert papers(kiosk) == [
        PaperChanged("out"),
        PaperChanged("ok"),
        PaperRefilled(60_000),
        PrinterTested("refill", "passed", taken_mm(1)),
    ]
    assert (len(kiosk.slips), kiosk.drawn) == (1, [])
    assert kiosk.screen() is Screen.ATTRACT


def test_a_slip_that_fails_is_told_by_what_stood_in_the_way_and_not_repeated(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    shown(kiosk, OUT, OPEN, FULL)
    kiosk.printer.status = OPEN
    kiosk.printer.finish(Outcome.INTERRUPTED)
    kiosk.settle()
    assert papers(kiosk)[-1] == PrinterTested("refill", "cover-open", taken_mm(1))
    kiosk.later(60_000)
    assert len(kiosk.slips) == 1


def test_whoever_waits_for_paper_goes_before_the_slip(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.printer.set_status(OUT)
    kiosk.printer.finish(Outcome.INTERRUPTED)
    kiosk.settle()
    kiosk.printer.hold = False
    shown(kiosk, OPEN)
    kiosk.later(6_000)
    shown(kiosk, FULL)
    first, second = kiosk.printer.jobs[-2:]
    assert first.job_id != second.job_id, "the printer can tell the two apart"
    ends = [body for body in kiosk.facts() if isinstance(body, PrintEnded | PrinterTested)]
    assert [(body.kind, body.outcome) for body in ends] == [
        ("print.ended", "interrupted"),
        ("print.ended", "confirmed"),
        ("printer.tested", "passed"),
    ]


def test_no_slip_is_printed_of_a_roll_that_the_disk_did_not_take(tmp_path: Path) -> None:
    kiosk = shown(opened(tmp_path), OUT, OPEN)
    kiosk.journal.refusing = DiskTrouble.FULL
    shown(kiosk, FULL)
    assert kiosk.slips == []
    kiosk.journal.refusing = None
    kiosk.later(20_000)
    assert PaperRefilled(60_000) in kiosk.facts()
    assert kiosk.slips == [], "whoever put it in has left"


def test_staff_see_that_paper_is_low_and_nobody_is_kept_from_a_ticket(tmp_path: Path) -> None:
    kiosk = shown(opened(tmp_path), LOW)
    assert kiosk.machine.state.condition.paper_low
    assert kiosk.screen() is Screen.ATTRACT
    kiosk.close()
    again = shown(opened(tmp_path), LOW)
    assert again.machine.state.condition.paper_low, "a restart keeps it"
    assert papers(again) == [PaperChanged("near-end")], "and tells it once"
    assert not shown(again, status("near-end", cover=True), FULL).machine.state.condition.paper_low


# At night -------------------------------------------------------------------------------------------------------------

HOUR = 3_600_000
TO_NIGHT = 15 * HOUR + HOUR // 2 - 60_000
"""From the machine's start, a minute after noon, to 03:30."""


def trials(kiosk: Kiosk) -> list[Body]:
    return [body for body in kiosk.facts() if isinstance(body, PrinterTested)]


@pytest.mark.parametrize(
    ("found", "outcome"),
    [(FULL, "passed"), (OUT, "paper-out"), (PaperStatus(True), "uncertain"), (UNREACHABLE, "unreachable")],
)
def test_each_night_how_the_printer_is_goes_on_record_without_paper(
    tmp_path: Path, found: PaperStatus, outcome: str
) -> None:
    kiosk = shown(opened(tmp_path), found)
    kiosk.later(TO_NIGHT - 1_000)
    assert trials(kiosk) == []
    kiosk.later(2_000)
    assert trials(kiosk) == [PrinterTested("night", outcome, 0)]
    kiosk.later(HOUR)
    assert len(trials(kiosk)) == 1, "once a night"
    kiosk.later(23 * HOUR)
    assert len(trials(kiosk)) == 2
    assert kiosk.printer.jobs == []


def test_the_night_is_a_deadline_for_the_sleeping_machine(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.later(1_000)
    deadline = kiosk.machine.deadline()
    assert deadline is not None
    assert deadline <= kiosk.clock.boottime_ms + TO_NIGHT
