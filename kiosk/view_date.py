"""Is this the right date and time? Asked of staff before the first ticket, when nothing else can tell. Pure."""

from dataclasses import replace
from datetime import date, time

from kiosk.layout import Rect, columns
from kiosk.scene import Scene
from kiosk.screen_inputs import Adjust, ConfirmDate
from kiosk.screen_rules import FIELDS
from kiosk.screen_types import Moment, State
from kiosk.view_flow import (
    ROW_MM,
    Offer,
    Sentence,
    fits,
    flow,
    height,
    language_key,
    languages,
    natural,
    offers,
    others,
    row_height,
)
from kiosk.view_parts import Exhibit, page
from kiosk.widgets import Canvas
from kiosk.wording import texts
from translations import N_
from translations.numerals import buddhist_year, format_date, format_time

LABELS = {"day": N_("Day"), "month": N_("Month"), "year": N_("Year"), "hour": N_("Hour"), "minute": N_("Minute")}
FIELD_MM = (70.0, 96.0)
"""Least and most height of a field: its name, plus, the figure, minus."""
CARD_MM = 64.0
"""Width from which on a field would be mostly empty."""
FIGURE_MM = 14.0
"""The least room for a figure between plus and minus."""
HEAD_MM = 0.8
"""Above the date, where the screen has no more."""


def confirm_date(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """A question, with the answer in words under it, so that a wrong month cannot hide behind a figure."""
    moment = state.moment or Moment(2026, 1, 1, 0, 0)
    language, spoken = state.language, texts(state.language)
    screen, colour, space = canvas.tokens.screen, canvas.tokens.colour, canvas.tokens.space
    answer = spoken.gettext("This date is already over") if state.refused else in_words(moment, language)
    ink = colour.on_fault if state.refused else colour.primary
    words = [
        Sentence(spoken.gettext("Is this date and time right?"), screen.title, "bold"),
        Sentence(answer, screen.body, "bold", ink),
    ]
    yes = Offer("confirm", "check", spoken.gettext("Yes, it is right"), ConfirmDate(), "primary")
    area, gap = page(canvas), canvas.px(space.s)
    row = row_height(canvas) if area.h >= canvas.px(190) else canvas.px(ROW_MM)
    body = Rect(area.x, area.y + row + gap, area.w, area.h - 2 * (row + gap))
    told = body.top(body.h - canvas.px(FIELD_MM[0]) - gap)
    if canvas.wide_mm < 200 or not fits(canvas, told, words, language):
        return _low(words, yes, moment, state, exhibit, canvas)
    languages(canvas, area.top(row), state, exhibit)
    _asked(body, words, moment, language, canvas)
    offers(canvas, Rect(area.x, area.bottom - row, area.w, row), [yes], language)
    return canvas.scene()


def _asked(body: Rect, words: list[Sentence], moment: Moment, language: str, canvas: Canvas) -> None:
    """The question and its fields, one block in the middle."""
    gap = canvas.px(canvas.tokens.space.s)
    between = canvas.px(canvas.tokens.space.m)
    wide = min(body.w, len(FIELDS) * canvas.px(CARD_MM) + (len(FIELDS) - 1) * between)
    least, most = (canvas.px(each) for each in FIELD_MM)
    spoken = height(canvas, words, Rect(0, 0, wide, body.h - least - gap), language)
    leading = canvas.px(3) if body.h - spoken - gap - least > canvas.px(3) else 0
    tall = min(most, body.h - spoken - leading - gap)
    block = body.middle(wide, spoken + leading + gap + tall)
    flow(canvas, block.top(spoken + leading), words, language, valign="top")
    colour, pad = canvas.tokens.colour, canvas.px(2)
    cells = columns(Rect(block.x, block.bottom - tall, block.w, tall), len(FIELDS), between)
    carded = tall >= least + 2 * pad
    for field, cell in zip(FIELDS, cells, strict=True):
        if carded:
            canvas.box(cell, colour.sunken)
        date_field(field, moment, cell.inset(pad) if carded else cell, language, canvas)


def _low(words: list[Sentence], yes: Offer, moment: Moment, state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Without room for all of it the question is only heard; what must be seen is the date in words.

    The other languages and the confirmation stand in a column at the right.
    """
    language, space = state.language, canvas.tokens.space
    roomy, gap = canvas.wide_mm >= 200, canvas.px(canvas.tokens.shape.target_gap)
    area = canvas.area.inset(canvas.px(space.s), canvas.px(space.s) if roomy else 0)
    if not roomy:
        # No more than what the focus of the lowest keys takes: everything else is as small as it may be.
        area = area.below(canvas.px(HEAD_MM)).top(area.h - canvas.px(HEAD_MM) - canvas.ring)
    question, said = words[0], replace(words[1], lines=1)
    line = canvas.line_height(language, said.capital_mm, "bold")
    if not fits(canvas, area.top(line), [said], language):
        day = format_date(date(moment.year, moment.month, moment.day), language)
        said = replace(said, text=day)
    full = [replace(question, lines=1), replace(said, lines=1)]
    room = area.top(area.h - canvas.px(FIELD_MM[0]) - gap)
    if roomy and fits(canvas, room, full, language):
        line = height(canvas, full, room, language)
        flow(canvas, area.top(line), full, language, valign="top")
    else:
        canvas.say(question.text, language)
        flow(canvas, area.top(line), [said], language)
    keys = len(others(language, exhibit)) + 1
    tall = keys * canvas.px(ROW_MM) + (keys - 1) * gap
    body = area.below(line + (gap if roomy else max(min(canvas.ring, area.h - line - tall), canvas.px(1))))
    least = len(FIELDS) * canvas.px(ROW_MM) + (len(FIELDS) - 1) * gap
    worded = natural(canvas, yes, language)
    side = body.w - least - gap
    if roomy:
        side = worded if worded <= body.w * 36 // 100 else canvas.px(62)
    cells = columns(body.left(body.w - side - (canvas.px(space.s) if roomy else gap)), len(FIELDS), gap)
    for field, cell in zip(FIELDS, cells, strict=True):
        date_field(field, moment, cell, language, canvas)
    _column(body.beside(body.w - side), yes, state, exhibit, canvas)
    return canvas.scene()


def _column(column: Rect, yes: Offer, state: State, exhibit: Exhibit, canvas: Canvas) -> None:
    """The other languages beneath one another, then the confirmation."""
    gap, key = canvas.px(canvas.tokens.shape.target_gap), canvas.px(ROW_MM)
    for language in others(state.language, exhibit):
        language_key(canvas, column.top(key), language)
        column = column.below(key + gap)
    place = Rect(column.x, max(column.y, column.bottom - canvas.px(30)), column.w, min(column.h, canvas.px(30)))
    label, capital = (yes.label, None) if column.w >= canvas.px(50) else ("", 9.5)
    canvas.button(
        yes.name,
        place,
        label,
        state.language,
        yes.gives,
        look=yes.look,
        icon=yes.icon,
        capital_mm=capital,
        lines=2,
        says=yes.label,
    )


def in_words(moment: Moment, language: str) -> str:
    day = date(moment.year, moment.month, moment.day)
    return f"{format_date(day, language)}  {format_time(time(moment.hour, moment.minute), language)}"


def _value(field: str, moment: Moment, language: str) -> str:
    if field == "year" and language == "th":
        return str(buddhist_year(date(moment.year, moment.month, moment.day)))
    number: int = getattr(moment, field)
    return str(number) if field == "year" else f"{number:02}"


def date_field(field: str, moment: Moment, cell: Rect, language: str, canvas: Canvas) -> None:
    screen, gap = canvas.tokens.screen, canvas.px(canvas.tokens.space.xs)
    spoken = texts(language).gettext(LABELS[field])
    line = canvas.line_height(language, screen.body)
    stack = cell
    size = canvas.display.em(screen.body)
    named = [canvas.type.measure(texts(language).gettext(each), language, size, "regular") for each in LABELS.values()]
    apart = max(gap, canvas.ring)
    least = line + apart + 2 * canvas.px(ROW_MM) + canvas.px(FIGURE_MM)
    if cell.h >= least and max(named) <= cell.w:
        canvas.text(cell.top(line), spoken, language, capital_mm=screen.body, align="centre", said=False)
        stack = cell.below(line + apart)
    canvas.say(spoken, language)
    button = max(canvas.px(ROW_MM), min(canvas.px(26), (stack.h - canvas.px(30)) // 2))
    plus, minus = stack.top(button), Rect(stack.x, stack.bottom - button, stack.w, button)
    # A year is wider than the narrowest column; its neighbours are two digits.
    value = Rect(stack.x, plus.bottom, stack.w, minus.y - plus.bottom).inset(-gap * 2, 0)
    roomy = stack.w >= canvas.px(30)
    capital = min(screen.display if roomy else screen.label, value.h / canvas.display.dots_per_mm * 0.55)
    sign = 9.5
    canvas.button(
        f"{field}-plus", plus, "", language, Adjust(field, 1), icon="plus", capital_mm=sign, says=f"{spoken} +"
    )
    canvas.text(
        value,
        _value(field, moment, language),
        "en",
        capital_mm=max(capital, screen.label),
        weight="bold",
        align="centre",
        valign="middle",
    )
    canvas.button(
        f"{field}-minus", minus, "", language, Adjust(field, -1), icon="minus", capital_mm=sign, says=f"{spoken} −"
    )
