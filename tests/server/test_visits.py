"""What became of everybody: each way through the office, and whole days held against the queue's own figures."""

import pytest

from server.visits import CARRIED, HEARD_LATE, Outcome, Stint, Visit, visits_of
from sync.body import Body
from sync.facts import understand
from sync.facts_office import (
    CounterClosed,
    CounterOpened,
    CounterPaused,
    CounterResumed,
    ServedByHand,
    ServiceTicketless,
    TicketAdmitted,
    TicketCalled,
    TicketCancelled,
    TicketCarried,
    TicketFinished,
    TicketNoShow,
    TicketParked,
    TicketPlaced,
    TicketPrioritised,
    TicketRecalled,
    TicketServing,
    TicketTransferred,
)
from sync.facts_restated import TicketRestated
from sync.live import Live
from sync.tickets import Status
from sync.took import Took
from sync.types import Seq, UtcMs
from tests.sync.officedays import OfficeDay
from tests.sync.queueing import DAY, name

T = name(1)


def at(minute: int) -> UtcMs:
    return UtcMs(minute * 60_000)


def admitted(*services: str, how: str = "issued", cases: tuple[int, ...] = ()) -> TicketAdmitted:
    return TicketAdmitted(at(1), T, DAY, "A001", services or ("a",), at(0), how, cases=cases)


def call(minute: int, counter: int = 1, why: str = "rule") -> TicketCalled:
    return TicketCalled(at(minute), T, counter, f"s{counter}", why)


def served(minute: int, for_: int, counter: int = 1) -> tuple[Body, ...]:
    """Called, there at once, and done."""
    return call(minute, counter), TicketServing(at(minute), T, "s1"), TicketFinished(at(minute + for_), T, "s1")


def one(*facts: Body) -> Visit:
    (visit,) = visits_of(facts).visits
    return visit


def test_who_is_served_waited_until_the_first_call_and_took_the_time_at_the_counter() -> None:
    facts = call(10), TicketRecalled(at(11), T, "s1"), TicketServing(at(12), T, "s1"), TicketFinished(at(20), T, "s1")
    visit = one(admitted(), *facts)
    assert (visit.outcome, visit.waited_ms, visit.served_ms) == (Outcome.SERVED, at(10), at(8))
    assert (visit.counter, visit.staff, visit.ended_ms, visit.missed) == (1, "s1", at(20), 0)


def test_a_second_service_waits_from_when_the_first_was_done() -> None:
    first, second = visits_of([admitted("a", "b", cases=(1, 2)), *served(10, 5), *served(18, 4, 2)]).visits
    assert (first.service, first.waited_ms, first.served_ms, first.first) == ("a", at(10), at(5), True)
    assert (second.service, second.waited_ms, second.served_ms, second.first) == ("b", at(3), at(4), False)
    assert (first.cases, second.cases, second.counter) == (1, 2, 2)


def test_who_comes_back_after_a_missed_call_is_served_and_the_first_call_ends_the_wait() -> None:
    missed = call(10), TicketNoShow(at(12), T, "s1"), TicketPlaced(at(15), T, 3, "kiosk")
    visit = one(admitted(), *missed, *served(20, 5))
    assert (visit.outcome, visit.missed, visit.waited_ms, visit.served_ms) == (Outcome.SERVED, 1, at(10), at(5))


def test_who_never_comes_back_stays_a_no_show_with_its_wait() -> None:
    visit = one(admitted(), call(10), TicketNoShow(at(12), T, "s1", "gave-up"))
    assert (visit.outcome, visit.reason, visit.waited_ms, visit.stints) == (Outcome.NO_SHOW, "gave-up", at(10), ())


def test_an_errand_is_neither_waiting_nor_service() -> None:
    errand = (
        call(10), TicketServing(at(10), T, "s1"), TicketParked(at(14), T, "s1", "copy"),
        TicketPlaced(at(40), T, 0, "kiosk"),
    )  # fmt: skip
    visit = one(admitted(), *errand, *served(45, 3))
    assert (visit.waited_ms, visit.served_ms) == (at(10), at(4 + 3))
    assert visit.stints == (Stint(1, at(10), at(14)), Stint(1, at(45), at(48)))


def test_a_call_that_was_taken_back_was_none() -> None:
    visit = one(admitted(), call(10), TicketPlaced(at(11), T, 0, "withdrawn", "s1"), *served(16, 2))
    assert visit.waited_ms == at(16)


def test_who_was_at_a_counter_and_is_transferred_waits_anew_for_the_other_service() -> None:
    moved = call(10), TicketServing(at(10), T, "s1"), TicketTransferred(at(13), T, "s1", "b", "next-step")
    first, second = visits_of([admitted(), *moved, *served(20, 5, 2)]).visits
    assert (first.outcome, first.service, first.served_ms, first.reason) == (
        Outcome.TRANSFERRED, "a", at(3), "next-step",
    )  # fmt: skip
    assert (second.outcome, second.service, second.waited_ms, second.first) == (Outcome.SERVED, "b", at(7), False)


def test_who_still_waits_and_is_transferred_goes_on_waiting() -> None:
    visit = one(admitted(), TicketTransferred(at(5), T, "s1", "b", "wrong-service"), *served(20, 5))
    assert (visit.service, visit.waited_ms) == ("b", at(20))


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ((), Outcome.OPEN),
        ((TicketCancelled(at(5), T, "s1", "citizen-asked"),), Outcome.CANCELLED),
        ((TicketCarried(at(5), T, "2026-12-01"),), Outcome.CARRIED),
        ((call(5),), Outcome.OPEN),
    ],
)
def test_nobody_is_left_out(facts: tuple[Body, ...], outcome: Outcome) -> None:
    assert one(admitted(), *facts).outcome is outcome


@pytest.mark.parametrize(("how", "why"), [("carried", CARRIED), ("arrived", HEARD_LATE), ("issued", None)])
def test_a_wait_that_is_not_known_says_why(how: str, why: str | None) -> None:
    visit = one(admitted(how=how), *served(10, 5))
    assert visit.untimed == why
    assert visit.waited_ms == (at(10) if why is None else None)
    assert visit.late is (how == "carried")


def test_a_pick_by_hand_and_priority_that_staff_gave_are_told() -> None:
    visit = one(admitted(), TicketPrioritised(at(2), T, "s1"), call(10, why="supervisor"))
    assert visit.by_hand
    assert visit.priority


def test_a_ticket_whose_facts_came_back_is_told_once_and_one_whose_facts_did_not_has_no_wait() -> None:
    def restated(number: int, status: str) -> TicketRestated:
        label = f"A{number:03}"
        return TicketRestated(at(9), name(number), label, DAY, ("a",), at(0), number, at(8), status, counter=1)

    facts = [admitted(), call(7), restated(1, "called"), restated(2, "serving"), TicketServing(at(9), T, "s1")]
    known, unknown = visits_of([*facts, TicketFinished(at(12), name(2), "s1")]).visits
    assert (known.waited_ms, known.stints) == (at(7), (Stint(1, at(9)),))
    assert (unknown.waited_ms, unknown.outcome, unknown.stints) == (None, Outcome.SERVED, (Stint(1, at(8), at(12)),))


def test_counters_are_at_work_between_their_breaks_and_what_goes_beside_the_queue_is_counted() -> None:
    seen = visits_of(
        [
            CounterOpened(at(0), 2, "s2", ("a",)),
            CounterPaused(at(10), 2, "s2", "lunch"),
            CounterResumed(at(30), 2, "s2"),
            ServiceTicketless(at(31), 2, "s2", "a", "question-only"),
            CounterClosed(at(60), 2, "s2"),
            ServedByHand(at(70), "s9", "Z", 3, 5, at(61), at(69)),
        ]
    )
    assert seen.at_work == (Stint(2, at(0), at(10)), Stint(2, at(30), at(60)))
    assert [(each.service, each.counter) for each in seen.ticketless] == [("a", 2)]
    assert seen.by_hand == 3


@pytest.mark.parametrize("seed", range(4))
def test_a_whole_day_agrees_with_the_queue_itself(seed: int) -> None:
    """The queue's own fold knows how long each ticket waited for its first call, and how each ended."""
    day = OfficeDay(seed, citizens=60, counters=3).run()
    bodies = [body for fact in day.section.facts if (body := understand(fact)) is not None]
    live, took = Live(), Took()
    for number, body in enumerate(bodies, 1):
        before, live = live, live.after(body, Seq(number))
        took = took.after(before, body)
    visits = visits_of(bodies).visits
    firsts = {each.ticket: each for each in visits if each.first}
    assert firsts.keys() == live.tickets.keys()
    waits = {ticket: each.waited_ms for ticket, each in firsts.items() if each.waited_ms is not None}
    withdrawn = {body.ticket for body in bodies if isinstance(body, TicketPlaced) and body.how == "withdrawn"}
    assert {k: v for k, v in waits.items() if k not in withdrawn} == {
        k: v for k, v in took.waits.items() if k not in withdrawn
    }
    last = {each.ticket: each.outcome for each in visits}
    ends = {
        Status.SERVED: Outcome.SERVED,
        Status.ABSENT: Outcome.NO_SHOW,
        Status.CANCELLED: Outcome.CANCELLED,
        Status.CARRIED: Outcome.CARRIED,
    }
    assert last == {ticket: ends.get(each.status, Outcome.OPEN) for ticket, each in live.tickets.items()}
    assert len([each for each in visits if each.outcome is Outcome.SERVED]) == sum(
        isinstance(body, TicketFinished) for body in bodies
    )
