"""The line before the kiosk, by recurrence."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from kiosk.officeday.flow import Spread, Turn, mean, percentile, spread, waits

turns = st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 120), st.integers(0, 9)), max_size=40).map(
    lambda all_: [Turn(float(joined), float(took), float(extra)) for joined, took, extra in sorted(all_)]
)


def simulated(each: Sequence[Turn], *, more: bool) -> list[float]:
    """The oracle: a kiosk second by second."""
    waited, line, busy_until, at = {}, list(enumerate(each)), 0.0, 0.0
    while line:
        number, turn = line[0]
        if turn.joined_s <= at and busy_until <= at:
            waited[number] = at - turn.joined_s
            busy_until = at + turn.turn_s + (turn.extra_s if more else 0)
            line.pop(0)
        else:
            at += 1.0
    return [waited[number] for number in range(len(each))]


@given(turns, st.booleans())
def test_the_waits_are_those_of_a_line_watched_second_by_second(each: list[Turn], more: bool) -> None:
    assert waits(each, more=more) == simulated(each, more=more)


@given(turns)
def test_nobody_waits_less_with_a_fourth_touch(each: list[Turn]) -> None:
    assert all(four >= three for three, four in zip(waits(each), waits(each, more=True), strict=True))


def test_one_more_touch_costs_a_busy_line_more_than_one_touch() -> None:
    crowd = [Turn(0.0, 10.0, 4.0) for _ in range(11)]
    three, four = waits(crowd), waits(crowd, more=True)
    assert three[-1] == 100.0
    assert four[-1] == 140.0


def test_the_longest_line_counts_whoever_waits_and_not_who_stands_at_the_kiosk() -> None:
    crowd = [Turn(0.0, 10.0), Turn(1.0, 10.0), Turn(2.0, 10.0), Turn(500.0, 10.0)]
    assert spread(crowd, waits(crowd)) == Spread(6.75, 18.0, 18.0, 2)


def test_a_day_without_anybody_has_no_line() -> None:
    assert spread([], []) == Spread(0.0, 0.0, 0.0, 0)


@given(st.lists(st.integers(-50, 50), min_size=1))
def test_the_percentile_is_exceeded_by_at_most_the_rest(values: list[int]) -> None:
    found = percentile(values, 0.95)
    assert found in values
    assert sum(value > found for value in values) <= 0.05 * len(values) + 1e-9
    smaller = [value for value in set(values) if value < found]
    assert all(sum(value > each for value in values) > 0.05 * len(values) - 1e-9 for each in smaller)


def test_the_average_of_nothing_is_nothing() -> None:
    assert mean([]) == 0.0
    assert percentile([], 0.95) == 0.0
