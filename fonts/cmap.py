"""Which characters a TrueType file can draw: its `cmap` table, formats 4 and 12 (OpenType specification, "cmap").

fontTools reads this too, but it is a development package and takes as long to import as the kiosk has to start.
"""

import struct

from fonts.errors import FontFileError

_HINT = "restore the file from the package, or run `python -m fonts make`"


def covered_characters(font: bytes) -> frozenset[int]:
    """The code points of `font` (a whole file) that have a glyph other than .notdef. FontFileError if unreadable."""
    try:
        table = _table(font, b"cmap")
        (count,) = struct.unpack_from(">H", table, 2)
        offsets = [struct.unpack_from(">I", table, 4 + 8 * index + 4)[0] for index in range(count)]
        covered: set[int] = set()
        for offset in offsets:
            (layout,) = struct.unpack_from(">H", table, offset)
            if layout == 4:
                covered |= _segments(table[offset:])
            elif layout == 12:
                covered |= _groups(table[offset:])
    except (struct.error, IndexError) as error:
        raise FontFileError("the character map of a font cannot be read", hint=_HINT) from error
    if not covered:
        raise FontFileError("a font has no Unicode character map", hint=_HINT)
    return frozenset(covered)


def _table(font: bytes, tag: bytes) -> bytes:
    (count,) = struct.unpack_from(">H", font, 4)
    for index in range(count):
        name, _, offset, length = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        if name == tag:
            return font[offset : offset + length]
    raise FontFileError(f"a font has no {tag.decode()} table", hint=_HINT)


def _segments(table: bytes) -> set[int]:
    """Format 4: parallel arrays endCode, startCode, idDelta, idRangeOffset."""
    (doubled,) = struct.unpack_from(">H", table, 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 2 * doubled)
    range_at = 16 + 3 * doubled
    ranges = struct.unpack_from(f">{count}H", table, range_at)
    covered = set()
    for index, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for character in range(start, end + 1):
            glyph = character
            if offset:
                at = range_at + 2 * index + offset + 2 * (character - start)
                (glyph,) = struct.unpack_from(">H", table, at)
                if glyph == 0:
                    continue
            if (glyph + delta) & 0xFFFF and character != 0xFFFF:
                covered.add(character)
    return covered


def _groups(table: bytes) -> set[int]:
    """Format 12: groups of (startCharCode, endCharCode, startGlyphID)."""
    (count,) = struct.unpack_from(">I", table, 12)
    covered = set()
    for index in range(count):
        start, end, glyph = struct.unpack_from(">III", table, 16 + 12 * index)
        covered |= {character for character in range(start, end + 1) if glyph + character - start}
    return covered
