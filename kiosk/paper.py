"""The ticket drawn: blocks → one picture of 576 dots, every dot black or white, as the printer prints it.

Everything that is the same on many tickets is drawn once and kept, strip by strip; a ticket then costs its number, its
QR code and the pasting. What would be clipped, boxed or unreadable is an error, before any paper moves.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from PIL import Image, ImageChops, ImageDraw

from fonts.errors import DoesNotFitError
from fonts.faces import Weight
from fonts.shaping import Align, Typesetter
from fonts.tokens import Mm, Tokens, em_px
from fonts.tokens import load as load_tokens
from hardware.printer import Bitmap, Dots
from kiosk.errors import KioskError
from kiosk.qr import QUIET, Matrix, matrix, module_dots
from kiosk.ticket_layout import Banner, Block, Listing, Number, Pairs, Proof, Rank, Rule, Ticket, lay_out

WIDTH: Final = Dots(576)
"""What an 80 mm printer prints: 72 mm."""

DOTS_PER_MM: Final = 8
"""203 dpi is 7.99 dots a millimetre."""

THRESHOLD: Final = 112
"""Ink from this grey on, of 255: a little below the middle, since thin strokes burn thinner than they are drawn."""

LONGEST: Final = Dots(200 * DOTS_PER_MM)
"""No ticket is longer: it would be a catalogue gone wrong."""

_QR_SIDE: Final = 220
_KEPT_STRIPS: Final = 256
_INK: Final = 255


class PaperError(KioskError):
    """A ticket that cannot be drawn as it should be."""


class Paper:
    """Draws tickets. Keep one: it remembers what it drew. Refuses to exist without shaping (fonts.FontsError)."""

    def __init__(self, typesetter: Typesetter | None = None, tokens: Tokens | None = None) -> None:
        self._type = typesetter or Typesetter(cache_lines=512)
        self._tokens = tokens or load_tokens()
        self._strips: OrderedDict[Block, Image.Image] = OrderedDict()
        self._gap = self._px(Mm(self._tokens.space.xs))

    def draw(self, blocks: Iterable[Block]) -> Bitmap:
        """The picture of these blocks. Raises PaperError, QrError, fonts.FontsError; nothing is ever cut off."""
        strips = [self._strip(block) for block in blocks]
        height = sum(strip.height for strip in strips) + self._gap * (len(strips) + 1)
        if height > LONGEST:
            hint = "Shorten the texts of the service in the catalogue."
            raise PaperError(f"a ticket would be {height // DOTS_PER_MM} mm long", hint=hint)
        page = Image.new("1", (WIDTH, height), 0)
        y = self._gap
        for strip in strips:
            page.paste(strip, (0, y))
            y += strip.height + self._gap
        return Bitmap(WIDTH, Dots(height), page.tobytes())

    def rehearse(self, tickets: Iterable[Ticket]) -> None:
        """Draw each once, also as a copy: what cannot be drawn is known before a citizen asks for it.

        Raises as `draw` does, naming the service and the language.
        """
        for ticket in tickets:
            for copy in (False, True):
                self.draw(lay_out(replace(ticket, copy=copy)))

    def _strip(self, block: Block) -> Image.Image:
        found = self._strips.get(block)
        if found is None:
            found = self._render(block).point(lambda grey: _INK if grey >= THRESHOLD else 0).convert("1")
            self._strips[block] = found
            if len(self._strips) > _KEPT_STRIPS:
                self._strips.popitem(last=False)
        self._strips.move_to_end(block)
        return found

    def _render(self, block: Block) -> Image.Image:
        if isinstance(block, Banner):
            return self._banner(block)
        if isinstance(block, Number):
            return self._number(block.text)
        if isinstance(block, Pairs):
            return self._pairs(block.rows, block.language, WIDTH)
        if isinstance(block, Listing):
            return self._listing(block)
        if isinstance(block, Proof):
            return self._proof(block)
        if isinstance(block, Rule):
            return Image.new("L", (WIDTH, max(2, self._px(self._tokens.shape.rule) - 1)), _INK)
        return self._text(block.text, block.language, block.rank, WIDTH, bold=block.bold, align="centre")

    def _banner(self, block: Banner) -> Image.Image:
        text = self._text(block.text, block.language, "title", WIDTH - 4 * self._gap, bold=True, align="centre")
        return ImageChops.invert(_stack([text], WIDTH, self._gap, around=self._gap, left=2 * self._gap))

    def _number(self, text: str) -> Image.Image:
        most = em_px(self._tokens.paper.number, DOTS_PER_MM)
        least = em_px(self._tokens.paper.heading, DOTS_PER_MM)
        fitted = self._type.fit(text, "en", (*range(least, most, 4), most), "bold", WIDTH, 1)
        mask = self._type.line(text, "en", fitted.size_px, "bold").mask
        box = mask.getbbox()
        if box is None:
            raise PaperError("a ticket without a number", hint="Give it a label.")
        return _stack([mask.crop(box)], WIDTH, 0, left=(WIDTH - (box[2] - box[0])) // 2)

    def _pairs(self, rows: tuple[tuple[str, str], ...], language: str, width: int) -> Image.Image:
        """Labels in one column, each row as high as the higher side, both on one first baseline."""
        column = max(self._type.measure(label, language, self._em("small")) for label, _ in rows)
        column = min(column, width * 2 // 5)
        x = column + 2 * self._gap
        drawn = []
        for label, value in rows:
            left = self._type.paragraph(label, language, self._em("small"), "regular", column, "left", 1.0)
            right = self._type.paragraph(value, language, self._em("body"), "bold", width - x, "left", 1.0)
            top = max(left.baselines[0], right.baselines[0])
            at = (top - left.baselines[0], top - right.baselines[0])
            strip = Image.new("L", (width, max(at[0] + left.mask.height, at[1] + right.mask.height)))
            strip.paste(left.mask, (0, at[0]))
            strip.paste(right.mask, (x, at[1]))
            drawn.append(strip)
        return _stack(drawn, width, 0)

    def _listing(self, block: Listing) -> Image.Image:
        em = self._em("small")
        drawn = [self._text(block.title, block.language, "small", WIDTH)]
        for item in block.items:
            text = self._type.paragraph(item, block.language, em, "regular", WIDTH - em, "left", 1.0)
            strip = Image.new("L", (WIDTH, text.mask.height))
            strip.paste(text.mask, (em, 0))
            side, middle = em // 4, text.baselines[0] - em // 3
            ImageDraw.Draw(strip).rectangle((em // 4, middle - side // 2, em // 4 + side, middle + side // 2), _INK)
            drawn.append(strip)
        return _stack(drawn, WIDTH, 0)

    def _proof(self, block: Proof) -> Image.Image:
        if block.url is None:
            return self._pairs(block.rows, block.language, WIDTH)
        code = _draw_matrix(matrix(block.url), _QR_SIDE)
        x = code.width + self._gap
        width = WIDTH - x
        drawn = [self._text(block.caption, block.language, "small", width, bold=True)]
        for label, value in block.rows:
            drawn.append(self._text(label, block.language, "small", width))
            drawn.append(self._text(value, "en", "body", width, bold=True))
        words = _stack(drawn, width, 0)
        height = max(code.height, words.height)
        strip = Image.new("L", (WIDTH, height))
        strip.paste(code, (0, (height - code.height) // 2))
        strip.paste(words, (x, (height - words.height) // 2))
        return strip

    def _text(
        self, text: str, language: str, rank: Rank, width: int, *, bold: bool = False, align: Align = "left"
    ) -> Image.Image:
        weight: Weight = "bold" if bold else "regular"
        return self._type.paragraph(text, language, self._em(rank), weight, width, align, 1.0).mask

    def _px(self, length: Mm) -> int:
        return round(length * DOTS_PER_MM)

    def _em(self, rank: Rank) -> int:
        size: Mm = getattr(self._tokens.paper, rank)
        return em_px(size, DOTS_PER_MM)


def ticket_image(bitmap: Bitmap) -> Image.Image:
    """The bitmap as black on white, mode "1", one pixel a dot."""
    ink = Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.rows)
    return ImageChops.invert(ink)


def _draw_matrix(found: Matrix, side: int) -> Image.Image:
    dots = module_dots(found, side)
    image = Image.new("L", (found.modules, found.modules))
    for y, row in enumerate(found.rows):
        for x, black in enumerate(row):
            if black:
                image.putpixel((x + QUIET, y + QUIET), _INK)
    return image.resize((found.modules * dots, found.modules * dots), Image.Resampling.NEAREST)


def _stack(strips: list[Image.Image], width: int, gap: int, *, around: int = 0, left: int = 0) -> Image.Image:
    """Strips below each other, `left` dots in. Raises DoesNotFitError where one is too wide."""
    for strip in strips:
        if left + strip.width > width:
            raise DoesNotFitError(f"{strip.width} dots do not fit {width}", hint="Shorten the text.")
    height = sum(strip.height for strip in strips) + gap * (len(strips) - 1) + 2 * around
    page = Image.new("L", (width, height))
    y = around
    for strip in strips:
        page.paste(strip, (left, y))
        y += strip.height + gap
    return page
