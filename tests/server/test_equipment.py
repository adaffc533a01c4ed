"""Counters that are open follow what an administrator changes, and nobody is left at one without services."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import acts
from server.decide import Who, decide
from server.equipment import Skills, able, set_counters, skilled
from server.errors import ActRefused
from sync.facts_office import CounterClosed, CounterOpened, CounterPaused, CounterSetup, CountersSet, StaffSkilled
from tests.sync.queueing import Queue

SERVICES = ("a", "b", "c")
ALL = CounterSetup(1, SERVICES)


def opened(*services: str, skills: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> Queue:
    """Counter 1 with this equipment, opened by somebody of these skills, for `only` a part of it."""
    queue = Queue.opened()
    queue.do(CountersSet(queue.now, (CounterSetup(1, services),)))
    for body in decide(acts.Open(only), queue.live, 1, Who("s1", skills=skills), SERVICES, queue.now):
        queue.do(body)
    return queue


def equip(queue: Queue, *counters: CounterSetup, skills: Skills | None = None) -> None:
    for body in set_counters(queue.live, counters, skills or {}, SERVICES, "s9", queue.now):
        queue.do(body)


def train(queue: Queue, before: Skills, after: Skills) -> None:
    for body in skilled(queue.live, before, after, SERVICES, "s9", queue.now):
        queue.do(body)


def test_an_open_counter_serves_what_it_is_equipped_for_at_once() -> None:
    queue = opened("a")
    equip(queue, CounterSetup(1, ("b", "a")))
    assert queue.live.counter(1).services == ("a", "b")
    assert queue.facts[-1] == CounterOpened(queue.now, 1, "s1", ("a", "b"))


def test_whoever_opened_for_a_part_keeps_to_that_part() -> None:
    queue = opened("a", "b", only=("a",))
    equip(queue, ALL)
    assert queue.live.counter(1).services == ("a",)
    assert isinstance(queue.facts[-1], CountersSet)


def test_a_break_stays_a_break() -> None:
    queue = opened("a")
    queue.do(CounterPaused(queue.now, 1, "s1", "lunch"))
    equip(queue, ALL)
    assert (queue.live.counter(1).services, queue.live.counter(1).pause) == (SERVICES, "lunch")


def test_a_counter_that_would_serve_nothing_is_closed_and_whoever_closes_it_is_named() -> None:
    queue = opened("a")
    equip(queue, CounterSetup(2, ("a",)))
    assert queue.facts[-1] == CounterClosed(queue.now, 1, "s9")
    assert not queue.live.counter(1).open


def test_nobody_is_left_at_a_counter_that_serves_nothing() -> None:
    queue = opened("a")
    queue.take(1)
    queue.next()
    before = queue.live
    with pytest.raises(ActRefused) as refused:
        equip(queue, CounterSetup(2, ("a",)))
    assert (refused.value.code, queue.live) == ("counter-busy", before)


def test_what_is_the_same_is_no_fact() -> None:
    queue = opened(*SERVICES)
    before = list(queue.facts)
    equip(queue, ALL)
    train(queue, {"s1": ()}, {"s1": (), "s2": ()})
    assert queue.facts == before


def test_skills_are_facts_and_the_counter_of_that_person_follows() -> None:
    queue = opened(*SERVICES, skills=("a",))
    train(queue, {"s1": ("a",)}, {"s1": ("a", "c"), "s2": ("b",)})
    assert StaffSkilled(queue.now, "s1", ("a", "c")) in queue.facts
    assert StaffSkilled(queue.now, "s2", ("b",)) in queue.facts
    assert queue.live.counter(1).services == ("a", "c")
    train(queue, {"s1": ("a", "c"), "s2": ("b",)}, {"s1": (), "s2": ("b",)})
    assert queue.live.counter(1).services == SERVICES


@given(
    st.lists(st.sampled_from(SERVICES), unique=True),
    st.lists(st.sampled_from(SERVICES), unique=True),
    st.lists(st.sampled_from(SERVICES), unique=True, min_size=1),
)
def test_a_counter_never_serves_more_than_all_three_allow(offer: list[str], skills: list[str], has: list[str]) -> None:
    setups = {1: CounterSetup(1, tuple(has))}
    found = able(offer, setups, 1, tuple(skills))
    assert set(found) == set(offer) & set(has) & set(skills or offer)
    assert able(offer, setups, 2, tuple(skills)) == ()
