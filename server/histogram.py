"""How long something took, as counts that can be added up: by day, by office, by year. Pure.

Eight buckets an octave: a quantile is told within 4.5 % (half a bucket) and costs the same for ten tickets and for a
billion. What has to be exact (how many were within their standard time) is counted apart and not read from here.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil

from server.errors import FiguresDamaged

PER_OCTAVE = 8
OCTAVES = 20
"""From one second to twelve days; what took longer is counted as that long."""
SECOND_MS = 1000
BOUNDS = tuple(round(SECOND_MS * 2 ** (step / PER_OCTAVE)) for step in range(PER_OCTAVE * OCTAVES + 1))
"""Milliseconds at which a bucket begins; bucket 0 holds what is below the first. As whole numbers, so that a database
and this page put a duration into the same one."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts`: how many by bucket, none of them zero."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, durations: Iterable[int]) -> "Histogram":
        """That of these durations, in milliseconds; what is below nothing counts as nothing."""
        return cls(Counter(bucket_of(each) for each in durations))

    @classmethod
    def total_of(cls, histograms: "Iterable[Histogram]") -> "Histogram":
        """All of them together."""
        counts: dict[int, int] = {}
        for each in histograms:
            for bucket, count in each.counts.items():
                counts[bucket] = counts.get(bucket, 0) + count
        return cls(counts)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    def __add__(self, other: "Histogram") -> "Histogram":
        added = Counter(self.counts)
        added.update(other.counts)
        return Histogram(dict(added))

    def __sub__(self, other: "Histogram") -> "Histogram":
        """What is left where the other one is taken out of it."""
        left = Counter(self.counts)
        left.subtract(other.counts)
        return Histogram({bucket: count for bucket, count in left.items() if count})

    def quantile(self, percent: int) -> int | None:
        """The duration in milliseconds that so many percent did not exceed (nearest rank); None where there is none."""
        total = self.total
        if not total:
            return None
        rank = max(ceil(total * percent / 100), 1)
        for bucket in sorted(self.counts):
            rank -= self.counts[bucket]
            if rank <= 0:
                return middle_of(bucket)
        raise AssertionError("the counts add up to their total")

    def encode(self) -> str:
        """As it is stored: `bucket:count`, by bucket, with spaces between."""
        return " ".join(f"{bucket}:{self.counts[bucket]}" for bucket in sorted(self.counts))

    @classmethod
    def decode(cls, text: str) -> "Histogram":
        """The one that was stored. Raises FiguresDamaged."""
        try:
            numbers = list(map(int, text.replace(":", " ").split()))
            counts = dict(zip(numbers[::2], numbers[1::2], strict=True))
        except ValueError as error:
            raise FiguresDamaged(f"this is no histogram: {text!r}", hint=_REBUILD) from error
        if 2 * len(counts) != len(numbers) or not all(0 <= b < len(BOUNDS) + 1 and n > 0 for b, n in counts.items()):
            raise FiguresDamaged(f"this is no histogram: {text!r}", hint=_REBUILD)
        return cls(counts)

    @classmethod
    def merged(cls, text: str) -> "Histogram":
        """The sum of those that were stored, one behind the other with spaces between. Raises FiguresDamaged."""
        try:
            counts: dict[int, int] = {}
            for each, times in Counter(text.split()).items():  # of many days, the same stands there often
                bucket, _, count = each.partition(":")
                counts[int(bucket)] = counts.get(int(bucket), 0) + int(count) * times
        except ValueError as error:
            raise FiguresDamaged(f"this is no histogram: {text[:200]!r}", hint=_REBUILD) from error
        return cls(counts)


def bucket_of(duration_ms: int) -> int:
    """The bucket of a duration."""
    return bisect_right(BOUNDS, duration_ms)


def middle_of(bucket: int) -> int:
    """What a duration in this bucket is told as, in milliseconds: half a bucket away from either end at most."""
    if bucket == 0:
        return SECOND_MS // 2
    return round(SECOND_MS * 2 ** ((bucket - 0.5) / PER_OCTAVE))


_REBUILD = "Run `python -m server rebuild`: the figures are made anew from the facts."
