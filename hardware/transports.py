"""The ways to a printer: USB, serial, TCP, file. They carry bytes, give true counts and never wait longer than told."""

import difflib
import errno
import fcntl
import os
import select
import socket
import struct
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from hardware.errors import AddressError, TransportError
from hardware.transport_serial import SerialTransport, serial_line
from hardware.transport_usb import UsbTransport

CONNECT_TIMEOUT_S = 1.5
"""A printer on the LAN answers in milliseconds; the first status must be out within two seconds."""
DEFAULT_TCP_PORT = 9100
_KEEPALIVE_IDLE_S, _KEEPALIVE_PROBE_S, _KEEPALIVE_PROBES = 15, 5, 3
_SCHEMES = ("tcp", "usb", "serial", "file")
_EXAMPLES = {
    "tcp": 'write "tcp://host:9100"',
    "usb": 'write "usb:///dev/usb/lp0", with three slashes',
    "serial": 'write "serial:///dev/ttyUSB0?baud=115200", with three slashes',
    "file": 'write "file:///path", with three slashes',
}
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK


class Transport(Protocol):
    """An open way to one device. All but `write` and `paper_out` return at once; after TransportError only `close`
    makes sense.

    `blind`: nothing tells on this way that bytes were lost, or that the printer was off and on again in the middle of a
    job. An echo then says that the end of the job was obeyed, not that all of it was.
    """

    @property
    def blind(self) -> bool: ...

    def fileno(self) -> int | None:
        """To select on for reading; None where nothing is ever to be read."""

    def write(self, data: bytes, timeout_s: float) -> int:
        """How many bytes the device (or the system for it) took within the time: all, or fewer when it was
        over.

        Raises TransportError, its `.written` telling how many were taken, when the device is gone.
        """

    def pending(self) -> int:
        """How many of the bytes taken are still in the system's hands, as far as it knows: 0 says that the device, or
        its network socket, has them all. Raises TransportError when the device is gone."""

    def read(self) -> bytes:
        """What has come, b"" if nothing has. Raises TransportError when the device is gone."""

    def paper_out(self) -> bool | None:
        """What the port says of the paper beside the data; None where it says nothing that can be believed."""

    def close(self) -> None:
        """Lets go. Can be called twice."""


_TURNED_AWAY = frozenset((os.strerror(errno.ECONNRESET), os.strerror(errno.EPIPE)))
"""What ends a connection that a hung machine takes and will not serve: before its first word it was not seen away."""


class TcpTransport:
    """A raw TCP printer port (9100). Bytes count as taken once the kernel has them: only an echo says
    printed."""

    blind = False

    def __init__(self, host: str, port: int, *, connect_timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        self._name, self._heard = f"{host}:{port}", False
        try:
            self._socket = socket.create_connection((host, port), timeout=connect_timeout_s)
        except (OSError, UnicodeError) as failure:  # a host such as "a..b" is no name at all
            raise TransportError(
                f"the printer at {self._name} does not answer: {failure}",
                hint="check that it is switched on, its network cable, and the address in printer =",
                absent=not isinstance(failure, ConnectionRefusedError),  # refused: a machine is there
            ) from failure
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEPALIVE_IDLE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _KEEPALIVE_PROBE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _KEEPALIVE_PROBES)

    def fileno(self) -> int | None:
        return self._socket.fileno()

    def write(self, data: bytes, timeout_s: float) -> int:
        return _write(self._socket.fileno(), self._socket.send, data, timeout_s, self._gone)

    def pending(self) -> int:
        """What the printer's own machine has not acknowledged (SIOCOUTQ, the same number as TIOCOUTQ)."""
        try:
            answer = fcntl.ioctl(self._socket.fileno(), termios.TIOCOUTQ, bytes(struct.calcsize("i")))
        except OSError as failure:
            raise self._gone(str(failure)) from failure
        return int(struct.unpack("i", answer)[0])

    def read(self) -> bytes:
        try:
            data = self._socket.recv(4096)
        except BlockingIOError:
            return b""
        except OSError as failure:
            raise self._gone(failure.strerror or str(failure)) from failure
        if not data:
            raise self._gone("it closed the connection")
        self._heard = True
        return data

    def paper_out(self) -> bool | None:
        return None

    def close(self) -> None:
        self._socket.close()

    def _gone(self, reason: str, written: int = 0) -> TransportError:
        return TransportError(
            f"the printer at {self._name} is gone: {reason}",
            hint="check that it is switched on and its network cable",
            written=written,
            absent=self._heard or reason not in _TURNED_AWAY,
        )


class FileTransport:
    """Appends to a file: for looking at the bytes, or a device node that never answers."""

    blind = True

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = os.open(path, _APPENDING, 0o644)
        except OSError as failure:
            raise TransportError(
                f"{path} cannot be opened for writing: {failure.strerror}",
                hint="create its folder and let this user write there, or change printer =",
            ) from failure

    def fileno(self) -> int | None:
        return None

    def write(self, data: bytes, timeout_s: float) -> int:
        return _write(self._file, lambda rest: os.write(self._file, rest), data, timeout_s, self._failed)

    def pending(self) -> int:
        return 0

    def read(self) -> bytes:
        return b""

    def paper_out(self) -> bool | None:
        return None

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _failed(self, reason: str, written: int = 0) -> TransportError:
        return TransportError(
            f"writing to {self._path} failed: {reason}",
            hint="free some space, or check the device",
            written=written,
        )


def _write(
    fd: int,
    send: Callable[[memoryview], int],
    data: bytes,
    timeout_s: float,
    error: Callable[[str, int], TransportError],
) -> int:
    """Sends until all is taken or the time is over; a descriptor that blocks is waited for with poll."""
    end = time.monotonic() + timeout_s
    ready = select.poll()
    ready.register(fd, select.POLLOUT)
    view = memoryview(data)
    written = 0
    while written < len(data):
        try:
            written += send(view[written:])
        except BlockingIOError:
            left = end - time.monotonic()
            if left <= 0 or not ready.poll(left * 1000):
                break
        except OSError as failure:
            raise error(str(failure.strerror or failure), written) from failure
    return written


def transport_for(url: str) -> Callable[[], Transport]:
    """What opens the printer of this URL: "tcp://host:port" (port 9100 if left out), "usb:///dev/usb/lp0",
    "serial:///dev/ttyUSB0?baud=115200&flow=none" (hardware.transport_serial) or "file:///path".

    The URL is checked now and raises AddressError; the device is touched when the result is called, which
    raises TransportError.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise AddressError(f'printer = "{url}" is not an address: {wrong}', hint=_EXAMPLES["tcp"]) from wrong
    if parts.scheme not in _SCHEMES:
        raise _unusable(url, parts.scheme)
    if parts.scheme == "tcp":
        host = parts.hostname
        if not host or parts.path.strip("/") or parts.query or port == 0:
            raise AddressError(f'printer = "{url}" has no host and port', hint=_EXAMPLES["tcp"])
        return lambda: TcpTransport(host, port or DEFAULT_TCP_PORT)
    path = _path(url, parts)
    if parts.scheme == "serial":
        line = serial_line(url, parts.query)
        return lambda: SerialTransport(path, line)
    if parts.query:
        raise AddressError(f'printer = "{url}" takes no settings after "?"', hint=_EXAMPLES[parts.scheme])
    if parts.scheme == "usb":
        return lambda: UsbTransport(path)
    return lambda: FileTransport(path)


def _path(url: str, parts: SplitResult) -> Path:
    path = unquote(parts.path)
    if parts.netloc or not path.startswith("/") or path.endswith("/") or "\0" in path:
        kind = "file" if parts.scheme == "file" else "device"
        raise AddressError(f'printer = "{url}" names no {kind}', hint=_EXAMPLES[parts.scheme])
    return Path(path)


def _unusable(url: str, scheme: str) -> AddressError:
    near = difflib.get_close_matches(scheme, _SCHEMES, n=1)
    meant = f'did you mean "{near[0]}://"? ' if near else ""
    return AddressError(
        f'printer = "{url}": "{scheme or url}" is not a kind of printer address',
        hint=f'{meant}write "tcp://host:9100", "usb:///dev/usb/lp0", "serial:///dev/ttyUSB0?baud=115200" or "file:///path"',
    )
