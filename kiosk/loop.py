"""The loop: sleep in `select` until a finger, a datagram, the printer or a deadline; take it all in; paint.

Nothing is looked at on a clock's beat. Between two events the process does not run.
"""

import os
import select
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from hardware.buttons import MockButtons
from hardware.errors import PinsError
from hardware.lamps import Lamp
from kiosk.control import HINT, Answer, Control, ControlError
from kiosk.front import Front
from kiosk.keypad import Keypad
from kiosk.machine import Machine
from kiosk.patience import patience_s, told
from kiosk.ui import Closed, Exposed, Glass, LetGo, Pressed, Released, Touched, UiEvent
from sync.notify import Pulse, unwatched

SCORE_KEYS = ("1", "2", "3", "4", "5")
SHORTEST_PRESS_MS = 150
"""A key stands for a finger on a button, and no finger is faster; a keyboard's tap may be."""


class Datagrams(Protocol):
    """What is needed of sync.wake.WakeSocket."""

    def fileno(self) -> int: ...

    def drain(self) -> bool: ...


class WakePipe:
    """What threads and signals write to, so that `select` returns."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def fileno(self) -> int:
        """For select."""
        return self._read

    @property
    def write_end(self) -> int:
        """For signal.set_wakeup_fd."""
        return self._write

    def wake(self) -> None:
        """From any thread."""
        with suppress(BlockingIOError):
            os.write(self._write, b"!")

    def drain(self) -> None:
        """Take all wake-ups."""
        with suppress(BlockingIOError):
            while os.read(self._read, 4096):
                pass

    def close(self) -> None:
        """Let go of both ends."""
        os.close(self._read)
        os.close(self._write)


class Fingers:
    """Fingers on the mock buttons: a press lasts at least as long as a real one. The keys 1 … 5 press those of the
    first counter, which is meant where no `counter` is named. All raise PinsError for a counter or level that is not
    there.
    """

    def __init__(self, buttons: Mapping[int, MockButtons], now: Callable[[], int]) -> None:
        """`buttons` by counter, the first counter first."""
        self._buttons, self._now = buttons, now
        self._down: dict[tuple[int, int], int] = {}
        self._up: dict[tuple[int, int], int] = {}

    def down(self, level: int, counter: int | None = None) -> None:
        """The finger is on the button."""
        button = self._button(level, counter)
        self._buttons[button[0]].press(level)
        self._down[button] = self._now()
        self._up.pop(button, None)

    def up(self, level: int, counter: int | None = None) -> None:
        """The finger leaves it, at the earliest when a real one could."""
        button = self._button(level, counter)
        if button in self._down:
            self._up[button] = max(self._now(), self._down.pop(button) + SHORTEST_PRESS_MS)

    def raw(self, level: int, pressed: bool, counter: int | None = None) -> None:
        """The contact itself."""
        buttons = self._buttons[self._button(level, counter)[0]]
        if pressed:
            buttons.press(level)
        else:
            buttons.release(level)

    def turn(self) -> None:
        """Take the fingers off whose time is over."""
        for button in [button for button, at in self._up.items() if at <= self._now()]:
            del self._up[button]
            self._buttons[button[0]].release(button[1])

    def _button(self, level: int, counter: int | None) -> tuple[int, int]:
        counter = next(iter(self._buttons), None) if counter is None else counter
        if counter is None or counter not in self._buttons:
            which = "" if counter is None else f" at counter {counter}"
            raise PinsError(f"there are no score buttons{which}", hint="Name them under [[counters]] in kiosk.toml.")
        return counter, level

    def deadline(self) -> int | None:
        """When the next finger leaves its button."""
        return min(self._up.values(), default=None)


class SeenLamp:
    """A lamp, and whoever else shows what it does: a demonstration has no box to look at."""

    def __init__(self, lamp: Lamp) -> None:
        self._lamp = lamp
        self.show: Callable[[bool], None] = lambda lit: None

    def on(self) -> None:
        """Lit."""
        self._lamp.on()
        self.show(True)

    def off(self) -> None:
        """Dark."""
        self._lamp.off()
        self.show(False)

    def close(self) -> None:
        """Let go of the lamp itself."""
        self._lamp.close()


class Loop:
    """One kiosk, awake. `now` is boot time in milliseconds."""

    def __init__(
        self,
        machine: Machine,
        front: Front,
        glass: Glass,
        now: Callable[[], int],
        *,
        wakes: WakePipe,
        mail: Datagrams | None = None,
        fingers: Fingers | None = None,
        keypad: Keypad | None = None,
    ) -> None:
        self._keypad = keypad or Keypad()
        self.machine, self.front, self.glass = machine, front, glass
        self._now, self._wakes, self._mail, self._fingers = now, wakes, mail, fingers
        self._control: Control | None = None
        self._pulse = unwatched()
        self.ending = False
        self.anew = False
        """It ends so that the kiosk begins again, with another journal."""

    def listen(self, control: Control) -> None:
        """Take lines from a control socket, which calls `handle`."""
        self._control = control

    def beat(self, pulse: Pulse) -> None:
        """Tell the service manager from now on: that it is ready once a picture was drawn, and that it still turns."""
        self._pulse = pulse

    def end(self) -> None:
        """Leave at the next turn. From any thread, which then wakes it."""
        self.ending = True

    def run(self) -> None:
        """Until `ending`."""
        while not self.ending:
            if not self.turn() and not self.anew and not self.front.warm():
                select.select(self._inputs(), [], [], self._patience_s())

    def turn(self) -> bool:
        """One look at everything; whether a window's event came, so that another look is due before sleeping."""
        self._wakes.drain()
        if self._mail is not None and self._mail.drain():
            self.machine.look_at_inbox()
        if self._control is not None:
            self._control.turn()
        if self._fingers is not None:
            self._fingers.turn()
        self.machine.turn()
        if self.machine.must_begin_anew():
            self.anew = self.ending = True
        self.front.refresh()
        self._pulse.turn(told(self.machine.state))
        # Painting talks to the display server, which may leave events in its client library, where select sees none.
        events = self.glass.drain()
        for event in events:
            self._take(event)
        return bool(events)

    def handle(self, asked: dict[str, Any]) -> Answer:
        """One line of the control. Raises ControlError, PinsError."""
        if len(asked) != 1:
            raise ControlError("a line asks for one thing", hint=HINT)
        (what, value), *_ = asked.items()
        if what == "screen" and value is True:
            return self._screen()
        if what == "touch":
            self._touch(value)
        elif what == "finger":
            self._touch_at(value, sure=False)
        elif what == "key" and isinstance(value, str):
            self._take(Pressed(value), sure=True)
            self._take(LetGo(value), sure=True)
        elif what == "wake" and value is True:
            pass  # a clock has jumped: the turn that follows every line looks at all deadlines
        elif what in ("press", "pin"):
            self._press(what, value)
        else:
            raise ControlError(f"nothing is known of {what!r}: {value!r}", hint=HINT)
        return {"ok": True, "screen": self.machine.state.screen.value}

    def _touch(self, value: Any) -> None:
        if isinstance(value, str):
            self.front.refresh()
            if not self.front.choose(value):
                names = ", ".join(target.name for target in self.front.scene.targets)
                raise ControlError(f"there is no target {value!r} in sight", hint=f"In sight: {names}.")
        else:
            self._touch_at(value, sure=True)

    def _touch_at(self, value: Any, *, sure: bool) -> None:
        if not isinstance(value, list) or len(value) != 2 or not all(type(one) is int for one in value):
            raise ControlError(f"{value!r} is no place to touch", hint=HINT)
        self.front.refresh()
        self.front.touch(*value, sure=sure)
        self.front.release()

    def _press(self, what: str, value: Any) -> None:
        if self._fingers is None:
            raise ControlError("these are no mock pins", hint='Set pins = "mock" in kiosk.toml.')
        asked = {"level": value} if type(value) is int and what == "press" else value
        wanted = {"level": int, "counter": int} if what == "press" else {"level": int, "counter": int, "pressed": bool}
        if not isinstance(asked, dict) or any(type(asked[name]) is not wanted.get(name) for name in asked):
            raise ControlError(f"{value!r} is no press", hint=HINT)
        if "level" not in asked or ("pressed" in wanted and "pressed" not in asked):
            raise ControlError(f"{value!r} lacks the level, or whether it is pressed", hint=HINT)
        if what == "press":
            self._fingers.down(**asked)
            self._fingers.up(**asked)
        else:
            self._fingers.raw(**asked)

    def _screen(self) -> Answer:
        self.front.refresh()
        state, scene = self.machine.state, self.front.scene
        shown = state.ticket
        return {
            "name": state.screen.value,
            "language": state.language,
            "asking": state.asking,
            "targets": [{"id": target.name, "rect": list(target.rect)} for target in scene.targets],
            "texts": scene.texts(),
            "spoken": [{"text": said.text, "language": said.language, "target": said.target} for said in scene.spoken],
            "focus": self.front.focus,
            "ticket": {"seq": shown.seq, "label": shown.label, "service": shown.service} if shown else None,
            "trouble": state.condition.trouble,
            "busy": self.machine.desk.busy,
            "now_ms": self._now(),
            "deadline_ms": self._deadline(),
        }

    def _take(self, event: UiEvent, *, sure: bool = False) -> None:
        if isinstance(event, Touched):
            self.front.touch(event.x, event.y, sure=sure)
        elif isinstance(event, Released):
            self.front.release()
        elif isinstance(event, Exposed):
            self.glass.repaint()
        elif isinstance(event, Closed):
            self.ending = True
        else:
            self._take_key(self._keypad.translate(event.key), isinstance(event, Pressed), sure=sure)

    def _take_key(self, key: str, pressed: bool, *, sure: bool) -> None:
        if key in SCORE_KEYS and not self.front.types(key):
            with suppress(PinsError):  # a kiosk without score buttons
                if self._fingers is not None:
                    (self._fingers.down if pressed else self._fingers.up)(int(key))
        elif pressed:
            self.front.key(key, sure=sure)

    def _inputs(self) -> list[int]:
        found = [self._wakes.fileno(), *self.glass.inputs()]
        if self._mail is not None:
            found.append(self._mail.fileno())
        return found + (self._control.filenos() if self._control is not None else [])

    def _deadline(self) -> int | None:
        times = [self.machine.deadline(), self._fingers.deadline() if self._fingers is not None else None]
        return min((time for time in times if time is not None), default=None)

    def _patience_s(self) -> float | None:
        return patience_s(self._deadline(), self._now(), self._pulse)
