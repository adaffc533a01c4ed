"""Between fingers and the machine: targets, focus, press feedback, and which scene is in sight."""

from collections.abc import Callable
from contextlib import suppress

from fonts.shaping import Typesetter
from fonts.tokens import Tokens
from kiosk import screens
from kiosk.layout import Display, focus_after, focus_towards
from kiosk.machine import Machine
from kiosk.scene import Scene, Target
from kiosk.screen_types import Back, ChooseLanguage, IllegalInput, Input, Screen, State, Stay
from kiosk.view_parts import Exhibit
from kiosk.views import draw

ARROWS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}
FIRST_FOCUS = ("continue", "take", "done", "confirm")


class Front:
    """What a citizen touches. `paint` brings a scene in sight. Boot time comes from the machine's clock."""

    def __init__(
        self,
        machine: Machine,
        exhibit: Exhibit,
        display: Display,
        typesetter: Typesetter,
        tokens: Tokens,
        paint: Callable[[Scene], None],
        now: Callable[[], int],
    ) -> None:
        self.machine, self.exhibit = machine, exhibit
        self._display, self._type, self._tokens = display, typesetter, tokens
        self._paint, self._now = paint, now
        self._pressed: str | None = None
        self._focus: str | None = None
        self._by_keys = False
        self._drawn: object = None
        self._cold = [
            State(screen=screen, language=language, service=service)
            for language in exhibit.languages
            for screen, service in _screens_of(exhibit)
        ]
        self.scene = self._draw()

    def warm(self) -> bool:
        """Set the type of one more screen that nobody has seen yet; False when there is none left.

        The first drawing of a screen costs fifty times the next one (docs/decisions/screens-drawing.md).
        """
        if not self._cold:
            return False
        draw(self._cold.pop(0), self.exhibit, self._display, self._type, self._tokens)
        return True

    def exhibit_anew(self, exhibit: Exhibit) -> None:
        """Show something else of the office."""
        self.exhibit, self._drawn = exhibit, None
        self.refresh()

    def refresh(self) -> None:
        """Paint, where anything in sight has changed."""
        looks = (self.machine.state, self._pressed, self._focus)
        if looks != self._drawn:
            before = self._drawn[0] if isinstance(self._drawn, tuple) else None
            if before is not None and (before.screen, before.asking) != self._sight():
                self._focus = self._first() if self._by_keys else None
                looks = (self.machine.state, self._pressed, self._focus)
            self._drawn = looks
            self.scene = self._draw()
            self._paint(self.scene)

    def touch(self, x: int, y: int, *, sure: bool = False) -> None:
        """A finger at this pixel. Unless `sure`, one that comes too soon after the last screen is not meant."""
        if not sure and self._too_soon():
            return
        self._by_keys = False
        self._focus = None
        target = self.scene.at(x, y)
        self._choose(target.gives if target else self.scene.elsewhere, target)

    def release(self) -> None:
        """The finger is gone."""
        self._pressed = None
        self.refresh()

    def key(self, name: str, *, sure: bool = False) -> None:
        """A key of the keyboard or the tactile keypad; any key says that somebody is there."""
        languages = self.exhibit.languages
        if name in {f"F{n}" for n in range(1, len(languages) + 1)}:
            self._choose(ChooseLanguage(languages[int(name[1:]) - 1]), None)
        elif self.machine.state.asking:
            self._choose(Stay(), None)
        elif name == "Escape":
            known = (self.machine.state.screen, Back) in screens.TABLE
            self._choose(Back() if known else Stay(), None)
        elif name == "Enter":
            target = self.scene.named(self._focus) if self._focus else None
            if target is None:
                self._move_focus("Tab")
            elif sure or not self._too_soon():
                self._choose(target.gives, target)
                self.release()
        elif name in ARROWS or name in ("Tab", "BackTab"):
            self._move_focus(name)

    def choose(self, name: str) -> bool:
        """Touch the target of this name; whether it is in sight."""
        target = self.scene.named(name)
        if target is None:
            return False
        self.touch(*target.rect.centre, sure=True)
        self.release()
        return True

    def _choose(self, given: Input, target: Target | None) -> None:
        """The press is seen in the next frame, before anything else is done about it."""
        sight = self._sight()
        if target is not None:
            self._pressed = target.name
            self.refresh()
        with suppress(IllegalInput):
            self.machine.give(given)
        if self._sight() != sight:
            self._pressed = None
        self.refresh()

    def _move_focus(self, name: str) -> None:
        self._by_keys = True
        if name in ARROWS:
            places = [(target.name, target.rect) for target in self.scene.targets]
            self._focus = focus_towards(places, self._focus, *ARROWS[name])
        else:
            order = [target.name for target in self.scene.targets]
            self._focus = focus_after(order, self._focus, 1 if name == "Tab" else -1)
        with suppress(IllegalInput):
            self.machine.give(Stay())
        self.refresh()

    def _sight(self) -> tuple[Screen, bool]:
        return self.machine.state.screen, self.machine.state.asking

    def _too_soon(self) -> bool:
        return self._now() - self.machine.shown_at < screens.settling(self.machine.state.screen) * 1000

    def _first(self) -> str | None:
        """Where the focus begins on a new screen: at what most people want."""
        names = [target.name for target in self._draw().targets]
        wanted = [name for name in FIRST_FOCUS if name in names]
        rest = [name for name in names if name != "back" and not name.startswith("language-")]
        return next(iter([*wanted, *rest, *names]), None)

    def _draw(self) -> Scene:
        return draw(
            self.machine.state,
            self.exhibit,
            self._display,
            self._type,
            self._tokens,
            pressed=self._pressed,
            focus=self._focus,
        )


def _screens_of(exhibit: Exhibit) -> list[tuple[Screen, str | None]]:
    """The screens with the most text, in the order in which a citizen comes to them."""
    return [(Screen.SERVICE, None), *((Screen.DETAILS, service.id) for service in exhibit.catalogue.services)]
