"""What the display shows is true: called now, or called within the last minutes, and nothing else."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from sync.board import RECENT, RECENT_MS, REST, Board, Minutes, Scene, Shown, board
from sync.calendar_reader import parse_calendar
from sync.catalogue import parse_catalogue
from sync.facts import DayOpened
from sync.facts_office import (
    CounterClosed,
    CounterPaused,
    ServiceTicketless,
    TicketAdmitted,
    TicketCancelled,
    TicketPlaced,
    TicketPrioritised,
    TicketRecalled,
    TicketServing,
)
from sync.live import Live
from sync.services import Catalogue
from sync.tickets import AT_A_COUNTER, QueueTicket, Status
from sync.types import UtcMs
from tests.sync.queueing import DAY, MINUTE, Queue, name


def at(clock: str) -> datetime:
    """This time of the day on the office's wall."""
    return datetime.fromisoformat(f"{DAY}T{clock}")


TEN_O_CLOCK, EVENING = at("10:00"), at("19:00")
EXAMPLE = Path(__file__).parents[2] / "kiosk" / "example"
CALENDAR = parse_calendar((EXAMPLE / "calendar.toml").read_bytes())


def shown(queue: Queue, **values: object) -> Board:
    """The board at the queue's own time."""
    known: dict[str, object] = {"now": TEN_O_CLOCK, "today": DAY}
    return board(queue.live, queue.now, **(known | values))  # type: ignore[arg-type]


def labels(calls: tuple[Shown, ...]) -> list[str]:
    """Their numbers."""
    return [each.label for each in calls]


def hall(tickets: int, counters: int) -> Queue:
    """So many tickets before so many counters, a second apart; none is called yet."""
    queue = Queue.opened(*[("a",)] * counters)
    for number in range(1, tickets + 1):
        queue.take(number)
    return queue


def recall(queue: Queue, counter: int) -> None:
    """The counter calls its number again."""
    held = queue.live.at_counter(counter)
    assert held is not None
    queue.do(TicketRecalled(queue.now, held.name, f"s{counter}"))


def test_the_last_number_called_comes_first_with_its_counter() -> None:
    queue = hall(3, 3)
    for counter in (2, 1, 3):
        queue.next(counter)
        queue.wait(1_000)
    seen = shown(queue)
    assert seen.scene is Scene.CALLING
    assert [(each.label, each.counter) for each in seen.calls] == [("A003", 3), ("A002", 1), ("A001", 2)]


def test_calls_of_the_same_millisecond_stand_in_the_order_of_the_record() -> None:
    queue = hall(3, 3)
    for counter in (3, 1, 2):
        queue.next(counter)
    assert labels(shown(queue).calls) == ["A003", "A002", "A001"]


def test_a_number_that_is_called_again_comes_back_to_the_top_and_says_so() -> None:
    queue = hall(2, 2)
    queue.next(1)
    queue.wait(1_000)
    queue.next(2)
    queue.wait(30_000)
    recall(queue, 1)
    assert shown(queue).calls == (Shown("A001", 1, again=True), Shown("A002", 2))


def test_a_number_stays_as_long_as_it_is_called() -> None:
    queue = hall(1, 1)
    queue.next()
    queue.wait(3 * 60 * MINUTE)
    assert labels(shown(queue).calls) == ["A001"]


def test_whoever_has_come_or_is_not_there_is_listed_for_some_minutes() -> None:
    queue = hall(2, 2)
    queue.next(1)
    queue.wait(1_000)
    queue.next(2)
    queue.serve(1)
    queue.no_show(2)
    assert labels(shown(queue).recent) == ["A002", "A001"]
    queue.wait(RECENT_MS - 1_000)
    assert labels(shown(queue).recent) == ["A002", "A001"]
    queue.wait(1)
    assert labels(shown(queue).recent) == ["A002"]
    queue.wait(RECENT_MS)
    assert shown(queue).recent == ()


def test_of_many_that_were_called_the_last_ones_are_listed() -> None:
    queue = hall(RECENT + 3, 1)
    queue.calls()
    assert len(shown(queue).recent) == RECENT


@pytest.mark.parametrize("how", ["withdrawn", "given up"])
def test_a_call_that_was_taken_back_is_nowhere(how: str) -> None:
    queue = hall(1, 1)
    queue.next()
    if how == "withdrawn":
        queue.do(TicketPlaced(queue.now, name(1), 0, "withdrawn", "s1"))
    else:
        queue.do(TicketCancelled(queue.now, queue.no_show(), "s1", "citizen-asked"))
    seen = shown(queue)
    assert (seen.calls, seen.recent) == ((), ())


def test_a_clock_that_was_set_back_does_not_keep_old_calls() -> None:
    queue = hall(1, 1)
    queue.next()
    queue.serve()
    early = UtcMs(queue.now - RECENT_MS - 1)
    assert board(queue.live, early, TEN_O_CLOCK, DAY).recent == ()


def test_a_ticket_of_the_day_before_is_marked_with_its_date() -> None:
    queue = hall(0, 1)
    queue.do(TicketAdmitted(queue.now, name(1), "2026-11-27", "A051", ("a",), queue.now, "carried"))
    queue.next()
    assert shown(queue).calls == (Shown("A051", 1, "2026-11-27"),)


def test_the_numbers_of_another_day_are_over() -> None:
    queue = hall(2, 1)
    queue.next()
    seen = shown(queue, today="2026-12-01")
    assert (seen.scene, seen.calls, seen.recent) == (Scene.UNOPENED, (), ())
    assert sum(each.waiting for each in seen.waits) == 0


def test_priority_changes_nothing_that_is_shown() -> None:
    plain, first = hall(2, 1), hall(2, 1)
    first.do(TicketPrioritised(first.now, name(1), "s1"))
    for queue in (plain, first):
        queue.next()
    assert shown(plain) == shown(first)


def closed(queue: Queue) -> None:
    """Its only counter closes."""
    queue.do(CounterClosed(queue.now, 1, "s1"))


SCENES: dict[Scene, tuple[Callable[[], Queue], datetime]] = {
    Scene.WAITING: (lambda: hall(1, 1), TEN_O_CLOCK),
    Scene.EMPTY: (lambda: hall(0, 1), TEN_O_CLOCK),
    Scene.UNOPENED: (Queue, TEN_O_CLOCK),
    Scene.CLOSED: (Queue, EVENING),
}


@pytest.mark.parametrize("scene", SCENES)
def test_where_nobody_is_called_the_reason_is_told(scene: Scene) -> None:
    make, now = SCENES[scene]
    seen = shown(make(), now=now, calendar=CALENDAR)
    assert seen.scene is scene
    assert (seen.opens is not None) is (scene is Scene.CLOSED)


def test_counters_at_work_after_hours_are_no_closed_office() -> None:
    queue = hall(1, 1)
    assert shown(queue, now=EVENING, calendar=CALENDAR).scene is Scene.WAITING
    queue.next()
    assert shown(queue, now=EVENING, calendar=CALENDAR).scene is Scene.CALLING
    closing = hall(0, 1)
    closed(closing)
    assert shown(closing, now=EVENING, calendar=CALENDAR).scene is Scene.CLOSED


def test_a_break_says_when_it_ends() -> None:
    queue = hall(1, 1)
    queue.do(CounterPaused(queue.now, 1, "s1", "lunch"))
    seen = shown(queue, now=at("12:20"), calendar=CALENDAR)
    assert (seen.scene, seen.back) == (Scene.BREAK, at("13:00"))
    assert seen.why["en"] == "Lunch break"
    alone = shown(queue, calendar=CALENDAR)
    assert (alone.scene, alone.back, alone.why) == (Scene.BREAK, None, {})


def catalogue() -> Catalogue:
    """The example's."""
    return parse_catalogue((EXAMPLE / "catalogue.toml").read_bytes())


def test_waiting_is_counted_by_group_in_the_catalogues_order() -> None:
    queue = hall(0, 1)
    for number, service in enumerate(("move-in", "move-out", "unheard-of"), 1):
        queue.take(number, service)
    ranges = {"move-in": Minutes(5, 15), "move-out": Minutes(10, 30), "unheard-of": Minutes(0, 5)}
    seen = shown(queue, catalogue=catalogue(), ranges=ranges).waits
    assert [each.group for each in seen] == [*(each.id for each in catalogue().groups), REST]
    assert (seen[0].waiting, seen[0].range) == (2, Minutes(5, 30))
    assert (seen[1].waiting, seen[1].range) == (0, None)
    assert (seen[-1].waiting, seen[-1].range) == (1, Minutes(0, 5))


def test_without_a_catalogue_all_who_wait_are_one_group() -> None:
    seen = shown(hall(3, 1)).waits
    assert [(each.group, each.waiting) for each in seen] == [(REST, 3)]


# Whatever happens ----------------------------------------------------------------------------------------------------

Draw = Callable[[Queue], Board]


def lies(draw: Draw, seed: int, acts: int = 200) -> list[str]:
    """What is wrong on the boards of a day at random."""
    chance, queue, found = random.Random(seed), Queue.opened(*[("a",)] * 4), []
    number = 0
    for _ in range(acts):
        counter = chance.randint(1, 4)
        held = queue.live.at_counter(counter)
        if chance.random() < 0.35:
            number += 1
            queue.take(number, priority=chance.random() < 0.2)
        elif held is None:
            queue.next(counter)
        elif held.status is Status.CALLED:
            act = chance.choice(("come", "again", "gone", "back", "question"))
            match act:
                case "come":
                    queue.do(TicketServing(queue.now, held.name, f"s{counter}"))
                case "again":
                    recall(queue, counter)
                case "gone":
                    queue.no_show(counter)
                case "back":
                    queue.do(TicketPlaced(queue.now, held.name, 1, "withdrawn", f"s{counter}"))
                case _:
                    queue.do(ServiceTicketless(queue.now, counter, f"s{counter}", "a", "question-only"))
        queue.wait(chance.choice((0, 0, 5_000, 90_000)))
        found += untrue(draw(queue), queue)
    return found


def untrue(seen: Board, queue: Queue) -> list[str]:
    """What a board claims that the queue does not."""
    by_label = {each.label: each for each in queue.live.tickets.values()}
    called = {each.label: each.counter for each in by_label.values() if each.status is Status.CALLED}
    found = [] if {each.label: each.counter for each in seen.calls} == called else ["calls are not those called now"]
    said = [by_label[each.label].said_ms or 0 for each in seen.calls]
    found += [] if said == sorted(said, reverse=True) else ["not the last one first"]
    for each in seen.recent:
        ticket = by_label[each.label]
        if ticket.said_ms is None or queue.now - ticket.said_ms > RECENT_MS or ticket.status is Status.CALLED:
            found.append(f"{each.label} was not called within the last minutes")
    return found


@pytest.mark.parametrize("seed", range(8))
def test_no_board_of_a_day_at_random_lies(seed: int) -> None:
    assert lies(shown, seed) == []


def by_first_call(queue: Queue) -> Board:
    """A board that does not bring recalled numbers back to the top."""
    seen = shown(queue)
    by_label = {each.label: each for each in queue.live.tickets.values()}
    return replace(seen, calls=tuple(sorted(seen.calls, key=lambda each: -(by_label[each.label].called_ms or 0))))


def never_forgetting(queue: Queue) -> Board:
    """A board that lists whatever was ever called."""

    def once(ticket: QueueTicket) -> Shown:
        return Shown(ticket.label, ticket.counter or 0)

    ever = tuple(once(each) for each in queue.live.tickets.values() if each.status is Status.SERVING)
    return replace(shown(queue), recent=ever)


def of_counters(queue: Queue) -> Board:
    """A board that takes whoever is at a counter for called."""
    tickets = [each for each in queue.live.tickets.values() if each.status in AT_A_COUNTER]
    return replace(shown(queue), calls=tuple(Shown(each.label, each.counter or 0) for each in tickets))


@pytest.mark.parametrize("broken", [by_first_call, never_forgetting, of_counters])
def test_a_board_that_lies_is_caught(broken: Draw) -> None:
    assert any(lies(broken, seed) for seed in range(8))


def test_a_day_that_begins_anew_is_empty() -> None:
    live = Live().after(DayOpened(DAY, "clock"), UtcMs(1))  # type: ignore[arg-type]
    assert board(live, UtcMs(5), TEN_O_CLOCK, DAY).calls == ()
