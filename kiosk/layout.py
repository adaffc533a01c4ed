"""Millimetres to pixel rectangles. Pure.

All sizes of the design are millimetres, so that a button is as large on a 10 inch screen as on a 24 inch one. A screen
of less than 10 inches cannot hold that; everything on it shrinks by one factor, `Display.scale`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from fonts.tokens import CAPITAL_TO_EM

FULL_SIZE_MM = 254.0
"""The diagonal (10 inches) from which on targets are at least 20 mm and capitals at least 7.3 mm."""
DESIGN_MM = (300.0, 172.0)
"""What the compositions need at full size, long and short side; smaller screens get them scaled down."""

LARGER = 1.3
"""How much larger letters and buttons are for whoever asks for it."""
REACH_SHARE = 0.6
"""The lower part of the screen that is used in reach mode, as far as a composition fits into it."""
REACH_LEAST_MM = 100.0


class Rect(NamedTuple):
    """A rectangle in pixels: left, top, width, height."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """The first column that is not inside."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The first row that is not inside."""
        return self.y + self.h

    @property
    def centre(self) -> tuple[int, int]:
        """The pixel in the middle."""
        return self.x + self.w // 2, self.y + self.h // 2

    def holds(self, x: int, y: int) -> bool:
        """Whether this pixel is inside."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def overlaps(self, other: "Rect") -> bool:
        """Whether the two share a pixel."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def inset(self, dx: int, dy: int | None = None) -> "Rect":
        """Smaller by `dx` at the left and right, by `dy` (default: `dx`) at the top and bottom."""
        dy = dx if dy is None else dy
        return Rect(self.x + dx, self.y + dy, max(self.w - 2 * dx, 0), max(self.h - 2 * dy, 0))

    def top(self, height: int) -> "Rect":
        """The upper `height` rows."""
        return Rect(self.x, self.y, self.w, min(height, self.h))

    def below(self, height: int) -> "Rect":
        """What is left under the upper `height` rows."""
        return Rect(self.x, self.y + height, self.w, max(self.h - height, 0))

    def left(self, width: int) -> "Rect":
        """The left `width` columns."""
        return Rect(self.x, self.y, min(width, self.w), self.h)

    def beside(self, width: int) -> "Rect":
        """What is left to the right of the left `width` columns."""
        return Rect(self.x + width, self.y, max(self.w - width, 0), self.h)

    def middle(self, width: int, height: int) -> "Rect":
        """A rectangle of this size (at most) around the centre."""
        width, height = min(width, self.w), min(height, self.h)
        return Rect(self.x + (self.w - width) // 2, self.y + (self.h - height) // 2, width, height)

    def union(self, other: "Rect") -> "Rect":
        """The smallest rectangle around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)


@dataclass(frozen=True, slots=True)
class Display:
    """A screen: its pixels and its millimetres."""

    width_px: int
    height_px: int
    width_mm: float
    height_mm: float
    large: bool = False
    dots_per_mm: float = field(init=False, repr=False, compare=False)
    """Pixels a millimetre of the design: the coarser direction, so that nothing is smaller than asked."""

    def __post_init__(self) -> None:
        dots = max(self.width_px / self.width_mm, self.height_px / self.height_mm) * self.scale
        object.__setattr__(self, "dots_per_mm", dots)

    @property
    def rect(self) -> Rect:
        """The whole screen."""
        return Rect(0, 0, self.width_px, self.height_px)

    @property
    def portrait(self) -> bool:
        """Higher than wide."""
        return self.height_mm > self.width_mm

    @property
    def within_reach(self) -> Rect:
        """The lower part, for whoever sits: 60 % of the height, and at least what a composition needs."""
        height = min(self.height_px, max(round(self.height_px * REACH_SHARE), self.px(REACH_LEAST_MM)))
        return Rect(0, self.height_px - height, self.width_px, height)

    @property
    def scale(self) -> float:
        """1 from 10 inches on; below, the factor at which the composition still fits; `large`: never less than 1."""
        usual = 1.0
        if math.hypot(self.width_mm, self.height_mm) < FULL_SIZE_MM:
            long, short = sorted((self.width_mm, self.height_mm), reverse=True)
            usual = min(1.0, long / DESIGN_MM[0], short / DESIGN_MM[1])
        return max(usual * LARGER, 1.0) if self.large else usual

    def px(self, mm: float) -> int:
        """Whole pixels, rounded up: never less than asked."""
        return math.ceil(mm * self.dots_per_mm - 1e-6)

    def em(self, capital_mm: float) -> int:
        """The type size in pixels whose capitals are this high."""
        return math.ceil(capital_mm / CAPITAL_TO_EM * self.dots_per_mm)


def columns(rect: Rect, count: int, gap: int) -> list[Rect]:
    """`count` columns of equal width, from the left."""
    width = (rect.w - gap * (count - 1)) // count
    return [Rect(rect.x + index * (width + gap), rect.y, width, rect.h) for index in range(count)]


def rows(rect: Rect, count: int, gap: int) -> list[Rect]:
    """`count` rows of equal height, from the top."""
    height = (rect.h - gap * (count - 1)) // count
    return [Rect(rect.x, rect.y + index * (height + gap), rect.w, height) for index in range(count)]


def grid(rect: Rect, across: int, down: int, gap: int) -> list[Rect]:
    """`across` × `down` cells, row by row."""
    return [cell for row in rows(rect, down, gap) for cell in columns(row, across, gap)]


def focus_after(order: Sequence[str], current: str | None, by: int) -> str | None:
    """The target that has the focus `by` (+1 or -1) steps on, going round; None where there is no target."""
    if not order:
        return None
    if current not in order:
        return order[0] if by > 0 else order[-1]
    return order[(order.index(current) + by) % len(order)]


def focus_towards(places: Sequence[tuple[str, Rect]], current: str | None, dx: int, dy: int) -> str | None:
    """The nearest target in a direction (one of dx, dy is ±1); the current one where there is none."""
    order = [name for name, _ in places]
    if current not in order:
        return focus_after(order, current, 1)
    here = dict(places)[current]
    best: tuple[float, str] | None = None
    for name, rect in places:
        ahead = (rect.centre[0] - here.centre[0]) * dx + (rect.centre[1] - here.centre[1]) * dy
        aside = abs((rect.centre[0] - here.centre[0]) * dy) + abs((rect.centre[1] - here.centre[1]) * dx)
        beyond = (rect.x >= here.right, rect.right <= here.x, rect.y >= here.bottom, rect.bottom <= here.y)
        if name == current or not beyond[{(1, 0): 0, (-1, 0): 1, (0, 1): 2, (0, -1): 3}[dx, dy]]:
            continue
        score = ahead + 2.0 * aside
        if best is None or score < best[0]:
            best = (score, name)
    return best[1] if best else current
