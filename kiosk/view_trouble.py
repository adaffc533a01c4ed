"""Out of order, in all languages at once: nobody can be asked for theirs. Pure."""

from kiosk.layout import Rect, rows
from kiosk.scene import Scene
from kiosk.screen_types import State
from kiosk.view_parts import Exhibit, page
from kiosk.widgets import Canvas
from kiosk.wording import reason, texts


def out_of_order(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """What is wrong and whom to ask; leaves by itself when it is mended."""
    colour, space = canvas.tokens.colour, canvas.tokens.space
    area = page(canvas)
    code = state.condition.trouble or "not-started"
    detail = exhibit.detail or exhibit.notice
    if detail:
        strip = canvas.px(26)
        _detail(detail, Rect(area.x, area.bottom - strip, area.w, strip), canvas)
        area = area.top(area.h - strip - canvas.px(space.s))
    side = canvas.px(40 if canvas.display.portrait else 56)
    if canvas.display.portrait:
        sign, words = area.top(side), area.below(side + canvas.px(space.l))
    else:
        sign, words = area.left(side), area.beside(side + canvas.px(space.l))
    canvas.icon("printer" if state.condition.trouble == state.condition.printer else "warning", sign, colour.on_fault)
    for language, row in zip(exhibit.languages, rows(words, len(exhibit.languages), canvas.px(space.s)), strict=True):
        _told(code, row, language, canvas)
    return canvas.scene(ground=colour.fault_ground)


def _told(code: str, row: Rect, language: str, canvas: Canvas) -> None:
    screen, colour, spoken = canvas.tokens.screen, canvas.tokens.colour, texts(language)
    rest = 2 * canvas.line_height(language, screen.body)
    roomy = canvas.line_height(language, screen.title, "bold") + rest <= row.h
    first = canvas.text(
        row,
        spoken.gettext("The ticket machine is out of order"),
        language,
        capital_mm=screen.title if roomy else screen.body,
        weight="bold",
        colour=colour.on_fault,
    )
    words = f"{reason(code, language)}\n{spoken.gettext('Please ask the staff')}"
    canvas.text(row.below(first.h), words, language, capital_mm=screen.body, lines=2)


def _detail(detail: str, strip: Rect, canvas: Canvas) -> None:
    """For the technician, in English and smaller than what citizens read."""
    canvas.box(strip, canvas.tokens.colour.surface)
    inner = strip.inset(canvas.px(canvas.tokens.space.s), canvas.px(canvas.tokens.space.xs))
    canvas.text(inner, detail, "en", capital_mm=4.0, valign="middle", lines=4)
