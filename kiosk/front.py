"""Between fingers and the machine: targets, focus, press feedback, and which scene is in sight."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from fonts.shaping import Typesetter
from fonts.tokens import Tokens
from kiosk import screens
from kiosk.layout import Display, focus_after, focus_towards
from kiosk.machine import Machine
from kiosk.scene import Scene, Target
from kiosk.screen_inputs import AskHelp, Back, ChooseLanguage, Erase, Input, Stay, Type
from kiosk.screen_types import Field, IllegalInput, Screen, State
from kiosk.upkeep_inputs import OpenMenu
from kiosk.view_parts import Exhibit
from kiosk.views import draw

ARROWS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}
FIRST_FOCUS = ("continue", "take", "done", "confirm")
NOT_YET = ("Repeat", "Louder", "Softer")
"""Keys of the tactile keypad for a voice that is still to be recorded: they say that somebody is there."""
DIGITS = tuple("0123456789")
LAST_FOCUS = ("back", "access", "help")


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
        self._cold = [state for language in exhibit.languages for state in _met_first(exhibit, language)]
        self.scene = self._draw()

    @property
    def focus(self) -> str | None:
        """The target that Enter would choose."""
        return self._focus

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
            self.scene = self._drawn_with_focus()
            self._drawn = (self.machine.state, self._pressed, self._focus)
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
        elif self.machine.state.asking or name in NOT_YET:
            self._choose(Stay(), None)
        elif name == "Language":
            self._choose(ChooseLanguage(focus_after(languages, self.machine.state.language, 1) or languages[0]), None)
        elif name == "Service":
            known = screens.knows(self.machine.state, OpenMenu)
            self._choose(OpenMenu() if known else Stay(), None)
        elif self.types(name):
            self._choose(Erase() if name == "Backspace" else Type(name), self.scene.named(f"key-{name}"))
            self.release()
        elif name == "Help":
            known = screens.knows(self.machine.state, AskHelp)
            self._choose(AskHelp() if known else Stay(), None)
        elif name == "Escape":
            if sure or not self._too_soon():
                self._go_back()
        elif name == "Enter":
            target = self.scene.named(self._focus) if self._focus else None
            if target is None:
                self._move_focus("Tab")
            elif sure or not self._too_soon():
                self._choose(target.gives, target)
                self.release()
        elif name in ARROWS or name in ("Tab", "BackTab"):
            self._move_focus(name)

    def types(self, name: str) -> bool:
        """Whether this key is one of the pad in sight, and so no score button."""
        state = self.machine.state
        place = state.screen is Screen.MY_TICKET and state.typing.field is Field.PLACE
        return (place or state.screen is Screen.SERVICE_PIN) and (name == "Backspace" or name in DIGITS)

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

    def _go_back(self) -> None:
        """What *back* in sight gives; where there is none, a screen back, if the screen knows one."""
        target = self.scene.named("back")
        known = screens.knows(self.machine.state, Back)
        self._choose(target.gives if target else Back() if known else Stay(), None)

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

    def _drawn_with_focus(self) -> Scene:
        """The scene; a focus whose target is gone from it moves to the one nearest to where it was."""
        scene = self._draw()
        if self._focus is None or not scene.targets or scene.named(self._focus) is not None:
            return scene
        gone = self.scene.named(self._focus)
        self._focus = _nearest(scene, *gone.rect.centre) if gone else self._first()
        return self._draw()

    def _first(self) -> str | None:
        """Where the focus begins on a new screen: at what most people want."""
        names = [target.name for target in self._draw().targets]
        wanted = [name for name in FIRST_FOCUS if name in names]
        rest = [name for name in names if name not in LAST_FOCUS and not name.startswith("language-")]
        services = [name for name in names if name.startswith("service-")]
        return next(iter([*wanted, *services, *rest, *names]), None)

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


def _nearest(scene: Scene, x: int, y: int) -> str:
    def away(target: Target) -> int:
        across, down = target.rect.centre
        return (across - x) ** 2 + (down - y) ** 2

    return min(scene.targets, key=away).name


def _met_first(exhibit: Exhibit, language: str) -> list[State]:
    """The screens with the most text, in the order in which a citizen of this language comes to them."""
    if not exhibit.catalogue.services:
        return []
    state = State(language=language)
    services = replace(state, screen=Screen.SERVICE)
    groups = [replace(services, group=group.id) for group in exhibit.catalogue.groups]
    details = [replace(state, screen=Screen.DETAILS, service=service.id) for service in exhibit.catalogue.services]
    return [services, *groups, *details, replace(state, screen=Screen.PRIORITY, beneath=Screen.SERVICE)]
