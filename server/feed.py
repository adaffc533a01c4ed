"""The office's page, told to everybody who has it open: one view read, one fragment drawn for each language, shared."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qs

from server.http import Receive, Scope, Send
from server.pages import Pages
from server.reading import View
from server.scoring import released
from server.streams import BEAT_SECONDS, GAP_SECONDS, Streams
from sync.live import Live
from sync.types import JournalId, UtcMs


class Feed:
    """The live state of the office. All methods are for the event loop's thread."""

    def __init__(
        self,
        read: Callable[[str], Awaitable[View]],
        pages: Pages,
        now: Callable[[], UtcMs],
        live: Callable[[], Live] = Live,
        *,
        beat_seconds: float = BEAT_SECONDS,
        gap_seconds: float = GAP_SECONDS,
    ) -> None:
        """`live` gives the queue as it stands."""
        self._read, self._pages, self._now, self._live = read, pages, now, live
        self.streams = Streams(
            pages.release, lambda: pages.clock(now()), beat_seconds=beat_seconds, gap_seconds=gap_seconds
        )
        self._view: View | None = None
        self._fragments: dict[str, str] = {}
        self._contacts: dict[JournalId, UtcMs] = {}
        self._stale = True
        self._reading = asyncio.Lock()

    def changed(self) -> None:
        """The ledger has something new."""
        self._stale = True
        self.streams.ring()

    def contacted(self, journal_id: JournalId, at_ms: UtcMs) -> None:
        """A machine was heard of. Shown with the next beat: it is not worth a fragment of its own."""
        self._contacts[journal_id] = at_ms
        self._stale = True

    def close(self) -> None:
        """End every stream."""
        self.streams.close()

    async def view(self) -> View:
        """The office as it is now."""
        async with self._reading:
            day = self._pages.day(self._now())
            if self._view is None or self._stale or self._view.day != day:
                self._stale = False
                try:
                    found = self._with_queue(self._with_contacts(await self._read(day)))
                except BaseException:
                    self._stale = True  # what could not be read is not shown as fresh
                    raise
                if found != self._view:
                    self._view = found
                    self._fragments.clear()
            return self._view

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One open page."""
        query = parse_qs(scope["query_string"].decode("latin-1"))
        language = self._pages.language(query.get("lang", [""])[0])
        await self.streams.serve(scope, receive, send, lambda: self._events(language))

    async def _events(self, language: str) -> Mapping[str, str]:
        view = await self.view()
        if language not in self._fragments:
            self._fragments[language] = self._pages.live(view, language)
        return {"state": self._fragments[language]}

    def _with_queue(self, view: View) -> View:
        """With who waits now: of a queue that is still yesterday's nothing is told."""
        live = self._live()
        if live.day != view.day:
            return view
        at_work = tuple(each.counter for each in live.working())
        loss = view.loss
        if loss is not None and not loss.back:
            loss = replace(loss, again=sum(each.since_ms < loss.to_ms for each in live.waiting()))
        return replace(view, waiting=len(live.waiting()), at_work=at_work, loss=loss)

    def _with_contacts(self, view: View) -> View:
        """Contacts to the minute, as they are shown: the same picture is not drawn and sent again."""
        devices = []
        for each in view.devices:
            latest = max(each.contact_ms or 0, self._contacts.get(each.journal_id, 0))
            devices.append(replace(each, contact_ms=latest // 60_000 * 60_000 or None))
        return replace(view, devices=tuple(devices), told=released(view.presses, self._now()))
