"""Is this the right date and time? Asked of staff before the first ticket, when nothing else can tell. Pure."""

from datetime import date, time

from kiosk.layout import Rect, columns
from kiosk.scene import Scene
from kiosk.screen_types import Adjust, ConfirmDate, Moment, State
from kiosk.screens import FIELDS
from kiosk.view_parts import Exhibit, bar_of_languages
from kiosk.widgets import Canvas
from kiosk.wording import texts
from translations import N_
from translations.numerals import buddhist_year, format_date, format_time

LABELS = {"day": N_("Day"), "month": N_("Month"), "year": N_("Year"), "hour": N_("Hour"), "minute": N_("Minute")}


def confirm_date(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """A question, with the answer in words under it, so that a wrong month cannot hide behind a figure."""
    moment = state.moment or Moment(2026, 1, 1, 0, 0)
    language, spoken = state.language, texts(state.language)
    area = bar_of_languages(state, exhibit, canvas)
    screen, space, colour = canvas.tokens.screen, canvas.tokens.space, canvas.tokens.colour
    title = canvas.text(
        area,
        spoken.gettext("Is this date and time right?"),
        language,
        capital_mm=screen.title,
        weight="bold",
        lines=2,
    )
    body = area.below(title.bottom - area.y)
    line = canvas.line_height(language, screen.body)
    words = spoken.gettext("This date is already over") if state.refused else _in_words(moment, language)
    ink = colour.on_fault if state.refused else colour.ink_soft
    canvas.text(body.top(line), words, language, capital_mm=screen.body, colour=ink)
    body = body.below(line + canvas.px(space.xs))
    height = canvas.px(24)
    foot = Rect(body.x, body.bottom - height, body.w, height)
    fields = body.top(body.h - height - canvas.px(space.m))
    for field, cell in zip(FIELDS, columns(fields, len(FIELDS), canvas.px(space.m)), strict=True):
        _field(field, moment, cell, language, canvas)
    canvas.button("confirm", foot, spoken.gettext("Yes, it is right"), language, ConfirmDate(), look="primary")
    return canvas.scene()


def _in_words(moment: Moment, language: str) -> str:
    day = date(moment.year, moment.month, moment.day)
    return f"{format_date(day, language)}  {format_time(time(moment.hour, moment.minute), language)}"


def _value(field: str, moment: Moment, language: str) -> str:
    if field == "year" and language == "th":
        return str(buddhist_year(date(moment.year, moment.month, moment.day)))
    number: int = getattr(moment, field)
    return str(number) if field == "year" else f"{number:02}"


def _field(field: str, moment: Moment, cell: Rect, language: str, canvas: Canvas) -> None:
    screen = canvas.tokens.screen
    label = cell.top(canvas.line_height(language, screen.body))
    spoken = texts(language).gettext(LABELS[field])
    canvas.text(label, spoken, language, capital_mm=screen.body, align="centre")
    stack = cell.below(label.h + canvas.px(canvas.tokens.space.xs))
    button = min(canvas.px(20), (stack.h - canvas.px(12)) // 2)
    plus, minus = stack.top(button), Rect(stack.x, stack.bottom - button, stack.w, button)
    canvas.button(f"{field}-plus", plus, "", language, Adjust(field, 1), icon="plus")
    canvas.text(
        Rect(stack.x, plus.bottom, stack.w, minus.y - plus.bottom),
        _value(field, moment, language),
        "en",
        capital_mm=min(screen.display, max((stack.h - 2 * button) / canvas.display.dots_per_mm - 2, screen.label)),
        weight="bold",
        align="centre",
        valign="middle",
    )
    canvas.button(f"{field}-minus", minus, "", language, Adjust(field, -1), icon="minus")
