"""What stands at the foot of the services: the errands of a visit and *take*, or why nothing can be taken. Pure."""

from collections.abc import Sequence
from itertools import product

from fonts.tokens import Hex
from kiosk import hours
from kiosk.layout import Rect
from kiosk.screen_types import Errand, State
from kiosk.view_actions import broken, lines_in, remove, take
from kiosk.view_parts import Exhibit
from kiosk.widgets import Canvas
from kiosk.wording import texts, visit_labels
from sync.calendar import Closed

ACTIONS_SHARE = 0.3
ACTIONS_MM = (48.0, 108.0)
STRIP_MM = (20.0, 34.0)
TAKE_LEAST_MM = 72.5
ICON_MM = 11.0


def actions_width(canvas: Canvas, area: Rect) -> int:
    """The width of the column of actions, the same on each screen: *take* stays where it was."""
    return min(max(round(area.w * ACTIONS_SHARE), canvas.px(ACTIONS_MM[0])), canvas.px(ACTIONS_MM[1]))


def shut_labels(closed: Closed, state: State) -> tuple[str, ...]:
    """Why, and when it opens again; the fullest first."""
    assert state.condition.hours is not None
    language = state.language
    reason = hours.why(closed, language, service=state.condition.closed is None)
    again = hours.opens_again(closed, state.condition.hours.today, language)
    return f"{reason}. {again}", again, reason, texts(language).gettext("Closed now")


def blocked(state: State) -> tuple[Errand, Closed] | None:
    """The first service of the visit for which no number is given now: with it there is no ticket."""
    found = ((errand, state.condition.shut(errand.service)) for errand in state.errands)
    return next(((errand, closed) for errand, closed in found if closed), None)


def foot_heights(state: State, canvas: Canvas) -> tuple[int, ...]:
    """The pixels that the strip may have, the most wanted first; none: there is nothing to say."""
    if not state.condition.closed and not state.visit:
        return ()
    low, high = (canvas.px(each) for each in STRIP_MM)
    return (low,) if canvas.compact or canvas.high_mm < 140 else (high, low)


def foot(row: Rect, state: State, exhibit: Exhibit, canvas: Canvas) -> None:
    """The strip: why nothing can be had now; or the errands, and *take* beside them."""
    colour, language = canvas.tokens.colour, state.language
    if state.condition.closed:
        canvas.box(row, colour.warning_ground)
        _line(row, "closed", shut_labels(state.condition.closed, state), language, colour.on_warning, canvas)
        return
    width = max(actions_width(canvas, row), canvas.px(TAKE_LEAST_MM))
    words, place = row.left(row.w - width - canvas.px(canvas.tokens.space.s)), row.beside(row.w - width)
    known = {each.id: each.text(language) for each in exhibit.catalogue.services}
    shut = blocked(state)
    if shut is not None:
        errand, closed = shut
        named = known.get(errand.service)
        reasons = shut_labels(closed, state)
        full = (f"{named.name}. {reasons[0]}", f"{named.short or named.name}. {reasons[-1]}") if named else ()
        labels = (*full, *reasons)
        canvas.box(words, colour.warning_ground)
        _line(words, "closed", labels, language, colour.on_warning, canvas)
        remove(canvas, place, errand.service, language)
        return
    chosen = [(known[errand.service], errand.cases) for errand in state.visit if errand.service in known]
    canvas.box(words, colour.sunken)
    _line(words, "check", visit_labels(chosen, language), language, colour.ink, canvas)
    take(canvas, place, state)


def _line(row: Rect, icon: str, labels: Sequence[str], language: str, ink: Hex, canvas: Canvas) -> None:
    """A sign and the first label that fits beside it; the ear hears the fullest."""
    body, gap = canvas.tokens.screen.body, canvas.px(canvas.tokens.space.s)
    side, inner = canvas.px(ICON_MM), row.inset(gap, 0)
    most = max(lines_in(canvas, row.h, language, body, "regular"), 1)
    canvas.say(labels[0], language)
    for shown, sign in product(labels, (side + gap, 0)):
        lines = broken(canvas, shown, language, body, "regular", inner.w - sign)
        if lines is not None and lines <= most:
            break
    else:
        shown, sign = "", side
    if sign:
        canvas.icon(icon, inner.left(side), ink)
    if shown:
        place = inner.beside(sign)
        canvas.text(place, shown, language, capital_mm=body, colour=ink, valign="middle", lines=most, said=False)
