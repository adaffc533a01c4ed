"""A device gives back what this server lost of its own journal: the judgement on POST /v1/lost (docs/exchange.md).

Only what this server's own signature proves is kept. When the last of it is here, the queue is taken up anew from it.
"""

from collections.abc import Callable

from server import queue
from server.ledger import Ledger
from server.publishing import restate
from server.queue import Moment
from sync import wire
from sync.chain import Position
from sync.errors import BadBatch
from sync.facts import Predecessor
from sync.journal import Instant
from sync.judge import DEVICE, judge_sender
from sync.keys import DeviceKey
from sync.lostwire import Wanted, proven, read_lost, wanted
from sync.types import JournalId, UtcMs
from sync.wire import Batch, Head, Refusal

Succeed = Callable[[Ledger, JournalId, Head], None]
"""Go on in a new journal, where this head of our own proves that facts of the one that we write are gone."""

Heard = Callable[[Ledger, JournalId, JournalId, Position], None]
"""A device (its journal) shows that its copy of this journal of ours reaches up to here, and we have that too."""


def begin_anew(
    ledger: Ledger,
    key: DeviceKey,
    random: Callable[[int], bytes],
    instant: Instant,
    name: JournalId,
    head: Head,
    now_ms: UtcMs,
) -> bool:
    """Begin a new journal, where this head of our own proves that what we wrote in this one is gone here. Whether it
    did: once for each loss. Within a transaction."""
    lost, ours = ledger.lost, ledger.lost.secret(name) is not None
    if lost.holds(name, head.position) or lost.is_named(name) or (ours and ledger.own_named() != (name, key.public)):
        return False
    lost.claim(name, head, now_ms)
    if ours:
        ledger.note_fork(name, head, now_ms)
    ledger.open_own(key, random, instant, predecessor=Predecessor(name, head.seq, head.chain.hex()))
    restate(ledger, instant)
    return True


def take_lost(
    ledger: Ledger,
    request: wire.Request,
    now_ms: UtcMs,
    moment: Moment | None,
    succeed: Succeed,
    heard: Heard = lambda ledger, device, name, at: None,
) -> Wanted | Refusal:
    """Judge what a device gives back, and keep it; what is wanted next. Within a transaction."""
    refused = judge_sender(request, ledger.known(request.journal_id), DEVICE)
    if refused is not None:
        return refused
    if ledger.offices.of(request.journal_id) is not None:
        return wire.refuse(wire.NOT_YOURS, "an office has nothing of this server's own journal", _MEND)
    try:
        batch, secret = read_lost(request)
        if batch.rows:
            return _taken(ledger, request.journal_id, batch, ledger.lost.secret(batch.journal_id) or secret, moment)
    except wire.TooLarge as error:
        return wire.refuse(wire.TOO_LARGE, str(error), error.hint)
    except BadBatch as error:
        return wire.refuse(wire.MALFORMED, str(error), error.hint)
    return _offered(ledger, request.journal_id, batch, now_ms, succeed, heard)


def _offered(
    ledger: Ledger, device: JournalId, batch: Batch, now_ms: UtcMs, succeed: Succeed, heard: Heard
) -> Wanted | Refusal:
    name, head = batch.journal_id, batch.head
    if not ledger.lost.is_ours(name, head):
        return wire.refuse(wire.BAD_SIGNATURE, "the head is not this server's own word", _MEND)
    if ledger.lost.holds(name, head.position):
        heard(ledger, device, name, head.position)
    succeed(ledger, name, head)
    ledger.lost.claim(name, head, now_ms)
    return wanted(ledger.lost.wanted(name))


def _taken(ledger: Ledger, giver: JournalId, batch: Batch, secret: bytes, moment: Moment | None) -> Wanted | Refusal:
    name, at = batch.journal_id, ledger.lost.wanted(batch.journal_id)
    if at != batch.head.position:
        return wanted(at)
    rows = proven(batch, secret)
    if rows is None:
        return wire.refuse(wire.BAD_CHAIN, "the rows do not lead to the head that is wanted", _MEND)
    whole = ledger.lost.store(name, Position(batch.after, batch.previous), rows, giver, secret)
    if whole:
        ledger.rollups.mark_lost(name)
    if whole and moment is not None:
        queue.begin(ledger)
        queue.take_up(ledger, moment)
    return wanted(ledger.lost.wanted(name))


_MEND = "The sender has to be mended: see docs/exchange.md, 'Lost'. Nothing of it was stored."
