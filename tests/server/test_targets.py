"""A counter's own day beside the published time; nothing of anybody else's."""

from server.targets import FEWEST, targets
from tests.sync.queueing import MINUTE, Queue

STANDARD = {"a": 10, "b": 5}


def served(queue: Queue, count: int, minutes: int, service: str = "a", counter: int = 1) -> None:
    """So many are called and served, each for so long."""
    for _ in range(count):
        queue.take(queue.live.admitted + 1, service)
        queue.next(counter)
        queue.wait(minutes * MINUTE)
        queue.serve(counter)


def test_the_mean_stands_beside_what_was_published_for_the_same_services() -> None:
    queue = Queue.opened(("a", "b"), ("a", "b"))
    served(queue, 2, 12)
    served(queue, 2, 4, "b")
    served(queue, 5, 60, counter=2)
    found = targets(queue.live, 1, STANDARD, queue.now)
    assert (found.served, found.minutes, found.standard) == (4, 8, 8)


def test_a_few_are_counted_but_not_timed() -> None:
    queue = Queue.opened(("a",))
    served(queue, FEWEST - 1, 12)
    found = targets(queue.live, 1, STANDARD, queue.now)
    assert (found.served, found.minutes, found.standard) == (FEWEST - 1, None, None)


def test_a_service_without_published_minutes_is_not_timed() -> None:
    queue = Queue.opened(("c",))
    served(queue, 5, 12, "c")
    assert targets(queue.live, 1, STANDARD, queue.now).minutes is None


def test_who_waits_longest_for_this_counter_is_told() -> None:
    queue = Queue.opened(("a",), ("b",))
    queue.take(1, "b")
    queue.wait(9 * MINUTE)
    queue.take(2, "a")
    queue.wait(3 * MINUTE)
    assert targets(queue.live, 1, STANDARD, queue.now).longest_minutes == 3
    assert targets(queue.live, 2, STANDARD, queue.now).longest_minutes == 12
    assert targets(queue.live, 3, STANDARD, queue.now).longest_minutes is None
