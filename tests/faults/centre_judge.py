"""What must hold once everything was brought to the centre. Pure: what devices know, and what the centre has."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sync.codec import parse
from sync.facts import TicketIssued

Facts = Mapping[tuple[str, int], bytes]
Moment = tuple[str, int]
"""(boot, milliseconds) of a fact: said again in another journal it keeps it."""


@dataclass(frozen=True, slots=True)
class Left:
    """One device as it was left. `here`: what lies in its journal; `promised`: what it was told is safe; `tickets`: the
    moments of those that it gave. Of one that is gone (burnt, exchanged) nothing is `here`, and no tickets count."""

    name: str
    here: Facts
    promised: Facts
    tickets: Iterable[Moment] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What the comparison found. Each fault is a line for people."""

    lost: Sequence[str] = ()
    doubled: Sequence[str] = ()
    strange: Sequence[str] = ()
    stuck: Sequence[str] = ()
    figures: Sequence[str] = ()
    facts: int = field(default=0, compare=False)

    @property
    def faults(self) -> list[str]:
        """All of them."""
        return [*self.stuck, *self.lost, *self.doubled, *self.strange, *self.figures]


def compare(devices: Sequence[Left], ever: Mapping[tuple[str, int], set[bytes]], centre: Facts) -> Found:
    """Hold the centre's facts against every device. `ever`: all rows that any device ever wrote at that place."""
    given = Counter(moment for row in centre.values() if (moment := ticket_of(row)) is not None)
    lost, strange = [], []
    for each in devices:
        for what, facts in (("safe", each.promised), ("here", each.here)):
            gone = [place for place, row in facts.items() if centre.get(place) != row]
            if gone:
                lost.append(f"{each.name}: {len(gone)} facts that are {what} are not at the centre, first {gone[0]}")
        missing = [moment for moment in each.tickets if not given[moment]]
        if missing:
            lost.append(f"{each.name}: {len(missing)} tickets are nowhere at the centre, first {missing[0]}")
    doubled = [f"the ticket of {moment} is there {n} times" for moment, n in given.items() if n > 1]
    for place, row in centre.items():
        if place in ever and row not in ever[place]:
            strange.append(f"{place}: no device ever wrote this")
    return Found(lost, doubled, strange, facts=len(centre))


def ticket_of(row: bytes) -> Moment | None:
    """The moment of the ticket in this row; None where it is about something else."""
    if f'"{TicketIssued.kind}"'.encode() not in row[:60]:
        return None
    fact = parse(row)
    return (fact.boot_id, fact.boottime_ms) if fact.kind == TicketIssued.kind else None
