"""How long a loop may sleep, and the loop of a screen that nothing moves any more."""

import select
from collections.abc import Callable

from kiosk.screen_types import Screen, State
from sync.notify import Pulse


def patience_s(due_ms: int | None, now_ms: int, pulse: Pulse) -> float | None:
    """Seconds until the next deadline, `due_ms` in the milliseconds of `now_ms`, or the next beat; None: for ever."""
    # A millisecond more than the rest of one that has begun, so that the deadline is over when it wakes.
    due = None if due_ms is None else max((due_ms - now_ms) / 1000, 0) + 0.0005
    return min((wait for wait in (due, pulse.wait_s()) if wait is not None), default=None)


def rest(pulse: Pulse, status: str, woken: int, seconds: float, now: Callable[[], float]) -> None:
    """Stay as it is for so long, or until the file descriptor `woken` is readable. `now` in seconds."""
    until = now() + seconds
    while (left := until - now()) > 0:
        pulse.turn(status)
        beat = pulse.wait_s()
        if select.select([woken], [], [], left if beat is None else min(left, beat))[0]:
            return


def told(state: State) -> str:
    """What the kiosk shows, in one English line for the service manager: no word of a citizen's."""
    trouble = state.condition.trouble
    if state.screen is Screen.OUT_OF_ORDER:
        return f"out of order: {trouble or 'not started'}"
    return f"screen {state.screen.value}" + (f", in trouble: {trouble}" if trouble else "")
