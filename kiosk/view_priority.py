"""The question for priority: the closed list, a yes and a no, and no why. Pure."""

from kiosk.layout import Rect, columns, grid, rows
from kiosk.scene import Scene
from kiosk.screen_inputs import SetPriority
from kiosk.screen_types import State
from kiosk.view_actions import act, broken, lines_height, lines_in
from kiosk.view_flow import Sentence, flow
from kiosk.view_parts import Exhibit, bar
from kiosk.view_visit import actions_width
from kiosk.widgets import Canvas
from kiosk.wording import texts
from translations import N_

CLASSES = (
    ("elder", N_("Aged 60 or over")),
    ("pregnant", N_("Pregnant")),
    ("wheelchair", N_("With a disability")),
    ("infant", N_("With an infant")),
)
"""Who has priority, by pictogram. From 60: Act on Older Persons B.E. 2546 (2003), section 3. The list is closed.

In this order the Burmese words take two lines of the narrowest place.
"""

LOW_MM = 110.0
ANSWER_MM = (20.0, 30.0)
SIGN_MM = (12.0, 80.0)
MOST_HIGH_MM = 130.0
LEAST_SIGN_MM = 8.0
TINY_MM = (180.0, 62.0)
"""In so little room the answers stand under the list."""


def priority(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Asked once a visit; the answer says nothing of the reason."""
    area = bar(state, exhibit, canvas)
    gap = canvas.px(canvas.tokens.space.s)
    tiny = area.w < canvas.px(TINY_MM[0]) and area.h < canvas.px(TINY_MM[1])
    if area.h < canvas.px(LOW_MM) and not canvas.portrait and not tiny:
        width = actions_width(canvas, area)
        content, answers = area.left(area.w - width - gap), area.beside(area.w - width)
        cells = rows(answers, 2, gap)
    else:
        high = canvas.px(ANSWER_MM[0] if tiny else ANSWER_MM[1])
        content, answers = area.top(area.h - high - (gap if tiny else 2 * gap)), area.below(area.h - high)
        cells = columns(answers, 2, canvas.px(canvas.tokens.space.m))
    _question(content, state, canvas)
    spoken = texts(state.language)
    no = (spoken.gettext("No priority"), spoken.gettext("No"))
    yes = (spoken.gettext("Yes, one of these"), spoken.gettext("Yes"))
    act(canvas, "priority-no", cells[0], no, state.language, SetPriority(False), large=True)
    act(canvas, "priority-yes", cells[1], yes, state.language, SetPriority(True), look="primary", large=True)
    return canvas.scene()


def _question(area: Rect, state: State, canvas: Canvas) -> None:
    """The question over the list, what the answer means under it; in little room the list alone is in sight."""
    spoken, screen, language = texts(state.language), canvas.tokens.screen, state.language
    question = Sentence(spoken.gettext("Does one of these apply?"), screen.title, "bold")
    promise = Sentence(spoken.gettext("Nobody will ask why. The ticket shows a P, nothing else."), screen.body)
    gap = canvas.px(canvas.tokens.space.m)
    for shown in ((question, promise), (promise,), ()):
        upper = _needed(question, area.w, language, canvas) + gap if question in shown else 0
        lower = _needed(promise, area.w, language, canvas) + gap if promise in shown else 0
        place = Rect(area.x, area.y + upper, area.w, area.h - upper - lower)
        cells, capital = _cells(place, language, canvas)
        if cells or not shown:
            break
    _said(question, area.top(upper), question in shown, language, canvas)
    if cells:
        for (pictogram, label), cell in zip(CLASSES, cells, strict=True):
            _class(pictogram, spoken.gettext(label), cell, capital, language, canvas)
    else:
        _in_a_row(place, language, canvas)
    under = cells[-1].bottom + gap if cells else area.bottom - lower + gap
    _said(promise, Rect(area.x, under, area.w, lower - gap), promise in shown, language, canvas)


def _said(sentence: Sentence, place: Rect, shown: bool, language: str, canvas: Canvas) -> None:
    if shown:
        flow(canvas, place, [sentence], language, valign="top")
    else:
        canvas.say(sentence.text, language)


def _needed(sentence: Sentence, width: int, language: str, canvas: Canvas) -> int:
    lines = broken(canvas, sentence.text, language, sentence.capital_mm, sentence.weight, width) or 2
    return min(lines, 2) * canvas.line_height(language, sentence.capital_mm, sentence.weight) + 1


def _cells(place: Rect, language: str, canvas: Canvas) -> tuple[list[Rect], float]:
    """Where the four stand, their words beneath or beside, and how large these are; none: no room."""
    body = canvas.tokens.screen.body
    gap = canvas.px(canvas.tokens.space.s)
    for across in (2, 1) if place.h > place.w else (4, 2, 1):
        down = 4 // across
        high = min((place.h - gap * (down - 1)) // down, canvas.px(MOST_HIGH_MM))
        cells = grid(place.top(high * down + gap * (down - 1)), across, down, gap)
        for capital in (canvas.tokens.screen.title, body) if cells[0].h > 0 else ():
            if _holds(cells[0], capital, 1 if capital > body else 2, language, canvas):
                return cells, capital
    return [], body


def _beneath(cell: Rect) -> bool:
    """Whether the words stand under the sign."""
    return cell.h > cell.w * 7 // 10


def _words(cell: Rect, capital: float, language: str, canvas: Canvas) -> tuple[Rect, Rect]:
    """The sign's place and that of the words."""
    pad = canvas.px(canvas.tokens.space.s)
    inner = cell.inset(pad)
    if _beneath(cell):
        lower = lines_height(canvas, language, capital, "bold", 2)
        side = max(min(inner.h - lower - pad, canvas.px(SIGN_MM[1]), inner.w), 0)
        block = inner.middle(inner.w, side + pad + lower)
        return block.top(side), block.below(side + pad)
    side = min(inner.h, canvas.px(SIGN_MM[1]), inner.w // 4)
    return inner.left(side), cell.beside(side + 2 * pad).inset(0, 1)


def _holds(cell: Rect, capital: float, lines: int, language: str, canvas: Canvas) -> bool:
    sign, words = _words(cell, capital, language, canvas)
    spoken = texts(language)
    most = min(lines_in(canvas, words.h, language, capital, "bold"), lines)
    counts = [broken(canvas, spoken.gettext(label), language, capital, "bold", words.w) for _, label in CLASSES]
    return min(sign.w, sign.h) >= canvas.px(SIGN_MM[0]) and all(count is not None and count <= most for count in counts)


def _class(pictogram: str, label: str, cell: Rect, capital: float, language: str, canvas: Canvas) -> None:
    colour = canvas.tokens.colour
    canvas.box(cell, colour.surface)
    sign, words = _words(cell, capital, language, canvas)
    canvas.icon(pictogram, sign, colour.primary)
    under = _beneath(cell)
    canvas.text(
        words,
        label,
        language,
        capital_mm=capital,
        weight="bold",
        align="centre" if under else "left",
        valign="top" if under else "middle",
        lines=2,
    )


def _in_a_row(place: Rect, language: str, canvas: Canvas) -> None:
    """The four signs over their words in one sentence."""
    spoken, colour = texts(language), canvas.tokens.colour
    words = " · ".join([spoken.gettext("Aged 60+"), *(spoken.gettext(label) for _, label in CLASSES[1:])])
    body = canvas.tokens.screen.body
    lines = broken(canvas, words, language, body, "regular", place.w) or 3
    lower = min(lines * (canvas.line_height(language, body) + 1), place.h)
    upper = place.top(place.h - lower)
    if upper.h >= canvas.px(LEAST_SIGN_MM):
        for (pictogram, _), cell in zip(CLASSES, columns(upper, 4, 0), strict=True):
            canvas.icon(pictogram, cell, colour.primary)
    canvas.text(place.below(place.h - lower), words, language, capital_mm=body, lines=lines)
