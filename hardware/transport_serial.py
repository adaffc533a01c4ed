"""A serial printer by termios: 8 data bits, no parity, 1 stop bit; speed and handshake from the address.

`rtscts`: the printer's "busy" line is wired to CTS. Receipt printers call it DTR (their DTR/DSR handshake, the
factory setting of most): a null-modem cable that leads the printer's DTR to the host's CTS makes it work. Linux has
no handshake on DSR itself. `xonxoff`: the printer sends XOFF and XON. `none`: nothing tells when the printer is busy;
bytes are handed over no faster than the line carries them, and what the printer's buffer cannot hold is lost.
"""

import difflib
import errno
import select
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from hardware.device_node import LineCalls, NodeHints, SystemCalls, cannot_open, gone
from hardware.errors import AddressError, TransportError
from hardware.pacing import pacer_for

SERIAL_BAUDS = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
"""Bits a second that receipt printers offer; equal to sync.config_words.SERIAL_BAUDS."""
SERIAL_FLOWS = ("none", "rtscts", "xonxoff")
"""The handshakes; equal to sync.config_words.SERIAL_FLOWS."""
_EXAMPLE = 'write "serial:///dev/ttyUSB0?baud=115200&flow=none"'
_HINTS = NodeHints(
    missing="plug in the serial adapter; `ls /dev/serial/by-id /dev/tty[AU]*` lists the ports that Linux sees",
    held="end the other program on this port: a login (serial-getty), ModemManager, or a second kiosk",
    group="dialout",
)
_PLUG = "check the serial adapter and its USB cable"


@dataclass(frozen=True, slots=True)
class SerialLine:
    """Bits a second, and the handshake: one of SERIAL_FLOWS."""

    baud: int
    flow: str = "none"


def serial_line(url: str, query: str) -> SerialLine:
    """The line of an address's query, such as "baud=115200&flow=rtscts". Raises AddressError."""
    said: dict[str, str] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        known = {"baud": [str(baud) for baud in SERIAL_BAUDS], "flow": list(SERIAL_FLOWS)}
        if key not in known:
            raise AddressError(f'printer = "{url}": there is no setting "{key}"', hint=_near(key, ["baud", "flow"]))
        if key in said:
            raise AddressError(f'printer = "{url}" says {key} twice', hint="keep one of them")
        if value not in known[key]:
            raise AddressError(f'printer = "{url}": {key} cannot be "{value}"', hint=_near(value, known[key]))
        said[key] = value
    if "baud" not in said:
        raise AddressError(
            f'printer = "{url}" lacks the speed', hint=f"{_EXAMPLE}, the baud of the printer's self-test"
        )
    return SerialLine(int(said["baud"]), said.get("flow", "none"))


def _near(word: str, known: list[str]) -> str:
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.75)
    return (f"did you mean {found[0]}? " if found else "") + "known: " + ", ".join(known)


class SerialTransport:
    """See hardware.transports.Transport. `calls` and `monotonic` are for tests.

    Blind with a handshake too: what waits here while the printer is off goes on into the one that comes back.
    """

    blind = True

    def __init__(
        self,
        path: Path,
        line: SerialLine,
        *,
        calls: LineCalls | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._monotonic = path, monotonic
        self._calls: LineCalls = calls or SystemCalls()
        self._pacer = pacer_for(line.baud) if line.flow == "none" else None
        try:
            self._fd = self._calls.open(path)
        except OSError as failure:
            raise cannot_open(path, failure, _HINTS) from failure
        try:
            _claim(self._calls, self._fd, path)
            _set_up(self._calls, self._fd, path, line)
        except TransportError:
            self._calls.close(self._fd)
            raise

    def fileno(self) -> int | None:
        return self._fd

    def write(self, data: bytes, timeout_s: float) -> int:
        """Handed over at the pace of the line where there is no handshake."""
        end = self._monotonic() + timeout_s
        view, written = memoryview(data), 0
        while written < len(data):
            try:
                room = self._room(end, len(data) - written)
                if not room:
                    break
                taken = self._calls.write(self._fd, view[written : written + room])
            except BlockingIOError:
                taken = 0
            except OSError as failure:
                raise gone(self._path, _reason(failure), _PLUG, written) from failure
            written += taken
            if self._pacer is not None:
                self._pacer = self._pacer.took(taken, self._monotonic())
            if not taken and self._monotonic() >= end:
                break
        return written

    def _room(self, end: float, wanted: int) -> int:
        """How many bytes can be handed over before `end`, waiting for it; 0 if none."""
        while self._pacer is not None and not self._pacer.allows(now := self._monotonic()):
            if now >= end:
                return 0
            if self._calls.poll(self._fd, 0, min(self._pacer.waits(now), end - now)):
                return wanted  # gone: the write itself says so
        if not self._calls.poll(self._fd, select.POLLOUT, end - self._monotonic()):
            return 0
        return min(wanted, self._pacer.allows(self._monotonic())) if self._pacer is not None else wanted

    def pending(self) -> int:
        try:
            queued = self._calls.number(self._fd, termios.TIOCOUTQ)
        except OSError as failure:
            raise gone(self._path, _reason(failure), _PLUG) from failure
        return max(queued, self._pacer.travelling(self._monotonic()) if self._pacer is not None else 0)

    def read(self) -> bytes:
        try:
            data = self._calls.read(self._fd, 4096)
        except BlockingIOError:
            return b""
        except OSError as failure:
            raise gone(self._path, _reason(failure), _PLUG) from failure
        if not data:
            raise gone(self._path, "the port was hung up", _PLUG)
        return data

    def paper_out(self) -> bool | None:
        return None

    def close(self) -> None:
        """What has not left by now is dropped: closing would otherwise wait half a minute for a stopped printer."""
        if self._fd < 0:
            return
        try:
            self._calls.drop(self._fd, termios.TCOFLUSH)
        except OSError:
            pass  # the port has gone, and what was in it too
        finally:
            self._calls.close(self._fd)
            self._fd = -1


def _reason(failure: OSError) -> str:
    if failure.errno in (errno.EIO, errno.ENODEV, errno.ENXIO):
        return "the port was unplugged"
    return failure.strerror or str(failure)


def _claim(calls: LineCalls, fd: int, path: Path) -> None:
    """One kiosk a port."""
    try:
        calls.claim(fd)
    except OSError as failure:
        raise cannot_open(path, failure, _HINTS) from failure


def _set_up(calls: LineCalls, fd: int, path: Path, line: SerialLine) -> None:
    """Raw, 8N1, the carrier ignored, DTR left up at the end; what came before is thrown away and an old XOFF
    forgotten."""
    speed = int(getattr(termios, f"B{line.baud}"))
    flags = termios.CS8 | termios.CREAD | termios.CLOCAL | (termios.CRTSCTS if line.flow == "rtscts" else 0)
    stops = termios.IXON if line.flow == "xonxoff" else 0
    try:
        controls = calls.settings(fd)[6]
        controls[termios.VMIN], controls[termios.VTIME] = 1, 0  # so that an empty read is a hang-up and nothing else
        calls.set(fd, [stops, 0, flags, 0, speed, speed, controls])
        now = calls.settings(fd)
        calls.drop(fd, termios.TCIOFLUSH)
        calls.flow(fd, termios.TCOOFF)  # "on" alone ends only what "off" began, not an XOFF
        calls.flow(fd, termios.TCOON)
    except OSError as failure:
        if failure.errno == errno.ENOTTY:
            raise TransportError(f"{path} is no serial port", hint=_HINTS.missing) from failure
        raise cannot_open(path, failure, _HINTS) from failure
    if now[5] != speed or bool(now[2] & termios.CRTSCTS) != (line.flow == "rtscts"):
        raise TransportError(
            f"the port {path} cannot do {line.baud} baud with flow={line.flow}",
            hint="choose another baud or flow in printer =, and set the printer to the same",
        )
