"""Which view draws which screen, and the question "still there?" over it. Pure."""

from collections.abc import Callable, Mapping

from fonts.shaping import Typesetter
from fonts.tokens import Tokens
from kiosk.layout import Display
from kiosk.scene import Scene
from kiosk.screen_types import Screen, State, Stay
from kiosk.view_attract import attract
from kiosk.view_date import confirm_date
from kiosk.view_details import details
from kiosk.view_parts import Exhibit
from kiosk.view_service import service
from kiosk.view_ticket import ticket, write_down
from kiosk.view_trouble import out_of_order
from kiosk.widgets import Canvas
from kiosk.wording import texts

View = Callable[[State, Exhibit, Canvas], Scene]

VIEWS: Mapping[Screen, View] = {
    Screen.ATTRACT: attract,
    Screen.SERVICE: service,
    Screen.DETAILS: details,
    Screen.TICKET: ticket,
    Screen.WRITE_DOWN: write_down,
    Screen.OUT_OF_ORDER: out_of_order,
    Screen.CONFIRM_DATE: confirm_date,
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
    canvas = Canvas(display, typesetter, tokens, pressed, None if state.asking else focus)
    scene = VIEWS[state.screen](state, exhibit, canvas)
    return _still_there(scene, state, Canvas(display, typesetter, tokens, pressed, focus)) if state.asking else scene


def _still_there(scene: Scene, state: State, canvas: Canvas) -> Scene:
    """The question in front; a touch anywhere answers it."""
    colour, screen = canvas.tokens.colour, canvas.display.rect
    spoken = texts(state.language)
    panel = screen.middle(canvas.px(190), canvas.px(92))
    canvas.box(panel.inset(-canvas.px(3)), colour.ink)
    canvas.box(panel, colour.surface)
    inner = panel.inset(canvas.px(canvas.tokens.space.l))
    button = canvas.px(30)
    canvas.text(
        inner.top(inner.h - button),
        spoken.gettext("Still there?"),
        state.language,
        capital_mm=canvas.tokens.screen.title,
        weight="bold",
        align="centre",
        valign="middle",
        lines=2,
    )
    canvas.button(
        "continue", inner.below(inner.h - button), spoken.gettext("Continue"), state.language, Stay(), look="primary"
    )
    front = canvas.scene()
    return Scene(scene.ground, scene.ops + front.ops, front.targets, Stay(), scene.tight + front.tight)
