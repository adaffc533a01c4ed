"""The pictograms: drawn here from a few shapes on a square of 100 × 100, four times too large, then made smooth.

Drawn and not typed, because the typefaces have no arrows or signs (the facts file, section 4), and because a picture
must mean the same to someone who reads none of the languages.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageDraw

_OVERSAMPLED = 4
Point = tuple[float, float]


class _Pen:
    """Draws ink (or, with `ink` False, takes it away) in units of a hundredth of the side."""

    def __init__(self, side: int) -> None:
        self.unit = side * _OVERSAMPLED / 100
        self.image = Image.new("L", (side * _OVERSAMPLED, side * _OVERSAMPLED))
        self._draw = ImageDraw.Draw(self.image)

    def _at(self, *numbers: float) -> list[float]:
        return [number * self.unit for number in numbers]

    def rect(self, x: float, y: float, w: float, h: float, r: float = 0, *, ink: bool = True) -> None:
        box = self._at(x, y, x + w, y + h)
        self._draw.rounded_rectangle((box[0], box[1], box[2] - 1, box[3] - 1), r * self.unit, fill=255 * ink)

    def disc(self, x: float, y: float, r: float, *, ink: bool = True) -> None:
        box = self._at(x - r, y - r, x + r, y + r)
        self._draw.ellipse((box[0], box[1], box[2], box[3]), fill=255 * ink)

    def shape(self, points: Sequence[Point], *, ink: bool = True) -> None:
        self._draw.polygon([(x * self.unit, y * self.unit) for x, y in points], fill=255 * ink)

    def pie(self, x: float, y: float, r: float, start: float, end: float, *, ink: bool = True) -> None:
        box = self._at(x - r, y - r, x + r, y + r)
        self._draw.pieslice((box[0], box[1], box[2], box[3]), start, end, fill=255 * ink)

    def line(self, points: Sequence[Point], width: float = 8, *, ink: bool = True) -> None:
        """A stroke with round ends and corners."""
        for (x1, y1), (x2, y2) in pairwise(points):
            self._draw.line(self._at(x1, y1, x2, y2), fill=255 * ink, width=round(width * self.unit))
        for x, y in points:
            self.disc(x, y, width / 2, ink=ink)


def _house(pen: _Pen) -> None:
    pen.shape([(50, 10), (94, 50), (6, 50)])
    pen.line([(50, 14), (90, 50), (10, 50), (50, 14)], 6)
    pen.rect(18, 44, 64, 46, 4)
    pen.rect(41, 60, 18, 30, ink=False)


def _id_card(pen: _Pen) -> None:
    pen.rect(6, 20, 88, 60, 8)
    pen.disc(31, 43, 9, ink=False)
    pen.pie(31, 70, 16, 180, 360, ink=False)
    for y, w in ((36, 28), (49, 28), (62, 18)):
        pen.rect(55, y, w, 6, 3, ink=False)


def _document(pen: _Pen) -> None:
    pen.rect(20, 8, 60, 84, 6)
    pen.shape([(60, 7), (82, 29), (82, 7)], ink=False)
    pen.shape([(60, 10), (60, 29), (79, 29)])
    for y, w in ((42, 36), (56, 36), (70, 24)):
        pen.rect(32, y, w, 6, 3, ink=False)


def _permit(pen: _Pen) -> None:
    _document(pen)
    pen.disc(72, 74, 24, ink=False)
    pen.disc(72, 74, 19)
    pen.line([(64, 75), (70, 81), (81, 68)], 6, ink=False)


def _tax(pen: _Pen) -> None:
    pen.rect(14, 6, 72, 88, 6)
    for x in (14, 38, 62):
        pen.shape([(x, 95), (x + 12, 84), (x + 24, 95)], ink=False)
    pen.disc(50, 34, 15, ink=False)
    pen.disc(50, 34, 8)
    for y, w in ((58, 44), (70, 30)):
        pen.rect(28, y, w, 6, 3, ink=False)


def _person(pen: _Pen) -> None:
    pen.disc(50, 27, 19)
    pen.pie(50, 92, 37, 180, 360)


def _people(pen: _Pen) -> None:
    pen.disc(30, 36, 13)
    pen.pie(30, 88, 26, 180, 360)
    pen.disc(70, 36, 13)
    pen.pie(70, 88, 26, 180, 360)
    pen.disc(50, 32, 20, ink=False)
    pen.pie(50, 96, 37, 180, 360, ink=False)
    pen.disc(50, 32, 16)
    pen.pie(50, 94, 32, 180, 360)


def _birth(pen: _Pen) -> None:
    pen.disc(50, 38, 28)
    pen.disc(40, 36, 3.5, ink=False)
    pen.disc(60, 36, 3.5, ink=False)
    pen.pie(50, 44, 11, 15, 165, ink=False)
    pen.line([(50, 10), (55, 4), (61, 8)], 5)
    pen.pie(50, 104, 36, 180, 360)
    pen.rect(46, 74, 8, 20, 4, ink=False)


def _shop(pen: _Pen) -> None:
    pen.rect(16, 46, 68, 44, 4)
    pen.shape([(18, 12), (82, 12), (94, 40), (6, 40)])
    for x in (17, 39, 61, 83):
        pen.pie(x, 40, 11, 0, 180)
    pen.rect(26, 60, 22, 18, 2, ink=False)
    pen.rect(58, 60, 16, 30, 2, ink=False)


def _building(pen: _Pen) -> None:
    pen.shape([(50, 6), (94, 32), (6, 32)])
    pen.rect(8, 36, 84, 7)
    for x in (16, 36, 54, 74):
        pen.rect(x, 46, 10, 32)
    pen.rect(6, 82, 88, 10, 2)


def _water(pen: _Pen) -> None:
    pen.shape([(50, 6), (76, 50), (24, 50)])
    pen.disc(50, 62, 30)
    pen.line([(37, 64), (42, 74), (52, 79)], 6, ink=False)


def _waste(pen: _Pen) -> None:
    pen.rect(14, 18, 72, 10, 4)
    pen.rect(38, 8, 24, 8, 3)
    pen.shape([(20, 33), (80, 33), (73, 92), (27, 92)])
    for x in (38, 50, 62):
        pen.line([(x, 44), (x, 82)], 5, ink=False)


def _health(pen: _Pen) -> None:
    pen.rect(10, 10, 80, 80, 14)
    pen.rect(42, 25, 16, 50, 2, ink=False)
    pen.rect(25, 42, 50, 16, 2, ink=False)


def _elderly(pen: _Pen) -> None:
    pen.disc(42, 17, 12)
    pen.line([(42, 40), (40, 62), (48, 90)], 13)
    pen.line([(40, 62), (30, 90)], 11)
    pen.line([(44, 42), (60, 56), (70, 54)], 8)
    pen.line([(72, 52), (72, 92)], 6)


def _speech(pen: _Pen) -> None:
    pen.rect(6, 12, 88, 58, 12)
    pen.shape([(22, 66), (50, 66), (22, 92)])
    for x in (30, 50, 70):
        pen.disc(x, 41, 6, ink=False)


def _vehicle(pen: _Pen) -> None:
    pen.shape([(26, 22), (74, 22), (84, 48), (16, 48)])
    pen.rect(8, 45, 84, 30, 8)
    pen.shape([(31, 29), (69, 29), (75, 45), (25, 45)], ink=False)
    for x in (27, 73):
        pen.disc(x, 76, 14, ink=False)
        pen.disc(x, 76, 10)


def _ticket(pen: _Pen) -> None:
    pen.rect(20, 6, 60, 80, 5)
    for x in (20, 40, 60):
        pen.shape([(x, 80), (x + 20, 80), (x + 10, 95)])
    pen.rect(32, 20, 36, 22, 4, ink=False)
    for y, w in ((54, 36), (67, 24)):
        pen.rect(32, y, w, 6, 3, ink=False)


def _printer(pen: _Pen) -> None:
    pen.rect(26, 6, 48, 30, 3)
    pen.rect(32, 13, 36, 6, 2, ink=False)
    pen.rect(8, 34, 84, 36, 8)
    pen.disc(79, 46, 4, ink=False)
    pen.rect(22, 54, 56, 44, ink=False)
    pen.rect(28, 54, 44, 40, 3)
    for y, w in ((64, 30), (76, 20)):
        pen.rect(35, y, w, 5, 2, ink=False)


def _warning(pen: _Pen) -> None:
    pen.line([(50, 16), (88, 82), (12, 82), (50, 16)], 14)
    pen.shape([(50, 16), (88, 82), (12, 82)])
    pen.line([(50, 38), (50, 58)], 9, ink=False)
    pen.disc(50, 74, 5.5, ink=False)


def _clock(pen: _Pen) -> None:
    pen.disc(50, 50, 43)
    pen.disc(50, 50, 33, ink=False)
    pen.line([(50, 28), (50, 50), (65, 60)], 8)


def _coin(pen: _Pen) -> None:
    pen.disc(50, 50, 43)
    pen.disc(50, 50, 34, ink=False)
    pen.disc(50, 50, 28)
    pen.rect(46, 32, 8, 36, 4, ink=False)


def _pencil(pen: _Pen) -> None:
    pen.shape([(70, 10), (90, 30), (38, 82), (18, 62)])
    pen.shape([(14, 68), (32, 86), (8, 92)])
    pen.line([(61, 17), (83, 39)], 4, ink=False)


def _back(pen: _Pen) -> None:
    pen.line([(52, 18), (20, 50), (52, 82)], 12)
    pen.line([(20, 50), (84, 50)], 12)


def _next(pen: _Pen) -> None:
    pen.line([(48, 18), (80, 50), (48, 82)], 12)
    pen.line([(80, 50), (16, 50)], 12)


def _check(pen: _Pen) -> None:
    pen.line([(14, 54), (40, 80), (86, 22)], 13)


def _plus(pen: _Pen) -> None:
    pen.line([(50, 16), (50, 84)], 14)
    pen.line([(16, 50), (84, 50)], 14)


def _minus(pen: _Pen) -> None:
    pen.line([(16, 50), (84, 50)], 14)


SERVICE_PICTOGRAMS: dict[str, Callable[[_Pen], None]] = {
    "birth": _birth,
    "building": _building,
    "document": _document,
    "elderly": _elderly,
    "health": _health,
    "house": _house,
    "id-card": _id_card,
    "people": _people,
    "permit": _permit,
    "person": _person,
    "shop": _shop,
    "speech": _speech,
    "tax": _tax,
    "vehicle": _vehicle,
    "waste": _waste,
    "water": _water,
}
"""What a service in the catalogue may choose as its `pictogram`."""

_SIGNS: dict[str, Callable[[_Pen], None]] = {
    "back": _back,
    "check": _check,
    "clock": _clock,
    "coin": _coin,
    "minus": _minus,
    "next": _next,
    "pencil": _pencil,
    "plus": _plus,
    "printer": _printer,
    "ticket": _ticket,
    "warning": _warning,
}
ALL: dict[str, Callable[[_Pen], None]] = {**SERVICE_PICTOGRAMS, **_SIGNS}


@lru_cache(maxsize=128)
def mask(name: str, side: int) -> Image.Image:
    """The pictogram as a mask of mode "L", `side` pixels square; do not draw on it. An unknown name is a document."""
    pen = _Pen(max(side, 1))
    ALL.get(name, _document)(pen)
    return pen.image.resize((max(side, 1), max(side, 1)), Image.Resampling.LANCZOS)
