"""What a press of a counter's wired *next* button means: an act of the officer who has opened that counter.

    nobody is called or served   short: call the next number
    somebody is called           short: is here · long: call again, or, when the rule allows it, nobody came
    somebody is served           short: done, and call the next number · long: done

The press is a fact of the machine that it hangs at, and comes like all facts: it is done once, by a key that is made
of its place in the journal, and not at all when it comes late: nobody is called for a press of ten minutes ago.
"""

import hashlib
from collections.abc import Sequence

from server import acts, queue
from server.acts import Act
from server.calls import Call, perform
from server.decide import Who
from server.errors import ActRefused
from server.ledger import Ledger
from sync.body import TicketName
from sync.facts import CounterPressed
from sync.judge import Row
from sync.live import Live
from sync.tickets import QueueTicket, Status, until_no_show
from sync.types import JournalId, UtcMs

FRESH_MS = 15_000
"""A press that is older was made before the machine could reach the office; whoever pressed has seen nothing come."""


def meaning(live: Live, press: CounterPressed, now_ms: UtcMs) -> Act | None:
    """The act that this press stands for now; None: nothing, as at a counter that is closed or takes a break."""
    if not live.counter(press.counter).working:
        return None
    held = live.at_counter(press.counter)
    if held is None:
        return None if press.long else acts.Next()
    if held.status is Status.CALLED:
        return acts.Came() if not press.long else _not_here(live, held, now_ms)
    return acts.Finish() if press.long else acts.Next()


def take_in(ledger: Ledger, journal_id: JournalId, rows: Sequence[Row], at: queue.Moment) -> None:
    """Do what the presses among these rows mean."""
    for row in rows:
        body = row.body
        if isinstance(body, CounterPressed):
            moment = ledger.held.moment(journal_id, row.fact)
            pressed(ledger, TicketName(journal_id, row.seq), body, moment, at)


def pressed(
    ledger: Ledger, name: TicketName, press: CounterPressed, pressed_ms: int | None, at: queue.Moment
) -> str | None:
    """Do what a press means; `name` is its journal and seq, `pressed_ms` its moment. The act's name, if one was done.

    Within the transaction that stores the press. What cannot be done now is left: a button has no way to say why.
    """
    at = queue.steady(ledger, at)
    if pressed_ms is None or not -FRESH_MS <= at.now_ms - pressed_ms <= FRESH_MS:
        return None
    live = queue.live_of(ledger)
    act, counter = meaning(live, press, at.now_ms), live.counter(press.counter)
    if act is None or counter.staff is None:
        return None
    key = hashlib.sha256(f"press {name.journal} {name.seq}".encode()).hexdigest()[:32]
    call = Call(key, press.counter, int(counter.changed), act)
    try:
        with ledger.savepoint():
            perform(ledger, call, Who(counter.staff), at)
    except ActRefused:
        return None
    return type(act).__name__


def _not_here(live: Live, held: QueueTicket, now_ms: UtcMs) -> Act:
    return acts.Recall() if any(until_no_show(held, live.rule, now_ms)) else acts.NoShow()
