"""What a machine writes of its own record and of the board that it runs on."""

from dataclasses import dataclass
from typing import ClassVar

from sync.body import Body
from sync.types import Seq

RETENTION, SPACE = "retention", "space"
"""Why facts are pruned: they are older than they have to be kept, or the disk is nearly full."""


@dataclass(frozen=True, slots=True)
class SegmentsPruned(Body):
    """The closed files with the facts `first` to `last` are taken away here. Durable before the first of them goes.

    `chain`: the chain at `last`. `opened`: the chain at fact 1. Both are hex, and vouched for by everything behind this
    fact. `safe`: up to where the server said that a copy beyond its own disk reaches; never less than `last`. `why`:
    RETENTION or SPACE.
    """

    kind: ClassVar[str] = "segments.pruned"
    first: Seq
    last: Seq
    chain: str
    opened: str
    safe: Seq
    why: str


@dataclass(frozen=True, slots=True)
class BoardMet(Body):
    """The board that this machine runs on, as its device tree names it. Where it is another one than before, the
    journal does not go on: a card that was moved or cloned is a new machine (kiosk.successor)."""

    kind: ClassVar[str] = "board.met"
    serial: str
    model: str | None = None


MACHINE = (SegmentsPruned, BoardMet)
