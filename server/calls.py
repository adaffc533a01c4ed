"""Acts of staff on the ledger: request key, conditional claim, facts and their projections in one transaction.

- The request key: a retry of what was done gives the same answer and does nothing.
- The condition: whoever acts names the last fact of the counter that they saw; where another one came since (a second
  tab, a second person), nothing is done. Behind it the fold refuses whatever the queue has no place for.
- UNIQUE in the table `held`: one ticket at one counter, one counter with one ticket, whatever the code above does.
"""

from collections.abc import Sequence

import msgspec

from server import queue
from server.acts import Act
from server.decide import Who, decide
from server.errors import ActRefused
from server.ledger import Ledger
from server.once import once
from sync.facts_office import TicketCalled
from sync.tickets import IllegalStep


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request: `key` is random, 32 hex digits, the same at every retry. `changed` is the counter's as it was seen."""

    key: str
    counter: int
    changed: int
    act: Act


class Done(msgspec.Struct, frozen=True):
    """The answer: the seq of the last fact, and the number that was called (None: none was)."""

    seq: int
    called: str | None = None


def perform(
    ledger: Ledger,
    call: Call,
    who: Who,
    at: queue.Moment,
    *,
    offered: Sequence[str] | None = None,
    keyed: bool = True,
    conditional: bool = True,
) -> Done:
    """Do it. Within a transaction. Raises ActRefused; nothing is stored then.

    `offered`: the services that there are; None: those of the kiosks' catalogues.
    `keyed` and `conditional` are left out by the tests' controls only: they show what either of them prevents.
    """
    at = queue.steady(ledger, at)

    def do() -> bytes:
        return msgspec.json.encode(_done(ledger, call, who, at, offered, conditional))

    words = msgspec.json.encode((who.staff, call.counter, call.act))
    answer = once(ledger, call.key, words, at.now_ms, do, other="another act", keyed=keyed)
    return msgspec.json.decode(answer, type=Done)


def _done(
    ledger: Ledger, call: Call, who: Who, at: queue.Moment, offered: Sequence[str] | None, conditional: bool
) -> Done:
    queue.turn(ledger, at)
    live = queue.live_of(ledger)
    if conditional and live.counter(call.counter).changed != call.changed:
        hint = "Look at the counter again: somebody else acted there."
        raise ActRefused("counter-changed", f"counter {call.counter} has changed", hint=hint)
    services = ledger.held.services() if offered is None else offered
    bodies = decide(call.act, live, call.counter, who, services, at.now_ms)
    try:
        facts = queue.commit(ledger, bodies, at.instant)
    except IllegalStep as error:
        raise ActRefused("not-now", str(error), hint=error.hint) from error
    called = [body.ticket for body in bodies if isinstance(body, TicketCalled)]
    label = queue.live_of(ledger).tickets[called[-1]].label if called else None
    return Done(int(facts[-1].seq) if facts else 0, label)
