"""How long something took, as counts that can be added up: by day, by office, by year. Pure.

Eight buckets an octave: a quantile is told within 4.5 % (half a bucket) and costs the same for ten tickets and for a
billion. What has to be exact (how many were within their standard time) is counted apart and not read from here.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil

import msgspec

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
        counts = [0] * (len(BOUNDS) + 1)
        for each in histograms:
            for bucket, count in each.counts.items():
                counts[bucket] += count
        return cls._of_all(counts)

    @classmethod
    def _of_all(cls, counts: list[int]) -> "Histogram":
        """Of how many there are in each bucket there is."""
        return cls({bucket: count for bucket, count in enumerate(counts) if count})

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
        if not self.counts:
            return None
        buckets = sorted(self.counts)
        so_far = list(accumulate(map(self.counts.__getitem__, buckets)))
        return middle_of(buckets[bisect_left(so_far, max(ceil(so_far[-1] * percent / 100), 1))])

    def encode(self) -> str:
        """As it is stored: `bucket:count`, by bucket, with spaces between."""
        return " ".join([f"{bucket}:{count}" for bucket, count in sorted(self.counts.items())])

    @classmethod
    def decode(cls, text: str) -> "Histogram":
        """The one that was stored. Raises FiguresDamaged."""
        try:
            counts = _AS_OBJECT('{"' + text.replace(":", '":').replace(" ", ',"') + "}") if text else {}
        except msgspec.MsgspecError as error:
            raise FiguresDamaged(f"this is no histogram: {text!r}", hint=_REBUILD) from error
        there = min(counts) >= 0 and max(counts) <= len(BOUNDS) and min(counts.values()) > 0 if counts else True
        if len(counts) != text.count(":") or not there:
            raise FiguresDamaged(f"this is no histogram: {text!r}", hint=_REBUILD)
        return cls(counts)

    @classmethod
    def merged(cls, text: str) -> "Histogram":
        """The sum of those that were stored, one behind the other with spaces between. Raises FiguresDamaged."""
        counts, stored = [0] * (len(BOUNDS) + 1), text.split()
        try:
            for bucket, count in _AS_PAIRS(f"[[{'],['.join(stored).replace(':', ',')}]]") if stored else ():
                counts[bucket] += count
        except (msgspec.MsgspecError, IndexError) as error:
            raise FiguresDamaged(f"this is no histogram: {text[:200]!r}", hint=_REBUILD) from error
        if "-" in text:
            raise FiguresDamaged(f"this is no histogram: {text[:200]!r}", hint=_REBUILD)
        return cls._of_all(counts)


def bucket_of(duration_ms: int) -> int:
    """The bucket of a duration."""
    return bisect_right(BOUNDS, duration_ms)


def middle_of(bucket: int) -> int:
    """What a duration in this bucket is told as, in milliseconds: half a bucket away from either end at most."""
    if bucket == 0:
        return SECOND_MS // 2
    return round(SECOND_MS * 2 ** ((bucket - 0.5) / PER_OCTAVE))


_AS_OBJECT = msgspec.json.Decoder(dict[int, int]).decode
_AS_PAIRS = msgspec.json.Decoder(list[tuple[int, int]]).decode
"""As JSON numbers are read several times as fast: a page is made of thousands of histograms."""
_REBUILD = "Run `python -m server rebuild`: the figures are made anew from the facts."
