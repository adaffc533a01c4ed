"""Type for a whole hall: letters as large as their place allows, and one text in all languages together. Pure.

The unit is a hundredth of the picture's shorter side (of a 16:9 picture that fits), as on the page of the office's
server: what is seen from a seat depends on the share of the picture, whatever its size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fonts.errors import DoesNotFitError
from fonts.faces import Weight
from fonts.tokens import Hex
from kiosk.layout import Rect
from kiosk.widgets import Align, Canvas
from translations import load

STEP, STEPS = 0.96, 30
"""Sizes that are tried, down to three tenths of the one wanted. A text that is still too long then is told by
`Scene.tight`."""
MOST_LINES = 12
"""Of one paragraph: so many is too many."""
LEAST_CAPITAL = 0.3
"""Hundredths; a number that is wider even then is told by `Scene.tight`."""

DIGITS = "th"
"""The language whose face has the digits and capitals of numbers."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text in one language."""

    language: str
    text: str


def in_each(msgid: str, languages: Sequence[str], **values: object) -> list[Words]:
    """A text of the domain `display` in each of these languages, its places filled."""
    return [Words(each, load(each, "display").gettext(msgid).format(**values)) for each in languages]


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph of a column; `mark` stands before it, its lines hang beside that."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Hand:
    """Writes on a canvas in hundredths of the picture."""

    canvas: Canvas

    @property
    def unit_mm(self) -> float:
        """A hundredth, in millimetres."""
        long, short = sorted((self.canvas.wide_mm, self.canvas.high_mm), reverse=True)
        return min(short, long * 9 / 16) / 100

    def px(self, hundredths: float) -> int:
        """Hundredths in pixels."""
        return round(hundredths * self.unit_mm * self.canvas.display.dots_per_mm)

    def width(self, text: str, language: str, capital: float, weight: Weight) -> int:
        """Pixels of one line."""
        return self.canvas.type.measure(text, language, self._em(capital), weight)

    def height(self, language: str, capital: float, weight: Weight) -> int:
        """Pixels from the highest mark of a line to its lowest."""
        ascent, descent = self.canvas.type.metrics(language, self._em(capital), weight)
        return ascent + descent

    def number(
        self, place: Rect, text: str, capital: float, colour: Hex, align: Align = "centre", *, bold: bool = True
    ) -> None:
        """A number in the middle of its place, its capitals this many hundredths high or as high as fit."""
        weight: Weight = "bold" if bold else "regular"
        high = place.h / self.canvas.display.dots_per_mm / self.unit_mm
        capital = min(capital, high)
        while self.width(text, DIGITS, capital, weight) > place.w and capital > LEAST_CAPITAL:
            capital *= STEP
        # Digits and capitals have no marks: they stand in the middle, whatever else the face has above and below.
        place = place.inset(0, -self.height(DIGITS, capital, weight))
        self._put(place, Words(DIGITS, text), capital, weight, colour, align)

    def line(
        self,
        place: Rect,
        words: Sequence[Words],
        capital: float,
        first: Hex,
        rest: Hex | None = None,
        align: Align = "left",
    ) -> None:
        """All languages beside one another; the first one bold."""
        capital = self.fitted(capital, lambda size: self.line_fits(place, words, size))
        gap = self._gap(capital)
        widths = [self.width(each.text, each.language, capital, _weight(index)) for index, each in enumerate(words)]
        room = place.w - sum(widths) - gap * (len(words) - 1)
        x = place.x + {"left": 0, "centre": max(room, 0) // 2, "right": max(room, 0)}[align]
        for index, (each, width) in enumerate(zip(words, widths, strict=True)):
            own = Rect(x, place.y, min(width, place.right - x), place.h)
            self._put(own, each, capital, _weight(index), rest if rest and index else first, "left")
            x += width + gap

    def stack(
        self,
        place: Rect,
        words: Sequence[Words],
        capital: float,
        first: Hex,
        rest: Hex | None = None,
        align: Align = "left",
    ) -> None:
        """All languages beneath one another in the middle of the place; the first one bold."""
        capital = self.fitted(capital, lambda size: self.stack_fits(place, words, size))
        heights = [self.height(each.language, capital, _weight(index)) for index, each in enumerate(words)]
        y = place.y + max(place.h - sum(heights), 0) // 2
        for index, (each, height) in enumerate(zip(words, heights, strict=True)):
            self._put(
                Rect(place.x, y, place.w, height),
                each,
                capital,
                _weight(index),
                (rest or first) if index else first,
                align,
            )
            y += height

    def plain(self, place: Rect, words: Words, capital: float, colour: Hex) -> None:
        """One line in one language, in regular letters, in the middle of its height."""
        self._put(place, words, capital, "regular", colour, "left")

    def column(
        self, place: Rect, items: Sequence[Item], language: str, capital: float, colour: Hex, weight: Weight = "regular"
    ) -> None:
        """Paragraphs beneath one another from the top, their lines broken between words."""
        capital = self.fitted(capital, lambda size: self._column_fits(place, items, language, size, weight))
        high = self.height(language, capital, weight)
        indent, y = self._indent(items, language, capital, weight), place.y
        for item, lines in zip(items, self._broken(place, items, language, capital, weight), strict=True):
            own = Rect(place.x + indent, y, place.w - indent, high * lines)
            if item.mark:
                self._put(Rect(place.x, y, indent, high), Words(language, item.mark), capital, weight, colour, "left")
            self._put(own, Words(language, item.text), capital, weight, colour, "left", lines)
            y += own.h + self._apart(capital)

    def _column_fits(self, place: Rect, items: Sequence[Item], language: str, capital: float, weight: Weight) -> bool:
        broken = self._broken(place, items, language, capital, weight)
        high = self.height(language, capital, weight) * sum(broken) + self._apart(capital) * (len(items) - 1)
        return MOST_LINES not in broken and high <= place.h

    def _broken(self, place: Rect, items: Sequence[Item], language: str, capital: float, weight: Weight) -> list[int]:
        """How many lines each paragraph takes with every word whole; MOST_LINES where one word is too wide."""
        width, em = place.w - self._indent(items, language, capital, weight), self._em(capital)
        return [self._lines(item.text, language, em, weight, width) for item in items]

    def _lines(self, text: str, language: str, em: int, weight: Weight, width: int) -> int:
        try:
            return len(self.canvas.type.fit(text, language, (em,), weight, width, MOST_LINES).lines)
        except DoesNotFitError:
            return MOST_LINES

    def _indent(self, items: Sequence[Item], language: str, capital: float, weight: Weight) -> int:
        marks = [self.width(item.mark, language, capital, weight) for item in items if item.mark]
        return max(marks) + self.px(capital / 2) if marks else 0

    def _apart(self, capital: float) -> int:
        return self.px(capital / 4)

    def _put(
        self,
        place: Rect,
        words: Words,
        capital: float,
        weight: Weight,
        colour: Hex,
        align: Align,
        lines: int = 1,
    ) -> None:
        self.canvas.text(
            place,
            words.text,
            words.language,
            capital_mm=capital * self.unit_mm,
            weight=weight,
            colour=colour,
            align=align,
            valign="middle",
            lines=lines,
        )

    def line_fits(self, place: Rect, words: Sequence[Words], capital: float) -> bool:
        """Whether they fit beside one another at this size."""
        widths = [self.width(each.text, each.language, capital, _weight(index)) for index, each in enumerate(words)]
        heights = [self.height(each.language, capital, _weight(index)) for index, each in enumerate(words)]
        return sum(widths) + self._gap(capital) * (len(words) - 1) <= place.w and max(heights, default=0) <= place.h

    def stack_fits(self, place: Rect, words: Sequence[Words], capital: float) -> bool:
        """Whether they fit beneath one another at this size."""
        widths = [self.width(each.text, each.language, capital, _weight(index)) for index, each in enumerate(words)]
        heights = [self.height(each.language, capital, _weight(index)) for index, each in enumerate(words)]
        return max(widths, default=0) <= place.w and sum(heights) <= place.h

    @staticmethod
    def fitted(capital: float, fits: Callable[[float], bool]) -> float:
        """The largest size that fits, at most this one; the smallest where none does. What fits, fits smaller too."""
        if fits(capital):
            return capital
        above, below = 0, STEPS
        while below - above > 1:
            middle = (above + below) // 2
            above, below = (above, middle) if fits(capital * STEP**middle) else (middle, below)
        return float(capital * STEP**below)

    def _gap(self, capital: float) -> int:
        return self.px(capital)

    def _em(self, capital: float) -> int:
        return self.canvas.display.em(capital * self.unit_mm)


def _weight(index: int) -> Weight:
    return "regular" if index else "bold"
