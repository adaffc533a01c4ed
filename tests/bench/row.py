"""One row of the bench, and how samples become figures."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`value` in `unit`, as `ratio` to what `reference` names, measured in the same run; to be at most `bar`."""

    name: str
    value: float
    unit: str
    reference: str
    ratio: float
    bar: float

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its promise."""
        return self.ratio <= self.bar

    def as_json(self) -> dict[str, object]:
        """The row as bench.json holds it."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "reference": self.reference,
            "ratio": round(self.ratio, 3),
            "bar": self.bar,
            "holds": self.holds,
        }


def percentile(samples: Iterable[float], percent: float) -> float:
    """The value that so many percent of the samples do not exceed (nearest rank)."""
    ordered = sorted(samples)
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


def median(samples: Sequence[float]) -> float:
    """The middle sample."""
    return statistics.median(samples)
