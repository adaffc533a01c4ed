"""What changed, told to every open page: one view read, one fragment drawn for each language, shared by all streams.

Nothing ticks while nobody watches. While somebody does, a beat every few seconds proves that the page is fresh.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import parse_qs

from server.http import Receive, Scope, Send, answer
from server.pages import Pages
from server.reading import View
from sync.types import JournalId, UtcMs

BEAT_SECONDS = 10.0
GAP_SECONDS = 0.2
"""Least time between two looks at the ledger, however fast facts arrive."""
STREAMS = 500
"""Most pages open at once; more are asked to come later."""


class Feed:
    """The live state of the office. All methods are for the event loop's thread."""

    def __init__(
        self,
        read: Callable[[str], Awaitable[View]],
        pages: Pages,
        now: Callable[[], UtcMs],
        *,
        beat_seconds: float = BEAT_SECONDS,
        gap_seconds: float = GAP_SECONDS,
    ) -> None:
        self._read, self._pages, self._now = read, pages, now
        self._beat_seconds, self._gap_seconds = beat_seconds, gap_seconds
        self._view: View | None = None
        self._version = 0
        self._fragments: dict[str, str] = {}
        self._contacts: dict[JournalId, UtcMs] = {}
        self._stale = True
        self._reading = asyncio.Lock()
        self._wake = asyncio.Event()
        self._streams = 0
        self._ticker: asyncio.Task[None] | None = None
        self._closed = False

    def changed(self) -> None:
        """The ledger has something new."""
        self._stale = True
        self._ring()

    def contacted(self, journal_id: JournalId, at_ms: UtcMs) -> None:
        """A machine was heard of. Shown with the next beat: it is not worth a fragment of its own."""
        self._contacts[journal_id] = at_ms
        self._stale = True

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        self._ring()

    async def view(self) -> View:
        """The office as it is now."""
        async with self._reading:
            day = self._pages.day(self._now())
            if self._view is None or self._stale or self._view.day != day:
                self._stale = False
                try:
                    found = self._with_contacts(await self._read(day))
                except BaseException:
                    self._stale = True  # what could not be read is not shown as fresh
                    raise
                if found != self._view:
                    self._view = found
                    self._version += 1
                    self._fragments.clear()
            return self._view

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One stream of server-sent events (WHATWG HTML, 9.2)."""
        if self._streams >= STREAMS or self._closed:
            await answer(send, 503, b"too many pages are open\n", "text/plain", [(b"retry-after", b"10")])
            return
        query = parse_qs(scope["query_string"].decode("latin-1"))
        language = self._pages.language(query.get("lang", [""])[0])
        await _start(send)
        gone = asyncio.ensure_future(_disconnected(receive))
        self._streams += 1
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())
        try:
            await self._stream(language, send, gone)
        finally:
            self._streams -= 1
            if not self._streams and self._ticker is not None:
                self._ticker.cancel()
                self._ticker = None
            gone.cancel()

    async def _stream(self, language: str, send: Send, gone: "asyncio.Future[None]") -> None:
        await _event(send, "release", self._pages.release)
        shown = 0
        while not self._closed and not gone.done():
            wake = self._wake
            view = await self.view()
            if self._version != shown:
                shown = self._version
                await _event(send, "state", self._fragment(view, language))
            await _event(send, "beat", self._pages.clock(self._now()))
            ringing = asyncio.ensure_future(wake.wait())
            await asyncio.wait((ringing, gone), return_when=asyncio.FIRST_COMPLETED)
            ringing.cancel()
            if not gone.done() and not self._closed:
                await asyncio.sleep(self._gap_seconds)
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _fragment(self, view: View, language: str) -> str:
        if language not in self._fragments:
            self._fragments[language] = self._pages.live(view, language)
        return self._fragments[language]

    def _with_contacts(self, view: View) -> View:
        """Contacts to the minute, as they are shown: the same picture is not drawn and sent again."""
        devices = []
        for each in view.devices:
            latest = max(each.contact_ms or 0, self._contacts.get(each.journal_id, 0))
            devices.append(replace(each, contact_ms=latest // 60_000 * 60_000 or None))
        return replace(view, devices=tuple(devices))

    def _ring(self) -> None:
        self._wake.set()
        self._wake = asyncio.Event()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._beat_seconds)
            self._ring()


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
