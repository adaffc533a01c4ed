"""A service manager's end of the notification socket."""

import os
import select
import socket
import time
from collections.abc import Mapping
from typing import Self

ABSTRACT = "@"


class Listening:
    """A datagram socket at a path, or at an abstract name (`@…`), and what came to it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith(ABSTRACT) else address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._socket.close()

    def fileno(self) -> int:
        """For select."""
        return self._socket.fileno()

    def environment(self, period_s: float | None = None, pid: int | None = None) -> dict[str, str]:
        """What the manager puts into its child's environment."""
        given = {"NOTIFY_SOCKET": self.address}
        if period_s is not None:
            given["WATCHDOG_USEC"] = str(round(period_s * 1_000_000))
        return given | ({"WATCHDOG_PID": str(pid)} if pid is not None else {})

    def child(self, period_s: float | None = None) -> Mapping[str, str]:
        """A whole environment for a process of ours."""
        return {**os.environ, **self.environment(period_s)}

    def heard(self, seconds: float = 0.0) -> list[str]:
        """The lines that waited, and those that come within so many seconds of now."""
        until, lines = time.monotonic() + seconds, list[str]()
        while select.select([self._socket], [], [], max(until - time.monotonic(), 0))[0]:
            lines += self._socket.recv(4096).decode().splitlines()
        return lines

    def wait_for(self, line: str, seconds: float = 60.0) -> list[str]:
        """All lines up to and with the first that begins so. Raises AssertionError where none comes in time."""
        until, lines = time.monotonic() + seconds, list[str]()
        while not any(each.startswith(line) for each in lines):
            assert select.select([self._socket], [], [], max(until - time.monotonic(), 0))[0], f"{line!r}: {lines}"
            lines += self._socket.recv(4096).decode().splitlines()
        return lines
