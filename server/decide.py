"""What an act of staff comes to: the facts to commit, or why not. Pure.

The rule decides who is next; whoever leaves it has to give a listed reason, which stays on record for good.
"""

from collections.abc import Collection
from dataclasses import dataclass

from server import acts
from server.acts import Act
from server.equipment import able
from server.errors import ActRefused
from sync import reasons
from sync.body import Body
from sync.facts_office import (
    CounterClosed,
    CounterOpened,
    CounterPaused,
    CounterResumed,
    ServedByHand,
    ServiceTicketless,
    TicketCalled,
    TicketCancelled,
    TicketFinished,
    TicketNoShow,
    TicketParked,
    TicketPlaced,
    TicketPrioritised,
    TicketRecalled,
    TicketServing,
    TicketTransferred,
)
from sync.live import Live
from sync.tickets import QueueTicket, Status, until_no_show
from sync.types import UtcMs

MOST_COUNTERS = 99
"""Two digits fit on every sign and are quickly said."""
MOST_BY_HAND = 500


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts: the opaque id, the role, the services that they are trained for (empty: all)."""

    staff: str
    role: str = acts.STAFF
    skills: tuple[str, ...] = ()


def decide(act: Act, live: Live, counter: int, who: Who, services: Collection[str], now_ms: UtcMs) -> tuple[Body, ...]:
    """The facts of this act at this counter. `services`: all that the office offers, in order. Raises ActRefused."""
    if acts.ROLES.index(who.role) < acts.ROLES.index(act.role):
        raise ActRefused("not-allowed", f"{act.role} only", hint="Ask a supervisor.")
    if not 1 <= counter <= MOST_COUNTERS:
        raise ActRefused("no-counter", f"there is no counter {counter}", hint=f"Counters are 1 to {MOST_COUNTERS}.")
    return _Desk(live, counter, who, services, now_ms).do(act)


class _Desk:
    """One counter at one moment."""

    def __init__(self, live: Live, counter: int, who: Who, services: Collection[str], now_ms: UtcMs) -> None:
        self._live, self._counter, self._who, self._services, self._now = live, counter, who, services, now_ms

    def do(self, act: Act) -> tuple[Body, ...]:
        """The facts."""
        now, counter, staff = self._now, self._counter, self._who.staff
        match act:
            case acts.Open():
                return (CounterOpened(now, counter, staff, self._able(act.services)),)
            case acts.Close():
                return (*self._done(), CounterClosed(now, counter, staff))
            case acts.Pause(reason=reason):
                return (*self._done(), CounterPaused(now, counter, staff, _listed(reason, reasons.BREAK)))
            case acts.Resume():
                return (CounterResumed(now, counter, staff),)
            case acts.Next():
                return self._next()
            case acts.Pick(label=label, reason=reason):
                ticket = self._ticket(label, Status.WAITING)
                why = _listed(reason, reasons.PICK)
                return (*self._done(), TicketCalled(now, ticket.name, counter, staff, why))
            case acts.Ticketless(service=service, reason=reason):
                return self._ticketless(service, reason)
            case acts.ByHand():
                return (self._by_hand(act),)
            case acts.Back() | acts.Cancel() | acts.Prioritise():
                return (self._of_label(act),)
            case _:
                return (self._of_held(act),)

    def _of_held(self, act: Act) -> Body:
        """What is done with the ticket that is called to this counter, or served there."""
        now, staff = self._now, self._who.staff
        held = self._held(Status.SERVING if isinstance(act, _WITH_SERVED) else Status.CALLED)
        match act:
            case acts.Recall():
                return TicketRecalled(now, held.name, staff)
            case acts.Came():
                return TicketServing(now, held.name, staff)
            case acts.NoShow(reason=reason):
                return TicketNoShow(now, held.name, staff, self._no_show(held, reason))
            case acts.Withdraw():
                return TicketPlaced(now, held.name, 0, "withdrawn", staff)
            case acts.Park(reason=reason):
                return TicketParked(now, held.name, staff, _listed(reason, reasons.PARK))
            case acts.Transfer(service=service, reason=reason):
                return TicketTransferred(
                    now, held.name, staff, self._offered(service), _listed(reason, reasons.TRANSFER)
                )
            case _:
                return TicketFinished(now, held.name, staff)

    def _of_label(self, act: acts.Back | acts.Cancel | acts.Prioritise) -> Body:
        """What is done with a ticket that is at no counter."""
        now, staff, rule = self._now, self._who.staff, self._live.rule
        match act:
            case acts.Back(label=label):
                ticket = self._ticket(label, Status.ABSENT, Status.PARKED)
                place = rule.returned_place if ticket.status is Status.ABSENT else rule.parked_place
                return TicketPlaced(now, ticket.name, place, "console", staff)
            case acts.Cancel(label=label, reason=reason):
                ticket = self._ticket(label, Status.WAITING, Status.PARKED, Status.ABSENT)
                return TicketCancelled(now, ticket.name, staff, _listed(reason, reasons.CANCEL))
            case acts.Prioritise(label=label):
                ticket = self._ticket(label, Status.WAITING)
                if ticket.priority:
                    raise ActRefused("has-priority", f"{ticket.label} has priority", hint="There is nothing to do.")
                return TicketPrioritised(now, ticket.name, staff)

    def _next(self) -> tuple[Body, ...]:
        """Whoever is served is finished with; then the rule decides, on the queue as it is after that."""
        done = self._done()
        live = self._live
        for body in done:
            live = live.after(body, live.seq)
        found = live.choose(self._counter, self._now)
        if found is None:
            if done:
                return done
            raise ActRefused("nobody-waits", "nobody waits for this counter", hint="Wait for the next ticket.")
        return (*done, TicketCalled(self._now, found.name, self._counter, self._who.staff))

    def _done(self) -> tuple[Body, ...]:
        """Finish with the one who is served. A call is never ended by the way: did somebody come, or not?"""
        held = self._live.at_counter(self._counter)
        if held is None:
            return ()
        if held.status is Status.CALLED:
            hint = "Say whether somebody came: came, no-show, or withdraw the call."
            raise ActRefused("was-called", f"{held.label} is called to counter {self._counter}", hint=hint)
        return (TicketFinished(self._now, held.name, self._who.staff),)

    def _no_show(self, held: QueueTicket, reason: str | None) -> str | None:
        calls, left_ms = until_no_show(held, self._live.rule, self._now)
        if not calls and not left_ms:
            return None
        if reason is None:
            message = f"{held.label} can still come: {calls} more calls, {-(-left_ms // 1000)} s"
            raise ActRefused("too-early", message, hint="Call again and wait, or give a listed reason.")
        return _listed(reason, reasons.EARLY_NO_SHOW)

    def _ticketless(self, service: str, reason: str) -> tuple[Body, ...]:
        why = _listed(reason, reasons.TICKETLESS)
        body = ServiceTicketless(self._now, self._counter, self._who.staff, self._offered(service), why)
        return (*self._done(), body)

    def _by_hand(self, act: acts.ByHand) -> Body:
        good = (
            len(act.series) == 1
            and 1 <= act.first <= act.last < act.first + MOST_BY_HAND
            and 0 < act.from_ms < act.to_ms <= self._now
        )
        if not good:
            hint = "The series is one letter, the numbers first to last, the times from before to."
            raise ActRefused("bad-interval", "this is no interval of emergency numbers", hint=hint)
        from_ms, to_ms = UtcMs(act.from_ms), UtcMs(act.to_ms)
        return ServedByHand(self._now, self._who.staff, act.series, act.first, act.last, from_ms, to_ms)

    def _able(self, only: tuple[str, ...]) -> tuple[str, ...]:
        """What the counter serves: offered, equipped for, trained for, and wanted."""
        able_ = able(self._services, self._live.setups, self._counter, self._who.skills)
        chosen = tuple(each for each in able_ if each in only) if only else able_
        if not chosen:
            hint = "An administrator sets what a counter is equipped for and what people are trained for."
            raise ActRefused("serves-nothing", f"counter {self._counter} would serve nothing", hint=hint)
        return chosen

    def _held(self, status: Status) -> QueueTicket:
        held = self._live.at_counter(self._counter)
        if held is None or held.status is not status:
            what = "nobody is served" if status is Status.SERVING else "nobody is called"
            raise ActRefused("counter-free", f"{what} at counter {self._counter}", hint="Look at the counter again.")
        return held

    def _ticket(self, label: str, *statuses: Status) -> QueueTicket:
        wanted = "".join(label.split()).upper()
        found = [each for each in self._live.tickets.values() if each.label == wanted]
        fitting = [each for each in found if each.status in statuses]
        if fitting:
            return fitting[-1]
        if found:
            message = f"{wanted} is {found[-1].status.value}"
            raise ActRefused("wrong-status", message, hint="Look at the queue again: somebody else was faster.")
        raise ActRefused("no-ticket", f"there is no {wanted} today", hint="Compare the number with the ticket.")

    def _offered(self, service: str) -> str:
        if service not in self._services:
            raise ActRefused("no-service", f"there is no service {service}", hint="Choose one of the list.")
        return service


def _listed(reason: str, listed: Collection[str]) -> str:
    if reason not in listed:
        raise ActRefused("not-listed", f"{reason!r} is no listed reason", hint=f"Choose one of: {', '.join(listed)}.")
    return reason


_WITH_SERVED = (acts.Park, acts.Transfer, acts.Finish)
