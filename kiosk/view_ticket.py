"""The number: what the citizen came for. With paper on its way, or to be written down. Pure."""

from kiosk.layout import Rect
from kiosk.scene import Scene
from kiosk.screen_types import Done, Paper, State
from kiosk.view_parts import Exhibit, accent_by_id, page
from kiosk.widgets import Canvas
from kiosk.wording import reason, texts


def ticket(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """The number large, and how far its paper is. A touch anywhere makes room for the next citizen."""
    assert state.ticket is not None
    language, spoken = state.language, texts(state.language)
    area = page(canvas)
    accent = accent_by_id(canvas, exhibit, state.ticket.service)
    foot = _foot(area, canvas)
    ready = state.paper is Paper.READY
    _number(
        state.ticket.label, spoken.gettext("Queue number"), area.top(area.h * 56 // 100), language, accent.ink, canvas
    )
    words = area.below(area.h * 58 // 100)
    words = words.top(foot.y - words.y)
    status = spoken.gettext("Please take the ticket") if ready else spoken.gettext("Printing the ticket")
    _lines((status, spoken.gettext("Please wait for the number to be called")), words, language, canvas)
    _done(foot, language, canvas)
    return canvas.scene(elsewhere=Done(), ground=accent.tint)


def write_down(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """The same number without paper: it counts all the same."""
    assert state.ticket is not None
    language, spoken = state.language, texts(state.language)
    colour, area = canvas.tokens.colour, page(canvas)
    foot = _foot(area, canvas)
    title = area.top(area.h * 18 // 100)
    side = min(canvas.px(20), title.h)
    canvas.icon("pencil", title.left(side), colour.on_warning)
    canvas.text(
        title.beside(side + canvas.px(5)),
        spoken.gettext("Please write down this number"),
        language,
        capital_mm=canvas.tokens.screen.title,
        weight="bold",
        colour=colour.on_warning,
        valign="middle",
        lines=2,
    )
    number = Rect(area.x, title.bottom, area.w, area.h * 40 // 100)
    _number(state.ticket.label, None, number, language, colour.ink, canvas)
    words = Rect(area.x, number.bottom, area.w, foot.y - number.bottom)
    why = reason(state.reason or "not-started", language)
    _lines((spoken.gettext("This number is in the queue"), why), words, language, canvas)
    _done(foot, language, canvas)
    return canvas.scene(ground=colour.warning_ground)


def _foot(area: Rect, canvas: Canvas) -> Rect:
    height = canvas.px(22)
    return Rect(area.x, area.bottom - height, area.w, height)


def _done(foot: Rect, language: str, canvas: Canvas) -> None:
    place = foot.middle(canvas.px(92), foot.h)
    canvas.button("done", place, texts(language).gettext("Done"), language, Done(), icon="check")


def _number(label: str, caption: str | None, area: Rect, language: str, ink: str, canvas: Canvas) -> None:
    screen = canvas.tokens.screen
    if caption:
        row = area.top(canvas.line_height(language, screen.title))
        canvas.text(row, caption, language, capital_mm=screen.title, align="centre")
        area = area.below(row.h)
    capital = max(screen.number, min(area.h / canvas.display.dots_per_mm * 0.72, 120.0))
    canvas.text(
        area,
        label,
        "en",
        capital_mm=capital,
        weight="bold",
        colour=type(canvas.tokens.colour.ink)(ink),
        align="centre",
        valign="middle",
    )


def _lines(words: tuple[str, str], area: Rect, language: str, canvas: Canvas) -> None:
    """Two sentences in the middle, the first the more important."""
    screen, colour = canvas.tokens.screen, canvas.tokens.colour
    first, second = words
    upper = area.top(area.h // 2)
    canvas.text(
        upper, first, language, capital_mm=screen.title, weight="bold", align="centre", valign="middle", lines=1
    )
    canvas.text(
        area.below(area.h // 2),
        second,
        language,
        capital_mm=screen.body,
        colour=colour.ink_soft,
        align="centre",
        valign="middle",
        lines=2,
    )
