"""Bitmaps for the tests of this room."""

from hypothesis import strategies as st

from hardware.printer import Bitmap, Dots


def picture(rows: list[bytes]) -> Bitmap:
    return Bitmap(Dots(len(rows[0]) * 8), Dots(len(rows)), b"".join(rows))


def framed(stride: int, ink: bytes, at: int) -> bytes:
    """One row of `stride` bytes, blank but for `ink` from byte `at`."""
    return (bytes(at) + ink).ljust(stride, b"\0")[:stride]


def plain_ticket(rows: int = 120) -> Bitmap:
    """Ink without anything peculiar: margins of 8 dots, some blank rows."""
    return picture([framed(72, b"\x3c\x81" * 35, 1) if y % 20 < 12 else bytes(72) for y in range(rows)])


def doubled(bitmap: Bitmap) -> Bitmap:
    """Every dot as 2 × 2."""
    spread = [int("".join(2 * bit for bit in f"{byte:08b}"), 2).to_bytes(2) for byte in range(256)]
    wide = [b"".join(spread[byte] for byte in bitmap.row(y)) for y in range(bitmap.height)]
    return picture([row for row in wide for _ in range(2)])


@st.composite
def bitmaps(draw: st.DrawFn, *, max_stride: int = 72, margin: int = 0, double: bool = False) -> Bitmap:
    """Runs of equal rows, so that bands, feeds and their borders all occur; `margin` blank bytes at both
    sides. `double`: many of the rows, but not all, are of pairs of dots."""
    stride = draw(st.integers(2 * margin + 1, max_stride))
    inner = stride - 2 * margin
    ink = st.one_of(
        st.just(bytes(inner)),
        st.binary(min_size=inner, max_size=inner),
        st.builds(lambda data, at: framed(inner, data, at), st.binary(max_size=4), st.integers(0, inner - 1)),
        st.builds(
            lambda risky, at: framed(inner, risky, at),
            st.sampled_from([b"\x10\x04\x01", b"\x10\x14", b"\x01\x00\x40\x10", b"\x10\x05\x01", b"\x10"]),
            st.integers(0, inner - 1),
        ),
    )
    if double:
        paired = st.builds(lambda row: doubled(picture([row])).row(0)[:inner], ink)
        ink = st.one_of(paired, paired, paired, ink)
    runs = draw(st.lists(st.tuples(ink, st.integers(1, 150)), min_size=1, max_size=8))
    return picture([bytes(margin) + row + bytes(margin) for row, count in runs for _ in range(count)])
