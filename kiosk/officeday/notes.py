"""What the conductor saw and did, as lines of a file: the day told from the citizens' side. Pure.

The summary is computed from these notes alone and then held against paper, journal and office. Moments are seconds
after the opening.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import msgspec

from kiosk.errors import KioskError


class NotesError(KioskError):
    """A line that is no note."""


@dataclass(frozen=True, slots=True)
class Came:
    """A citizen joined the line, or came back to ask (`asks`). `stayed` False: the line was too long."""

    citizen: int
    persona: str
    language: str
    at_s: float
    stayed: bool = True
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Went:
    """A turn at the kiosk ended. `reason`: why without what was wanted, None: content.

    `joined_s`, `began_s`, `ended_s`: joined the line, stood before the kiosk, left it. `extra_s`: what a fourth touch
    would have added. `touches`: the citizen's own, a child's not counted.
    """

    citizen: int
    persona: str
    joined_s: float
    began_s: float
    ended_s: float
    touches: int
    extra_s: float
    tickets: tuple[str, ...] = ()
    reason: str | None = None
    asks: bool = False
    dead: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A number came in sight that had not been there before. `by_child`: nobody wanted it."""

    citizen: int
    label: str
    at_s: float
    by_child: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A ticket lay in the tray: `sheet` is its number there."""

    sheet: str
    at_s: float


@dataclass(frozen=True, slots=True)
class WroteDown:
    """The kiosk asked for a number to be written down, and the citizen did."""

    citizen: int
    label: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Pressed:
    """A score button of this counter was pressed. `counted`: a new score, not a press on top of the last one."""

    citizen: int
    level: int
    at_s: float
    counted: bool
    counter: int = 1


@dataclass(frozen=True, slots=True)
class Acted:
    """An officer did something at the console. `by`: https or browser. `act`: as the console names it.

    `label`: the number it was about; `called`: the number that it called; `ended`: the number whose service it ended.
    `tries`: how often it was asked for until there was an answer. `refused`: why the console did not do it.
    """

    counter: int
    by: str
    act: str
    at_s: float
    label: str | None = None
    called: str | None = None
    ended: str | None = None
    reason: str | None = None
    tries: int = 1
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """After a fault: what console and display show that is not so; nothing where all is right."""

    at_s: float
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Broke:
    """A fault began; `ended_s`, once it was mended, `well_s` once everything worked again and had caught up."""

    fault: str
    began_s: float
    ended_s: float
    well_s: float
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Touched:
    """How long a touch took to be answered, in real milliseconds."""

    screen: str
    ms: float


Note: TypeAlias = Came | Went | Given | Paper | WroteDown | Pressed | Acted | Looked | Broke | Touched
KINDS: dict[str, type[Any]] = {
    shape.__name__.lower(): shape
    for shape in (Came, Went, Given, Paper, WroteDown, Pressed, Acted, Looked, Broke, Touched)
}


def line(note: Note) -> str:
    """The note as one line of JSON."""
    return json.dumps({"note": type(note).__name__.lower(), **asdict(note)}, ensure_ascii=False)


def read(lines: Iterable[str]) -> list[Note]:
    """The notes of a file, in order. Raises NotesError."""
    found: list[Note] = []
    for number, text in enumerate(lines, 1):
        try:
            fields = json.loads(text)
            found.append(msgspec.convert(fields, type=KINDS[fields.pop("note")], strict=True))
        except (ValueError, KeyError, TypeError, AttributeError, msgspec.ValidationError) as error:
            raise NotesError(f"line {number} is no note: {error}", hint="Take the file as the day wrote it.") from error
    return found
