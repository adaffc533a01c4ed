"""The office's queue within the ledger: every fact of it is appended, folded and claimed in one transaction.

`ledger.live` is the queue as it stands (sync.live). Whatever is refused, by the fold or by the tables, leaves both as
they were.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from server import regain
from server.admission import THE_OFFICE, Issued, admit, prioritise, returned, turn_of_day
from server.database import Taken
from server.equipment import skilled
from server.errors import ActRefused
from server.ledger import Ledger
from server.standing import before_of, digits_anew, masked_anew
from server.takeup import merged, restating
from sync.body import Body, TicketName
from sync.codec import Fact
from sync.facts import TicketIssued, TicketPriority, TicketReturned
from sync.facts_office import TicketCalled, TicketFact
from sync.journal import Instant
from sync.judge import Row
from sync.live import Live, fold
from sync.tickets import AT_A_COUNTER, IllegalStep
from sync.types import JournalId, UtcMs


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, on the office's clock: `day` is its office day, `instant` what the journal dates by. `by`: who vouches for
    the day, clock or staff."""

    now_ms: UtcMs
    day: str
    instant: Instant
    by: str = "clock"


def begin(ledger: Ledger) -> Live:
    """Take the queue up again from the office's own journal: the facts of its last day."""
    own = ledger.own_named()
    stands = own is not None and not stands_still(ledger)
    live = fold(ledger.held.facts_of_last_day(own[0])) if own is not None and stands else Live()
    ledger.live = live
    _hold(ledger)
    return live


def stands_still(ledger: Ledger) -> bool:
    """Whether the office was restored from an old copy, or may have been, and what is missing is not here
    (server.standstill). Its queue is empty then, and nothing is done in it."""
    return ledger.in_doubt is not None or ledger.lost.is_missing()


def must_stand(ledger: Ledger) -> None:
    """Raises ActRefused where the office stands still."""
    if stands_still(ledger):
        hint = "Connect the machines: they give it back. Or a supervisor has the office go on without it."
        raise ActRefused("record-missing", "the office was restored from an old copy of its record", hint=hint)


def stand(ledger: Ledger, at: Moment | None) -> None:
    """What was missing is here, or is gone on without: take up the queue. Within a transaction."""
    live = begin(ledger)
    if at is None or stands_still(ledger):
        return
    if live.day is None:
        take_up(ledger, at)
    elif live.day == at.day:
        at = steady(ledger, at)
        _commit_any(ledger, admit(live, ledger.held.issued_on(at.day), at.now_ms), at)


def live_of(ledger: Ledger) -> Live:
    """The queue as it stands."""
    live = ledger.live
    return live if isinstance(live, Live) else begin(ledger)


def commit(ledger: Ledger, bodies: Sequence[Body], instant: Instant) -> list[Fact]:
    """Append these facts, fold and claim. Within a transaction. Raises IllegalStep where one has no place, and
    ActRefused where the office stands still."""
    must_stand(ledger)
    live = live_of(ledger)
    facts = ledger.append(bodies, instant)
    for fact, body in zip(facts, bodies, strict=True):
        live = live.after(body, fact.seq)
        _claim(ledger, live, body)
    ledger.live = live
    return facts


def _claim(ledger: Ledger, live: Live, body: Body) -> None:
    """Enter what this fact says of who is at which counter."""
    if isinstance(body, TicketCalled):
        try:
            ledger.held.claim(body.ticket, body.counter)
        except Taken as error:
            hint = "Look at the queue again: somebody else was faster."
            raise IllegalStep(f"a ticket is at two counters, or a counter has two: {error}", hint=hint) from error
    elif isinstance(body, TicketFact) and live.tickets[body.ticket].status not in AT_A_COUNTER:
        ledger.held.release(body.ticket)


def steady(ledger: Ledger, at: Moment) -> Moment:
    """This moment, but never before the last fact of the queue: a clock that is set back makes nobody younger."""
    return replace(at, now_ms=UtcMs(max(at.now_ms, live_of(ledger).now_ms)))


def take_up(ledger: Ledger, at: Moment) -> None:
    """Say again in this journal how the queue stands by the record before it, and admit whom that record does not know.

    For a journal that continues another one, at its beginning and when more of the record has come back. Nobody is
    called by it. Within a transaction.
    """
    own = ledger.own_named()
    if own is None or ledger.lost.predecessor(own[0]) is None or stands_still(ledger):
        return
    regain.own_tail(ledger, at.instant, at.now_ms)
    before = before_of(ledger.lost, own[0])
    live = merged(before, ledger.lost.facts(own[0]), before.day)
    at = replace(at, now_ms=UtcMs(max(at.now_ms, live.now_ms)))
    bodies = restating(
        live, at.now_ms, masked_anew(ledger.lost, own[0]), digits_anew(ledger.lost, own[0], live, at.now_ms)
    )
    if not bodies:
        return
    ledger.held.hold(())
    commit(ledger, bodies, at.instant)
    _hold(ledger)
    _commit_any(ledger, admit(live_of(ledger), ledger.held.issued_on(live.day or at.day), at.now_ms), at)


def _hold(ledger: Ledger) -> None:
    counters = live_of(ledger).counters.values()
    ledger.held.hold((each.ticket, each.counter) for each in counters if each.ticket is not None)


def turn(ledger: Ledger, at: Moment) -> None:
    """Begin this office day, where it has not begun, with the tickets that the ledger took before. In a transaction.

    Raises ActRefused where the office stands still.
    """
    must_stand(ledger)
    if live_of(ledger).day is None:
        take_up(ledger, at)
    bodies = turn_of_day(live_of(ledger), at.day, at.now_ms, ledger.held.rule_next(), at.by)
    if bodies:
        ledger.held.keep_rule(None)
        commit(ledger, bodies, at.instant)
        tell_skills(ledger, at)
        _commit_any(ledger, admit(live_of(ledger), ledger.held.issued_on(at.day), at.now_ms), at)


def tell_skills(ledger: Ledger, at: Moment, by: str = THE_OFFICE) -> None:
    """Say in the journal what people are trained for now, where it said otherwise before. In a transaction.

    Counters that such a person has open follow. Raises ActRefused where one would serve nothing and has somebody.
    """
    own = ledger.own_named()
    told = ledger.held.told_skills(own[0]) if own is not None else {}
    live, offered = live_of(ledger), ledger.held.services()
    _commit_any(ledger, skilled(live, told, ledger.people.skills(), offered, by, at.now_ms), at)


def take_in(ledger: Ledger, journal_id: JournalId, rows: Sequence[Row], at: Moment) -> None:
    """What a kiosk's new facts mean for the queue. Within the transaction that stores them.

    While the office stands still, nothing: its tickets wait in the ledger until the queue is taken up.
    """
    if stands_still(ledger):
        return
    at = steady(ledger, at)
    said = [(row.seq, row.body) for row in rows]
    if any(isinstance(body, TicketIssued) for _, body in said):
        with contextlib.suppress(IllegalStep), ledger.savepoint():
            turn(ledger, at)
    held = ledger.held
    asked = {body.ticket for _, body in said if isinstance(body, TicketPriority)}
    named = [(TicketName(journal_id, seq), body) for seq, body in said if isinstance(body, TicketIssued)]
    issued = [
        Issued(name, body, name.seq in asked, *held.dated(journal_id, name.seq), held.masked(name, body))
        for name, body in named
    ]
    _commit_any(ledger, admit(live_of(ledger), issued, at.now_ms), at)
    for _, body in said:
        if isinstance(body, TicketPriority):
            name = TicketName(journal_id, body.ticket)
            _commit_any(ledger, prioritise(live_of(ledger), name, at.now_ms), at)
        elif isinstance(body, TicketReturned):
            _commit_any(ledger, returned(live_of(ledger), body.day, body.label, at.now_ms), at)


def _commit_any(ledger: Ledger, bodies: Sequence[Body], at: Moment) -> None:
    """What the queue has no place for is left out: a kiosk's true facts are never refused for it."""
    for body in bodies:
        with contextlib.suppress(IllegalStep), ledger.savepoint():
            commit(ledger, [body], at.instant)
