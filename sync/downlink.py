"""The way down as a machine: unpaired, asking, backoff. Pure; the driver is sync.downlink_driver.

`step(state, input, fraction)` gives the next state and what to do. TRANSITIONS is the whole table; an input that it
does not list raises IllegalInput and changes nothing. No input makes the device give up what it has mirrored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeAlias

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

QUICK_S = 1.0
"""An office that has nothing to tell and says so sooner than this does not wait as it should: it is not asked on."""
LOOK_AGAIN_S = 30.0
"""How often an unpaired device looks whether it was paired, though nobody called."""


class Phase(Enum):
    """Where the way down stands."""

    UNPAIRED = "unpaired"
    ASKING = "asking"
    BACKOFF = "backoff"


@dataclass(frozen=True, slots=True)
class Ask:
    """Effect: ask for what lies behind the mirror's end, and wait for the answer."""


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


Input: TypeAlias = Timer | NotPaired | Fed | Named | Refused | Failed | RetryAfter
Effect: TypeAlias = Ask | SetTimer


@dataclass(frozen=True, slots=True)
class State:
    """`reason` and `message` tell why it waits, None when all is well."""

    phase: Phase = Phase.UNPAIRED
    attempts: int = 0
    reason: str | None = None
    message: str | None = None


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
    return replace(state, phase=Phase.ASKING), (Ask(),)


def _not_paired(state: State, given: NotPaired, fraction: float) -> Step:
    return State(), (SetTimer(LOOK_AGAIN_S),)


def _fed(state: State, given: Fed, fraction: float) -> Step:
    if not given.rows and given.seconds < QUICK_S:
        return _back_off(state, NO_PROGRESS, "the office answers nothing, and does not wait", fraction)
    return State(Phase.ASKING), (Ask(),)


def _named(state: State, given: Named, fraction: float) -> Step:
    return State(Phase.ASKING), (Ask(),)


def _refused(state: State, given: Refused, fraction: float) -> Step:
    return _back_off(state, given.code, given.message, fraction)


def _failed(state: State, given: Failed, fraction: float) -> Step:
    return _back_off(state, FAILED, given.why, fraction)


def _retry_after(state: State, given: RetryAfter, fraction: float) -> Step:
    at_least = min(max(given.seconds, 0.0), RETRY_AFTER_CAP_S)
    return _back_off(state, BUSY, "the office asks for patience", fraction, at_least)


def _back_off(state: State, reason: str, message: str, fraction: float, at_least: float = 0.0) -> Step:
    attempts = state.attempts + 1
    return State(Phase.BACKOFF, attempts, reason, message), (SetTimer(at_least + backoff_s(attempts, fraction)),)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: what handles the input, and the phases that it may lead to."""

    handle: Callable[[State, Any, float], Step]
    leads_to: tuple[Phase, ...]


_U, _A, _B = Phase.UNPAIRED, Phase.ASKING, Phase.BACKOFF

TRANSITIONS: Mapping[tuple[Phase, type], Rule] = {
    (_U, Timer): Rule(_ask, (_A,)),
    (_A, NotPaired): Rule(_not_paired, (_U,)),
    (_A, Fed): Rule(_fed, (_A, _B)),
    (_A, Named): Rule(_named, (_A,)),
    (_A, Refused): Rule(_refused, (_B,)),
    (_A, Failed): Rule(_failed, (_B,)),
    (_A, RetryAfter): Rule(_retry_after, (_B,)),
    (_B, Timer): Rule(_ask, (_A,)),
}
"""Every legal pair of phase and input."""
