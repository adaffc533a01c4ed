"""Prometheus' text format 0.0.4, as far as this server writes it: families of counters, gauges and histograms. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = Mapping[str, str]


class Kind(Enum):
    """What may be done with a family's numbers. The values stand in the text."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Spread:
    """How often something took how long. `counts`: by the first of `bounds` (seconds) that it was not above; one more
    for what was above all of them."""

    bounds: Sequence[float]
    counts: tuple[int, ...]
    total: float = 0.0

    @classmethod
    def nothing(cls, bounds: Sequence[float]) -> "Spread":
        """Nothing was measured yet."""
        return cls(bounds, (0,) * (len(bounds) + 1))

    def with_one(self, seconds: float) -> "Spread":
        """This, and one that took so long."""
        at = bisect_left(self.bounds, seconds)
        counts = (*self.counts[:at], self.counts[at] + 1, *self.counts[at + 1 :])
        return Spread(self.bounds, counts, self.total + seconds)


@dataclass(frozen=True, slots=True)
class Family:
    """One name with its numbers. `samples`: (labels, number); of a histogram (labels, spread)."""

    name: str
    kind: Kind
    help: str
    samples: Sequence[tuple[Labels, float | Spread]] = field(default_factory=tuple)


def one(name: str, kind: Kind, text: str, value: float | Spread | None) -> Family:
    """A family of one number without labels; of none, where there is nothing to tell."""
    return Family(name, kind, text, () if value is None else (({}, value),))


def exposition(families: Iterable[Family]) -> str:
    """The text, a family after the other."""
    return "".join(_family(each) for each in families)


def _family(of: Family) -> str:
    lines = [f"# HELP {of.name} {_escaped(of.help)}", f"# TYPE {of.name} {of.kind.value}"]
    for labels, value in of.samples:
        lines += _spread(of.name, labels, value) if isinstance(value, Spread) else [_sample(of.name, labels, value)]
    return "".join(f"{line}\n" for line in lines)


def _spread(name: str, labels: Labels, spread: Spread) -> list[str]:
    bounds = (*(f"{each:g}" for each in spread.bounds), "+Inf")
    below = list(accumulate(spread.counts))
    return [
        *(_sample(f"{name}_bucket", {**labels, "le": le}, n) for le, n in zip(bounds, below, strict=True)),
        _sample(f"{name}_sum", labels, spread.total),
        _sample(f"{name}_count", labels, below[-1]),
    ]


def _sample(name: str, labels: Labels, value: float) -> str:
    told = ",".join(f'{key}="{_escaped(text, quoted=True)}"' for key, text in labels.items())
    return f"{name}{{{told}}} {value!r}" if told else f"{name} {value!r}"


def _escaped(text: str, *, quoted: bool = False) -> str:
    text = text.replace("\\", r"\\").replace("\n", r"\n")
    return text.replace('"', r"\"") if quoted else text
