"""A stand-in for the kernel's usblp driver, as its source (drivers/usb/class/usblp.c) behaves without blocking.

One transfer is on its way at a time and is reported as written before the printer has it; poll says POLLOUT when it
has; a hang-up is POLLHUP, and ENODEV from everything but the read of a one-way printer, which stays EINVAL.
"""

import errno
import os
import select
from dataclasses import dataclass, field
from pathlib import Path

BUFFER = 8192


@dataclass
class Usblp:
    """`room`: how many bytes the printer takes before it makes the host wait. `status` of the port; None: it fails."""

    room: int = 10**9
    one_way: bool = False
    status: int | None = None
    cannot_open: int = 0
    plugged: bool = True
    arrived: bytearray = field(default_factory=bytearray)
    answers: list[bytes] = field(default_factory=list)
    writes: list[int] = field(default_factory=list)
    flying: bytes = b""
    closed: int = 0

    def open(self, path: Path) -> int:
        if self.cannot_open:
            raise OSError(self.cannot_open, os.strerror(self.cannot_open))
        return os.eventfd(0, os.EFD_CLOEXEC)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        self._present()
        if self.flying:
            raise BlockingIOError
        self.flying = bytes(data[:BUFFER])
        self.writes.append(len(data))
        taken = len(self.flying)
        self._move()
        return taken

    def read(self, fd: int, most: int) -> bytes:
        if self.one_way:
            raise OSError(errno.EINVAL, "Invalid argument")
        self._present()
        if not self.answers:
            raise BlockingIOError
        return self.answers.pop(0)

    def poll(self, fd: int, wanted: int, seconds: float) -> int:
        found = 0 if self.plugged else select.POLLHUP
        found |= select.POLLOUT if not self.flying else 0
        found |= select.POLLIN if self.answers and not self.one_way else 0
        return found & (wanted | select.POLLHUP)

    def number(self, fd: int, request: int) -> int:
        assert request == 0x060B
        self._present()
        if self.status is None:
            raise OSError(errno.EIO, "Input/output error")
        return self.status

    def close(self, fd: int) -> None:
        os.close(fd)
        self.closed += 1

    def drain(self, room: int = 10**9) -> None:
        """The printer has room again."""
        self.room = room
        self._move()

    def _present(self) -> None:
        if not self.plugged:
            raise OSError(errno.ENODEV, "No such device")

    def _move(self) -> None:
        taken = min(self.room, len(self.flying))
        self.arrived += self.flying[:taken]
        self.flying, self.room = self.flying[taken:], self.room - taken
