"""Halls to look at, for pictures of the display: as they could be on any morning. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from kiosk.board_watch import Sight
from sync.board import Board, Scene, Shown, Waits

NOW = datetime(2026, 11, 30, 10, 2, 40)  # noqa: DTZ001 the office's wall clock
CALLS = (Shown("A049", 4), Shown("A048", 3, "2026-11-27"), Shown("B017", 2, again=True), Shown("A047", 1))
BEFORE = (Shown("A046", 4), Shown("C005", 2), Shown("A045", 3), Shown("B016", 1), Shown("A044", 1))


def example_sights() -> Mapping[str, Sight]:
    """By name: a busy hall, the same when its office has gone, nobody called, and after hours."""
    busy = Board(Scene.CALLING, CALLS, BEFORE, (Waits("", {}, None, 30),))
    hall = Sight(busy, NOW, trying=False, lost=False)
    opens = datetime(2026, 12, 1, 8, 30)  # noqa: DTZ001
    still = Board(Scene.WAITING, (), BEFORE, (Waits("", {}, None, 2),))
    return {
        "hall": hall,
        "lost": replace(hall, trying=True, lost=True),
        "still": replace(hall, board=still),
        "closed": replace(hall, board=Board(Scene.CLOSED, opens=opens)),
    }
