"""Numbers that staff give from the console, where the kiosks cannot keep up: ticket, number and place in the queue in
one transaction of the office's own journal. A job for server.writer.

The office numbers in a lane of its own, so that it never meets a kiosk. The number is read and given in the one
transaction of the one writer; behind that stands UNIQUE in the table `given`.
"""

import msgspec

from server import queue
from server.database import Taken
from server.errors import ActRefused
from server.ledger import Ledger
from server.once import once
from sync.body import TicketName
from sync.facts import TicketIssued
from sync.facts_office import TicketAdmitted
from sync.issuing import IssuingError, Wish, issue
from sync.numbering import OFFICE_LANE, Numbers
from sync.types import Seq


class Asked(msgspec.Struct, frozen=True):
    """What is wanted: `key` is random, 32 hex digits, the same at every retry. `cases`: how many of each service, 1 to
    9; empty: one of each."""

    key: str
    services: tuple[str, ...]
    language: str
    priority: bool = False
    cases: tuple[int, ...] = ()


class Given(msgspec.Struct, frozen=True):
    """The ticket: its seq in the office's own journal."""

    seq: int
    label: str


def give(ledger: Ledger, asked: Asked, staff: str, at: queue.Moment) -> Given:
    """Give the next number. Within a transaction. Raises ActRefused; nothing is stored then."""
    words = msgspec.json.encode((staff, asked))
    at = queue.steady(ledger, at)

    def do() -> bytes:
        queue.turn(ledger, at)
        return msgspec.json.encode(_given(ledger, asked, at))

    return msgspec.json.decode(once(ledger, asked.key, words, at.now_ms, do), type=Given)


def _given(ledger: Ledger, asked: Asked, at: queue.Moment) -> Given:
    series_of, first = ledger.held.series(), asked.services[0] if asked.services else ""
    if not asked.services or any(each not in series_of for each in asked.services):
        raise ActRefused("no-service", "there is no such service", hint="Choose one of the list.")
    series = series_of[first]
    journal_id, key, seq = ledger.own_next()
    last = ledger.held.last_number(journal_id, at.day, series)
    try:
        bodies = issue(
            Wish(series, asked.services, asked.language, asked.cases, asked.priority),
            Numbers({(at.day, series, OFFICE_LANE): last}),
            day=at.day,
            lane=OFFICE_LANE,
            journal_id=journal_id,
            key=key,
            next_seq=seq,
            print_now=False,
            secret=ledger.lost.secret(journal_id),
        )
    except IssuingError as error:
        raise ActRefused("no-ticket", str(error), hint=error.hint) from error
    issued = bodies[0]
    assert isinstance(issued, TicketIssued)
    try:
        ledger.held.take_number(issued.day, issued.series, issued.n)
    except Taken as error:
        raise ActRefused("number-given", f"{issued.label} was given before", hint="Try again.") from error
    admitted = TicketAdmitted(
        at.now_ms,
        TicketName(journal_id, Seq(seq)),
        issued.day,
        issued.label,
        issued.services,
        at.now_ms,
        "console",
        asked.priority,
        issued.cases,
        issued.code,  # in the same journal it is masked the same
    )
    queue.commit(ledger, [*bodies, admitted], at.instant)
    return Given(int(seq), issued.label)
