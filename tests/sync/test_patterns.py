"""Patterns: an officer who favours a cousin shows up by the name of the side door; honest days hardly ever do."""

from zoneinfo import ZoneInfo

import pytest

from sync.audit_terms import Audit
from sync.patterns import LEAST, LIMIT, Name, Sort, at_least, patterns, shares
from tests.sync.officedays import CHEATS, OfficeDay

ZONE = ZoneInfo("Asia/Bangkok")
HONEST_DAYS = 200
MOST_FLAGGED = 6
"""Of 200 honest days: 3 in 100. One was flagged when this was written."""


@pytest.mark.parametrize("cheat", CHEATS)
def test_an_officer_who_uses_a_side_door_for_three_days_shows_up_by_its_name(cheat: str) -> None:
    days = [OfficeDay(70 + seed, cheat=cheat).run().audit() for seed in range(3)]
    found = [each for each in patterns(days, ZONE) if each.name is Name(cheat)]
    assert {(each.sort, each.group) for each in found if each.sort is not Sort.HOUR} >= {
        (Sort.COUNTER, "2"),
        (Sort.STAFF, "s2"),
    }
    assert all(each.k / each.n > each.usual for each in found)
    assert not {each.group for each in found if each.sort is Sort.STAFF} - {"s2"}


@pytest.fixture(scope="module")
def honest() -> list[Audit]:
    """Honest days of a small office."""
    return [OfficeDay(1000 + seed, citizens=42, counters=3).run().audit() for seed in range(HONEST_DAYS)]


def test_honest_days_are_clean_and_rarely_flagged(honest: list[Audit]) -> None:
    assert [each.violations for each in honest if each.violations] == []
    assert sum(bool(patterns([each], ZONE)) for each in honest) <= MOST_FLAGGED


def test_without_the_limit_and_the_smallest_count_honest_days_would_be_flagged(honest: list[Audit]) -> None:
    """The control of the one above."""
    assert sum(bool(patterns([each], ZONE, limit=0.2, least=1)) for each in honest) > MOST_FLAGGED


def test_somebody_who_did_it_a_few_times_only_is_not_named() -> None:
    few = OfficeDay(70, citizens=12, cheat="ticketless").run().audit()
    k, n = shares([few], Name.TICKETLESS, Sort.STAFF, ZONE)["s2"]
    assert 0 < k < LEAST
    assert n > k
    assert patterns([few], ZONE) == []


def test_the_binomials_tail_is_the_textbooks() -> None:
    assert at_least(0, 10, 0.3) == pytest.approx(1)
    assert at_least(10, 10, 0.5) == pytest.approx(1 / 1024)
    assert at_least(6, 20, 0.1) == pytest.approx(0.011253, rel=1e-3)
    assert at_least(6, 20, 0.1) > LIMIT
