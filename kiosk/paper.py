"""The ticket drawn: blocks → one picture of 576 dots, every dot black or white, as the printer prints it.

Everything that is the same on many tickets is drawn once and kept, strip by strip; a ticket then costs its number, its
QR code and the pasting. What would be clipped, boxed or unreadable is an error, before any paper moves.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from PIL import Image

from fonts.errors import DoesNotFitError
from fonts.shaping import Align, Typesetter
from fonts.tokens import Mm, Tokens, em_px
from fonts.tokens import load as load_tokens
from hardware.printer import Bitmap, Dots
from kiosk.errors import KioskError
from kiosk.qr import QUIET, matrix, module_dots
from kiosk.ticket_layout import Banner, Block, Line, Listing, Number, Pairs, Proof, Rank, Rule

WIDTH: Final = Dots(576)
"""What an 80 mm printer prints: 72 mm."""

DOTS_PER_MM: Final = 8
"""203 dpi is 7.99 dots a millimetre."""

THRESHOLD: Final = 112
"""Ink from this grey on, of 255: a little below the middle, since thin strokes burn thinner than they are drawn."""

LONGEST: Final = Dots(200 * DOTS_PER_MM)
_QR_SIDE: Final = 210
_KEPT_STRIPS: Final = 128


class PaperError(KioskError):
    """A ticket that cannot be drawn as it should be."""


class Paper:
    """Draws tickets. Keep one: it remembers what it drew. Refuses to exist without shaping (fonts.FontsError)."""

    def __init__(self, typesetter: Typesetter | None = None, tokens: Tokens | None = None) -> None:
        self._type = typesetter or Typesetter()
        self._tokens = tokens or load_tokens()
        self._strips: OrderedDict[Block, Image.Image] = OrderedDict()

    def draw(self, blocks: Iterable[Block]) -> Bitmap:
        """The picture of these blocks. Raises PaperError, QrError, fonts.FontsError; nothing is ever cut off."""
        strips = [self._strip(block) for block in blocks]
        gap = self._px(Mm(self._tokens.space.xs))
        height = sum(strip.height for strip in strips) + gap * (len(strips) + 1)
        if height > LONGEST:
            raise PaperError(f"a ticket of {height // DOTS_PER_MM} mm", hint="Shorten the service's documents.")
        page = Image.new("1", (WIDTH, height), 0)
        y = gap
        for strip in strips:
            page.paste(strip, (0, y))
            y += strip.height + gap
        return Bitmap(WIDTH, Dots(height), page.tobytes())

    def _strip(self, block: Block) -> Image.Image:
        found = self._strips.get(block)
        if found is None:
            found = self._render(block).point(lambda grey: 255 if grey >= THRESHOLD else 0).convert("1")
            self._strips[block] = found
            if len(self._strips) > _KEPT_STRIPS:
                self._strips.popitem(last=False)
        self._strips.move_to_end(block)
        return found

    def _px(self, length: Mm) -> int:
        return round(length * DOTS_PER_MM)

    def _em(self, rank: Rank) -> int:
        return em_px(getattr(self._tokens.paper, rank), DOTS_PER_MM)

    def _render(self, block: Block) -> Image.Image:
        if isinstance(block, Line):
            return self._text(block.text, block.language, block.rank, WIDTH, bold=block.bold, align="centre")
        raise PaperError(f"{block}", hint="")

    def _text(
        self, text: str, language: str, rank: Rank, width: int, *, bold: bool = False, align: Align = "left"
    ) -> Image.Image:
        weight = "bold" if bold else "regular"
        return self._type.paragraph(text, language, self._em(rank), weight, width, align, 1.0).mask


def ticket_image(bitmap: Bitmap) -> Image.Image:
    """The bitmap as black on white, one pixel a dot."""
    ink = Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.rows)
    return ink.point(lambda dot: 0 if dot else 255)
