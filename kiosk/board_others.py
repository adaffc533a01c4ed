"""The other numbers on a display: those that are called now, as large as they fit, and those called before. Pure."""

# gettext: display

from collections.abc import Sequence
from datetime import date

from kiosk.board_type import Hand, in_each
from kiosk.layout import Rect, grid
from sync.board import Shown
from translations import N_

MOST = 40
"""Most other calls: so many are still read from the first rows."""
GAP = 1.8
"""Between two panels, in hundredths of the picture."""


class Others:
    """`old`: what is shown could be out of date. `roomy`: the numbers called before may have two rows."""

    def __init__(self, hand: Hand, languages: Sequence[str], *, old: bool, roomy: bool) -> None:
        self._hand, self._canvas, self._languages = hand, hand.canvas, languages
        self._colour, self._old, self._roomy = hand.canvas.tokens.colour, old, roomy
        self._ink = self._colour.ink_soft if old else self._colour.primary

    def draw(self, page: Rect, calls: Sequence[Shown], recent: Sequence[Shown]) -> None:
        """The others that are called now, as large as they fit; in the last row those that were called before."""
        hand = self._hand
        if recent:
            least = hand.px(18 if self._roomy else 10.5)
            high = least if calls else min(page.h, hand.px(26))
            self._recent(page.below(page.h - high) if calls else page.top(high), recent)
            page = page.top(page.h - high - hand.px(GAP))
        if calls:
            self._caption(page.top(hand.px(4.2)), N_("Also called now"))
            self._cells(page.below(hand.px(4.2)), calls[:MOST])

    def _cells(self, place: Rect, calls: Sequence[Shown]) -> None:
        hand, colour, old = self._hand, self._colour, self._old
        across, down = self._shape(place, len(calls))
        gap = hand.px(0.9)
        for cell, call in zip(grid(place, across, down, gap), calls, strict=False):
            self._canvas.box(cell, colour.sunken if old else colour.surface)
            plate = cell.beside(cell.w - max(cell.w * 30 // 100, 1)).inset(cell.h // 14)
            self._canvas.box(plate, None if old else colour.primary, colour.outline if old else None)
            ink = colour.ink_soft if old else colour.on_primary
            hand.number(plate.inset(plate.w // 10, 0), str(call.counter), self._share(cell, 0.5), ink, bold=not old)
            label = cell.left(cell.w - cell.w * 30 // 100).inset(cell.w // 40, 0)
            if call.day:
                date = label.beside(label.w * 70 // 100).inset(0, cell.h * 28 // 100)
                self._canvas.box(date, colour.sunken if old else colour.warning_ground)
                tone = colour.ink_soft if old else colour.on_warning
                hand.number(date.inset(date.w // 12, 0), short_date(call.day), self._share(cell, 0.22), tone)
                label = label.left(label.w * 67 // 100)
            hand.number(label, call.label, self._share(cell, 0.5), self._ink, "left", bold=not old)

    def _shape(self, place: Rect, count: int) -> tuple[int, int]:
        """Columns and rows that give the largest letters: a cell is best four times as wide as high."""
        shapes = [(across, -(-count // across)) for across in range(1, count + 1)]
        return max(shapes, key=lambda shape: min(place.w / shape[0] / 4, place.h / shape[1]))

    def _recent(self, place: Rect, recent: Sequence[Shown]) -> None:
        hand, colour = self._hand, self._colour
        self._caption(place.top(hand.px(4.2)), N_("Called before"))
        row = place.below(hand.px(4.2))
        narrow = self._roomy or row.h > hand.px(12)
        across, down = (3, 2) if narrow else (6, 1)
        if narrow and len(recent) <= 3:
            down = 1
        for cell, call in zip(grid(row, across, down, hand.px(0.9)), recent, strict=False):
            self._canvas.box(cell, colour.sunken)
            counter = cell.beside(cell.w * 70 // 100).inset(cell.h // 12)
            self._canvas.box(counter, colour.surface)
            hand.number(counter.inset(counter.w // 10, 0), str(call.counter), self._share(cell, 0.5), colour.ink_soft)
            label = cell.left(cell.w * 68 // 100).inset(cell.w // 30, 0)
            if call.day:
                hand.number(
                    label.beside(label.w * 66 // 100),
                    short_date(call.day),
                    self._share(cell, 0.26),
                    colour.ink_soft,
                    "right",
                )
                label = label.left(label.w * 62 // 100)
            hand.number(label, call.label, self._share(cell, 0.5), colour.ink_soft, "left")

    def _caption(self, place: Rect, msgid: str) -> None:
        words = in_each(msgid, self._languages)
        self._hand.line(place, words, 1.7, self._colour.ink, self._colour.ink_soft)

    def _share(self, cell: Rect, share: float) -> float:
        """A share of the cell's height, in hundredths of the picture."""
        return cell.h * share / self._hand.px(100) * 100


def short_date(day: str) -> str:
    """Day and month, which every language here writes alike."""
    own = date.fromisoformat(day)
    return f"{own.day}/{own.month}"
