"""Staff have been called. Pure."""

from kiosk.layout import Rect
from kiosk.scene import Scene
from kiosk.screen_inputs import Back, EndHelp
from kiosk.screen_types import State
from kiosk.view_flow import Offer, Sentence, flow, in_words, language_key, languages, offer, offers, others, row_height
from kiosk.view_parts import Exhibit, page
from kiosk.widgets import Canvas
from kiosk.wording import texts


def help_called(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Staff have been called: go on meanwhile, or say that they have come."""
    language, spoken = state.language, texts(state.language)
    screen, space, colour = canvas.tokens.screen, canvas.tokens.space, canvas.tokens.colour
    area, gap, row = page(canvas), canvas.px(space.s if canvas.compact else space.l), row_height(canvas)
    choices = [
        Offer("close", "next", spoken.gettext("Continue"), Back(), "primary"),
        Offer("end-help", "check", spoken.gettext("Staff have come"), EndHelp()),
    ]
    stacked = not in_words(canvas, area.w, choices, language)
    tall = 2 * row + gap if stacked else row
    foot = Rect(area.x, area.bottom - tall, area.w, tall)
    body = area.top(area.h - tall - gap)
    words = [
        Sentence(spoken.gettext("Staff have been called"), screen.display, "bold", lines=3),
        Sentence(spoken.gettext("Please wait here"), screen.title, colour=colour.ink_soft, must=False),
    ]
    # Whoever comes to help may be asked in another language than whoever called.
    apart = canvas.px(space.s)
    if body.h >= row + apart + canvas.px(30):
        languages(canvas, body.top(row), state, exhibit)
        body = body.below(row + max(min(gap, body.h - row - canvas.px(60)), apart))
    else:
        foot = _other_languages(foot, stacked, state, exhibit, canvas)
    upright = body.h > body.w
    side = min(canvas.px(80), body.h if not upright else body.h // 2, body.w // 4 if not upright else body.w // 2)
    if upright:
        sign = Rect(body.x, body.y + (body.h // 2 - side), body.w, side)
        text, align = body.below(body.h // 2 + gap), "centre"
    else:
        between = canvas.px(space.l)
        wide = [
            canvas.type.measure(each.text, language, canvas.display.em(each.capital_mm), each.weight) for each in words
        ]
        # As far left as the words need, so that sign and words stand in the middle as the buttons do.
        body = body.middle(side + between + max(wide) + 2, body.h)
        sign, text, align = body.left(side).middle(side, side), body.beside(side + between), "left"
    tile = sign.middle(side, side)
    canvas.box(tile, colour.primary)
    canvas.icon("help", tile.inset(side // 6), colour.on_primary)
    if align == "centre":
        flow(canvas, text, words, language, align="centre", valign="top")
    else:
        flow(canvas, text, words, language)
    if stacked:
        offer(canvas, foot.top(row), choices[0], language)
        offer(canvas, foot.below(row + gap), choices[1], language)
    else:
        offers(canvas, foot, choices, language)
    return canvas.scene()


def _other_languages(foot: Rect, stacked: bool, state: State, exhibit: Exhibit, canvas: Canvas) -> Rect:
    """A button for each other language at the end of the foot; returns the foot before them."""
    gap, side = canvas.px(canvas.tokens.shape.target_gap), canvas.px(20)
    names = others(state.language, exhibit)
    across = 1 if stacked else len(names)
    column = foot.beside(foot.w - across * (side + gap) + gap)
    row = row_height(canvas)
    for index, language in enumerate(names):
        down, along = (index, 0) if stacked else (0, index)
        y = column.y if down == 0 else column.bottom - row
        language_key(canvas, Rect(column.x + along * (side + gap), y, side, row), language)
    return foot.left(column.x - gap - foot.x)
