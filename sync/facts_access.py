"""What an office writes of who may see, and who saw, figures that are somebody's personal data."""

from dataclasses import dataclass
from typing import ClassVar

from sync.body import Body
from sync.types import UtcMs


@dataclass(frozen=True, slots=True)
class FiguresGranted(Body):
    """`staff` gave `to` the right to see scores by officer, or took it (`granted` false)."""

    kind: ClassVar[str] = "figures.granted"
    now_ms: UtcMs
    to: str
    granted: bool
    staff: str


@dataclass(frozen=True, slots=True)
class FiguresSeen(Body):
    """`staff` was shown scores by officer of the days `first` to `last` (YYYY-MM-DD). Durable before they are shown."""

    kind: ClassVar[str] = "figures.seen"
    now_ms: UtcMs
    staff: str
    first: str
    last: str


ACCESS: tuple[type[Body], ...] = (FiguresGranted, FiguresSeen)
"""Every kind of fact that this module adds."""
