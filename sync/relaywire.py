"""The message by which an office makes a machine's journal known at its centre (docs/exchange.md, "Relay").

What it brings of that journal afterwards is verified by the machine's own key: the office vouches for the key alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sync import wire
from sync.types import JournalId
from sync.wire import INTRODUCE_PATH, Count, Hex16, Hex32, Request

FIRST, LAST = 1, 0
"""The signed range of a request without rows."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """A journal of this office. `role`, `place` and `lane` as the office has them (`lane` None: it gives no numbers).

    `name`: what the office is called, by language; `time_zone`: its own.
    """

    journal_id: Hex16
    public_key: Hex32
    journal_secret: Hex32
    role: str
    place: str
    time_zone: str
    name: Mapping[str, str] = field(default_factory=dict)
    lane: Count | None = None


def sign_introduction(office: JournalId, of: Introduction, sign: Callable[[bytes], bytes]) -> Request:
    """The request of the office whose own journal this is."""
    body = wire.encode_message(of)
    signature = sign(wire.request_message(office, FIRST, LAST, body, INTRODUCE_PATH))
    return Request(office, FIRST, LAST, signature, body, INTRODUCE_PATH)


def read_introduction(request: Request) -> Introduction:
    """The introduction in this request. Raises BadAnswer."""
    if (request.first, request.last) != (FIRST, LAST):
        raise wire.BadAnswer("the signed range is not that of an introduction", hint="See docs/exchange.md, 'Relay'.")
    return wire.decode_as(request.body, Introduction, "introduction")
