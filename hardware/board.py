"""The board that the kiosk runs on: how warm it is, whether its supply holds, how much room the disk has.

Sources. Temperature: thermal_zone0 of the kernel, thousandths of a degree. Supply and throttling: on Raspberry Pi OS
`get_throttled` of the firmware driver (hex; bit 0 under-voltage now, 2 throttled now, 16 under-voltage since the start;
Raspberry Pi documentation, "get_throttled"); on Debian's kernel the alarm of the hwmon driver `rpi_volt`, which tells
whether the supply sagged during the last two seconds (drivers/hwmon/raspberrypi-hwmon.c). Nothing is guessed: what
cannot be read is None. Not tried on a Raspberry Pi: this project's machines have none.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_UNDER_VOLTAGE_NOW, _THROTTLED_NOW, _UNDER_VOLTAGE_BEFORE = 1 << 0, 1 << 2, 1 << 16

HOT_C = 80.0
"""From here on a Raspberry Pi slows itself down (Raspberry Pi documentation, "Frequency management and thermal
control": progressively between 80 and 85 °C)."""
COOL_C = 75.0
"""Hot ends here, so that a board at the limit is not told of at every look."""
LOW_PERCENT, LOW_BYTES = 5, 200_000_000
ROOM_PERCENT, ROOM_BYTES = 6, 250_000_000
"""Free room of the data folder: low below either, and no longer low above both of the second pair. An engineering
choice: 200 MB are years of facts, and time to act."""


@dataclass(frozen=True, slots=True)
class BoardState:
    """What could be read; None where it could not. Temperature in °C, sizes in bytes.

    `free_bytes` is what an ordinary user may still write on the data folder's file system.
    """

    temperature_c: float | None = None
    throttled_now: bool | None = None
    under_voltage_now: bool | None = None
    under_voltage_since_boot: bool | None = None
    disk_free_bytes: int | None = None
    disk_total_bytes: int | None = None
    serial: str | None = None
    model: str | None = None


class Board(Protocol):
    """One board."""

    def read(self) -> BoardState:
        """A look at everything; some file reads, no error."""


def problems(state: BoardState, before: Sequence[str] = ()) -> tuple[str, ...]:
    """What is wrong, as codes in alphabetical order: disk-low, hot, throttled, under-voltage. Pure.

    `before`: what was wrong at the last look; "hot" and "disk-low" end a little on the good side of where they began.
    What is not known is not wrong.
    """
    found = set()
    if _low(state, was="disk-low" in before):
        found.add("disk-low")
    if state.temperature_c is not None and state.temperature_c >= (COOL_C if "hot" in before else HOT_C):
        found.add("hot")
    if state.throttled_now:
        found.add("throttled")
    if state.under_voltage_now:
        found.add("under-voltage")
    return tuple(sorted(found))


def _low(state: BoardState, *, was: bool) -> bool:
    free, total = state.disk_free_bytes, state.disk_total_bytes
    if free is None:
        return False
    percent, least = (ROOM_PERCENT, ROOM_BYTES) if was else (LOW_PERCENT, LOW_BYTES)
    return free < least or (total is not None and free * 100 < percent * total)


def throttling(text: str) -> tuple[bool, bool, bool] | None:
    """(throttled now, under-voltage now, under-voltage since the start) from what `get_throttled` says; None where
    that is no hexadecimal number. Pure."""
    try:
        bits = int(text.strip().removeprefix("throttled="), 16)
    except ValueError:
        return None
    return bool(bits & _THROTTLED_NOW), bool(bits & _UNDER_VOLTAGE_NOW), bool(bits & _UNDER_VOLTAGE_BEFORE)


class SystemBoard:
    """The board as the kernel shows it. `root` is where /sys and /proc are; `data` lies on the disk that matters."""

    def __init__(self, data: Path, root: Path = Path("/")) -> None:
        self._data, self._sys, self._proc = data, root / "sys", root / "proc"

    def read(self) -> BoardState:
        said = throttling(_text(self._sys / "devices/platform/soc/soc:firmware/get_throttled") or "")
        throttled, sags, sagged = said or (None, None, None)
        free, total = self._room()
        return BoardState(
            temperature_c=_degrees(_text(self._sys / "class/thermal/thermal_zone0/temp")),
            throttled_now=throttled,
            under_voltage_now=sags if sags is not None else self._alarm(),
            under_voltage_since_boot=sagged,
            disk_free_bytes=free,
            disk_total_bytes=total,
            serial=_text(self._proc / "device-tree/serial-number"),
            model=_text(self._proc / "device-tree/model"),
        )

    def _alarm(self) -> bool | None:
        for sensor in sorted((self._sys / "class/hwmon").glob("hwmon*")):
            if _text(sensor / "name") == "rpi_volt":
                said = _text(sensor / "in0_lcrit_alarm")
                return said == "1" if said in ("0", "1") else None
        return None

    def _room(self) -> tuple[int | None, int | None]:
        with suppress(OSError):
            found = os.statvfs(self._data)
            return found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize
        return None, None


class RecordingBoard:
    """A board without hardware: shows `state` and counts the looks at it."""

    def __init__(self, state: BoardState | None = None) -> None:
        self.state = state or BoardState()
        self.looks = 0

    def read(self) -> BoardState:
        self.looks += 1
        return self.state


def _text(path: Path) -> str | None:
    """The file's text without what the device tree ends it with; None where it cannot be read or says nothing."""
    try:
        return path.read_bytes().rstrip(b"\0").decode("utf-8", "replace").strip() or None
    except OSError:
        return None


def _degrees(text: str | None) -> float | None:
    with suppress(ValueError, TypeError):
        return int(text or "") / 1000
    return None
