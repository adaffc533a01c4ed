"""A scene as pixels. `sprite` makes each piece with Pillow; this module's `picture` puts them on a Pillow image, the
window (kiosk.ui) on its surface. So a picture in the documentation shows what the screen shows."""

from functools import lru_cache

from PIL import Image, ImageDraw

from fonts.shaping import Typesetter
from fonts.tokens import Hex, rgb
from kiosk import pictograms
from kiosk.layout import Rect
from kiosk.scene import Box, Icon, Op, Scene, Text

_OVERSAMPLED = 4


@lru_cache(maxsize=256)
def corner_box(width: int, height: int, stroke: int, radius: int) -> Image.Image:
    """The mask of a rectangle with round corners; `stroke` 0 fills it, else only its edge of that width is inked."""
    big = radius + stroke + 1
    mask = Image.new("L", (width, height), 255 if stroke == 0 else 0)
    tile = _corner(big, stroke, radius)
    if width < 2 * big or height < 2 * big:
        return _small_box(width, height, stroke, radius)
    if stroke:
        edge = ImageDraw.Draw(mask)
        edge.rectangle((0, 0, width - 1, height - 1), outline=255, width=stroke)
    flipped = tile.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for image, x in ((tile, 0), (flipped, width - big)):
        mask.paste(image, (x, 0))
        mask.paste(image.transpose(Image.Transpose.FLIP_TOP_BOTTOM), (x, height - big))
    return mask


@lru_cache(maxsize=64)
def _corner(side: int, stroke: int, radius: int) -> Image.Image:
    return _small_box(2 * side, 2 * side, stroke, radius).crop((0, 0, side, side))


def _small_box(width: int, height: int, stroke: int, radius: int) -> Image.Image:
    factor = _OVERSAMPLED
    big = Image.new("L", (width * factor, height * factor))
    box = (0, 0, width * factor - 1, height * factor - 1)
    draw = ImageDraw.Draw(big)
    draw.rounded_rectangle(box, radius * factor, fill=255)
    if stroke:
        inside = (stroke * factor, stroke * factor, box[2] - stroke * factor, box[3] - stroke * factor)
        if inside[2] > inside[0] and inside[3] > inside[1]:
            draw.rounded_rectangle(inside, max(radius - stroke, 0) * factor, fill=0)
    return big.resize((width, height), Image.Resampling.LANCZOS)


def pieces(op: Op, typesetter: Typesetter) -> list[tuple[int, int, Image.Image, Hex]]:
    """What an op puts on the screen: for each piece left, top, its mask and its colour."""
    if isinstance(op, Icon):
        return [(op.rect.x, op.rect.y, pictograms.mask(op.name, op.rect.w), op.colour)]
    if isinstance(op, Text):
        found = []
        for x, baseline, line in op.lines:
            drawn = typesetter.line(line, op.language, op.size_px, op.weight)
            found.append((x, baseline - drawn.ascent, drawn.mask, op.colour))
        return found
    return _of_box(op)


def _of_box(op: Box) -> list[tuple[int, int, Image.Image, Hex]]:
    x, y, width, height = op.rect
    found = []
    if op.fill is not None:
        found.append((x, y, corner_box(width, height, 0, op.radius), op.fill))
    if op.outline is not None and op.stroke:
        found.append((x, y, corner_box(width, height, op.stroke, op.radius), op.outline))
    return found


def picture(scene: Scene, screen: Rect, typesetter: Typesetter) -> Image.Image:
    """The scene as an image of mode "RGB"."""
    image = Image.new("RGB", (screen.w, screen.h), rgb(scene.ground))
    for op in scene.ops:
        for x, y, mask, colour in pieces(op, typesetter):
            image.paste(rgb(colour), (x, y, x + mask.width, y + mask.height), mask)
    return image
