"""The way down as a machine: unpaired, giving back, asking, backoff. Pure; the driver is sync.downlink_driver.

`step(state, input, fraction)` gives the next state and what to do. TRANSITIONS is the whole table; an input that it
does not list raises IllegalInput and changes nothing. No input makes the device give up what it has mirrored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeAlias

from sync import wire
from sync.exchange import backoff_s
from sync.exchange_terms import (
    BUSY,
    FAILED,
    NO_PROGRESS,
    RETRY_AFTER_CAP_S,
    Failed,
    IllegalInput,
    Refused,
    RetryAfter,
    SetTimer,
    Timer,
)

CAP_S = 15.0
"""Longest wait after failures. The office is near, a question is small, and until the devices have asked an office that
starts does not know whether it stands on an old copy (server.witnesses)."""
QUICK_S = 1.0
"""An office that has nothing to tell and says so sooner than this does not wait as it should: it is not asked on."""
LOOK_AGAIN_S = 30.0
"""How often an unpaired device looks whether it was paired, though nobody called."""


class Phase(Enum):
    """Where the way down stands."""

    UNPAIRED = "unpaired"
    GIVING = "giving-back"
    ASKING = "asking"
    BACKOFF = "backoff"


@dataclass(frozen=True, slots=True)
class Ask:
    """Effect: ask for what lies behind the mirror's end, and wait for the answer."""


@dataclass(frozen=True, slots=True)
class Give:
    """Effect: give the office the next of what it may have lost of its own journal, where anything is owed."""


@dataclass(frozen=True, slots=True)
class NotPaired:
    """There is no pin, or no journal or key to sign with."""


@dataclass(frozen=True, slots=True)
class Fed:
    """The office sent `rows` facts after `seconds`, and they are in the mirror."""

    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Named:
    """The office named the journal that it writes now, and a mirror of it was begun."""


@dataclass(frozen=True, slots=True)
class Gave:
    """The office has what was given. `more`: there is more that it may have lost."""

    more: bool


Input: TypeAlias = Timer | NotPaired | Fed | Named | Gave | Refused | Failed | RetryAfter
Effect: TypeAlias = Ask | Give | SetTimer


@dataclass(frozen=True, slots=True)
class State:
    """`reason` and `message` tell why it waits, None when all is well. `owes`: something may have to be given back."""

    phase: Phase = Phase.UNPAIRED
    attempts: int = 0
    reason: str | None = None
    message: str | None = None
    owes: bool = True


Step: TypeAlias = tuple[State, tuple[Effect, ...]]


def begin() -> Step:
    """The state at the start of the process: look at once."""
    return State(), (SetTimer(0.0),)


def step(state: State, given: Input, fraction: float) -> Step:
    """The next state and the effects, in order. `fraction` is random, 0 <= fraction < 1. Raises IllegalInput."""
    rule = TRANSITIONS.get((state.phase, type(given)))
    if rule is None:
        hint = "This is a mistake in the program that drives the machine; report it. Nothing was lost."
        raise IllegalInput(f"{type(given).__name__} has no place in {state.phase.value}", hint=hint)
    return rule.handle(state, given, fraction)


def _ask(state: State, given: Timer, fraction: float) -> Step:
    return _giving(state) if state.owes else _asking(state)


def _not_paired(state: State, given: NotPaired, fraction: float) -> Step:
    return State(), (SetTimer(LOOK_AGAIN_S),)


def _fed(state: State, given: Fed, fraction: float) -> Step:
    if not given.rows and given.seconds < QUICK_S:
        return _back_off(state, NO_PROGRESS, "the office answers nothing, and does not wait", fraction)
    return _asking(State(owes=False))


def _named(state: State, given: Named, fraction: float) -> Step:
    """The journal before may have ended at the office earlier than here."""
    return _giving(State())


def _refused(state: State, given: Refused, fraction: float) -> Step:
    if given.code == wire.FORK:
        return _giving(replace(state, reason=given.code, message=given.message))
    return _back_off(state, given.code, given.message, fraction)


def _gave(state: State, given: Gave, fraction: float) -> Step:
    if given.more:
        return _giving(state)
    state = replace(state, owes=False)
    if state.reason == wire.FORK:
        return _back_off(state, wire.FORK, state.message or "", fraction)
    return _asking(state)


def _give_refused(state: State, given: Refused, fraction: float) -> Step:
    """The office does not want it, or is too old to know how."""
    return _back_off(replace(state, owes=False), given.code, given.message, fraction)


def _failed(state: State, given: Failed, fraction: float) -> Step:
    return _back_off(state, FAILED, given.why, fraction)


def _retry_after(state: State, given: RetryAfter, fraction: float) -> Step:
    at_least = min(max(given.seconds, 0.0), RETRY_AFTER_CAP_S)
    return _back_off(state, BUSY, "the office asks for patience", fraction, at_least)


def _asking(state: State) -> Step:
    return replace(state, phase=Phase.ASKING), (Ask(),)


def _giving(state: State) -> Step:
    return replace(state, phase=Phase.GIVING, owes=True), (Give(),)


def _back_off(state: State, reason: str, message: str, fraction: float, at_least: float = 0.0) -> Step:
    attempts = state.attempts + 1
    wait = SetTimer(at_least + backoff_s(attempts, fraction, CAP_S))
    return State(Phase.BACKOFF, attempts, reason, message, state.owes), (wait,)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: what handles the input, and the phases that it may lead to."""

    handle: Callable[[State, Any, float], Step]
    leads_to: tuple[Phase, ...]


_U, _G, _A, _B = Phase.UNPAIRED, Phase.GIVING, Phase.ASKING, Phase.BACKOFF

TRANSITIONS: Mapping[tuple[Phase, type], Rule] = {
    (_U, Timer): Rule(_ask, (_G, _A)),
    (_G, NotPaired): Rule(_not_paired, (_U,)),
    (_G, Gave): Rule(_gave, (_G, _A, _B)),
    (_G, Refused): Rule(_give_refused, (_B,)),
    (_G, Failed): Rule(_failed, (_B,)),
    (_G, RetryAfter): Rule(_retry_after, (_B,)),
    (_A, NotPaired): Rule(_not_paired, (_U,)),
    (_A, Fed): Rule(_fed, (_A, _B)),
    (_A, Named): Rule(_named, (_G,)),
    (_A, Refused): Rule(_refused, (_G, _B)),
    (_A, Failed): Rule(_failed, (_B,)),
    (_A, RetryAfter): Rule(_retry_after, (_B,)),
    (_B, Timer): Rule(_ask, (_G, _A)),
}
"""Every legal pair of phase and input."""
