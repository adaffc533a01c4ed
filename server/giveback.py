"""A device gives back what this server lost of its own journal, an office what its centre lost of the one for it: the
judgement on POST /v1/lost (docs/exchange.md).

Only what this server's own signature proves is kept. When the last of it is here, the queue is taken up anew from it,
and what was published.
"""

from collections.abc import Callable

from server import queue, regain
from server.ledger import Ledger
from server.lost import Lost
from server.own import written_for
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
    office = ledger.offices.of(request.journal_id)
    try:
        batch, secret = read_lost(request)
        if office is not None:
            return _of_office(ledger, request.journal_id, office, batch, secret, now_ms, moment)
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
    whole = _kept(ledger.lost, giver, batch, secret)
    if whole is None:
        return wire.refuse(wire.BAD_CHAIN, _ASTRAY, _MEND)
    if whole:
        ledger.rollups.mark_lost(batch.journal_id)
    if whole and moment is not None:
        queue.begin(ledger)
        queue.take_up(ledger, moment)
    return wanted(ledger.lost.wanted(batch.journal_id))


def _of_office(
    ledger: Ledger, giver: JournalId, office: str, batch: Batch, secret: bytes, now_ms: UtcMs, moment: Moment | None
) -> Wanted | Refusal:
    """An office gives back what this server, its centre, lost of the journals that it wrote for this office."""
    lost, name = ledger.lost_for_offices, batch.journal_id
    if not written_for(ledger.publications.db, name, office):
        return wire.refuse(wire.NOT_YOURS, "an office has nothing of this server's own journal", _MEND)
    if not batch.rows:
        if not lost.is_ours(name, batch.head):
            return wire.refuse(wire.BAD_SIGNATURE, "the head is not this server's own word", _MEND)
        lost.claim(name, batch.head, now_ms)
        return wanted(lost.wanted(name))
    if moment is None:
        return wire.refuse(wire.LATER, "nobody vouches for this server's clock", "It is asked again later.")
    whole = _kept(lost, giver, batch, secret)
    if whole is None:
        return wire.refuse(wire.BAD_CHAIN, _ASTRAY, _MEND)
    if whole:
        back = regain.from_office(lost.given_back(name), office)
        regain.regain(ledger, back, moment.instant, moment.now_ms)
    return wanted(lost.wanted(name))


def _kept(lost: Lost, giver: JournalId, batch: Batch, secret: bytes) -> bool | None:
    """Keep these rows where they end at the wanted place: whether they were the last. None: they do not lead there."""
    if lost.wanted(batch.journal_id) != batch.head.position:
        return False
    rows = proven(batch, secret)
    if rows is None:
        return None
    return lost.store(batch.journal_id, Position(batch.after, batch.previous), rows, giver, secret)


_ASTRAY = "the rows do not lead to the head that is wanted"
_MEND = "The sender has to be mended: see docs/exchange.md, 'Lost'. Nothing of it was stored."
