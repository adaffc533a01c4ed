"""Tabs, one a group: beside the cards or over them, as there is room. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from fonts.tokens import Accent
from kiosk.layout import Rect, grid
from kiosk.screen_inputs import Input
from kiosk.view_actions import broken, lines_height
from kiosk.widgets import Canvas
from kiosk.wording import chosen_name

LEAST_MM = 20.0
MOST_HIGH_MM = 32.0
RAILS_MM = (62.0, 74.0, 86.0, 98.0, 110.0, 122.0, 134.0)
"""Widths of a column of tabs, the narrowest that holds every name first."""
RAIL_SHARE = 0.42
REST_MM = 62.0
"""What tabs over the cards must leave to these."""
ICON_MM = 12.0
ARROW_MM = 8.0


@dataclass(frozen=True, slots=True)
class Tab:
    """A group. `shown`: its services are in sight."""

    name: str
    gives: Input
    label: str
    pictogram: str
    accent: Accent
    shown: bool


@dataclass(frozen=True, slots=True)
class Tabs:
    """Where each tab is, and what is left for the cards."""

    cells: tuple[tuple[Tab, Rect], ...]
    rest: Rect


def placed(found: Sequence[Tab], area: Rect, language: str, canvas: Canvas) -> Tabs | None:
    """The tabs at the left in a wide place, on top in a high one; None where their names do not fit."""
    return _over(found, area, language, canvas) if area.h > area.w else _beside(found, area, language, canvas)


def _beside(found: Sequence[Tab], area: Rect, language: str, canvas: Canvas) -> Tabs | None:
    """A column of tabs of one height, as wide as it must be; where there is none, one with a longer name is higher."""
    gap = canvas.px(canvas.tokens.space.s)
    for alike, wide in product((True, False), RAILS_MM):
        width = canvas.px(wide)
        needed = [_height(tab, width, language, canvas) for tab in found]
        if width > area.w * RAIL_SHARE or None in needed:
            continue
        heights = [high for high in needed if high is not None]
        heights = [max(heights)] * len(found) if alike else heights
        spare = (area.h - sum(heights) - gap * (len(found) - 1)) // len(found)
        if spare < 0:
            continue
        cells, y = [], area.y
        for high in heights:
            cells.append(Rect(area.x, y, width, min(high + spare, max(canvas.px(MOST_HIGH_MM), high))))
            y = cells[-1].bottom + gap
        return Tabs(tuple(zip(found, cells, strict=True)), area.beside(width + canvas.px(canvas.tokens.space.l)))
    return None


def _height(tab: Tab, width: int, language: str, canvas: Canvas) -> int | None:
    """Pixels that a tab of this width needs; None where its name takes more than two lines."""
    body = canvas.tokens.screen.body
    lines = broken(canvas, tab.label, language, body, "bold", _inner(width, canvas))
    if lines is None or lines > 2:
        return None
    return max(canvas.px(LEAST_MM), lines_height(canvas, language, body, "bold", lines))


def _over(found: Sequence[Tab], area: Rect, language: str, canvas: Canvas) -> Tabs | None:
    """Rows of tabs, as few as hold every name."""
    gap = canvas.px(canvas.tokens.space.s)
    for down in range(1, len(found) + 1):
        across = -(-len(found) // down)
        width = (area.w - gap * (across - 1)) // across
        needed = [_height(tab, width, language, canvas) for tab in found]
        heights = [high for high in needed if high is not None]
        if len(heights) < len(found):
            continue
        used = area.top(max(heights) * down + gap * (down - 1))
        if area.h - used.h < canvas.px(REST_MM):
            return None
        cells = grid(used, across, down, gap)
        rest = area.below(used.h + canvas.px(canvas.tokens.space.l))
        return Tabs(tuple(zip(found, cells, strict=False)), rest)
    return None


def _inner(width: int, canvas: Canvas) -> int:
    space = canvas.tokens.space
    return width - canvas.px(ICON_MM) - canvas.px(ARROW_MM) - 3 * canvas.px(space.s)


def tabs(found: Tabs, language: str, canvas: Canvas) -> None:
    """Draw them; the one whose services are in sight is filled and points at these."""
    for tab, cell in found.cells:
        _tab(tab, cell, language, canvas)


def _tab(tab: Tab, cell: Rect, language: str, canvas: Canvas) -> None:
    space, screen = canvas.tokens.space, canvas.tokens.screen
    fill, ink, edge = canvas.colours(tab.name, "quiet")
    mark = ink if tab.name == canvas.pressed else tab.accent.ink
    if tab.shown and tab.name != canvas.pressed:
        fill, ink, edge, mark = tab.accent.fill, tab.accent.on, None, tab.accent.on
    canvas.box(cell, fill, edge)
    side = canvas.px(ICON_MM)
    canvas.icon(tab.pictogram, Rect(cell.x + canvas.px(space.s), cell.y, side, cell.h), mark)
    x = cell.x + side + 2 * canvas.px(space.s)
    words = Rect(x, cell.y, _inner(cell.w, canvas), cell.h)
    canvas.text(
        words,
        tab.label,
        language,
        capital_mm=screen.body,
        weight="bold",
        colour=ink,
        valign="middle",
        lines=2,
        said=False,
    )
    if tab.shown:
        arrow = canvas.px(ARROW_MM)
        canvas.icon("next", Rect(cell.right - arrow - canvas.px(space.xs), cell.y, arrow, cell.h), ink)
    says = chosen_name(tab.label, language) if tab.shown else tab.label
    canvas.target(tab.name, cell, tab.gives, says=says, language=language)
