"""A pen that draws pictograms: a few shapes on a square of 100 × 100, four times too large, then made smooth."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

from PIL import Image, ImageDraw

OVERSAMPLED = 4
Point: TypeAlias = tuple[float, float]


class Pen:
    """Draws ink (or, with `ink` False, takes it away) in units of a hundredth of the side."""

    def __init__(self, side: int) -> None:
        self.unit = side * OVERSAMPLED / 100
        self.image = Image.new("L", (side * OVERSAMPLED, side * OVERSAMPLED))
        self._draw = ImageDraw.Draw(self.image)

    def _at(self, *numbers: float) -> list[float]:
        return [number * self.unit for number in numbers]

    def rect(self, x: float, y: float, w: float, h: float, r: float = 0, *, ink: bool = True) -> None:
        box = self._at(x, y, x + w, y + h)
        self._draw.rounded_rectangle(
            (box[0], box[1], max(box[0], box[2] - 1), max(box[1], box[3] - 1)), r * self.unit, fill=255 * ink
        )

    def disc(self, x: float, y: float, r: float, *, ink: bool = True) -> None:
        box = self._at(x - r, y - r, x + r, y + r)
        self._draw.ellipse((box[0], box[1], box[2], box[3]), fill=255 * ink)

    def shape(self, points: Sequence[Point], *, ink: bool = True) -> None:
        self._draw.polygon([(x * self.unit, y * self.unit) for x, y in points], fill=255 * ink)

    def pie(self, x: float, y: float, r: float, start: float, end: float, *, ink: bool = True) -> None:
        box = self._at(x - r, y - r, x + r, y + r)
        self._draw.pieslice((box[0], box[1], box[2], box[3]), start, end, fill=255 * ink)

    def ellipse(self, x: float, y: float, rx: float, ry: float, *, ink: bool = True) -> None:
        box = self._at(x - rx, y - ry, x + rx, y + ry)
        self._draw.ellipse((box[0], box[1], box[2], box[3]), fill=255 * ink)

    def arc(
        self, x: float, y: float, r: float, start: float, end: float, width: float = 8, *, ink: bool = True
    ) -> None:
        """A stroke along a circle, its middle `r` from (x, y), with round ends. Degrees clockwise from the right."""
        outer = r + width / 2
        box = self._at(x - outer, y - outer, x + outer, y + outer)
        self._draw.arc((box[0], box[1], box[2], box[3]), start, end, fill=255 * ink, width=round(width * self.unit))
        for angle in (math.radians(start), math.radians(end)):
            self.disc(x + r * math.cos(angle), y + r * math.sin(angle), width / 2, ink=ink)

    def line(self, points: Sequence[Point], width: float = 8, *, ink: bool = True) -> None:
        """A stroke with round ends and corners."""
        for (x1, y1), (x2, y2) in pairwise(points):
            self._draw.line(self._at(x1, y1, x2, y2), fill=255 * ink, width=round(width * self.unit))
        for x, y in points:
            self.disc(x, y, width / 2, ink=ink)

    def smooth(self, side: int) -> Image.Image:
        """What was drawn, as a mask of mode "L" and its true size."""
        return self.image.resize((side, side), Image.Resampling.LANCZOS)


Drawing: TypeAlias = Callable[[Pen], None]
"""A pictogram, as what a pen does."""
