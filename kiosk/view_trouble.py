"""Out of order, in all languages at once: nobody can be asked for theirs. Pure."""

from dataclasses import replace

from kiosk.layout import Rect, rows
from kiosk.mending import Mending, Step
from kiosk.scene import Scene
from kiosk.screen_inputs import AskHelp
from kiosk.screen_types import State
from kiosk.view_flow import Offer, Sentence, fits, offer, offers, row_height, together
from kiosk.view_parts import Exhibit, page
from kiosk.widgets import Canvas
from kiosk.wording import reason, texts


def out_of_order(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """What is wrong and whom to ask; leaves by itself when it is mended. Where only the printer is at fault, so that
    calls can still be kept, staff can be called, and see in pictures how it is mended: the step that is due stands out,
    and follows the printer's own status."""
    colour, space = canvas.tokens.colour, canvas.tokens.space
    area, gap = page(canvas), canvas.px(space.s)
    code = state.condition.trouble or "not-started"
    only_printer = state.condition.trouble is not None and state.condition.trouble == state.condition.printer
    repair = state.condition.mending if only_printer else None
    detail = exhibit.detail or exhibit.notice
    if detail:
        strip = canvas.px(12 if canvas.compact else 26)
        _detail(detail, Rect(area.x, area.bottom - strip, area.w, strip), canvas)
        area = area.top(area.h - strip - gap)
    if only_printer:
        area = _call(area, repair, state, canvas)
    side = min(canvas.px(72 if area.h >= canvas.px(180) else 56), area.h // 4 if canvas.portrait else area.h)
    between = canvas.px(space.l)
    words = area
    if canvas.wide_mm >= 200:
        words = area.below(side + between) if canvas.portrait else area.beside(side + between)
    shares = rows(words, len(exhibit.languages), gap)
    due = repair.told if repair else ()
    told = [
        (each, _told(state, code, due, share, each, canvas))
        for each, share in zip(exhibit.languages, shares, strict=True)
    ]
    group = together(canvas, words, told)
    if canvas.wide_mm >= 200:
        sign = area.left(side).middle(side, side)
        if canvas.portrait:
            sign = Rect(area.x, group.y - between - side, side, side)
        if repair is not None and repair.steps:
            _steps(repair, Rect(sign.x, sign.y, area.w, side) if canvas.portrait else area.left(side), canvas)
        else:
            canvas.icon("printer" if only_printer else "warning", sign, colour.on_fault)
    return canvas.scene(ground=colour.fault_ground)


def _steps(repair: Mending, place: Rect, canvas: Canvas) -> None:
    """The pictures of the repair, from the top or, where there is more room so, from the left: done, due, to come."""
    colour, count, gap = canvas.tokens.colour, len(repair.steps), canvas.px(canvas.tokens.space.s)
    upright = place.h > place.w
    long, wide = (place.h, place.w) if upright else (place.w, place.h)
    side = min((long - gap * (count - 1)) // count, wide)
    start = place.y + (place.h - side * count - gap * (count - 1)) // 2 if upright else place.x
    for index, step in enumerate(repair.steps):
        at = start + index * (side + gap)
        tile = Rect(place.x + (place.w - side) // 2, at, side, side) if upright else Rect(at, place.y, side, side)
        due, done = repair.due == index, repair.due is not None and index < repair.due
        if not done:
            canvas.box(tile, colour.on_fault if due else colour.surface)
        ink = colour.fault_ground if due else colour.on_fault
        canvas.icon("check" if done else step.icon, tile.inset(side // 10), ink)


def _call(area: Rect, repair: Mending | None, state: State, canvas: Canvas) -> Rect:
    """The call for staff: a row of its own at the foot, or a sign at the right of the smallest screens, under the
    pictures of the repair. Returns the place for the words."""
    gap, tall = canvas.px(canvas.tokens.space.m), row_height(canvas)
    spoken, called = texts(state.language), state.condition.help
    label = spoken.gettext("Staff have been called") if called else spoken.gettext("Call the staff")
    call = Offer("help", "help", label, AskHelp(), "chosen" if called else "quiet")
    if canvas.wide_mm < 200:
        side = canvas.px(20)
        if repair is not None and repair.steps:
            _steps(repair, Rect(area.right - side, area.y, side, area.h - tall - gap), canvas)
        offer(canvas, Rect(area.right - side, area.bottom - tall, side, tall), call, state.language)
        return area.left(area.w - side - gap)
    offers(canvas, Rect(area.x, area.bottom - tall, area.w, tall), [call], state.language)
    return area.top(area.h - tall - gap)


def _told(state: State, code: str, due: tuple[Step, ...], row: Rect, language: str, canvas: Canvas) -> list[Sentence]:
    screen, colour, spoken = canvas.tokens.screen, canvas.tokens.colour, texts(language)
    staff = [spoken.gettext("Staff: {step}").format(step=spoken.gettext(step.text)) for step in due]
    ticketless = state.condition.box is not None
    what = spoken.gettext("Out of order") if ticketless else spoken.gettext("The ticket machine is out of order")
    words = [
        Sentence(what, screen.title, "bold", colour.on_fault, lines=2),
        Sentence(reason(code, language), screen.body, colour=colour.on_fault, must=False),
        *(Sentence(each, screen.body, "bold", colour.on_fault, must=False) for each in staff),
        Sentence(spoken.gettext("Please ask the staff"), screen.body, colour=colour.on_fault, must=False),
    ]
    if staff and not fits(canvas, row, words[:3], language):
        words.insert(3, words.pop(1))  # the last goes first, and the pictures tell the reason as well
    if not fits(canvas, row, words[:1], language):
        words[0] = replace(words[0], text=spoken.gettext("Out of order"))
    return words


def _detail(detail: str, strip: Rect, canvas: Canvas) -> None:
    """For the technician, in English and smaller than what citizens read."""
    canvas.box(strip, canvas.tokens.colour.surface)
    inner = strip.inset(canvas.px(canvas.tokens.space.s), canvas.px(canvas.tokens.space.xs))
    capital = 2.5 if canvas.compact else 4.0
    canvas.text(inner, detail, "en", capital_mm=capital, valign="middle", lines=2 if canvas.compact else 3)
