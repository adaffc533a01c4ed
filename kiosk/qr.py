"""A QR code as dots. The standard is ISO/IEC 18004; the `qrcode` package makes the matrix."""

from dataclasses import dataclass
from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError

from kiosk.errors import KioskError

QUIET = 4
"""Modules of white on each side (ISO/IEC 18004, 9.1)."""

LEAST_MODULE = 4
"""Dots a module: 0.5 mm at 203 dpi, what cheap phone cameras read off thermal paper."""


class QrError(KioskError):
    """A text that does not become a readable QR code in the place it has."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The modules without the quiet zone, row by row, True is black."""

    rows: tuple[tuple[bool, ...], ...]

    @property
    def modules(self) -> int:
        """Modules on a side, quiet zone included."""
        return len(self.rows) + 2 * QUIET


@lru_cache(maxsize=4)
def matrix(text: str) -> Matrix:
    """The smallest code for this text, with error correction M (15 %: folds and smudges). Raises QrError."""
    code = qrcode.QRCode(version=None, error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text.encode())
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise QrError(f"{len(text)} characters do not fit a QR code", hint="Shorten the public address.") from error
    return Matrix(tuple(tuple(bool(module) for module in row) for row in code.get_matrix()))


def module_dots(found: Matrix, side: int) -> int:
    """Dots a module, an even number, so that the code with its quiet zone fits `side` dots.

    Even, so that printers can be sent it at half the resolution. Raises QrError below LEAST_MODULE.
    """
    dots = side // found.modules // 2 * 2
    if dots < LEAST_MODULE:
        message = f"a QR code of {found.modules} modules needs {found.modules * LEAST_MODULE} dots, there are {side}"
        raise QrError(message, hint="Shorten `public_url` under [server].")
    return dots
