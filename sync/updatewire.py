"""The messages by which a machine asks for the next release (docs/exchange.md, "Updates").

A question without a piece is answered by what is offered; one with a piece by bytes of that very bundle.
"""

from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from sync import questions, wire
from sync.keys import DeviceKey
from sync.types import JournalId
from sync.updates import Bundle, Fetching, Machine
from sync.wire import UPDATES_PATH, Request

PIECE = 128 * 1024
"""Most bytes of one answer: a line of 3 kB/s brings it within the time that an answer has."""
BYTES = "application/octet-stream"
Place = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of this bundle from `offset` on."""

    bundle: Bundle
    offset: Place


@dataclass(frozen=True, slots=True)
class Ask:
    """Which bytes; None: what is offered? `machine` and `fetching`: how it stands there, for the office's pages."""

    piece: Piece | None = None
    machine: Machine = field(default_factory=Machine)
    fetching: Fetching = field(default_factory=Fetching)


@dataclass(frozen=True, slots=True)
class Offered:
    """What is offered; None: nothing."""

    update: Bundle | None


def sign_ask(journal_id: JournalId, ask: Ask, key: DeviceKey) -> Request:
    """The signed request of this machine."""
    return questions.sign(journal_id, ask, key, UPDATES_PATH)


def read_ask(request: Request) -> Ask:
    """The question in this request. Raises BadAnswer."""
    return questions.read(request, Ask, "Updates")


def read_offer(body: bytes) -> Bundle | None:
    """What the answer 200 offers. Raises BadAnswer."""
    return wire.decode_as(body, Offered, "offer").update
