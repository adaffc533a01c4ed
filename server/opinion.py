"""What scores say of a service, and how far that can be believed. Pure.

Five levels, mean and ร้อยละ (mean ÷ 5), as municipal reports in Thailand have them. The interval is Wilson's (E. B.
Wilson 1927, J. Am. Stat. Assoc. 22): it holds for few scores and near 100 %, where the usual one does not. Disputed
scores and those of no service stand beside the figures, never in them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

LEVELS = (5, 4, 3, 2, 1)
SATISFIED = (5, 4)
FEWEST_RANKED = 30
"""With fewer, 90 % may mean anything from 74 to 97 %: nothing is ranked by that."""
Z_95 = 1.959964
"""95 % of a normal distribution lie within so many standard deviations."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """`levels`: how many scores by level. `served`: services that were finished and could be scored; None: not known.

    `disputed`: services for which several levels were pressed. `unattached`: presses that belong to no service.
    """

    levels: Mapping[int, int]
    served: int | None = None
    disputed: int = 0
    unattached: int = 0

    def __add__(self, other: "Opinion") -> "Opinion":
        levels = {level: self.levels.get(level, 0) + other.levels.get(level, 0) for level in LEVELS}
        served = None if self.served is None or other.served is None else self.served + other.served
        return Opinion(levels, served, self.disputed + other.disputed, self.unattached + other.unattached)

    @property
    def n(self) -> int:
        """How many scores count."""
        return sum(self.levels.values())

    @property
    def mean(self) -> float | None:
        """1 to 5; None where nobody scored."""
        scores = self.n
        return sum(level * count for level, count in self.levels.items()) / scores if scores else None

    @property
    def percent(self) -> float | None:
        """ร้อยละ: the mean as a share of five, 20 to 100; None where nobody scored."""
        return None if self.mean is None else self.mean / max(LEVELS) * 100

    @property
    def satisfied(self) -> tuple[float, float, float] | None:
        """The share of the two best levels and its interval (share, from, to), 0 to 1; None where nobody scored."""
        if not self.n:
            return None
        good = sum(self.levels.get(level, 0) for level in SATISFIED)
        return good / self.n, *wilson(good, self.n)

    @property
    def answered(self) -> float | None:
        """Which share of the served scored, 0 to 1, disputed ones too; None where that is not known."""
        return (self.n + self.disputed) / self.served if self.served else None

    @property
    def ranked(self) -> bool:
        """Whether there are enough to be set beside others."""
        return self.n >= FEWEST_RANKED


def wilson(hits: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """The interval of a share of `hits` out of `n` > 0, 0 to 1 at both ends."""
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return centre - half if hits else 0.0, centre + half if hits < n else 1.0
