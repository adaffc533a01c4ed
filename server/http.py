"""The little of ASGI that the raw handlers need: reading a body within limits, and answering."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from starlette.routing import Route

from server.errors import BodyTooLarge, Disconnected

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
FOR_EVER = "public, max-age=31536000, immutable"
"""How long what carries its hash in its address may be kept."""
App = Callable[[Scope, Receive, Send], Awaitable[None]]

DISCARD_BYTES = 256 * 1024 * 1024
DISCARD_SECONDS = 30.0
"""How much of a body that is too large is read and dropped, so that its sender comes to read the answer."""


def headers_of(scope: Scope) -> dict[str, str]:
    """The request's headers, lower case."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def read_body(scope: Scope, receive: Receive, cap: int) -> bytes:
    """The whole body. Raises BodyTooLarge, before reading where the sender tells its length, and Disconnected."""
    declared = headers_of(scope).get("content-length", "0")
    if declared.isdecimal() and int(declared) > cap:
        raise BodyTooLarge(f"a body of more than {cap} bytes", hint=_FEWER)
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected("the sender went away", hint="Nothing of its request was applied.")
        part = message.get("body", b"")
        size += len(part)
        if size > cap:
            raise BodyTooLarge(f"a body of more than {cap} bytes", hint=_FEWER)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def discard(receive: Receive) -> None:
    """Read and drop the rest of the body, up to a limit: a connection cut at once would hide the answer."""
    dropped = 0
    try:
        async with asyncio.timeout(DISCARD_SECONDS):
            while dropped < DISCARD_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
                dropped += len(message.get("body", b""))
    except TimeoutError:
        return


async def answer(
    send: Send,
    status: int,
    body: bytes,
    content_type: str = "application/json",
    headers: Iterable[tuple[bytes, bytes]] = (),
    *,
    more: bool = False,
) -> None:
    """A whole response. With `more`, the caller still has to end it by `end`."""
    start = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def end(send: Send) -> None:
    """The end of a response that was begun with `more`."""
    await send({"type": "http.response.body", "body": b"", "more_body": False})


_FEWER = "See docs/exchange.md, 'Batch': send fewer facts at once. Nothing was stored."


def only_get(path: str, app: Any) -> Route:
    """A route to a raw handler, for GET alone: another method would be answered as if it were one."""
    route = Route(path, app, methods=["GET"])
    route.methods = {"GET"}  # nothing of it is for HEAD: a stream has no end to wait for
    return route
