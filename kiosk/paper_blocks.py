"""What can stand on paper: blocks, from top to bottom, as values that kiosk.paper draws. Pure."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Rank = Literal["small", "body", "title", "heading"]
"""A size of fonts.tokens, [paper.capital_mm]."""


@dataclass(frozen=True, slots=True)
class Banner:
    """White on black across the paper."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Line:
    """Centred text, broken over as many lines as it needs."""

    text: str
    language: str
    rank: Rank
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """The hero: as large as the paper lets it be. `mark`: the P of priority stands beside it."""

    text: str
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """What something is, its value, and perhaps a note to it in small print.

    `key` tells which services of the visit the value is for. An empty label: one more value of the row above.
    """

    label: str
    value: str
    note: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels on the left, what they stand for on the right; two rows share a line where both are short."""

    rows: tuple[Pair, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One of several services: its key (1), its name, perhaps how often, and its name in further languages."""

    key: str
    text: str
    times: str | None = None
    further: tuple[tuple[str, str], ...] = ()
    """(text, language)."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The services of a visit, one below the other, each behind its key."""

    rows: tuple[Entry, ...]
    language: str
    rank: Rank
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Items of a listing that belong together. `key`, `name`: of the services they are for, where it takes saying."""

    items: tuple[str, ...]
    key: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A heading and its items, each with a mark before it, or with its number where `numbered`."""

    title: str
    groups: tuple[Group, ...]
    language: str
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """The QR code (None: none) beside what is typed by hand: the caption, the code and the witness."""

    url: str | None
    caption: str
    rows: tuple[Pair, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin line across the paper."""


@dataclass(frozen=True, slots=True)
class Space:
    """White, so many millimetres high."""

    mm: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A logo: `width` × `height` dots, rows of `(width + 7) // 8` bytes, most significant bit left, 1 = black."""

    width: int
    height: int
    rows: bytes


Block: TypeAlias = Banner | Line | Number | Pairs | Entries | Listing | Proof | Rule | Space | Picture
