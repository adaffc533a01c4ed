"""What a machine writes that begins a new journal because its old one has two histories (sync.forked)."""

from dataclasses import dataclass
from typing import ClassVar

from sync.body import Body


@dataclass(frozen=True, slots=True)
class NumbersMoved(Body):
    """The numbers of this day, series and lane go on behind `n`: up to there others may have been given."""

    kind: ClassVar[str] = "numbers.moved"
    day: str
    series: str
    lane: int
    n: int
