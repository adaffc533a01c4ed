"""The five score buttons of a counter, as one machine: edges and time in, facts and effects out. Pure.

Each button's contact:   open → closing → down → opening → open;  stuck ⇄ freeing → open
The counter they share:  armed → counted (its fact is being stored) → lockout → armed;  tried while a technician tests

A press is one when its contact has been closed for `settle` on end; it counts `together` later, or when the finger
leaves before that. It is acknowledged (lamp and chime, the same for every level) only when the loop says `Committed`.
Presses of any level until the lockout ends become one fact.

Buttons 1 and 5 pressed together are the technician's chord and never a score, however soon they are let go; held for
`chord` they ask for the service menu. That is why every press, whatever its level, waits a moment before it counts.

Drive it so: read the clock, drain the edges, give each to `step`, then `Tick(now)`; store the facts that come out; give
back `Committed` or `Refused` for a `score.given`; carry out the effects; sleep until `deadline()`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from kiosk.errors import KioskError
from sync.facts import Body, ButtonStuck, ScoreGiven, ScoreRepeated
from sync.types import BootMs, Level, Seq

LEVELS = (1, 2, 3, 4, 5)
CHORD = frozenset({1, 5})
"""The two buttons of the technician's chord."""
_BEGIN = BootMs(0)


class VotesError(KioskError):
    """An input that cannot be in this state. The state is as it was."""


@dataclass(frozen=True, slots=True)
class Timings:
    """In milliseconds. See docs/decisions/kiosk-votes.md for the reasons.

    `settle`: several times the few milliseconds that contacts bounce, and shorter than the shortest press of a hand.
    `lockout`: what HappyOrNot drops as a repeated press, about 5 s. `stuck`: longer than anyone holds a button.
    `free`: how long a stuck button has to stay open to count again. `lamp`: how long the lamp says thank you.
    `together`: two hands that press at once are this near. `chord`: how long the chord is held for the service menu.
    """

    settle: int = 30
    lockout: int = 5_000
    stuck: int = 10_000
    free: int = 1_000
    lamp: int = 1_500
    together: int = 150
    chord: int = 5_000

    def __post_init__(self) -> None:
        short = 0 <= self.settle < min(self.lockout, self.stuck) and 0 <= self.together < self.stuck
        if not short or min(self.free, self.lamp) <= 0 or not 0 < self.chord < self.stuck:
            hint = "All positive; settle shorter than lockout and stuck; together and chord shorter than stuck."
            raise VotesError(f"{self} cannot work", hint=hint)


@dataclass(frozen=True, slots=True)
class Edge:
    """A contact closed or opened at this boot time. Contacts bounce: several edges a press are usual."""

    level: int
    pressed: bool
    at: BootMs


@dataclass(frozen=True, slots=True)
class Tick:
    """It is now this boot time, and all edges up to it have been given."""

    at: BootMs


@dataclass(frozen=True, slots=True)
class Committed:
    """The `score.given` that came out is durable as fact `seq`."""

    seq: Seq
    at: BootMs


@dataclass(frozen=True, slots=True)
class Refused:
    """The `score.given` that came out could not be stored: nobody is thanked for it."""

    at: BootMs


@dataclass(frozen=True, slots=True)
class Stop:
    """The machine is being shut down: tell what is still to be told."""

    at: BootMs


@dataclass(frozen=True, slots=True)
class Try:
    """A technician tests this counter's buttons from here on: presses light the lamp and count for nobody."""

    at: BootMs


@dataclass(frozen=True, slots=True)
class EndTry:
    """The test is over; what is still held down counts for nobody."""

    at: BootMs


Input: TypeAlias = Edge | Tick | Committed | Refused | Stop | Try | EndTry


class Effect(Enum):
    """What the loop does, always the same whatever the level. `MENU`: the chord was held long enough."""

    LAMP_ON = "lamp on"
    LAMP_OFF = "lamp off"
    CHIME = "chime"
    MENU = "menu"


class Contact(Enum):
    """What is known of one button's contact."""

    OPEN = "open"
    CLOSING = "closing"
    DOWN = "down"
    OPENING = "opening"
    STUCK = "stuck"
    FREEING = "freeing"


class Counter(Enum):
    """What the buttons of a counter do together."""

    ARMED = "armed"
    COUNTED = "counted"
    LOCKOUT = "lockout"
    TRIED = "tried"


class Event(Enum):
    """What happens to a contact: its edges, and the times that run out."""

    CLOSES = "closes"
    OPENS = "opens"
    SETTLES = "settles"
    TOO_LONG = "too long"
    STAYED_OPEN = "stayed open"


CONTACTS: Mapping[tuple[Contact, Event], Contact] = MappingProxyType(
    {
        (Contact.OPEN, Event.CLOSES): Contact.CLOSING,
        (Contact.OPEN, Event.OPENS): Contact.OPEN,
        (Contact.CLOSING, Event.CLOSES): Contact.CLOSING,
        (Contact.CLOSING, Event.OPENS): Contact.OPEN,
        (Contact.CLOSING, Event.SETTLES): Contact.DOWN,
        (Contact.DOWN, Event.CLOSES): Contact.DOWN,
        (Contact.DOWN, Event.OPENS): Contact.OPENING,
        (Contact.DOWN, Event.TOO_LONG): Contact.STUCK,
        (Contact.OPENING, Event.CLOSES): Contact.DOWN,
        (Contact.OPENING, Event.OPENS): Contact.OPENING,
        (Contact.OPENING, Event.SETTLES): Contact.OPEN,
        (Contact.OPENING, Event.TOO_LONG): Contact.STUCK,
        (Contact.STUCK, Event.CLOSES): Contact.STUCK,
        (Contact.STUCK, Event.OPENS): Contact.FREEING,
        (Contact.FREEING, Event.CLOSES): Contact.STUCK,
        (Contact.FREEING, Event.OPENS): Contact.FREEING,
        (Contact.FREEING, Event.STAYED_OPEN): Contact.OPEN,
    }
)
"""The whole life of a contact. A pair that is not here is illegal."""


@dataclass(frozen=True, slots=True)
class Button:
    """One button: its contact, since when it is so, and since when it has been pressed at all (for "stuck").

    `due`: when its press counts, None: it has none that waits. `chord`: it is held as a part of the chord.
    """

    contact: Contact = Contact.OPEN
    since: BootMs = _BEGIN
    down_since: BootMs = _BEGIN
    due: BootMs | None = None
    chord: bool = False


@dataclass(frozen=True, slots=True)
class Votes:
    """The state. `repeats`: levels pressed since the score; `score`: its seq once durable; `now`: latest input.

    `chord_since`: since when both buttons of the chord are down, None: they are not, or the menu was asked for.
    """

    counter: int
    timings: Timings
    buttons: Mapping[int, Button]
    phase: Counter = Counter.ARMED
    score: Seq | None = None
    repeats: tuple[Level, ...] = ()
    lockout_until: BootMs | None = None
    lamp_until: BootMs | None = None
    now: BootMs = _BEGIN
    chord_since: BootMs | None = None

    @property
    def down(self) -> frozenset[int]:
        """The levels whose buttons are held."""
        return frozenset(level for level, button in self.buttons.items() if button.contact in _HELD)

    def deadline(self) -> BootMs | None:
        """When to come back with a `Tick` if nothing happens before."""
        due = _earliest(self)
        return due.at if due else None


class Step(NamedTuple):
    """What came of an input: the state after it, facts to store in this order, and effects to carry out then."""

    state: Votes
    facts: tuple[Body, ...] = ()
    effects: tuple[Effect, ...] = ()


def start(counter: int, at: BootMs, held: Iterable[int] = (), timings: Timings | None = None) -> Votes:
    """A counter whose buttons in `held` are down as the machine begins: not a press, but stuck if they stay so."""
    down = {level: Button(Contact.DOWN, at, at) for level in held}
    buttons = {level: down.get(level, Button(since=at)) for level in LEVELS}
    return Votes(counter, timings or Timings(), MappingProxyType(buttons), now=at)


def step(state: Votes, given: Input) -> Step:
    """Everything that this input brings about, times that ran out before it first.

    An edge that comes late (stamped before the latest input) counts from now. Raises VotesError, changing nothing.
    """
    _check(state, given)
    at = max(given.at, state.now)
    done = _advance(Step(state), at)
    done = _then(done, replace(done.state, now=at))
    if isinstance(given, Edge):
        return _happen(done, given.level, Event.CLOSES if given.pressed else Event.OPENS, at)
    if isinstance(given, Committed):
        return _committed(done, given.seq, at)
    if isinstance(given, Refused):
        return _then(done, replace(done.state, phase=Counter.ARMED, repeats=()))
    if isinstance(given, Stop):
        return _stop(done)
    if isinstance(given, Try | EndTry):
        return _trial(done, Counter.TRIED if isinstance(given, Try) else Counter.ARMED)
    return done


class _Due(NamedTuple):
    at: BootMs
    order: int
    level: int | None
    event: Event | None


def _check(state: Votes, given: Input) -> None:
    if isinstance(given, Edge) and given.level not in LEVELS:
        raise VotesError(f"there is no button {given.level}", hint="The buttons are 1 to 5.")
    if isinstance(given, Committed | Refused) and state.phase is not Counter.COUNTED:
        hint = "Give Committed or Refused once for each score.given that came out."
        raise VotesError(f"no score is waiting to be stored ({state.phase.value})", hint=hint)
    if isinstance(given, EndTry) and state.phase is not Counter.TRIED:
        raise VotesError("the buttons are not being tested", hint="Give Try before.")
    if isinstance(given, Try) and state.phase in (Counter.TRIED, Counter.COUNTED):
        raise VotesError(f"the test cannot begin ({state.phase.value})", hint="Store the score, or end the test first.")


def _due(state: Votes) -> list[_Due]:
    """All that will happen if no input comes. Ties: what was pressed first, then the lockout, then the lamp."""
    timings, due = state.timings, []
    for level, button in state.buttons.items():
        contact = button.contact
        if contact is Contact.OPEN:
            continue
        if contact is Contact.CLOSING or contact is Contact.OPENING:
            at = BootMs(button.since + timings.settle)
            due.append(_Due(at, button.since, level, Event.SETTLES))
        if contact is Contact.DOWN or contact is Contact.OPENING:
            at = BootMs(button.down_since + timings.stuck)
            due.append(_Due(at, button.since, level, Event.TOO_LONG))
        if contact is Contact.FREEING:
            at = BootMs(button.since + timings.free)
            due.append(_Due(at, button.since, level, Event.STAYED_OPEN))
        if button.due is not None:
            due.append(_Due(_counts_at(state, level, button.due), _COUNT, level, None))
    if state.lockout_until is not None:
        due.append(_Due(state.lockout_until, 2**53, None, None))
    return due


def _counts_at(state: Votes, level: int, due: BootMs) -> BootMs:
    """When a press counts: not before it is clear whether a contact that has just closed makes it a chord."""
    partner = state.buttons[_partner(level)] if level in CHORD else None
    if partner is None or partner.contact is not Contact.CLOSING:
        return due
    return BootMs(max(due, partner.since + state.timings.settle))


def _partner(level: int) -> int:
    return next(iter(CHORD - {level}))


_COUNT, _LAMP, _MENU = 2**53 - 1, 2**53 + 1, 2**53 + 2
_HELD = frozenset({Contact.DOWN, Contact.OPENING, Contact.STUCK})


def _earliest(state: Votes) -> _Due | None:
    due = _due(state)
    if state.lamp_until is not None:
        due.append(_Due(state.lamp_until, _LAMP, None, None))
    if state.chord_since is not None:
        due.append(_Due(BootMs(state.chord_since + state.timings.chord), _MENU, None, None))
    return min(due, key=lambda each: (each.at, each.order, each.level or 0), default=None)


def _advance(done: Step, to: BootMs) -> Step:
    while (due := _earliest(done.state)) is not None and due.at <= to:
        if due.level is not None and due.event is not None:
            done = _happen(done, due.level, due.event, due.at)
        elif due.level is not None:
            done = _count(done, due.level, due.at)
        elif due.order == _MENU:
            done = _then(done, replace(done.state, chord_since=None), effects=(Effect.MENU,))
        elif due.order == _LAMP:
            done = _then(done, replace(done.state, lamp_until=None), effects=(Effect.LAMP_OFF,))
        else:
            done = _unlock(done)
    return done


def _happen(done: Step, level: int, event: Event, at: BootMs) -> Step:
    state = done.state
    button = state.buttons[level]
    contact = CONTACTS.get((button.contact, event))
    if contact is None:
        raise VotesError(f"a contact that is {button.contact.value} cannot do: {event.value}", hint="See CONTACTS.")
    if contact is button.contact:
        return done
    down_since = at if contact is Contact.CLOSING else button.down_since
    done = _then(done, _with(state, level, replace(button, contact=contact, since=at, down_since=down_since)))
    if (button.contact, contact) == (Contact.CLOSING, Contact.DOWN):
        return _settled(done, level, at)
    if contact is Contact.OPENING and button.due is not None:
        return _count(done, level, at)
    if contact in (Contact.OPEN, Contact.STUCK) and button.chord:
        done = _then(done, replace(_marked(done.state, level, chord=False), chord_since=None))
    if contact is Contact.STUCK and event is Event.TOO_LONG:
        return _then(done, done.state, (ButtonStuck(state.counter, Level(level), True),))
    if event is Event.STAYED_OPEN:
        return _then(done, done.state, (ButtonStuck(state.counter, Level(level), False),))
    return done


def _settled(done: Step, level: int, at: BootMs) -> Step:
    """A press: part of the chord where the other of the two is held and has not counted, else due in a moment."""
    state = done.state
    if level in CHORD:
        other = _partner(level)
        held = state.buttons[other]
        if held.contact in (Contact.DOWN, Contact.OPENING) and (held.due is not None or held.chord):
            both = _marked(_marked(state, level, chord=True), other, chord=True)
            return _then(done, replace(both, chord_since=at))
    return _then(done, _marked(state, level, due=BootMs(at + state.timings.together)))


def _count(done: Step, level: int, at: BootMs) -> Step:
    return _press(_then(done, _marked(done.state, level)), Level(level), at)


def _press(done: Step, level: Level, at: BootMs) -> Step:
    state = done.state
    if state.phase is Counter.TRIED:
        lit = replace(state, lamp_until=BootMs(at + state.timings.lamp))
        return _then(done, lit, effects=(Effect.LAMP_ON, Effect.CHIME))
    if state.phase is Counter.ARMED:
        return _then(done, replace(state, phase=Counter.COUNTED), (ScoreGiven(state.counter, level),))
    return _then(done, replace(state, repeats=(*state.repeats, level)))


def _committed(done: Step, seq: Seq, at: BootMs) -> Step:
    timings = done.state.timings
    state = replace(
        done.state,
        phase=Counter.LOCKOUT,
        score=seq,
        lockout_until=BootMs(at + timings.lockout),
        lamp_until=BootMs(at + timings.lamp),
    )
    return _then(done, state, effects=(Effect.LAMP_ON, Effect.CHIME))


def _unlock(done: Step) -> Step:
    state = done.state
    facts: tuple[Body, ...] = ()
    if state.repeats and state.score is not None:
        facts = (ScoreRepeated(state.score, state.counter, state.repeats),)
    armed = replace(state, phase=Counter.ARMED, score=None, repeats=(), lockout_until=None)
    return _then(done, armed, facts)


def _trial(done: Step, phase: Counter) -> Step:
    """A press that still waits to count is dropped: nobody has been thanked for it."""
    done = _unlock(done) if done.state.phase is Counter.LOCKOUT else done
    state = done.state
    for level in LEVELS:
        state = _marked(state, level, chord=state.buttons[level].chord)
    return _then(done, replace(state, phase=phase))


def _marked(state: Votes, level: int, *, due: BootMs | None = None, chord: bool = False) -> Votes:
    return _with(state, level, replace(state.buttons[level], due=due, chord=chord))


def _with(state: Votes, level: int, button: Button) -> Votes:
    return replace(state, buttons=MappingProxyType({**state.buttons, level: button}))


def _stop(done: Step) -> Step:
    lamp = (Effect.LAMP_OFF,) if done.state.lamp_until is not None else ()
    done = _unlock(done) if done.state.phase is Counter.LOCKOUT else done
    return _then(done, replace(done.state, lamp_until=None), effects=lamp)


def _then(done: Step, state: Votes, facts: tuple[Body, ...] = (), effects: tuple[Effect, ...] = ()) -> Step:
    return Step(state, done.facts + facts, done.effects + effects)
