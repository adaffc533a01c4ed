"""Open pages that are kept fresh by server-sent events (WHATWG HTML, 9.2): drawn fragments, each when it changes.

Nothing ticks while nobody watches. While somebody does, a beat every few seconds proves that the page is fresh.
All methods are for the event loop's thread.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from server.http import Receive, Scope, Send, answer

BEAT_SECONDS = 10.0
GAP_SECONDS = 0.2
"""Least time between two looks at what there is, however fast facts arrive."""
STREAMS = 500
"""Most pages open at once; more are asked to come later."""
Events = Callable[[], Awaitable[Mapping[str, str]]]
"""What a page shows now: a fragment by the name of its event."""


class Streams:
    """The open pages of one kind. `release` names the pages' version; `clock` gives the time that a beat shows."""

    def __init__(
        self,
        release: str,
        clock: Callable[[], str],
        *,
        beat_seconds: float = BEAT_SECONDS,
        gap_seconds: float = GAP_SECONDS,
    ) -> None:
        self._release, self._clock = release, clock
        self._beat_seconds, self._gap_seconds = beat_seconds, gap_seconds
        self._wake = asyncio.Event()
        self._open = 0
        self._ticker: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def open(self) -> int:
        """How many pages are open."""
        return self._open

    def ring(self) -> None:
        """There may be something new: every page looks."""
        self._wake.set()
        self._wake = asyncio.Event()

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        self.ring()

    async def serve(self, scope: Scope, receive: Receive, send: Send, events: Events) -> None:
        """One stream, until the page is closed."""
        if self._open >= STREAMS or self._closed:
            await answer(send, 503, b"too many pages are open\n", "text/plain", [(b"retry-after", b"10")])
            return
        await _start(send)
        gone = asyncio.ensure_future(_disconnected(receive))
        self._open += 1
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())
        try:
            await self._stream(send, gone, events)
        finally:
            self._open -= 1
            if not self._open and self._ticker is not None:
                self._ticker.cancel()
                self._ticker = None
            gone.cancel()

    async def _stream(self, send: Send, gone: "asyncio.Future[None]", events: Events) -> None:
        await _event(send, "release", self._release)
        shown: dict[str, str] = {}
        while not self._closed and not gone.done():
            wake = self._wake
            for name, fragment in (await events()).items():
                if shown.get(name) != fragment:
                    shown[name] = fragment
                    await _event(send, name, fragment)
            await _event(send, "beat", self._clock())
            ringing = asyncio.ensure_future(wake.wait())
            await asyncio.wait((ringing, gone), return_when=asyncio.FIRST_COMPLETED)
            ringing.cancel()
            if not gone.done() and not self._closed:
                await asyncio.sleep(self._gap_seconds)
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._beat_seconds)
            self.ring()


async def _start(send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"retry: 3000\n\n", "more_body": True})


async def _event(send: Send, name: str, data: str) -> None:
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    body = f"event: {name}\n{lines}\n".encode()
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
