"""Judging batches in a process of its own: `python -m server.judging` reads questions and writes verdicts, until its
input ends. What goes between the two are frames of MessagePack behind their length; this module has both ends of it.

A verdict needs nothing but the question (sync.judge): what would need an older row of the journal is not judged here.
"""

import signal
import sys
from collections.abc import Sequence
from typing import BinaryIO

import msgspec

from sync.chain import Position
from sync.judge import Accept, KnownJournal, Refuse, Row, judge_request
from sync.types import Chain, JournalId, Seq
from sync.wire import Head, Refusal, Request

Asked = tuple[Request, KnownJournal | None, KnownJournal | None]
"""A request, and what is known of its journal and of the office that relays it."""
LENGTH = 4
"""Bytes of a frame's length, big-endian."""


class Question(msgspec.Struct, array_like=True, frozen=True):
    """A request with what is known of its journal and of the office that relays it."""

    request: Request
    known: "_Known | None"
    relay: "_Known | None"


class _Known(msgspec.Struct, array_like=True, frozen=True):
    journal_id: JournalId
    public_key: bytes
    secret: bytes
    seq: Seq
    chain: Chain
    revoked: bool


class _Taken(msgspec.Struct, array_like=True, frozen=True, tag="taken"):
    first: int
    rows: list[bytes]
    chains: bytes
    position: tuple[Seq, Chain]
    head: Head


class _Refused(msgspec.Struct, array_like=True, frozen=True, tag="refused"):
    refusal: Refusal
    head: Head | None


class _Elsewhere(msgspec.Struct, array_like=True, frozen=True, tag="elsewhere"):
    """It needs the ledger."""


_Told = _Taken | _Refused | _Elsewhere
_encode = msgspec.msgpack.encode
_questions = msgspec.msgpack.Decoder(list[Question]).decode
_verdicts = msgspec.msgpack.Decoder(list[_Told]).decode
_CHAIN = 32


def ask(questions: Sequence[Asked]) -> bytes:
    """The frame that asks these."""
    return _frame(_encode([Question(request, _of(known), _of(relay)) for request, known, relay in questions]))


def told(frame: bytes) -> list[Accept | Refuse | None]:
    """The verdicts in the content of a frame, in the order of the questions; None: whoever has the ledger judges."""
    return [_verdict(each) for each in _verdicts(frame)]


def _verdict(of: _Told) -> Accept | Refuse | None:
    match of:
        case _Taken():
            chains = (Chain(of.chains[at : at + _CHAIN]) for at in range(0, len(of.chains), _CHAIN))
            rows = map(Row, map(Seq, range(of.first, of.first + len(of.rows))), of.rows, chains)
            return Accept(tuple(rows), Position(*of.position), of.head)
        case _Refused():
            return Refuse(of.refusal, of.head)
        case _:
            return None


class _NeedsLedger(Exception):
    pass


def _chain_at(seq: Seq) -> Chain | None:
    raise _NeedsLedger


def _judged(question: Question) -> _Told:
    try:
        verdict = judge_request(question.request, _known(question.known), _known(question.relay))
    except _NeedsLedger:
        return _Elsewhere()
    if isinstance(verdict, Refuse):
        return _Refused(verdict.refusal, verdict.head)
    rows, at = verdict.rows, verdict.position
    first = rows[0].seq if rows else 0
    chains = b"".join(row.chain for row in rows)
    return _Taken(first, [row.row for row in rows], chains, (at.seq, at.chain), verdict.head)


def _of(known: KnownJournal | None) -> _Known | None:
    if known is None:
        return None
    at = known.received
    return _Known(known.journal_id, known.public_key, known.secret, at.seq, at.chain, known.revoked)


def _known(of: _Known | None) -> KnownJournal | None:
    if of is None:
        return None
    return KnownJournal(of.journal_id, of.public_key, of.secret, Position(of.seq, of.chain), _chain_at, of.revoked)


def _frame(content: bytes) -> bytes:
    return len(content).to_bytes(LENGTH, "big") + content


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer each frame of questions with one of verdicts, until the source ends."""
    while len(length := source.read(LENGTH)) == LENGTH:
        questions = _questions(source.read(int.from_bytes(length, "big")))
        sink.write(_frame(_encode([_judged(each) for each in questions])))
        sink.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends its judges
    serve(sys.stdin.buffer, sys.stdout.buffer)
