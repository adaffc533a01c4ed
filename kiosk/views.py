"""Which view draws which screen, and the question "still there?" over it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from fonts.shaping import Typesetter
from fonts.tokens import Tokens
from kiosk.layout import Display
from kiosk.scene import Scene
from kiosk.screen_inputs import Stay
from kiosk.screen_types import Screen, State
from kiosk.view_access import access
from kiosk.view_attract import attract
from kiosk.view_closed import closed
from kiosk.view_date import confirm_date
from kiosk.view_details import details
from kiosk.view_flow import ROW_MM
from kiosk.view_help import help_called
from kiosk.view_keyboard import keyboard
from kiosk.view_late import late
from kiosk.view_my_ticket import my_ticket
from kiosk.view_parts import Exhibit
from kiosk.view_priority import priority
from kiosk.view_scores import score
from kiosk.view_service import service
from kiosk.view_standing import standing
from kiosk.view_ticket import ticket, write_down
from kiosk.view_toolbox import ask, tools
from kiosk.view_tools import buttons, first_code
from kiosk.view_trials import clock, touch
from kiosk.view_trouble import out_of_order
from kiosk.view_upkeep import menu, pin
from kiosk.widgets import Canvas
from kiosk.wording import texts

View = Callable[[State, Exhibit, Canvas], Scene]

VIEWS: Mapping[Screen, View] = {
    Screen.ATTRACT: attract,
    Screen.SCORE: score,
    Screen.SERVICE: service,
    Screen.DETAILS: details,
    Screen.PRIORITY: priority,
    Screen.LATE: late,
    Screen.TICKET: ticket,
    Screen.WRITE_DOWN: write_down,
    Screen.MY_TICKET: my_ticket,
    Screen.STANDING: standing,
    Screen.ACCESS: access,
    Screen.HELP: help_called,
    Screen.CLOSED: closed,
    Screen.OUT_OF_ORDER: out_of_order,
    Screen.CONFIRM_DATE: confirm_date,
    Screen.SERVICE_MENU: menu,
    Screen.SERVICE_PIN: pin,
    Screen.SERVICE_TOOLS: tools,
    Screen.SERVICE_BUTTONS: buttons,
    Screen.SERVICE_CODE: first_code,
    Screen.SERVICE_ASK: ask,
    Screen.SERVICE_TYPE: keyboard,
    Screen.SERVICE_CLOCK: clock,
    Screen.SERVICE_TOUCH: touch,
}


def draw(
    state: State,
    exhibit: Exhibit,
    display: Display,
    typesetter: Typesetter,
    tokens: Tokens,
    *,
    pressed: str | None = None,
    focus: str | None = None,
) -> Scene:
    """The scene of this state on this display."""
    display, tokens = replace(display, large=state.look.large), tokens.themed(state.look.theme.value)
    within = display.within_reach if state.look.reach else None
    asked_over = state.asking and state.screen is not Screen.TICKET
    canvas = Canvas(display, typesetter, tokens, pressed, None if asked_over else focus, within=within)
    scene = VIEWS[state.screen](state, exhibit, canvas)
    if not asked_over:
        return scene
    return _still_there(scene, state, Canvas(display, typesetter, tokens, pressed, focus, within=within))


def _still_there(scene: Scene, state: State, canvas: Canvas) -> Scene:
    """The question in front; a touch anywhere answers it."""
    colour = canvas.tokens.colour
    spoken = texts(state.language)
    asked, title, pad = spoken.gettext("Still there?"), canvas.tokens.screen.title, canvas.px(canvas.tokens.space.l)
    line = canvas.type.measure(asked, state.language, canvas.display.em(title), "bold")
    wide = max(canvas.px(190), line + 2 * pad + 2)
    panel = canvas.area.inset(canvas.px(4)).middle(wide, canvas.px(100))
    canvas.box(panel.inset(-canvas.px(1.5)), colour.ink)
    canvas.box(panel, colour.surface)
    inner = panel.inset(pad)
    needed = canvas.line_height(state.language, title, "bold") * (1 if line <= inner.w else 2)
    button = max(min(canvas.px(30), inner.h - needed - canvas.px(canvas.tokens.space.s)), canvas.px(ROW_MM))
    air = max(min(pad, inner.h - button - needed), 0)
    canvas.text(
        inner.top(inner.h - button - air),
        asked,
        state.language,
        capital_mm=title,
        weight="bold",
        align="centre",
        valign="middle",
        lines=2,
    )
    canvas.button(
        "continue", inner.below(inner.h - button), spoken.gettext("Continue"), state.language, Stay(), look="primary"
    )
    front = canvas.scene()
    tight = scene.tight + front.tight
    return Scene(scene.ground, scene.ops + front.ops, front.targets, Stay(), tight, front.spoken)
