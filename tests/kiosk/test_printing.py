from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.printer import MAX_JOB_ID, Outcome
from kiosk.printing import (
    FRESH_MS,
    MOST_COPIES,
    MOST_SENT,
    TABLE,
    Event,
    Phase,
    Printing,
    PrintingError,
    Prints,
    fresh,
    job_id,
)
from sync.codec import Fact
from sync.facts import Body, MachineStarted, PrintAsked, PrintEnded, PrintSending, TicketIssued, draft
from sync.types import BootId, BootMs, Seq

BOOT, NEXT_BOOT = BootId("0" * 32), BootId("1" * 32)


class Box:
    """A journal in small, with the fold kept beside it."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.prints = Prints()
        self.boot = BOOT

    def store(self, body: Body, at: int) -> Seq:
        made = draft(body)
        fact = Fact(Seq(len(self.facts) + 1), made.kind, made.version, self.boot, BootMs(at), made.body)
        self.prints = self.prints.after(fact)
        self.facts.append(fact)
        return fact.seq

    def issue(self, at: int = 0, n: int = 1) -> Seq:
        return self.store(TicketIssued("2026-11-23", "A", 0, n, f"A{n:03}", ("x",), "0" * 64), at)

    def next(self, at: int, *, can_print: bool = True) -> Printing | None:
        return self.prints.next(self.boot, BootMs(at), can_print=can_print)

    def send(self, at: int) -> Printing:
        printing = self.next(at)
        assert printing is not None
        self.store(printing.fact, at)
        return printing

    def can_ask(self, ticket: Seq, at: int) -> bool:
        return self.prints.can_ask(ticket, self.boot, BootMs(at))

    def ask(self, ticket: Seq, at: int) -> None:
        assert self.can_ask(ticket, at)
        self.store(PrintAsked(ticket), at)

    def end(self, outcome: Outcome, at: int) -> None:
        job = self.prints.under_way
        assert job is not None
        self.store(PrintEnded(job.ticket, job.attempt, outcome.value), at)


def test_a_ticket_is_sent_at_once_and_is_done_when_the_printer_says_so() -> None:
    box = Box()
    ticket = box.issue()
    assert box.next(0) == Printing(PrintSending(ticket, 1), copy=False)
    box.send(0)
    job = box.prints.under_way
    assert job is not None
    assert (job.ticket, job.attempt, job.job_id) == (ticket, 1, 2)
    box.end(Outcome.CONFIRMED, 900)
    assert (box.prints.under_way, box.prints.unprinted(), box.next(1_000)) == (None, (), None)


def test_one_job_is_under_way_at_a_time_and_the_oldest_goes_first() -> None:
    box = Box()
    first, second = box.issue(0, 1), box.issue(10, 2)
    assert box.send(20).fact.ticket == first
    assert box.next(30) is None
    assert box.prints.deadline(BOOT, BootMs(30), can_print=True) is None
    box.end(Outcome.SENT, 900)
    assert box.send(900).fact.ticket == second


def test_nothing_is_sent_while_the_printer_cannot_print() -> None:
    box = Box()
    box.issue()
    assert box.next(0, can_print=False) is None
    assert box.prints.deadline(BOOT, BootMs(0), can_print=False) is None


def test_a_job_that_was_not_started_is_tried_again_after_a_growing_wait_while_the_ticket_is_fresh() -> None:
    box = Box()
    box.issue()
    at, attempts = 0, []
    while (due := box.prints.deadline(BOOT, BootMs(at), can_print=True)) is not None:
        at = max(at, due)
        box.send(at)
        attempts.append(at)
        box.end(Outcome.NOT_STARTED, at)
    assert attempts == [0, 5_000, 15_000, 35_000, 75_000]
    assert [job.phase for job in box.prints.unprinted()] == [Phase.NOT_STARTED]


def test_control_without_the_wait_a_refusing_printer_would_write_facts_without_end() -> None:
    box = Box()
    box.issue()
    box.send(0)
    box.end(Outcome.NOT_STARTED, 0)
    assert box.next(1) is None
    assert box.next(4_999) is None
    assert box.next(5_000) is not None


@pytest.mark.parametrize(("at", "sent"), [(FRESH_MS - 1, True), (FRESH_MS, False)])
def test_a_ticket_is_printed_late_for_two_minutes_only(at: int, *, sent: bool) -> None:
    box = Box()
    box.issue()
    assert (box.next(at) is not None) is sent
    assert len(box.prints.unprinted()) == 1


def test_a_ticket_of_an_earlier_boot_is_not_printed() -> None:
    box = Box()
    box.issue()
    box.boot = NEXT_BOOT
    assert box.next(1) is None


def test_an_interrupted_job_is_repeated_as_a_copy_and_stays_one() -> None:
    box = Box()
    box.issue()
    assert box.send(0).copy is False
    box.end(Outcome.INTERRUPTED, 500)
    assert box.send(10_000).copy is True
    box.end(Outcome.NOT_STARTED, 10_001)
    assert box.send(30_000).copy is True


def test_a_job_found_in_sending_after_a_power_cut_is_uncertain_and_never_sent_again() -> None:
    box = Box()
    box.issue()
    box.send(0)
    box.boot = NEXT_BOOT
    [ended] = Prints.fold(box.facts).at_boot()
    assert ended == PrintEnded(Seq(1), 1, "uncertain")
    box.store(ended, 5)
    assert box.prints.at_boot() == ()
    assert box.next(6) is None
    assert [job.phase for job in box.prints.unprinted()] == [Phase.UNCERTAIN]


def test_part_of_a_ticket_may_hang_after_all_but_a_good_end_or_none() -> None:
    after: dict[Outcome, list[bool]] = {}
    for outcome in Outcome:
        box = Box()
        box.issue()
        seen = [box.prints.may_hang]
        box.send(0)
        seen.append(box.prints.may_hang)
        box.end(outcome, 500)
        after[outcome] = [*seen, box.prints.may_hang]
    bad = (Outcome.INTERRUPTED, Outcome.UNCERTAIN)
    assert after == {outcome: [False, True, outcome in bad] for outcome in Outcome}


def sent_again_after(phase: Phase, table: Mapping[tuple[Phase, Event], Phase]) -> bool:
    """Whether this table lets a job in this phase reach the printer again."""
    seen: set[Phase] = set()
    reach = {phase}
    while reach - seen:
        here = (reach - seen).pop()
        seen.add(here)
        reach |= {to for (begin, event), to in table.items() if begin is here and event is not Event.ASKED}
    return Phase.SENDING in seen


def test_what_may_be_on_paper_is_never_sent_again_by_itself() -> None:
    assert [phase for phase in Phase if sent_again_after(phase, TABLE)] == [
        Phase.QUEUED,
        Phase.SENDING,
        Phase.NOT_STARTED,
        Phase.INTERRUPTED,
        Phase.ASKED,
    ]


def test_control_a_table_that_repeats_uncertain_jobs_is_caught() -> None:
    assert sent_again_after(Phase.UNCERTAIN, {**TABLE, (Phase.UNCERTAIN, Event.SENDING): Phase.SENDING})


def test_every_outcome_of_the_printer_has_its_phase() -> None:
    assert {outcome.value for outcome in Outcome} == {event.value for event in Event} - {"sending", "asked"}
    assert all((Phase.SENDING, Event(outcome.value)) in TABLE for outcome in Outcome)


@pytest.mark.parametrize(
    "body",
    [
        PrintSending(Seq(9), 1),
        PrintSending(Seq(1), 2),
        PrintEnded(Seq(1), 1, "confirmed"),
        PrintEnded(Seq(9), 1, "confirmed"),
    ],
)
def test_an_illegal_fact_raises_and_changes_nothing(body: Body) -> None:
    box = Box()
    box.issue()
    before = box.prints
    with pytest.raises(PrintingError) as caught:
        box.store(body, 1)
    assert caught.value.hint
    assert box.prints == before


@pytest.mark.parametrize("ended", [PrintEnded(Seq(1), 2, "sent"), PrintEnded(Seq(1), 1, "vanished")])
def test_an_end_that_fits_no_attempt_raises(ended: PrintEnded) -> None:
    box = Box()
    box.issue()
    box.send(0)
    with pytest.raises(PrintingError):
        box.store(ended, 1)


def test_other_facts_change_nothing_and_ids_stay_in_the_printers_range() -> None:
    box = Box()
    before = box.prints
    box.store(MachineStarted("1", "2"), 0)
    assert box.prints is before
    assert [job_id(Seq(seq)) for seq in (1, MAX_JOB_ID, MAX_JOB_ID + 1)] == [1, MAX_JOB_ID, 1]


def test_a_printer_that_is_away_for_weeks_fills_no_memory() -> None:
    box = Box()
    for n in range(1, 601):
        box.issue(n, n)
    assert len(box.prints.jobs) == 500
    assert box.prints.unprinted()[-1].ticket == 600


# Asked for --------------------------------------------------------------------------------------------------------

DAY = 86_400_000


def ended_as(outcome: Outcome) -> tuple[Box, Seq]:
    """A ticket whose first attempt ended so at 900 ms."""
    box = Box()
    ticket = box.issue()
    box.send(0)
    box.end(outcome, 900)
    return box, ticket


@pytest.mark.parametrize("outcome", [Outcome.UNCERTAIN, Outcome.INTERRUPTED, Outcome.SENT])
def test_paper_that_is_asked_for_is_printed_at_once_as_a_copy_of_the_same_ticket(outcome: Outcome) -> None:
    box, ticket = ended_as(outcome)
    box.ask(ticket, 1_000)
    assert box.next(1_000) == Printing(PrintSending(ticket, 2), copy=True)
    assert box.send(1_000).copy
    box.end(Outcome.CONFIRMED, 2_000)
    assert (box.prints.job(ticket), box.next(DAY)) == (None, None)


def test_paper_of_which_no_byte_ever_left_is_no_copy() -> None:
    box, ticket = ended_as(Outcome.NOT_STARTED)
    assert box.next(901) is None
    box.ask(ticket, 901)
    assert box.next(901) == Printing(PrintSending(ticket, 2), copy=False)


def test_the_two_minutes_are_counted_from_the_asking_even_in_another_boot() -> None:
    box, ticket = ended_as(Outcome.UNCERTAIN)
    box.boot = NEXT_BOOT
    box.ask(ticket, 500)
    job = box.prints.job(ticket)
    assert job is not None
    assert fresh(job, NEXT_BOOT, BootMs(500 + FRESH_MS - 1))
    assert box.next(500 + FRESH_MS) is None


def test_an_asking_of_which_nothing_came_in_time_is_renewed_and_counts_once() -> None:
    box, ticket = ended_as(Outcome.UNCERTAIN)
    for at in range(1_000, 10 * FRESH_MS, FRESH_MS):
        assert not box.can_ask(ticket, at - 1) or at == 1_000
        box.ask(ticket, at)
    job = box.prints.job(ticket)
    assert job is not None
    assert (job.asked, job.phase) == (1, Phase.ASKED)


def test_after_an_asking_a_refusing_printer_is_tried_again_as_with_a_new_ticket() -> None:
    box, ticket = ended_as(Outcome.NOT_STARTED)
    for at in (5_900, 15_900, 35_900):
        box.send(at)
        box.end(Outcome.NOT_STARTED, at)
    box.ask(ticket, 40_000)
    box.send(40_000)
    box.end(Outcome.NOT_STARTED, 40_000)
    assert box.prints.deadline(BOOT, BootMs(40_000), can_print=True) == 45_000


@pytest.mark.parametrize("last", [Outcome.UNCERTAIN, Outcome.SENT, Outcome.NOT_STARTED, Outcome.INTERRUPTED])
def test_paper_of_one_ticket_can_be_asked_for_twice_and_no_more(last: Outcome) -> None:
    box, ticket = ended_as(Outcome.UNCERTAIN)
    for at in range(1_000, 1_000 + 10 * MOST_COPIES, 10):
        box.ask(ticket, at)
        box.send(at)
        box.end(last, at + 1)
    assert MOST_COPIES == 2
    assert not box.can_ask(ticket, DAY)
    with pytest.raises(PrintingError, match="2 times"):
        box.store(PrintAsked(ticket), DAY)


def test_nothing_is_asked_for_that_is_confirmed_on_its_way_or_about_to_be() -> None:
    box = Box()
    ticket = box.issue()
    assert not box.can_ask(ticket, 1), "queued: it comes by itself"
    assert box.can_ask(ticket, FRESH_MS), "it comes no more"
    box.send(2)
    assert not box.can_ask(ticket, 3), "under way"
    with pytest.raises(PrintingError):
        box.store(PrintAsked(ticket), 3)
    box.end(Outcome.UNCERTAIN, 4)
    box.ask(ticket, 5)
    assert not box.can_ask(ticket, 6), "asked for already"
    box.send(7)
    assert not box.can_ask(ticket, 8)
    box.end(Outcome.CONFIRMED, 9)
    assert not box.can_ask(ticket, 10)
    with pytest.raises(PrintingError):
        box.store(PrintAsked(ticket), 10)


def test_a_ticket_that_the_printer_took_without_a_word_is_no_news_until_it_is_asked_for() -> None:
    box, ticket = ended_as(Outcome.SENT)
    assert (box.prints.unprinted(), dict(box.prints.jobs)) == ((), {})
    box.ask(ticket, 1_000)
    assert [job.ticket for job in box.prints.unprinted()] == [ticket]


def test_a_month_of_a_silent_printer_fills_no_memory() -> None:
    box = Box()
    for n in range(1, MOST_SENT + 101):
        box.issue(n, n)
        box.send(n)
        box.end(Outcome.SENT, n)
    assert len(box.prints.sent) == MOST_SENT
    assert not box.can_ask(Seq(1), DAY)
    with pytest.raises(PrintingError, match="no print job"):
        box.store(PrintAsked(Seq(1)), DAY)


moves = st.lists(
    st.tuples(st.sampled_from(["issue", "send", "cut", "ask", "ask", *Outcome]), st.integers(0, 20_000)), max_size=60
)


@given(moves)
def test_whatever_happens_the_fold_says_the_same_and_a_second_paper_is_marked(
    given_: list[tuple[str | Outcome, int]],
) -> None:
    box, at, inked, asked = Box(), 0, set[Seq](), Counter[Seq]()
    for move, wait in given_:
        at += wait
        if move == "issue":
            box.issue(at, len(box.facts) + 1)
        elif move == "send" and (printing := box.next(at)) is not None:
            assert printing.copy is (printing.fact.ticket in inked)
            box.send(at)
        elif move == "ask" and (known := [*box.prints.jobs, *box.prints.sent]):
            ticket = known[at % len(known)]
            if box.can_ask(ticket, at):
                job = box.prints.job(ticket)
                asked[ticket] += job is not None and job.phase is not Phase.ASKED
                box.ask(ticket, at)
        elif move == "cut":
            box.boot = BootId(f"{len(box.facts):032x}")
            for ended in box.prints.at_boot():
                inked.add(ended.ticket)
                box.store(ended, at)
        elif isinstance(move, Outcome) and (job := box.prints.under_way) is not None:
            if move is not Outcome.NOT_STARTED:
                inked.add(job.ticket)
            box.end(move, at)
        assert Prints.fold(box.facts) == box.prints
        assert max(asked.values(), default=0) <= MOST_COPIES
