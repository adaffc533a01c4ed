"""The picture of the start: five dots and a word in every language, on the kiosk's own ground.

On a card it stands from the first moment on (image/still.py writes it raw, for whoever knows no pictures), and a window
begins with the very same, so that nothing changes on the screen until the kiosk has drawn what it invites with.
"""

from PIL import Image, ImageDraw

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from translations import LANGUAGES, N_, load

NARROWEST, HEIGHT, MARGIN = 480, 240, 40
"""Columns and rows of the picture; so many rows at its top are ground, as is the rest of a screen."""
TITLE = N_("Starting")
SCORES = 5
DOT, STEP, SIZE = 28, 48, 30
"""Of the five dots, one for each level of the score, and of the text; pixels."""
FINER = 8


def picture(typesetter: Typesetter | None = None) -> Image.Image:
    """As wide as the narrowest screen, in mode "RGB"."""
    tokens = load_tokens()
    image = Image.new("RGB", (NARROWEST, HEIGHT), tokens.colour.ground)
    left, dot = (image.width - (SCORES - 1) * STEP - DOT) // 2, _dot()
    for n in range(SCORES):
        image.paste(tokens.colour.primary, (left + n * STEP, MARGIN), dot)
    shaper, top = typesetter or Typesetter(), MARGIN + DOT + 16
    for language in LANGUAGES:
        line = shaper.line(load(language, "kiosk").gettext(TITLE), language, SIZE)
        ink = Image.new("RGB", line.mask.size, tokens.colour.ink)
        image.paste(ink, ((image.width - line.width) // 2, top), line.mask)
        top += line.height + 4
    return image


def whole(size: tuple[int, int]) -> Image.Image:
    """In the middle of a screen of so many columns and rows."""
    return centred(picture(), size)


def centred(drawn: Image.Image, size: tuple[int, int]) -> Image.Image:
    """This picture in the middle of so many columns and rows of ground."""
    image = Image.new("RGB", size, load_tokens().colour.ground)
    image.paste(drawn, ((size[0] - drawn.width) // 2, (size[1] - drawn.height) // 2))
    return image


def _dot() -> Image.Image:
    """A disc as a mask, with a smooth edge: drawn large and made small, as Pillow's own has steps."""
    large = Image.new("L", (DOT * FINER, DOT * FINER))
    ImageDraw.Draw(large).ellipse((0, 0, large.width - 1, large.height - 1), fill=255)
    return large.reduce(FINER)
