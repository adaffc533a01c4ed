"""A scene as pixels. `pieces` says what each part of it puts on the screen; `picture` lays them on a Pillow image, the
window (kiosk.ui) on its surface. So a picture in the documentation shows what the screen shows."""

from functools import lru_cache
from typing import NamedTuple

from PIL import Image, ImageDraw

from fonts.shaping import Typesetter
from fonts.tokens import Hex, rgb
from kiosk import pictograms
from kiosk.layout import Rect
from kiosk.scene import Icon, Op, Scene, Text

_OVERSAMPLED = 4


class Piece(NamedTuple):
    """A colour put on a rectangle, through a mask of its size (None: everywhere)."""

    rect: Rect
    mask: Image.Image | None
    colour: Hex


def pieces(op: Op, typesetter: Typesetter) -> list[Piece]:
    """What an op puts on the screen, from back to front."""
    if isinstance(op, Icon):
        return [Piece(op.rect, pictograms.mask(op.name, op.rect.w), op.colour)]
    if isinstance(op, Text):
        found = []
        for x, baseline, line in op.lines:
            drawn = typesetter.line(line, op.language, op.size_px, op.weight)
            found.append(Piece(Rect(x, baseline - drawn.ascent, drawn.width, drawn.height), drawn.mask, op.colour))
        return found
    filled = _filled(op.rect, op.radius, op.fill) if op.fill is not None else []
    edged = _edged(op.rect, op.radius, op.stroke, op.outline) if op.outline is not None and op.stroke else []
    return filled + edged


def _filled(rect: Rect, radius: int, colour: Hex) -> list[Piece]:
    """Round corners through masks, all else solid, so that a large panel costs no more than a small one."""
    side = min(radius, rect.w // 2, rect.h // 2)
    if side == 0:
        return [Piece(rect, None, colour)]
    inner = rect.w - 2 * side
    found = [
        Piece(Rect(rect.x + side, rect.y, inner, rect.h), None, colour),
        Piece(Rect(rect.x, rect.y + side, side, rect.h - 2 * side), None, colour),
        Piece(Rect(rect.right - side, rect.y + side, side, rect.h - 2 * side), None, colour),
    ]
    return found + _corners(rect, side, 0, side, colour)


def _edged(rect: Rect, radius: int, stroke: int, colour: Hex) -> list[Piece]:
    side = min(max(radius, stroke), rect.w // 2, rect.h // 2)
    wide, high = rect.w - 2 * side, rect.h - 2 * side
    found = [
        Piece(Rect(rect.x + side, rect.y, wide, stroke), None, colour),
        Piece(Rect(rect.x + side, rect.bottom - stroke, wide, stroke), None, colour),
        Piece(Rect(rect.x, rect.y + side, stroke, high), None, colour),
        Piece(Rect(rect.right - stroke, rect.y + side, stroke, high), None, colour),
    ]
    return found + _corners(rect, side, stroke, min(radius, side), colour)


def _corners(rect: Rect, side: int, stroke: int, radius: int, colour: Hex) -> list[Piece]:
    places = ((rect.x, rect.y), (rect.right - side, rect.y), (rect.x, rect.bottom - side))
    spots = (*places, (rect.right - side, rect.bottom - side))
    masks = _corner_masks(side, stroke, radius)
    return [Piece(Rect(x, y, side, side), mask, colour) for (x, y), mask in zip(spots, masks, strict=True)]


@lru_cache(maxsize=64)
def _corner_masks(side: int, stroke: int, radius: int) -> tuple[Image.Image, ...]:
    """Top left, top right, bottom left, bottom right; `stroke` 0 is filled."""
    factor = _OVERSAMPLED
    whole = 2 * side * factor
    big = Image.new("L", (whole, whole))
    draw = ImageDraw.Draw(big)
    draw.rounded_rectangle((0, 0, whole - 1, whole - 1), radius * factor, fill=255)
    edge = stroke * factor
    if stroke and whole - 1 - edge > edge:
        draw.rounded_rectangle((edge, edge, whole - 1 - edge, whole - 1 - edge), max(radius * factor - edge, 0), fill=0)
    small = big.resize((2 * side, 2 * side), Image.Resampling.LANCZOS)
    return tuple(small.crop((x, y, x + side, y + side)) for x, y in ((0, 0), (side, 0), (0, side), (side, side)))


def picture(scene: Scene, screen: Rect, typesetter: Typesetter) -> Image.Image:
    """The scene as an image of mode "RGB"."""
    image = Image.new("RGB", (screen.w, screen.h), rgb(scene.ground))
    for op in scene.ops:
        for piece in pieces(op, typesetter):
            box = (piece.rect.x, piece.rect.y, piece.rect.right, piece.rect.bottom)
            if piece.rect.w > 0 and piece.rect.h > 0:
                image.paste(rgb(piece.colour), box, piece.mask)
    return image
