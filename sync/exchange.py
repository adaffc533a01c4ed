"""The device's side of the exchange as a machine: unpaired, idle, sending, backoff, quarantine.

Pure: `step(state, input, fraction)` gives the next state and what to do. The driver (sync.uplink) carries the effects
out and comes back with an input. TRANSITIONS is the whole table; an input that it does not list raises IllegalInput
and changes nothing. docs/exchange.md, "The device", tells the same in words.

The outbox is what the journal holds behind `received`: no answer, however wrong, can lose a fact.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sync import wire
from sync.exchange_terms import (
    ASK_EVERY_S,
    BACKOFF_CAP_S,
    BUSY,
    FAILED,
    JOURNAL_BEHIND,
    LOWERED,
    NO_PROGRESS,
    NONE,
    PROBE_EVERY_S,
    PRUNED,
    RETRY_AFTER_CAP_S,
    SERVER_AHEAD,
    Answered,
    Effect,
    Failed,
    IllegalInput,
    Input,
    Pair,
    Paired,
    PairingRefused,
    Phase,
    Pruned,
    Refused,
    Replaced,
    RetryAfter,
    Send,
    SetTimer,
    State,
    Timer,
    Wake,
)
from sync.types import Seq
from sync.wire import BATCH_ROWS

Step: TypeAlias = tuple[State, tuple[Effect, ...]]
Stepping: TypeAlias = Callable[[State, Input, float], Step]
"""What `step` is."""


def begin(*, paired: bool, received: Seq = NONE, safe: Seq = NONE) -> Step:
    """The state at the start of the process, as the inbox remembers it. A forgotten watermark is no loss."""
    return State(Phase.IDLE if paired else Phase.UNPAIRED, received=received, safe=safe), (SetTimer(0.0),)


def step(state: State, given: Input, fraction: float) -> Step:
    """The next state and the effects, in order. `fraction` is random, 0 <= fraction < 1. Raises IllegalInput."""
    rule = TRANSITIONS.get((state.phase, type(given)))
    if rule is None:
        hint = "This is a mistake in the program that drives the machine; report it. Nothing was lost."
        raise IllegalInput(f"{type(given).__name__} has no place in {state.phase.value}", hint=hint)
    return rule.handle(state, given, fraction)


def backoff_s(attempts: int, fraction: float, most_s: float = BACKOFF_CAP_S) -> float:
    """Full jitter: anything between 0 and the doubling limit, at most `most_s`."""
    return fraction * min(most_s, 2.0 ** min(attempts, 16))


def _replaced(state: State, given: Replaced, fraction: float) -> Step:
    return begin(paired=given.paired)


def _wake(state: State, given: Wake, fraction: float) -> Step:
    return replace(state, head=given.head), ()


def _wake_idle(state: State, given: Wake, fraction: float) -> Step:
    state = replace(state, head=given.head)
    return (state, ()) if given.head == state.received else _go_on(state, fraction)


def _ask_pairing(state: State, given: Timer, fraction: float) -> Step:
    return state, (Pair(),)


def _paired(state: State, given: Paired, fraction: float) -> Step:
    state = replace(state, received=given.received, safe=given.safe, attempts=0, reason=None, message=None)
    return _go_on(state, fraction)


def _pairing_refused(state: State, given: PairingRefused, fraction: float) -> Step:
    wait = BACKOFF_CAP_S * (1 + fraction) / 2
    return replace(state, reason=given.code, message=given.message), (SetTimer(wait),)


def _send(state: State, given: Timer, fraction: float) -> Step:
    return _sending(state) if state.head >= state.received else _journal_behind(state, fraction)


def _probe(state: State, given: Timer, fraction: float) -> Step:
    ask = Send(state.head, state.head, 0)
    return replace(state, asked=ask), (ask,)


def _answered(state: State, given: Answered, fraction: float) -> Step:
    if given.received > state.head:
        message = f"the server holds {given.received} facts of this journal, the journal only {state.head}"
        return _quarantine(state, SERVER_AHEAD, message, fraction)
    asked, before = _asked(state), state.received
    state = replace(state, received=given.received, safe=given.safe)
    if given.received < before:
        message = f"the server went back from {before} to {given.received}; sending again from there"
        return _back_off(state, LOWERED, message, fraction)
    if asked.up_to > asked.after >= given.received:
        return _back_off(state, NO_PROGRESS, "the server took the batch and did not keep it", fraction)
    limit = min(BATCH_ROWS, state.limit * 2)
    return _go_on(replace(state, attempts=0, limit=limit, reason=None, message=None), fraction)


def _answered_probe(state: State, given: Answered, fraction: float) -> Step:
    if given.received > state.head:
        return _stay(state, fraction)
    return _healed(replace(state, received=given.received, safe=given.safe), fraction)


def _refused(state: State, given: Refused, fraction: float) -> Step:
    if given.code in (wire.MALFORMED, wire.TOO_LARGE):
        return _smaller(state, given, fraction)
    if given.code == wire.GAP:
        return _gap(state, given, fraction)
    if given.code == wire.UNPAIRED:
        return _unpaired(state, given, fraction)
    if given.code in _FINAL:
        return _quarantine(state, given.code, given.message, fraction)
    return _back_off(state, given.code, given.message, fraction)


def _refused_probe(state: State, given: Refused, fraction: float) -> Step:
    if given.code == wire.UNPAIRED:
        return _unpaired(state, given, fraction)
    if given.code != wire.GAP:
        return _stay(replace(state, reason=given.code, message=given.message), fraction)
    if given.agrees and given.expected is not None:
        return _healed(replace(state, received=given.expected), fraction)
    return _stay(replace(state, reason=wire.FORK, message=given.message), fraction)


def _pruned(state: State, given: Pruned, fraction: float) -> Step:
    """No try helps: the server takes no gap, and nobody here has what is missing. Somebody has to mend the server."""
    message = (
        f"the server holds this journal up to {given.expected}, and the facts up to {given.floor} were pruned here "
        "after it had called them safe: it was restored from an older backup. Restore a newer backup of the server "
        '(docs/exchange.md, "Pruned"). What is here is kept and not sent until then'
    )
    return _quarantine(replace(state, received=given.expected), PRUNED, message, fraction)


def _failed(state: State, given: Failed, fraction: float) -> Step:
    return _back_off(state, FAILED, given.why, fraction)


def _retry_after(state: State, given: RetryAfter, fraction: float) -> Step:
    at_least = min(max(given.seconds, 0.0), RETRY_AFTER_CAP_S)
    return _back_off(state, BUSY, "the server asks for patience", fraction, at_least)


def _failed_pairing(state: State, given: Failed, fraction: float) -> Step:
    later, effects = _failed(state, given, fraction)
    return replace(later, phase=Phase.UNPAIRED), effects


def _retry_pairing(state: State, given: RetryAfter, fraction: float) -> Step:
    later, effects = _retry_after(state, given, fraction)
    return replace(later, phase=Phase.UNPAIRED), effects


def _failed_probe(state: State, given: Failed | RetryAfter, fraction: float) -> Step:
    return _stay(state, fraction)


def _gap(state: State, given: Refused, fraction: float) -> Step:
    if given.expected is None or given.expected == _asked(state).after:
        return _back_off(state, wire.GAP, given.message, fraction)
    if given.expected > state.head:
        return _quarantine(state, SERVER_AHEAD, given.message, fraction)
    if not given.agrees:
        return _quarantine(state, wire.FORK, given.message, fraction)
    return _back_off(replace(state, received=given.expected), LOWERED, given.message, fraction)


def _smaller(state: State, given: Refused, fraction: float) -> Step:
    asked = _asked(state)
    rows = min(asked.up_to - asked.after, asked.most_rows)
    if rows <= 1:
        return _quarantine(state, given.code, given.message, fraction)
    return _back_off(replace(state, limit=rows // 2), given.code, given.message, fraction)


def _unpaired(state: State, given: Refused, fraction: float) -> Step:
    later, effects = _back_off(state, given.code, given.message, fraction)
    return replace(later, phase=Phase.UNPAIRED), effects


def _healed(state: State, fraction: float) -> Step:
    return _go_on(replace(state, attempts=0, reason=None, message=None), fraction)


def _go_on(state: State, fraction: float) -> Step:
    if state.head < state.received:
        return _journal_behind(state, fraction)
    if state.head > state.received:
        return _sending(state)
    return replace(state, phase=Phase.IDLE, asked=None), (SetTimer(ASK_EVERY_S * (0.75 + fraction / 2)),)


def _sending(state: State) -> Step:
    ask = Send(state.received, state.head, state.limit)
    return replace(state, phase=Phase.SENDING, asked=ask), (ask,)


def _back_off(state: State, reason: str, message: str, fraction: float, at_least: float = 0.0) -> Step:
    attempts = state.attempts + 1
    later = replace(state, phase=Phase.BACKOFF, attempts=attempts, asked=None, reason=reason, message=message)
    return later, (SetTimer(at_least + backoff_s(attempts, fraction)),)


def _journal_behind(state: State, fraction: float) -> Step:
    """Only memory says so: the server is asked soon whether it is true."""
    message = f"the server holds {state.received} facts of this journal, the journal only {state.head}"
    later = replace(state, phase=Phase.QUARANTINE, asked=None, reason=JOURNAL_BEHIND, message=message)
    return later, (SetTimer(backoff_s(1, fraction)),)


def _quarantine(state: State, reason: str, message: str, fraction: float) -> Step:
    return _stay(replace(state, phase=Phase.QUARANTINE, reason=reason, message=message), fraction)


def _stay(state: State, fraction: float) -> Step:
    return replace(state, asked=None), (SetTimer(PROBE_EVERY_S * (0.75 + fraction / 2)),)


def _asked(state: State) -> Send:
    return state.asked or Send(state.received, state.received, 0)


_FINAL = frozenset({wire.FORK, wire.SUPERSEDED, wire.BAD_CHAIN, wire.BAD_SIGNATURE, wire.REVOKED})


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: what handles the input, and the phases that it may lead to."""

    handle: Callable[[State, Any, float], Step]
    leads_to: tuple[Phase, ...]


_U, _I, _S, _B, _Q = Phase.UNPAIRED, Phase.IDLE, Phase.SENDING, Phase.BACKOFF, Phase.QUARANTINE

TRANSITIONS: Mapping[tuple[Phase, type], Rule] = {
    (_U, Wake): Rule(_wake, (_U,)),
    (_U, Timer): Rule(_ask_pairing, (_U,)),
    (_U, Paired): Rule(_paired, (_I, _S, _Q)),
    (_U, PairingRefused): Rule(_pairing_refused, (_U,)),
    (_U, Failed): Rule(_failed_pairing, (_U,)),
    (_U, RetryAfter): Rule(_retry_pairing, (_U,)),
    (_I, Wake): Rule(_wake_idle, (_I, _S, _Q)),
    (_I, Timer): Rule(_send, (_S, _Q)),
    (_S, Wake): Rule(_wake, (_S,)),
    (_S, Answered): Rule(_answered, (_I, _S, _B, _Q)),
    (_S, Refused): Rule(_refused, (_B, _Q, _U)),
    (_S, Pruned): Rule(_pruned, (_Q,)),
    (_S, Failed): Rule(_failed, (_B,)),
    (_S, RetryAfter): Rule(_retry_after, (_B,)),
    (_B, Wake): Rule(_wake, (_B,)),
    (_B, Timer): Rule(_send, (_S, _Q)),
    (_Q, Wake): Rule(_wake, (_Q,)),
    (_Q, Timer): Rule(_probe, (_Q,)),
    (_Q, Answered): Rule(_answered_probe, (_I, _S, _Q)),
    (_Q, Refused): Rule(_refused_probe, (_I, _S, _Q, _U)),
    (_Q, Pruned): Rule(_pruned, (_Q,)),
    (_Q, Failed): Rule(_failed_probe, (_Q,)),
    (_Q, RetryAfter): Rule(_failed_probe, (_Q,)),
    **{(phase, Replaced): Rule(_replaced, (_U, _I)) for phase in Phase},
}
"""Every legal pair of phase and input. The diagram in docs/exchange.md is made from it by `diagram`."""


def diagram() -> str:
    """The table as a Mermaid state diagram; inputs that change nothing are left out."""
    arrows: dict[tuple[Phase, Phase], list[str]] = {}
    for (phase, given), rule in TRANSITIONS.items():
        for target in rule.leads_to:
            if target is not phase:
                arrows.setdefault((phase, target), []).append(given.__name__)
    lines = [f"    {a.value} --> {b.value}: {', '.join(names)}" for (a, b), names in arrows.items()]
    return "\n".join(("stateDiagram-v2", "    [*] --> unpaired", "    [*] --> idle", *lines))
