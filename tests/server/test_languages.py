"""Cells by language: none of fewer than ten, and none that the total less the others would tell."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.histogram import Histogram
from server.languages import LEAST, told
from server.spoken import NAMES, OTHER, Spoken
from server.spoken import told as spoken_told

Telling = Callable[[Mapping[str, int], int], dict[str, int]]
cells = st.fixed_dictionaries({name: st.integers(0, 40) for name in NAMES})


def offices(languages: int, most: int) -> Iterator[dict[str, int]]:
    """Every office with so many languages and so many people together, or fewer."""
    for counts in product(range(most + 1), repeat=languages):
        if sum(counts) <= most:
            yield dict(zip("abcdef", counts, strict=False))


def certain(telling: Telling, least: int, languages: int, most: int) -> dict[str, int] | None:
    """An office of which somebody who sees what is published, and knows the rule, is certain of a hidden cell that has
    people in it; None: there is none. What is published is the total and the cells that are told."""
    alike: defaultdict[tuple[int, tuple[tuple[str, int], ...]], list[dict[str, int]]] = defaultdict(list)
    for counts in offices(languages, most):
        alike[sum(counts.values()), tuple(telling(counts, least).items())].append(counts)
    for (_, shown), group in alike.items():
        for name in group[0].keys() - dict(shown).keys():
            values = {counts[name] for counts in group}
            if len(values) == 1 and values != {0}:
                return group[0]
    return None


EXHAUSTIVE = [(2, 60, LEAST), (3, 45, LEAST), (4, 18, 3), (4, 22, 4)]


@pytest.mark.parametrize(("languages", "most", "least"), EXHAUSTIVE)
def test_no_hidden_cell_could_be_reckoned_from_the_total_in_any_office(languages: int, most: int, least: int) -> None:
    assert certain(told, least, languages, most) is None


def test_control_without_the_second_one_the_first_is_the_total_less_the_others() -> None:
    def plain(counts: Mapping[str, int], least: int) -> dict[str, int]:
        return {name: n for name, n in counts.items() if n >= least}

    assert certain(plain, LEAST, 3, 30) is not None
    assert plain({"en": 4, "my": 25, "th": 200}, LEAST) == {"my": 25, "th": 200}
    assert told({"en": 4, "my": 25, "th": 200}) == {"th": 200}


def test_control_a_rule_that_looks_at_names_would_tell_by_their_order() -> None:
    def by_name(counts: Mapping[str, int], least: int) -> dict[str, int]:
        shown = {name: n for name, n in counts.items() if n >= least}
        hidden = [n for name, n in counts.items() if name not in shown]
        while any(hidden) and shown and (sum(n > 0 for n in hidden) < 2 or sum(hidden) < least or len(set(hidden)) < 2):
            hidden.append(shown.pop(min(shown, key=lambda name: (shown[name], name))))
        return shown

    assert certain(by_name, 3, 4, 18) is not None


def test_control_two_that_are_as_large_as_hidden_ones_can_be_would_tell_each_other() -> None:
    def pairs(counts: Mapping[str, int], least: int) -> dict[str, int]:
        shown = {name: n for name, n in counts.items() if n >= least}
        few = [n for n in counts.values() if 0 < n < least]
        return shown if not few or (len(few) > 1 and sum(few) >= least) else {}

    assert certain(pairs, LEAST, 3, 30) is not None
    assert told({"en": 10, "my": 9, "th": 9}) == {}


@given(cells)
def test_what_was_told_is_true_and_what_was_hidden_are_ten_together(counts: dict[str, int]) -> None:
    shown = told(counts)
    assert all(n >= LEAST and counts[name] == n for name, n in shown.items())
    hidden = [n for name, n in counts.items() if name not in shown and n]
    assert not hidden or not shown or (len(hidden) >= 2 and sum(hidden) >= LEAST)


def test_nothing_was_hidden_where_every_cell_is_large_enough_or_empty() -> None:
    assert told({"en": 10, "my": 25, "th": 200}) == {"en": 10, "my": 25, "th": 200}
    assert told({"en": 0, "my": 25, "th": 200}) == {"my": 25, "th": 200}
    assert told({"th": 9}) == told({}) == {}


def month(counts: Mapping[str, int]) -> dict[str, Spoken]:
    """A month in which so many came of each language; half of them scored."""
    return {name: Spoken(n, Histogram.of([60_000] * n), {5: n // 2}) for name, n in counts.items() if n}


@given(st.lists(cells, max_size=3))
def test_a_longer_time_tells_what_its_months_tell_and_no_more(months: list[dict[str, int]]) -> None:
    """Else a month that hides a cell would be the quarter less the other two."""
    found = spoken_told(map(month, months))
    for name in NAMES:
        visits = [told(counts)[name] for counts in months if name in told(counts)]
        assert found[name].visits == (sum(visits) if visits else None)
        halves = [told({each: n // 2 for each, n in counts.items()}) for counts in months]
        scores = [each[name] for each in halves if name in each]
        opinion = found[name].opinion
        assert (opinion.n if opinion is not None else None) == (sum(scores) if scores else None)
    assert OTHER in found
