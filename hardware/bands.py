"""A bitmap cut into what printers take without harm: blank rows to feed, and raster bands. Pure.

The rules, with their reasons (FACTS and the Epson ESC/POS reference):
- at most 100 rows a command: a TM-m30III prints longer ones as text;
- never a multiple of 48 rows: a POS-5890K loses its place in the stream;
- each band is cropped by the same number of blank dots on both sides, so that the printer's own centring (ESC a 1) puts
  every dot where it was. Where the profile says that the printer's edges are those of the picture, one side alone may
  be cropped and the band set at the other (ESC a 0, ESC a 2);
- rows of 2 × 2 blocks go as a picture of half the resolution, where the profile says that the printer doubles it: a
  quarter of the bytes, the same dots;
- no bytes that a printer would take as a real-time command (DLE EOT, DLE ENQ, DLE DC4), which it obeys even inside
  raster data. Another crop moves all bits by half a byte; cutting the band parts bytes of different rows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from hardware.cuts import Limits, cuts
from hardware.printer import Bitmap, Dots
from hardware.profile import GENERIC, Profile

MAX_BAND_ROWS = 100
REAL_TIME = re.compile(rb"\x10(?:\x04[\x01-\x08]|\x05[\x00-\x02]|\x14)")
"""What a printer may execute on reception wherever it stands in the stream."""


class Side(IntEnum):
    """Where a band stands on the paper: n of ESC a n."""

    LEFT, CENTRE, RIGHT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Feed:
    """Blank rows."""

    rows: int


@dataclass(frozen=True, slots=True)
class Band:
    """A picture of `width` dots (a multiple of 8, of 16 where doubled) and `rows` rows on the paper; 1 = black.

    `double`: one bit of `data` for 2 × 2 dots. `altered` counts dots left white although black in the bitmap: see
    `bands`.
    """

    width: Dots
    rows: int
    data: bytes
    side: Side = Side.CENTRE
    double: bool = False
    altered: int = 0


def bands(bitmap: Bitmap, profile: Profile = GENERIC) -> Iterator[Feed | Band]:
    """The pieces of the bitmap from the top. Their rows add up to the bitmap's height.

    A row that holds real-time bytes in both positions that centring allows, or that reaches to the edge of
    the bitmap and so allows one, loses one dot for each occurrence: a speck of 0.13 mm against a printer
    that goes astray. Pictures with 8 blank dots at both sides are all but never touched, and `altered` says
    when. Without motion units (GS P) nobody knows how far ESC J feeds, so that blank rows are sent as a narrow band.
    """
    stride = bitmap.width // 8
    starts = range(0, len(bitmap.rows), stride)
    rows = [int.from_bytes(bitmap.rows[start : start + stride]) for start in starts]
    limits = limits_of(profile, bitmap.width)
    for piece in cuts(rows, limits):
        if not piece.blank:
            yield from _safe_bands(rows[piece.start : piece.end], limits, piece.double)
        elif profile.motion_units:
            yield Feed(piece.end - piece.start)
        else:
            yield from blank_bands(piece.end - piece.start, limits)


def limits_of(profile: Profile, width: Dots) -> Limits:
    """What this printer's commands may be, for a picture that wide."""
    return Limits(
        width=width,
        rows=min(profile.band_rows, MAX_BAND_ROWS),
        unsafe_rows=profile.unsafe_rows,
        one_sided=profile.justifies and width == profile.width,
        double=profile.double and width % 16 == 0,
    )


def blank_bands(rows: int, limits: Limits) -> Iterator[Band]:
    """White paper, a byte a row."""
    while rows:
        count = min(rows, limits.rows)
        count -= count > 1 and limits.is_unsafe(count)
        yield Band(Dots(8), count, bytes(count))
        rows -= count


def _safe_bands(rows: list[int], limits: Limits, double: bool) -> Iterator[Band]:
    """The rows as one band; as more where no crop of it is safe."""
    if double and len(rows) == 2 and limits.is_unsafe(1):
        double = False
    if not limits.is_unsafe(len(rows) // 2 if double else len(rows)):
        for side, left, right in _crops(rows, limits, double):
            data = _cropped(rows, limits.width, left, right, double)
            if not REAL_TIME.search(data):
                yield Band(Dots(limits.width - left - right), len(rows), data, side, double)
                return
    if double and len(rows) == 2:
        yield from _safe_bands(rows, limits, double=False)
    elif len(rows) > 1:
        half = len(rows) // 4 * 2 if double else len(rows) // 2
        yield from _safe_bands(rows[:half], limits, double)
        yield from _safe_bands(rows[half:], limits, double)
    else:
        side, left, right = _crops(rows, limits, double=False)[0]
        data, altered = _defused(_cropped(rows, limits.width, left, right, double=False))
        yield Band(Dots(limits.width - left - right), 1, data, side, altered=altered)


def _crops(rows: list[int], limits: Limits, double: bool) -> list[tuple[Side, int, int]]:
    """(side, dots to take from the left, from the right), fewest bytes first; such as move the bits by half a byte
    are among them. A centred band begins at a whole byte where it can."""
    ink = 0
    for row in rows:
        ink |= row
    width, step = limits.width, 16 if double else 8
    left = width - max(ink.bit_length(), step)
    right = min((ink & -ink).bit_length() - 1, width - step) if ink else width - step
    blank = min(left, right, (width - step) // 2)
    whole = blank & -8
    moved = whole - 8 if double else (blank + 4 & -8) - 4
    found = [(Side.CENTRE, crop, crop) for crop in (whole, moved) if crop >= 0]
    if limits.one_sided:
        found += [(Side.LEFT, 0, right & -step), (Side.RIGHT, left & -step, 0)]
        found.sort(key=_taken, reverse=True)
    return found


def _taken(crop: tuple[Side, int, int]) -> int:
    """Whole bytes; of equal ones the first stays first."""
    return (crop[1] + crop[2]) // 8


def _cropped(rows: list[int], width: int, left: int, right: int, double: bool) -> bytes:
    stride = (width - left - right) // 8
    if not double:
        mask = (1 << (8 * stride)) - 1
        return b"".join((row >> right & mask).to_bytes(stride) for row in rows)
    return _halved(_cropped(rows[::2], width, left, right, double=False))


_EVERY_OTHER = bytes(sum((byte >> (2 * bit) & 1) << bit for bit in range(4)) for byte in range(256))
"""Eight dots, equal in pairs → four bits."""


def _halved(data: bytes) -> bytes:
    """Every other dot; an even number of bytes."""
    nibbles = data.translate(_EVERY_OTHER)
    return (int.from_bytes(nibbles[0::2]) << 4 | int.from_bytes(nibbles[1::2])).to_bytes(len(data) // 2)


def _defused(row: bytes) -> tuple[bytes, int]:
    data = bytearray(row)
    altered = 0
    while found := REAL_TIME.search(data):
        data[found.start()] = 0
        altered += 1
    return bytes(data), altered
