"""Where to cut a picture into commands so that the fewest bytes go over the wire. Pure; `hardware.bands` makes them.

A command costs its header, and its rows times its widest row. Rows of like width are first taken together (units), then
the cheapest way to put units into commands is found from the bottom up: what the rows below cost at best is known when
the rows above them are looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LEAST_FEED = 4
"""Shorter blank runs between ink are cut out only where that saves bytes."""
_BAND_COST = 16
"""Bytes of a command's header (8) and of ESC a (3), and something for the work that a command is to the printer."""
_FEED_COST = 3
_GRID = 16
"""Dots: rows whose widths differ by less are taken together."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a command may be. `width`: of the picture in dots. `rows`: the most of one command; none has a multiple of
    `unsafe_rows` (0: any). `one_sided`: one side alone may be cropped. `double`: half the resolution can be sent."""

    width: int
    rows: int
    unsafe_rows: int
    one_sided: bool
    double: bool

    def is_unsafe(self, rows: int) -> bool:
        """Whether no command may have so many rows."""
        return bool(self.unsafe_rows) and rows % self.unsafe_rows == 0


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows `start` … before `end`. `double`: they are 2 × 2 blocks from `start` on, an even number of rows."""

    start: int
    end: int
    blank: bool = False
    double: bool = False


@dataclass(slots=True)
class _Unit:
    """Rows of like width. `left`, `right`: blank dots of all of them."""

    start: int
    end: int
    left: int
    right: int
    double: bool


def cuts(rows: Sequence[int], limits: Limits) -> Iterator[Piece]:
    """The picture from the top, nothing left out; a row is an integer, its leftmost dot the highest bit."""
    for blank, start, end in _runs(rows):
        if blank:
            yield Piece(start, end, blank=True)
        else:
            yield from _cheapest(list(_units(rows, start, end, limits)), limits)


def _runs(rows: Sequence[int]) -> Iterator[tuple[bool, int, int]]:
    """(blank, first, behind last); blank runs too short to be surely worth a command belong to the ink around them."""
    start = 0
    ink_start: int | None = None
    while start < len(rows):
        end = start
        while end < len(rows) and bool(rows[end]) == bool(rows[start]):
            end += 1
        at_edge = start == 0 or end == len(rows)
        if rows[start] or (end - start < LEAST_FEED and not at_edge):
            ink_start = start if ink_start is None else ink_start
        else:
            if ink_start is not None:
                yield False, ink_start, start
            ink_start = None
            yield True, start, end
        start = end
    if ink_start is not None:
        yield False, ink_start, len(rows)


def _units(rows: Sequence[int], start: int, end: int, limits: Limits) -> Iterator[_Unit]:
    width, most = limits.width, limits.rows
    pairs = int.from_bytes(b"\x55" * (width // 8))
    unit = _Unit(start, start, -_GRID, 0, double=False)
    while start < end:
        row = rows[start]
        double = limits.double and start + 1 < end and rows[start + 1] == row and not (row ^ row >> 1) & pairs
        left = width - row.bit_length()
        right = (row & -row).bit_length() - 1 if row else width
        step = 2 if double else 1
        if (
            unit.double is not double
            or unit.left // _GRID != left // _GRID
            or unit.right // _GRID != right // _GRID
            or unit.end - unit.start + step > most * step
        ):
            if unit.end > unit.start:
                yield unit
            unit = _Unit(start, start, left, right, double)
        start += step
        unit.end = start
        if left < unit.left:
            unit.left = left
        if right < unit.right:
            unit.right = right
    yield unit


def _cheapest(units: list[_Unit], limits: Limits) -> Iterator[Piece]:
    """The units of one stretch of ink in commands that cost the least together."""
    cost, behind = [0] * (len(units) + 1), list(range(1, len(units) + 1))
    fed = [unit.left >= limits.width for unit in units]
    for first in reversed(range(len(units))):
        if fed[first]:
            cost[first] = _FEED_COST + cost[first + 1]
            continue
        cost[first], behind[first] = _best(units, first, cost, limits)
    at = 0
    while at < len(units):
        inside = units[at : behind[at]]
        yield Piece(inside[0].start, inside[-1].end, fed[at], not fed[at] and all(unit.double for unit in inside))
        at = behind[at]


def _best(units: list[_Unit], first: int, cost: list[int], limits: Limits) -> tuple[int, int]:
    """(bytes from the unit `first` to the end, the unit behind its command), at best."""
    width, one_sided, most = limits.width, limits.one_sided, limits.rows
    start, left, right, double = units[first].start, width, width, True
    least, behind = -1, first + 1
    for index in range(first, len(units)):
        unit = units[index]
        rows = unit.end - start
        double = double and unit.double
        if double:
            rows //= 2
        if rows > most:
            break
        if unit.left < left:
            left = unit.left
        if unit.right < right:
            right = unit.right
        short, long = (left, right) if left < right else (right, left)
        crop = short // 8 * 2
        if one_sided and long // 8 > crop:
            crop = long // 8
        stride = width // 8 - crop
        here = (-(-stride // 2) if double else stride) * rows + cost[index + 1]
        if least < 0 or here <= least:
            least, behind = here, index + 1
    return least + _BAND_COST, behind
