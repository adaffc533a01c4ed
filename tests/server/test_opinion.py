"""What scores say: the mean of five, ร้อยละ, and an interval that is honest with few of them."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.opinion import FEWEST_RANKED, LEVELS, Z_95, Opinion, wilson


def test_ninety_percent_of_thirty_mean_seventy_four_to_ninety_seven() -> None:
    low, high = wilson(27, 30)
    assert (round(low, 2), round(high, 2)) == (0.74, 0.97)


@given(st.integers(1, 5000), st.data())
def test_the_ends_of_the_interval_are_where_the_share_is_just_possible(n: int, data: st.DataObject) -> None:
    """Wilson's is the score test turned round: at its ends the share lies z standard errors of that end away."""
    hits = data.draw(st.integers(0, n))
    for end in wilson(hits, n):
        if 0 < end < 1:
            assert isclose(abs(hits / n - end), Z_95 * (end * (1 - end) / n) ** 0.5, rel_tol=1e-6, abs_tol=1e-9)
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n <= high <= 1


def test_mean_and_percent_are_those_of_municipal_reports() -> None:
    opinion = Opinion({5: 6, 4: 3, 3: 1, 2: 0, 1: 0}, served=20, disputed=2, unattached=4)
    assert opinion.n == 10
    assert opinion.mean == 4.5
    assert opinion.percent == 90
    assert opinion.answered == 0.6
    assert opinion.satisfied is not None
    assert opinion.satisfied[0] == 0.9


def test_disputed_and_unattached_scores_are_in_no_mean() -> None:
    assert Opinion({5: 3}, disputed=9, unattached=9).mean == Opinion({5: 3}).mean


def test_of_nobody_nothing_is_told() -> None:
    nobody = Opinion({})
    assert (nobody.mean, nobody.percent, nobody.satisfied, nobody.answered) == (None, None, None, None)


@pytest.mark.parametrize(("n", "ranked"), [(FEWEST_RANKED - 1, False), (FEWEST_RANKED, True)])
def test_too_few_are_not_ranked(n: int, ranked: bool) -> None:
    assert Opinion({4: n}).ranked is ranked


@given(*[st.fixed_dictionaries({level: st.integers(0, 50) for level in LEVELS})] * 2)
def test_offices_add_up(one: dict[int, int], other: dict[int, int]) -> None:
    both = Opinion(one, 40, 1, 2) + Opinion(other, 30, 3, 4)
    assert (both.n, both.served, both.disputed, both.unattached) == (sum(one.values()) + sum(other.values()), 70, 4, 6)
    assert (Opinion(one, None) + Opinion(other, 3)).served is None
