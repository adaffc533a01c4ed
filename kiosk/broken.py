"""The screen of a kiosk that has nothing to run on: out of order in every language, and what to mend."""

from collections.abc import Callable

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from kiosk.layout import Display
from kiosk.screen_types import Condition, Screen, State
from kiosk.ui import Window, WindowError
from kiosk.view_parts import Exhibit
from kiosk.views import draw
from sync.catalogue import Catalogue
from translations import LANGUAGES

MILLIMETRES = (345, 194)
"""The common 15.6 inch screen: the file that would say how large this one is cannot be read."""


def show(detail: str, code: str, *, windowed: bool, wait: Callable[[], None]) -> int:
    """Show it, with the reason of this code (kiosk.wording), until `wait` returns; the exit status.

    Without a display there is nothing to wait for.
    """
    typesetter = Typesetter()
    try:
        window = Window(typesetter, fullscreen=not windowed, size=(1280, 720), title="Scorecard Smart Box")
    except WindowError:
        return 2
    if window.driver == "dummy":
        window.close()
        return 2
    state = State(screen=Screen.OUT_OF_ORDER, condition=Condition(config=code))
    exhibit = Exhibit(dict.fromkeys(LANGUAGES, ""), LANGUAGES, Catalogue((), ""), detail=detail)
    window.paint(draw(state, exhibit, Display(*window.size, *MILLIMETRES), typesetter, load_tokens()))
    window.drain()
    wait()
    window.close()
    return 2
