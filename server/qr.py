"""A QR code as an SVG picture that a page holds: no file, no style, sharp at every size."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4
"""Modules of white on each side (ISO/IEC 18004, 9.1)."""


@lru_cache(maxsize=8)
def code(text: str) -> Markup:
    """The code for a text of a page's length, black on white whatever the page's colours."""
    made = qrcode.QRCode(version=None, error_correction=ERROR_CORRECT_M, border=QUIET)
    made.add_data(text.encode())
    made.make(fit=True)
    rows = made.get_matrix()
    side = len(rows)
    dark = "".join(f"M{x} {y}h{n}v1h-{n}z" for y, row in enumerate(rows) for x, n in _runs(row))
    return Markup(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
        '<rect width="{0}" height="{0}" fill="#fff"/><path d="{2}" fill="#000"/></svg>'
    ).format(side, text, dark)


def _runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin in a row, and how many stand side by side: a page is half as large by it."""
    at = 0
    for dark, modules in groupby(row):
        n = len(list(modules))
        if dark:
            yield at, n
        at += n
