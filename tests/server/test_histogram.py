"""Durations as counts that can be added up: quantiles within half a bucket, sums that lose nothing."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import FiguresDamaged
from server.histogram import BOUNDS, SECOND_MS, Histogram, bucket_of, middle_of

DURATIONS = st.lists(st.integers(0, BOUNDS[-1] * 2), max_size=80)
HALF_A_BUCKET = 2 ** (1 / 16)


def exactly(durations: list[int], percent: int) -> int:
    """The quantile by its definition."""
    return sorted(durations)[max(ceil(len(durations) * percent / 100), 1) - 1]


@given(st.lists(st.integers(SECOND_MS, BOUNDS[-1]), min_size=1, max_size=80), st.sampled_from((1, 50, 90, 99, 100)))
def test_a_quantile_is_told_within_half_a_bucket(durations: list[int], percent: int) -> None:
    told = Histogram.of(durations).quantile(percent)
    assert told is not None
    assert 1 / HALF_A_BUCKET - 0.001 <= told / exactly(durations, percent) <= HALF_A_BUCKET + 0.001


@given(DURATIONS, DURATIONS)
def test_sums_of_parts_are_the_whole(one: list[int], other: list[int]) -> None:
    assert Histogram.of(one) + Histogram.of(other) == Histogram.of(one + other)
    assert (Histogram.of(one) + Histogram.of(other)).total == len(one) + len(other)


@given(DURATIONS)
def test_what_is_stored_comes_back(durations: list[int]) -> None:
    made = Histogram.of(durations)
    assert Histogram.decode(made.encode()) == made


@given(st.integers(0, BOUNDS[-1] * 2))
def test_every_bucket_begins_where_the_one_before_ends(duration: int) -> None:
    bucket = bucket_of(duration)
    assert bucket == 0 or BOUNDS[bucket - 1] <= duration
    assert bucket == len(BOUNDS) or duration < BOUNDS[bucket]
    assert bucket_of(middle_of(bucket)) == bucket


def test_of_nothing_there_is_no_quantile() -> None:
    assert Histogram().quantile(50) is None


@pytest.mark.parametrize("text", ["x", "1", "1:0", "1:-2", "-1:3", "1:2 1:2", f"{len(BOUNDS) + 1}:1", "1:2:3"])
def test_what_is_no_histogram_is_refused(text: str) -> None:
    with pytest.raises(FiguresDamaged, match="no histogram") as caught:
        Histogram.decode(text)
    assert "rebuild" in caught.value.hint


def test_many_that_were_stored_are_added_up_at_once() -> None:
    one, other = Histogram.of([100, 5_000, 5_000]), Histogram.of([5_000, 60_000])
    texts = [each.encode() for each in (one, other, Histogram(), one)]
    assert Histogram.merged(" ".join(texts)) == one + other + one
    assert (one + other) - other == one
    for wrong in ("3:x", "3", "3:4:5 6", "3:4 5", "-3:4", "3:-4", f"{len(BOUNDS) + 1}:1"):
        with pytest.raises(FiguresDamaged):
            Histogram.merged(f"{texts[0]} {wrong}")
