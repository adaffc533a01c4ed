"""The queue played on: it calls whom the office would call, when the office would, and sees what is still to come."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.body import TicketName
from sync.facts_office import CounterPaused, TicketFinished, TicketServing
from sync.foresee import about_to_take, ahead, foresee
from sync.live import Live
from sync.tickets import QueueTicket
from sync.types import UtcMs
from tests.sync.queueing import MINUTE, Queue, name
from tests.sync.test_rule import rule

TEN = 10 * MINUTE


def ten(service: str) -> float:
    """Every call takes ten minutes."""
    return TEN


def foreseen(queue: Queue, ticket: TicketName | QueueTicket) -> float | None:
    """Minutes until the call."""
    wanted = ticket if isinstance(ticket, QueueTicket) else queue.live.tickets[ticket]
    found = foresee(queue.live, wanted, queue.now, queue.live.working(), ten)
    return None if found is None else found.ms / MINUTE


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["take", "take", "take-priority", "call", "no-show", "back"]),
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 5 * MINUTE),
    ),
    max_size=40,
)


def played(acts: list[tuple[str, str, int]], cap: int) -> Queue:
    """One counter for everything, after these acts, and free."""
    queue = Queue.opened(("a", "b", "c"), rule=rule(overtakes=cap, priority_rate=3))
    for number, (act, service, ms) in enumerate(acts, 1):
        queue.wait(ms)
        absent = [each.name for each in queue.live.tickets.values() if each.status.value == "absent"]
        if act.startswith("take"):
            queue.take(number, service, priority=act == "take-priority")
        elif act == "back" and absent:
            queue.back(absent[0], 2)
        elif queue.live.at_counter(1):
            queue.no_show() if act == "no-show" else queue.serve()
        elif act == "call":
            queue.next()
    if queue.live.at_counter(1):
        queue.serve()
    return queue


def in_the_order_of_the_list(live: Live, ticket: QueueTicket, now_ms: UtcMs) -> int:
    """The control: as if places of tickets that came back, and the cap, did not move while others are called."""
    return live.order(("a", "b", "c"), now_ms).index(ticket)


def wrong(acts: list[tuple[str, str, int]], cap: int, control: bool = False) -> int:
    """How many waiting tickets have another number ahead than calls were made before theirs."""
    queue = played(acts, cap)
    before = queue.live
    said = {
        each.name: in_the_order_of_the_list(before, each, queue.now) if control
        else ahead(before, each, queue.now, before.working())
        for each in before.waiting()
    }  # fmt: skip
    real = {name(number): place for place, number in enumerate(queue.calls())}
    return sum(real[ticket] != place for ticket, place in said.items())


@settings(max_examples=150, deadline=None)
@given(ACTS, st.integers(0, 3))
def test_the_number_ahead_is_the_number_of_calls_that_the_console_makes_first(
    acts: list[tuple[str, str, int]], cap: int
) -> None:
    assert wrong(acts, cap) == 0


def test_control_the_mere_list_is_wrong_where_somebody_came_back() -> None:
    took = [("take", "a", MINUTE)] * 5
    acts = [("take", "a", 0), ("call", "a", 0), ("no-show", "a", 0), *took, ("back", "a", 0)]
    assert wrong(acts, 5) == 0
    assert wrong(acts, 5, control=True) > 0


def test_only_those_count_whom_counters_for_this_service_call() -> None:
    queue = Queue.opened(("a", "b"), ("c",))
    for number, service in enumerate(("c", "b", "c", "a"), 1):
        queue.take(number, service)
    assert ahead(queue.live, queue.live.tickets[name(4)], queue.now, queue.live.working()) == 1


def test_whoever_takes_a_ticket_now_comes_after_those_who_wait_and_before_a_place_further_back() -> None:
    queue = Queue.opened(("a",))
    for number in (1, 2, 3):
        queue.take(number)
    queue.wait(MINUTE)
    newcomer = about_to_take(queue.live, ("a",), queue.now)
    assert ahead(queue.live, newcomer, queue.now, queue.live.working()) == 3
    assert foreseen(queue, newcomer) == 30
    queue.next()
    queue.back(queue.no_show(), 10)
    assert ahead(queue.live, newcomer, queue.now, queue.live.working()) == 2


def test_counters_share_the_work_and_each_calls_what_it_serves() -> None:
    queue = Queue.opened(("a", "b"), ("b",))
    for number, service in enumerate(("a", "a", "b", "b", "b"), 1):
        queue.take(number, service)
    assert [foreseen(queue, name(number)) for number in range(1, 6)] == [0, 10, 0, 10, 20]


def test_the_rest_of_a_call_counts_and_never_less_than_a_third() -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    queue.take(2)
    queue.next()
    queue.wait(4 * MINUTE)
    assert foreseen(queue, name(2)) == 6
    queue.wait(60 * MINUTE)
    assert foreseen(queue, name(2)) == pytest.approx(10 / 3)


def test_a_visit_of_two_services_comes_back_with_its_old_waiting_time() -> None:
    queue = Queue.opened(("a", "b"))
    queue.take(1, "a", "b")
    queue.wait(MINUTE)
    queue.take(2, "a")
    assert foreseen(queue, name(2)) == 20
    queue.next()
    assert foreseen(queue, name(2)) == 20
    queue.do(TicketServing(queue.now, name(1), "s1"))
    queue.do(TicketFinished(queue.now, name(1), "s1"))
    assert foreseen(queue, name(2)) == 10


def test_tickets_with_priority_that_will_come_are_let_in_as_they_came() -> None:
    quiet = Queue.opened(("a",), rule=rule(overtakes=3))
    for number in range(1, 9):
        quiet.take(number)
    busy = Queue.opened(("a",), rule=rule(overtakes=3))
    for number in range(1, 9):
        busy.take(number, since=busy.now)
    for number in range(9, 14):  # were called and are gone; more like them will come
        busy.take(number, priority=True)
    served = {
        ticket: replace(each, status=type(each.status).SERVED) if each.priority else each
        for ticket, each in busy.live.tickets.items()
    }
    busy.live = replace(busy.live, tickets=served)
    ordinary = foreseen(quiet, name(8))
    overtaken = foreseen(busy, name(8))
    assert ordinary == 70
    assert overtaken is not None
    assert 70 < overtaken <= 70 + 3 * 10, "no more than the cap allows"


def test_without_a_counter_for_it_nothing_is_foreseen() -> None:
    queue = Queue.opened(("b",), ("a",))
    queue.take(1, "a")
    assert foreseen(queue, name(1)) == 0
    queue.do(CounterPaused(queue.now, 2, "s2", "break"))
    assert foreseen(queue, name(1)) is None
