"""Five score buttons of a counter through gpiozero: raw edges with their time, and nothing decided about
them.

Debounce, lockout and stuck detection are the kiosk's: gpiozero's mock pin ignores `bounce_time`, so a
debounce there could never be tested, and the raw edges are what a repair wants to see.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NewType

from hardware.errors import PinsError
from hardware.gpio import PinFactory, gpiozero, open_pins, pin_failures

__all__ = [
    "LEVELS",
    "NEXT",
    "BootMs",
    "Closed",
    "Edge",
    "EdgeQueue",
    "MockButtons",
    "NextButton",
    "ScoreButtons",
    "open_pins",
]

BootMs = NewType("BootMs", int)
"""Milliseconds of CLOCK_BOOTTIME."""

LEVELS = (1, 2, 3, 4, 5)
NEXT = 0
"""Stands for the level in an edge of a counter's *next* button."""

Closed = Literal["low", "high"]
"""What a pin reads while its button is held: "low" for a button to ground (pulled up inside the chip), "high" for one
to 3.3 V (pulled down)."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A button's contact closed (`pressed`) or opened, at `boottime_ms`. Contacts bounce: expect several an
    action."""

    counter: int
    level: int
    pressed: bool
    boottime_ms: BootMs


class EdgeQueue:
    """Carries edges from gpiozero's thread to the loop: `put` from any thread, `drain` from the loop."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._edges: list[Edge] = []

    def put(self, edge: Edge) -> None:
        """Keeps the edge and calls `wake`."""
        with self._lock:
            self._edges.append(edge)
        self._wake()

    def drain(self) -> list[Edge]:
        """All edges since the last call, oldest first."""
        with self._lock:
            edges, self._edges = self._edges, []
        return edges


class _Buttons:
    """Buttons of one counter by level, wired as `closed` says.

    `on_edge` is called in gpiozero's thread and must be quick and thread-safe: EdgeQueue.put is made for it.
    `boottime_ms` is read there, as near to the edge as Python comes. Raises PinsError if a pin cannot be had.
    """

    def __init__(
        self,
        factory: PinFactory,
        counter: int,
        pins: Mapping[int, int],
        on_edge: Callable[[Edge], None],
        boottime_ms: Callable[[], BootMs],
        closed: Closed,
    ) -> None:
        self._devices: dict[int, Any] = {}
        for level, pin in pins.items():
            self._devices[level] = self._open(factory, pin, closed)
        for level, device in self._devices.items():
            device.when_activated = _reporter(counter, level, True, on_edge, boottime_ms)
            device.when_deactivated = _reporter(counter, level, False, on_edge, boottime_ms)

    def _open(self, factory: PinFactory, pin: int, closed: Closed) -> Any:
        try:
            return gpiozero.DigitalInputDevice(pin, pull_up=closed == "low", bounce_time=None, pin_factory=factory)
        except pin_failures() as failure:
            self.close()
            raise PinsError(
                f"button pin {pin} cannot be used: {failure}",
                hint="end the other program that uses it (a running kiosk does), or choose a free pin",
            ) from failure

    def held(self) -> frozenset[int]:
        """The levels whose contact is closed now: at start-up these are stuck or pressed buttons without an
        edge."""
        return frozenset(level for level, device in self._devices.items() if device.is_active)

    def close(self) -> None:
        """Frees the pins. Can be called twice."""
        for device in self._devices.values():
            device.close()
        self._devices.clear()


class ScoreButtons(_Buttons):
    """The five score buttons of one counter."""

    def __init__(
        self,
        factory: PinFactory,
        counter: int,
        pins: Sequence[int],
        on_edge: Callable[[Edge], None],
        boottime_ms: Callable[[], BootMs],
        closed: Closed = "low",
    ) -> None:
        if len(pins) != len(LEVELS) or len(set(pins)) != len(LEVELS):
            raise PinsError(
                f"counter {counter} has the button pins {list(pins)}",
                hint="name five different pins, level 1 first",
            )
        super().__init__(factory, counter, dict(zip(LEVELS, pins, strict=True)), on_edge, boottime_ms, closed)


class NextButton(_Buttons):
    """The *next* button of one counter; its edges have the level NEXT."""

    def __init__(
        self,
        factory: PinFactory,
        counter: int,
        pin: int,
        on_edge: Callable[[Edge], None],
        boottime_ms: Callable[[], BootMs],
        closed: Closed = "low",
    ) -> None:
        super().__init__(factory, counter, {NEXT: pin}, on_edge, boottime_ms, closed)


def _reporter(
    counter: int,
    level: int,
    pressed: bool,
    on_edge: Callable[[Edge], None],
    boottime_ms: Callable[[], BootMs],
) -> Callable[[], None]:
    def report() -> None:
        on_edge(Edge(counter, level, pressed, boottime_ms()))

    return report


class MockButtons:
    """Fingers for mock pins: what the keys 1–5 and the sim control press. The edges then come by the real
    way."""

    def __init__(
        self, factory: PinFactory, pins: Sequence[int], closed: Closed = "low", next_pin: int | None = None
    ) -> None:
        self._closed = closed
        self._pins = {level: factory.pin(pin) for level, pin in zip(LEVELS, pins, strict=True)}
        if next_pin is not None:
            self._pins[NEXT] = factory.pin(next_pin)

    def press(self, level: int) -> None:
        """Closes the contact of this level. Raises PinsError for a level that is not 1 … 5."""
        self._drive(level, high=self._closed == "high")

    def release(self, level: int) -> None:
        """Opens the contact of this level. Raises PinsError for a level that is not 1 … 5."""
        self._drive(level, high=self._closed == "low")

    def _drive(self, level: int, *, high: bool) -> None:
        if level not in self._pins:
            raise PinsError(
                f"there is no button {level}", hint="the buttons are 1 to 5; 0 is the next button, where there is one"
            )
        pin = self._pins[level]
        (pin.drive_high if high else pin.drive_low)()
