"""The faces, what each can draw, and the check at start that all of it is as it should be."""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from PIL import features

from fonts.cmap import covered_characters
from fonts.errors import FontFileError, RaqmMissingError, UncoveredCharacterError

Weight = Literal["regular", "bold"]
FaceName = Literal["thai", "myanmar"]

DIRECTORY = Path(__file__).parent
SUMS = "SHA256SUMS"
FILES: Mapping[tuple[FaceName, Weight], str] = MappingProxyType(
    {
        ("thai", "regular"): "NotoSansThai-Regular.ttf",
        ("thai", "bold"): "NotoSansThai-Bold.ttf",
        ("myanmar", "regular"): "NotoSansMyanmar-Regular.ttf",
        ("myanmar", "bold"): "NotoSansMyanmar-Bold.ttf",
    }
)
PAPER_FILES: Mapping[Weight, str] = MappingProxyType({"regular": "Sarabun-Regular.ttf", "bold": "Sarabun-Bold.ttf"})
"""Sarabun: what Thai offices set their papers in. For printed sheets; screens and tickets have the faces above."""
PAPER_LICENCE = "OFL-Sarabun.txt"
# Languages written in the Burmese script; all others are set in the Thai face, which has Latin too.
_MYANMAR_SCRIPT = frozenset({"my", "ksw", "kjp", "pwo", "shn", "mnw", "blk", "kyu", "pww", "rki"})
# The language whose shaping a borrowed run gets: the face's own.
_HOME_LANGUAGE: Mapping[FaceName, str] = MappingProxyType({"thai": "th", "myanmar": "my"})
# They steer line breaks (UAX 14) and have no ink; some faces lack them.
_BREAK_CONTROLS = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
_MAKE_HINT = "reinstall the package, or run `python -m fonts make`"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that one face draws, and the language tag that it is shaped with."""

    text: str
    face: FaceName
    language: str


def drawable(text: str) -> str:
    """`text` without the characters that only steer line breaks."""
    return text.translate(_BREAK_CONTROLS)


def home_face(language: str) -> FaceName:
    """The face that `language` (ISO 639) is set in."""
    return "myanmar" if language in _MYANMAR_SCRIPT else "thai"


def check(directory: Path = DIRECTORY, *, raqm: bool | None = None) -> None:
    """Refuse to go on with type that would be drawn wrongly.

    `raqm` says whether Pillow can shape; None asks Pillow. RaqmMissingError or FontFileError, each with its hint.
    """
    if not (features.check("raqm") if raqm is None else raqm):
        raise RaqmMissingError(
            "Pillow cannot shape text: Raqm is off, so Thai and Burmese would be drawn wrongly",
            hint="install the system package libfribidi0 (sudo apt install libfribidi0) and start again",
        )
    sums = _sums(directory)
    for name in (*FILES.values(), "OFL.txt", *PAPER_FILES.values(), PAPER_LICENCE):
        _checked(directory, name, sums)


def _sums(directory: Path) -> dict[str, str]:
    try:
        lines = (directory / SUMS).read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FontFileError(f"{directory / SUMS} cannot be read", hint=_MAKE_HINT) from error
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _checked(directory: Path, name: str, sums: Mapping[str, str]) -> bytes:
    path = directory / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FontFileError(f"the font file {path} is missing or unreadable", hint=_MAKE_HINT) from error
    if hashlib.sha256(content).hexdigest() != sums.get(name):
        raise FontFileError(f"the font file {path} is not the one that was shipped", hint=_MAKE_HINT)
    return content


class Faces:
    """The four font files, read once and verified."""

    def __init__(self, directory: Path = DIRECTORY) -> None:
        sums = _sums(directory)
        self._files = {key: _checked(directory, name, sums) for key, name in FILES.items()}
        self._covered = {key: covered_characters(content) for key, content in self._files.items()}

    def content(self, face: FaceName, weight: Weight) -> bytes:
        """The bytes of the font file."""
        return self._files[face, weight]

    def covers(self, face: FaceName, weight: Weight, character: str) -> bool:
        """Whether this face has a glyph for the single character."""
        return ord(character) in self._covered[face, weight]

    def runs(self, text: str, language: str, weight: Weight = "regular") -> list[Run]:
        """Cut `text` into stretches by what each face covers: the language's own face first, then the other.

        Marks and joiners stay with the face of the character before them, so that no cluster is cut. Characters
        that only steer line breaks are dropped. UncoveredCharacterError names a character that no face has.
        """
        home = home_face(language)
        other: FaceName = "thai" if home == "myanmar" else "myanmar"
        seen = drawable(text)
        if seen and self._covered[home, weight].issuperset(map(ord, seen)):  # nearly every text
            return [Run(seen, home, language)]
        pieces: list[tuple[FaceName, str]] = []
        for character in seen:
            order = (home, other)
            if pieces and _extends(character):
                order = (pieces[-1][0], other if pieces[-1][0] == home else home)
            face = next((name for name in order if self.covers(name, weight, character)), None)
            if face is None:
                raise _uncovered(character)
            if pieces and pieces[-1][0] == face:
                pieces[-1] = (face, pieces[-1][1] + character)
            else:
                pieces.append((face, character))
        return [Run(piece, face, language if face == home else _HOME_LANGUAGE[face]) for face, piece in pieces]


def _extends(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"}


def _uncovered(character: str) -> UncoveredCharacterError:
    name = unicodedata.name(character, "a control character")
    return UncoveredCharacterError(
        f"no font has the character U+{ord(character):04X} ({name})",
        hint="write the text without it, or draw it as a picture",
        character=character,
    )


def check_printable(texts: Iterable[str], directory: Path = DIRECTORY) -> None:
    """Refuse what a printed sheet would show as a box: each character has to be in Sarabun or in the Burmese face, in
    both weights. UncoveredCharacterError names the first that is not."""
    sums = _sums(directory)
    pairs = [(PAPER_FILES[weight], FILES["myanmar", weight]) for weight in PAPER_FILES]
    each = [frozenset[int]().union(*(covered_characters(_checked(directory, f, sums)) for f in pair)) for pair in pairs]
    covered = each[0].intersection(*each[1:])
    for text in texts:
        for character in drawable(text):
            if ord(character) not in covered:
                raise _uncovered(character)
