"""Text to pixels: every string that is seen, on screen or paper, is shaped by Pillow with Raqm (HarfBuzz) here.

Sizes are the em in whole pixels, widths and heights whole pixels. Masks are Pillow images of mode "L": 255 is ink.
"""

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache, partial
from io import BytesIO
from typing import Literal

from PIL import Image, ImageChops, ImageDraw, ImageFont

from fonts.errors import DoesNotFitError, FontsError
from fonts.faces import FaceName, Faces, Run, Weight, check, home_face
from fonts.lines import break_lines
from translations.breaks import break_opportunities, syllables

Align = Literal["left", "centre", "right"]

# Each line is as high as the tallest stacks of its script need, so that lines align whatever they say. The heights
# are measured from ink: the fonts' own tables promise more or less than they draw.
_TALL: dict[FaceName, tuple[str, ...]] = {
    "thai": ("ที่ปู่ญู้ฎุฏูฐำ", "ปั๊ป๋ำไใโฬฟ้", "ÅÉÇgjpqy()|", "฿0123456789"),
    "myanmar": ("ကြွှုံ့င်္ဂိ", "ဥ္ဏှူဪဩ", "ဂြိုဟ်ဋ္ဌာန္တြီ", "မြွှူးည၍၎၏ဍ္ဎ", "ကျားရှိကိုတွဲ့ုံး", "စက္ကူဖြတ်ဆောင်ယူ", "ဗုဒ္ဓဟူးကုမ္ပဏီအက္ခရာ", "Égjpqy()|"),
}
_TALL_LATIN = ("ÅÉÇgjpqy()|", "0123456789")


@dataclass(frozen=True, slots=True)
class InkLine:
    """One shaped line. Do not draw on `mask`: it is shared through the cache.

    `mask` is `width` × (`ascent` + `descent`) pixels and holds all the ink; its baseline is under row `ascent` - 1.
    `origin` is the column where the pen started: more than 0 where a glyph hangs out to the left of it.
    """

    mask: Image.Image
    width: int
    ascent: int
    descent: int
    origin: int = 0

    @property
    def height(self) -> int:
        """Pixels from the first row to the last."""
        return self.ascent + self.descent


@dataclass(frozen=True, slots=True)
class Extent:
    """The pixels that an InkLine's mask has: `width` × (`ascent` + `descent`)."""

    width: int
    ascent: int
    descent: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text broken into `lines` at the largest size that fits, `size_px`."""

    lines: tuple[str, ...]
    size_px: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Several lines as one mask, with the rows of their baselines."""

    mask: Image.Image
    lines: tuple[str, ...]
    baselines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """Runs, each with its pen position, and the box of all ink and of the pen's way; pixels from the line's start."""

    runs: tuple[tuple[int, Run], ...]
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class _Filled:
    """How a text is broken at one size, or why it does not fit. A screen asks it of the same text again and again."""

    lines: tuple[str, ...] | None
    why: str = ""
    hint: str = ""

    def broken(self) -> tuple[str, ...]:
        """The lines. Raises DoesNotFitError."""
        if self.lines is None:
            raise DoesNotFitError(self.why, hint=self.hint)
        return self.lines


class Typesetter:
    """Draws lines of text, each kept in a cache until `cache_lines` others have been drawn."""

    def __init__(self, faces: Faces | None = None, *, cache_lines: int = 256, raqm: bool | None = None) -> None:
        """Refuses to exist where text would come out unshaped: see `fonts.check` for the errors and for `raqm`."""
        check(raqm=raqm)
        self._faces = faces or Faces()
        self._cache_lines = cache_lines
        self._lines: OrderedDict[tuple[str, str, int, Weight], InkLine] = OrderedDict()
        self._fonts: dict[tuple[FaceName, Weight, int], ImageFont.FreeTypeFont] = {}
        self._heights: dict[tuple[FaceName | None, Weight, int], tuple[int, int]] = {}
        self._placed = lru_cache(maxsize=4096)(self._place)
        self._filled = lru_cache(maxsize=4096)(self._fill)

    def line(self, text: str, language: str, size_px: int, weight: Weight = "regular") -> InkLine:
        """`text` shaped as one line. UncoveredCharacterError for a character that would be a box."""
        key = (text, language, size_px, weight)
        found = self._lines.get(key)
        if found is None:
            found = self._draw(text, language, size_px, weight)
            self._lines[key] = found
            if len(self._lines) > self._cache_lines:
                self._lines.popitem(last=False)
        self._lines.move_to_end(key)
        return found

    def measure(self, text: str, language: str, size_px: int, weight: Weight = "regular") -> int:
        """The width in pixels that `line` would have, without drawing it."""
        placed = self._placed(text, language, size_px, weight)
        return placed.right - placed.left

    def extent(self, text: str, language: str, size_px: int, weight: Weight = "regular") -> Extent:
        """What `line` takes, without drawing it: drawing is most of its work, and whoever lays out needs none."""
        placed = self._placed(text, language, size_px, weight)
        ascent, descent = self.metrics(language, size_px, weight)
        return Extent(max(placed.right - placed.left, 1), max(ascent, -placed.top), max(descent, placed.bottom))

    def metrics(self, language: str, size_px: int, weight: Weight = "regular") -> tuple[int, int]:
        """(ascent, descent) in pixels of every line in this language, size and weight that holds no borrowed run."""
        face = home_face(language)
        # A language in Latin letters does not need the room of Thai stacks.
        latin = face == "thai" and language != "th"
        key = (None if latin else face, weight, size_px)
        if key not in self._heights:
            font = self._font(face, weight, size_px)
            boxes = [font.getbbox(tall, anchor="ls") for tall in (_TALL_LATIN if latin else _TALL[face])]
            self._heights[key] = (max(-int(box[1]) for box in boxes), max(int(box[3]) for box in boxes))
        return self._heights[key]

    def wrap(self, text: str, language: str, size_px: int, weight: Weight, width_px: int) -> list[str]:
        """Lines of at most `width_px`, broken where the language allows it; a line feed always ends a line.

        A word wider than the place is cut between syllables, never inside one. DoesNotFitError if even one syllable
        is too wide.
        """
        return list(self._filled(text, language, size_px, weight, width_px, cut_words=True).broken())

    def fit(
        self,
        text: str,
        language: str,
        sizes: tuple[int, ...],
        weight: Weight,
        width_px: int,
        max_lines: int,
    ) -> Fitted:
        """The largest of `sizes` at which `text` takes at most `max_lines` lines with every word whole.

        DoesNotFitError if none does.
        """
        for size in sorted(sizes, reverse=True):
            lines = self._filled(text, language, size, weight, width_px, cut_words=False).lines
            if lines is not None and len(lines) <= max_lines:
                return Fitted(lines, size)
        raise DoesNotFitError(
            f"{text!r} does not fit {width_px} px in {max_lines} lines at {min(sizes)} px",
            hint="shorten the text, allow more lines or a smaller size",
        )

    def paragraph(
        self,
        text: str,
        language: str,
        size_px: int,
        weight: Weight,
        width_px: int,
        align: Align = "left",
        leading: float = 1.1,
    ) -> Paragraph:
        """`text` wrapped into one mask `width_px` wide; `leading` × the line height from baseline to baseline."""
        lines = self.wrap(text, language, size_px, weight, width_px)
        drawn = [self.line(line, language, size_px, weight) for line in lines]
        ascent = max(line.ascent for line in drawn)
        descent = max(line.descent for line in drawn)
        step = max(round((ascent + descent) * leading), 1)
        mask = Image.new("L", (width_px, ascent + descent + step * (len(drawn) - 1)))
        baselines = tuple(ascent + step * index for index in range(len(drawn)))
        slack = {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        for line, baseline in zip(drawn, baselines, strict=True):
            _add(mask, line.mask, round((width_px - line.width) * slack), baseline - line.ascent)
        return Paragraph(mask, tuple(lines), baselines)

    def _fill(
        self, text: str, language: str, size_px: int, weight: Weight, width_px: int, *, cut_words: bool
    ) -> "_Filled":
        def width(line: str) -> int:
            return self.measure(line, language, size_px, weight)

        lines: list[str] = []
        for part in text.split("\n"):
            last_resort = partial(syllables, part, language) if cut_words else list
            try:
                lines += break_lines(part, break_opportunities(part, language), last_resort, width, width_px)
            except DoesNotFitError as error:
                return _Filled(None, str(error), error.hint)
        return _Filled(tuple(lines))

    def _font(self, face: FaceName, weight: Weight, size_px: int) -> ImageFont.FreeTypeFont:
        key = (face, weight, size_px)
        if key not in self._fonts:
            if size_px < 1:
                raise FontsError(f"a text size of {size_px} px draws nothing", hint="ask for at least 1 px")
            content = BytesIO(self._faces.content(face, weight))
            self._fonts[key] = ImageFont.truetype(content, size_px, layout_engine=ImageFont.Layout.RAQM)
        return self._fonts[key]

    def _place(self, text: str, language: str, size_px: int, weight: Weight) -> _Placed:
        """Where each run stands, and the box of all of them.

        Shaping is most of the work. A run's box holds the pen's way too: only runs beside others are shaped twice.
        """
        runs = self._faces.runs(text, language, weight)
        places: list[tuple[int, Run]] = []
        left = top = right = bottom = 0
        pen = 0.0
        for run in runs:
            font, x = self._font(run.face, weight, size_px), round(pen)
            places.append((x, run))
            box = font.getbbox(run.text, direction="ltr", language=run.language, anchor="ls")
            left, top = min(left, x + int(box[0])), min(top, int(box[1]))
            right, bottom = max(right, x + int(box[2])), max(bottom, int(box[3]))
            if len(runs) > 1:
                pen += font.getlength(run.text, direction="ltr", language=run.language)
                right = max(right, round(pen))
        return _Placed(tuple(places), left, top, right, bottom)

    def _draw(self, text: str, language: str, size_px: int, weight: Weight) -> InkLine:
        placed, takes = self._placed(text, language, size_px, weight), self.extent(text, language, size_px, weight)
        mask = Image.new("L", (takes.width, takes.ascent + takes.descent))
        pencil = ImageDraw.Draw(mask)
        for x, run in placed.runs:
            at, font = (x - placed.left, takes.ascent), self._font(run.face, weight, size_px)
            pencil.text(at, run.text, 255, font, anchor="ls", direction="ltr", language=run.language)
        return InkLine(mask, takes.width, takes.ascent, takes.descent, -placed.left)


def _add(mask: Image.Image, ink: Image.Image, x: int, y: int) -> None:
    """Lay `ink` over what `mask` has, the darker of the two winning where neighbours overlap."""
    box = (x, y, x + ink.width, y + ink.height)
    mask.paste(ImageChops.lighter(mask.crop(box), ink), box)
