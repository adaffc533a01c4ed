"""The line before the kiosk, as a recurrence over measured times; and the same day with one more touch. Pure.

With one kiosk and nobody pushing in, a citizen's wait follows from the one before (Lindley 1952):
    wait(n + 1) = max(0, wait(n) + turn(n) - (arrival(n + 1) - arrival(n)))
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

FOURTH_TOUCH_READ_S, FOURTH_TOUCH_S = 3.0, 1.0
"""To read one more screen with one question on it (twelve words at 238 a minute, times the citizen's own reading), and
the touch that answers it. A kiosk that asks "print a ticket? yes / no" has such a screen."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn at the kiosk: when the citizen joined the line, and how long the turn took, in seconds.

    `extra_s`: what the fourth touch would add to it.
    """

    joined_s: float
    turn_s: float
    extra_s: float = 0.0


class Spread(NamedTuple):
    """Seconds before the kiosk: on average, for the worst twentieth, at most; and the longest line, in citizens."""

    mean: float
    p95: float
    max: float
    longest_line: int


def waits(turns: Sequence[Turn], *, more: bool = False) -> list[float]:
    """Seconds in the line for each, in the order in which they joined it. `more`: with the fourth touch."""
    found: list[float] = []
    free_s = float("-inf")
    for turn in turns:
        begins_s = max(free_s, turn.joined_s)
        found.append(begins_s - turn.joined_s)
        free_s = begins_s + turn.turn_s + (turn.extra_s if more else 0.0)
    return found


def spread(turns: Sequence[Turn], waited: Sequence[float]) -> Spread:
    """What these waits amount to. The line is counted without whoever stands at the kiosk."""
    if not waited:
        return Spread(0.0, 0.0, 0.0, 0)
    return Spread(mean(waited), percentile(waited, 0.95), max(waited), _longest(turns, waited))


def mean(values: Iterable[float]) -> float:
    """The average; 0 of nothing."""
    kept = list(values)
    return sum(kept) / len(kept) if kept else 0.0


def percentile(values: Iterable[float], part: float) -> float:
    """The smallest value that at least this part of all does not exceed; 0 of nothing."""
    kept = sorted(values)
    return kept[max(-(-len(kept) * round(part * 1000) // 1000) - 1, 0)] if kept else 0.0


def _longest(turns: Sequence[Turn], waited: Sequence[float]) -> int:
    joins = [(turn.joined_s, 1) for turn, wait in zip(turns, waited, strict=True) if wait > 0]
    leaves = [(turn.joined_s + wait, -1) for turn, wait in zip(turns, waited, strict=True) if wait > 0]
    longest = now = 0
    for _, step in sorted([*joins, *leaves]):
        now += step
        longest = max(longest, now)
    return longest
