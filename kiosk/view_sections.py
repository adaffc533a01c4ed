"""All services on one page under the names of their groups, where there is room. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from fonts.tokens import Accent
from kiosk.layout import Rect
from kiosk.view_actions import broken
from kiosk.view_card import Entry, Setting, card, setting
from kiosk.view_listing import LEAST_MM, LEAST_WIDE_MM, MOST_HIGH_MM, MOST_WIDE_MM
from kiosk.widgets import Canvas


@dataclass(frozen=True, slots=True)
class Section:
    """A group's name and its services."""

    label: str
    pictogram: str
    accent: Accent
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Sections in columns, none torn. `width` and `height` of a card in pixels."""

    columns: tuple[tuple[Section, ...], ...]
    width: int
    height: int
    setting: Setting


def arranged(parts: Sequence[Section], area: Rect, language: str, canvas: Canvas) -> Columns | None:
    """The columns in which the cards say most; None where there is no room for the names of the groups."""
    gap = canvas.px(canvas.tokens.space.m)
    entries = [entry for part in parts for entry in part.entries]
    found: list[tuple[tuple[float, ...], Columns]] = []
    for across in range(1, min(len(parts), 5) + 1):
        width = (area.w - gap * (across - 1)) // across
        if width < canvas.px(LEAST_WIDE_MM) or width > canvas.px(MOST_WIDE_MM):
            continue
        columns = _balanced(parts, across)
        height = min(min(_card_height(column, area.h, language, canvas) for column in columns), canvas.px(MOST_HIGH_MM))
        if height < canvas.px(LEAST_MM) or not _named(parts, width, language, canvas):
            continue
        each = setting(entries, width, height, language, canvas)
        if each is not None:
            uneven = max(map(_count, columns)) - min(map(_count, columns))
            found.append(((-each.rank, -uneven, -across), Columns(columns, width, height, each)))
    return max(found, key=lambda one: one[0])[1] if found else None


def _count(column: Sequence[Section]) -> int:
    return sum(len(part.entries) + 1 for part in column)


def _balanced(parts: Sequence[Section], across: int) -> tuple[tuple[Section, ...], ...]:
    """The sections in their order in `across` columns, the longest as short as it can be."""
    ways = []
    for cuts in combinations(range(1, len(parts)), across - 1):
        edges = (0, *cuts, len(parts))
        columns = tuple(tuple(parts[begin:end]) for begin, end in pairwise(edges))
        ways.append((max(map(_count, columns)), -min(map(_count, columns)), columns))
    return min(ways, key=lambda way: way[:2])[2]


def _heading(language: str, canvas: Canvas) -> int:
    return canvas.line_height(language, canvas.tokens.screen.body, "bold")


def _named(parts: Sequence[Section], width: int, language: str, canvas: Canvas) -> bool:
    """Whether each group's name takes one line."""
    body = canvas.tokens.screen.body
    room = width - canvas.px(body * 1.4) - canvas.px(canvas.tokens.space.s)
    return all(broken(canvas, part.label, language, body, "bold", room) == 1 for part in parts)


def _card_height(column: Sequence[Section], high: int, language: str, canvas: Canvas) -> int:
    space = canvas.tokens.space
    above = (_heading(language, canvas) + canvas.px(space.xs)) * len(column) + canvas.px(space.m) * (len(column) - 1)
    count = sum(len(part.entries) for part in column)
    between = canvas.px(space.s) * (count - len(column))
    return (high - above - between) // count


def sections(plan: Columns, area: Rect, language: str, canvas: Canvas) -> None:
    """Draw them, column by column."""
    space, gap = canvas.tokens.space, canvas.px(canvas.tokens.space.m)
    heading = _heading(language, canvas)
    for index, column in enumerate(plan.columns):
        x, y = area.x + index * (plan.width + gap), area.y
        for part in column:
            _head(part, Rect(x, y, plan.width, heading), language, canvas)
            y += heading + canvas.px(space.xs)
            for entry in part.entries:
                card(entry, Rect(x, y, plan.width, plan.height), plan.setting, language, canvas)
                y += plan.height + canvas.px(space.s)
            y += gap - canvas.px(space.s)


def _head(part: Section, row: Rect, language: str, canvas: Canvas) -> None:
    body = canvas.tokens.screen.body
    side = canvas.px(body * 1.4)
    canvas.icon(part.pictogram, row.left(side), part.accent.ink)
    words = row.beside(side + canvas.px(canvas.tokens.space.s))
    canvas.text(words, part.label, language, capital_mm=body, weight="bold", colour=part.accent.ink)
