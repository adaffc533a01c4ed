"""A printer's mechanism at the far end of a USB or serial cable, in simulated time: between it and the kiosk stand the
real transports, and below them the system's calls as `Usblp` and `RecordingUart` have them."""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hardware.interpreter import Answered
from hardware.makes import Make
from hardware.mechanism import Effect, Mechanism, Piece, Struck
from hardware.recording_uart import RecordingUart
from hardware.strikes import Strike
from hardware.transport_serial import SerialLine, SerialTransport
from hardware.transport_usb import UsbTransport
from hardware.transports import Transport
from tests.hardware.simulated import Time
from tests.hardware.usblp import Usblp

LP0, TTY = Path("/dev/usb/lp0"), Path("/dev/ttyUSB0")
_PACKET = 64
_BUSY_BELOW = 256
"""Of its buffer, from which on a printer says that it is busy: what is on its way still fits."""


@dataclass
class UsbPort(Usblp):
    """The driver's stand-in, whose printer is a mechanism: `wired` takes packets, and time passes in `poll`."""

    wired: "Wired | None" = None
    _moving: bool = False

    def write(self, fd: int, data: bytes | memoryview) -> int:
        self._called("write")
        return super().write(fd, data)

    def read(self, fd: int, most: int) -> bytes:
        self._called("read")
        return super().read(fd, most)

    def number(self, fd: int, request: int) -> int:
        self._called("number")
        return super().number(fd, request)

    def poll(self, fd: int, wanted: int, seconds: float) -> int:
        self._called("poll")
        assert self.wired is not None
        self.wired.time.wait(lambda: bool(Usblp.poll(self, fd, wanted, 0.0)), seconds)
        return super().poll(fd, wanted, 0.0)

    def close(self, fd: int) -> None:
        """The driver takes a transfer on its way back."""
        self.flying = b""
        super().close(fd)

    def _called(self, name: str) -> None:
        assert self.wired is not None
        self.wired.on_call(name)

    def _move(self) -> None:
        """The printer takes whole packets only while it has room for them."""
        assert self.wired is not None
        if self._moving:
            return
        self._moving = True
        while self.plugged and self.flying and self.wired.mechanism.room >= min(_PACKET, len(self.flying)):
            packet, self.flying = self.flying[:_PACKET], self.flying[_PACKET:]
            self.wired.arrived(packet)
        self._moving = False

    def move(self) -> None:
        """The printer may have room."""
        self._move()


class Wired:
    """A printer that is on, with its cable in. `flow` None: a USB cable; else a serial line with that handshake.

    `pieces`: all paper that came off. `stream`: every byte that arrived. `on_call`: told of each system call before it
    is done. `pull_at`: when so many bytes have arrived the cable is pulled, as by a strike "cable-pulled".
    """

    def __init__(self, time: Time, make: Make, flow: str | None, *, baud: int = 115200, on: bool = True) -> None:
        self.time, self.flow, self.baud = time, flow, baud
        self.mechanism = Mechanism(make, now=time.now)
        self.pieces: list[Piece] = []
        self.stream = bytearray()
        self.on_call: Callable[[str], None] = lambda name: None
        self.pull_at: int | None = None
        self.lasts = 1.0
        self._planned: float | None = None
        self._new_port()
        if not on:
            self._take(self.mechanism.power_off(time.now))
            self.look()

    def _new_port(self) -> None:
        self.usb = UsbPort(wired=self, one_way=not self.mechanism.make.answers)
        self.uart = RecordingUart(self.time, self.arrived, on_call=lambda name: self.on_call(name))

    def open(self) -> Transport:
        """As the kiosk opens it."""
        self.time.device = self
        if self.flow is None:
            self.usb.cannot_open = 0 if self.usb.plugged and self.mechanism.powered else errno.ENOENT
            return UsbTransport(LP0, calls=self.usb, monotonic=self.time.monotonic)
        line = SerialLine(self.baud, self.flow)
        return SerialTransport(TTY, line, calls=self.uart, monotonic=self.time.monotonic)

    @property
    def inbox(self) -> bytes:
        """What makes the kiosk read: answers, or the hang-up."""
        if self.flow is None:
            return b"".join(self.usb.answers) if self.usb.plugged else b"hang-up"
        return self.uart.heard if self.uart.plugged else b"hang-up"

    def unplug(self) -> None:
        self.usb.plugged = False
        self.usb.flying = b""
        self.uart.unplug()

    def plug(self) -> None:
        """In again: the system makes a new device, and who holds the old one holds nothing."""
        if not self.uart.plugged:
            self._new_port()
            self.look()

    def switch_on(self) -> None:
        self._take(self.mechanism.power_on(self.time.now))
        self.look()

    def tear_off(self) -> None:
        """All paper that hangs out, at the end."""
        self._take(self.mechanism.power_off(self.time.now))

    def arrived(self, data: bytes) -> None:
        """Bytes at the printer's end; without power they are lost."""
        some = data if self.pull_at is None else data[: max(self.pull_at - len(self.stream), 0)]
        if self.mechanism.powered:
            self.stream += some
            self._take(self.mechanism.receive(some, self.time.now))
        if self.pull_at is not None and len(self.stream) >= self.pull_at:
            self.pull()
        self.look()

    def pull(self) -> None:
        """The cable, at the kiosk's end, for `lasts` seconds."""
        self.pull_at = None
        self.unplug()
        self.time.at(self.time.now + self.lasts, self.plug)

    def look(self) -> None:
        """What is due by now, and what the printer says of its room."""
        self._take(self.mechanism.advance(self.time.now))
        self.uart.say_cts(self.mechanism.room > _BUSY_BELOW)
        self.usb.move()
        due = self.mechanism.next_at()
        if due is not None and (self._planned is None or not self.time.now < self._planned <= due):
            self._planned = due
            self.time.at(max(due, self.time.now), lambda: self._due(due))

    def _due(self, planned: float) -> None:
        if planned == self._planned:
            self._planned = None
            self.look()

    def _take(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Piece():
                    self.pieces.append(effect)
                case Struck(Strike(fault="cable-pulled")):
                    self.pull()
                case Answered(data):
                    self.uart.say(data)
                    if self.usb.plugged:
                        self.usb.answers.append(data)
                case _:
                    pass
