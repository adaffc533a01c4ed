"""An office's logo made dots: a picture file → black and white, or a refusal that says what to do."""

import io
from typing import Final

from PIL import Image

from kiosk.paper_blocks import Picture
from kiosk.paper_ink import DOTS_PER_MM, INK, THRESHOLD, PaperError

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_PIXELS: Final = 4000 * 4000
TALLEST_MM: Final = 40

MOST_GREY: Final = 0.35
"""How much of a logo's ink may be neither black nor white: edges are grey, and so are shades and photographs."""

_FAINT, _FULL = 48, 208
_HINT: Final = "Save it as a black and white PNG, as a stamp would show it."


class LogoError(PaperError):
    """A picture that would not be a clear logo on paper."""


def logo(content: bytes, width_mm: int) -> Picture:
    """The logo at this width. Raises LogoError for a file that is no picture, blank, too tall or too grey."""
    if len(content) > MOST_BYTES:
        raise LogoError(f"the logo's file has {len(content) // 1024} KiB", hint=f"At most {MOST_BYTES // 1024} KiB.")
    ink = _scaled(_opened(content), width_mm * DOTS_PER_MM)
    counts = ink.histogram()
    seen, grey = sum(counts[_FAINT:]), sum(counts[_FAINT:_FULL])
    if not sum(counts[THRESHOLD:]):
        raise LogoError("the logo is blank: nothing in it is dark enough to print", hint=_HINT)
    if grey > MOST_GREY * seen:
        share = grey * 100 // seen
        raise LogoError(f"{share} % of the logo's ink is grey, and paper has only black and white", hint=_HINT)
    dots = ink.point(lambda level: INK if level >= THRESHOLD else 0).convert("1")
    return Picture(dots.width, dots.height, dots.tobytes())


def _opened(content: bytes) -> Image.Image:
    """The picture as ink: mode "L", 255 is black, what is transparent is white."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "BMP", "PPM", "GIF", "TIFF")) as picture:
            size = picture.size
            colours = picture.convert("RGBA") if size[0] * size[1] <= MOST_PIXELS else None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise LogoError("the logo's file is not a picture that can be read", hint="Save it again as PNG.") from error
    if colours is None:
        raise LogoError(f"the logo has {size[0]} × {size[1]} pixels", hint="Make it smaller.")
    sheet = Image.new("RGBA", colours.size, "white")
    return Image.alpha_composite(sheet, colours).convert("L").point(lambda level: INK - level)


def _scaled(ink: Image.Image, width: int) -> Image.Image:
    """Trimmed to what is dark, then `width` dots wide."""
    box = ink.point(lambda level: INK if level >= _FAINT else 0).getbbox()
    if box is None:
        raise LogoError("the logo is blank", hint=_HINT)
    ink = ink.crop(box)
    height = max(1, round(ink.height * width / ink.width))
    if height > TALLEST_MM * DOTS_PER_MM:
        hint = f"Give it a smaller `width_mm`: at most {TALLEST_MM} mm high."
        raise LogoError(f"the logo would be {height // DOTS_PER_MM} mm high", hint=hint)
    return ink.resize((width, height), Image.Resampling.LANCZOS)
