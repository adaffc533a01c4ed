"""A card to choose from: how much it can say in its place, and drawing it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from fonts.tokens import Accent, Hex
from kiosk.layout import Rect
from kiosk.screen_inputs import Input
from kiosk.view_actions import broken, lines_height
from kiosk.widgets import LEADING_MM, Canvas

TILES_MM = (34.0, 22.0)
"""The pictogram of a card: large, or smaller where the words need the room."""
BADGE_MM = 11.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to choose. `facts`: its second line, the fullest first; a longer one is set only where all have room.

    `note`: said instead of the facts, the fullest first, of something that cannot be had now: it is drawn pale.
    """

    name: str
    gives: Input
    pictogram: str
    accent: Accent
    label: str
    short: str
    says: str
    facts: tuple[str, ...] = ()
    note: tuple[str, ...] = ()
    chosen: bool = False

    @property
    def badge(self) -> str | None:
        """The sign at its end."""
        return "check" if self.chosen else "closed" if self.note else None


@dataclass(frozen=True, slots=True)
class Setting:
    """How all cards of a page are set alike. `facts`: which of their second lines; None: none. `rank`: 0 the best.

    `tile` and `capital` are millimetres.
    """

    tile: float
    capital: float
    lines: int
    short: bool
    facts: int | None
    rank: int

    @property
    def generous(self) -> bool:
        """Full names and facts."""
        return not self.short and self.facts is not None


def _settings(canvas: Canvas) -> Iterator[Setting]:
    """From the best to the barest: the full name before facts, facts before large letters."""
    screen = canvas.tokens.screen
    middle = (screen.title + screen.body) / 2
    sizes = (screen.title, middle, screen.body)
    richest = product((False, True), (0, 1, 2, None), sizes, (1, 2), TILES_MM)
    for rank, (short, facts, capital, lines, tile) in enumerate(richest):
        yield Setting(tile, capital, lines, short, facts, rank)


def setting(entries: Sequence[Entry], width: int, height: int, language: str, canvas: Canvas) -> Setting | None:
    """The best setting at which every entry fits a card of this size; None where none does."""
    cell = Rect(0, 0, width, height)
    fitting: dict[tuple[bool, float, int, float], bool] = {}
    heights: dict[tuple[float, int, bool], int] = {}
    for each in _settings(canvas):
        shape = (each.capital, each.lines, each.facts is None)
        if shape not in heights:
            heights[shape] = _height(each, language, canvas)
        if heights[shape] > height:
            continue
        if each.facts is not None and not _facts_fit(entries, each, cell, language, canvas):
            continue
        key = (each.short, each.capital, each.lines, each.tile)
        if key not in fitting:
            fitting[key] = all(_name_fits(entry, each, cell, language, canvas) for entry in entries)
        if fitting[key]:
            return each
    return None


def _name_fits(entry: Entry, each: Setting, cell: Rect, language: str, canvas: Canvas) -> bool:
    name, room = entry.short if each.short else entry.label, _words(cell, each.tile, entry, canvas).w
    lines = broken(canvas, name, language, each.capital, "bold", room)
    return lines is not None and lines <= each.lines


def _height(each: Setting, language: str, canvas: Canvas) -> int:
    """The least height of a card that is set like this."""
    needed = lines_height(canvas, language, each.capital, "bold", each.lines)
    if each.facts is None:
        return needed
    lower = canvas.line_height(language, canvas.tokens.screen.body)
    upper = canvas.line_height(language, each.capital, "bold") * each.lines + canvas.px(LEADING_MM) * each.lines
    return max(needed, upper + 2 * canvas.edge) + lower


def _facts_fit(entries: Sequence[Entry], each: Setting, cell: Rect, language: str, canvas: Canvas) -> bool:
    """Whether every entry has this second line, and room for it; one that is shut says something else there."""
    size = canvas.display.em(canvas.tokens.screen.body)
    told = [entry for entry in entries if not entry.note]
    if each.facts is None or any(each.facts >= len(entry.facts) for entry in told):
        return False
    return all(
        canvas.type.measure(entry.facts[each.facts], language, size) <= _words(cell, each.tile, entry, canvas).w
        for entry in told
    )


def _tile(cell: Rect, tile: float, canvas: Canvas) -> Rect:
    side = min(cell.h, canvas.px(tile), cell.w // 4)
    return cell.left(side)


def _words(cell: Rect, tile: float, entry: Entry, canvas: Canvas) -> Rect:
    """Where the words of a card stand."""
    space = canvas.tokens.space
    inner = cell.beside(_tile(cell, tile, canvas).w + canvas.px(space.s))
    end = canvas.px(BADGE_MM + space.s if entry.badge else 0) + canvas.px(space.s)
    return inner.left(max(inner.w - end, 1))


def card(entry: Entry, cell: Rect, how: Setting, language: str, canvas: Canvas) -> None:
    """One card: its pictogram on the colour of its group, its name, its facts, and a sign where it has one."""
    colour = canvas.tokens.colour
    fill, ink, edge = canvas.colours(entry.name, "quiet")
    pressed, pale = entry.name == canvas.pressed, bool(entry.note)
    canvas.box(cell, fill if pressed or not pale else colour.sunken, edge)
    if how.tile:
        tile = _tile(cell, how.tile, canvas).inset(canvas.px(1.6))
        if not pressed:
            canvas.box(tile, entry.accent.tint if pale else entry.accent.fill)
        mark = ink if pressed else entry.accent.ink if pale else entry.accent.on
        canvas.icon(entry.pictogram, tile.inset(min(tile.w, tile.h) // 6), mark)
    inner = _words(cell, how.tile, entry, canvas)
    _told(entry, inner, how, (ink, ink if pressed else colour.ink_soft), language, canvas)
    if entry.badge:
        side = canvas.px(BADGE_MM)
        place = Rect(cell.right - side - canvas.px(canvas.tokens.space.s), cell.y, side, cell.h).middle(side, side)
        canvas.icon(entry.badge, place, ink if pressed else colour.primary if entry.chosen else colour.ink_soft)
    canvas.target(entry.name, cell, entry.gives, says=entry.says, language=language)


def _told(entry: Entry, inner: Rect, how: Setting, inks: tuple[Hex, Hex], language: str, canvas: Canvas) -> None:
    """The name over its facts, as one block in the middle."""
    body = canvas.tokens.screen.body
    step = canvas.line_height(language, how.capital, "bold")
    name = entry.short if how.short else entry.label
    facts = _second(entry, how, inner.w, language, canvas)
    lines = min(broken(canvas, name, language, how.capital, "bold", inner.w) or how.lines, how.lines)
    if not facts:
        ink = inks[0] if not entry.note else inks[1]
        canvas.text(
            inner,
            name,
            language,
            capital_mm=how.capital,
            weight="bold",
            colour=ink,
            valign="middle",
            lines=how.lines,
            said=False,
        )
        if entry.note and lines == 1:
            used = canvas.type.measure(name, language, canvas.display.em(how.capital), "bold")
            rest = inner.beside(used + canvas.px(canvas.tokens.space.m))
            _aside(_note(entry, rest.w, language, canvas), rest, inks[1], language, canvas)
        return
    lower = canvas.line_height(language, body)
    upper = lines * step + (lines - 1) * canvas.px(LEADING_MM)
    apart = upper + canvas.px(LEADING_MM)
    block = inner.middle(inner.w, apart + lower)
    ink = inks[0] if not entry.note else inks[1]
    canvas.text(
        block.top(upper),
        name,
        language,
        capital_mm=how.capital,
        weight="bold",
        colour=ink,
        lines=lines,
        said=False,
    )
    canvas.text(block.below(apart), facts, language, capital_mm=body, colour=inks[1], said=False)


def _second(entry: Entry, how: Setting, width: int, language: str, canvas: Canvas) -> str:
    """The second line of a card; of one that is shut the reason, as far as it fits."""
    if how.facts is None:
        return ""
    if not entry.note:
        return entry.facts[how.facts]
    return _note(entry, width, language, canvas)


def _aside(words: str, place: Rect, ink: Hex, language: str, canvas: Canvas) -> None:
    """A remark at the end of a card's only line."""
    if words:
        body = canvas.tokens.screen.body
        canvas.text(place, words, language, capital_mm=body, colour=ink, align="right", valign="middle", said=False)


def _note(entry: Entry, width: int, language: str, canvas: Canvas) -> str:
    size = canvas.display.em(canvas.tokens.screen.body)
    return next((words for words in entry.note if canvas.type.measure(words, language, size) <= width), "")
