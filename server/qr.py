"""A QR code as an SVG picture that a page holds: no file, no style, sharp at every size."""

from functools import lru_cache

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
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return Markup(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
        '<rect width="{0}" height="{0}" fill="#fff"/><path d="{2}" fill="#000"/></svg>'
    ).format(side, text, dark)
