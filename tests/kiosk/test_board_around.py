"""A display with the office's catalogue: services, ranges, steps and the rule, as the office's page tells them."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.board_around import RANGES_MS, Around
from kiosk.board_watch import SILENCE_MS
from kiosk.preview import example_catalogue
from sync.board import Minutes, Waits, ranges
from sync.calendar_reader import parse_calendar
from sync.clock import office_time
from sync.days import Days
from sync.estimate import Pace
from sync.facts_office import CounterOpened, RuleAdopted
from sync.live import Live
from sync.slides import SLIDE_MS, Slide
from sync.types import BootMs, UtcMs
from tests.kiosk.boards import SECOND, Television
from tests.kiosk.fakes import BANGKOK
from translations import LANGUAGES

CATALOGUE = example_catalogue()
CALENDAR = parse_calendar((Path(__file__).parents[2] / "kiosk" / "example" / "calendar.toml").read_bytes())
SERVICES = tuple(each.id for each in CATALOGUE.services)


@pytest.fixture
def hall(tmp_path: Path) -> Television:
    """Two counters that serve everything, and people who wait for all of it."""
    made = Television(tmp_path, 0, catalogue=CATALOGUE, calendar=CALENDAR)
    for number in (1, 2):
        made.office(CounterOpened(made.queue.now, number, f"s{number}", SERVICES))
    for number in range(1, 31):
        made.queue.take(number, SERVICES[number % len(SERVICES)])
    return made.hear()


def waits(hall: Television) -> tuple[Waits, ...]:
    assert hall.machine.sight.board is not None
    return hall.machine.sight.board.waits


def slide(hall: Television) -> Slide:
    assert hall.machine.sight.slide is not None
    return hall.machine.sight.slide


def test_groups_are_named_with_how_many_wait_and_how_long_as_the_page_reckons_it(hall: Television) -> None:
    told = waits(hall)
    assert [each.names for each in told] == [each.names for each in CATALOGUE.groups]
    assert sum(each.waiting for each in told) == 30
    now, live = hall.office_ms, hall.queue.live
    pace = Pace({each.id: each.minutes for each in CATALOGUE.services})
    local = office_time(now, BANGKOK).replace(tzinfo=None)
    page = ranges(live, now, local, pace, CATALOGUE, CALENDAR)
    assert len(page) == len(SERVICES)
    for group, each in zip(CATALOGUE.groups, told, strict=True):
        known = [page[service.id] for service in CATALOGUE.services_of(group)]
        assert each.range == Minutes(min(one.low for one in known), max(one.high for one in known))


def test_a_call_does_not_wait_until_all_ranges_are_reckoned(hall: Television) -> None:
    hall.wait(RANGES_MS - SECOND)
    hall.queue.now = hall.office_ms
    before, turns = waits(hall)[0].range, 0
    hall.queue.next(1)
    hall.mirror.bodies, hall.confirmed = tuple(hall.queue.facts), hall.clock.instant().boottime_ms
    hall.clock.boottime_ms += SECOND
    hall.machine.look()
    hall.machine.turn()
    assert (hall.numbers(), waits(hall)[0].range) == ([("A001", 1)], before)
    while hall.machine.deadline() == hall.clock.boottime_ms:
        hall.machine.turn()
        turns += 1
    assert turns == len(SERVICES) - 1, "one service a turn, and then it sleeps"


def test_a_text_stands_for_twenty_seconds_and_nothing_else_wakes_the_display(hall: Television) -> None:
    seen, woken, begun = [slide(hall)], 0, hall.clock.boottime_ms
    while len(seen) < 9:
        woken += hall.wakes(10 * SECOND)
        hall.hear()
        if slide(hall) != seen[-1]:
            seen.append(slide(hall))
    assert hall.clock.boottime_ms - begun == pytest.approx(8 * SLIDE_MS, abs=10 * SECOND)
    assert woken <= 9, "each text wakes it once"
    assert {each.language for each in seen} == set(LANGUAGES)
    assert hall.clock.boottime_ms == begun + 160 * SECOND


def test_the_rule_that_is_told_is_the_rule_in_force(hall: Television) -> None:
    def english() -> str:
        return next("\n".join(each.lines) for each in told._told(hall.queue.live.rule) if each.language == "en")

    told = Around(CATALOGUE, CALENDAR, LANGUAGES)
    assert "At most 5 later tickets" in english()
    hall.hear(RuleAdopted(hall.office_ms, overtakes=2))
    assert "At most 2 later tickets" in english()
    unknown = replace_rule(99)
    assert all(each.service is not None for each in told._told(unknown)), "no words are better than wrong ones"


def replace_rule(version: int) -> RuleAdopted:
    return RuleAdopted(UtcMs(0), rule=version)


def test_nothing_that_could_be_old_is_told_of_an_office_that_is_silent(hall: Television) -> None:
    assert any(each.range for each in waits(hall))
    hall.wait(SILENCE_MS + 1)
    assert hall.machine.sight.lost
    assert hall.machine.sight.slide is None
    assert not any(each.range for each in waits(hall))
    assert hall.wakes(3_600_000) <= 2, "an office that is gone wakes it for its clock only"


def test_without_a_catalogue_nothing_is_told_and_without_hours_no_range_is(tmp_path: Path) -> None:
    plain = Television(tmp_path).hear()
    assert plain.machine.sight.slide is None
    around = Around(CATALOGUE, None, LANGUAGES)
    around.reckon(Days(), BootMs(1), UtcMs(1), office_time(UtcMs(1), BANGKOK))
    assert (around.reckoning, around.ranges) == (False, {})
    none = Around(replace(CATALOGUE, services=()), CALENDAR, LANGUAGES)
    none.reckon(Days(), BootMs(1), UtcMs(1), office_time(UtcMs(1), BANGKOK))
    assert not none.reckoning


def test_a_rule_that_this_release_does_not_know_promises_nothing() -> None:
    around, days = Around(CATALOGUE, CALENDAR, LANGUAGES), Days()
    days.live = Live(day="2026-11-23", rule=replace_rule(99)).after(
        CounterOpened(UtcMs(1), 1, "s1", SERVICES), days.live.seq
    )
    local = office_time(UtcMs(1_795_410_000_000), BANGKOK).replace(tzinfo=None)
    for _ in SERVICES:
        around.reckon(days, BootMs(1), UtcMs(1_795_410_000_000), local)
    assert (around.reckoning, around.ranges) == (False, {})
