"""Queue numbers: which comes next, and how a citizen reads it. Pure.

The counters are a fold of `ticket.issued` and `numbers.moved` facts; there is no other memory. Numbers begin at 1 with
each office day, for each series and lane.

A label is the series letter, the lane in letters (none for lane 0), and the number: A012, AB012. Lanes are letters, not
digits, so that no two tickets can be mistaken when a label is called out, typed or copied without its punctuation
(docs/decisions/kiosk-labels.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from sync.catalogue import SERIES
from sync.codec import Fact
from sync.errors import SyncError
from sync.facts import TicketIssued, of_kind
from sync.facts_forked import NumbersMoved

OFFICE_LANE = 24
"""The lane of the numbers that staff give from the console: the last one with a single letter (AZ001). No machine gets
it (docs/decisions/kiosk-labels.md)."""
UNHEARD = 20
"""So many numbers may have been given that nobody here has heard of."""

Counter: TypeAlias = tuple[str, str, int]
"""(office day, series, lane): numbers are distinct within one."""


class NumberingError(SyncError):
    """A day, series, lane or number that no ticket can have."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The last number of every counter, as the facts seen so far tell."""

    last: Mapping[Counter, int] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def fold(cls, facts: Iterable[Fact], since: "Numbers | None" = None) -> "Numbers":
        """The counters after these facts; the same as `after` one by one, without a copy for each."""
        last: dict[Counter, int] = dict(since.last) if since else {}
        for fact in facts:
            for _, told in _telling(fact):
                _count(last, told)
        return cls(MappingProxyType(last))

    def after(self, fact: Fact) -> "Numbers":
        """The counters after one more fact; facts of other kinds change nothing."""
        told = _telling(fact)
        if not told:
            return self
        last = dict(self.last)
        _count(last, told[0][1])
        return Numbers(MappingProxyType(last))

    def next_number(self, day: str, series: str, lane: int) -> int:
        """The number that the next ticket gets, from 1."""
        return self.last.get((day, series, lane), 0) + 1


def _telling(fact: Fact) -> list[tuple[Fact, TicketIssued]] | list[tuple[Fact, NumbersMoved]]:
    return of_kind([fact], TicketIssued) or of_kind([fact], NumbersMoved)


def _count(last: dict[Counter, int], issued: TicketIssued | NumbersMoved) -> None:
    # A true fact is never refused: should a number be lower than one before it, the higher one stays the last.
    key = (issued.day, issued.series, issued.lane)
    last[key] = max(last.get(key, 0), issued.n)


def fresh_start(last: int) -> int:
    """The first number of a fresh journal in a lane that was used today by another, `last` being the last one known
    of it (0: none): the next free hundred, with room for what nobody has heard of."""
    return ((last + UNHEARD) // 100 + 1) * 100


def label(series: str, lane: int, n: int) -> str:
    """What the citizen reads. At least three digits; beyond 999 it grows. Raises NumberingError."""
    if len(series) != 1 or series not in SERIES:
        raise NumberingError(f"there is no series {series!r}", hint=f"A series is one letter of {SERIES}.")
    if n < 1:
        raise NumberingError(f"{n} is no queue number", hint="Numbers begin at 1.")
    return f"{series}{lane_letters(lane)}{n:03}"


def read_label(text: str) -> tuple[str, int, int]:
    """(series, lane, n) of a label, however it was typed: small letters and spaces do not matter.

    Raises NumberingError where it is none.
    """
    plain = "".join(text.split()).upper()
    letters = plain.rstrip("0123456789")
    digits = plain[len(letters) :]
    if not letters or any(letter not in SERIES for letter in letters) or len(digits) < 3 or not int(digits):
        raise NumberingError(f"{text!r} is no queue number", hint="Write it as it stands on the ticket, such as A012.")
    lane = 0
    for letter in letters[1:]:
        lane = lane * len(SERIES) + SERIES.index(letter) + 1
    return letters[0], lane, int(digits)


def lane_letters(lane: int) -> str:
    """The letters behind the series; none for lane 0. Raises NumberingError."""
    if lane < 0:
        raise NumberingError(
            f"there is no lane {lane}", hint="Lanes are given by the office, from 1; a lone kiosk is 0."
        )
    letters = ""
    while lane:
        lane, place = divmod(lane - 1, len(SERIES))
        letters = SERIES[place] + letters
    return letters
