"""What the display knows beside the queue: read from the ledger when it changes, ranges by the office's own rule."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from server.around import RANGES_MS, Around, Surroundings, adopted, versions
from server.database import Db
from server.ledger import Ledger
from server.stores import FILE
from sync import calendar_fact
from sync.board import ranges
from sync.calendar_reader import parse_calendar
from sync.catalogue import parse_catalogue, to_body
from sync.estimate import Pace
from sync.facts import CatalogueAdopted
from sync.facts_office import RuleAdopted
from sync.rule import VERSIONS
from sync.types import UtcMs
from tests.server.conftest import admit
from tests.server.device import Device
from tests.server.places import reader_of
from tests.server.televisions import EXAMPLE
from tests.server.test_rebuild import flush
from tests.sync.queueing import DAY, Queue
from translations import LANGUAGES
from translations.errors import UnknownRuleError

CATALOGUE = parse_catalogue((EXAMPLE / "catalogue.toml").read_bytes())
PACE = Pace({each.id: each.minutes for each in CATALOGUE.services})
CALENDAR = parse_calendar((EXAMPLE / "calendar.toml").read_bytes())
MORNING = datetime.fromisoformat(f"{DAY}T10:00")


class Told:
    """A ledger's reader that counts its reads."""

    def __init__(self, path: Path) -> None:
        self.db = reader_of(path)
        self.reads: list[str] = []

    async def read(self, function: Callable[[Db], Any], *values: object) -> Any:
        """At once."""
        self.reads.append(function.__name__)
        return function(self.db, *values)


@pytest.fixture
def told(ledger: Ledger, tmp_path: Path) -> Iterator[Told]:
    """A reader of that ledger."""
    made = Told(tmp_path / FILE)
    yield made
    made.db.close()


def once(what: Awaitable[Around]) -> Around:
    """Its value."""

    async def run() -> Around:
        return await what

    return asyncio.run(run())


def counters_of(queue: Queue) -> Mapping[str, tuple[int, int]]:
    """The ranges of the example office with this queue."""
    found = ranges(queue.live, queue.now, MORNING, PACE, CATALOGUE, CALENDAR)
    return {service: (each.low, each.high) for service, each in found.items()}


def test_ranges_are_told_where_a_counter_serves_and_grow_with_the_queue() -> None:
    queue = Queue.opened(("move-in", "move-out"))
    short = counters_of(queue)
    for number in range(1, 9):
        queue.take(number, "move-in")
    assert set(counters_of(queue)) == {"move-in", "move-out"}
    assert counters_of(queue)["move-out"] > short["move-out"]


class Office:
    """A queue, and what surrounds it."""

    def __init__(self, told: Told) -> None:
        self.queue = Queue.opened(("move-in",))
        self.rules: list[int] = []
        self.surroundings = Surroundings(
            told, lambda: self.queue.live, lambda: UtcMs(self.queue.now), lambda _: MORNING, self._told
        )

    def _told(self, rule: RuleAdopted, language: str) -> Sequence[str]:
        if rule.rule not in VERSIONS:
            raise UnknownRuleError("of a newer release", hint="none")
        self.rules.append(rule.overtakes)
        return (f"At most {rule.overtakes} ({language})",)

    def look(self) -> Around:
        """What is around."""
        return once(self.surroundings())


def test_what_a_kiosk_adopts_is_around_and_read_only_when_it_changed(
    ledger: Ledger, device: Device, told: Told
) -> None:
    admit(ledger, device)
    office = Office(told)
    assert office.look() == Around(rule={each: (f"At most 5 ({each})",) for each in LANGUAGES})
    device.record(to_body(CATALOGUE), calendar_fact.to_body(CALENDAR))
    flush(ledger, device)
    seen = office.look()
    assert seen.catalogue == replace(CATALOGUE, digest="")
    assert seen.calendar == replace(CALENDAR, digest="")
    assert set(seen.ranges) == {"move-in"}
    office.look()
    assert told.reads.count("adopted") == 2
    assert office.rules == [5] * len(LANGUAGES), "the rule is told anew only where another is adopted"


def test_ranges_stand_for_a_while_and_a_new_rule_is_told_at_once(ledger: Ledger, device: Device, told: Told) -> None:
    admit(ledger, device)
    device.record(to_body(CATALOGUE), calendar_fact.to_body(CALENDAR))
    flush(ledger, device)
    office = Office(told)
    before = office.look().ranges
    for number in range(1, 9):
        office.queue.take(number, "move-in")
    assert office.look().ranges == before
    office.queue.wait(RANGES_MS)
    assert office.look().ranges != before
    office.queue.do(RuleAdopted(office.queue.now, overtakes=7))
    assert office.look().rule["en"] == ("At most 7 (en)",)
    office.queue.do(RuleAdopted(office.queue.now, rule=99))
    assert office.look().rule == {}


def test_a_catalogue_of_another_shape_is_passed_over(ledger: Ledger, device: Device, told: Told) -> None:
    admit(ledger, device)
    device.record(CatalogueAdopted("e" * 64, {"services": "many"}))
    flush(ledger, device)
    assert adopted(told.db) == (None, None)
    assert len(versions(told.db)) == 1
