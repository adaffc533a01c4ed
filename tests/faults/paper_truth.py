"""Tickets whose every row says which ticket it is of, and what lies on the floor afterwards, read back. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from hardware.mechanism import Piece
from hardware.printer import Bitmap, Dots

_MARK, _BASE = 0x7F, 0x40
_INKED, _OF = 34, 40
"""Of so many rows so many have ink, so that the encoder feeds as it does on a real ticket."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One printing of one ticket: the `serial` of its issue, 0 … 62, which attempt, and whether marked as a copy."""

    serial: int
    attempt: int
    copy: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """What of an attempt is on one piece. `whole`: all of it, and unbroken. `cut`: by the blade."""

    of: Attempt
    at: float
    whole: bool
    cut: bool


def picture(of: Attempt, height: int, stride: int) -> Bitmap:
    """A ticket of so many rows; no byte of it can be taken for a command."""
    rows = [_row(of, y, stride) if _inked(y, height) else bytes(stride) for y in range(height)]
    return Bitmap(Dots(stride * 8), Dots(height), b"".join(rows))


def _inked(y: int, height: int) -> bool:
    return y % _OF < _INKED or y == height - 1


def _row(of: Attempt, y: int, stride: int) -> bytes:
    unit = bytes((_MARK, _BASE + of.serial, _BASE + of.attempt % 32 * 2 + of.copy, _BASE + (y >> 6), _BASE + (y & 63)))
    return (b"\0" + unit * ((stride - 2) // len(unit))).ljust(stride, b"\0")


@lru_cache(maxsize=4096)
def _read(row: bytes) -> tuple[Attempt, int] | None:
    """Whose row this is, and which; None: blank, or nothing that a ticket has."""
    ink = row.strip(b"\0")
    unit = ink[:5]
    if len(unit) < 5 or unit[0] != _MARK or ink != unit * (len(ink) // 5):
        return None
    serial, attempt, high, low = (byte - _BASE for byte in unit[1:])
    return Attempt(serial, attempt >> 1, bool(attempt & 1)), high << 6 | low


def papers(piece: Piece, at: float, heights: dict[int, int]) -> list[Paper]:
    """What is on this piece. `heights`: rows of the tickets by serial."""
    places: dict[Attempt, dict[int, list[int]]] = {}
    for place, row in enumerate(piece.rows):
        if (found := _read(row)) is not None:
            places.setdefault(found[0], {}).setdefault(found[1], []).append(place)
    return [Paper(of, at, _whole(rows, heights[of.serial], piece.breaks), piece.cut) for of, rows in places.items()]


def _whole(rows: dict[int, list[int]], height: int, breaks: Iterable[int]) -> bool:
    """Every row once, in its place behind the first, and no break between them."""
    wanted = [y for y in range(height) if _inked(y, height)]
    if any(len(rows.get(y, ())) != 1 for y in wanted):
        return False
    first, last = rows[0][0], rows[height - 1][0]
    return all(rows[y][0] - y == first for y in wanted) and not any(first < at <= last for at in breaks)
