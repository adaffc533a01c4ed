"""How this citizen sees and reaches the screens. Pure."""

from dataclasses import replace
from typing import NamedTuple

from kiosk.layout import Rect, columns, rows
from kiosk.scene import Scene
from kiosk.screen_inputs import Back, SetLook
from kiosk.screen_types import Look, State, Theme
from kiosk.view_flow import Offer, Sentence, flow, languages, offers, row_height
from kiosk.view_parts import Exhibit, page
from kiosk.widgets import Canvas
from kiosk.wording import texts

SWITCH_MM = 9.0
"""Side of the tick or ring that says on or off."""


class Toggle(NamedTuple):
    """One way to see or reach: its target, its pictogram, its words, whether it is on, and the look it leads to."""

    name: str
    icon: str
    label: str
    means: str
    on: bool
    look: Look


def access(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Three ways, each at once; they stay until the citizen has left."""
    language, spoken, space = state.language, texts(state.language), canvas.tokens.space
    area, gap, row = page(canvas), canvas.px(space.s if canvas.compact else space.m), row_height(canvas)
    foot = Rect(area.x, area.bottom - row, area.w, row)
    body = area.top(area.h - row - gap)
    if body.h >= row + gap + canvas.px(60):
        languages(canvas, body.top(row), state, exhibit)
        body = body.below(row + gap)
    upright = body.h > body.w
    offered = toggles(state)
    # Cards of the whole height of a large screen would put their words far from their signs.
    most = canvas.px(70 if upright else 110)
    body = body.middle(body.w, (most + gap) * (len(offered) if upright else 1))
    cells = rows(body, len(offered), gap) if upright else columns(body, len(offered), gap)
    for each, cell in zip(offered, cells, strict=True):
        _toggle(each, cell, language, canvas)
    offers(canvas, foot, [Offer("close", "check", spoken.gettext("Continue"), Back(), "primary")], language)
    return canvas.scene()


def toggles(state: State) -> tuple[Toggle, ...]:
    """What can be switched, with the look that a touch leads to."""
    look, spoken = state.look, texts(state.language)
    dark = look.theme is Theme.DARK
    return (
        Toggle(
            "layout-large",
            "larger",
            spoken.gettext("Larger"),
            spoken.gettext("Larger letters and buttons"),
            look.large,
            replace(look, large=not look.large),
        ),
        Toggle(
            "layout-reach",
            "lower",
            spoken.gettext("Lower"),
            spoken.gettext("Everything within reach of a chair"),
            look.reach,
            replace(look, reach=not look.reach),
        ),
        Toggle(
            "theme-dark",
            "contrast",
            spoken.gettext("Darker"),
            spoken.gettext("Light letters on dark ground"),
            dark,
            replace(look, theme=Theme.LIGHT if dark else Theme.DARK),
        ),
    )


def _toggle(each: Toggle, cell: Rect, language: str, canvas: Canvas) -> None:
    """Switched on it is dark, has a tick, and says so."""
    spoken, screen, space = texts(language), canvas.tokens.screen, canvas.tokens.space
    state = spoken.gettext("on") if each.on else spoken.gettext("off")
    fill, ink, edge = canvas.colours(each.name, "chosen" if each.on else "quiet")
    canvas.box(cell, fill, edge)
    inner = cell.inset(canvas.px(space.s), canvas.px(space.xs))
    upright = inner.h > inner.w * 0.5
    line = canvas.line_height(language, screen.body, "bold")
    said = canvas.type.measure(state, language, canvas.display.em(screen.body), "bold")
    wide = canvas.px(SWITCH_MM + space.s) + said + 2
    foot = Rect(inner.x, inner.bottom - line, inner.w, line) if upright else inner.beside(inner.w - wide)
    if upright:
        side = min(canvas.px(36), inner.w, max(inner.h - 2 * line, canvas.px(10)))
        sign, text = inner.top(side), Rect(inner.x, inner.y + side, inner.w, inner.h - line - side)
    else:
        side = min(canvas.px(36), inner.h, inner.w // 4)
        sign = inner.left(side)
        text = Rect(sign.right + canvas.px(space.m), inner.y, foot.x - sign.right - canvas.px(space.m), inner.h)
    canvas.icon(each.icon, sign, ink)
    words = [
        Sentence(each.label, screen.title, "bold", ink, lines=1),
        Sentence(each.means, screen.body, "regular", ink, lines=3, must=False),
    ]
    before = len(canvas.spoken)
    flow(canvas, text, words, language, align="centre" if upright else "left")
    del canvas.spoken[before:]
    _switch(each.on, state, ink, fill, foot, language, canvas)
    canvas.target(each.name, cell, SetLook(each.look), says=f"{each.means}: {state}", language=language)


def _switch(on: bool, state: str, ink: str, fill: str, place: Rect, language: str, canvas: Canvas) -> None:
    """A tick, or an empty ring, before the word."""
    colour, screen, gap = type(canvas.tokens.colour.ink), canvas.tokens.screen, canvas.px(canvas.tokens.space.s)
    side = canvas.px(SWITCH_MM)
    width = canvas.type.measure(state, language, canvas.display.em(screen.body), "bold")
    block = place.middle(side + gap + width + 2, place.h)
    mark = Rect(block.x, block.y + (block.h - side) // 2, side, side)
    if on:
        canvas.icon("check", mark, colour(ink))
    else:
        canvas.box(mark, colour(fill), colour(ink))
    canvas.text(
        block.beside(side + gap),
        state,
        language,
        capital_mm=screen.body,
        weight="bold",
        colour=colour(ink),
        valign="middle",
        said=False,
    )
