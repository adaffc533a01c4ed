"""What the service menu shows, as pure values. Codes are put into words by kiosk.upkeep_words."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from kiosk.upkeep_entry import Entry


class Health(StrEnum):
    """How a part is."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


class Part(NamedTuple):
    """A part of this machine. `name` and `told` are codes; `figure` fills what is told in."""

    name: str
    health: Health
    told: str
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a tool of the menu is asked for. `value` and `secret`: what was chosen or typed for it."""

    tool: str
    value: str = ""
    secret: str = field(default="", repr=False)


class Told(NamedTuple):
    """What became of it: a code, and what fills it in words."""

    tool: str
    code: str
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Able:
    """What can be chosen here. `printers`: addresses of those that are plugged in; `volume` and `brightness` in
    percent, None: there is none that can be changed."""

    printers: tuple[str, ...] = ()
    volume: int | None = None
    brightness: int | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A counter whose buttons are tested: the levels that are held, those that were pressed, and of *next* the same.

    `has_next`: it has such a button. `several`: there are other counters to turn to.
    """

    counter: int
    held: frozenset[int] = frozenset()
    met: frozenset[int] = frozenset()
    has_next: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True)
class FirstCode:
    """The one-time code of the first administrator, and where it is typed.

    `until`: on the office's wall clock, None where nobody vouches for it. `sha256`: the fingerprint of what vouches for
    the console, empty where that is somebody else's certificate.
    """

    code: str = field(repr=False)
    console: str
    sha256: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What is known while the menu is open; nothing of it outlives the menu.

    `able`: the choices that this machine has. `entry`: what is being typed. `trial`: the change that is being tried,
    `trial_s` for how many seconds yet. `touched`: places of the screen, numbered from its first corner.

    `digits`: what has been typed of the PIN. `refused`: the code of why none is taken, or why the last one was not;
    `wait_s`: seconds until one is. `counters`: there are buttons to test. `slip`: what became of the test print.
    `prints`: there is a printer.
    `first`: the code, or the code of why there is none. `tools`: those that this machine has; `told`: what became of
    the last one. `ask`: what is to be chosen.
    """

    parts: tuple[Part, ...] = ()
    digits: str = field(default="", repr=False)
    refused: str | None = None
    wait_s: int = 0
    counters: bool = False
    connected: bool = False
    prints: bool = True
    slip: str | None = None
    tested: Tried | None = None
    first: FirstCode | str | None = None
    tools: frozenset[str] = frozenset()
    told: Told | None = None
    ask: str = ""
    able: Able = field(default_factory=Able)
    entry: Entry | None = None
    trial: tuple[str, ...] = ()
    trial_s: int = 0
    touched: frozenset[int] = frozenset()


NO_UPKEEP = Upkeep()
"""While no menu is open."""
