"""Who is next: the rule's order, and what it promises to everybody."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.body import TicketName
from sync.facts_office import RuleAdopted
from sync.rule import VERSIONS, UnknownRule, choose
from sync.tickets import QueueTicket
from sync.types import JournalId, Seq, UtcMs
from tests.sync.queueing import MINUTE, Queue, name

NOW = UtcMs(1_000_000)


def rule(**changes: int) -> RuleAdopted:
    return RuleAdopted(NOW, **changes)


def test_first_come_is_first_served_within_a_class() -> None:
    queue = Queue.opened(("a",))
    for number in (1, 2, 3):
        queue.take(number)
        queue.wait(MINUTE)
    assert queue.calls() == [1, 2, 3]


def test_priority_grows_old_three_times_as_fast() -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    queue.wait(20 * MINUTE)
    queue.take(2, priority=True)
    queue.wait(9 * MINUTE)  # 27 against 29 minutes
    held = queue.live.choose(1, queue.now)
    assert held is not None
    assert held.name == name(1)
    queue.wait(2 * MINUTE)  # 33 against 31
    assert queue.calls() == [2, 1]


def test_a_counter_calls_only_what_it_serves() -> None:
    queue = Queue.opened(("b",), ("a", "b"))
    queue.take(1, "a")
    queue.take(2, "b")
    assert queue.calls(1) == [2]
    assert queue.calls(2) == [1]


def test_the_cap_puts_a_ticket_before_all_later_ones() -> None:
    queue = Queue.opened(("a",), rule=rule(priority_rate=1000, overtakes=2))
    queue.take(1)
    queue.wait(1)
    for number in range(2, 7):
        queue.take(number, priority=True)
    queue.wait(MINUTE)
    assert queue.calls() == [2, 3, 1, 4, 5, 6]


def test_a_returned_ticket_is_called_after_its_published_place() -> None:
    queue = Queue.opened(("a",), rule=rule(returned_place=2))
    first = queue.take(1)
    for number in (2, 3, 4, 5):
        queue.wait(MINUTE)
        queue.take(number)
    queue.next()
    queue.no_show()
    queue.back(first, queue.live.rule.returned_place)
    assert queue.calls() == [2, 3, 1, 4, 5]


def test_a_returned_ticket_does_not_wait_for_a_place_when_nobody_else_waits() -> None:
    queue = Queue.opened(("a",))
    first = queue.take(1)
    queue.next()
    queue.no_show()
    queue.back(first, 3)
    assert queue.calls() == [1]


def test_calls_of_other_services_bring_no_held_ticket_forward() -> None:
    queue = Queue.opened(("a",), ("b",))
    first = queue.take(1)
    queue.next()
    queue.no_show()
    queue.back(first, 2)
    queue.take(2)
    queue.take(3, "b")
    queue.next(2)
    assert queue.live.tickets[first].hold == 2
    queue.next(1)
    assert queue.live.tickets[first].hold == 1


def test_carried_tickets_are_first() -> None:
    queue = Queue.opened(("a",))
    queue.take(1, priority=True, since=0)
    carried = replace(queue.live.tickets[name(1)], name=name(9), carried=True, priority=False, admitted=9)
    waiting = [*queue.live.waiting(), carried]
    assert choose(waiting, {"a"}, queue.now, queue.live.rule) == carried


def test_a_clock_that_was_set_back_makes_nobody_older() -> None:
    queue = Queue.opened(("a",))
    queue.take(1, since=queue.now + 60 * MINUTE)
    queue.take(2)
    assert queue.calls() == [1, 2]


def test_a_version_that_this_release_does_not_have_is_named() -> None:
    queue = Queue.opened(("a",), rule=rule(rule=99))
    queue.take(1)
    with pytest.raises(UnknownRule, match="version 99"):
        queue.next()
    assert 1 in VERSIONS


WAITING = st.builds(
    QueueTicket,
    name=st.builds(TicketName, st.just(JournalId("bb" * 16)), st.integers(1, 10_000).map(Seq)),
    label=st.text(max_size=4),
    day=st.text(max_size=4),
    services=st.sampled_from([("a",), ("b",)]),
    since_ms=st.integers(0, NOW).map(UtcMs),
    admitted=st.integers(1, 50),
    at_ms=st.integers(0, NOW).map(UtcMs),
    priority=st.booleans(),
    overtaken=st.integers(0, 6),
    hold=st.none() | st.integers(0, 3),
    placed=st.integers(0, 50),
    carried=st.booleans(),
)


@given(st.lists(WAITING, max_size=8, unique_by=(lambda t: t.admitted, lambda t: t.placed)), st.randoms())
def test_the_rule_sees_class_time_and_service_and_nothing_else(waiting: list[QueueTicket], random: object) -> None:
    """Whatever else differs (number, label, day, who serves it), the same one is called."""
    seen = {"services", "since_ms", "admitted", "priority", "overtaken", "hold", "placed", "carried", "step"}
    blind = [replace(t, name=name(0), label="?", day="?", at_ms=UtcMs(0), recalls=7, by_hand=True) for t in waiting]
    chosen, again = choose(waiting, {"a"}, NOW, rule()), choose(blind[::-1], {"a"}, NOW, rule())
    assert (chosen is None) == (again is None)
    if chosen is not None and again is not None:
        for field in fields(QueueTicket):
            if field.name in seen:
                assert getattr(chosen, field.name) == getattr(again, field.name)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["take", "take-priority", "call", "call", "no-show", "back", "back-second"]),
        st.integers(1, 3),
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 5 * MINUTE),
    ),
    max_size=120,
)
COUNTERS = (("a", "b"), ("b", "c"), ("a", "b", "c"))


def run(acts: list[tuple[str, int, str, int]], cap: int, rate: int) -> int:
    """Play these acts; the most that any ticket was overtaken while it could be called, counted apart from the fold."""
    queue = Queue.opened(*COUNTERS, rule=rule(overtakes=cap, priority_rate=rate))
    overtaken: dict[TicketName, int] = {}
    order: list[TicketName] = []
    for act, counter, service, ms in acts:
        queue.wait(ms)
        absent = [each.name for each in queue.live.tickets.values() if each.status.value == "absent"]
        if act in ("take", "take-priority"):
            order.append(queue.take(len(order) + 1, service, priority=act == "take-priority"))
        elif act == "call":
            if queue.live.at_counter(counter):
                queue.serve(counter)
            free = [t for t in queue.live.waiting() if not t.hold and t.service in COUNTERS[counter - 1]]
            called = queue.next(counter)
            for each in free if called else []:
                if called is not None and order.index(each.name) < order.index(called.name):
                    overtaken[each.name] = overtaken.get(each.name, 0) + 1
        elif act == "no-show" and queue.live.at_counter(counter):
            queue.no_show(counter)
        elif act.startswith("back") and absent:
            queue.back(absent[-1 if act == "back-second" else 0], 2)
    return max(overtaken.values(), default=0)


@settings(max_examples=150, deadline=None)
@given(ACTS, st.integers(0, 4), st.sampled_from([1, 3, 50]))
def test_no_ticket_is_overtaken_beyond_the_cap(acts: list[tuple[str, int, str, int]], cap: int, rate: int) -> None:
    assert run(acts, cap, rate) <= cap


def test_control_without_the_cap_tickets_are_overtaken_at_will() -> None:
    acts = [("take", 1, "a", 0)] + [("take-priority", 1, "a", 1), ("call", 1, "a", 1)] * 12
    assert run(acts, 2, 50) <= 2
    assert run(acts, 10**9, 50) > 10


def test_nobody_starves_under_a_stream_of_priority() -> None:
    """At every moment there is a younger ticket with priority; the ordinary one is called after the cap."""
    queue = Queue.opened(("a",), rule=rule(priority_rate=10**6, overtakes=5))
    queue.take(1)
    queue.take(2)
    called: list[int] = []
    for number in range(3, 40):
        queue.take(number, priority=True)
        queue.wait(MINUTE)
        found = queue.next()
        assert found is not None
        called.append(int(found.name.seq))
        queue.serve()
    assert called.index(1) == 5
    assert called.index(2) == 6


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["a", "b", "c"]), st.integers(0, MINUTE)), max_size=40))
def test_nobody_starves_under_any_arrivals(arrivals: list[tuple[bool, str, int]]) -> None:
    """Every ticket is called before more than (tickets admitted before it + the cap) others, at a counter for all."""
    queue = Queue.opened(("a", "b", "c"), rule=rule(overtakes=3, priority_rate=100))
    called: list[int] = []
    number = 0
    for priority, service, ms in arrivals:
        number += 1
        queue.take(number, service, priority=priority)
        queue.wait(ms)
        if number % 2:
            found = queue.next()
            assert found is not None
            called.append(int(found.name.seq))
            queue.serve()
    called += queue.calls()
    assert sorted(called) == list(range(1, number + 1))
    for place, each in enumerate(called):
        assert place <= (each - 1) + 3
