"""What the citizens' manual says of a service, as entries on as many pages as they need. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from fonts.faces import Weight
from fonts.tokens import CAPITAL_TO_EM, Accent, Hex
from kiosk.layout import Rect
from kiosk.scene import Box
from kiosk.view_actions import broken
from kiosk.widgets import LEADING_MM, Canvas
from kiosk.wording import fee, fee_short, minutes, texts, unparted
from sync.catalogue import NONE, Service
from translations import N_

Kind: TypeAlias = Literal["name", "fact", "note", "quiet", "heading", "entry"]
Row: TypeAlias = Callable[[Rect], None]
"""A row of controls that draws itself."""

INDENT_MM = 11.0
TILE_MM = 24.0


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. `said`: all of it, for the ear. `mark`: its number, "•", or a pictogram. `soft`: its condition.

    `tile`: the side of its pictogram in pixels.
    """

    said: str
    lines: tuple[str, ...]
    kind: Kind = "entry"
    mark: str = ""
    soft: tuple[str, ...] = ()
    tile: int = 0


def row_height(canvas: Canvas, language: str) -> int:
    """Pixels of a line of the body, plain or bold."""
    body = canvas.tokens.screen.body
    high = max(canvas.line_height(language, body), canvas.line_height(language, body, "bold"))
    return high + canvas.px(LEADING_MM)


@dataclass(frozen=True, slots=True)
class Setter:
    """Sets entries in a width of so many pixels, in one language and one colour."""

    canvas: Canvas
    language: str
    width: int
    accent: Accent

    @property
    def line(self) -> int:
        """Pixels from baseline to baseline, of plain and of bold lines alike."""
        return row_height(self.canvas, self.language)

    @property
    def gap(self) -> int:
        """The space between two entries."""
        return self.canvas.px(self.canvas.tokens.space.xs)

    @property
    def indent(self) -> int:
        """How far entries stand behind their marks."""
        return self.canvas.px(INDENT_MM)

    def wrapped(self, words: str, indent: int, weight: Weight = "regular") -> tuple[str, ...]:
        """The lines of a text."""
        size = self.canvas.display.em(self.canvas.tokens.screen.body)
        return tuple(self.canvas.type.wrap(unparted(words), self.language, size, weight, self.width - indent))

    def name(self, each: Service) -> Item:
        """The service's name beside its pictogram; the short one where the full one takes many lines."""
        text, body = each.text(self.language), self.canvas.tokens.screen.body
        for words, most in ((text.name, 2), (text.short or text.name, 2), (text.name, 9)):
            for tile in (self._tile, self._tile * 2 // 3):
                room = self.width - tile - 2 * self.gap
                lines = broken(self.canvas, words, self.language, body, "bold", room)
                if lines is not None and lines <= most:
                    rows = self.wrapped(words, self.width - room, "bold")
                    return Item(text.name, rows, "name", each.pictogram, tile=tile)
        return self.heading(text.name)

    def facts(self, each: Service) -> list[Item]:
        """Fee and time in one line where that has room."""
        (label, cost), (_, lasting) = found = facts(each, self.language)
        free = each.fee == "none"
        words = f"{fee_short(each.fee, self.language) if free else f'{label} {cost}'} · {lasting}"
        lines = self.wrapped(words, 0)
        if len(lines) == 1:
            return [Item(words, lines, "fact")]
        return [self._fact(*pair) for pair in found]

    def _fact(self, label: str, value: str) -> Item:
        words = f"{label}: {value}"
        return Item(words, self.wrapped(words, 0), "fact")

    def note(self, words: str, icon: str) -> Item:
        """Something that stands before the manual."""
        return Item(words, self.wrapped(words, self.indent + 3 * self.gap), "note", icon)

    def quiet(self, words: str, icon: str) -> Item:
        """A remark on all of it."""
        return Item(words, self.wrapped(words, self.indent), "quiet", icon)

    def heading(self, words: str) -> Item:
        """The name of a section."""
        return Item(words, self.wrapped(words, 0, "bold"), "heading")

    def entry(self, words: str, mark: str, condition: str | None = None) -> Item:
        """A document, a step, a place."""
        soft = self.wrapped(condition, self.indent) if condition else ()
        said = f"{words} ({condition})" if condition else words
        return Item(said, self.wrapped(words, self.indent), "entry", mark, soft)

    @property
    def _tile(self) -> int:
        return min(self.canvas.px(TILE_MM), self.width // 4)

    def height(self, item: Item) -> int:
        """Pixels that an entry takes."""
        high = (len(item.lines) + len(item.soft)) * self.line
        if item.kind == "name":
            return max(high, item.tile)
        return high + (2 * self.gap if item.kind == "note" else 0)

    def draw(self, item: Item, x: int, y: int) -> int:
        """Draw it; returns the row below it."""
        colour, body = self.canvas.tokens.colour, self.canvas.tokens.screen.body
        high, ink, left, top = self.height(item), colour.ink, x, y
        weight: Weight = "bold" if item.kind in ("heading", "name") else "regular"
        if item.said:
            self.canvas.say(item.said, self.language)
        if item.kind == "name":
            tile = Rect(x, y, item.tile, item.tile)
            self.canvas.box(tile, self.accent.fill)
            self.canvas.icon(item.mark, tile.inset(tile.w // 6), self.accent.on)
            left, ink = x + tile.w + 2 * self.gap, self.accent.ink
            top = y + max(high - len(item.lines) * self.line, 0) // 2
        elif item.kind == "note":
            self.canvas.box(Rect(x, y, self.width, high), colour.warning_ground)
            if item.mark:
                sign = Rect(x + self.gap, y, self.indent - self.gap, high)
                self.canvas.icon(item.mark, sign, colour.on_warning)
            left, top, ink = x + self.indent + 2 * self.gap, y + self.gap, colour.on_warning
        elif item.kind == "heading":
            ink = self.accent.ink
        elif item.kind == "quiet":
            if item.mark:
                self.canvas.icon(item.mark, Rect(x, y, self.canvas.px(8), self.line), colour.ink_soft)
            left, ink = x + self.indent, colour.ink_soft
        elif item.kind == "entry":
            self._mark(item.mark, x, y)
            left = x + self.indent
        for words, tint in [(each, ink) for each in item.lines] + [(each, colour.ink_soft) for each in item.soft]:
            row = Rect(left, top, x + self.width - left, self.line)
            self.canvas.text(row, words, self.language, capital_mm=body, weight=weight, colour=tint, said=False)
            top += self.line
        return y + high

    def _mark(self, mark: str, x: int, y: int) -> None:
        canvas, body = self.canvas, self.canvas.tokens.screen.body
        ink: Hex = self.accent.ink
        if mark == "•":
            size = canvas.display.em(body)
            ascent, _ = canvas.type.metrics(self.language, size)
            dot, middle = canvas.px(2.4), y + ascent - round(size * CAPITAL_TO_EM / 2)
            canvas.ops.append(Box(Rect(x + canvas.px(2), middle - dot // 2, dot, dot), ink, None, 0, dot // 2))
        elif mark:
            row = Rect(x, y, self.indent, self.line)
            canvas.text(row, mark, self.language, capital_mm=body, weight="bold", colour=ink, said=False)


def facts(each: Service, language: str) -> tuple[tuple[str, str], ...]:
    """Fee and time, each with its label."""
    spoken, text = texts(language), each.text(language)
    cost = fee(each.fee, text, language)
    if text.fee_note and each.fee != "varies":
        cost = f"{cost} {text.fee_note}"
    return (spoken.gettext("Fee"), cost), (spoken.gettext("Time"), minutes(each.minutes, language))


def manual(each: Service, setter: Setter) -> list[Item]:
    """Documents with their conditions, steps, other channels, hours and complaints; "none" is said."""
    text, spoken = each.text(setter.language), texts(setter.language)
    none = spoken.gettext("none")
    items = [setter.heading(spoken.gettext("Documents"))]
    items += [setter.entry(paper.text, "•", paper.when) for paper in text.documents]
    items += [] if text.documents else [setter.entry(none, "•")]
    items.append(setter.heading(spoken.gettext("Steps")))
    items += [setter.entry(one, str(number)) for number, one in enumerate(text.steps, 1)]
    places = ((N_("Other ways"), text.channel), (N_("Service hours"), text.hours), (N_("Complaints"), text.complaints))
    for heading, words in places:
        if words:
            items.append(setter.heading(spoken.gettext(heading)))
            items.append(setter.entry(none if words == NONE else words, "•"))
    return items


def pages(items: Sequence[Item], setter: Setter, height: int, later: int | None = None) -> list[list[Item]]:
    """Entries on pages of this height; those after the first are `later` high, which is not less.

    A section is not torn where that leaves no more than a third of a page; a heading never ends one.

    An entry that is higher than a page goes on on the next one.
    """
    found: list[list[Item]] = [[]]
    used, whole = 0, [piece for item in items for piece in _pieces(item, setter, height)]
    for index, item in enumerate(whole):
        high = height if len(found) == 1 else later or height
        before = _before(item, setter) if found[-1] else 0
        need = together = setter.height(item)
        if item.kind == "heading":
            section = _section(whole, index)
            together = _height(section, setter)
            if together > (later or height) or used < high * 2 // 3:
                together = _height(section[:2], setter)
                together = need if together > height else together
        if found[-1] and used + before + together > high:
            found.append([])
            used, before = 0, 0
        found[-1].append(item)
        used += before + need
    return found


def _pieces(item: Item, setter: Setter, height: int) -> list[Item]:
    """An entry in parts that each fit a page."""
    if setter.height(item) <= height:
        return [item]
    room = max((height - (2 * setter.gap if item.kind == "note" else 0)) // setter.line, 1)
    lines = [(words, False) for words in item.lines] + [(words, True) for words in item.soft]
    parts = []
    for begin in range(0, len(lines), room):
        piece = lines[begin : begin + room]
        hard, soft = (tuple(words for words, is_soft in piece if is_soft is which) for which in (False, True))
        if begin == 0:
            parts.append(replace(item, lines=hard, soft=soft))
        else:
            kind: Kind = "heading" if item.kind == "name" else item.kind
            parts.append(replace(item, said="", lines=hard, soft=soft, mark="", kind=kind))
    return parts


def _before(item: Item, setter: Setter) -> int:
    """The space over an entry that is not the first of its page."""
    return (3 if item.kind == "heading" else 1) * setter.gap


def _section(items: Sequence[Item], index: int) -> Sequence[Item]:
    """A heading and what belongs to it."""
    following = [place for place in range(index + 1, len(items)) if items[place].kind == "heading"]
    return items[index : following[0] if following else len(items)]


def _height(section: Sequence[Item], setter: Setter) -> int:
    return sum(map(setter.height, section)) + sum(_before(item, setter) for item in section[1:])


def listed(items: Sequence[Item], inner: Rect, setter: Setter) -> None:
    """Draw one page of entries."""
    y = inner.y
    for index, item in enumerate(items):
        y += _before(item, setter) if index else 0
        y = setter.draw(item, inner.x, y)
