"""Buttons that say as much as their place holds, and the few actions of a visit. Pure."""

from collections.abc import Sequence
from itertools import product

from fonts.errors import DoesNotFitError
from fonts.faces import Weight
from kiosk.layout import Rect
from kiosk.screen_inputs import AddErrand, Input, OpenPriority, RemoveErrand, SetCases, Take
from kiosk.screen_types import State
from kiosk.widgets import Canvas, Look
from kiosk.wording import cases, chosen_name, take_labels, texts, unparted

MARKS_SHARE = 0.35
STEP_MM = 20.0
"""A button of the stepper."""


def lines_height(canvas: Canvas, language: str, capital_mm: float, weight: Weight, count: int) -> int:
    """Pixels that lines need around their middle: Thai and Burmese reach further below their capitals than above."""
    return canvas.line_height(language, capital_mm, weight) * count + canvas.px(capital_mm * MARKS_SHARE)


def lines_in(canvas: Canvas, height: int, language: str, capital_mm: float, weight: Weight) -> int:
    """How many lines this height holds."""
    free = height - canvas.px(capital_mm * MARKS_SHARE)
    return max(free // canvas.line_height(language, capital_mm, weight), 0)


def broken(canvas: Canvas, text: str, language: str, capital_mm: float, weight: Weight, width: int) -> int | None:
    """The lines that a text takes in this width with every word whole; None where a word is too wide."""
    size = canvas.display.em(capital_mm)
    if canvas.type.measure(text, language, size, weight) <= width:
        return 1
    try:
        return len(canvas.type.fit(unparted(text), language, (size,), weight, width, 9).lines)
    except DoesNotFitError:
        return None


def act(
    canvas: Canvas,
    name: str,
    rect: Rect,
    labels: Sequence[str],
    language: str,
    gives: Input,
    *,
    icon: str | None = None,
    look: Look = "quiet",
    large: bool = False,
    most: int = 9,
    says: str | None = None,
) -> None:
    """A button with the first of its labels that fits, the fullest first; with its icon alone where none does.

    The icon goes before the words do: a shorter label beside the icon is tried only after the full one without it.
    Several lines have air over and under them where that costs neither.
    `most`: its lines.
    """
    screen, space = canvas.tokens.screen, canvas.tokens.space
    inner = rect.w - 2 * canvas.px(space.s)
    sizes = (screen.title, screen.body) if large else (screen.body,)
    airs, icons = (2 * canvas.px(space.xs), 0), (icon, None) if icon else (None,)
    for label, drawn, limit, air, capital in product(labels, icons, (1, most), airs, sizes):
        width = inner - (canvas.px(capital * 1.5) + canvas.px(space.s) if drawn else 0)
        lines = broken(canvas, label, language, capital, "bold", width)
        room = rect.h - (air if lines != 1 else 0)
        if lines is None or lines > min(limit, lines_in(canvas, room, language, capital, "bold")):
            continue
        canvas.button(
            name,
            rect,
            label,
            language,
            gives,
            look=look,
            icon=drawn,
            capital_mm=capital,
            lines=lines,
            says=says or labels[0],
        )
        return
    label = "" if icon else labels[-1]
    canvas.button(name, rect, label, language, gives, look=look, icon=icon, lines=3, says=says or labels[0])


def take(canvas: Canvas, rect: Rect, state: State) -> None:
    """The one action of a visit; says for how many services where there are several."""
    labels = take_labels(len(state.errands), state.language)
    act(canvas, "take", rect, labels, state.language, Take(), icon="ticket", look="primary", large=True)


def remove(canvas: Canvas, rect: Rect, service: str, language: str) -> None:
    """This service is not wanted after all."""
    spoken = texts(language)
    labels = (spoken.gettext("Remove this service"), spoken.gettext("Remove"))
    act(canvas, "remove", rect, labels, language, RemoveErrand(service), icon="remove")


def another(canvas: Canvas, rect: Rect, language: str) -> None:
    """One more service on the same ticket."""
    spoken = texts(language)
    labels = (spoken.gettext("Add another service"), spoken.gettext("Another service"), spoken.gettext("Add more"))
    act(canvas, "another", rect, labels, language, AddErrand(), icon="plus")


def priority_chip(canvas: Canvas, rect: Rect, state: State) -> None:
    """Leads to the question; checked once it has been answered with yes."""
    spoken = texts(state.language)
    name = spoken.gettext("Priority")
    says = chosen_name(name, state.language) if state.priority else name
    look: Look = "chosen" if state.priority else "quiet"
    icon = "check" if state.priority else "elder"
    act(canvas, "priority", rect, (name,), state.language, OpenPriority(), icon=icon, look=look, says=says)


def stepper(canvas: Canvas, row: Rect, state: State, most: int) -> None:
    """How many cases: one less, the number, one more. At an end there is nothing to touch."""
    language, spoken = state.language, texts(state.language)
    side, gap = canvas.px(STEP_MM), canvas.px(canvas.tokens.shape.target_gap)
    count = min(state.cases, most)
    middle = Rect(row.x + side + gap, row.y, row.w - 2 * (side + gap), row.h)
    if count > 1:
        says = spoken.gettext("One case less")
        canvas.button("fewer", row.left(side), "", language, SetCases(count - 1), icon="minus", says=says)
    canvas.box(middle, canvas.tokens.colour.sunken)
    words = cases(count, language)
    if broken(canvas, words, language, canvas.tokens.screen.body, "bold", middle.w) != 1:
        words = str(count)
    canvas.text(
        middle,
        words,
        language,
        capital_mm=canvas.tokens.screen.body,
        weight="bold",
        align="centre",
        valign="middle",
    )
    if count < most:
        says = spoken.gettext("One case more")
        place = row.beside(row.w - side)
        canvas.button("more-cases", place, "", language, SetCases(count + 1), icon="plus", says=says)
