"""The work that waits takes longer than the office is open: said before a ticket is taken, not after. Pure."""

from datetime import time

from kiosk.layout import Rect, columns
from kiosk.scene import Scene
from kiosk.screen_inputs import Back, Take
from kiosk.screen_types import State
from kiosk.view_actions import act
from kiosk.view_flow import Sentence, fits, flow
from kiosk.view_parts import Exhibit, bar
from kiosk.view_visit import actions_width
from kiosk.widgets import Canvas
from kiosk.wording import texts, visit_labels
from translations.numerals import format_time

LOW_MM = 110.0
ANSWER_MM = 32.0
BACK_MM = 20.0
SIGN_MM = 34.0
UPRIGHT_MM = 230.0
"""The sign and the words under it, in an upright place."""


def late(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """The citizen decides: a ticket anyway, or another day."""
    area = bar(state, exhibit, canvas, back=False)
    gap, space = canvas.px(canvas.tokens.space.s), canvas.tokens.space
    if area.h < canvas.px(LOW_MM) and not canvas.portrait:
        width = actions_width(canvas, area)
        content, answers = area.left(area.w - width - gap), area.beside(area.w - width)
        low = canvas.px(BACK_MM)
        cells = [answers.top(low), answers.below(low + gap)]
        panel = content.inset(canvas.px(space.s), canvas.px(space.xs))
    else:
        high = canvas.px(ANSWER_MM)
        content, answers = area.top(area.h - high - 2 * gap), area.below(area.h - high)
        cells = columns(answers, 2, canvas.px(space.m))
        panel = content.inset(canvas.px(space.l))
    colour, spoken = canvas.tokens.colour, texts(state.language)
    canvas.box(content, colour.surface)
    side = canvas.px(SIGN_MM)
    if panel.h > 2 * panel.w // 3 and panel.h > 4 * side:
        panel = panel.middle(panel.w, canvas.px(UPRIGHT_MM))
        canvas.icon("clock", panel.top(side), colour.primary)
        panel = panel.below(side + canvas.px(space.l))
    elif panel.w > canvas.px(180) and panel.h > canvas.px(60):
        canvas.icon("clock", Rect(panel.x, panel.y, side, panel.h), colour.primary)
        panel = panel.beside(side + canvas.px(space.l))
    flow(canvas, panel, _sentences(state, exhibit, panel, canvas), state.language)
    back = (spoken.gettext("Back"),)
    act(canvas, "back", cells[0], back, state.language, Back(), icon="back", large=True)
    anyway = (spoken.gettext("Take a ticket anyway"), spoken.gettext("Take a ticket"))
    act(
        canvas,
        "take-anyway",
        cells[1],
        anyway,
        state.language,
        Take(anyway=True),
        icon="ticket",
        look="primary",
        large=True,
    )
    return canvas.scene()


def _sentences(state: State, exhibit: Exhibit, panel: Rect, canvas: Canvas) -> list[Sentence]:
    """What it is about, until when, and what can be done; in little room the closing time alone is in sight."""
    spoken, language, screen = texts(state.language), state.language, canvas.tokens.screen
    known = {each.id: each.text(language) for each in exhibit.catalogue.services}
    asked = [(known[errand.service], errand.cases) for errand in state.errands if errand.service in known]
    closes = "" if state.closes is None else format_time(time(state.closes.hour, state.closes.minute), language)
    short = spoken.gettext("Closes at {time}. It may be too late today.").format(time=closes)
    later = spoken.gettext("Steps and documents can be read here on any day.")
    told, work = short, tuple[str, ...]()  # of a service's own hours: nothing is said of the office's
    if state.closes_all:
        told = spoken.gettext("The office closes at {time}. The turn may not come before then.").format(time=closes)
        work = (spoken.gettext("The work that is waiting already may take longer than the office is open today."),)
    soft = canvas.tokens.colour.ink_soft
    closing = Sentence(told, screen.display, "bold", lines=4)
    asked_for = visit_labels(asked, language)[0]
    if not fits(canvas, panel, [closing], language):
        for words in (asked_for, told, *work, later):
            canvas.say(words, language)
        return [Sentence(short, screen.body, lines=4)]
    return [
        Sentence(asked_for, screen.title, "bold", soft, must=False),
        closing,
        *(Sentence(words, screen.title, lines=3, must=False) for words in work),
        Sentence(later, screen.title, colour=soft, must=False),
    ]
