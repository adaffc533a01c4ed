"""What calls took and how long people waited, from the facts of the day."""

from sync.body import Body
from sync.facts import DayOpened
from sync.facts_office import TicketAdmitted, TicketFinished, TicketPlaced, TicketServing
from sync.took import Calls, Took, together
from sync.types import UtcMs
from tests.sync.queueing import MINUTE, Queue, name


class Watched(Queue):
    """A queue beside which the figures are kept."""

    took = Took()

    def do(self, body: Body) -> None:
        before = self.live
        super().do(body)
        self.took = self.took.after(before, body)


def opened() -> Watched:
    queue = Watched.opened(("a", "b"))
    assert isinstance(queue, Watched)
    return queue


def test_a_call_takes_from_the_call_until_the_counter_is_free() -> None:
    queue = opened()
    queue.take(1)
    queue.wait(3 * MINUTE)
    queue.next()
    queue.wait(MINUTE)
    queue.do(TicketServing(queue.now, name(1), "s1"))
    assert queue.took.of("a") == Calls()
    queue.wait(5 * MINUTE)
    queue.do(TicketFinished(queue.now, name(1), "s1"))
    assert queue.took.of("a") == Calls(1, 6 * MINUTE)
    assert queue.took.waits == {name(1): 3 * MINUTE}


def test_the_minutes_in_which_nobody_came_count_and_a_call_taken_back_does_not() -> None:
    queue = opened()
    queue.take(1)
    queue.next()
    queue.wait(2 * MINUTE)
    queue.no_show()
    assert queue.took.of("a") == Calls(1, 2 * MINUTE)
    queue.back(name(1), 0)
    queue.next()
    queue.wait(9 * MINUTE)
    queue.do(TicketPlaced(queue.now, name(1), 0, "withdrawn"))
    assert queue.took.of("a") == Calls(1, 2 * MINUTE)
    queue.next()
    queue.wait(MINUTE)
    queue.no_show()
    assert queue.took.of("a") == Calls(2, 3 * MINUTE)


def test_a_visit_counts_for_each_service_and_only_its_first_wait() -> None:
    queue = opened()
    queue.take(1, "a", "b")
    for minutes in (4, 7):
        queue.wait(MINUTE)
        queue.next()
        queue.do(TicketServing(queue.now, name(1), "s1"))
        queue.wait(minutes * MINUTE)
        queue.do(TicketFinished(queue.now, name(1), "s1"))
    assert queue.took.services == {"a": Calls(1, 4 * MINUTE), "b": Calls(1, 7 * MINUTE)}
    assert queue.took.waits == {name(1): MINUTE}


def test_a_ticket_of_the_day_before_is_no_wait_of_today() -> None:
    queue = opened()
    queue.do(TicketAdmitted(queue.now, name(1), "2026-11-29", "A001", ("a",), UtcMs(0), "carried"))
    queue.next()
    assert queue.took.waits == {}


def test_a_new_day_begins_anew_and_several_days_go_together() -> None:
    queue = opened()
    queue.take(1)
    queue.next()
    queue.wait(MINUTE)
    queue.serve()
    day = queue.took
    assert together([day, day]) == {"a": Calls(2, 2 * MINUTE)}
    queue.do(DayOpened("2026-12-01", "clock"))
    assert queue.took == Took()
