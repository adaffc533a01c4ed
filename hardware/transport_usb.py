"""A USB printer through the kernel's usblp driver: /dev/usb/lp0.

The driver has at most one transfer on its way. Without blocking it accepts a piece, reports its whole length, and
poll says POLLOUT once the printer has it; so what was accepted last is `pending` until then. Closing takes a
transfer that is on its way back. An empty packet reads as b"" and is no hang-up.
(Linux, drivers/usb/class/usblp.c: usblp_write, usblp_wwait, usblp_poll, usblp_read, usblp_release.)
"""

import errno
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hardware.device_node import GONE, NodeCalls, NodeHints, SystemCalls, cannot_open, gone

LPGETSTATUS = 0x060B
_PIECE = 4096
"""At most the driver's own 8192: a longer write would be cut there. Smaller, so that less is on its way at once."""
_PAPER_OUT, _SELECTED, _NO_ERROR, _RESERVED = 0x20, 0x10, 0x08, 0xC7
_HINTS = NodeHints(
    missing="switch the printer on and check its USB cable; `ls /dev/usb` lists the printers that Linux sees. None "
    "there: CUPS or ipp-usb may have taken it (sudo systemctl disable --now ipp-usb cups), or sudo modprobe usblp",
    held="end the other program: CUPS (sudo systemctl disable --now cups), or a second kiosk",
    group="lp",
)
_UNPLUGGED, _PLUG = "it was unplugged or switched off", "check that it is switched on and its USB cable"


@dataclass(frozen=True, slots=True)
class PortStatus:
    """The status byte of the USB printer class (1.1, section 4.2.2); bit 3 is set when there is no error."""

    byte: int

    @property
    def sane(self) -> bool:
        """Whether the reserved bits are 0, as the class demands."""
        return not self.byte & _RESERVED

    @property
    def paper_out(self) -> bool:
        return bool(self.byte & _PAPER_OUT)

    @property
    def selected(self) -> bool:
        return bool(self.byte & _SELECTED)

    @property
    def error(self) -> bool:
        return not self.byte & _NO_ERROR


class UsbTransport:
    """See hardware.transports.Transport. `calls` and `monotonic` are for tests."""

    blind = False

    def __init__(
        self, path: Path, *, calls: NodeCalls | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._path, self._calls, self._monotonic = path, calls or SystemCalls(), monotonic
        self._flying = 0
        self._has_shown_paper = False
        try:
            self._fd = self._calls.open(path)
        except OSError as failure:
            raise cannot_open(path, failure, _HINTS) from failure

    def fileno(self) -> int | None:
        return self._fd

    def write(self, data: bytes, timeout_s: float) -> int:
        end = self._monotonic() + timeout_s
        view, written = memoryview(data), 0
        while written < len(data):
            try:
                if not self._calls.poll(self._fd, select.POLLOUT, end - self._monotonic()):
                    break  # a hang-up is found too, and the write says so
                self._flying = self._calls.write(self._fd, view[written : written + _PIECE])
                written += self._flying
            except BlockingIOError:
                break
            except OSError as failure:
                raise gone(self._path, _reason(failure), _PLUG, written) from failure
        return written

    def pending(self) -> int:
        if self._flying and self._found(select.POLLOUT):
            self._flying = 0
        return self._flying

    def read(self) -> bytes:
        self._found(0)
        try:
            return self._calls.read(self._fd, 4096)
        except BlockingIOError:
            return b""
        except OSError as failure:
            if failure.errno == errno.EINVAL:  # a printer of the one-way interface, 7/1/1
                return b""
            raise gone(self._path, _reason(failure), _PLUG) from failure

    def port_status(self) -> PortStatus | None:
        """What the port says beside the data; None where it says nothing. May wait some seconds for a hung printer."""
        try:
            return PortStatus(self._calls.number(self._fd, LPGETSTATUS) & 0xFF)
        except OSError:
            return None

    def paper_out(self) -> bool | None:
        """Believed only from a port that has shown paper on this connection: some clones always say the same."""
        status = self.port_status()
        if status is None or not status.sane:
            return None
        self._has_shown_paper = self._has_shown_paper or not status.paper_out
        return status.paper_out if self._has_shown_paper else None

    def close(self) -> None:
        if self._fd >= 0:
            self._calls.close(self._fd)
            self._fd = -1

    def _found(self, wanted: int) -> bool:
        """Whether this holds now. Raises TransportError when the device is gone."""
        found = self._calls.poll(self._fd, wanted, 0.0)
        if found & GONE:
            raise gone(self._path, _UNPLUGGED, _PLUG)
        return bool(found & wanted)


def _reason(failure: OSError) -> str:
    if failure.errno == errno.ENODEV:
        return _UNPLUGGED
    return failure.strerror or str(failure)
