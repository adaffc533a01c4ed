"""The ticket drawn: blocks → one picture of 576 dots, every dot black or white, as the printer prints it.

Everything that is the same on many tickets is drawn once and kept, strip by strip; a ticket then costs its number, its
QR code and the pasting. What would be clipped, boxed or unreadable is an error, before any paper moves.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from PIL import Image, ImageChops, ImageDraw

from fonts.errors import DoesNotFitError, FontsError
from fonts.faces import Weight
from fonts.shaping import Align, Typesetter
from fonts.tokens import Mm, Tokens, em_px
from fonts.tokens import load as load_tokens
from hardware.printer import Bitmap, Dots
from kiosk.errors import KioskError
from kiosk.qr import QUIET, Matrix, matrix, module_dots
from kiosk.ticket_layout import Banner, Block, Line, Listing, Number, Pair, Pairs, Proof, Rank, Rule, Ticket, lay_out

WIDTH: Final = Dots(576)
"""What an 80 mm printer prints: 72 mm."""

DOTS_PER_MM: Final = 8
"""203 dpi is 7.99 dots a millimetre."""

THRESHOLD: Final = 112
"""Ink from this grey on, of 255: a little below the middle, since thin strokes burn thinner than they are drawn."""

LONGEST: Final = Dots(200 * DOTS_PER_MM)
"""No ticket is longer: it would be a catalogue gone wrong."""

MARGIN: Final = 12
"""White on both sides, 1.5 mm: rolls are not always cut or seated straight."""

STEP: Final = {"th": 1.30, "en": 1.24, "my": 1.48}
"""Baseline to baseline in ems, by what the script stacks above and below; looked at, not computed."""

LEAST_FIT: Final = 0.78
"""How much smaller a centred line may become to stay one line."""

_COLUMN: Final = WIDTH - 2 * MARGIN
_QR_SIDE: Final = 190
_SPACE: Final[dict[type, tuple[int, int]]] = {
    Banner: (0, 10),
    Line: (8, 8),
    Number: (14, 12),
    Pairs: (14, 6),
    Listing: (12, 8),
    Rule: (8, 8),
    Proof: (8, 8),
}
"""Dots of white above and below a block."""

_KEPT_STRIPS: Final = 256
_INK: Final = 255


class PaperError(KioskError):
    """A ticket that cannot be drawn as it should be."""


class _Piece(NamedTuple):
    """Lines that were set: the mask, the rows of its first and last baseline, and the step down to its first."""

    mask: Image.Image
    first: int
    last: int
    step: int


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
        height = sum(strip.height for strip in strips) + 2 * self._gap
        if height > LONGEST:
            hint = "Shorten the texts of the service in the catalogue."
            raise PaperError(f"a ticket would be {height // DOTS_PER_MM} mm long", hint=hint)
        page = Image.new("1", (WIDTH, height), 0)
        y = self._gap
        for strip in strips:
            page.paste(strip, (0, y))
            y += strip.height
        return Bitmap(WIDTH, Dots(height), page.tobytes())

    def rehearse(self, tickets: Iterable[Ticket]) -> None:
        """Draw each once, also as a copy: what cannot be drawn is known before a citizen asks for it.

        Raises PaperError that names the service and the language.
        """
        for ticket in tickets:
            for copy in (False, True):
                try:
                    self.draw(lay_out(replace(ticket, copy=copy)))
                except (KioskError, FontsError) as error:
                    place = f"the ticket for {ticket.service.id} in {ticket.language}"
                    raise PaperError(f"{place}: {error}", hint=error.hint) from error

    def _strip(self, block: Block) -> Image.Image:
        if isinstance(block, Number | Proof):
            return _black_and_white(self._render(block))
        found = self._strips.get(block)
        if found is None:
            found = self._strips[block] = _black_and_white(self._render(block))
            if len(self._strips) > _KEPT_STRIPS:
                self._strips.popitem(last=False)
        self._strips.move_to_end(block)
        return found

    def _render(self, block: Block) -> Image.Image:
        """The block across the whole width, with its share of the space above and below."""
        if isinstance(block, Banner):
            return self._banner(block)
        if isinstance(block, Number):
            drawn = self._number(block.text)
        elif isinstance(block, Pairs):
            drawn = self._pairs(block.rows, block.language)
        elif isinstance(block, Listing):
            drawn = self._listing(block)
        elif isinstance(block, Proof):
            return self._proof(block)
        elif isinstance(block, Rule):
            drawn = Image.new("L", (_COLUMN, 2), _INK)
        else:
            drawn = self._line(block)
        return _placed(drawn, *_SPACE[type(block)])

    def _banner(self, block: Banner) -> Image.Image:
        text = _placed(self._line(Line(block.text, block.language, "title", bold=True)), 10, 10)
        page = Image.new("L", (WIDTH, text.height + _SPACE[Banner][1]))
        page.paste(ImageChops.invert(text), (0, 0))
        return page

    def _line(self, block: Line) -> Image.Image:
        """One line if a smaller size makes it one, else as many as it takes; never below the size of small print."""
        most, weight = self._em(block.rank), _weight(block.bold)
        sizes = tuple(range(max(round(most * LEAST_FIT), min(most, self._em("small"))), most + 1))
        try:
            size = self._type.fit(block.text, block.language, sizes, weight, _COLUMN, 1).size_px
        except DoesNotFitError:
            size = sizes[0]
        return self._piece(block.text, block.language, size, _COLUMN, bold=block.bold, align="centre").mask

    def _number(self, text: str) -> Image.Image:
        most = em_px(self._tokens.paper.number, DOTS_PER_MM)
        least = em_px(self._tokens.paper.heading, DOTS_PER_MM)
        size = self._type.fit(text, "en", (*range(least, most, 4), most), "bold", _COLUMN, 1).size_px
        mask = self._type.line(text, "en", size, "bold").mask
        return mask.crop(mask.getbbox())

    def _pairs(self, rows: tuple[Pair, ...], language: str) -> Image.Image:
        """Labels in one column; label and value of a row on one baseline."""
        small, body = self._em("small"), self._em("body")
        column = min(max(self._type.measure(row.label, language, small) for row in rows), _COLUMN * 2 // 5)
        x = column + small
        left, right = [], []
        for row in rows:
            label = self._piece(row.label, language, small, column)
            value = self._piece(row.value, language, body, _COLUMN - x, bold=True)
            left.append(label._replace(step=value.step))
            right.append(value)
            if row.note:
                right.append(self._piece(row.note, language, small, _COLUMN - x))
                left.append(_nothing(right[-1]))
            depth = (label.last - label.first) - (value.last - value.first)
            if depth > 0:
                right[-1] = right[-1]._replace(last=right[-1].last + depth)
            elif depth < 0:
                left[-1] = left[-1]._replace(last=left[-1].last - depth)
        labels, values = _stack(left, column), _stack(right, _COLUMN - x)
        first = max(left[0].first, right[0].first)
        tops = (first - left[0].first, first - right[0].first)
        page = Image.new("L", (_COLUMN, max(tops[0] + labels.height, tops[1] + values.height)))
        page.paste(labels, (0, tops[0]))
        page.paste(values, (x, tops[1]))
        return page

    def _listing(self, block: Listing) -> Image.Image:
        em = self._em("small")
        pieces = [self._piece(block.title, block.language, em, _COLUMN)]
        for item in block.items:
            text = self._piece(item, block.language, em, _COLUMN - em)
            strip = Image.new("L", (_COLUMN, text.mask.height))
            strip.paste(text.mask, (em, 0))
            side, middle = em // 4, text.first - em // 3
            ImageDraw.Draw(strip).rectangle((em // 4, middle - side // 2, em // 4 + side, middle + side // 2), _INK)
            pieces.append(text._replace(mask=strip))
        return _stack(pieces, _COLUMN)

    def _proof(self, block: Proof) -> Image.Image:
        """The code with its quiet zone, which is all the space it needs, and the words beside it."""
        if block.url is None:
            return _placed(self._words(block, _COLUMN), *_SPACE[Proof])
        code = _draw_matrix(matrix(block.url), _QR_SIDE)
        words = self._words(block, WIDTH - MARGIN - code.width)
        words = words.crop(words.getbbox())
        height = max(code.height, words.height)
        page = Image.new("L", (WIDTH, height))
        page.paste(code, (0, (height - code.height) // 2))
        page.paste(words, (code.width, (height - words.height) // 2))
        return page

    def _words(self, block: Proof, width: int) -> Image.Image:
        caption = [self._piece(block.caption, block.language, self._em("small"), width, bold=True)]
        pieces = caption if block.url else []
        for row in block.rows:
            pieces += self._label_and_code(row, block.language, width)
        return _stack(pieces, width)

    def _label_and_code(self, row: Pair, language: str, width: int) -> list[_Piece]:
        """On one line where both fit, else below each other."""
        small, body = self._em("small"), self._em("body")
        label = self._piece(row.label, language, small, width)
        value = self._piece(row.value, "en", body, width, bold=True)
        x = self._type.measure(row.label, language, small) + small // 2
        if x + self._type.measure(row.value, "en", body, "bold") > width:
            return [label, value]
        first = max(label.first, value.first)
        below = max(label.mask.height - label.first, value.mask.height - value.first)
        mask = Image.new("L", (width, first + below))
        mask.paste(label.mask, (0, first - label.first))
        part = value.mask.crop((0, 0, width - x, value.mask.height))
        box = (x, first - value.first, width, first - value.first + part.height)
        mask.paste(ImageChops.lighter(mask.crop(box), part), box)
        return [_Piece(mask, first, first, max(label.step, value.step))]

    def _piece(
        self, text: str, language: str, em: int, width: int, *, bold: bool = False, align: Align = "left"
    ) -> _Piece:
        step = round(em * STEP.get(language, max(STEP.values())))
        ascent, descent = self._type.metrics(language, em, _weight(bold))
        set_ = self._type.paragraph(text, language, em, _weight(bold), width, align, step / (ascent + descent))
        return _Piece(set_.mask, set_.baselines[0], set_.baselines[-1], step)

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


def _placed(image: Image.Image, above: int, below: int) -> Image.Image:
    """Trimmed to its ink above and below, in the middle of the paper. Raises PaperError where it would be clipped."""
    box = image.getbbox()
    if box is None:
        raise PaperError("a part of the ticket has nothing in it", hint="Fill in the service's texts.")
    if image.width > _COLUMN:
        raise PaperError(f"{image.width} dots do not fit {_COLUMN}", hint="Shorten the text.")
    page = Image.new("L", (WIDTH, above + box[3] - box[1] + below))
    page.paste(image.crop((0, box[1], image.width, box[3])), ((WIDTH - image.width) // 2, above))
    return page


def _nothing(beside: _Piece) -> _Piece:
    """An empty piece that takes as much room as this one."""
    return beside._replace(mask=Image.new("L", (1, beside.mask.height)))


def _stack(pieces: list[_Piece], width: int) -> Image.Image:
    """Pieces below each other by their steps; where tall stacks meet, both stay whole."""
    tops, baseline = [], pieces[0].first
    for index, piece in enumerate(pieces):
        baseline += piece.step if index else 0
        tops.append(baseline - piece.first)
        baseline += piece.last - piece.first
    above = max(0, -min(tops))
    height = max(above + top + piece.mask.height for top, piece in zip(tops, pieces, strict=True))
    page = Image.new("L", (width, height))
    for top, piece in zip(tops, pieces, strict=True):
        box = (0, above + top, piece.mask.width, above + top + piece.mask.height)
        page.paste(ImageChops.lighter(page.crop(box), piece.mask), box)
    return page


def _black_and_white(image: Image.Image) -> Image.Image:
    return image.point(lambda grey: _INK if grey >= THRESHOLD else 0).convert("1")


def _weight(bold: bool) -> Weight:
    return "bold" if bold else "regular"
