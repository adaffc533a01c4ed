"""The messages of the exchange, as values and as bytes (docs/exchange.md). Both sides use this module.

What a server makes of a batch is in sync.judge; the pairing code and the messages of pairing are in sync.paircode.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec

from sync.chain import Position, head_message
from sync.errors import BadBatch, SyncError
from sync.types import Chain, JournalId, Seq, UtcMs

FACTS_PATH = "/v1/facts"
PAIR_PATH = "/v1/pair"
FEED_PATH = "/v1/feed"
LOST_PATH = "/v1/lost"
CLIPS_PATH = "/v1/clips"
FIRST_PATH = "/v1/first-administrator"
UPDATES_PATH = "/v1/updates"
INTRODUCE_PATH = "/v1/introduce"
PORT = 8443

MAX_BODY = 4 * 1024 * 1024
"""Largest request body, compressed, in bytes."""
MAX_PAIR_BODY = 16 * 1024
"""Largest body of a pairing, in bytes."""
MAX_INFLATED = 16 * 1024 * 1024
"""Largest inflated batch, in bytes."""
MAX_ANSWER = 64 * 1024
"""Largest answer, in bytes."""
MAX_HEADER = 4096
"""Largest first line of a batch, in bytes."""
BATCH_ROWS = 500
"""Most rows that a device of ours puts in one batch."""
BATCH_BYTES = 1024 * 1024
"""Most bytes of rows, before compression, that a device of ours puts in one batch (one row always goes)."""

JOURNAL_HEADER = "Scorecard-Journal"
RANGE_HEADER = "Scorecard-Range"
SIGNATURE_HEADER = "Scorecard-Signature"
RELAY_HEADER = "Scorecard-Relay"
CONTENT_TYPE = "application/x-ndjson"

UNPAIRED = "unpaired"
BAD_SIGNATURE = "bad-signature"
REVOKED = "revoked"
MALFORMED = "malformed"
TOO_LARGE = "too-large"
GAP = "gap"
FORK = "fork"
BAD_CHAIN = "bad-chain"
WRONG_CODE = "wrong-code"
CODE_EXPIRED = "code-expired"
CODE_USED = "code-used"
TOO_MANY = "too-many"
LATER = "later"
SUPERSEDED = "superseded"
UNKNOWN_PATH = "unknown-path"
WRONG_METHOD = "wrong-method"
NO_CLIP = "no-clip"
NO_UPDATE = "no-update"
ADMINISTRATED = "administrated"
WRONG_ROLE = "wrong-role"
NOT_INTRODUCED = "not-introduced"
NOT_YOURS = "not-yours"

STATUS: Mapping[str, int] = {
    UNPAIRED: 401,
    BAD_SIGNATURE: 401,
    REVOKED: 403,
    MALFORMED: 400,
    TOO_LARGE: 413,
    GAP: 409,
    FORK: 409,
    BAD_CHAIN: 409,
    SUPERSEDED: 409,
    WRONG_CODE: 403,
    CODE_EXPIRED: 403,
    CODE_USED: 403,
    TOO_MANY: 429,
    LATER: 503,
    UNKNOWN_PATH: 404,
    WRONG_METHOD: 405,
    NO_CLIP: 410,
    NO_UPDATE: 404,
    ADMINISTRATED: 409,
    WRONG_ROLE: 403,
    NOT_INTRODUCED: 409,
    NOT_YOURS: 403,
}
"""Every refusal code with its HTTP status. The code decides, the status is for people and proxies."""

_HINT = "See docs/exchange.md, 'Batch'. Nothing of it was stored."
_JOURNAL_ID = re.compile(r"[0-9a-f]{32}")
_RANGE = re.compile(r"(0|[1-9][0-9]{0,15})-(0|[1-9][0-9]{0,15})")

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Hex16 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}\\Z")]
Hex32 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}\\Z")]
Hex64 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{128}\\Z")]


class TooLarge(BadBatch):
    """A batch beyond the limits of this module, or a small one that inflates beyond them."""


class BadAnswer(SyncError):
    """Bytes that are no answer of docs/exchange.md."""


@dataclass(frozen=True, slots=True)
class Head:
    """A device's word for its journal up to and including a fact. Stored and relayed as it came."""

    seq: Seq
    chain: Chain
    signature: bytes

    @property
    def position(self) -> Position:
        """The place that the head vouches for."""
        return Position(self.seq, self.chain)


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows behind `after` up to `head.seq`. Without rows (`head.seq == after`) it asks where the server stands.

    `previous` is the chain up to and including `after`.
    """

    journal_id: JournalId
    after: Seq
    previous: Chain
    head: Head
    rows: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A batch as it travels: the three headers and the compressed body. `last` is `first - 1` where it has no rows.

    To FEED_PATH it carries a question (sync.feedwire) and no rows, to LOST_PATH facts of the office (sync.lostwire), to
    CLIPS_PATH and UPDATES_PATH a question too (sync.clipwire, sync.updatewire), to INTRODUCE_PATH a journal's key
    (sync.relaywire).

    `relay`: the office that brings a batch of another machine, and signs the request; None: the machine itself does.
    """

    journal_id: JournalId
    first: int
    last: int
    signature: bytes
    body: bytes
    path: str = FACTS_PATH
    relay: JournalId | None = None

    @property
    def message(self) -> bytes:
        """The bytes that `signature` signs."""
        return request_message(self.journal_id, self.first, self.last, self.body, self.path, self.relay)

    @property
    def headers(self) -> dict[str, str]:
        """The HTTP headers of this request."""
        batch = {"Content-Type": CONTENT_TYPE, "Content-Encoding": "gzip"}
        return {
            **(batch if self.path in (FACTS_PATH, LOST_PATH) else {"Content-Type": "application/json"}),
            JOURNAL_HEADER: self.journal_id,
            RANGE_HEADER: f"{self.first}-{self.last}",
            SIGNATURE_HEADER: self.signature.hex(),
            **({} if self.relay is None else {RELAY_HEADER: self.relay}),
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server holds of a journal: durable up to `received`, backed up to `safe`, at its own `utc_ms`."""

    received: Count
    safe: Count
    utc_ms: Count


@dataclass(frozen=True, slots=True)
class Expected:
    """Where the next batch has to begin: behind `seq`, whose chain at the server is `previous` (hex)."""

    seq: Count
    previous: Hex32


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was applied. `error` is a code of STATUS; `message` and `hint` are for the technician."""

    error: str
    message: str
    hint: str
    received: Count = 0
    expected: Expected | None = None

    @property
    def status(self) -> int:
        """The HTTP status to send it with."""
        return STATUS.get(self.error, 400)


class _HeadLine(msgspec.Struct, frozen=True):
    seq: Count
    chain: Hex32
    signature: Hex64


class _BatchLine(msgspec.Struct, frozen=True):
    journal_id: Hex16
    after: Count
    previous: Hex32
    head: _HeadLine


def sign_batch(
    journal_id: JournalId, after: Position, last: Position, rows: Iterable[bytes], sign: Callable[[bytes], bytes]
) -> Batch:
    """The batch of the rows behind `after` up to `last`, its head signed."""
    head = Head(last.seq, last.chain, sign(head_message(journal_id, last)))
    return Batch(journal_id, after.seq, after.chain, head, tuple(rows))


def encode_batch(batch: Batch) -> bytes:
    """The lines of a batch, not yet compressed."""
    head = batch.head
    line = {
        "journal_id": batch.journal_id,
        "after": batch.after,
        "previous": batch.previous.hex(),
        "head": {"seq": head.seq, "chain": head.chain.hex(), "signature": head.signature.hex()},
    }
    first = json.dumps(line, separators=(",", ":")).encode()
    return b"\n".join((first, *batch.rows, b""))


def decode_batch(plain: bytes) -> Batch:
    """The batch behind these lines. The rows themselves are not looked at. Raises BadBatch."""
    first, *rows = plain.split(b"\n")
    if not rows or rows.pop() != b"":
        raise BadBatch("the last line has no line end", hint=_HINT)
    if len(first) > MAX_HEADER:
        raise BadBatch(f"a first line of {len(first)} bytes", hint=f"At most {MAX_HEADER} bytes. {_HINT}")
    line = _decoded(first, _BatchLine, BadBatch, "first line")
    head = Head(Seq(line.head.seq), Chain(bytes.fromhex(line.head.chain)), bytes.fromhex(line.head.signature))
    if len(rows) != head.seq - line.after:
        raise BadBatch(f"{len(rows)} rows between {line.after} and {head.seq}", hint=_HINT)
    previous = Chain(bytes.fromhex(line.previous))
    return Batch(JournalId(line.journal_id), Seq(line.after), previous, head, tuple(rows))


def request_message(
    journal_id: JournalId,
    first: int,
    last: int,
    body: bytes,
    path: str = FACTS_PATH,
    relay: JournalId | None = None,
) -> bytes:
    """What is signed for one request, by the device or, with a seventh line, by the office that relays it; `body` as it
    is sent, compressed."""
    digest = hashlib.sha256(body).hexdigest()
    by = "" if relay is None else f"\n{relay}"
    return f"scorecard/request/1\nPOST\n{path}\n{journal_id}\n{first}-{last}\n{digest}{by}".encode()


def sign_request(batch: Batch, sign: Callable[[bytes], bytes], relay: JournalId | None = None) -> Request:
    """The request that carries this batch; `sign` is the relay's where there is one."""
    body = deflate(encode_batch(batch))
    first, last = batch.after + 1, batch.head.seq
    signature = sign(request_message(batch.journal_id, first, last, body, relay=relay))
    return Request(batch.journal_id, first, last, signature, body, relay=relay)


def read_request(headers: Mapping[str, str], body: bytes, path: str = FACTS_PATH) -> Request:
    """The request in these headers (names in any case) and this body.

    Raises BadBatch where a header is missing or misshapen, TooLarge where the body is beyond MAX_BODY.
    """
    if len(body) > MAX_BODY:
        raise TooLarge(f"a body of {len(body)} bytes", hint=f"At most {MAX_BODY} bytes. {_HINT}")
    lower = {name.lower(): value for name, value in headers.items()}
    journal_id = lower.get(JOURNAL_HEADER.lower(), "")
    between = _RANGE.fullmatch(lower.get(RANGE_HEADER.lower(), ""))
    signature = lower.get(SIGNATURE_HEADER.lower(), "")
    relay = lower.get(RELAY_HEADER.lower())
    if not _JOURNAL_ID.fullmatch(journal_id):
        raise BadBatch(f"{JOURNAL_HEADER} is not 32 hex digits", hint=_HINT)
    if relay is not None and not _JOURNAL_ID.fullmatch(relay):
        raise BadBatch(f"{RELAY_HEADER} is not 32 hex digits", hint=_HINT)
    if between is None:
        raise BadBatch(f"{RANGE_HEADER} is not first-last", hint=_HINT)
    if not re.fullmatch(r"[0-9a-f]{128}", signature):
        raise BadBatch(f"{SIGNATURE_HEADER} is not 128 hex digits", hint=_HINT)
    first, last = int(between[1]), int(between[2])
    by = None if relay is None else JournalId(relay)
    return Request(JournalId(journal_id), first, last, bytes.fromhex(signature), body, path, by)


def deflate(plain: bytes) -> bytes:
    """gzip (RFC 1952), one member, no name and no time, so that the same batch gives the same bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(plain) + packer.flush()


def inflate(data: bytes, cap: int = MAX_INFLATED) -> bytes:
    """The content of one gzip member. Never holds more than `cap` + 1 bytes of it.

    Raises TooLarge beyond the cap, BadBatch where the data is no gzip, cut off, or followed by more.
    """
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(data, cap + 1)
    except zlib.error as error:
        raise BadBatch(f"the body is not gzip: {error}", hint=_HINT) from error
    if len(plain) > cap:
        raise TooLarge(f"the body inflates to more than {cap} bytes", hint=_HINT)
    if not unpacker.eof:
        raise BadBatch("the gzip body is cut off", hint=_HINT)
    if unpacker.unused_data:
        raise BadBatch("the gzip body is followed by other bytes", hint=_HINT)
    return plain


def take(rows: Iterable[bytes], most_rows: int, most_bytes: int = BATCH_BYTES) -> list[bytes]:
    """The rows from the front that fit in one batch: at least one, where there is one and `most_rows` is not 0."""
    taken: list[bytes] = []
    size = 0
    for row in rows:
        size += len(row) + 1
        if len(taken) >= most_rows or (taken and size > most_bytes):
            break
        taken.append(row)
    return taken


Message = TypeVar("Message")


def encode_message(message: object) -> bytes:
    """The JSON of an Answer, a Refusal or a message of sync.paircode."""
    return msgspec.json.encode(message)


def decode_answer(data: bytes) -> Answer:
    """The answer in these bytes. Unknown keys are passed over. Raises BadAnswer."""
    answer = _decoded(data, Answer, BadAnswer, "answer")
    if answer.safe > answer.received:
        raise BadAnswer("the server calls more safe than it received", hint="The server has to be mended.")
    return answer


def decode_refusal(data: bytes) -> Refusal:
    """The refusal in these bytes. Unknown keys and unknown codes are no error. Raises BadAnswer."""
    return _decoded(data, Refusal, BadAnswer, "refusal")


def refuse(error: str, message: str, hint: str, received: int = 0, expected: Position | None = None) -> Refusal:
    """A refusal; `expected` is where the server's copy ends."""
    wanted = Expected(expected.seq, expected.chain.hex()) if expected else None
    return Refusal(error, message, hint, received, wanted)


def decode_as(data: bytes, shape: type[Message], what: str) -> Message:
    """A JSON message of this shape. Raises BadAnswer."""
    return _decoded(data, shape, BadAnswer, what)


def anchor(answer_utc_ms: UtcMs, before_ms: int, after_ms: int) -> tuple[int, int]:
    """The boot time (ms) at which the server's clock stood at `answer_utc_ms`, and the uncertainty (ms).

    The answer was made somewhere between sending and receiving, so half the round trip either way, rounded up.
    """
    return (before_ms + after_ms) // 2, (after_ms - before_ms + 1) // 2


def _decoded(data: bytes, shape: type[Message], error: type[SyncError], what: str) -> Message:
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise error(f"{what}: {problem}", hint="See docs/exchange.md.") from problem
