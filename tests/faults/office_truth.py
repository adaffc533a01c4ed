"""What an office held true at each moment of a round, from its own journals alone, by another fold than ours. Pure.

`Branch` is one unbroken stretch of writing: an office that was restored from a copy goes on behind the copy's end, so
the same numbers of one journal can be in two branches. `Believed` is the sum: who was called to which counter, when.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sync.body import Body, TicketName
from sync.codec import Fact
from sync.facts import DayOpened, understand
from sync.facts_office import (
    CountersSet,
    RuleAdopted,
    TicketAdmitted,
    TicketCalled,
    TicketFact,
    TicketPlaced,
    TicketPrioritised,
    TicketRecalled,
    TicketServing,
    TicketTransferred,
)
from sync.facts_restated import RECORD, RESTATED, TicketRestated

Pair = tuple[str, int]
"""A number and its counter."""
_AT_ONCE = frozenset(each.kind for each in (DayOpened, RuleAdopted, CountersSet, *RESTATED))
_STAYS = (TicketAdmitted, TicketCalled, TicketRecalled, TicketPrioritised, TicketServing)


@dataclass(frozen=True, slots=True)
class Branch:
    """`facts`: of the journal from its first one on; those up to `since` were written in an earlier branch."""

    journal: str
    facts: tuple[Fact, ...]
    since: int = 0

    def written(self) -> Iterator[tuple[Fact, Body | None]]:
        """What was written in this branch."""
        return ((fact, understand(fact)) for fact in self.facts if fact.seq > self.since)


@dataclass
class Queue:
    """Who is called and served where, and who waits no more (`over`). `wrong`: what no counter may do, in words."""

    labels: dict[TicketName, str] = field(default_factory=dict)
    called: dict[TicketName, int] = field(default_factory=dict)
    serving: dict[TicketName, int] = field(default_factory=dict)
    over: set[TicketName] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    admissions: list[TicketName] = field(default_factory=list)

    def take(self, fact: Fact) -> None:
        """The next fact of a journal."""
        match body := understand(fact):
            case DayOpened():
                self.labels, self.called, self.serving, self.over, self.admissions = {}, {}, {}, set(), []
            case TicketAdmitted() | TicketRestated():
                self.labels[body.ticket] = body.label
                self.admissions.append(body.ticket)
                if isinstance(body, TicketRestated):
                    self._restated(body)
            case TicketCalled():
                self._called(body, fact.seq)
            case TicketServing():
                self.serving[body.ticket] = self.called.pop(body.ticket, 0)
            case TicketFact() if not isinstance(body, _STAYS):
                self.called.pop(body.ticket, None)
                self.serving.pop(body.ticket, None)
                if isinstance(body, TicketPlaced | TicketTransferred):
                    self.over.discard(body.ticket)
                else:
                    self.over.add(body.ticket)

    def pairs(self) -> frozenset[Pair]:
        """Who is called now."""
        return frozenset((self.labels[name], counter) for name, counter in self.called.items())

    def at_a_counter(self) -> dict[TicketName, int]:
        """Who is called or served, and where."""
        return self.called | self.serving

    def _called(self, body: TicketCalled, seq: int) -> None:
        here, label = self.at_a_counter(), self.labels.get(body.ticket, "a number that never came in")
        if body.ticket in here:
            where = f"to {here[body.ticket]} and {body.counter}"
            self.wrong.append(f"{label} was called to two counters at once, {where} (fact {seq})")
        elif body.counter in here.values():
            self.wrong.append(f"counter {body.counter} had two numbers at once (fact {seq})")
        if body.ticket not in self.labels:
            self.wrong.append(f"fact {seq} calls {label}")
            self.labels[body.ticket] = label
        self.called[body.ticket] = body.counter

    def _restated(self, body: TicketRestated) -> None:
        if body.status == "called" and body.counter is not None:
            self.called[body.ticket] = body.counter
        elif body.status == "serving" and body.counter is not None:
            self.serving[body.ticket] = body.counter
        elif body.status not in ("waiting", "parked"):
            self.over.add(body.ticket)


def queue_of(facts: Iterable[Fact]) -> Queue:
    """The queue after these facts."""
    queue = Queue()
    for fact in facts:
        queue.take(fact)
    return queue


@dataclass(frozen=True)
class Believed:
    """`moments`: (UTC ms, who was called) in order of time, each until the next one. `ever`: when each pair was called
    first. `wrong`: what no counter may do."""

    moments: tuple[tuple[int, frozenset[Pair]], ...]
    ever: Mapping[Pair, int]
    wrong: tuple[str, ...]

    def between(self, first_ms: int, last_ms: int) -> set[frozenset[Pair]]:
        """Everything that was true at some moment of this time."""
        times = [at for at, _ in self.moments]
        begin, end = bisect_right(times, first_ms) - 1, bisect_right(times, last_ms)
        found = {pairs for _, pairs in self.moments[max(begin, 0) : end]}
        return found | ({frozenset()} if begin < 0 else set())


def believed(branches: Iterable[Branch], epoch_ms: int) -> Believed:
    """The sum of these branches, the first one first. `epoch_ms`: the UTC at which the machine's boot time was 0.

    What begins a day, and says again where all stand, becomes true together.
    """
    moments: list[tuple[int, frozenset[Pair]]] = []
    ever: dict[Pair, int] = {}
    wrong: list[str] = []
    for branch in branches:
        queue = Queue()
        for fact in branch.facts:
            queue.take(fact)
            if fact.seq <= branch.since:
                queue.wrong.clear()  # told of the branch that wrote it
                continue
            # Acts are dated as they come in, a moment before they are done one after the other.
            now = max(epoch_ms + fact.boottime_ms, moments[-1][0] if moments else 0)
            if moments and moments[-1][0] == now and fact.kind in _AT_ONCE:
                moments.pop()
            moments.append((now, queue.pairs()))
            for pair in queue.pairs():
                ever.setdefault(pair, now)
        wrong += queue.wrong
    return Believed(tuple(sorted(moments, key=lambda each: each[0])), ever, tuple(wrong))


def taken_up(branches: Iterable[Branch]) -> int | None:
    """The boot time at which an office last took its queue up from the record; None: it never did."""
    times = [
        fact.boottime_ms
        for branch in branches
        for fact, body in branch.written()
        if isinstance(body, DayOpened) and body.by == RECORD
    ]
    return max(times, default=None)
