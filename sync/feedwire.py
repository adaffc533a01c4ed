"""The messages of the way down: what a device asks of the office's own journal, and the answers (docs/exchange.md).

The question names a journal and a place in it. The answer is a batch, as a device sends one, or an introduction: the
journal that the office writes now, with what is needed to check it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sync import wire
from sync.chain import START, Position
from sync.keys import DeviceKey
from sync.types import Chain, JournalId, Seq
from sync.wire import FEED_PATH, Batch, Count, Head, Hex16, Hex32, Hex64, Request

HOLD_S = 25.0
"""Longest that an office keeps a question open while it has nothing new."""
DISPLAY_HOLD_S = 10
"""How long a display asks the office to wait: it says what time it shows, and has to hear of it often enough."""
LEAST_HOLD_S = 2
"""An office waits no less, whatever it is asked."""
PREFER_HEADER = "Prefer"
JSON = "application/json"
NO_CHAIN = START.chain.hex()
"""The chain before the first fact."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Which journal, and behind which place. `journal_id` None: which one do you write?

    `signature` is the office's own, of the head that the device holds at this place; None where it holds none there.
    """

    journal_id: Hex16 | None = None
    seq: Count = 0
    chain: Hex32 = NO_CHAIN
    signature: Hex64 | None = None

    @property
    def position(self) -> Position:
        """The place."""
        return Position(Seq(self.seq), Chain(bytes.fromhex(self.chain)))

    @property
    def head(self) -> Head | None:
        """The office's own word for that place, as the device keeps it."""
        at = self.position
        return Head(at.seq, at.chain, bytes.fromhex(self.signature)) if self.signature else None


@dataclass(frozen=True, slots=True)
class Introduction:
    """The journal that the office writes now: its key, and its secret, without which no chain could be checked."""

    journal_id: Hex16
    public_key: Hex32
    journal_secret: Hex32


def ask_for(journal_id: JournalId, head: Head | None) -> Ask:
    """The question for what lies behind this head of a journal (None: from its first fact on)."""
    if head is None:
        return Ask(journal_id)
    return Ask(journal_id, head.seq, head.chain.hex(), head.signature.hex())


def sign_ask(device: JournalId, ask: Ask, key: DeviceKey) -> Request:
    """The signed request of this device."""
    body = wire.encode_message(ask)
    first, last = ask.seq + 1, ask.seq
    signature = key.sign(wire.request_message(device, first, last, body, FEED_PATH))
    return Request(device, first, last, signature, body, FEED_PATH)


def read_ask(body: bytes) -> Ask:
    """The question in this body. Raises BadAnswer."""
    return wire.decode_as(body, Ask, "question")


def read_fed(content_type: str, body: bytes) -> Batch | Introduction:
    """The answer 200. Raises BadAnswer, BadBatch."""
    if content_type.split(";")[0].strip() == JSON:
        return wire.decode_as(body, Introduction, "introduction")
    return wire.decode_batch(wire.inflate(body))


def prefer(hold_s: float) -> dict[str, str]:
    """The header by which a device asks for a shorter wait (RFC 7240, "wait")."""
    return {PREFER_HEADER: f"wait={int(hold_s)}"} if hold_s < HOLD_S else {}


def asked_hold_s(headers: Mapping[str, str], most: float = HOLD_S) -> float:
    """How long to keep the question open that came with these headers (lower case)."""
    asked = _WAIT.search(headers.get(PREFER_HEADER.lower(), ""))
    return min(max(float(asked[1]), LEAST_HOLD_S), most) if asked else most


_WAIT = re.compile(r"(?:^|[\s,;])wait\s*=\s*(\d{1,4})(?=$|[\s,;])", re.ASCII)
