"""A serial port of Linux without a wire: the system calls on it, the lines beside the data, and time by the caller's
clock. It keeps every call.

As the kernel does it (drivers/tty/serial/serial_core.c, n_tty.c, tty_io.c): what was written waits in a page, and
leaves it at the speed of the line while CTS (with CRTSCTS) is up and no XOFF (with IXON) has come; XOFF and XON are
then not read. Opening raises DTR and RTS; closing lowers them only with HUPCL. After a hang-up reading gives b"",
everything else EIO, and poll says so; a settings bit that the port cannot do is left out without a word.
"""

import errno
import os
import select
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from hardware.pacing import BITS_A_BYTE

_PAGE, _FIFO = 4096, 64
_XON, _XOFF = 0x11, 0x13
_COOKED: list[Any] = [
    termios.ICRNL | termios.IXON,
    termios.OPOST,
    termios.CS8 | termios.CREAD | termios.HUPCL,
    termios.ECHO | termios.ICANON,
    termios.B9600,
    termios.B9600,
    [b"\0"] * 32,
]
_BAUDS = {getattr(termios, f"B{baud}"): baud for baud in (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)}


class Clock(Protocol):
    """Time as the caller has it, in seconds."""

    def monotonic(self) -> float:
        """Now."""

    def at(self, when: float, what: Callable[[], object]) -> None:
        """Do this then."""

    def wait(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Let time pass until this holds, at most so long; whether it does."""


class RecordingUart:
    """LineCalls. `calls`: the name and, of a write, the length of every call. `arrives`: gets the bytes at the far end.

    `cts`: the far end's word, see `say_cts`. `dtr`, `rts`: ours. `handshake`, `fastest`: what the port can do.
    `on_call` is told of each call before it is done. Not for use from several threads.
    """

    def __init__(
        self,
        clock: Clock,
        arrives: Callable[[bytes], None] = lambda data: None,
        *,
        handshake: bool = True,
        fastest: int = 921600,
        on_call: Callable[[str], None] = lambda name: None,
    ) -> None:
        self._clock, self._arrives = clock, arrives
        self.on_call = on_call
        self._handshake, self._fastest = handshake, fastest
        self.calls: list[tuple[str, int]] = []
        self.cts, self.dtr, self.rts = True, False, False
        self.plugged = True
        self.heard = b""
        self._settings = [*_COOKED[:6], list(_COOKED[6])]
        self._queue = bytearray()
        self._fd, self._claimed = -1, False
        self._stopped = self._off = self._ticking = False

    # The far end --------------------------------------------------------------------------------------------------

    def say(self, data: bytes) -> None:
        """The far end sends; heard by whoever holds the port open."""
        if not self.plugged or self._fd < 0:
            return
        for byte in data:
            if byte in (_XON, _XOFF) and self._settings[0] & termios.IXON:
                self._stopped = byte == _XOFF
            else:
                self.heard += bytes((byte,))
        self._kick()

    def say_cts(self, up: bool) -> None:
        """Whether the far end can take more."""
        self.cts = up
        self._kick()

    def unplug(self) -> None:
        """The adapter is out: a hang-up for whoever holds it, and nothing to open. Plugged in again it is a new one."""
        self.plugged = False
        self.heard = b""
        self._queue.clear()

    # The near end -------------------------------------------------------------------------------------------------

    def open(self, path: Path) -> int:
        self._note("open")
        if not self.plugged:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        self._fd = 3
        self.dtr = self.rts = True
        return self._fd

    def read(self, fd: int, most: int) -> bytes:
        self._note("read")
        if not self.plugged:
            return b""
        if not self.heard:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        data, self.heard = self.heard[:most], self.heard[most:]
        return data

    def write(self, fd: int, data: bytes | memoryview) -> int:
        self._note("write", len(data))
        self._present()
        taken = bytes(data[: _PAGE - len(self._queue)])
        if not taken:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        self._queue += taken
        self._kick()
        return len(taken)

    def poll(self, fd: int, wanted: int, seconds: float) -> int:
        self._note("poll")
        self._clock.wait(lambda: bool(self._found(wanted)), seconds)
        return self._found(wanted)

    def number(self, fd: int, request: int) -> int:
        self._note("number")
        self._present()
        if request != termios.TIOCOUTQ:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        return len(self._queue)

    def close(self, fd: int) -> None:
        self._note("close")
        if self._settings[2] & termios.HUPCL:
            self.dtr = self.rts = False
        self._fd, self._claimed = -1, False

    def settings(self, fd: int) -> list[Any]:
        self._note("settings")
        self._present()
        return [*self._settings[:6], list(self._settings[6])]

    def set(self, fd: int, settings: list[Any]) -> None:
        self._note("set")
        self._present()
        before, self._settings = self._settings, [*settings[:6], list(settings[6])]
        if not self._handshake:
            self._settings[2] &= ~termios.CRTSCTS
        if _BAUDS[settings[5]] > self._fastest:
            self._settings[4:6] = before[4:6]

    def drop(self, fd: int, queues: int) -> None:
        self._note("drop")
        self._present()
        if queues in (termios.TCIFLUSH, termios.TCIOFLUSH):
            self.heard = b""
        if queues in (termios.TCOFLUSH, termios.TCIOFLUSH):
            self._queue.clear()

    def flow(self, fd: int, action: int) -> None:
        self._note("flow")
        self._present()
        if action == termios.TCOOFF:
            self._off = True
        elif action == termios.TCOON and self._off:
            self._off = self._stopped = False
            self._kick()

    def claim(self, fd: int) -> None:
        self._note("claim")
        if self._claimed:
            raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK))
        self._claimed = True

    # Between them -------------------------------------------------------------------------------------------------

    def _note(self, name: str, count: int = 0) -> None:
        self.on_call(name)
        self.calls.append((name, count))

    def _present(self) -> None:
        if not self.plugged:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def _found(self, wanted: int) -> int:
        if not self.plugged:
            return select.POLLHUP | select.POLLERR | (wanted & (select.POLLIN | select.POLLOUT))
        found = select.POLLIN if self.heard else 0
        found |= select.POLLOUT if len(self._queue) < _PAGE else 0
        return found & wanted

    @property
    def _held(self) -> bool:
        return self._stopped or self._off or bool(self._settings[2] & termios.CRTSCTS and not self.cts)

    def _kick(self) -> None:
        if self._queue and not self._ticking and not self._held:
            self._ticking = True
            count = min(len(self._queue), _FIFO)
            self._clock.at(self._clock.monotonic() + count * BITS_A_BYTE / _BAUDS[self._settings[5]], self._tick)

    def _tick(self) -> None:
        """What the line has carried meanwhile arrives; what was dropped or held back meanwhile does not."""
        self._ticking = False
        if self._queue and not self._held:
            data = bytes(self._queue[:_FIFO])
            del self._queue[: len(data)]
            self._arrives(data)
        self._kick()
