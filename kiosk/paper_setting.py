"""Setting type on a roll of paper: each block as ink, as wide as the roll. kiosk.paper puts them below each other."""

from typing import Final

from PIL import Image, ImageChops, ImageDraw

from fonts.shaping import Typesetter
from fonts.tokens import Tokens
from hardware.printer import Dots
from kiosk.paper_blocks import (
    Banner,
    Block,
    Entries,
    Entry,
    Line,
    Listing,
    Number,
    Pairs,
    Picture,
    Proof,
    Rank,
    Rule,
    Space,
)
from kiosk.paper_ink import DOTS_PER_MM, INK, Piece, abreast, doubled, picture_image, placed, qr_image, stack
from kiosk.paper_pairs import pairs
from kiosk.paper_type import Hand, TextError
from kiosk.qr import matrix, module_dots

MARGIN: Final = 12
"""White on both sides, 1.5 mm: rolls are not always cut or seated straight."""

LEAST_FIT: Final = 0.78
"""How much smaller a centred line may become to stay one line."""

_MARKS: Final[tuple[Rank, ...]] = ("heading", "title")
_QR_SIDE: Final = 190
_APART: Final = 1.15
"""How much larger codes are set at half the resolution: smaller, the gaps between their groups would be too narrow."""
_SPACE: Final[dict[type, tuple[int, int]]] = {
    Banner: (0, 10),
    Line: (8, 8),
    Number: (14, 12),
    Pairs: (14, 6),
    Entries: (10, 8),
    Listing: (16, 8),
    Rule: (8, 8),
    Proof: (8, 8),
    Picture: (4, 10),
}
"""Dots of white above and below a block."""


class Setting:
    """Sets blocks on paper of `width` dots.

    `half` draws what is doubled: large letters lose nothing by it at arm's length, and a printer that doubles is sent a
    quarter of their bytes (hardware.bands finds them in the picture).
    """

    def __init__(self, typesetter: Typesetter, tokens: Tokens, width: Dots) -> None:
        self.hand = Hand(typesetter, tokens, width - 2 * MARGIN)
        self.half = Hand(typesetter, tokens, self.hand.column // 2, DOTS_PER_MM // 2)
        self.half.cut = self.hand.cut
        self.width, self.column = width, self.hand.column

    def render(self, block: Block) -> Image.Image:
        """The block across the whole width, with its share of the space above and below."""
        if isinstance(block, Space):
            return Image.new("L", (self.width, block.mm * DOTS_PER_MM))
        if isinstance(block, Banner):
            return self._banner(block)
        if isinstance(block, Proof):
            return self._proof(block)
        if isinstance(block, Number):
            drawn = self._number(block)
        elif isinstance(block, Pairs):
            drawn = pairs(self.hand, block)
        elif isinstance(block, Entries):
            drawn = self._entries(block)
        elif isinstance(block, Listing):
            drawn = self._listing(block)
        elif isinstance(block, Picture):
            drawn = picture_image(block)
        elif isinstance(block, Rule):
            drawn = Image.new("L", (self.column, 2), INK)
        else:
            drawn = self._line(block, self.hand)
        return self._placed(drawn, *_SPACE[type(block)])

    def _placed(self, drawn: Image.Image, above: int, below: int) -> Image.Image:
        return placed(drawn, self.width, self.column, above, below)

    def _banner(self, block: Banner) -> Image.Image:
        line = doubled(self._line(Line(block.text, block.language, "title", bold=True), self.half))
        text = self._placed(line, 10, 10)
        page = Image.new("L", (self.width, text.height + _SPACE[Banner][1]))
        page.paste(ImageChops.invert(text), (0, 0))
        return page

    def _line(self, block: Line, hand: Hand) -> Image.Image:
        """One line if a smaller size makes it one, else as many as it takes; never below the size of small print."""
        most = hand.em(block.rank)
        sizes = tuple(range(max(round(most * LEAST_FIT), min(most, hand.em("small"))), most + 1))
        fitting = hand.fit(block.text, block.language, sizes, bold=block.bold, width=hand.column)
        size = fitting or sizes[0]
        return hand.piece(block.text, block.language, size, hand.column, bold=block.bold, align="centre").mask

    def _number(self, block: Number) -> Image.Image:
        """The number, and the mark of priority in a black square behind it; doubled."""
        hand = self.half
        most, least = hand.em("number"), hand.em("heading")
        sizes = (*range(least, most, 2), most)
        for rank in _MARKS:  # the smaller mark where the larger one would make the number smaller
            mark = self._mark(block.mark, rank) if block.mark else None
            gap = hand.em(rank) // 3 if mark else 0
            room = hand.column - gap - (mark.width if mark else 0)
            size = hand.fit(block.text, "en", sizes, bold=True, width=room)
            if size == most:
                break
        if size is None:
            hint = "Shorten the series or the lane of the numbers."
            raise TextError(f'the number "{block.text}" does not fit the paper', hint=hint)
        mask = hand.ink(block.text, size)
        page = Image.new("L", (mask.width + gap + (mark.width if mark else 0), mask.height))
        page.paste(mask, (0, 0))
        if mark:
            page.paste(mark, (page.width - mark.width, 0))
        return doubled(page)

    def _mark(self, text: str, rank: Rank) -> Image.Image:
        letter = self.half.ink(text, self.half.em(rank))
        side = round(letter.height * 1.8)
        page = Image.new("L", (side, side))
        ImageDraw.Draw(page).rounded_rectangle((0, 0, side - 1, side - 1), side // 7, INK)
        x, y = (side - letter.width) // 2, (side - letter.height) // 2
        page.paste(ImageChops.invert(letter), (x, y))
        return page

    def _entries(self, block: Entries) -> Image.Image:
        """Keys in one column, names in the next, how often at the right edge."""
        em, small = self.hand.em(block.rank), self.hand.em("small")
        x = max(self.hand.measure(row.key, "en", em, bold=True) for row in block.rows) + small // 2
        pieces: list[Piece] = []
        for row in block.rows:
            pieces += self._entry(row, block, x, apart=small // 3 if pieces else 0)
        return stack(pieces, self.column)

    def _entry(self, row: Entry, block: Entries, x: int, apart: int) -> list[Piece]:
        em, small = self.hand.em(block.rank), self.hand.em("small")
        beside = [(0, self.hand.piece(row.key, "en", em, x, bold=True))]
        room = self.column - x
        if row.times:
            width = self.hand.measure(row.times, "en", em, bold=True)
            room -= width + small // 2
            beside.append((self.column - width, self.hand.piece(row.times, "en", em, width, bold=True)))
        name = self.hand.piece(row.text, block.language, em, room, bold=block.bold)
        whole = abreast([*beside, (x, name)], self.column)
        made = [whole._replace(step=name.step + apart)]
        for text, language in row.further:
            below = abreast([(x, self.hand.piece(text, language, small, self.column - x))], self.column)
            made.append(below._replace(step=max(below.step, name.step - em // 4)))
        return made

    def _listing(self, block: Listing) -> Image.Image:
        em, language = self.hand.em("small"), block.language
        pieces = [self.hand.piece(block.title, language, em, self.column)]
        for group in block.groups:
            if group.key is not None:
                pieces.append(self._heading(group.key, group.name, language))
            for index, item in enumerate(group.items, 1):
                text = self.hand.piece(item, language, em, self.column - em)
                pieces.append(self._item(text, em, str(index) if block.numbered else None))
        return stack(pieces, self.column)

    def _heading(self, key: str, name: str | None, language: str) -> Piece:
        """Whose items follow."""
        em = self.hand.em("small")
        beside = [(0, self.hand.piece(key, language, em, self.column, bold=True))]
        if name is not None:
            beside.append((em, self.hand.piece(name, language, em, self.column - em, bold=True)))
        return abreast(beside, self.column)._replace(step=self.hand.step(language, em) + em // 4)

    def _item(self, text: Piece, em: int, number: str | None) -> Piece:
        """The text behind its mark."""
        if number is not None:
            digit = self.hand.piece(number, "en", em, em, bold=True)
            return abreast([(0, digit), (em, text)], self.column)._replace(step=text.step)
        strip = Image.new("L", (self.column, text.mask.height))
        strip.paste(text.mask, (em, 0))
        side, middle = em // 4, text.first - em // 3
        ImageDraw.Draw(strip).rectangle((em // 4, middle - side // 2, em // 4 + side, middle + side // 2), INK)
        return text._replace(mask=strip)

    def _proof(self, block: Proof) -> Image.Image:
        """The code with its quiet zone, which is all the space it needs, and the words beside it; all doubled where the
        words, larger then, are no taller than the code. One that is not would keep the code from being sent doubled."""
        if block.url is None:
            return self._placed(self._words(block, self.hand, self.column), *_SPACE[Proof])
        found = matrix(block.url)
        code = qr_image(found, module_dots(found, _QR_SIDE))
        room = self.width - MARGIN - code.width
        cut = self.hand.cut.copy()
        words, space = doubled(self._words(block, self.half, room // 2, larger=True)), 0
        if words.height > code.height or self.hand.cut != cut:
            self.hand.cut[:] = cut
            words, space = self._words(block, self.hand, room), sum(_SPACE[Proof])
        height = max(code.height, words.height + space)
        page = Image.new("L", (self.width, height))
        page.paste(code, (0, (height - code.height) // 4 * 2))
        page.paste(words, (code.width, (height - words.height) // 4 * 2))
        return page

    def _words(self, block: Proof, hand: Hand, width: int, *, larger: bool = False) -> Image.Image:
        small, large = hand.em("body" if larger else "small"), hand.em("body")
        if larger:
            large = round(large * _APART)
        pieces = [hand.piece(block.caption, block.language, small, width, bold=True)] if block.url else []
        for row in block.rows:
            label = hand.piece(row.label, block.language, small, width)
            value = hand.piece(row.value, "en", large, width, bold=True)
            x = hand.measure(row.label, block.language, small) + small // 2
            if x + hand.measure(row.value, "en", large, bold=True) > width:
                pieces += [label, value]
            else:
                pieces.append(abreast([(0, label), (x, value)], width))
        words = stack(pieces, width)
        return words.crop(words.getbbox()) if block.url else words
