"""Wake-ups between the kiosk and sync: a datagram that says "look". A lost one costs a little time only.

To a display it may say instead when the office last confirmed all that is mirrored: the boot time in decimal digits.
That is news every ten seconds, and no disk should be written for it.
"""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from sync.types import BootMs


class WakeSocket:
    """A socket at a path in the data folder, to wait on with select. Takes over what a killed process left."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where the folder does not take it. `confirmed`: the latest such moment that came."""
        self._path = path
        self.confirmed: BootMs | None = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            path.unlink(missing_ok=True)
            with short(path) as address:
                self._socket.bind(address)
            path.chmod(0o660)
        except OSError:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def fileno(self) -> int:
        """For select."""
        return self._socket.fileno()

    def drain(self) -> bool:
        """Take all wake-ups that wait; whether there were any."""
        any_came = False
        while True:
            try:
                said = self._socket.recv(16)
            except BlockingIOError:
                return any_came
            any_came = True
            if said.isdigit():
                self.confirmed = BootMs(max(int(said), self.confirmed or 0))

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
        self._path.unlink(missing_ok=True)


def wake(path: Path, confirmed: BootMs | None = None) -> bool:
    """Wake whoever listens at this path; whether the datagram went off. Nobody there is no error.

    `confirmed`: the office said at this boot time that it has nothing which is not mirrored.
    """
    said = b"!" if confirmed is None else b"%d" % confirmed
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as sender:
        try:
            with short(path) as address:
                sender.sendto(said, address)
        except BlockingIOError:
            return True  # its queue is full of wake-ups already
        except OSError:
            return False
    return True


@contextlib.contextmanager
def short(path: Path) -> Iterator[str]:
    """A short name for a path: the address of a socket holds 107 bytes only."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
