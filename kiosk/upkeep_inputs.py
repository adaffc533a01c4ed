"""What can happen on the screens of the service menu, and what they ask of the machine. Pure values."""

from dataclasses import dataclass, field
from typing import TypeAlias

from kiosk.screen_types import Moment
from kiosk.upkeep_types import Able, FirstCode, Part, Told, Tried, Wish


@dataclass(frozen=True, slots=True)
class OpenMenu:
    """The technician's chord was held, or the key pressed."""


@dataclass(frozen=True, slots=True)
class PartsTold:
    """How every part is."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class OpenPin:
    """What lies behind the PIN is wanted."""


@dataclass(frozen=True, slots=True)
class PinTold:
    """Whether a PIN can be typed: `refused` is a code (unset, wrong, wait), None: it can."""

    refused: str | None = None
    wait_s: int = 0


@dataclass(frozen=True, slots=True)
class PinRight:
    """It is durable that the menu was opened. `counters`: there are buttons to test; `connected`: an office to ask;
    `prints`: a printer to try; `tools`: what else this machine has."""

    counters: bool
    connected: bool
    prints: bool = True
    tools: frozenset[str] = frozenset()
    able: Able = field(default_factory=Able)


@dataclass(frozen=True, slots=True)
class PrintTest:
    """A test print is wanted."""


@dataclass(frozen=True, slots=True)
class SlipTold:
    """What became of it: printing, passed, or the code of what stood in the way."""

    outcome: str


@dataclass(frozen=True, slots=True)
class OpenButtons:
    """The score buttons are to be tested."""


@dataclass(frozen=True, slots=True)
class TriedTold:
    """What has been pressed so far."""

    tested: Tried


@dataclass(frozen=True, slots=True)
class AskFirstCode:
    """The first administrator's code is wanted."""


@dataclass(frozen=True, slots=True)
class FirstCodeTold:
    """The code; or "asking", or the code of why there is none."""

    first: FirstCode | str


@dataclass(frozen=True, slots=True)
class UseTool:
    """A tool is to be used."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """Something is to be chosen: restart, printer, levels, or what becomes of a trial."""

    ask: str


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """Something is to be typed: a topic of kiosk.upkeep_entry."""

    topic: str


@dataclass(frozen=True, slots=True)
class ChooseKeys:
    """Other keys: a place in kiosk.upkeep_entry.LAYERS."""

    layer: int


@dataclass(frozen=True, slots=True)
class OpenClock:
    """Date and time are to be set."""


@dataclass(frozen=True, slots=True)
class ClockTold:
    """What the clock shows, to begin with."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class OpenTouch:
    """The touch screen is to be tested."""


@dataclass(frozen=True, slots=True)
class TouchPlace:
    """A finger came to this place of the test."""

    place: int


@dataclass(frozen=True, slots=True)
class TrialTold:
    """What is being tried and for how many seconds yet; nothing: ()."""

    what: tuple[str, ...]
    left_s: int


@dataclass(frozen=True, slots=True)
class ToolTold:
    """What became of a tool, or that it is at work."""

    told: Told


UpkeepInput: TypeAlias = (
    OpenMenu
    | PartsTold
    | OpenPin
    | PinTold
    | PinRight
    | PrintTest
    | SlipTold
    | OpenButtons
    | TriedTold
    | AskFirstCode
    | FirstCodeTold
    | UseTool
    | OpenAsk
    | OpenEntry
    | ChooseKeys
    | TrialTold
    | OpenClock
    | ClockTold
    | OpenTouch
    | TouchPlace
    | ToolTold
)

# Requests to the machine ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LookAtParts:
    """Look at every part; answer with `PartsTold`."""


@dataclass(frozen=True, slots=True)
class LookAtPin:
    """Look whether a PIN can be typed; answer with `PinTold`."""


@dataclass(frozen=True, slots=True)
class TryPin:
    """Make it durable that this PIN opened the menu, or that it was wrong; answer with `PinRight` or `PinTold`."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintSlip:
    """Print a test slip; answer with `SlipTold`, and again when it is out."""


@dataclass(frozen=True, slots=True)
class FetchFirstCode:
    """Ask the office for the code; answer with `FirstCodeTold`, and again when it has answered."""


@dataclass(frozen=True, slots=True)
class LookAtClock:
    """Look what the clock shows; answer with `ClockTold`."""


@dataclass(frozen=True, slots=True)
class TakeTime:
    """Take a technician's word for the time; answer with `ToolTold`, or with `DateRefused`."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class RunTool:
    """Use a tool; answer with `ToolTold`, and again when it is done."""

    wish: Wish


UpkeepRequest: TypeAlias = (
    LookAtParts | LookAtPin | TryPin | PrintSlip | FetchFirstCode | RunTool | LookAtClock | TakeTime
)
