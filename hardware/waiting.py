"""Time, and the wait for a device: real here, simulated in the fault proofs. The loop that owns a printer waits by
nothing else, so that the same loop runs through thousands of simulated days."""

import contextlib
import os
import select
import time
from typing import Protocol


class Waiting(Protocol):
    """What the owner of a device waits by. All but `nudge` are called from one thread."""

    def monotonic(self) -> float:
        """Seconds; never goes back."""

    def readable(self, fd: int | None, seconds: float, *, wakeable: bool = False) -> bool:
        """Waits so long for something to read at `fd` (None: nothing ever comes); whether there is.

        `wakeable`: a nudge ends the wait too.
        """

    def pause(self, seconds: float) -> None:
        """Waits so long, or until a nudge."""

    def nudge(self) -> None:
        """The owner is wanted. From any thread."""

    def close(self) -> None:
        """Lets go. Can be called twice."""


class PollWaiting:
    """Waiting by poll(2) and a pipe."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def monotonic(self) -> float:
        return time.monotonic()

    def readable(self, fd: int | None, seconds: float, *, wakeable: bool = False) -> bool:
        poll = select.poll()
        if fd is not None:
            poll.register(fd, select.POLLIN)
        if wakeable:
            poll.register(self._read, select.POLLIN)
        ready = {found for found, _ in poll.poll(max(seconds, 0.0) * 1000)}
        if self._read in ready:
            os.read(self._read, 4096)
        return fd in ready

    def pause(self, seconds: float) -> None:
        self.readable(None, seconds, wakeable=True)

    def nudge(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._write, b"!")

    def close(self) -> None:
        if self._read >= 0:
            os.close(self._read)
            os.close(self._write)
            self._read = self._write = -1
