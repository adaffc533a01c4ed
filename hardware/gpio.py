"""gpiozero behind one door: it carries no types, and its pins are chosen here by name."""

import importlib
import re
from typing import Any

from hardware.errors import PinsError

gpiozero: Any = importlib.import_module("gpiozero")
_mock: Any = importlib.import_module("gpiozero.pins.mock")

GPIOZeroError: type[Exception] = gpiozero.GPIOZeroError
PinFactory = Any
"""A gpiozero pin factory; passed to every device, so that no global of gpiozero is used."""


def open_pins(name: str) -> PinFactory:
    """The pins named by the configuration: "mock", or "gpiochip0" (any number) for the kernel's GPIO device.

    Raises PinsError for any other name, where lgpio is not installed and where the device cannot be opened.
    """
    if name == "mock":
        return _mock.MockFactory()
    chip = re.fullmatch(r"gpiochip(\d{1,3})", name)
    if chip is None:
        raise PinsError(f'pins = "{name}" is not known', hint='use "mock", or "gpiochip0" on a Raspberry Pi')
    try:
        lgpio: Any = importlib.import_module("lgpio")
        driver: Any = importlib.import_module("gpiozero.pins.lgpio")
    except ImportError as missing:
        raise PinsError(
            "the lgpio package, which reads the pins, is not installed",
            hint='install lgpio, or set pins = "mock" on a machine without pins',
        ) from missing
    lgpio_error: type[Exception] = lgpio.error
    try:
        return driver.LGPIOFactory(chip=int(chip[1]))
    except (OSError, GPIOZeroError, lgpio_error) as failure:
        raise PinsError(
            f"/dev/{name} cannot be opened: {failure}",
            hint="check that the device exists and that this user is in the group gpio",
        ) from failure
