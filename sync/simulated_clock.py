"""A clock that can jump, shared by the processes of a simulation: the machine's own clocks and one common offset.

The offset is a file of 8 bytes that every process maps: milliseconds, as the machine writes an unsigned number. It is
added to boot time and to UTC alike, so all processes of a simulation see one time and it never goes back. Whoever
leads the simulation moves it on with `ClockHand`, and then wakes whoever sleeps until a deadline.
"""

import mmap
import os
from pathlib import Path
from typing import Self

from sync.clock import Reading
from sync.errors import ClockError
from sync.system_clock import SystemClock
from sync.types import BootMs, UtcMs

_BYTES = 8


class SimulatedClock(SystemClock):
    """As SystemClock, moved on by what the file says. NTP never vouches for it."""

    def __init__(self, path: Path) -> None:
        """Raises ClockError where there is no such file."""
        super().__init__()
        self._offset = _mapped(path, mmap.ACCESS_READ)

    def boottime_ms(self) -> BootMs:
        """Milliseconds since this boot began, and what was jumped over."""
        return BootMs(super().boottime_ms() + self._offset[0])

    def read(self) -> Reading:
        """One look at all clocks; the date is the simulation's, so nobody keeps it."""
        offset, seen = self._offset[0], super().read()
        # super().read() asks this object for the boot time, which has an offset already.
        boottime = BootMs(super().boottime_ms() + offset)
        return Reading(seen.boot_id, boottime, UtcMs(seen.utc_ms + offset), disciplined=False, max_error_ms=0)


class ClockHand:
    """Moves the shared clock. There is one of it. A context manager."""

    def __init__(self, path: Path, offset_ms: int) -> None:
        """Makes the file, with this offset. Raises ClockError where it cannot."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(_BYTES))
        except OSError as error:
            raise _unusable(path, error.strerror or str(error)) from error
        self._offset = _mapped(path, mmap.ACCESS_WRITE)
        self.jump(offset_ms)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._offset.release()

    @property
    def offset_ms(self) -> int:
        """How far the simulation is ahead of the machine's clocks."""
        return self._offset[0]

    def jump(self, ms: int) -> None:
        """So many milliseconds pass at once. Raises ClockError for a step back."""
        if ms < 0:
            raise ClockError(f"a clock does not go back by {-ms} ms", hint="Jump forward, or begin anew.")
        self._offset[0] += ms


def clock_for(simulated: str | None, folder: Path) -> SystemClock:
    """The clock of a machine whose `[sim] clock` says this; paths are relative to `folder`. Raises ClockError."""
    return SystemClock() if simulated is None else SimulatedClock(folder / simulated)


def _mapped(path: Path, access: int) -> "memoryview[int]":
    """One number, so that a reader never sees half of a change: 8 aligned bytes are read and written at once."""
    try:
        with path.open("r+b" if access == mmap.ACCESS_WRITE else "rb") as file:
            if os.fstat(file.fileno()).st_size == _BYTES:
                return memoryview(mmap.mmap(file.fileno(), _BYTES, access=access)).cast("Q")
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    raise _unusable(path, f"it has not {_BYTES} bytes")


def _unusable(path: Path, why: str) -> ClockError:
    hint = "`[sim] clock` names the file that whoever leads the simulation makes. Take it out of a real machine's file."
    return ClockError(f"the simulation's clock {path} cannot be used: {why}", hint=hint)
