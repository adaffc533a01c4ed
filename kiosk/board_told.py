"""What a display tells beside the calls: how many wait and how long, the steps of a service, the rule. Pure."""

# gettext: display

from collections.abc import Sequence

from fonts.tokens import Hex
from kiosk.board_type import DIGITS, Hand, Item, Words, in_each
from kiosk.layout import Rect, grid
from sync.board import Waits
from sync.facts_published import URGENT
from sync.slides import Slide
from translations import N_, load
from translations.told import service_facts, untitled

ACROSS = 6
"""Most groups of services side by side."""
CAPTION, NAME, COUNT, RANGE, UNIT = 1.5, 1.4, 3.5, 1.8, 1.25
"""Heights of capitals, in hundredths of the picture."""
TEXT, TEXT_ALONE, TEXT_UPRIGHT = 2.1, 2.8, 2.5
"""Those of a text that is told: beside other calls, where it has the whole width, and on an upright set."""
HEAD = 1.12
"""A headline, as many times its text."""
NOTICE = 1.6
"""A notice's text, as many times another one's, where there is room for it."""


def shape(groups: int, *, upright: bool) -> tuple[int, int]:
    """Columns and rows of the groups: no row is left nearly empty."""
    if upright:
        across = 1 if groups <= ACROSS else 2
        return across, max(-(-groups // across), 1)
    down = max(-(-groups // ACROSS), 1)
    return max(-(-groups // down), 1), down


def waits_height(hand: Hand, waits: Sequence[Waits]) -> int:
    """Pixels that `draw_waits` needs, with its caption."""
    _, down = shape(len(waits), upright=hand.canvas.portrait)
    if not hand.canvas.portrait:
        return hand.px(16.5 if down == 1 else 24)
    return _caption_height(hand, waits) + hand.px(max(min(down * 5.4, 30.0), 8.5))


def _caption_height(hand: Hand, waits: Sequence[Waits]) -> int:
    """An upright set has no room for both of its sentences beside one another."""
    return hand.px(7.4 if hand.canvas.portrait and any(each.range for each in waits) else 4)


def draw_waits(hand: Hand, place: Rect, waits: Sequence[Waits], languages: Sequence[str]) -> None:
    """A cell for each group: its names, how many wait, and the minutes for whoever takes a number now."""
    colour, upright = hand.canvas.tokens.colour, hand.canvas.portrait
    high = _caption_height(hand, waits)
    caption, cells = place.top(high - hand.px(0.4)), place.below(high)
    waiting = in_each(N_("Waiting"), languages)
    if any(each.range for each in waits):
        share = caption.w * 30 // 100
        one = caption.top(caption.h // 2) if upright else caption.left(share - hand.px(1))
        other = caption.below(caption.h // 2) if upright else caption.beside(share)
        hand.line(one, waiting, CAPTION, colour.ink, colour.ink_soft)
        minutes = in_each(N_("Minutes for a number taken now"), languages)
        hand.line(other, minutes, CAPTION, colour.ink, colour.ink_soft, "right")
    else:
        hand.line(caption, waiting, CAPTION, colour.ink, colour.ink_soft)
    across, down = shape(len(waits), upright=upright)
    places = grid(cells, across, down, hand.px(0.5 if upright else 1.2))
    groups = [_Group(hand, cell, row, languages, waits) for cell, row in zip(places, waits, strict=False)]
    size = hand.fitted(NAME, lambda capital: all(each.fits(capital) for each in groups))
    for each in groups:
        each.draw(size)


class _Group:
    """Names at the left; at the right how many wait, and the range below that or beside it. All groups are alike."""

    def __init__(self, hand: Hand, cell: Rect, row: Waits, languages: Sequence[str], waits: Sequence[Waits]) -> None:
        self._hand, self._cell, self._row = hand, cell, row
        self._upright, self._bar, self._ranges = hand.canvas.portrait, hand.px(0.8), any(each.range for each in waits)
        names = [Words(each, row.names[each]) for each in languages if each in row.names]
        self._names = names or in_each(N_("All services") if len(waits) == 1 else N_("Other services"), languages)
        first = languages[0]
        self._unit = Words(first, load(first, "display").gettext("min."))
        inner = (cell.beside(self._bar) if self._upright else cell.below(self._bar)).inset(hand.px(0.9), hand.px(0.3))
        counts, minutes = self._widths(waits)
        figures = min(counts + minutes if self._upright else counts, inner.w * 55 // 100)
        upper = inner if self._upright or not self._ranges else inner.top(inner.h - hand.px(2.7))
        self._told, self._number = upper.left(upper.w - figures - hand.px(0.8)), upper.beside(upper.w - figures)
        self._minutes = inner.below(upper.h)
        if self._upright:
            wide = min(minutes, figures)
            self._number, self._minutes = self._number.left(figures - wide), self._number.beside(figures - wide)

    def _widths(self, waits: Sequence[Waits]) -> tuple[int, int]:
        """Pixels of the longest count, and of the longest range with its unit."""
        hand = self._hand
        counts = max(hand.width(str(each.waiting), DIGITS, self._count, "bold") for each in waits)
        ranges = [hand.width(_digits(each), DIGITS, RANGE, "regular") for each in waits if each.range]
        if not ranges:
            return counts, 0
        return counts, max(ranges) + self._unit_width + hand.px(3)

    @property
    def _count(self) -> float:
        return COUNT * 0.8 if self._upright else COUNT

    @property
    def _unit_width(self) -> int:
        return self._hand.width(self._unit.text, self._unit.language, UNIT, "regular") + self._hand.px(0.6)

    def fits(self, capital: float) -> bool:
        """Whether the names fit at this size."""
        fits = self._hand.line_fits if self._upright else self._hand.stack_fits
        return fits(self._told, self._names, capital)

    def draw(self, capital: float) -> None:
        """All of it, the names at this size."""
        hand, colour = self._hand, self._hand.canvas.tokens.colour
        hand.canvas.box(self._cell, colour.surface, radius=False)
        edge = self._cell.left(self._bar) if self._upright else self._cell.top(self._bar)
        hand.canvas.box(edge, _accent(hand, self._row.accent)[0], radius=False)
        write = hand.line if self._upright else hand.stack
        write(self._told, self._names, capital, colour.ink, colour.ink_soft)
        hand.number(self._number, str(self._row.waiting), self._count, colour.ink, "right")
        if self._row.range is not None:
            wide, minutes = self._unit_width, self._minutes
            hand.plain(minutes.beside(minutes.w - wide + hand.px(0.6)), self._unit, UNIT, colour.ink_soft)
            digits = minutes.left(minutes.w - wide)
            hand.number(digits, _digits(self._row), RANGE, colour.ink, "right", bold=False)


def _digits(row: Waits) -> str:
    return f"{row.range.low}–{row.range.high}" if row.range else ""


def draw_slide(hand: Hand, place: Rect, slide: Slide, *, alone: bool) -> None:
    """One text in one language: a service with its time, fee and steps, or the rule. `alone`: in the whole width."""
    colour, language = hand.canvas.tokens.colour, slide.language
    urgent = slide.notice == URGENT
    fill, ink = (colour.on_warning,) * 2 if urgent else _accent(hand, slide.accent)
    bar = hand.px(1)
    hand.canvas.box(place, colour.warning_ground if urgent else colour.surface, radius=False)
    hand.canvas.box(place.left(bar), fill, radius=False)
    inner = place.beside(bar).inset(hand.px(2), hand.px(1))
    size = TEXT_ALONE if alone else TEXT_UPRIGHT if hand.canvas.portrait else TEXT
    head = slide.title or untitled(language, slide.notice)
    head += f" {slide.part}/{slide.parts}" if slide.parts > 1 else ""
    high = hand.px(size * 2 * HEAD)
    hand.line(inner.top(high), [Words(language, head)], size * HEAD, ink)
    inner = inner.below(high)
    facts = service_facts(language, slide.minutes, slide.fee)
    if facts:
        _facts(hand, inner.top(hand.px(size * 1.9)), facts, language, size * 0.85)
        inner = inner.below(hand.px(size * 1.9 + 0.6))
    marks = [f"{number}." if slide.numbered else "" for number in range(slide.first, slide.first + len(slide.lines))]
    items = [Item(line, mark) for line, mark in zip(slide.lines, marks, strict=True)]
    large = size * NOTICE if slide.notice else size
    hand.column(inner, items, language, large, colour.on_warning if urgent else colour.ink)


def _facts(hand: Hand, place: Rect, facts: Sequence[str], language: str, size: float) -> None:
    """Each in a field of its own, side by side, as large as all of them fit."""
    colour, edge = hand.canvas.tokens.colour, hand.px(1)

    def widths(capital: float) -> list[int]:
        return [hand.width(fact, language, capital, "regular") + 2 * edge for fact in facts]

    size = hand.fitted(size, lambda capital: sum(widths(capital)) + edge * (len(facts) - 1) <= place.w)
    x = place.x
    for fact, wide in zip(facts, widths(size), strict=True):
        own = Rect(x, place.y, wide, place.h)
        hand.canvas.box(own, colour.sunken)
        hand.plain(own.inset(edge, 0), Words(language, fact), size, colour.ink)
        x += wide + edge


def _accent(hand: Hand, name: str | None) -> tuple[Hex, Hex]:
    """(fill, ink) of a group's colour; without one, the office's own."""
    tokens = hand.canvas.tokens
    found = tokens.accent.get(name) if name else None
    return (found.fill, found.ink) if found else (tokens.colour.primary, tokens.colour.primary)
