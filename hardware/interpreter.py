"""The virtual printer's own reading of ESC/POS: bytes into a buffer, orders for a mechanism out of it. Pure, and no
code shared with the encoder, so that what both agree on is agreed with the Epson ESC/POS reference.

It behaves as a printer at its worst: real-time commands are obeyed and taken out on reception wherever they stand,
raster data included; pictures are read row by row as they come; a broken-off command eats what follows.
"""

from collections import deque
from dataclasses import dataclass, replace

_PRESET_UNITS_PER_INCH = 406
_LINE_DOTS = 34
_DLE, _EOT, _ENQ, _DC4 = 0x10, 0x04, 0x05, 0x14
FULL_STATUS = 20
"""The n of DLE EOT n that asks makes by Custom for everything at once."""
_LONG_BAND_ROWS, _RISKY_MULTIPLE = 100, 48


@dataclass(frozen=True, slots=True)
class Answered:
    """Bytes for the host."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Begun:
    """The first byte of a ticket was read; when its reader last received, in the caller's clock."""

    at: float


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that a real printer would not do as meant: an unknown command, text, a risky band, a
    real-time command obeyed in the middle of other data."""

    what: str


@dataclass(frozen=True, slots=True)
class Rows:
    """To burn, each `width // 8` bytes, 1 = black."""

    rows: list[bytes]


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut off what hangs out. `data`: all bytes since the last cut, its own included. `feeds`: what is behind the head
    first goes past the blade."""

    data: bytes
    feeds: bool


@dataclass(frozen=True, slots=True)
class Echo:
    """GS ( H function 48: send this back once everything before it is on paper."""

    token: bytes


@dataclass(frozen=True, slots=True)
class AskedInOrder:
    """GS r n: answer when it is read."""

    n: int


@dataclass(frozen=True, slots=True)
class AskedName:
    """GS I n."""

    n: int


@dataclass(frozen=True, slots=True)
class Automatic:
    """GS a: status by itself, or not."""

    on: bool


@dataclass(frozen=True, slots=True)
class Reset:
    """ESC @."""


Order = Rows | Cut | Echo | AskedInOrder | AskedName | Automatic | Reset | Begun | Wrong


@dataclass(frozen=True, slots=True)
class _Settings:
    align: int = 0
    units_per_inch: int = _PRESET_UNITS_PER_INCH


@dataclass(slots=True)
class _Picture:
    """A raster command that is being read: rows left, and where in the stream it began."""

    stride: int
    left: int
    mode: int
    began: int


class Interpreter:
    """From power-on. `width` is the paper in dots, a multiple of 8; `full_status`: knows DLE EOT 20."""

    def __init__(self, width: int = 576, *, dots_per_inch: int = 203, full_status: bool = False) -> None:
        self.width, self._dots_per_inch = width, dots_per_inch
        self.ticket = bytearray()
        """What was read since the last cut."""
        self._questions = frozenset((1, 2, 3, 4, FULL_STATUS) if full_status else (1, 2, 3, 4))
        self._blank = bytes(width // 8)
        self._buffer, self._held = bytearray(), bytearray()
        self._consumed, self._received_at, self._nuls = 0, 0.0, 0
        self._obeyed_at: deque[int] = deque()
        self._settings = _Settings()
        self._orders: deque[Order] = deque()
        self._feeding = 0
        self._picture: _Picture | None = None

    @property
    def waiting(self) -> int:
        """Bytes in the buffer."""
        return len(self._buffer)

    @property
    def in_picture(self) -> bool:
        """Whether more rows of a picture are to come."""
        return self._picture is not None

    def take(self, data: bytes, start: int, now: float) -> tuple[int, int]:
        """Receives from `start` on up to the next question asked in real time: (behind it, its n), or (the end, 0)."""
        self._received_at = now
        while start < len(data):
            if not self._held:
                risky = data.find(_DLE, start)
                plain_end = len(data) if risky < 0 else risky
                self._buffer += data[start:plain_end]
                start = plain_end
            if start < len(data):
                asked = self._take_byte(data[start])
                start += 1
                if asked:
                    return start, asked
        return start, 0

    def read(self, most: int) -> Order | None:
        """The next order, with no more than `most` rows (at least 2); None while none is whole."""
        while not self._orders:
            if self._feeding:
                count = min(self._feeding, most)
                self._feeding -= count
                return Rows([self._blank] * count)
            if self._picture is not None:
                return self._picture_rows(self._picture, most)
            if not self._buffer or not (length := self._one_command()):
                return None
            self._drop(length)
        return self._orders.popleft()

    def _take_byte(self, byte: int) -> int:
        """One byte that may belong to a real-time command. The n of the question that it ends, or 0."""
        held = self._held
        held.append(byte)
        if held[0] != _DLE:
            self._buffer += held
            held.clear()
        elif len(held) == 2 and byte == _DC4:
            self._wrong("DLE DC4 obeyed")
            held.clear()
        elif len(held) == 2 and byte not in (_EOT, _ENQ):
            held.clear()
            self._buffer.append(_DLE)
            return self._take_byte(byte)
        elif len(held) == 3:
            command = bytes(held)
            held.clear()
            return self._real_time(command)
        return 0

    def _real_time(self, command: bytes) -> int:
        if command[1] == _EOT and command[2] in self._questions:
            self._obeyed_at.append(self._consumed + len(self._buffer))
            return command[2]
        if command[1] == _ENQ and command[2] <= 2:
            self._wrong("DLE ENQ obeyed")
            return 0
        self._buffer += command[:2]
        return self._take_byte(command[2])

    def _wrong(self, what: str) -> None:
        self._orders.append(Wrong(what))

    def _drop(self, length: int) -> None:
        del self._buffer[:length]
        self._consumed += length

    def _keep(self, length: int) -> int:
        """Counts the command as part of the ticket."""
        if not self.ticket:
            self._orders.append(Begun(self._received_at))
            self.ticket += bytes(self._nuls)
            self._nuls = 0
        self.ticket += self._buffer[:length]
        return length

    def _beside(self, length: int) -> int:
        """As `_keep`, but does not begin a ticket."""
        return self._keep(length) if self.ticket else length

    def _one_command(self) -> int:
        """Reads the command at the head of the buffer. Returns its length, 0 if it is not complete yet."""
        head = self._buffer[0]
        if head not in (0x1B, 0x1D):
            return self._plain(head)
        if len(self._buffer) < 2:
            return 0
        return self._escape() if head == 0x1B else self._group()

    def _plain(self, head: int) -> int:
        if head == 0x00:
            nuls = len(self._buffer) - len(self._buffer.lstrip(b"\x00"))
            if not self.ticket:  # they print nothing, and are the next ticket's where one follows
                self._nuls += nuls
            return self._beside(nuls)
        if head == 0x0A:
            self._feeding += _LINE_DOTS
        elif head != 0x0D:
            end = 1
            while head >= 0x20 and end < len(self._buffer) and self._buffer[end] >= 0x20:
                end += 1
            kind = "text" if head >= 0x20 else "unknown control byte"
            self._wrong(f"{kind} {bytes(self._buffer[:end][:16]).hex(' ')}")
            return self._keep(end)
        return self._keep(1)

    def _escape(self) -> int:
        command = self._buffer[1]
        if command == 0x40:
            self._settings = _Settings()
            self._keep(2)
            self._orders.append(Reset())
            return 2
        if command in b"aJd":
            if len(self._buffer) < 3:
                return 0
            n = self._buffer[2]
            if command == 0x61:
                self._settings = replace(self._settings, align=n & 0x03)
            elif command == 0x4A:
                units = self._settings.units_per_inch
                self._feeding += (n * self._dots_per_inch + units // 2) // units
            else:
                self._feeding += n * _LINE_DOTS
            return self._keep(3)
        self._wrong(f"unknown command ESC {command:02x}")
        return self._keep(2)

    def _group(self) -> int:
        match self._buffer[1]:
            case 0x50:
                return self._motion_units()
            case 0x76:
                return self._raster()
            case 0x56:
                return self._cut()
            case 0x61 | 0x72 | 0x49 as command:
                return self._asked(command)
            case 0x28:
                return self._extended()
            case command:
                self._wrong(f"unknown command GS {command:02x}")
                return self._keep(2)

    def _motion_units(self) -> int:
        if len(self._buffer) < 4:
            return 0
        self._settings = replace(self._settings, units_per_inch=self._buffer[3] or _PRESET_UNITS_PER_INCH)
        return self._keep(4)

    def _asked(self, command: int) -> int:
        if len(self._buffer) < 3:
            return 0
        n = self._buffer[2]
        asked: dict[int, Order] = {0x61: Automatic(bool(n)), 0x72: AskedInOrder(n), 0x49: AskedName(n)}
        self._orders.append(asked[command])
        return self._beside(3)

    def _extended(self) -> int:
        if len(self._buffer) < 5:
            return 0
        length = 5 + self._buffer[3] + 256 * self._buffer[4]
        if len(self._buffer) < length:
            return 0
        command = bytes(self._buffer[:length])
        if command[2:3] == b"H" and command[5:7] == b"00" and length == 11:
            self._orders.append(Echo(command[7:11]))
            return self._beside(length)
        self._wrong(f"unknown command GS ( {command[2]:02x}")
        return self._keep(length)

    def _cut(self) -> int:
        if len(self._buffer) < 3:
            return 0
        kind = self._buffer[2]
        length = 4 if kind in (65, 66) else 3
        if len(self._buffer) < length:
            return 0
        self._keep(length)
        if kind not in (0, 1, 48, 49, 65, 66):
            self._wrong(f"unknown command GS V {kind:02x}")
            return length
        self._orders.append(Cut(bytes(self.ticket), feeds=length == 4))
        self.ticket.clear()
        return length

    def _raster(self) -> int:
        if len(self._buffer) < 8:
            return 0
        mode = self._buffer[3] & 0x03
        if self._buffer[2] != 0x30 or self._buffer[3] - mode not in (0, 0x30):
            self._wrong("unknown command GS v " + bytes(self._buffer[2:4]).hex(" "))
            return self._keep(4)
        stride = self._buffer[4] + 256 * self._buffer[5]
        height = self._buffer[6] + 256 * self._buffer[7]
        self._judge(stride * (2 if mode & 1 else 1), height)
        if stride and height:
            self._picture = _Picture(stride, height, mode, self._consumed)
        return self._keep(8)

    def _judge(self, stride: int, height: int) -> None:
        if height > _LONG_BAND_ROWS:
            self._wrong(f"a band of {height} rows, some printers print it as text")
        if height and height % _RISKY_MULTIPLE == 0:
            self._wrong(f"a band of {height} rows, some printers lose their place")
        if stride * 8 > self.width:
            self._wrong(f"a band of {stride * 8} dots on paper of {self.width} dots")

    def _picture_rows(self, picture: _Picture, most: int) -> Rows | None:
        """The rows that are there; a double one counts as two."""
        copies = 2 if picture.mode & 2 else 1
        count = min(len(self._buffer) // picture.stride, picture.left, most // copies)
        if not count:
            return None
        length = count * picture.stride
        data = bytes(self._buffer[:length])
        self.ticket += data
        self._drop(length)
        self._look_for_questions(picture.began)
        picture.left -= count
        if not picture.left:
            self._picture = None
        rows = self._placed(data, picture.stride, wide=bool(picture.mode & 1))
        return Rows(rows if copies == 1 else [row for row in rows for _ in range(copies)])

    def _look_for_questions(self, began: int) -> None:
        while self._obeyed_at and self._obeyed_at[0] < self._consumed:
            if self._obeyed_at.popleft() > began:
                self._wrong("DLE EOT obeyed within a picture")

    def _placed(self, data: bytes, stride: int, *, wide: bool) -> list[bytes]:
        """The rows on the paper, where the alignment puts them; what hangs over the edge is lost."""
        if wide:
            data, stride = _widened(data), stride * 2
        rows = [data[start : start + stride] for start in range(0, len(data), stride)]
        spare = self.width - 8 * stride
        if spare == 0:
            return rows
        if spare < 0:
            return [row[: self.width // 8] for row in rows]
        left = {0: 0, 1: spare // 2, 2: spare}.get(self._settings.align, 0)
        if left % 8 == 0:
            before, behind = bytes(left // 8), bytes((spare - left) // 8)
            return [before + row + behind for row in rows]
        return [(int.from_bytes(row) << (spare - left)).to_bytes(self.width // 8) for row in rows]


_LEFT_HALF, _RIGHT_HALF = (
    bytes(sum(0b11 << 2 * bit for bit in range(4) if byte >> shift & 1 << bit) for byte in range(256))
    for shift in (4, 0)
)


def _widened(data: bytes) -> bytes:
    """Every dot twice."""
    wide = bytearray(2 * len(data))
    wide[0::2], wide[1::2] = data.translate(_LEFT_HALF), data.translate(_RIGHT_HALF)
    return bytes(wide)
