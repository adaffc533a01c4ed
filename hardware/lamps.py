"""The lamp that says "your press was counted": on and off through gpiozero. How long is the kiosk's to
decide."""

from typing import Protocol

from hardware.errors import PinsError
from hardware.gpio import PinFactory, gpiozero, pin_failures


class Lamp(Protocol):
    """One lamp."""

    def on(self) -> None: ...

    def off(self) -> None: ...

    def close(self) -> None: ...


class PinLamp:
    """A lamp on a GPIO pin, lit when the pin is high; dark after `close`. Raises PinsError if the pin
    cannot be had."""

    def __init__(self, factory: PinFactory, pin: int) -> None:
        try:
            self._led = gpiozero.LED(pin, pin_factory=factory)
        except pin_failures() as failure:
            raise PinsError(
                f"lamp pin {pin} cannot be used: {failure}", hint="use a BCM pin number that no button has"
            ) from failure

    def on(self) -> None:
        self._led.on()

    def off(self) -> None:
        self._led.off()

    @property
    def lit(self) -> bool:
        """Whether the pin is driven high now."""
        return bool(self._led.is_lit)

    def close(self) -> None:
        self._led.close()


class RecordingLamp:
    """A lamp without a pin: `changes` holds True for each `on`, False for each `off`, in order. Also what a counter
    without a lamp has."""

    def __init__(self) -> None:
        self.changes: list[bool] = []

    def on(self) -> None:
        self.changes.append(True)

    def off(self) -> None:
        self.changes.append(False)

    def close(self) -> None:
        self.off()
