"""No numbers now: why, and when again. Pure."""

from dataclasses import replace

from kiosk.hours import opens_again, why
from kiosk.layout import Rect, rows
from kiosk.scene import Scene
from kiosk.screen_inputs import Browse
from kiosk.screen_types import State
from kiosk.view_attract import aside
from kiosk.view_flow import (
    Offer,
    Sentence,
    fits,
    flow,
    language_key,
    languages,
    offers,
    others,
    row_height,
    together,
)
from kiosk.view_parts import Exhibit, page
from kiosk.view_scores import in_all
from kiosk.widgets import Canvas
from kiosk.wording import texts
from translations.numerals import format_moment

LEAST_MM = 36.0
"""Two lines: why, and when again. Each language needs them where all are told at once."""


def closed(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Why, when again, and what can be done all the same. In all languages at once where there is room; else each
    other language is one touch away."""
    if state.condition.box is not None:
        return _of_a_box(state, exhibit, canvas)
    spoken, space = texts(state.language), canvas.tokens.space
    area, gap, row = page(canvas), canvas.px(space.s if canvas.compact else space.m), row_height(canvas)
    choices = [Offer("services", "document", spoken.gettext("Read steps and documents"), Browse()), *aside(state)]
    upright = canvas.portrait and canvas.wide_mm < 400
    foot = Rect(area.x, area.bottom - row, area.w, row)
    if upright:
        foot = Rect(area.x, area.bottom - 2 * row - gap, area.w, 2 * row + gap)
    body = area.top(area.h - foot.h - gap)
    if body.h >= canvas.px(LEAST_MM) * len(exhibit.languages) and canvas.wide_mm > 200:
        _in_all(state, exhibit, body, canvas)
    else:
        beneath = body.below(row + gap)
        # The same composition in each language.
        if all(fits(canvas, beneath, _full(state, each, canvas), each) for each in exhibit.languages):
            languages(canvas, body.top(row), state, exhibit)
            body = beneath
        else:
            foot = _other_languages(foot, state, exhibit, canvas)
        flow(canvas, body, _fitted(state, body, state.language, canvas), state.language)
    if upright:
        offers(canvas, foot.top(row), choices[:1], state.language)
        offers(canvas, foot.below(row + gap), choices[1:], state.language)
    else:
        offers(canvas, foot, choices, state.language)
    return canvas.scene()


def _of_a_box(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Nothing can be touched at a score box: why, and when again, in all languages."""
    colour = canvas.tokens.colour

    def told(place: Rect, language: str) -> list[Sentence]:
        return _fitted(state, place, language, canvas)

    in_all(page(canvas), exhibit.languages, told, canvas, "closed", (colour.ink_soft, colour.surface))
    return canvas.scene()


def _other_languages(foot: Rect, state: State, exhibit: Exhibit, canvas: Canvas) -> Rect:
    """A button for each at the end of the row; returns the row before them."""
    gap = canvas.px(canvas.tokens.shape.target_gap)
    side = canvas.px(47) if canvas.wide_mm >= 200 else canvas.px(20)
    names = others(state.language, exhibit)
    x = foot.right - len(names) * (side + gap) + gap
    for index, language in enumerate(names):
        language_key(canvas, Rect(x + index * (side + gap), foot.y, side, foot.h), language)
    return foot.left(x - gap - foot.x)


def _in_all(state: State, exhibit: Exhibit, body: Rect, canvas: Canvas) -> None:
    """The closed door on a tile, and all languages as one group beside or beneath it."""
    colour, space = canvas.tokens.colour, canvas.tokens.space
    gap = canvas.px(space.l)
    side = min(canvas.px(72), body.h // 4 if canvas.portrait else body.h)
    place = body.below(side + gap) if canvas.portrait else body.beside(side + gap)
    shares = rows(place, len(exhibit.languages), canvas.px(space.xs))
    told = [(each, _fitted(state, share, each, canvas)) for each, share in zip(exhibit.languages, shares, strict=True)]
    group = together(canvas, place, told)
    tile = body.left(side).middle(side, side)
    if canvas.portrait:
        tile = Rect(body.x, group.y - gap - side, side, side)
    canvas.box(tile, colour.ink_soft)
    canvas.icon("closed", tile.inset(side // 6), colour.surface)


def _full(state: State, language: str, canvas: Canvas) -> list[Sentence]:
    """Why, and when again, as fully as they are known."""
    screen, colour, hours = canvas.tokens.screen, canvas.tokens.colour, state.condition.hours
    if hours is None or hours.closed is None:
        return [Sentence(texts(language).gettext("Tickets cannot be given right now"), screen.title, "bold")]
    when = opens_again(hours.closed, hours.today, language)
    return [
        Sentence(why(hours.closed, language), screen.title, "bold", colour.ink),
        Sentence(when, screen.body, colour=colour.ink_soft),
    ]


def _fitted(state: State, place: Rect, language: str, canvas: Canvas) -> list[Sentence]:
    """The same, with as much of it as this place has room for."""
    words, hours = _full(state, language, canvas), state.condition.hours
    if hours is None or hours.closed is None:
        return words
    if not fits(canvas, place, words, language):
        # The name of a holiday may be long; that the office is closed, and until when, is not.
        plain = why(replace(hours.closed, names={}), language)
        if plain != words[0].text:
            canvas.say(words[0].text, language)
        words[0] = replace(words[0], text=plain)
    if not fits(canvas, place, words, language) and hours.closed.opens is not None:
        opens = hours.closed.opens
        short = format_moment(opens, language)
        again = texts(language).gettext("Opens again: {opening}").format(opening=short)
        words[1] = replace(words[1], text=again)
    return words
