"""Device nodes of a printer: the few system calls on them, behind a port, and their errors in a technician's words."""

import errno
import fcntl
import os
import select
import stat
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from hardware.errors import TransportError

_OPENING = os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
_ABSENT = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ENOTDIR}
_HELD = {errno.EBUSY, errno.EWOULDBLOCK}
_REFUSED = {errno.EACCES, errno.EPERM}


GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL
"""What poll says of a device that is no longer there, asked for or not."""


class NodeCalls(Protocol):
    """The system calls. All raise OSError, `read` and `write` also BlockingIOError; none but `poll` waits."""

    def open(self, path: Path) -> int:
        """For reading and writing, never waiting. Raises OSError EINVAL for what is no character device."""

    def read(self, fd: int, most: int) -> bytes:
        """b"" at a hang-up, and at USB's empty packets."""

    def write(self, fd: int, data: bytes | memoryview) -> int:
        """How many bytes the driver took."""

    def poll(self, fd: int, wanted: int, seconds: float) -> int:
        """What of `wanted` (select.POLLIN, POLLOUT) or GONE holds within the time; 0 if nothing."""

    def number(self, fd: int, request: int) -> int:
        """An ioctl that answers with one int."""

    def close(self, fd: int) -> None:
        """Lets go."""


class LineCalls(NodeCalls, Protocol):
    """What a serial port has beside: termios, and a lock of its own. All raise OSError; none waits."""

    def settings(self, fd: int) -> list[Any]:
        """As termios.tcgetattr gives them."""

    def set(self, fd: int, settings: list[Any]) -> None:
        """At once. A driver leaves out what its port cannot do, and says nothing: ask again."""

    def drop(self, fd: int, queues: int) -> None:
        """What waits to be read (termios.TCIFLUSH), to be sent (TCOFLUSH), or both (TCIOFLUSH) is lost."""

    def flow(self, fd: int, action: int) -> None:
        """Stop sending (termios.TCOOFF), or go on (TCOON)."""

    def claim(self, fd: int) -> None:
        """For this program alone, until it lets go or ends. Raises OSError EWOULDBLOCK where another has it."""


class SystemCalls:
    """The real ones."""

    def open(self, path: Path) -> int:
        fd = os.open(path, _OPENING)
        if not stat.S_ISCHR(os.fstat(fd).st_mode):
            os.close(fd)
            raise OSError(errno.EINVAL, "it is an ordinary file, not a device")
        return fd

    def read(self, fd: int, most: int) -> bytes:
        return os.read(fd, most)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        return os.write(fd, data)

    def poll(self, fd: int, wanted: int, seconds: float) -> int:
        poll = select.poll()
        poll.register(fd, wanted)
        return next((found for _, found in poll.poll(max(seconds, 0.0) * 1000)), 0)

    def number(self, fd: int, request: int) -> int:
        (answer,) = struct.unpack("i", fcntl.ioctl(fd, request, bytes(struct.calcsize("i"))))
        assert isinstance(answer, int)
        return answer

    def close(self, fd: int) -> None:
        os.close(fd)

    def settings(self, fd: int) -> list[Any]:
        with _termios_errors():
            return termios.tcgetattr(fd)

    def set(self, fd: int, settings: list[Any]) -> None:
        with _termios_errors():
            termios.tcsetattr(fd, termios.TCSANOW, settings)

    def drop(self, fd: int, queues: int) -> None:
        with _termios_errors():
            termios.tcflush(fd, queues)

    def flow(self, fd: int, action: int) -> None:
        with _termios_errors():
            termios.tcflow(fd, action)

    def claim(self, fd: int) -> None:
        """An advisory lock, because it goes with the program, whatever ends it."""
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def _termios_errors() -> Iterator[None]:
    """termios.error is no OSError."""
    try:
        yield
    except termios.error as failure:
        raise OSError(*failure.args) from failure


def gone(path: Path, reason: str, hint: str, written: int = 0) -> TransportError:
    """The printer at this node has gone while it was open."""
    return TransportError(f"the printer at {path} is gone: {reason}", hint=hint, written=written, absent=True)


@dataclass(frozen=True, slots=True)
class NodeHints:
    """What to do where a node is missing or held by another program, and the group that may open it."""

    missing: str
    held: str
    group: str


def cannot_open(path: Path, failure: OSError, hints: NodeHints) -> TransportError:
    """Why, and what the technician does about it."""
    number = failure.errno
    if number in _ABSENT:
        return TransportError(f"there is no printer at {path}", hint=hints.missing, absent=True)
    if number in _HELD:
        return TransportError(f"another program holds the printer at {path}", hint=hints.held)
    if number in _REFUSED:
        hint = f"add the kiosk's user to the group {hints.group}: sudo usermod -aG {hints.group} USER, then restart"
        return TransportError(f"this user may not use the printer at {path}", hint=hint)
    return TransportError(f"{path} cannot be opened: {failure.strerror or failure}", hint=hints.missing)
