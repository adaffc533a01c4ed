"""The kiosk's side for an audit: its tickets, from its own journal's facts. Pure."""

from collections.abc import Iterable, Mapping

from sync.audit_terms import Dated, Kiosks, Taken
from sync.body import TicketName
from sync.clock import DRIFT_PPM
from sync.codec import Fact
from sync.facts import ClockAnchored, TicketIssued, TicketPriority, of_kind
from sync.types import JournalId, Seq


def kiosks(journals: Mapping[JournalId, Iterable[Fact]]) -> Kiosks:
    """The tickets in these journals, of each all rows of the day that name tickets or date them, in order."""
    found = {each.name: each for journal_id, facts in journals.items() for each in taken(journal_id, facts)}
    return Kiosks(found, frozenset(journals))


def taken(journal_id: JournalId, facts: Iterable[Fact]) -> list[Taken]:
    """The tickets that this journal issued, dated by every anchor of their boot in it."""
    held = list(facts)
    anchors = of_kind(held, ClockAnchored)
    asked = {body.ticket for _, body in of_kind(held, TicketPriority)}
    return [
        Taken(
            name=TicketName(journal_id, Seq(fact.seq)),
            day=body.day,
            label=body.label,
            services=body.services,
            cases=body.cases,
            priority=fact.seq in asked,
            place=body.place,
            dated=tuple(_dated(fact, at, anchor) for at, anchor in anchors if at.boot_id == fact.boot_id),
        )
        for fact, body in of_kind(held, TicketIssued)
    ]


def _dated(ticket: Fact, at: Fact, anchor: ClockAnchored) -> Dated:
    apart = ticket.boottime_ms - at.boottime_ms
    slack = anchor.uncertainty_ms + abs(apart) * DRIFT_PPM // 1_000_000
    return Dated(anchor.utc_ms + apart, slack, at.seq < ticket.seq)
