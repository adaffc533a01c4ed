"""One service: what it costs, how long it takes, what to bring, what happens; and *take*. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.layout import Rect, columns, rows
from kiosk.scene import Scene
from kiosk.screen_types import MOST_ERRANDS, State
from kiosk.view_actions import another, priority_chip, remove, stepper, take
from kiosk.view_described import ROW_MM, Control, flowed, more, panels
from kiosk.view_parts import Exhibit, bar
from kiosk.view_visit import actions_width, blocked
from kiosk.widgets import Canvas
from sync.catalogue import Service

LOW_MM = 135.0
"""In a place lower than this the service's name is part of the list, and the way to the next page is an action."""
TAKE_MM = (24.0, 34.0)
TWICE_MM = 250.0
"""A low place of this width has two actions beside each other."""
UPRIGHT_MM = 260.0
"""An upright place lower than this has the way to the next page among the actions."""


@dataclass(frozen=True, slots=True)
class Actions:
    """What can be done: the secondary controls from the most wanted on, and whether a ticket can be taken."""

    others: tuple[Control, ...]
    take: bool

    def __bool__(self) -> bool:
        return self.take or bool(self.others)


def details(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Touch 3 of 3. What does not fit on one page is on further ones; *take* is on each, always at the same place."""
    area = bar(state, exhibit, canvas)
    each = exhibit.catalogue.service(state.service or "")
    actions = _actions(each, state, canvas)
    if canvas.portrait:
        _upright(each, actions, area, state, exhibit, canvas)
    elif area.h < canvas.px(LOW_MM):
        _low(each, actions, area, state, exhibit, canvas)
    else:
        _wide(each, actions, area, state, exhibit, canvas)
    return canvas.scene()


def _actions(each: Service, state: State, canvas: Canvas) -> Actions:
    """What this state offers. Nothing is added where the service is closed, or the visit has all it can have."""
    chosen = state.chosen(each.id) is not None
    here = not state.condition.shut(each.id) and (chosen or len(state.visit) < MOST_ERRANDS)
    offered = here and blocked(state) is None
    others: list[Control] = []
    if offered:
        others.append(lambda place: priority_chip(canvas, place, state))
    if here and each.cases > 1:
        others.append(lambda place: stepper(canvas, place, state, each.cases))
    if here and len(state.errands) < MOST_ERRANDS:
        others.append(lambda place: another(canvas, place, state.language))
    if chosen:
        others.append(lambda place: remove(canvas, place, each.id, state.language))
    return Actions(tuple(others), offered)


# Where things are -------------------------------------------------------------------------------------------------


def _upright(each: Service, actions: Actions, area: Rect, state: State, exhibit: Exhibit, canvas: Canvas) -> None:
    """The service on top, the actions under it, *take* the lowest; in a lower place the way on is one of them."""
    gap = canvas.px(canvas.tokens.space.s)
    low = area.h < canvas.px(UPRIGHT_MM)
    count = len(actions.others) + low
    across = 3 if low and count > 4 else 2
    lines, row = -(-count // across), canvas.px(ROW_MM[0] if low else ROW_MM[1])
    high = (row + gap) * lines + (canvas.px(TAKE_MM[1]) if actions.take else -gap)
    panel = area.top(area.h - high - canvas.px(canvas.tokens.space.m)) if count or actions.take else area
    offered = actions.others
    if low:
        page, pages = flowed(each, panel, [], state, exhibit, canvas)
        offered = ((lambda place: more(page, pages, place, state, canvas)), *offered) if pages > 1 else offered
    else:
        panels(each, panel, state, exhibit, canvas)
    place = area.below(area.h - high)
    for line in _by_page(offered, across):
        for control, cell in zip(line, columns(place.top(row), len(line), gap), strict=True):
            control(cell)
        place = place.below(row + gap)
    if actions.take:
        take(canvas, area.below(area.h - canvas.px(TAKE_MM[1])), state)


def _wide(each: Service, actions: Actions, area: Rect, state: State, exhibit: Exhibit, canvas: Canvas) -> None:
    """The service at the left, a column of actions at the right: the way on on top, *take* the lowest."""
    gap = canvas.px(canvas.tokens.space.s)
    width = actions_width(canvas, area)
    column = area.beside(area.w - width)
    last = canvas.px(TAKE_MM[1]) if actions.take else -gap
    for row in (canvas.px(ROW_MM[1]), canvas.px(ROW_MM[0])):
        high = (row + gap) * len(actions.others) + last
        if high + gap + row <= column.h:
            break
    place = column.below(column.h - high)
    turn = column.top(row) if high + gap + row <= column.h else None
    panels(each, area.left(area.w - width - canvas.px(canvas.tokens.space.m)), state, exhibit, canvas, turn)
    for control in reversed(actions.others):
        control(place.top(row))
        place = place.below(row + gap)
    if actions.take:
        take(canvas, place, state)


def _low(each: Service, actions: Actions, area: Rect, state: State, exhibit: Exhibit, canvas: Canvas) -> None:
    """All of the service as one list; the way to its next page among the actions; what has no room there, on a page."""
    gap = canvas.px(canvas.tokens.space.s)
    width = _low_width(actions, area, canvas)
    across = 2 if actions.take and width > actions_width(canvas, area) else 1
    row = canvas.px(ROW_MM[0])
    free = (area.h - canvas.px(TAKE_MM[0])) // (row + gap) * across if actions.take else area.h // (row + gap)
    beside = actions.others[: max(free - 1, 0)]
    panel = area.left(area.w - width - gap)
    apart = _by_page(actions.others[len(beside) :], (panel.h + gap) // (row + gap))
    shown, count = flowed(each, panel, [_together(controls, canvas) for controls in apart], state, exhibit, canvas)
    column = area.beside(area.w - width)
    turn: tuple[Control, ...] = ()
    if count > 1:
        turn = (lambda place: more(shown, count, place, state, canvas),)
    _column((*turn, *reversed(beside)), column, across, row, actions.take, state, canvas)


def _low_width(actions: Actions, area: Rect, canvas: Canvas) -> int:
    """Two actions beside each other where they would not stand over one another."""
    usual = actions_width(canvas, area)
    over = canvas.px(TAKE_MM[0]) + (len(actions.others) + 1) * canvas.px(ROW_MM[0] + canvas.tokens.space.s)
    twice = area.w >= canvas.px(TWICE_MM) and over > area.h and actions.take
    return max(usual, min(area.w * 46 // 100, canvas.px(160))) if twice else usual


def _by_page(controls: Sequence[Control], room: int) -> list[Sequence[Control]]:
    return [controls[index : index + room] for index in range(0, len(controls), room)]


def _together(controls: Sequence[Control], canvas: Canvas) -> Control:
    """Actions on a page of their own."""

    def draw(panel: Rect) -> None:
        gap = canvas.px(canvas.tokens.space.s)
        high = min((panel.h - gap * (len(controls) - 1)) // len(controls), canvas.px(28))
        used = panel.middle(panel.w, high * len(controls) + gap * (len(controls) - 1))
        for control, cell in zip(controls, rows(used, len(controls), gap), strict=True):
            control(cell)

    return draw


def _column(
    controls: Sequence[Control], place: Rect, across: int, row: int, taking: bool, state: State, canvas: Canvas
) -> None:
    """Controls in `across` columns, *take* under them as high as there is room."""
    gap = canvas.px(canvas.tokens.space.s)
    lines = _by_page(controls, across)
    least = canvas.px(TAKE_MM[1]) if taking else 0
    spare = place.h - least - len(lines) * (row + gap)
    row = min(row + max(spare, 0) // max(len(lines), 1), canvas.px(28)) if lines else row
    for line in lines:
        for control, cell in zip(line, columns(place.top(row), len(line), gap), strict=True):
            control(cell)
        place = place.below(row + gap)
    if taking:
        low = place.below(place.h - max(min(place.h, canvas.px(TAKE_MM[1] + 10)), 1))
        take(canvas, low, state)
