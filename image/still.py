"""The still picture that stands on the screen from the first moment until the kiosk draws: drawn when the card is made.

It is raw, a band for each width that screens have, in the form of the kernel's framebuffer (32 bits a pixel: blue,
green, red, nothing). Whoever shows it (systemd/root/usr/lib/scorecard/still-picture) needs a shell and no program that
knows pictures. Its ground is the kiosk's, so that its first frame changes nothing but the middle.
"""

from PIL import Image, ImageDraw

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from translations import LANGUAGES, N_, load

WIDTHS = (480, 640, 720, 800, 1024, 1080, 1280, 1360, 1366, 1440, 1600, 1680, 1920)
"""Of another width only the ground is shown."""
HEIGHT, MARGIN = 240, 40
"""Rows of a band; so many at its top are ground, and are what the rest of the screen is filled with."""
TITLE = N_("Starting")
SCORES = 5
DOT, STEP, SIZE = 28, 48, 30
"""Of the five dots, one for each level of the score, and of the text; pixels."""
FINER = 8


def bands() -> dict[str, bytes]:
    """The band of each width by its name, as it is written to the framebuffer."""
    drawn = picture()
    return {str(width): raw(centred(drawn, width)) for width in WIDTHS}


def picture() -> Image.Image:
    """The band, as narrow as the narrowest screen: five dots, and the word in every language."""
    tokens = load_tokens()
    image = Image.new("RGB", (min(WIDTHS), HEIGHT), tokens.colour.ground)
    left, dot = (image.width - (SCORES - 1) * STEP - DOT) // 2, _dot()
    for n in range(SCORES):
        image.paste(tokens.colour.primary, (left + n * STEP, MARGIN), dot)
    shaper, top = Typesetter(), MARGIN + DOT + 16
    for language in LANGUAGES:
        line = shaper.line(load(language, "sheet").gettext(TITLE), language, SIZE)
        ink = Image.new("RGB", line.mask.size, tokens.colour.ink)
        image.paste(ink, ((image.width - line.width) // 2, top), line.mask)
        top += line.height + 4
    return image


def _dot() -> Image.Image:
    """A disc as a mask, with a smooth edge: drawn large and made small, as Pillow's own has steps."""
    large = Image.new("L", (DOT * FINER, DOT * FINER))
    ImageDraw.Draw(large).ellipse((0, 0, large.width - 1, large.height - 1), fill=255)
    return large.reduce(FINER)


def centred(drawn: Image.Image, width: int) -> Image.Image:
    """The band in the middle of a screen of this width."""
    image = Image.new("RGB", (width, drawn.height), drawn.getpixel((0, 0)))
    image.paste(drawn, ((width - drawn.width) // 2, 0))
    return image


def raw(image: Image.Image) -> bytes:
    """XRGB8888, little-endian, as drm_fourcc.h calls it."""
    return image.tobytes("raw", "BGRX")
