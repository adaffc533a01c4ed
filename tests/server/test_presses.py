"""The wired next button at the office: it does what the page's buttons do, once, and never late."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server import acts
from server.calls import Call, perform
from server.decide import Who
from server.intake import take_batch
from server.presses import FRESH_MS, meaning
from sync.facts import CounterPressed
from sync.tickets import Status
from sync.types import UtcMs
from tests.server.device import Device
from tests.server.test_queue import Office, take
from tests.sync.queueing import MINUTE, Queue, name


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def press(office: Office, kiosk: Device, *, long: bool = False, counter: int = 1, late_ms: int = 0) -> None:
    """Somebody presses, and the office hears of it."""
    kiosk.record(CounterPressed(counter, long), after_ms=0)
    office.now = UtcMs(office.now + late_ms)
    office.hear(kiosk)


def opened(office: Office) -> Device:
    """Two tickets wait, and counter 1 is open."""
    kiosk = office.pair(1)
    take(kiosk, 1)
    take(kiosk, 2)
    office.hear(kiosk)
    with office.ledger.transaction():
        perform(office.ledger, Call("ab" * 16, 1, 0, acts.Open()), Who("s1"), office.moment)
    return kiosk


def at(office: Office) -> list[tuple[str, str]]:
    return [(each.label, each.status.value) for each in office.live.tickets.values()]


def test_three_presses_call_serve_and_call_the_next(office: Office) -> None:
    kiosk = opened(office)
    press(office, kiosk)
    assert at(office) == [("A001", "called"), ("A002", "waiting")]
    press(office, kiosk)
    assert at(office) == [("A001", "serving"), ("A002", "waiting")]
    press(office, kiosk)
    assert at(office) == [("A001", "served"), ("A002", "called")]
    press(office, kiosk)
    press(office, kiosk, long=True)
    assert at(office) == [("A001", "served"), ("A002", "served")]
    assert {each.staff for each in office.live.counters.values()} == {"s1"}


def test_a_press_that_comes_twice_acts_once(office: Office) -> None:
    kiosk = opened(office)
    kiosk.record(CounterPressed(1), after_ms=0)
    request = kiosk.request()
    for _ in range(3):
        with office.ledger.transaction():
            take_batch(office.ledger, request, office.now, office.moment)
    assert at(office) == [("A001", "called"), ("A002", "waiting")]


def test_nobody_is_called_for_a_press_of_long_ago(office: Office) -> None:
    kiosk = opened(office)
    press(office, kiosk, late_ms=FRESH_MS + 1000)
    assert at(office) == [("A001", "waiting"), ("A002", "waiting")]
    press(office, kiosk, late_ms=1)
    assert at(office) == [("A001", "waiting"), ("A002", "waiting")], "the kiosk's clock says that it is old"


def test_a_closed_counter_and_one_that_nobody_has_do_nothing(office: Office) -> None:
    kiosk = opened(office)
    press(office, kiosk, counter=2)
    with office.ledger.transaction():
        seen = int(office.live.counter(1).changed)
        perform(office.ledger, Call("cd" * 16, 1, seen, acts.Pause("lunch")), Who("s1"), office.moment)
    press(office, kiosk)
    assert at(office) == [("A001", "waiting"), ("A002", "waiting")]


def test_a_long_press_calls_again_until_the_rule_lets_nobody_be_there() -> None:
    queue = Queue.opened(("a",))
    queue.take(1)
    long = CounterPressed(1, long=True)
    assert meaning(queue.live, long, queue.now) is None
    queue.next()
    assert isinstance(meaning(queue.live, long, queue.now), acts.Recall)
    ticket = queue.live.tickets[name(1)]
    assert ticket.status is Status.CALLED
    for _ in range(2):
        queue.recall()
    assert isinstance(meaning(queue.live, long, queue.now), acts.Recall)
    queue.wait(2 * MINUTE)
    assert isinstance(meaning(queue.live, long, queue.now), acts.NoShow)
