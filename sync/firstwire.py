"""The messages by which a kiosk asks its office for the first administrator's code (docs/exchange.md, "First
administrator")."""

from dataclasses import dataclass, field

from sync import wire
from sync.keys import DeviceKey
from sync.types import JournalId
from sync.wire import FIRST_PATH, Count, Request

BODY = b"{}"


@dataclass(frozen=True, slots=True)
class Given:
    """The one-time code, until when it is good, the console's address, and the SHA-256 of what vouches for the console
    (hex in pairs; empty: a certificate of somebody else's)."""

    code: str = field(repr=False)
    expires_ms: Count
    console: str
    sha256: str


def sign_first(journal_id: JournalId, key: DeviceKey) -> Request:
    """The request of this device."""
    signature = key.sign(wire.request_message(journal_id, 1, 0, BODY, FIRST_PATH))
    return Request(journal_id, 1, 0, signature, BODY, FIRST_PATH)


def read_given(data: bytes) -> Given:
    """The answer in these bytes. Raises BadAnswer."""
    return wire.decode_as(data, Given, "answer")
