"""Scores: which ticket a press belongs to, who answered at all, and what looks as if it came from the wrong side of the
counter. Pure; the windows and limits below are published (docs/console.md).

Nobody sees a single score: levels are told in groups of five at least, and half an hour late (`released`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sync.body import Body, TicketName
from sync.facts_office import TicketFinished, TicketParked, TicketServing, TicketTransferred
from sync.types import UtcMs

WINDOW_MS = 120_000
"""So long after a service is done a press still belongs to it, unless the next one has begun."""
GROUP = 5
"""The fewest scores whose levels are told."""
LATE_MS = 30 * 60_000
"""How much older than now a press has to be before it is told of, or alerts count it."""
LEVELS = (5, 4, 3, 2, 1)

BURST = 4
BURST_MS = 60_000
"""So many presses at one counter within that time are a burst: services take longer."""
ROW = 12
"""So many presses of the same level in a row at one counter are worth a look."""
FEW = 3
"""Fewer of one sign than that happen to everybody."""
QUICK_MS = 15_000
"""Two presses at one counter closer than that are quick: between them nobody can have been served."""


@dataclass(frozen=True, slots=True)
class Press:
    """A score as it came: `disputed`, several levels were pressed; `upward`: the last of them was higher."""

    counter: int
    at_ms: int
    level: int
    disputed: bool = False
    upward: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """Somebody was served at a counter, from when to when (None: still)."""

    counter: int
    ticket: TicketName
    service: str
    from_ms: int
    to_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Attributed:
    """Presses with the service each belongs to. `stray`: they belong to none."""

    of: Mapping[int, tuple[Press, ...]] = field(default_factory=dict)
    stray: tuple[Press, ...] = ()


@dataclass(frozen=True, slots=True)
class Signals:
    """What is worth a look at a counter; none of it proves anything."""

    idle: int = 0
    bursts: int = 0
    row: int = 0
    quick: int = 0
    mashed: int = 0
    upward: int = 0

    @property
    def any(self) -> bool:
        """Whether there is something."""
        return bool(self.bursts or self.row) or max(self.idle, self.quick, self.mashed, self.upward) >= FEW


@dataclass(frozen=True, slots=True)
class CounterScores:
    """A counter: services that are done, how many of them were scored (disputed ones apart), and signals."""

    counter: int
    finished: int
    scored: int
    disputed: int
    signals: Signals

    @property
    def rate(self) -> int | None:
        """Scored services in a hundred; None where fewer than GROUP are done."""
        return round(100 * (self.scored + self.disputed) / self.finished) if self.finished >= GROUP else None


def services(facts: Iterable[tuple[Body, int | None, str]]) -> list[Service]:
    """Every service of a day from (fact, counter, service) of its tickets, as the queue had them before the fact."""
    open_: dict[TicketName, Service] = {}
    done: list[Service] = []
    for body, counter, service in facts:
        match body:
            case TicketServing(ticket=ticket) if counter is not None:
                open_[ticket] = Service(counter, ticket, service, int(body.now_ms))
            case TicketFinished(ticket=ticket) | TicketTransferred(ticket=ticket) | TicketParked(ticket=ticket):
                begun = open_.pop(ticket, None)
                if begun is not None:
                    done.append(Service(begun.counter, ticket, begun.service, begun.from_ms, int(body.now_ms)))
    return sorted([*done, *open_.values()], key=lambda each: (each.from_ms, each.ticket))


def attribute(presses: Iterable[Press], served: Sequence[Service]) -> Attributed:
    """Each press to the service that was going on at its counter, or was the last and done within the window."""
    by_counter: dict[int, list[int]] = {}
    for index, each in enumerate(served):
        by_counter.setdefault(each.counter, []).append(index)
    of: dict[int, tuple[Press, ...]] = {}
    stray: list[Press] = []
    for press in sorted(presses, key=lambda each: each.at_ms):
        begun = [index for index in by_counter.get(press.counter, ()) if served[index].from_ms <= press.at_ms]
        last = max(begun, key=lambda index: served[index].from_ms, default=None)
        end = served[last].to_ms if last is not None else None
        if last is None or (end is not None and press.at_ms > end + WINDOW_MS):
            stray.append(press)
        else:
            of[last] = (*of.get(last, ()), press)
    return Attributed(of, tuple(stray))


def is_disputed(presses: Sequence[Press]) -> bool:
    """Whether several levels were pressed for one service."""
    return any(each.disputed for each in presses) or len({each.level for each in presses}) > 1


def by_counter(presses: Sequence[Press], served: Sequence[Service], now_ms: UtcMs) -> list[CounterScores]:
    """Every counter at which somebody was served or pressed; signals only of what is LATE_MS old."""
    found = attribute(presses, served)
    counters = sorted({*(each.counter for each in served), *(each.counter for each in presses)})
    result = []
    for counter in counters:
        done = [index for index, each in enumerate(served) if each.counter == counter and each.to_ms is not None]
        scored = [found.of[index] for index in done if index in found.of]
        disputed = sum(is_disputed(each) for each in scored)
        old = [each for each in presses if each.counter == counter and each.at_ms <= now_ms - LATE_MS]
        stray = [each for each in found.stray if each.counter == counter and each.at_ms <= now_ms - LATE_MS]
        result.append(CounterScores(counter, len(done), len(scored) - disputed, disputed, _signals(old, len(stray))))
    return result


def _signals(presses: Sequence[Press], idle: int) -> Signals:
    ordered = sorted(presses, key=lambda each: each.at_ms)
    gaps = [after.at_ms - before.at_ms for before, after in pairwise(ordered)]
    return Signals(
        idle=idle,
        bursts=_bursts([each.at_ms for each in ordered]),
        row=_longest_row([each.level for each in ordered]),
        quick=sum(gap < QUICK_MS for gap in gaps),
        mashed=sum(each.disputed for each in ordered),
        upward=sum(each.upward for each in ordered),
    )


def _bursts(times: Sequence[int]) -> int:
    """How many separate bursts there are."""
    found, at = 0, 0
    while at + BURST <= len(times):
        if times[at + BURST - 1] - times[at] <= BURST_MS:
            end = times[at] + BURST_MS
            found += 1
            while at < len(times) and times[at] <= end:
                at += 1
        else:
            at += 1
    return found


def _longest_row(levels: Sequence[int]) -> int:
    """The longest run of one level, 0 where it is shorter than ROW."""
    longest = run = 0
    before = None
    for level in levels:
        run = run + 1 if level == before else 1
        before, longest = level, max(longest, run)
    return longest if longest >= ROW else 0


def released(machines: Iterable[Sequence[Press]], now_ms: int) -> dict[int, int]:
    """How many of each level are told: of each machine's presses, in the order in which they came, whole groups of
    GROUP of which all are LATE_MS old. Disputed ones count in no level. It never changes by fewer than a group.
    """
    told = dict.fromkeys(LEVELS, 0)
    for presses in machines:
        for at in range(0, len(presses) - GROUP + 1, GROUP):
            group = presses[at : at + GROUP]
            if any(each.at_ms > now_ms - LATE_MS for each in group):
                break
            for each in group:
                if not each.disputed:
                    told[each.level] += 1
    return told
