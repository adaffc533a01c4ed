"""The office's day as a kiosk follows it: its queue, what calls took, and who was called before whom and why.

Facts of the office's journal go in one by one; nothing is read here and no clock looked at. The day before is kept as
what its calls took, which the waiting range weighs in (docs/queue.md).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from kiosk.screen_types import Passed
from sync.body import TicketName
from sync.calendar import Calendar
from sync.codec import Fact
from sync.days import Days
from sync.errors import SyncError
from sync.estimate import NO_COUNTER, Pace, Prospect, prospect
from sync.facts import DayOpened
from sync.facts_office import RuleAdopted, TicketAdmitted, TicketCalled, TicketCarried, TicketTransferred
from sync.facts_restated import TicketRestated
from sync.foresee import ahead
from sync.live import Counter, Live
from sync.tickets import QueueTicket
from sync.types import UtcMs


class Call(NamedTuple):
    """A call of this day: the number, since when it waited, what the counter serves, why it was called then (a code
    of kiosk.wording.PASSED)."""

    label: str
    since_ms: UtcMs
    services: tuple[str, ...]
    why: str


class Own(NamedTuple):
    """A ticket that this kiosk has issued today, as the office would admit it."""

    name: TicketName
    label: str
    services: tuple[str, ...]
    cases: tuple[int, ...]
    since_ms: UtcMs
    priority: bool


class Story(Days):
    """The days that are followed, with who was called when. Of a day that is `lost` nothing is told."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self._known: dict[TicketName, int] = {}
        self._called: dict[TicketName, int] = {}
        self._transferred: set[TicketName] = set()
        self.next_day: dict[TicketName, str] = {}
        """The day (YYYY-MM-DD) that a ticket of this day was carried over to."""

    def take(self, fact: Fact) -> str | None:
        """One more fact of the office's journal, in order. Returns what is wrong, once, where it has no place."""
        try:
            followed = self.follow(fact)
        except SyncError as error:
            return f"the office's queue is not told today: fact {fact.seq}: {error}. {error.hint}"
        if followed is None:
            return None
        before, body = followed
        match body:
            case DayOpened():
                self.calls, self._known, self._called, self._transferred = [], {}, {}, set()
                self.next_day = {}
            case TicketAdmitted(ticket=name):
                self._known[name] = len(self.calls)
            case TicketRestated(ticket=name) if body.waited_ms is not None:
                self._called[name] = 0  # before the office was restored: those calls are not told of any more
            case TicketCarried(ticket=name, to_day=to_day):
                self.next_day[name] = to_day
            case TicketTransferred(ticket=name):
                self._transferred.add(name)
            case TicketCalled(ticket=name):
                ticket = before.tickets[name]
                self._called.setdefault(name, len(self.calls))
                why = "by-hand" if body.why != "rule" else _why(ticket, before.rule, name in self._transferred)
                self.calls.append(Call(ticket.label, ticket.since_ms, before.counter(body.counter).services, why))
        return None

    def passed(self, name: TicketName) -> tuple[Passed, ...]:
        """Who was called before this ticket's first call though taken later: first those that went before it at a
        counter that serves it, then those called elsewhere or before the office knew of it."""
        ticket = self.live.tickets[name]
        known, end = self._known.get(name, 0), self._called.get(name, len(self.calls))
        mine, others = [], []
        for number, call in enumerate(self.calls[:end]):
            if call.since_ms <= ticket.since_ms:
                continue
            if number < known:
                others.append(Passed(call.label, "not-known"))
            elif ticket.services[0] not in call.services:
                others.append(Passed(call.label, "other-service"))
            else:
                mine.append(Passed(call.label, call.why))
        return (*mine, *others)


def _why(ticket: QueueTicket, rule: RuleAdopted, transferred: bool) -> str:
    """Why the rule called this ticket when it did, as sync.rule has it."""
    if ticket.hold is not None:
        return "returned"
    if ticket.carried:
        return "carried-over"
    if ticket.overtaken >= rule.overtakes:
        return "cap"
    if ticket.priority:
        return "priority"
    return "transferred" if transferred else "other"


def with_own(live: Live, own: Iterable[Own], now_ms: UtcMs) -> Live:
    """The queue with the tickets of this kiosk that the office has not admitted yet, as it will admit them: behind all
    that it has, by the same fold. Raises IllegalStep."""
    for each in own:
        if each.name not in live.tickets:
            body = TicketAdmitted(
                now_ms,
                each.name,
                live.day or "",
                each.label,
                each.services,
                each.since_ms,
                "arrived",
                each.priority,
                each.cases,
            )
            live = live.after(body, live.seq)
    return live


def outlook(
    live: Live, ticket: QueueTicket, now_ms: UtcMs, wall: datetime, pace: Pace, calendar: Calendar
) -> Prospect | None:
    """As sync.estimate.prospect. Where no counter at work serves the ticket, the people ahead are those that a counter
    for its service alone would call before it. Raises UnknownRule."""
    found = prospect(live, ticket, now_ms, wall, pace, calendar)
    if found is None or found.why != NO_COUNTER:
        return found
    alone = Counter(0, (ticket.service,), open=True)
    return replace(found, ahead=ahead(live, ticket, now_ms, [alone]))
