"""An oracle for shaping: does the picture that the Typesetter draws hold the glyphs that HarfBuzz itself chooses?

Pillow does not tell which glyphs it drew. So the pictures are drawn with test-only copies of our faces in which each
glyph's outline is replaced by a signature: a pattern of squares derived from its glyph id, for blank glyphs too. The
tables that decide shaping (cmap, GSUB, GPOS, GDEF, the order of glyphs) stay. At one pixel a font unit nothing is
rounded, so the picture is exactly the signatures of the glyph ids that were drawn, where they were put. HarfBuzz, asked
through `uharfbuzz` with language, script and direction set, gives its own ids and places; their picture is composed of
the same signatures here, without FreeType, Pillow's text or Raqm. Equal pictures are equal glyphs at equal places.
"""

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import uharfbuzz
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, scaleUpem
from PIL import Image, ImageChops

from fonts.faces import DIRECTORY, FILES, FaceName, Faces, Weight
from fonts.shaping import Typesetter

# These two have no types.
hb: Any = uharfbuzz
scale_upem: Callable[[TTFont, int], None] = scaleUpem.scale_upem

EM = 200
GRID = 24
SQUARES = 40


@dataclass(frozen=True)
class Glyph:
    """A glyph id at the place of its origin, in font units from the start of the line, y upwards."""

    face: FaceName
    identity: int
    x: int
    y: int


@cache
def signature(identity: int) -> tuple[tuple[int, int], ...]:
    """The squares (column, row upwards) that stand for a glyph id: 40 of 576, different for each id."""
    digest = hashlib.shake_256(identity.to_bytes(4, "big")).digest(4 * SQUARES)
    cells = dict.fromkeys(int.from_bytes(digest[i : i + 4], "big") % GRID**2 for i in range(0, len(digest), 4))
    return tuple(divmod(cell, GRID) for cell in cells)


@cache
def _stamp(identity: int) -> Image.Image:
    """The same as a mask: the row upwards 0 is its lowest."""
    stamp = Image.new("L", (GRID, GRID))
    for column, row in signature(identity):
        stamp.putpixel((column, GRID - 1 - row), 255)
    return stamp


def signed_font(content: bytes) -> bytes:
    """A copy of a font file that shapes the same and draws signatures."""
    font = TTFont(BytesIO(content), recalcTimestamp=False)
    # FreeType moves the outlines of a font without instructions of its own (more than 7 bytes of them) to where it
    # thinks that they look better. These push and pop a zero, and leave the squares where they are.
    font["prep"].program.fromBytecode(b"\xb0\x00\x21" * 4)
    scale_upem(font, EM)
    for identity, name in enumerate(font.getGlyphOrder()):
        pen = TTGlyphPen(None)
        for column, row in signature(identity):
            pen.moveTo((column, row))
            for x, y in ((column, row + 1), (column + 1, row + 1), (column + 1, row)):
                pen.lineTo((x, y))
            pen.closePath()
        font["glyf"][name] = pen.glyph()
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = (advance, min(column for column, _ in signature(identity)))
    out = BytesIO()
    font.save(out)
    return out.getvalue()


@lru_cache(maxsize=1)
def signed_faces() -> Faces:
    """Our four faces with signatures for outlines."""
    directory = Path(mkdtemp(prefix="signed-faces-"))
    sums = []
    for name in FILES.values():
        content = signed_font((DIRECTORY / name).read_bytes())
        (directory / name).write_bytes(content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    (directory / "SHA256SUMS").write_text("".join(sums))
    return Faces(directory)


@lru_cache(maxsize=1)
def signed_typesetter() -> Typesetter:
    """The product's own Typesetter on the faces with signatures."""
    return Typesetter(signed_faces())


@lru_cache(maxsize=4)
def harfbuzz_font(face: FaceName, weight: Weight) -> Any:
    """HarfBuzz's view of a face with signatures, in font units."""
    return hb.Font(hb.Face(signed_faces().content(face, weight)))


def scripts(text: str) -> list[tuple[str, str]]:
    """(stretch, script) of `text`: a character without a script of its own joins the stretch before it."""
    found: list[tuple[str, str]] = []
    waiting = ""
    for character in text:
        script = _script(character)
        if script is None and not found:
            waiting += character
        elif script is None or (found and found[-1][1] == script):
            found[-1] = (found[-1][0] + character, found[-1][1])
        else:
            found.append((waiting + character, script))
            waiting = ""
    return found or [(waiting, "Zyyy")]


def _script(character: str) -> str | None:
    if unicodedata.category(character) in {"Mn", "Me"} and not "\u0e00" <= character <= "\u109f":
        return None
    buffer = hb.Buffer()
    buffer.add_str(character)
    buffer.guess_segment_properties()
    script: str | None = buffer.script
    return None if script in {None, "Zyyy", "Zinh", "Zzzz"} else script


def harfbuzz_glyphs(text: str, language: str, weight: Weight = "regular") -> list[Glyph]:
    """The glyphs that HarfBuzz chooses for `text`, run by run, with language, script and direction set."""
    glyphs = []
    pen = 0
    for run in signed_faces().runs(text, language, weight):
        for stretch, script in scripts(run.text):
            buffer = hb.Buffer()
            buffer.add_str(stretch)
            buffer.direction, buffer.script, buffer.language = "ltr", script, run.language
            hb.shape(harfbuzz_font(run.face, weight), buffer)
            for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
                glyphs.append(Glyph(run.face, info.codepoint, pen + at.x_offset, at.y_offset))
                pen += at.x_advance
    return glyphs


def composed(glyphs: list[Glyph], size: tuple[int, int], origin: int, ascent: int) -> Image.Image:
    """The picture of `glyphs` made of signatures, with the start of the baseline at (origin, ascent)."""
    picture = Image.new("L", size)
    for glyph in glyphs:
        stamp = _stamp(glyph.identity)
        x, y = origin + glyph.x, ascent - glyph.y - GRID
        left, top, right, bottom = stamp.getbbox() or (0, 0, 0, 0)
        if not (x + left >= 0 and y + top >= 0 and x + right <= size[0] and y + bottom <= size[1]):
            raise AssertionError(f"{glyph} has ink outside of the mask: it would be clipped")
        picture.paste(255, (x, y), stamp)
    return picture


Draw = Callable[[str, str, Weight], tuple[Image.Image, int, int]]


def drawn_by_the_typesetter(text: str, language: str, weight: Weight) -> tuple[Image.Image, int, int]:
    """(mask, origin, ascent) of a line drawn by the product."""
    line = signed_typesetter().line(text, language, EM, weight)
    return line.mask, line.origin, line.ascent


def assert_same_glyphs(
    text: str, language: str, weight: Weight = "regular", draw: Draw = drawn_by_the_typesetter
) -> None:
    """Fail unless `text`, line by line, is drawn with HarfBuzz's own glyphs at its own places, and none is .notdef."""
    for line in text.split("\n"):
        glyphs = harfbuzz_glyphs(line, language, weight)
        boxed = [glyph for glyph in glyphs if glyph.identity == 0]
        if boxed:
            raise AssertionError(f"{line!r} in {language}: a character would be drawn as a box")
        mask, origin, ascent = draw(line, language, weight)
        wanted = composed(glyphs, mask.size, origin, ascent)
        if ImageChops.difference(mask, wanted).getbbox() is not None:
            raise AssertionError(f"{line!r} in {language} ({weight}) is not drawn with HarfBuzz's glyphs")
