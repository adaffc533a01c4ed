"""A queue for tests: what staff and citizens do, as facts, folded as they come."""

from dataclasses import dataclass, field

from sync.body import Body, TicketName
from sync.facts import DayOpened
from sync.facts_office import (
    CounterOpened,
    RuleAdopted,
    TicketAdmitted,
    TicketCalled,
    TicketFinished,
    TicketNoShow,
    TicketPlaced,
    TicketRecalled,
    TicketServing,
)
from sync.live import Live
from sync.tickets import QueueTicket
from sync.types import JournalId, Seq, UtcMs

KIOSK = JournalId("aa" * 16)
DAY = "2026-11-30"
MINUTE = 60_000


def name(number: int) -> TicketName:
    """The ticket with this number."""
    return TicketName(KIOSK, Seq(number))


@dataclass
class Queue:
    """A day at an office. `now` is in milliseconds; `facts` are those that were folded."""

    live: Live = field(default_factory=Live)
    now: UtcMs = UtcMs(1_000_000)  # noqa: RUF009 - a number
    facts: list[Body] = field(default_factory=list)

    @classmethod
    def opened(cls, *counters: tuple[str, ...], rule: RuleAdopted | None = None) -> "Queue":
        """Counters 1, 2, ... at work with these services."""
        queue = cls()
        queue.do(DayOpened(DAY, "clock"))
        queue.do(rule or RuleAdopted(queue.now))
        for number, services in enumerate(counters, 1):
            queue.do(CounterOpened(queue.now, number, f"s{number}", services))
        return queue

    def do(self, body: Body) -> None:
        """One more fact. Raises IllegalStep; nothing has changed then."""
        self.live = self.live.after(body, Seq(self.live.seq + 1))
        self.facts.append(body)

    def wait(self, ms: int) -> None:
        """Time passes."""
        self.now = UtcMs(self.now + ms)

    def take(self, number: int, *services: str, priority: bool = False, since: int | None = None) -> TicketName:
        """A ticket is taken and admitted."""
        since_ms = self.now if since is None else UtcMs(since)
        label = f"A{number:03}"
        body = TicketAdmitted(self.now, name(number), DAY, label, services or ("a",), since_ms, "issued", priority)
        self.do(body)
        return body.ticket

    def next(self, counter: int = 1) -> QueueTicket | None:
        """The counter calls whom the rule names."""
        found = self.live.choose(counter, self.now)
        if found is not None:
            self.do(TicketCalled(self.now, found.name, counter, f"s{counter}"))
        return found

    def serve(self, counter: int = 1) -> None:
        """Whoever was called comes and is served to the end."""
        held = self.live.at_counter(counter)
        assert held is not None
        self.do(TicketServing(self.now, held.name, f"s{counter}"))
        self.do(TicketFinished(self.now, held.name, f"s{counter}"))

    def recall(self, counter: int = 1) -> None:
        """Whoever was called is called again."""
        held = self.live.at_counter(counter)
        assert held is not None
        self.do(TicketRecalled(self.now, held.name, f"s{counter}"))

    def no_show(self, counter: int = 1) -> TicketName:
        """Nobody comes."""
        held = self.live.at_counter(counter)
        assert held is not None
        self.do(TicketNoShow(self.now, held.name, f"s{counter}"))
        return held.name

    def back(self, ticket: TicketName, place: int) -> None:
        """Whoever missed the call is back."""
        self.do(TicketPlaced(self.now, ticket, place, "kiosk"))

    def calls(self, counter: int = 1) -> list[int]:
        """Serve all that this counter can; the numbers in the order of their calls."""
        order = []
        while (found := self.next(counter)) is not None:
            order.append(int(found.name.seq))
            self.serve(counter)
        return order
