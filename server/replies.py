"""What the exchange's listener sends back, and how it reads what comes."""

import asyncio
from dataclasses import dataclass

from server.errors import BodyTooLarge
from server.http import Receive, Scope, read_body
from sync import wire
from sync.errors import BadBatch
from sync.wire import Refusal

READ_SECONDS = 60.0
"""How long a device may take for one body."""
RETRY_SECONDS = 5
SLOW = f"the body did not come within {READ_SECONDS:.0f} s"


@dataclass(frozen=True, slots=True)
class Reply:
    """What to send back. All but 200 end the connection."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type: str = "application/json"


async def body_of(scope: Scope, receive: Receive, cap: int) -> bytes:
    """The whole body. Raises BodyTooLarge, Disconnected, and TimeoutError where it does not come in time."""
    async with asyncio.timeout(READ_SECONDS):
        return await read_body(scope, receive, cap)


def refusing(refusal: Refusal, *headers: tuple[bytes, bytes]) -> Reply:
    """The reply that carries this refusal."""
    return Reply(refusal.status, wire.encode_message(refusal), headers)


def later(message: str) -> Reply:
    """The reply that asks to come later."""
    refusal = wire.refuse(wire.LATER, message, "Nothing was stored. Keep the facts and send them again.")
    return refusing(refusal, (b"retry-after", str(RETRY_SECONDS).encode()))


def unread(error: BodyTooLarge | BadBatch | wire.BadAnswer) -> Refusal:
    """The refusal of a body that could not be read."""
    large = isinstance(error, BodyTooLarge | wire.TooLarge)
    return wire.refuse(wire.TOO_LARGE if large else wire.MALFORMED, str(error), error.hint)
