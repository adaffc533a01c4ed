"""The virtual printer's own reading of ESC/POS: bytes in, paper rows and answers out. Pure, and no code
shared with the encoder, so that what both agree on is agreed with the Epson ESC/POS reference.

It behaves as a printer at its worst: real-time commands are obeyed and taken out on reception wherever they
stand, raster data included; whatever is in the buffer waits while there is no paper; a broken-off command
eats what follows.
"""

from dataclasses import dataclass, field, replace

BUFFER_BYTES = 65536
"""What a stopped printer still takes in; behind that, nothing gets through, not even a question."""
_DOTS_PER_INCH = 203
_PRESET_UNITS_PER_INCH = 406
_LINE_DOTS = 34
_DLE, _EOT, _ENQ, _DC4 = 0x10, 0x04, 0x05, 0x14
_LONG_BAND_ROWS, _RISKY_MULTIPLE = 100, 48


@dataclass(frozen=True, slots=True)
class Condition:
    """What a person can see of the mechanism. `paper` is "ok", "near-end" or "out"."""

    paper: str = "ok"
    cover_open: bool = False

    @property
    def offline(self) -> bool:
        return self.cover_open or self.paper == "out"

    def automatic(self) -> bytes:
        """The four bytes of an ASB block."""
        first = 0x10 | (0x08 if self.offline else 0) | (0x20 if self.cover_open else 0)
        third = {"ok": 0, "near-end": 0x03, "out": 0x0F}[self.paper]
        return bytes((first, 0, third, 0))

    def answer(self, n: int) -> bytes:
        """The byte that answers DLE EOT n, n from 1 to 4."""
        byte = 0x12
        if n == 1 and self.offline:
            byte |= 0x08
        if n == 2:
            byte |= (0x04 if self.cover_open else 0) | (0x20 if self.paper == "out" else 0)
        if n == 4:
            byte |= {"ok": 0, "near-end": 0x0C, "out": 0x6C}[self.paper]
        return bytes((byte,))


@dataclass(frozen=True, slots=True)
class Answered:
    """Bytes for the host."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Begun:
    """The first byte of a ticket was received at this time."""

    received_ns: int


@dataclass(frozen=True, slots=True)
class CutOff:
    """A ticket fell: its bytes and its rows, each of `width // 8` bytes, 1 = black. No rows: only blank
    paper."""

    data: bytes
    rows: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that a real printer would not do as meant: an unknown command, text, a risky band, a
    real-time command obeyed in the middle of other data."""

    what: str


Effect = Answered | Begun | CutOff | Wrong


@dataclass(frozen=True, slots=True)
class _Settings:
    align: int = 0
    units_per_inch: int = _PRESET_UNITS_PER_INCH


@dataclass
class PaperReader:
    """One printer from power-on. `width` is the paper in dots, a multiple of 8."""

    width: int = 576
    condition: Condition = field(default_factory=Condition)
    rows: list[bytes] = field(default_factory=list)
    ticket: bytearray = field(default_factory=bytearray)
    _real_time: bytearray = field(default_factory=bytearray)
    _buffer: bytearray = field(default_factory=bytearray)
    _received_ns: int = 0
    _settings: _Settings = field(default_factory=_Settings)
    _automatic: bool = False
    _effects: list[Effect] = field(default_factory=list)

    @property
    def room(self) -> int:
        """How many bytes can be received now."""
        return max(BUFFER_BYTES - len(self._buffer), 0)

    def receive(self, data: bytes, now_ns: int) -> list[Effect]:
        """Takes bytes in, obeys real-time commands at once and the others as far as the condition allows."""
        self._received_ns = now_ns
        start = 0
        while start < len(data):
            if not self._real_time:
                risky = data.find(_DLE, start)
                plain_end = len(data) if risky < 0 else risky
                self._buffer += data[start:plain_end]
                start = plain_end
            if start < len(data):
                self._receive_byte(data[start])
                start += 1
        return self._work()

    def change(self, condition: Condition) -> list[Effect]:
        """A hand at the mechanism. Goes on with what waits in the buffer."""
        if condition != self.condition:
            self.condition = condition
            if self._automatic:
                self._effects.append(Answered(condition.automatic()))
        return self._work()

    def _work(self) -> list[Effect]:
        self._process()
        effects, self._effects = self._effects, []
        return effects

    def _process(self) -> None:
        while not self.condition.offline and self._buffer:
            length = self._one_command()
            if length == 0:
                break
            del self._buffer[:length]

    def _receive_byte(self, byte: int) -> None:
        held = self._real_time
        held.append(byte)
        if held[0] != _DLE:
            self._buffer += held
            held.clear()
        elif len(held) == 2 and byte == _DC4:
            self._effects.append(Wrong("DLE DC4 obeyed"))
            held.clear()
        elif len(held) == 2 and byte not in (_EOT, _ENQ):
            held.clear()
            self._buffer.append(_DLE)
            self._receive_byte(byte)
        elif len(held) == 3:
            command = bytes(held)
            held.clear()
            self._real_time_command(command)

    def _real_time_command(self, command: bytes) -> None:
        if command[1] == _EOT and 1 <= command[2] <= 4:
            self._effects.append(Answered(self.condition.answer(command[2])))
            if self._in_raster():
                self._effects.append(Wrong("DLE EOT obeyed within a picture"))
        elif command[1] == _ENQ and command[2] <= 2:
            self._effects.append(Wrong("DLE ENQ obeyed"))
        else:
            self._buffer += command[:2]
            self._receive_byte(command[2])

    def _in_raster(self) -> bool:
        """Whether the byte received next belongs to a picture."""
        self._process()
        return not self.condition.offline and bytes(self._buffer[:3]) == b"\x1dv0"

    def _one_command(self) -> int:
        """Obeys the command at the head of the buffer. Returns its length, 0 if it is not complete yet."""
        head = self._buffer[0]
        if head in (0x1B, 0x1D):
            if len(self._buffer) < 2:
                return 0
            length = self._escape() if head == 0x1B else self._group()
        else:
            length = self._plain(head)
        return length

    def _begin(self) -> None:
        if not self.ticket:
            self._effects.append(Begun(self._received_ns))

    def _keep(self, length: int) -> int:
        """Counts the command as part of the ticket."""
        self._begin()
        self.ticket += self._buffer[:length]
        return length

    def _plain(self, head: int) -> int:
        if head == 0x00:
            return self._keep(len(self._buffer) - len(self._buffer.lstrip(b"\x00")))
        if head == 0x0A:
            self._feed(_LINE_DOTS)
        elif head != 0x0D:
            end = 1
            while head >= 0x20 and end < len(self._buffer) and self._buffer[end] >= 0x20:
                end += 1
            kind = "text" if head >= 0x20 else "unknown control byte"
            self._effects.append(Wrong(f"{kind} {bytes(self._buffer[:end][:16]).hex(' ')}"))
            return self._keep(end)
        return self._keep(1)

    def _escape(self) -> int:
        command = self._buffer[1]
        if command == 0x40:
            self._settings = _Settings()
            return self._keep(2)
        if command in b"aJd":
            if len(self._buffer) < 3:
                return 0
            n = self._buffer[2]
            if command == 0x61:
                self._settings = replace(self._settings, align=n & 0x03)
            elif command == 0x4A:
                units = self._settings.units_per_inch
                self._feed((n * _DOTS_PER_INCH + units // 2) // units)
            else:
                self._feed(n * _LINE_DOTS)
            return self._keep(3)
        self._effects.append(Wrong(f"unknown command ESC {command:02x}"))
        return self._keep(2)

    def _group(self) -> int:
        match self._buffer[1]:
            case 0x50:
                return self._motion_units()
            case 0x76:
                return self._raster()
            case 0x56:
                return self._cut()
            case 0x61:
                return self._switch_automatic()
            case 0x72:
                return self._status_in_order()
            case 0x28:
                return self._extended()
            case command:
                self._effects.append(Wrong(f"unknown command GS {command:02x}"))
                return self._keep(2)

    def _motion_units(self) -> int:
        if len(self._buffer) < 4:
            return 0
        self._settings = replace(self._settings, units_per_inch=self._buffer[3] or _PRESET_UNITS_PER_INCH)
        return self._keep(4)

    def _switch_automatic(self) -> int:
        if len(self._buffer) < 3:
            return 0
        self._automatic = bool(self._buffer[2])
        if self._automatic:
            self._effects.append(Answered(self.condition.automatic()))
        return self._keep(3) if self.ticket else 3

    def _status_in_order(self) -> int:
        if len(self._buffer) < 3:
            return 0
        sensors = {"ok": 0, "near-end": 0x03, "out": 0x0F}[self.condition.paper]
        self._effects.append(Answered(bytes((sensors if self._buffer[2] in (1, 49) else 0,))))
        return self._keep(3) if self.ticket else 3

    def _extended(self) -> int:
        if len(self._buffer) < 5:
            return 0
        length = 5 + self._buffer[3] + 256 * self._buffer[4]
        if len(self._buffer) < length:
            return 0
        command = bytes(self._buffer[:length])
        if command[2:3] == b"H" and command[5:7] == b"00" and length == 11:
            self._effects.append(Answered(b"\x37\x22" + command[7:11] + b"\x00"))
            return self._keep(length) if self.ticket else length
        self._effects.append(Wrong(f"unknown command GS ( {command[2]:02x}"))
        return self._keep(length)

    def _raster(self) -> int:
        if len(self._buffer) < 8:
            return 0
        stride = self._buffer[4] + 256 * self._buffer[5]
        height = self._buffer[6] + 256 * self._buffer[7]
        length = 8 + stride * height
        if self._buffer[2] != 0x30 or self._buffer[3] not in (0, 0x30):
            self._effects.append(Wrong("unknown command GS v " + bytes(self._buffer[2:4]).hex(" ")))
            return self._keep(4)
        if len(self._buffer) < length:
            return 0
        self._judge(stride, height)
        for start in range(8, length, stride or 1):
            self.rows.append(self._placed(bytes(self._buffer[start : start + stride])))
        return self._keep(length)

    def _judge(self, stride: int, height: int) -> None:
        if height > _LONG_BAND_ROWS:
            self._effects.append(Wrong(f"a band of {height} rows, some printers print it as text"))
        if height and height % _RISKY_MULTIPLE == 0:
            self._effects.append(Wrong(f"a band of {height} rows, some printers lose their place"))
        if stride * 8 > self.width:
            self._effects.append(Wrong(f"a band of {stride * 8} dots on paper of {self.width} dots"))

    def _placed(self, row: bytes) -> bytes:
        """The row on the paper, where the alignment puts it; what hangs over the edge is lost."""
        spare = self.width - 8 * len(row)
        if spare < 0:
            return row[: self.width // 8]
        left = {0: 0, 1: spare // 2, 2: spare}.get(self._settings.align, 0)
        return (int.from_bytes(row) << (spare - left)).to_bytes(self.width // 8)

    def _cut(self) -> int:
        if len(self._buffer) < 3:
            return 0
        kind = self._buffer[2]
        length = 4 if kind in (65, 66) else 3
        if len(self._buffer) < length:
            return 0
        if kind not in (0, 1, 48, 49, 65, 66):
            self._effects.append(Wrong(f"unknown command GS V {kind:02x}"))
            return self._keep(length)
        self._keep(length)
        self._effects.append(CutOff(bytes(self.ticket), tuple(self.rows)))
        self.ticket.clear()
        self.rows.clear()
        return length

    def _feed(self, dots: int) -> None:
        self.rows.extend([bytes(self.width // 8)] * dots)
