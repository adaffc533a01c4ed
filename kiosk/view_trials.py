"""Behind the PIN: date and time are set, and every place of the touch screen is tried. Pure."""

from kiosk.layout import Rect, columns
from kiosk.scene import Scene
from kiosk.screen_inputs import ConfirmDate
from kiosk.screen_rules import FIELDS
from kiosk.screen_types import Moment, State
from kiosk.upkeep_inputs import TouchPlace
from kiosk.upkeep_words import outcome
from kiosk.view_date import date_field, in_words
from kiosk.view_flow import ROW_MM, Offer, Sentence, flow, height, offers, row_height
from kiosk.view_parts import Exhibit
from kiosk.view_upkeep import calm, head
from kiosk.widgets import Canvas
from kiosk.wording import texts

FIELD_MM = (56.0, 96.0)
"""Least and most height of a field: plus, the figure, minus; with its name where there is room."""
APART_MM = 24.0
"""Between the fields and the confirmation, where there is room."""
PLACE_MM = 20.0
"""Least side of a place of the touch screen."""


def clock(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """The date in words, so that a wrong month cannot hide behind a figure; its fields; the confirmation."""
    area, language = calm(head(state, exhibit, canvas), canvas), state.language
    spoken, screen, colour = texts(language), canvas.tokens.screen, canvas.tokens.colour
    moment = state.moment or Moment(2026, 1, 1, 0, 0)
    gap, between = canvas.px(canvas.tokens.space.s), canvas.px(canvas.tokens.space.m)
    row = canvas.px(ROW_MM) if canvas.compact else row_height(canvas)
    answer = spoken.gettext("This date is already over") if state.refused else in_words(moment, language)
    words = [Sentence(answer, screen.body, "bold", colour.on_fault if state.refused else colour.primary, lines=2)]
    known = state.upkeep.told
    if known is not None:
        words.append(Sentence(outcome(known, language), screen.label, lines=2))
    least, most = (canvas.px(each) for each in FIELD_MM)
    room = area.top(area.h - row - least - 2 * gap)
    used = min(height(canvas, words, room, language), room.h)
    flow(canvas, area.top(used), words, language, valign="top")
    body = Rect(area.x, area.y + used + gap, area.w, area.h - used - row - 2 * gap)
    fields = body.top(min(body.h, most))
    for field, cell in zip(FIELDS, columns(fields, len(FIELDS), between), strict=True):
        date_field(field, moment, cell, language, canvas)
    yes = Offer("confirm", "check", spoken.gettext("Yes, it is right"), ConfirmDate(), "primary")
    foot = min(area.bottom - row, fields.bottom + canvas.px(APART_MM))
    offers(canvas, Rect(area.x, foot, area.w, row), [yes], language)
    return canvas.scene()


def touch(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Places all over the screen below the first row; one that was touched is marked."""
    area, language = head(state, exhibit, canvas), state.language
    gap, least = canvas.px(canvas.tokens.shape.target_gap), canvas.px(PLACE_MM)
    across, down = (max((side + gap) // (least + gap), 1) for side in (area.w, area.h))
    across, down = min(across, 8), min(down, 5 if area.w >= area.h else 9)
    spoken = texts(language)
    heights = [Rect(area.x, area.y + area.h * at // down, area.w, area.h // down - gap) for at in range(down)]
    for line, strip in enumerate(heights):
        for column, cell in enumerate(columns(strip, across, gap)):
            place = line * across + column
            met = place in state.upkeep.touched
            fill, ink, edge = canvas.colours(f"place-{place}", "primary" if met else "quiet")
            canvas.box(cell, fill, edge)
            if met:
                side = min(cell.w, cell.h) * 60 // 100
                canvas.icon("check", cell.middle(side, side), ink)
            untouched = spoken.gettext("Place {place}: not touched yet")
            label = (spoken.gettext("Place {place}: touched") if met else untouched).format(place=place + 1)
            canvas.target(f"place-{place}", cell, TouchPlace(place), says=label, language=language)
    return canvas.scene()
