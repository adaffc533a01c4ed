"""Halls to look at, for pictures of the display: as they could be on any morning. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from kiosk.board_watch import Sight
from sync.board import Board, Minutes, Scene, Shown, Waits
from sync.facts_office import RuleAdopted
from sync.services import Catalogue
from sync.slides import Slide, slides
from sync.types import UtcMs
from translations.rule_text import short

NOW = datetime(2026, 11, 30, 10, 2, 40)  # noqa: DTZ001 the office's wall clock
CALLS = (Shown("A049", 4), Shown("A048", 3, "2026-11-27"), Shown("B017", 2, again=True), Shown("A047", 1))
BEFORE = (Shown("A046", 4), Shown("C005", 2), Shown("A045", 3), Shown("B016", 1), Shown("A044", 1))
WAITING = (12, 4, 0, 9, 5)
RANGES = (Minutes(25, 50), Minutes(10, 25), Minutes(0, 5), None, Minutes(120, 190))


def waits_of(catalogue: Catalogue | None) -> tuple[Waits, ...]:
    """How many wait, by the groups of this catalogue; without one, in one number."""
    if catalogue is None:
        return (Waits("", {}, None, sum(WAITING)),)
    return tuple(
        Waits(group.id, group.names, group.accent, WAITING[at % len(WAITING)], RANGES[at % len(RANGES)])
        for at, group in enumerate(catalogue.groups)
    )


def slides_of(catalogue: Catalogue, languages: Sequence[str]) -> tuple[Slide, ...]:
    """Everything that is told in turn of this catalogue, by the rule as it ships."""
    rule = RuleAdopted(UtcMs(0))
    return slides(catalogue, {each: short(rule, each) for each in languages}, languages)


def example_sights(catalogue: Catalogue | None = None, languages: Sequence[str] = ("th",)) -> Mapping[str, Sight]:
    """By name: a busy hall, the same when its office has gone, nobody called, and after hours. With a catalogue, also
    what it tells in turn in the first of these languages."""
    waits = waits_of(catalogue)
    told = slides_of(catalogue, languages[:1]) if catalogue else ()
    service = next((each for each in told if each.service is not None), None)
    rule = next((each for each in told if each.service is None), None)
    busy = Board(Scene.CALLING, CALLS, BEFORE, waits)
    hall = Sight(busy, NOW, trying=False, lost=False, slide=service)
    opens = datetime(2026, 12, 1, 8, 30)  # noqa: DTZ001
    still = Board(Scene.WAITING, (), BEFORE, waits)
    found = {
        "hall": hall,
        "lost": replace(hall, trying=True, lost=True, slide=None),
        "still": replace(hall, board=still),
        "closed": replace(hall, board=Board(Scene.CLOSED, opens=opens)),
    }
    if catalogue is not None:
        found["rule"] = replace(hall, slide=rule)
        found["alone"] = replace(hall, board=Board(Scene.CALLING, CALLS[:1], (), waits))
    return found
