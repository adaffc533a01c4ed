"""What calls took: followed as the journal grows, it is the same as folded at once, and the same as at a kiosk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.story import Story
from server import acts
from server.acts import Act
from server.stores import FILE
from server.takings import Takings
from sync.types import UtcMs
from tests.server.device import NOON
from tests.server.places import reader_of
from tests.server.test_calls import Office
from tests.sync.queueing import MINUTE


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.ledger.close()


def work(office: Office, calls: int, minutes: int) -> None:
    """So many calls, each for so long."""
    if not office.live.counter(1).open:
        office.do(acts.Open())
    for _ in range(calls):
        serve: tuple[Act, ...] = (acts.Next(), acts.Came())
        for act in serve:
            office.do(act)
        office.now = UtcMs(office.now + minutes * MINUTE)
        office.do(acts.Finish())


def test_followed_or_read_at_once_or_at_a_kiosk_it_is_the_same(office: Office, tmp_path: Path) -> None:
    db, followed = reader_of(tmp_path / FILE), Takings()
    assert followed.read(db) == ({}, {})
    office.take(*range(1, 7))
    for minutes in (4, 6, 11):
        work(office, 2, minutes)
        seen = followed.read(db)
    assert seen == Takings().read(db)
    (calls,) = seen[1].values()
    assert (calls.count, calls.ms) == (6, 42 * MINUTE)
    own, story = office.ledger.own_named(), Story()
    assert own is not None
    for fact in office.ledger.held.facts_of_last_day(own[0]):
        story.take(fact)
    assert story.took.services == seen[1]
    db.close()


def test_the_day_before_is_kept_and_older_ones_are_not_read(office: Office, tmp_path: Path) -> None:
    db, days = reader_of(tmp_path / FILE), ("2026-11-23", "2026-11-24", "2026-11-25")
    for number, day in enumerate(days, 1):
        office.day, office.now = day, UtcMs(NOON + number * 86_400_000)
        office.take(number)
        work(office, 1, number)
    before, today = Takings().read(db)
    assert [each.ms for each in before.values()] == [2 * MINUTE]
    assert [each.ms for each in today.values()] == [3 * MINUTE]
    db.close()
