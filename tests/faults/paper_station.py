"""A printer at the end of a cable, in simulated time: what a host's system takes, what arrives, what comes back, and
the hands that mend. The mechanism is the virtual printer's own; nothing here knows what a ticket is."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from hardware.errors import TransportError
from hardware.makes import Make
from hardware.mechanism import Effect, Mechanism, Piece, Struck
from hardware.pacing import BITS_A_BYTE
from hardware.strikes import FAULTS, Fault, Strike
from tests.hardware.simulated import Time

_USB_PIECE, _USB_UNREAD = 4096, 64
_TTY_BUFFER, _AHEAD_S, _CHUNK = 4096, 0.02, 64
_KEEPALIVE_S, _CONNECT_S = 30.0, 1.5
_HAND_S = (5.0, 90.0)
"""How long after it was noticed somebody mends what does not mend by itself."""
_BOOTS_S = (1.0, 4.0)
"""From the switch to the first byte read: no printer starts in less than a second."""
_TAKES_S = (0.5, 15.0)
"""How long a ticket hangs in the mouth of a printer that has a sensor there."""


@dataclass(frozen=True, slots=True)
class Link:
    """`kind` "tcp", "usb" or "serial". `system_bytes`: what a socket takes ahead. Of a serial line: bits a second, its
    handshake, and whether "cable pulled" means the adapter, which the system notices, or the wires behind it."""

    kind: Literal["tcp", "usb", "serial"]
    system_bytes: int = 65536
    baud: int = 115200
    flow: Literal["none", "rtscts", "xonxoff"] = "rtscts"
    adapter: bool = True

    @property
    def lossy(self) -> bool:
        """Whether bytes that the printer has no room for are lost."""
        return self.kind == "serial" and self.flow == "none"

    @property
    def room(self) -> int:
        """What the system takes at most."""
        if self.kind == "tcp":
            return self.system_bytes
        if self.kind == "usb":
            return _USB_PIECE
        return max(int(self.baud / BITS_A_BYTE * _AHEAD_S), 1) if self.lossy else _TTY_BUFFER


class Cable:
    """A Transport. `queue`: taken and not yet at the printer."""

    def __init__(self, station: "Station") -> None:
        self._station = station
        self.queue = bytearray()
        self.heard = b""
        self.gone = ""
        self.stopped = False

    @property
    def inbox(self) -> bytes:
        """Of a connection that broke, the break is what can be read."""
        return self.heard or self.gone.encode()

    @property
    def blind(self) -> bool:
        return self._station.link.kind == "serial"

    def fileno(self) -> int | None:
        return 1

    def write(self, data: bytes, timeout_s: float) -> int:
        station = self._station
        end, written = station.time.now + timeout_s, 0
        while written < len(data):
            self._check(written)
            if not self._room:
                if not station.time.wait(lambda: bool(self._room or self.gone), end - station.time.now):
                    break
                continue
            some = data[written : written + self._room]
            station.before_bytes(some)
            self.queue += some
            written += len(some)
            station.look()
            station.after_bytes(some)
        return written

    @property
    def _room(self) -> int:
        link = self._station.link
        if link.kind == "usb" and self.queue:
            return 0  # one transfer at a time
        return link.room - len(self.queue)

    def pending(self) -> int:
        self._check(0)
        return len(self.queue)

    def read(self) -> bytes:
        if not self.heard:
            self._check(0)
        data, self.heard = self.heard, b""
        return data

    def paper_out(self) -> bool | None:
        return None

    def close(self) -> None:
        self._station.left(self)

    def _check(self, written: int) -> None:
        if self.gone:
            raise TransportError(self.gone, hint="plug it in", written=written, absent=True)


class Station:
    """One place with a cable, at which a printer stands; `pieces` is all paper that ever came off there, with the time.

    `before_bytes` and `after_bytes` are called around every piece that the system takes. `outlives`: what the system
    has taken still goes its way when its program has been killed (not USB's: the driver takes its transfer back).
    """

    def __init__(self, time: Time, chance: random.Random, make: Make, link: Link) -> None:
        self.time, self.chance, self.link = time, chance, link
        self.mechanism = Mechanism(make, now=time.now)
        self.pieces: list[tuple[float, Piece]] = []
        self.before_bytes: Callable[[bytes], None] = lambda data: None
        self.after_bytes: Callable[[bytes], None] = lambda data: None
        self.spare: Make | None = None
        """What a hand puts in its place at the next repair of power or cable."""
        self.outlives = False
        self.plugged, self.stalled = True, False
        self._cable: Cable | None = None
        self._sending: list[Cable] = []
        self._unread, self._held_back = b"", b""
        self._planned: float | None = None
        self._ticking = False
        self._outage = 0

    def open(self) -> Cable:
        """Raises TransportError where nothing answers."""
        noticed = self.link.kind != "serial" or (self.link.adapter and not self.plugged)
        if noticed and not self._there:
            if self.link.kind == "tcp":
                self.time.wait(lambda: False, _CONNECT_S)
            raise TransportError("nothing is there", hint="plug it in", absent=True)
        if self.link.kind == "serial":
            for before in self._sending:
                before.queue.clear()  # opening a serial port throws away what was in it
        self._cable = Cable(self)
        self._sending.append(self._cable)
        self._cable.heard, self._unread, self._held_back = self._unread, b"", b""
        self.time.device = self._cable
        return self._cable

    @property
    def _there(self) -> bool:
        return self.plugged and self.mechanism.powered

    def left(self, cable: Cable) -> None:
        """The host has closed it."""
        if self._cable is cable:
            self._cable = None
        if not self.outlives or self.link.kind == "usb":
            cable.queue.clear()
        self.look()

    def look(self) -> None:
        """What is due by now."""
        if not self.stalled:
            self._take(self.mechanism.advance(self.time.now))
        self._pump()
        self._plan()

    def plan(self, strikes: list[Strike]) -> None:
        self.mechanism.plan(strikes)

    def mend_all(self) -> None:
        """Everything is in order from now on."""
        self.stalled = False
        self.plug(True)
        self.power(True)
        for fault in FAULTS:
            self._take(self.mechanism.mend(fault, self.time.now))
        self.look()

    def power(self, on: bool, *, torn: bool = True) -> None:
        """The switch, or the mains."""
        if on == self.mechanism.powered:
            return
        if on:
            self._swap()
            self._take(self.mechanism.power_on(self.time.now))
            self._back(broken=True)
        else:
            self._take(self.mechanism.power_off(self.time.now, torn=torn))
            self._away()

    def plug(self, on: bool) -> None:
        """The cable."""
        if on == self.plugged:
            return
        self.plugged = on
        if on:
            self._swap()
            self._back(broken=False)
        else:
            self._away()

    def tear_off(self) -> None:
        """All paper that hangs out, at the end."""
        self._take(self.mechanism.power_off(self.time.now))

    def drop_system(self) -> None:
        """The host's machine is off: what it held is lost."""
        for cable in self._sending:
            cable.queue.clear()
        self._cable = None

    def _swap(self) -> None:
        if self.spare is None:
            return
        self._take(self.mechanism.power_off(self.time.now))
        self.mechanism = Mechanism(self.spare, now=self.time.now)
        self.spare, self._planned = None, None
        self._back(broken=True)

    def _away(self) -> None:
        """A USB port sees it at once, a socket once its probes stay unanswered, a serial line never."""
        self._outage += 1
        if self.link.kind == "usb" or (self.link.kind == "serial" and self.link.adapter and not self.plugged):
            self._break("it was unplugged")
            return
        if self.link.kind == "tcp":
            outage = self._outage
            self.time.at(self.time.now + _KEEPALIVE_S, lambda: self._unanswered(outage))

    def _unanswered(self, outage: int) -> None:
        if outage == self._outage and not self._there and self._cable is not None and not self._cable.queue:
            self._break("no answer")

    def _back(self, *, broken: bool) -> None:
        """`broken`: the printer knows nothing of connections it had, and says so."""
        if broken and self.link.kind == "tcp" and self._there:
            self._outage += 1
            self._break("reset by peer")
        elif self._there and self._held_back and self._cable is not None:
            self._outage += 1
            self._cable.heard += self._held_back
            self._held_back = b""
        self.look()

    def _break(self, why: str) -> None:
        for cable in self._sending:
            cable.gone = why
            cable.queue.clear()

    def _pump(self) -> None:
        self._sending = [cable for cable in self._sending if cable.queue or cable is self._cable]
        if self.link.kind == "serial":
            if not self._ticking and any(cable.queue for cable in self._sending):
                self._ticking = True
                self.time.at(self.time.now + _CHUNK * BITS_A_BYTE / self.link.baud, self._tick)
            return
        for cable in self._sending:
            while cable.queue and self._there and not self.stalled and (room := self.mechanism.room) > 0:
                some = bytes(cable.queue[:room])
                del cable.queue[: len(some)]
                self._take(self.mechanism.receive(some, self.time.now))
            if cable.queue:
                return

    def _tick(self) -> None:
        """What a serial line carries in a moment."""
        self._ticking = False
        cable = next((cable for cable in self._sending if cable.queue), None)
        if cable is not None:
            count = _CHUNK
            if self.link.flow == "rtscts":  # a line without a printer says "busy", too
                count = min(count, self.mechanism.room if self._there and not self.stalled else 0)
            elif self.link.flow == "xonxoff" and cable.stopped:
                count = 0
            some = bytes(cable.queue[:count])
            del cable.queue[: len(some)]
            if some and self._there and not self.stalled:
                self._take(self.mechanism.receive(some, self.time.now))
        self.look()

    def _plan(self) -> None:
        due = None if self.stalled else self.mechanism.next_at()
        if due is None or (self._planned is not None and self.time.now < self._planned <= due):
            return
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
                    self.pieces.append((self.time.now, effect))
                    if self.mechanism.make.takes_ticket:
                        self.time.at(self.time.now + self.chance.uniform(*_TAKES_S), self._ticket_taken)
                case Struck(strike):
                    self._struck(strike)
                case _ if hasattr(effect, "data"):
                    self._answer(effect.data)

    def _answer(self, data: bytes) -> None:
        if self.link.kind == "serial" and self.link.flow == "xonxoff":
            for cable in self._sending:
                for byte in data:
                    cable.stopped = byte == 0x13 if byte in (0x11, 0x13) else cable.stopped
            data = data.translate(None, b"\x11\x13")
        if self.stalled or not self.mechanism.powered:
            return
        if not self.plugged:
            self._held_back += data if self.link.kind == "tcp" else b""
        elif self._cable is not None and not self._cable.gone:
            self._cable.heard += data
        elif self.link.kind == "usb":
            self._unread = (self._unread + data)[:_USB_UNREAD]

    def _ticket_taken(self) -> None:
        condition = replace(self.mechanism.condition, ticket_waiting=False)
        self._take(self.mechanism.change(condition, self.time.now))
        self._plan()

    def _struck(self, strike: Strike) -> None:
        """What is not the mechanism's own is carried out here; what does not mend by itself gets a hand."""
        lasts = strike.lasts if strike.lasts is not None else self.chance.uniform(*_HAND_S)
        at = self.time.now + lasts
        match strike.fault:
            case "power-off":
                self.power(False, torn=self.chance.random() < 0.5)
                self.time.at(at + self.chance.uniform(*_BOOTS_S), lambda: self.power(True))
            case "cable-pulled":
                self.plug(False)
                self.time.at(at, lambda: self.plug(True))
            case "stall":
                self.stalled = True
                self.time.at(at, self._goes_on)
            case fault:
                if strike.lasts is None:
                    self.time.at(at, lambda: self._mended(fault))

    def _goes_on(self) -> None:
        self.stalled = False
        self.look()

    def _mended(self, fault: Fault) -> None:
        self._take(self.mechanism.mend(fault, self.time.now))
        self.look()
