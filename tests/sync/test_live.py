"""The queue as it stands: legal steps, refused ones, counters."""

import dataclasses
import itertools
from typing import Any

import pytest

from sync.codec import Fact, decode, encode
from sync.facts import DayOpened, draft, understand
from sync.facts_office import (
    OFFICE,
    CameraSetup,
    CounterClosed,
    CounterOpened,
    CounterPaused,
    CounterResumed,
    CounterSetup,
    CountersSet,
    ServiceTicketless,
    TicketCalled,
    TicketCancelled,
    TicketCarried,
    TicketFact,
    TicketFinished,
    TicketNoShow,
    TicketParked,
    TicketPlaced,
    TicketPrioritised,
    TicketRecalled,
    TicketServing,
    TicketTransferred,
)
from sync.facts_online import ONLINE
from sync.live import Live, fold
from sync.tickets import AT_A_COUNTER, OPEN, TABLE, IllegalStep, Status
from sync.types import BootId, BootMs, Seq, UtcMs
from tests.sync.queueing import MINUTE, Queue, name


def facts_about(queue: Queue, number: int = 1) -> dict[type[TicketFact], TicketFact]:
    now, ticket = queue.now, name(number)
    made: tuple[TicketFact, ...] = (
        TicketCalled(now, ticket, 1, "s1"),
        TicketRecalled(now, ticket, "s1"),
        TicketNoShow(now, ticket, "s1"),
        TicketServing(now, ticket, "s1"),
        TicketFinished(now, ticket, "s1"),
        TicketTransferred(now, ticket, "s1", "a", "next-step"),
        TicketParked(now, ticket, "s1", "copy"),
        TicketPlaced(now, ticket, 0, "console", "s1"),
        TicketCancelled(now, ticket, "s1", "test"),
        TicketPrioritised(now, ticket, "s1"),
        TicketCarried(now, ticket, "2026-12-01"),
    )
    return {type(each): each for each in made}


WAYS: dict[Status, tuple[type[TicketFact], ...]] = {
    Status.WAITING: (),
    Status.CALLED: (TicketCalled,),
    Status.SERVING: (TicketCalled, TicketServing),
    Status.PARKED: (TicketCalled, TicketServing, TicketParked),
    Status.ABSENT: (TicketCalled, TicketNoShow),
    Status.SERVED: (TicketCalled, TicketServing, TicketFinished),
    Status.CANCELLED: (TicketCancelled,),
    Status.CARRIED: (TicketCarried,),
}


@pytest.mark.parametrize(("status", "kind"), list(itertools.product(Status, facts_about(Queue()))), ids=str)
def test_every_pair_of_status_and_fact_is_a_step_of_the_table_or_is_refused(
    status: Status, kind: type[TicketFact]
) -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    for way in WAYS[status]:
        queue.do(facts_about(queue)[way])
    before = queue.live
    assert before.tickets[name(1)].status is status
    leads_to = TABLE.get((status, kind))
    if leads_to is None:
        with pytest.raises(IllegalStep) as refused:
            queue.do(facts_about(queue)[kind])
        assert refused.value.hint
        assert queue.live == before
    else:
        queue.do(facts_about(queue)[kind])
        assert queue.live.tickets[name(1)].status in leads_to


def test_every_status_can_be_reached_and_open_ones_can_be_left() -> None:
    reached = {to for leads_to in TABLE.values() for to in leads_to} | {Status.WAITING}
    assert reached == set(Status)
    assert {status for status, _ in TABLE} >= OPEN


def test_a_visit_goes_on_with_its_next_service_and_keeps_its_age() -> None:
    queue = Queue.opened(("a", "b"))
    queue.take(1, "a", "b")
    since = queue.now
    queue.wait(5 * MINUTE)
    queue.take(2, "b")
    queue.next()
    queue.serve()
    ticket = queue.live.tickets[name(1)]
    assert (ticket.status, ticket.service, ticket.since_ms) == (Status.WAITING, "b", since)
    assert queue.calls() == [1, 2]
    assert queue.live.tickets[name(1)].status is Status.SERVED


def test_a_transfer_keeps_the_age_and_changes_the_present_service_only() -> None:
    queue = Queue.opened(("a",), ("b",))
    queue.take(1, "a", "c")
    queue.next()
    queue.do(TicketServing(queue.now, name(1), "s1"))
    queue.do(TicketTransferred(queue.now, name(1), "s1", "b", "wrong-service"))
    assert queue.live.tickets[name(1)].services == ("b", "c")
    assert queue.live.counter(1).ticket is None
    assert queue.next(2) is not None


@pytest.mark.parametrize("how", ["closed", "paused", "busy", "unable", "unknown", "twice"])
def test_what_a_counter_cannot_do_is_refused_with_what_to_do(how: str) -> None:
    queue = Queue.opened(("a",), ("a",))
    queue.take(1)
    queue.take(2, "b" if how == "unable" else "a")
    call = TicketCalled(queue.now, name(2), 1, "s1")
    match how:
        case "closed":
            queue.do(CounterClosed(queue.now, 1, "s1"))
        case "paused":
            queue.do(CounterPaused(queue.now, 1, "s1", "lunch"))
        case "busy":
            queue.next(1)
        case "unknown":
            call = TicketCalled(queue.now, name(77), 1, "s1")
        case "twice":
            queue.do(TicketCalled(queue.now, name(2), 2, "s2"))
    before = queue.live
    with pytest.raises(IllegalStep) as refused:
        queue.do(call)
    assert refused.value.hint
    assert queue.live == before


def test_a_counter_with_a_citizen_neither_closes_nor_pauses() -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    queue.next()
    for body in (CounterClosed(queue.now, 1, "s1"), CounterPaused(queue.now, 1, "s1", "lunch")):
        with pytest.raises(IllegalStep, match="A001"):
            queue.do(body)
    queue.serve()
    queue.do(CounterPaused(queue.now, 1, "s1", "lunch"))
    assert queue.live.working() == []
    queue.do(CounterResumed(queue.now, 1, "s1"))
    assert [each.counter for each in queue.live.working()] == [1]


def test_a_counter_that_would_serve_nothing_does_not_open() -> None:
    with pytest.raises(IllegalStep, match="nothing"):
        Queue().do(CounterOpened(UtcMs(1), 1, "s1", ()))


def test_a_counter_tells_the_last_fact_that_concerned_it() -> None:
    queue = Queue.opened(("a",), ("a",))
    queue.take(1)
    before = queue.live.counter(1).changed
    queue.next(2)
    assert queue.live.counter(1).changed == before
    assert queue.live.counter(2).changed == queue.live.seq
    queue.do(ServiceTicketless(queue.now, 1, "s1", "a", "question-only"))
    assert queue.live.counter(1).changed == queue.live.seq
    assert queue.live.ticketless == 1


def test_a_new_day_begins_with_an_empty_queue_and_the_same_rule() -> None:
    queue = Queue.opened(("a",))
    queue.do(CountersSet(queue.now, (CounterSetup(1, ("a",), "cam-1"),)))
    queue.take(1)
    queue.do(DayOpened("2026-12-01", "clock"))
    assert (queue.live.tickets, queue.live.admitted, queue.live.day) == ({}, 0, "2026-12-01")
    assert queue.live.working() == []
    assert queue.live.setups[1].camera == "cam-1"


def test_nobody_is_at_two_counters_and_no_counter_has_two() -> None:
    queue = Queue.opened(("a",), ("a",))
    for number in (1, 2, 3):
        queue.take(number)
    queue.next(1)
    queue.next(2)
    held = [counter.ticket for counter in queue.live.counters.values()]
    assert held == [name(1), name(2)]
    at = [ticket.counter for ticket in queue.live.tickets.values() if ticket.status in AT_A_COUNTER]
    assert at == [1, 2]


def test_the_fold_of_rows_is_the_fold_of_bodies_and_passes_over_what_it_does_not_know() -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    queue.next()
    bodies: list[Any] = [draft(body) for body in queue.facts]
    rows = [
        encode(Fact(Seq(number), each.kind, each.version, BootId("ab" * 16), BootMs(number), each.body))
        for number, each in enumerate(bodies, 1)
    ]
    strange = Fact(Seq(99), "ticket.beamed", 1, BootId("ab" * 16), BootMs(9), {})
    assert fold([*map(decode, rows), strange]) == queue.live


@pytest.mark.parametrize("shape", [*OFFICE, *ONLINE], ids=lambda shape: shape.kind)
def test_every_kind_of_fact_has_a_canonical_row_that_gives_it_back(shape: Any) -> None:
    values: dict[str, Any] = {
        "ticket": name(3), "services": ("a", "b"), "cases": (1, 2), "counters": (CounterSetup(1, ("a",), None),),
        "reason": "copy", "since_ms": 5, "came_ms": 9, "priority": True, "cameras": (CameraSetup("cam-1", 30),),
    }  # fmt: skip
    default = {"int": 3, "str": "x", "UtcMs": 7, "str | None": None, "bool": True}
    fields = {
        field.name: values.get(field.name, default.get(getattr(field.type, "__name__", str(field.type)), "x"))
        for field in dataclasses.fields(shape)
    }
    body = shape(**fields)
    made = draft(body)
    fact = Fact(Seq(1), made.kind, made.version, BootId("ab" * 16), BootMs(1), made.body)
    assert understand(decode(encode(fact))) == body


def test_the_live_queue_of_nothing_is_empty() -> None:
    assert fold([]) == Live()
