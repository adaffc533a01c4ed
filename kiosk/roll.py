"""The roll in the printer: what its sensors say of it is worth a fact, and when a new one was put in. Pure.

A roll does not grow: what was near its end and is full again without anybody at the cover is a sensor at its edge, and
no news. While the cover is open, paper sensors see whatever hangs there, so they are not believed.
"""

import math
from dataclasses import dataclass

from hardware.printer import PaperStatus
from sync.facts import Body, PaperChanged, PaperRefilled, PrinterChanged

FEED_MM = 14
"""Blank paper at the head of every ticket: the way from the print line to the blade. Printers differ by a few."""


@dataclass(frozen=True, slots=True)
class Roll:
    """What was last said of it; None: nothing. `handled`: since it was last full, paper ran out or the cover was
    opened, so that a new roll may have been put in."""

    level: str | None = None
    handled: bool = False

    def after(self, body: Body) -> "Roll":
        """The roll after this fact. The same fact again changes nothing."""
        match body:
            case PaperChanged(level=level) if level != self.level:
                return Roll(level, level == "out" or (level == "near-end" and self.level == "out"))
            case PrinterChanged(fault="cover-open") if self.level in ("near-end", "out"):
                return Roll(self.level, handled=True)
        return self

    def news(self, status: PaperStatus, roll_mm: int) -> tuple[Body, ...]:
        """The facts that this status is worth; `roll_mm`: millimetres of paper on a new roll."""
        level = status.paper
        if not status.reachable or status.cover_open or level is None or level == self.level:
            return ()
        if level != "ok":
            return (PaperChanged(level),)
        if self.handled:
            return PaperChanged(level), PaperRefilled(roll_mm)
        # Of a roll that was never said to be at its end there is nothing to take back.
        told = self.level is not None and status.cover_open is None
        return (PaperChanged(level),) if told else ()


def taken_mm(rows: int, dots_per_inch: int = 203) -> int:
    """Millimetres of paper that a picture of so many rows takes."""
    return math.ceil(rows / round(dots_per_inch / 25.4, 1)) + FEED_MM
