"""What may be told by language: cells of LEAST people and more, and none that could be reckoned from the others. Pure.

A language can stand for where somebody comes from. Beside what is told stands the total of everybody: where a single
cell is hidden, it is the total less the others. So the smallest of those that would be told are hidden with it, until
two that are not empty are hidden, they are LEAST together, and they are not all alike: nine and nine would be known by
their sum. The rule looks at sizes alone, never at names, and takes those of one size together: so the hidden ones could
always be the other way round. What is told is of whole months: a longer time is the sum of what its months tell, so
that no month can be reckoned from the difference.
"""

from collections.abc import Mapping

LEAST = 10


def told(counts: Mapping[str, int], least: int = LEAST) -> dict[str, int]:
    """The cells that may be told beside their total, by language. `counts` has every language that there is."""
    hidden = [n for n in counts.values() if n < least]
    left = sorted(n for n in counts.values() if n >= least)
    while any(hidden) and left and not _safe(hidden, least):
        hidden += [n for n in left if n == left[0]]
        left = [n for n in left if n > left[0]]
    return {name: n for name, n in sorted(counts.items()) if left and n >= left[0]}


def _safe(hidden: list[int], least: int) -> bool:
    """Whether these cannot be told apart by whoever knows what they are together."""
    return sum(n > 0 for n in hidden) > 1 and sum(hidden) >= least and len(set(hidden)) > 1
