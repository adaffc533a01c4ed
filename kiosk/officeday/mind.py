"""What a citizen of the day sees, remembers and does, and how long it takes. Pure.

Seconds are those of an average reader; the citizen's `reading` multiplies them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeAlias

from kiosk.officeday.personas import Citizen

TOUCH_S = 1.0
"""From having decided to the finger on the glass: an arm's length, a large target."""
SECONDS: Mapping[str, float] = MappingProxyType(
    {
        "attract": 1.5,
        "service": 4.5,
        "details": 6.0,
        "priority": 3.0,
        "late": 4.0,
        "ticket": 1.5,
        "write-down": 8.0,
        "my-ticket": 2.0,
        "standing": 5.0,
        "access": 3.0,
        "help": 3.0,
        "closed": 6.0,
        "out-of-order": 5.0,
    }
)
"""Reading a screen for the first time, at 238 words a minute (Brysbaert 2019), four words a second.

attract: one's own script among three. service: half of twelve names of three words until one's own is found.
details: a third of the seventy words, fee and documents. ticket: the number. write-down: to copy it by hand.
The others: ten to twenty words each.
"""
ELSE_S = 4.0
AGAIN = 0.4
"""A screen seen before is looked at, not read."""
WHOLE = 2.5
"""A thorough reader takes this much longer over the details."""
KEY_S = 0.8
PAPER_S = 1.5
"""To take the paper and turn away."""
LOOK_AGAIN_S = 3.0
WAITS = 3
"""How often a citizen looks again at a screen that offers nothing."""
MOST_TOUCHES = 40
MOST_PAGES = 12
"""How many pages of a list are turned before one's own service is thought not to be there."""
IGNORED = 2
"""A target that did nothing so often is left alone."""
WAYS_ON = ("continue", "close", "back", "done", "cancel", "home")


@dataclass(frozen=True, slots=True)
class Sight:
    """What the kiosk shows: the screen's name, its language, the ids of the targets, whether it asks "still there?".

    `ticket`: the number in sight; `fresh`: it was not there before this citizen's last touch. `busy`: paper is on its
    way. `trouble`: the code of what is wrong.
    """

    name: str
    language: str = ""
    targets: tuple[str, ...] = ()
    asking: bool = False
    ticket: str | None = None
    fresh: bool = False
    busy: bool = False
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Mind:
    """What a citizen remembers. `errands`: still to do; `opened`: the service whose details were asked for. `desks`:
    the group of each service.

    `chosen`: on the visit in hand. `tickets`: numbers got. `asks`: for who came to ask, number, space, code; `returns`:
    to say that they are back in the hall, `told`: they have said so.
    `ignored`: targets that did nothing, once for each time. `waited`: how often nothing could be done.
    """

    errands: tuple[str, ...]
    asks: str = ""
    returns: bool = False
    told: bool = False
    desks: Mapping[str, str] = field(default_factory=dict)
    opened: str | None = None
    chosen: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    screens: frozenset[str] = frozenset()
    tried: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()
    touches: int = 0
    typed: int = 0
    waited: int = 0
    shaken: int = 0


@dataclass(frozen=True, slots=True)
class Touch:
    """After so many seconds, a finger on this target; `beside`: it misses by a little."""

    target: str
    after_s: float
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Look again after so many seconds."""

    after_s: float


@dataclass(frozen=True, slots=True)
class Leave:
    """Walk away after so many seconds. `reason`: why without what was wanted; None: content."""

    after_s: float
    reason: str | None = None


Act: TypeAlias = Touch | Look | Leave
Decision: TypeAlias = tuple[Mind, Act]


def ticket_in_hand(mind: Mind, label: str) -> Mind:
    """The errand in hand is done, and with it all that were chosen for the same visit."""
    done = mind.errands[:1] if mind.opened is not None or not mind.chosen else ()
    left = mind.errands[len(done) :]
    return replace(mind, tickets=(*mind.tickets, label), errands=left, chosen=(), opened=None, tried=groups_anew(mind),
                   shaken=0, ignored=())  # fmt: skip


def groups_anew(mind: Mind) -> frozenset[str]:
    """Every group can be looked into again."""
    return frozenset(each for each in mind.tried if not each.startswith("group-"))


def done_by(before: Mind, after: Mind) -> tuple[str, ...]:
    """The errands for which the ticket is that came into hand in between."""
    count = len(before.errands) - len(after.errands)
    return (*before.chosen, *before.errands[:count])


def can(mind: Mind, sight: Sight, target: str) -> bool:
    """Whether a target is there and has not been found to do nothing."""
    return target in sight.targets and mind.ignored.count(target) < IGNORED


def read(citizen: Citizen, mind: Mind, sight: Sight) -> float:
    """Seconds to read what is in sight, or to look at it once more."""
    seconds = SECONDS.get(sight.name, ELSE_S) * citizen.reading
    return seconds * AGAIN if sight.name in mind.screens else seconds


def touch(citizen: Citizen, mind: Mind, sight: Sight, target: str, seconds: float | None = None) -> Decision:
    """A touch after reading (or after so many seconds of an average reader). An unsteady hand misses every third."""
    if seconds is None:
        reading_s = read(citizen, mind, sight)
        if citizen.persona == "thorough" and sight.name == "details":
            reading_s *= WHOLE
    else:
        reading_s = seconds * citizen.reading
    beside = citizen.persona == "unsteady" and mind.touches % 3 == 1
    after = replace(mind, touches=mind.touches + 1)
    return after, Touch(target, reading_s + TOUCH_S, beside)


def noticed(mind: Mind, touched: str, *, changed: bool) -> Mind:
    """After a touch on a target: whether anything in sight has changed by it."""
    return replace(mind, ignored=tuple(each for each in mind.ignored if each != touched) if changed
                   else (*mind.ignored, touched))  # fmt: skip
