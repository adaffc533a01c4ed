"""Which closed files of a journal may be taken away. Pure: sizes in bytes, days as the office counts them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, takewhile

from sync.facts_machine import RETENTION, SPACE, SegmentsPruned
from sync.segments import Closed
from sync.types import Chain, Seq

LEAST_FREE_PERCENT = 10
"""Below this share of free room what is safe elsewhere goes before its time: a full disk would stop the machine. It is
twice what the doctor calls low, so that room is made before anybody has to come."""


@dataclass(frozen=True, slots=True)
class Room:
    """The file system that the journal lies on."""

    free: int
    total: int

    @property
    def lacking(self) -> int:
        """How many bytes are missing to the least share."""
        return max(self.total * LEAST_FREE_PERCENT // 100 - self.free, 0)


@dataclass(frozen=True, slots=True)
class Prune:
    """These files, the oldest of the journal, may go."""

    files: tuple[Closed, ...]
    why: str

    def fact(self, opened: Chain, safe: Seq) -> SegmentsPruned:
        """What is said before they go. `opened`: the chain at fact 1."""
        last = self.files[-1].last
        return SegmentsPruned(self.files[0].first, last.seq, last.chain.hex(), opened.hex(), safe, self.why)


def due(
    closed: Sequence[Closed], *, safe: Seq, today: date | None, keep_days: int, room: Room | None = None
) -> Prune | None:
    """What is to be pruned now: what is old enough, else what has to make room. None: nothing.

    `closed`: the oldest first. `safe`: what the server says of a copy beyond its own disk; 0: there is none, and
    nothing ever goes. The newest closed file always stays: what a machine goes on with (its lane, its paper, its day)
    is in it or in the file that is written.
    """
    free_to_go = list(takewhile(lambda each: each.last.seq <= safe, closed[:-1]))
    old = tuple(takewhile(lambda each: _is_over(each, today, keep_days), free_to_go))
    if old:
        return Prune(old, RETENTION)
    lacking = room.lacking if room is not None else 0
    if not lacking or not free_to_go:
        return None
    freed = list(accumulate(each.size for each in free_to_go))
    count = next((n for n, size in enumerate(freed, 1) if size >= lacking), len(freed))
    return Prune(tuple(free_to_go[:count]), SPACE)


def _is_over(file: Closed, today: date | None, keep_days: int) -> bool:
    return file.ended is not None and today is not None and (today - file.ended).days >= keep_days
