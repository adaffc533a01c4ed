"""The invitation: the office's name, and a language to touch. Pure."""

from kiosk.layout import Rect, columns, rows
from kiosk.scene import Scene
from kiosk.screen_types import ChooseLanguage, State
from kiosk.view_parts import Exhibit, page
from kiosk.widgets import Canvas
from kiosk.wording import texts
from translations import LANGUAGE_NAMES


def attract(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Touch 1 of 3."""
    area = page(canvas)
    space = canvas.tokens.space
    if exhibit.notice:
        strip = canvas.px(24)
        _notice(exhibit.notice, Rect(area.x, area.bottom - strip, area.w, strip), canvas)
        area = area.top(area.h - strip - canvas.px(space.m))
    share = 46 if canvas.display.portrait else 52
    head = area.top(area.h * share // 100)
    _names(exhibit, head, canvas)
    body = area.below(head.h + canvas.px(space.m))
    gap = canvas.px(space.m)
    count = len(exhibit.languages)
    cells = rows(body, count, gap) if canvas.display.portrait else columns(body, count, gap)
    for language, cell in zip(exhibit.languages, cells, strict=True):
        _language(language, cell, canvas)
    return canvas.scene()


def _names(exhibit: Exhibit, area: Rect, canvas: Canvas) -> None:
    colour, space, screen = canvas.tokens.colour, canvas.tokens.space, canvas.tokens.screen
    side = min(canvas.px(56), area.h, area.w // 3)
    area = area.middle(area.w, max(side, canvas.px(62)))
    tile = Rect(area.x, area.y + (area.h - side) // 2, side, side)
    canvas.box(tile, colour.primary)
    canvas.icon("ticket", tile.inset(side // 6), colour.on_primary)
    names = area.beside(side + canvas.px(space.l))
    y = names.y
    for index, language in enumerate(exhibit.languages):
        capital = screen.display if index == 0 else screen.body
        place = Rect(names.x, y, names.w, names.bottom - y)
        ink = colour.ink if index == 0 else colour.ink_soft
        lines = max(1, min(2, place.h // max(canvas.line_height(language, screen.body), 1)))
        name = exhibit.office[language]
        took = canvas.text(
            place,
            name,
            language,
            capital_mm=capital,
            weight="bold" if index == 0 else "regular",
            colour=ink,
            lines=lines,
        )
        y = took.bottom + canvas.px(space.xs)


def _language(language: str, cell: Rect, canvas: Canvas) -> None:
    name = f"language-{language}"
    fill, ink, edge = canvas.colours(name, "primary")
    screen = canvas.tokens.screen
    canvas.box(cell, fill, edge)
    inner = cell.inset(canvas.px(canvas.tokens.space.m))
    canvas.text(
        inner.top(inner.h * 58 // 100),
        LANGUAGE_NAMES[language],
        language,
        capital_mm=screen.display,
        weight="bold",
        colour=ink,
        align="centre",
        valign="middle",
    )
    canvas.text(
        inner.below(inner.h * 58 // 100),
        texts(language).gettext("Take a ticket"),
        language,
        capital_mm=screen.body,
        colour=ink,
        align="centre",
        valign="middle",
        lines=2,
    )
    canvas.target(name, cell, ChooseLanguage(language))


def _notice(notice: str, strip: Rect, canvas: Canvas) -> None:
    """For the technician, so in English and on this screen only."""
    colour = canvas.tokens.colour
    canvas.box(strip, colour.warning_ground)
    inner = strip.inset(canvas.px(canvas.tokens.space.s), 0)
    side = canvas.px(10)
    canvas.icon("warning", Rect(inner.x, inner.y, side, inner.h), colour.on_warning)
    canvas.text(
        inner.beside(side + canvas.px(3)),
        notice,
        "en",
        capital_mm=4.0,
        colour=colour.on_warning,
        valign="middle",
        lines=3,
    )
