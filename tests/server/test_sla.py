"""Figures of service: everybody is in them once, sums of cells are the whole, what has no figure stands beside it."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from server.scoring import Press
from server.sla import Cell, Key, cells_of, total
from server.visits import CARRIED, Outcome, Stint, Visit, Visited, visits_of
from sync.facts import understand
from sync.types import UtcMs
from tests.sync.officedays import SERVICES, OfficeDay
from tests.sync.queueing import name

MINUTE = 60_000


def minutes(number: float) -> UtcMs:
    return UtcMs(int(number * MINUTE))


def hour_of(at: UtcMs) -> int:
    return at // 3_600_000 % 24


def visit(number: int, ready: float, called: float, done: float, service: str = "a", counter: int = 1) -> Visit:
    """Served at once when called; all in minutes."""
    stints = (Stint(counter, minutes(called), minutes(done)),)
    return Visit(
        name(number), 0, service, 1, minutes(ready), called_ms=minutes(called), counter=counter, staff="s1",
        stints=stints, ended_ms=minutes(done), outcome=Outcome.SERVED,
    )  # fmt: skip


def cell(*visits: Visit, presses: tuple[Press, ...] = (), **standard: int) -> Cell:
    return total(cells_of(Visited(visits), presses, standard, hour_of).values())


def test_within_is_counted_exactly_at_the_published_minute() -> None:
    exact, over = visit(1, 0, 5, 15), visit(2, 0, 5, 15 + 1 / MINUTE)
    told = cell(exact, over, a=10)
    assert (told.judged, told.within, told.share_within) == (2, 1, 0.5)


def test_two_cases_may_take_twice_as_long() -> None:
    twice = replace(visit(1, 0, 5, 25), cases=2)
    assert cell(twice, a=10).within == 1
    assert cell(replace(twice, cases=1), a=10).within == 0


def test_a_service_without_a_published_time_is_served_and_not_judged() -> None:
    told = cell(visit(1, 0, 5, 15))
    assert (told.served, told.judged, told.within, told.share_within) == (1, 0, 0, None)


@pytest.mark.parametrize("outcome", Outcome)
def test_whatever_became_of_them_all_are_in_the_denominator(outcome: Outcome) -> None:
    told = cell(replace(visit(1, 0, 5, 15), outcome=outcome), visit(2, 0, 5, 15))
    assert told.visits == 2
    assert told.timed == 2


def test_a_wait_that_is_not_known_stands_beside_the_figure() -> None:
    told = cell(replace(visit(1, 0, 500, 510), untimed=CARRIED), visit(2, 0, 5, 15))
    assert (told.visits, told.timed, told.untimed_carried, told.waited_ms) == (2, 1, 1, minutes(5))


def test_one_score_a_visit_and_what_differs_is_disputed() -> None:
    presses = (
        Press(1, minutes(11), 5), Press(1, minutes(11.5), 5), Press(1, minutes(25), 4), Press(1, minutes(25.2), 1),
        Press(2, minutes(3), 3),
    )  # fmt: skip
    told = cell(visit(1, 0, 5, 10), visit(2, 0, 20, 24), presses=presses)
    assert (told.level_5, told.level_4, told.disputed, told.unattached) == (1, 0, 1, 1)
    assert told.opinion.answered == 1.0


def test_scores_count_in_the_hour_in_which_the_wait_began() -> None:
    found = cells_of(Visited((visit(1, 50, 70, 80),)), [Press(1, minutes(81), 2)], {}, hour_of)
    assert found == {Key(0, "a", 1): found[Key(0, "a", 1)]}
    assert found[Key(0, "a", 1)].level_2 == 1


def days() -> Iterator[tuple[OfficeDay, Visited, list[Press]]]:
    for seed in range(3):
        day = OfficeDay(seed, citizens=50, counters=3).run()
        seen = visits_of(body for fact in day.section.facts if (body := understand(fact)) is not None)
        ends = [stint.to_ms for each in seen.visits for stint in each.stints if stint.to_ms is not None]
        yield day, seen, [Press(1 + n % 3, end + 20_000, 1 + n % 5) for n, end in enumerate(ends) if n % 2]


def test_sums_of_cells_are_what_a_plain_count_of_the_visits_gives() -> None:
    """The plain count below knows nothing of cells and keys."""
    standard = dict.fromkeys(SERVICES, 4)
    for _, seen, presses in days():
        whole = total(cells_of(seen, presses, standard, hour_of).values())
        assert whole.visits == len(seen.visits)
        assert whole.served == sum(each.outcome is Outcome.SERVED for each in seen.visits)
        waits = [each.waited_ms for each in seen.visits if each.waited_ms is not None]
        assert (whole.timed, whole.waited_ms) == (len(waits), sum(waits))
        served = [each for each in seen.visits if each.outcome is Outcome.SERVED]
        assert whole.within == sum(each.served_ms <= 4 * MINUTE for each in served)
        assert whole.ticketless == len(seen.ticketless)
        scored = whole.opinion.n + whole.disputed + whole.unattached
        assert 0 < scored <= len(presses)


def test_days_add_up_in_any_order() -> None:
    parts = [total(cells_of(seen, presses, {}, hour_of).values()) for _, seen, presses in days()]
    assert total(parts) == total(reversed(parts))
    assert total(parts).waits.total == sum(each.waits.total for each in parts)
