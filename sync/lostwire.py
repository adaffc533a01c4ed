"""The messages by which a device gives back what an office lost of its own journal (docs/exchange.md, "Lost").

The batch is that of /v1/facts, of the office's journal, its last one first: a signed head proves every fact before it,
and each batch proves where the one before it has to end.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from sync import codec, wire
from sync.chain import START, Position, extend
from sync.codec import Fact
from sync.errors import BadBatch, NotCanonical
from sync.types import Chain, JournalId, Seq
from sync.wire import LOST_PATH, Batch, Count, Hex32, Request

NO_WORD = bytes(64)
"""Instead of a signature, where the head of a batch is proven by what was sent before it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The answer: send the facts that end at this place next. `seq` 0: nothing is missing."""

    seq: Count
    chain: Hex32

    @property
    def position(self) -> Position:
        """The place."""
        return Position(Seq(self.seq), Chain(bytes.fromhex(self.chain)))


class _Secret(msgspec.Struct, frozen=True):
    journal_secret: Hex32


def wanted(at: Position | None) -> Wanted:
    """The answer for this place; None: nothing is missing."""
    at = at or START
    return Wanted(at.seq, at.chain.hex())


def sign_lost(device: JournalId, batch: Batch, secret: bytes, sign: Callable[[bytes], bytes]) -> Request:
    """The request of this device with facts of an office's journal, whose secret is `secret`; without rows, an offer
    of all that it has up to the head."""
    first, *rest = wire.encode_batch(batch).split(b"\n")
    line = {**json.loads(first), "journal_secret": secret.hex()}
    body = wire.deflate(b"\n".join((json.dumps(line, separators=(",", ":")).encode(), *rest)))
    begin, end = batch.after + 1, batch.head.seq
    signature = sign(wire.request_message(device, begin, end, body, LOST_PATH))
    return Request(device, begin, end, signature, body, LOST_PATH)


def read_lost(request: Request) -> tuple[Batch, bytes]:
    """The batch, and the secret of its journal. Raises BadBatch."""
    plain = wire.inflate(request.body)
    batch = wire.decode_batch(plain)
    if (request.first, request.last) != (batch.after + 1, batch.head.seq):
        raise BadBatch("the signed range is not the batch's", hint=_HINT)
    try:
        secret = msgspec.json.decode(plain.split(b"\n", 1)[0], type=_Secret).journal_secret
    except msgspec.DecodeError as problem:
        raise BadBatch(f"the batch line has no journal_secret: {problem}", hint=_HINT) from problem
    return batch, bytes.fromhex(secret)


def proven(batch: Batch, secret: bytes) -> list[tuple[Fact, bytes, Chain]] | None:
    """The facts of this batch with their chains, where they lead to its head; None where they do not. Raises BadBatch.

    Where the head is proven, `after` and `previous` are too: the chain holds them.
    """
    at, found = Position(batch.after, batch.previous), []
    for raw in batch.rows:
        at = extend(secret, at, raw)
        try:
            fact = codec.decode(raw)
        except NotCanonical as error:
            raise BadBatch(f"row {at.seq}: {error}", hint=_HINT) from error
        if fact.seq != at.seq:
            raise BadBatch(f"row {at.seq} calls itself {fact.seq}", hint=_HINT)
        found.append((fact, raw, at.chain))
    return found if at == batch.head.position else None


_HINT = "See docs/exchange.md, 'Lost'. Nothing of it was stored."
