"""What happened on a day under audit: calls and how they ended, what staff did beside, and the sums of it."""

from collections import Counter as Tally
from dataclasses import replace

from sync.audit_terms import COUNTED, GAVE_PRIORITY, NOBODY_CAME, TICKETLESS, TRANSFER, Call, Deed, Journey, Totals
from sync.body import Body, TicketName
from sync.facts_office import (
    ServedByHand,
    ServiceTicketless,
    TicketAdmitted,
    TicketCalled,
    TicketCancelled,
    TicketFact,
    TicketFinished,
    TicketNoShow,
    TicketParked,
    TicketPlaced,
    TicketPrioritised,
    TicketRecalled,
    TicketServing,
    TicketTransferred,
)
from sync.facts_online import OnlineAsked, OnlineRestated
from sync.live import Live
from sync.online import Void
from sync.tickets import OPEN, Status
from sync.types import Seq

RESTATED = "restated"
"""How a ticket came into a queue that was taken up from the record before."""


class Record:
    """One day, as its facts come. Only facts that had their place in the queue are noted. `part`: which part of the day
    is under way."""

    def __init__(self) -> None:
        self.part = 0
        self._by_hand = 0
        self.calls: list[Call] = []
        self.deeds: list[Deed] = []
        self._open: dict[TicketName, int] = {}
        self._last: dict[TicketName, int] = {}
        self._admitted: dict[TicketName, TicketAdmitted] = {}
        self._count: Tally[str] = Tally()
        self._places: dict[str, str] = {}

    def note(self, body: Body, seq: Seq, before: Live, after: Live, conforming: bool) -> None:
        """One more fact, with the queue before and after it. `conforming`: a call that the rule made."""
        self._count[body.kind] += 1
        match body:
            case TicketAdmitted(place=place):
                self._admitted.setdefault(body.ticket, body)
                if place is not None and self._places.get(place) == NOBODY_CAME:
                    self._places[place] = body.void or COUNTED
            case OnlineAsked(place=name):
                self._places.setdefault(name, NOBODY_CAME)
            case OnlineRestated(place=name, ticket=ticket):
                came = NOBODY_CAME if ticket is None else COUNTED if body.counts else Void.UNKNOWN.value
                if self._places.get(name, NOBODY_CAME) == NOBODY_CAME:
                    self._places[name] = came
            case TicketCalled():
                self._called(body, seq, after, conforming)
            case ServedByHand(first=first, last=last):
                self._by_hand += last - first + 1
            case ServiceTicketless(counter=counter, staff=staff, reason=reason):
                self.deeds.append(Deed(TICKETLESS, seq, staff, counter, body.now_ms, reason))
            case TicketPrioritised(staff=staff):
                label = before.tickets[body.ticket].label
                at = next((each.counter for each in before.working() if each.staff == staff), None)
                self.deeds.append(Deed(GAVE_PRIORITY, seq, staff, at, body.now_ms, label, body.ticket))
            case TicketFact():
                self._step(body, seq, before)

    def totals(self, live: Live) -> Totals:
        """The sums, with the queue as it stands at the end."""
        count, calls = self._count, self.calls
        over = sum(each.status is Status.CARRIED for each in live.tickets.values())
        no_shows = [call for call in calls if call.how == "no-show"]
        ticketless = Tally(deed.detail for deed in self.deeds if deed.what == TICKETLESS)
        return Totals(
            calls=len(calls),
            by_rule=sum(call.conforming for call in calls),
            by_hand=_sorted(Tally(call.why for call in calls if call.why != "rule")),
            admitted=len(self._admitted),
            finished=count[TicketFinished.kind],
            recalls=count[TicketRecalled.kind],
            no_shows=len(no_shows),
            early=_sorted(Tally(call.early for call in no_shows if call.early is not None)),
            transfers=count[TicketTransferred.kind],
            parked=count[TicketParked.kind],
            cancelled=count[TicketCancelled.kind],
            prioritised=sum(deed.what == GAVE_PRIORITY for deed in self.deeds),
            carried_in=sum(each.how == "carried" for each in self._admitted.values()),
            carried_over=over,
            unserved=over + sum(each.status in OPEN for each in live.tickets.values()),
            ticketless=_sorted(ticketless),
            power_cut=self._by_hand,
            online=_sorted(Tally(self._places.values())),
        )

    def journeys(self, live: Live) -> tuple[Journey, ...]:
        """Every ticket's way, in the order of admission."""
        calls: dict[TicketName, list[Call]] = {}
        for call in self.calls:
            calls.setdefault(call.ticket, []).append(call)
        found = []
        for each in live.tickets.values():
            admitted = self._admitted.get(each.name)
            found.append(
                Journey(
                    name=each.name,
                    label=each.label,
                    day=each.day,
                    services=each.services,
                    since_ms=each.since_ms,
                    admitted_ms=admitted.now_ms if admitted is not None else each.since_ms,
                    how=admitted.how if admitted is not None else RESTATED,
                    priority=each.priority,
                    status=each.status.value,
                    calls=tuple(calls.get(each.name, ())),
                )
            )
        return tuple(found)

    def _called(self, body: TicketCalled, seq: Seq, after: Live, conforming: bool) -> None:
        ticket = after.tickets[body.ticket]
        self._open[body.ticket] = self._last[body.ticket] = len(self.calls)
        self.calls.append(
            Call(
                seq=seq,
                ticket=body.ticket,
                label=ticket.label,
                service=ticket.service,
                counter=body.counter,
                staff=body.staff,
                at_ms=body.now_ms,
                waited_ms=ticket.waited_ms or 0,
                why=body.why,
                conforming=conforming,
                part=self.part,
            )
        )

    def _step(self, body: TicketFact, seq: Seq, before: Live) -> None:
        held, at = before.tickets[body.ticket], self._open.get(body.ticket)
        match body:
            case TicketRecalled() if at is not None:
                self.calls[at] = replace(self.calls[at], recalls=self.calls[at].recalls + 1)
            case TicketServing() if at is not None:
                self.calls[at] = replace(self.calls[at], came_ms=body.now_ms)
            case TicketNoShow(reason=reason):
                self._end_call(body, "no-show", reason)
            case TicketFinished():
                self._end_call(body, "finished")
            case TicketParked():
                self._end_call(body, "parked")
            case TicketPlaced() if held.status is Status.CALLED:
                self._end_call(body, "withdrawn")
            case TicketPlaced() if held.status is Status.ABSENT and body.ticket in self._last:
                last = self._last[body.ticket]
                self.calls[last] = replace(self.calls[last], back_ms=body.now_ms)
            case TicketTransferred(staff=staff, reason=reason):
                self.deeds.append(Deed(TRANSFER, seq, staff, held.counter, body.now_ms, reason, body.ticket))
                self._end_call(body, "transferred")

    def _end_call(self, body: TicketFact, how: str, early: str | None = None) -> None:
        at = self._open.pop(body.ticket, None)
        if at is not None:
            self.calls[at] = replace(self.calls[at], ended_ms=body.now_ms, how=how, early=early)


def _sorted(tally: Tally[str]) -> dict[str, int]:
    return dict(sorted(tally.items()))
