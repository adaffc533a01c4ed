"""Figures of service: how long people waited and were served, how many within the published time, what became of
everybody. Cells that add up: over hours, services, counters, days and offices. Pure.

The target of a service is its own published time (the catalogue's `minutes`, times the cases): how long it may take at
the counter. What has no figure stands beside it with the reason; nobody is left out of `visits`.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import add, attrgetter, sub
from typing import TypeVar

from server.histogram import Histogram, bucket_of
from server.opinion import LEVELS, Opinion
from server.scoring import Press, Service, attribute, is_disputed
from server.visits import Outcome, Visit, Visited
from sync.types import UtcMs

MINUTE_MS = 60_000
Of = TypeVar("Of", bound=Hashable)


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Where figures belong. `hour`: in which somebody began to wait, or was served without a ticket, 0 to 23 in the
    office's time. `counter` 0: none (nobody called)."""

    hour: int
    service: str
    counter: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Counts, histograms (milliseconds) and scores of some visits.

    `visits` is the sum of the six outcomes. `tickets`: how many of them were the first of their ticket.
    `timed`: those whose wait is known, which `waits` has; `untimed_*`: those that were called and whose wait is not
    known, by reason. `judged`: served ones whose published time is known; `within`: those of them that took no longer.
    `missed`: calls to which nobody came. `by_hand`: visits with a call that was not by the rule.
    `levels` 1 to 5 are scores, one a visit; `disputed`: visits for which several levels were pressed; `unattached`:
    presses that belong to no visit.
    """

    tickets: int = 0
    served: int = 0
    no_show: int = 0
    cancelled: int = 0
    transferred: int = 0
    carried: int = 0
    open: int = 0
    priority: int = 0
    missed: int = 0
    by_hand: int = 0
    ticketless: int = 0
    waited_ms: int = 0
    served_ms: int = 0
    judged: int = 0
    within: int = 0
    untimed_carried: int = 0
    untimed_heard_late: int = 0
    untimed_restated: int = 0
    level_1: int = 0
    level_2: int = 0
    level_3: int = 0
    level_4: int = 0
    level_5: int = 0
    disputed: int = 0
    unattached: int = 0
    waits: Histogram = field(default_factory=Histogram)
    serves: Histogram = field(default_factory=Histogram)

    def __add__(self, other: "Cell") -> "Cell":
        counts = map(add, counts_of(self), counts_of(other))
        return _CELL(*counts, self.waits + other.waits, self.serves + other.serves)

    def __sub__(self, other: "Cell") -> "Cell":
        """What is left where the other one is taken out of it."""
        counts = map(sub, counts_of(self), counts_of(other))
        return _CELL(*counts, self.waits - other.waits, self.serves - other.serves)

    @property
    def visits(self) -> int:
        """Everybody who began to wait for the service."""
        return self.served + self.no_show + self.cancelled + self.transferred + self.carried + self.open

    @property
    def timed(self) -> int:
        """Those whose wait is known."""
        return self.waits.total

    @property
    def share_within(self) -> float | None:
        """Which share of the judged was within the published time, 0 to 1; None where none was judged."""
        return self.within / self.judged if self.judged else None

    @property
    def opinion(self) -> Opinion:
        """The scores, of those who were served."""
        return Opinion(
            {level: getattr(self, f"level_{level}") for level in LEVELS}, self.served, self.disputed, self.unattached
        )


COUNTS = tuple(each.name for each in fields(Cell) if each.name not in ("waits", "serves"))
"""The columns of a cell that are whole numbers."""
counts_of: Callable[[Cell], tuple[int, ...]] = attrgetter(*COUNTS)
"""These, in their order."""


def cells_of(
    visited: Visited,
    presses: Sequence[Press],
    standard: Mapping[str, int],
    hour_of: Callable[[UtcMs], int],
) -> dict[Key, Cell]:
    """The figures of a day. `standard`: published minutes of a case by service; `hour_of`: the hour in the office's
    time."""
    sums, stray = _sums(visited.visits, presses, standard, lambda visit: _key(visit, hour_of))
    for aside in visited.ticketless:
        sums.setdefault(Key(hour_of(aside.at_ms), aside.service, aside.counter), _Sum()).counts["ticketless"] += 1
    for press in stray:
        sums.setdefault(Key(hour_of(UtcMs(press.at_ms)), "", press.counter), _Sum()).counts["unattached"] += 1
    return {key: each.cell() for key, each in sums.items()}


def grouped(
    visits: Sequence[Visit], presses: Sequence[Press], standard: Mapping[str, int], name_of: Callable[[Visit], str]
) -> dict[str, Cell]:
    """The figures of visits by whatever `name_of` says of each."""
    sums, _ = _sums(visits, presses, standard, name_of)
    return {name: each.cell() for name, each in sums.items()}


def total(cells: Iterable[Cell]) -> Cell:
    """All of them together."""
    of = list(cells)
    counts = dict(zip(COUNTS, map(sum, zip(*map(counts_of, of), strict=True)), strict=False))
    waits = Histogram.total_of(each.waits for each in of)
    return _CELL(**counts, waits=waits, serves=Histogram.total_of(each.serves for each in of))


def _key(visit: Visit, hour_of: Callable[[UtcMs], int]) -> Key:
    return Key(hour_of(visit.ready_ms), visit.service, visit.counter or 0)


_CELL: Callable[..., Cell] = Cell


@dataclass(slots=True)
class _Sum:
    counts: Counter[str] = field(default_factory=Counter)
    waits: Counter[int] = field(default_factory=Counter)
    serves: Counter[int] = field(default_factory=Counter)

    def cell(self) -> Cell:
        counts = {each: self.counts[each] for each in COUNTS}
        return _CELL(**counts, waits=Histogram(dict(self.waits)), serves=Histogram(dict(self.serves)))


def _count(to: _Sum, visit: Visit, standard: Mapping[str, int]) -> None:
    counts = to.counts
    counts[_OUTCOMES[visit.outcome]] += 1
    counts["tickets"] += visit.first
    counts["priority"] += visit.priority
    counts["missed"] += visit.missed
    counts["by_hand"] += visit.by_hand
    if visit.waited_ms is not None:
        counts["waited_ms"] += visit.waited_ms
        to.waits[bucket_of(visit.waited_ms)] += 1
    elif visit.called_ms is not None and visit.untimed is not None:
        counts[f"untimed_{visit.untimed.replace('-', '_')}"] += 1
    if visit.outcome is not Outcome.SERVED or not visit.stints:
        return
    counts["served_ms"] += visit.served_ms
    to.serves[bucket_of(visit.served_ms)] += 1
    minutes = standard.get(visit.service)
    if minutes:
        counts["judged"] += 1
        counts["within"] += visit.served_ms <= minutes * visit.cases * MINUTE_MS


def _sums(
    visits: Sequence[Visit], presses: Sequence[Press], standard: Mapping[str, int], of: Callable[[Visit], Of]
) -> tuple[dict[Of, _Sum], tuple[Press, ...]]:
    """(what each group of visits adds up to, presses that belong to none)."""
    sums: dict[Of, _Sum] = {}
    for visit in visits:
        _count(sums.setdefault(of(visit), _Sum()), visit, standard)
    scored, stray = scores_of(visits, presses)
    for visit, of_visit in scored:
        counts = level_of(of_visit)
        column = "disputed" if counts is None else f"level_{counts.level}"
        sums[of(visit)].counts[column] += 1
    return sums, stray


def scores_of(
    visits: Sequence[Visit], presses: Sequence[Press]
) -> tuple[list[tuple[Visit, list[Press]]], tuple[Press, ...]]:
    """(visits that were scored, each with its presses; presses that belong to none)."""
    stints = [(stint, number) for number, visit in enumerate(visits) for stint in visit.stints]
    services = [
        Service(at.counter, visits[number].ticket, visits[number].service, at.from_ms, at.to_ms)
        for at, number in stints
    ]
    found = attribute(presses, services)
    pressed: dict[int, list[Press]] = {}
    for index, of in found.of.items():
        pressed.setdefault(stints[index][1], []).extend(of)
    return [(visits[number], of_visit) for number, of_visit in pressed.items()], found.stray


def level_of(presses: Sequence[Press]) -> Press | None:
    """The press that counts for a visit, the first one; None where several levels were pressed."""
    return None if is_disputed(presses) else min(presses, key=lambda each: each.at_ms)


_OUTCOMES = {
    Outcome.SERVED: "served",
    Outcome.NO_SHOW: "no_show",
    Outcome.CANCELLED: "cancelled",
    Outcome.TRANSFERRED: "transferred",
    Outcome.CARRIED: "carried",
    Outcome.OPEN: "open",
}
