"""Pieces of ink put together: masks of mode "L" (255 is ink) beside and below each other. Pure but for Pillow."""

from typing import Final, NamedTuple

from PIL import Image, ImageChops, ImageOps

from kiosk.errors import KioskError
from kiosk.paper_blocks import Picture
from kiosk.qr import QUIET, Matrix

DOTS_PER_MM: Final = 8
"""203 dpi is 7.99 dots a millimetre."""

THRESHOLD: Final = 112
"""Ink from this grey on, of 255: a little below the middle, since thin strokes burn thinner than they are drawn."""

INK: Final = 255
_INKED: Final = [INK if grey >= THRESHOLD else 0 for grey in range(256)]


class PaperError(KioskError):
    """A ticket that cannot be drawn as it should be."""


class Piece(NamedTuple):
    """Lines that were set: the mask, the rows of its first and last baseline, and the step down to its first."""

    mask: Image.Image
    first: int
    last: int
    step: int


def stack(pieces: list[Piece], width: int) -> Image.Image:
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
        lay(page, piece.mask, 0, above + top)
    return page


def abreast(pieces: list[tuple[int, Piece]], width: int) -> Piece:
    """Pieces beside each other, each from its column on, their first lines on one baseline."""
    first = max(piece.first for _, piece in pieces)
    height = max(first - piece.first + piece.mask.height for _, piece in pieces)
    page = Image.new("L", (width, height))
    for x, piece in pieces:
        lay(page, piece.mask, x, first - piece.first)
    depth = max(piece.last - piece.first for _, piece in pieces)
    return Piece(page, first, first + depth, max(piece.step for _, piece in pieces))


def lay(page: Image.Image, ink: Image.Image, x: int, y: int) -> None:
    """Lay ink over what the page has; what is white in it stays as it was. Only blank ink may hang over the edge."""
    box = (x, y, min(x + ink.width, page.width), min(y + ink.height, page.height))
    part = ink.crop((0, 0, box[2] - x, box[3] - y))
    page.paste(ImageChops.lighter(page.crop(box), part), box)


def placed(image: Image.Image, width: int, column: int, above: int, below: int) -> Image.Image:
    """Trimmed to its ink above and below, in the middle of the paper. Raises PaperError where it would be clipped."""
    box = image.getbbox()
    if box is None:
        raise PaperError("a part of the ticket has nothing in it", hint="Fill in its text.")
    if image.width > column:
        hint = "Make it narrower, or use wider paper."
        raise PaperError(f"{in_mm(image.width)} mm do not fit the {in_mm(column)} mm that can be printed on", hint=hint)
    page = Image.new("L", (width, above + box[3] - box[1] + below))
    page.paste(image.crop((0, box[1], image.width, box[3])), ((width - image.width) // 2, above))
    return page


def doubled(image: Image.Image) -> Image.Image:
    """Each dot as 2 × 2: what printers can be sent at half the resolution. An odd width gets a white column more, so
    that in the middle of the paper the blocks stand on even dots."""
    image = ImageOps.expand(image, (0, 0, image.width % 2, 0))
    return image.resize((2 * image.width, 2 * image.height), Image.Resampling.NEAREST)


def in_mm(dots: int) -> str:
    """Dots as millimetres for a message."""
    return f"{dots / DOTS_PER_MM:.0f}"


def black_and_white(image: Image.Image) -> Image.Image:
    """Every dot either ink or not: an image of mode "1"."""
    return image.point(_INKED, "1")


def qr_image(found: Matrix, dots: int) -> Image.Image:
    """The code with its quiet zone, `dots` a module."""
    side = len(found.rows)
    image = Image.new("L", (found.modules, found.modules))
    inked = bytes(INK if black else 0 for row in found.rows for black in row)
    image.paste(Image.frombytes("L", (side, side), inked), (QUIET, QUIET))
    return image.resize((found.modules * dots, found.modules * dots), Image.Resampling.NEAREST)


def picture_image(picture: Picture) -> Image.Image:
    """A logo as ink."""
    return Image.frombytes("1", (picture.width, picture.height), picture.rows).convert("L")
