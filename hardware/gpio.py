"""gpiozero behind one door: it carries no types, and its pins are chosen here by name.

What runs on real pins (LGPIOFactory) was never tried on a Raspberry Pi by this project's machines, which have none: the
choice of the chip is tested on listings, all else on gpiozero's mock pins.
"""

import contextlib
import fcntl
import importlib
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hardware.errors import PinsError

gpiozero: Any = importlib.import_module("gpiozero")
_mock: Any = importlib.import_module("gpiozero.pins.mock")

GPIOZeroError: type[Exception] = gpiozero.GPIOZeroError


def pin_failures() -> tuple[type[Exception], ...]:
    """What a pin that cannot be had raises: gpiozero's family, the system's, and lgpio's own, which is in neither."""
    lgpio: Any = sys.modules.get("lgpio")
    return (GPIOZeroError, OSError) if lgpio is None else (GPIOZeroError, OSError, lgpio.error)


PinFactory = Any
"""A gpiozero pin factory; passed to every device, so that no global of gpiozero is used."""

HEADER = "raspberry-pi"
HEADER_LABELS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")
"""How the kernel labels the chip that the 40-pin header hangs on: Pi 5, Pi 4, Pi 3 and older. A Pi has several chips,
and which number each gets changed from kernel to kernel."""

_CHIP_INFO = 0x8044B401
_NAME_BYTES = 32
"""GPIO_GET_CHIPINFO_IOCTL of linux/gpio.h: _IOR(0xB4, 0x01, name[32], label[32], u32 lines)."""


def open_pins(name: str) -> PinFactory:
    """The pins named by the configuration: "mock", "raspberry-pi" for its header, or "gpiochip0" (any number).

    Raises PinsError for any other name, where lgpio is not installed and where the device cannot be opened.
    """
    if name == "mock":
        return _mock.MockFactory()
    chip = re.fullmatch(r"gpiochip(\d{1,3})", name)
    if chip is None and name != HEADER:
        hint = 'use "raspberry-pi" on a Raspberry Pi, "gpiochip0" for a certain chip, or "mock"'
        raise PinsError(f'pins = "{name}" is not known', hint=hint)
    number = int(chip[1]) if chip is not None else header_chip(chips())
    try:
        importlib.import_module("lgpio")
        driver: Any = importlib.import_module("gpiozero.pins.lgpio")
    except ImportError as missing:
        raise PinsError(
            "the lgpio package, which reads the pins, is not installed",
            hint='install lgpio, or set pins = "mock" on a machine without pins',
        ) from missing
    try:
        return driver.LGPIOFactory(chip=number)
    except pin_failures() as failure:
        raise PinsError(
            f"/dev/gpiochip{number} cannot be opened: {failure}",
            hint="check that the device exists and that this user is in the group gpio",
        ) from failure


def header_chip(labels: Mapping[int, str]) -> int:
    """The number of the chip that the 40-pin header hangs on, among these (number → label). Raises PinsError."""
    for wanted in HEADER_LABELS:
        found = sorted(number for number, label in labels.items() if label == wanted)
        if found:
            return found[0]
    seen = ", ".join(f"gpiochip{number} ({label})" for number, label in sorted(labels.items())) or "none at all"
    raise PinsError(
        f"no GPIO chip of a Raspberry Pi's header was found; seen: {seen}",
        hint='put this user into the group gpio; on another board write its chip, such as pins = "gpiochip0"',
    )


def chips(devices: Path = Path("/dev")) -> dict[int, str]:
    """The labels of all GPIO chips that this user may open, by number; asks the kernel and changes nothing."""
    found: dict[int, str] = {}
    for device in devices.glob("gpiochip*"):
        number = device.name.removeprefix("gpiochip")
        if number.isdigit():
            with contextlib.suppress(OSError):
                found[int(number)] = _label(device)
    return found


def _label(device: Path) -> str:
    handle = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    try:
        answer = fcntl.ioctl(handle, _CHIP_INFO, bytes(2 * _NAME_BYTES + 4))
    finally:
        os.close(handle)
    return label_in(answer)


def label_in(answer: bytes) -> str:
    """The label in a struct gpiochip_info."""
    return answer[_NAME_BYTES : 2 * _NAME_BYTES].split(b"\0")[0].decode("ascii", "replace")
