"""The machine's own clocks, read once at a time."""

import ctypes
import os
import time
from pathlib import Path

from sync.clock import Reading
from sync.journal import Instant
from sync.types import BootId, BootMs, UtcMs

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
BY_CHIP = Path("/run/scorecard/clock-by-chip")
"""What became of a box's clock chip in this start (systemd/root/usr/lib/scorecard/clock-chip)."""
_STA_UNSYNC = 0x0040
"""The kernel's flag for "nobody keeps this clock" (linux/timex.h)."""


class _Timex(ctypes.Structure):
    """struct timex of linux/timex.h, as far as it is read here, with room for the rest."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    ]


class SystemClock:
    """The kernel's clocks: CLOCK_BOOTTIME for order and distance, CLOCK_REALTIME for the date."""

    def __init__(self, by_chip: Path = BY_CHIP) -> None:
        self._by_chip = by_chip
        self._boot_id = BootId(_BOOT_ID.read_text().strip().replace("-", ""))
        self._libc = ctypes.CDLL(None, use_errno=True)

    def boottime_ms(self) -> BootMs:
        """Milliseconds since this boot began."""
        return BootMs(time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000)

    def instant(self) -> Instant:
        """Now, as facts carry it."""
        return Instant(self._boot_id, self.boottime_ms())

    def read(self) -> Reading:
        """One look at all clocks, and at whether the kernel calls the date disciplined."""
        state = _Timex()
        answer = self._libc.adjtimex(ctypes.byref(state))
        disciplined = answer >= 0 and not state.status & _STA_UNSYNC
        return Reading(
            self._boot_id,
            self.boottime_ms(),
            UtcMs(time.time_ns() // 1_000_000),
            disciplined,
            max(state.maxerror // 1000, 1) if disciplined else 0,
            _chip_error_ms(chip_said(self._by_chip)),
        )


def chip_said(path: Path = BY_CHIP) -> str:
    """How it stands: "good" and how far off it may be (ms), or the word for why it is not believed; "" without one."""
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _chip_error_ms(said: str) -> int | None:
    word, _, error = said.partition(" ")
    return int(error) if word == "good" and error.isdecimal() else None


def random_bytes(count: int) -> bytes:
    """Unpredictable bytes from the kernel."""
    return os.urandom(count)
