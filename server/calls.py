"""Acts of staff on the ledger: request key, conditional claim, facts and their projections in one transaction.

- The request key: a retry of what was done gives the same answer and does nothing.
- The condition: whoever acts names the last fact of the counter that they saw; where another one came since (a second
  tab, a second person), nothing is done. Behind it the fold refuses whatever the queue has no place for.
- UNIQUE in the table `held`: one ticket at one counter, one counter with one ticket, whatever the code above does.
"""

import hashlib
import re
from collections.abc import Sequence

import msgspec

from server import queue
from server.acts import Act
from server.decide import Who, decide
from server.errors import ActRefused
from server.ledger import Ledger
from sync.facts_office import TicketCalled
from sync.tickets import IllegalStep
from sync.types import Seq

KEY = re.compile(r"[0-9a-f]{32}")


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
    if not KEY.fullmatch(call.key):
        raise ActRefused("bad-key", "the request key is not 32 hex digits", hint="Make a random key for each act.")
    digest = hashlib.sha256(msgspec.json.encode((who.staff, call.counter, call.act))).digest()
    before = ledger.held.request(call.key) if keyed else None
    if before is not None:
        if before[0] != digest:
            raise ActRefused("key-used", "this key was used for another act", hint="Make a new key for each act.")
        return msgspec.json.decode(before[1], type=Done)
    at = queue.steady(ledger, at)
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
    done = Done(int(facts[-1].seq) if facts else int(Seq(0)), label)
    if keyed:
        ledger.held.store_request(call.key, digest, msgspec.json.encode(done), at.now_ms)
    return done
