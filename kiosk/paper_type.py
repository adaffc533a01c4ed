"""Lines of type on paper: sizes, steps from line to line, and what becomes of a text that cannot be set."""

from typing import Final

from PIL import Image

from fonts.errors import DoesNotFitError, FontsError
from fonts.faces import Weight
from fonts.shaping import Align, Typesetter
from fonts.tokens import Mm, Tokens, em_px
from kiosk.paper_blocks import Rank
from kiosk.paper_ink import DOTS_PER_MM, PaperError, Piece

STEP: Final = {"th": 1.30, "en": 1.24, "my": 1.40}
"""Baseline to baseline in ems, by what the script stacks above and below; looked at, not computed."""

_ENDLESS: Final = 10_000


class TextError(PaperError):
    """A text that cannot be printed: a character that no font has, or no room for it."""


class Hand:
    """Sets texts in a column of so many dots. `cut`: texts with a word that had to be cut, being wider than its place.

    `dots_per_mm`: half of the printer's for what is doubled afterwards; then every length here is in such dots.

    Every method raises TextError.
    """

    def __init__(self, typesetter: Typesetter, tokens: Tokens, column: int, dots_per_mm: int = DOTS_PER_MM) -> None:
        self._type, self._tokens, self._dots_per_mm = typesetter, tokens, dots_per_mm
        self.column = column
        self.cut: list[str] = []

    def em(self, rank: Rank | str) -> int:
        """The type size of a rank in dots."""
        size: Mm = getattr(self._tokens.paper, rank)
        return em_px(size, self._dots_per_mm)

    def measure(self, text: str, language: str, em: int, *, bold: bool = False) -> int:
        """How wide the text is on one line."""
        try:
            return self._type.measure(text, language, em, _weight(bold))
        except FontsError as error:
            raise _text_error(text, error) from error

    def fit(self, text: str, language: str, sizes: tuple[int, ...], *, bold: bool, width: int) -> int | None:
        """The largest of these sizes at which the text is one line; None if none is."""
        try:
            return self._type.fit(text, language, sizes, _weight(bold), width, 1).size_px
        except DoesNotFitError:
            return None
        except FontsError as error:
            raise _text_error(text, error) from error

    def is_whole(self, text: str, language: str, em: int, width: int, *, bold: bool = False) -> bool:
        """Whether every word of it fits this width."""
        try:
            self._type.fit(text, language, (em,), _weight(bold), width, _ENDLESS)
        except DoesNotFitError:
            return False
        return True

    def ink(self, text: str, em: int) -> Image.Image:
        """A bold line of Latin letters and digits, trimmed to its ink."""
        try:
            mask = self._type.line(text, "en", em, "bold").mask
        except FontsError as error:
            raise _text_error(text, error) from error
        return mask.crop(mask.getbbox())

    def step(self, language: str, em: int) -> int:
        """Dots from baseline to baseline."""
        return round(em * STEP.get(language, max(STEP.values())))

    def piece(
        self, text: str, language: str, em: int, width: int, *, bold: bool = False, align: Align = "left"
    ) -> Piece:
        """The text in lines of this width; a word that is wider is cut between syllables, and noted."""
        weight, step = _weight(bold), self.step(language, em)
        set_width = self._balanced(text, language, em, weight, width) if align == "centre" else width
        ascent, descent = self._type.metrics(language, em, weight)
        try:
            lines = self._type.paragraph(text, language, em, weight, set_width, align, step / (ascent + descent))
        except FontsError as error:
            raise _text_error(text, error) from error
        if not self.is_whole(text, language, em, set_width, bold=bold):
            self.cut.append(text)
        mask = lines.mask
        if set_width < width:
            mask = Image.new("L", (width, mask.height))
            mask.paste(lines.mask, ((width - set_width) // 2, 0))
        return Piece(mask, lines.baselines[0], lines.baselines[-1], step)

    def _balanced(self, text: str, language: str, em: int, weight: Weight, width: int) -> int:
        """The least width, of a few tried, at which centred lines are no more than at this one: none is left short."""
        try:
            most = len(self._type.fit(text, language, (em,), weight, width, _ENDLESS).lines)
        except FontsError:
            return width
        narrow, wide = (width // 3, width) if most > 1 else (width, width)
        while wide - narrow > em // 2:
            middle = (narrow + wide) // 2
            try:
                self._type.fit(text, language, (em,), weight, middle, most)
                wide = middle
            except DoesNotFitError:
                narrow = middle
        return wide


def _weight(bold: bool) -> Weight:
    return "bold" if bold else "regular"


def _text_error(text: str, error: FontsError) -> TextError:
    return TextError(f'"{text}" cannot be printed: {error}', hint=f"{error.hint[:1].upper()}{error.hint[1:]}.")
