"""What a server makes of a batch: everything of it, or nothing (docs/exchange.md, "Judgement").

Pure. The server looks the journal up, asks here, and commits what it is told in one transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import msgspec

from sync import codec, wire
from sync.chain import START, Position, chains, head_message
from sync.codec import Fact
from sync.errors import BadBatch, NotCanonical
from sync.facts import Body, JournalOpened, understood
from sync.keys import signature_holds
from sync.types import Chain, JournalId, Seq
from sync.wire import Batch, Head, Refusal, Request


@dataclass(frozen=True, slots=True)
class KnownJournal:
    """A journal that was paired: whose it is, and how far this server's durable copy reaches.

    `chain_at(seq)` is the chain that was stored with the row of this seq, None where there is no such row.
    """

    journal_id: JournalId
    public_key: bytes
    secret: bytes
    received: Position = START
    chain_at: Callable[[Seq], Chain | None] = field(default=lambda seq: None, compare=False)
    revoked: bool = False


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row to store: its exact bytes and its chain."""

    seq: Seq
    row: bytes
    chain: Chain

    @property
    def fact(self) -> Fact:
        """What it says."""
        return codec.parse(self.row)

    @property
    def body(self) -> Body | None:
        """What it says in this release's words; None where it is not understood here."""
        return understood(self.fact)


@dataclass(frozen=True, slots=True)
class Accept:
    """Store these rows and move the watermark to `position`, in one transaction. Duplicates have no rows.

    `head` is what to store where it lies beyond the head stored so far.
    """

    rows: tuple[Row, ...]
    position: Position
    head: Head


@dataclass(frozen=True, slots=True)
class Refuse:
    """Apply nothing, answer with this. For a fork, `head` is the device's own signed word for the other history."""

    refusal: Refusal
    head: Head | None = None


class Sender(Protocol):
    """What has to be known of who signs a request."""

    @property
    def public_key(self) -> bytes: ...

    @property
    def revoked(self) -> bool: ...


_KEY_HINT = "device.key is not the key that was paired. Restore it from its backup, or pair the device again."


@dataclass(frozen=True, slots=True)
class Who:
    """What kind of sender, in the words of a refusal: what was not paired, what was revoked, what to do about each."""

    called: str
    itself: str
    pair: str
    again: str
    key: str


DEVICE = Who(
    "this journal",
    "this device",
    "Pair the device: make a code at the server and enter it in kiosk.toml.",
    "The office withdrew this device. Pair it again if that was a mistake.",
    _KEY_HINT,
)
OFFICE = Who(
    "this office",
    "this office",
    "Pair the office: make a code at the centre and enter it in server.toml, [upstream].",
    "Pair it again if that was a mistake.",
    "office.key is not the key that was paired. Restore it from its backup, or pair the office again.",
)


class _Refused(Exception):
    def __init__(self, verdict: Refuse) -> None:
        super().__init__(verdict.refusal.message)
        self.verdict = verdict


def judge_request(request: Request, known: KnownJournal | None, relay: KnownJournal | None = None) -> Accept | Refuse:
    """The verdict on a request, with `known` looked up by `request.journal_id`, and `relay` by `request.relay`.

    The signature is checked over the compressed body before a byte of it is inflated. A relay signs the request; the
    head in it is signed by the machine itself all the same.
    """
    if request.relay is not None:
        found = _judge_relay(request, known, relay)
        return found if isinstance(found, Refuse) else _judge_body(request, found)
    refused = judge_sender(request, known, DEVICE)
    if refused is not None:
        return Refuse(refused) if known is None else _refuse(known, refused.error, refused.message, refused.hint)
    assert known is not None
    return _judge_body(request, known)


def _judge_relay(request: Request, known: KnownJournal | None, relay: KnownJournal | None) -> KnownJournal | Refuse:
    """The journal whose facts somebody else brings; what is wrong with who brings them."""
    refused = judge_sender(request, relay, OFFICE)
    if refused is not None:
        return Refuse(refused)
    if known is None:
        hint = "Introduce the journal first (docs/exchange.md, 'Relay')."
        return Refuse(wire.refuse(wire.NOT_INTRODUCED, "this journal was never introduced here", hint))
    return known


def judge_sender(request: Request, sender: Sender | None, who: Who) -> Refusal | None:
    """Why whoever signed this request is none that may ask here; None: it is one. `sender`: how it is paired, None: not
    at all."""
    if sender is None:
        return wire.refuse(wire.UNPAIRED, f"{who.called} was never paired here", who.pair)
    if sender.revoked:
        return wire.refuse(wire.REVOKED, f"{who.itself} was revoked", who.again)
    if not signature_holds(sender.public_key, request.message, request.signature):
        return wire.refuse(wire.BAD_SIGNATURE, "the request's signature does not hold", who.key)
    return None


def _judge_body(request: Request, known: KnownJournal) -> Accept | Refuse:
    try:
        batch = wire.decode_batch(wire.inflate(request.body))
    except wire.TooLarge as error:
        return _refuse(known, wire.TOO_LARGE, str(error), error.hint)
    except BadBatch as error:
        return _refuse(known, wire.MALFORMED, str(error), error.hint)
    if (request.first, request.last) != (batch.after + 1, batch.head.seq):
        return _refuse(known, wire.MALFORMED, "the signed range is not the batch's", _BATCH_HINT)
    return judge(batch, known)


def judge(batch: Batch, known: KnownJournal) -> Accept | Refuse:
    """The verdict on a batch whose request signature holds."""
    if batch.journal_id != known.journal_id:
        return _refuse(known, wire.MALFORMED, "the batch is of another journal than its request", _BATCH_HINT)
    if not signature_holds(known.public_key, head_message(batch.journal_id, batch.head.position), batch.head.signature):
        return _refuse(known, wire.BAD_SIGNATURE, "the head's signature does not hold", _KEY_HINT)
    try:
        _check_start(batch, known)
        rows = _checked_rows(batch, known)
    except _Refused as refused:
        return refused.verdict
    position = max(known.received, batch.head.position, key=lambda at: at.seq)
    return Accept(tuple(rows[max(known.received.seq - batch.after, 0) :]), position, batch.head)


def _check_start(batch: Batch, known: KnownJournal) -> None:
    if batch.after > known.received.seq:
        message = f"the batch begins behind {batch.after}, the copy here ends at {known.received.seq}"
        raise _Refused(_refuse(known, wire.GAP, message, "Send from where the copy ends."))
    if batch.previous != _own_chain(known, batch.after):
        raise _fork(batch, known, batch.after)


def _checked_rows(batch: Batch, known: KnownJournal) -> list[Row]:
    _check_facts(batch, known)
    along = chains(known.secret, Position(batch.after, batch.previous), batch.rows)
    reached = Position(Seq(batch.after + len(along)), along[-1] if along else batch.previous)
    if reached != batch.head.position:
        raise _Refused(_refuse(known, wire.BAD_CHAIN, "the rows do not lead to the signed head", _CHAIN_HINT))
    for seq, chain in enumerate(along, batch.after + 1):
        if seq > known.received.seq:
            break
        if chain != _own_chain(known, seq):
            raise _fork(batch, known, seq)
    return list(map(Row, map(Seq, count(batch.after + 1)), batch.rows, along))


def _check_facts(batch: Batch, known: KnownJournal) -> None:
    seq: int = batch.after
    try:
        for seq, fact in enumerate(map(codec.decode, batch.rows), batch.after + 1):
            if fact.seq != seq:
                message = f"row {seq} calls itself {fact.seq}"
                raise _Refused(_refuse(known, wire.MALFORMED, message, _BATCH_HINT))
            if seq == 1 and not _opens(understood(fact), known):
                message = "fact 1 is not the journal.opened of the paired journal and key"
                raise _Refused(_refuse(known, wire.MALFORMED, message, _BATCH_HINT))
    except NotCanonical as error:
        raise _Refused(_refuse(known, wire.MALFORMED, f"row {seq + 1}: {error}", error.hint)) from error


def _opens(body: Body | None, known: KnownJournal) -> bool:
    return (
        isinstance(body, JournalOpened)
        and body.journal_id == known.journal_id
        and body.public_key == known.public_key.hex()
    )


def _own_chain(known: KnownJournal, seq: int) -> Chain | None:
    if seq == 0:
        return START.chain
    return known.received.chain if seq == known.received.seq else known.chain_at(Seq(seq))


def _fork(batch: Batch, known: KnownJournal, seq: int) -> _Refused:
    message = f"at {seq} this journal has another history than the copy here"
    return _Refused(Refuse(_refuse(known, wire.FORK, message, _FORK_HINT).refusal, batch.head))


def _refuse(known: KnownJournal, error: str, message: str, hint: str) -> Refuse:
    return Refuse(wire.refuse(error, message, hint, known.received.seq, known.received))


_BATCH_HINT = "The sender has to be mended: see docs/exchange.md, 'Batch'. Nothing of it was stored."
_CHAIN_HINT = "Run `python -m sync verify` on the device's journal, and compare the journal secret with the paired one."
_FORK_HINT = "The device was restored from an old copy, or cloned. Keep both journals; the office decides."
