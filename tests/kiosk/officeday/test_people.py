"""Who comes and when: by seed alone, and no trait shifts another."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.officeday.arrivals import CLOSES_S, OPENS_S, RUSH_S, arrivals
from kiosk.officeday.personas import SHARES, citizen, citizens

SERVICES = tuple(f"service-{n}" for n in range(12))
DAY_S = CLOSES_S - OPENS_S


@given(st.integers(), st.integers(0, 400))
def test_every_citizen_arrives_while_the_doors_are_open_in_order(seed: int, count: int) -> None:
    found = arrivals(seed, count)
    assert len(found) == count
    assert list(found) == sorted(found)
    assert all(0 <= at < DAY_S for at in found)


@given(st.integers(), st.integers(1, 900))
def test_eighty_of_three_hundred_come_in_the_first_ten_minutes(seed: int, count: int) -> None:
    rush = sum(at < RUSH_S for at in arrivals(seed, count))
    assert rush == max(round(count * 80 / 300), 1)


@given(st.integers())
def test_the_last_one_comes_in_the_last_minute(seed: int) -> None:
    assert DAY_S - 60 <= arrivals(seed, 30)[-1] < DAY_S


def test_a_morning_and_an_after_lunch_peak_stand_out() -> None:
    hours = Counter(int((OPENS_S + at) // 1800) for at in arrivals(7, 3000) if at >= RUSH_S)
    morning, lunch, after, late = hours[2 * 10], hours[2 * 12], hours[2 * 13 + 1], hours[2 * 16]
    assert morning > 2 * lunch
    assert after > 2 * lunch
    assert after > 2 * late


def test_the_same_seed_brings_the_same_citizens_at_the_same_times_and_another_seed_others() -> None:
    assert citizens(7, 50, SERVICES) == citizens(7, 50, SERVICES)
    assert arrivals(7, 50) == arrivals(7, 50)
    assert citizens(8, 50, SERVICES) != citizens(7, 50, SERVICES)
    assert arrivals(8, 50) != arrivals(7, 50)


def test_a_citizen_is_the_same_however_many_others_come() -> None:
    assert citizens(7, 300, SERVICES)[:20] == citizens(7, 20, SERVICES)


def test_a_seed_means_the_same_day_in_every_release() -> None:
    """Two citizens written down: a change here changes every day that was ever reported by its seed."""
    one, two = citizens(7, 2, ("a", "b", "c"))
    assert (one.persona, one.language, one.errands, one.line, one.score) == ("asks-later", "my", ("b",), 29, ())
    assert (two.persona, two.language, two.errands, two.line, two.score) == ("plain", "th", ("a",), 14, ())
    assert [round(each.reading, 6) for each in (one, two)] == [0.990126, 1.078003]
    assert [round(at, 3) for at in arrivals(7, 3)] == [5.392, 16695.673, 28784.601]


def test_a_changed_trait_shifts_no_other_trait_of_anybody() -> None:
    """The control: one stream for all traits would shift everything behind the changed one."""
    before = [citizen(7, number, SERVICES) for number in range(1, 200)]
    shares = {**SHARES, "plain": 0.1, "thorough": 0.48}
    after = [citizen(7, number, SERVICES, shares) for number in range(1, 200)]
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a.persona != b.persona]
    assert changed
    for old, new in changed:
        kept = replace(new, persona=old.persona, reading=old.reading, child=old.child)
        assert kept == old


def test_persons_languages_and_errands_have_the_shares_that_are_stated() -> None:
    found = citizens(1, 4000, SERVICES)
    kinds, languages = Counter(each.persona for each in found), Counter(each.language for each in found)
    errands = Counter(len(each.errands) for each in found)
    for name, share in SHARES.items():
        assert kinds[name] / 4000 == pytest.approx(share, abs=0.02), name
    assert [languages[each] / 4000 for each in ("th", "en", "my")] == pytest.approx([0.65, 0.05, 0.30], abs=0.02)
    assert [errands[n] / 4000 for n in (1, 2, 3)] == pytest.approx([0.82, 0.14, 0.04], abs=0.02)
    assert sum(SHARES.values()) == pytest.approx(1)


@given(st.integers(), st.integers(1, 1000))
def test_everybody_is_possible(seed: int, number: int) -> None:
    found = citizen(seed, number, SERVICES)
    assert 1 <= len(set(found.errands)) == len(found.errands) <= 3
    assert 0.7 < found.reading < 2.5
    assert found.line is None or found.line >= 8
    assert len(found.score) <= 2
    assert all(1 <= level <= 5 for level in found.score)
    assert 300 <= found.score_after_s <= 3600
    assert (found.child is not None) == (found.persona == "parent")


def test_an_office_with_one_service_has_citizens_too() -> None:
    assert all(each.errands == ("only",) for each in citizens(3, 50, ("only",)))
