"""The stream of an open page: one drawing for all, nothing lost, nothing ticking while nobody watches."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from server.feed import Feed
from server.pages import Pages
from server.reading import View
from sync.types import UtcMs
from tests.server.conftest import ZONE
from tests.server.device import NOON

Message = MutableMapping[str, Any]


class CountingPages(Pages):
    """Pages that count how often they are drawn."""

    def __init__(self) -> None:
        super().__init__({"en": "Office"}, ZONE)
        self.drawn = 0

    def live(self, view: View, language: str) -> str:
        """A short drawing."""
        self.drawn += 1
        return f"{language} {view.tickets}"


@dataclass
class Office:
    """A ledger of one number, a clock that stands, and the feed on both."""

    pages: CountingPages = field(default_factory=CountingPages)
    tickets: int = 0
    reads: int = 0
    now: UtcMs = NOON

    def feed(self, beat_seconds: float = 3600) -> Feed:
        """A feed that looks at once and beats as told."""
        return Feed(self.read, self.pages, lambda: self.now, beat_seconds=beat_seconds, gap_seconds=0)

    async def read(self, day: str) -> View:
        """The view of a day."""
        self.reads += 1
        return View(day, tickets=self.tickets)


class Browser:
    """One open page: what it was sent, and when it leaves."""

    def __init__(self, feed: Feed, language: str = "en") -> None:
        self.events: asyncio.Queue[str] = asyncio.Queue()
        self.left = asyncio.Event()
        self.status = 0
        scope = {"type": "http", "query_string": f"lang={language}".encode()}
        self.task = asyncio.create_task(feed(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["body"].startswith(b"event: state"):
            self.events.put_nowait(message["body"].decode().split("data: ")[1].strip())
        elif message["body"].startswith(b"event: beat"):
            self.events.put_nowait("beat")

    async def state(self) -> str:
        """The next fragment."""
        while (event := await self.events.get()) == "beat":
            pass
        return event

    async def leave(self) -> None:
        """Close the page."""
        self.left.set()
        await self.task


def run(story: Callable[[], Awaitable[None]]) -> None:
    """Run a story in a loop of its own, with a limit."""

    async def limited() -> None:
        async with asyncio.timeout(20):
            await story()

    asyncio.run(limited())


def test_many_pages_share_one_drawing_for_each_language() -> None:
    async def story() -> None:
        office = Office()
        feed = office.feed()
        browsers = [Browser(feed, language) for language in ("en", "my") * 20]
        assert {await each.state() for each in browsers} == {"en 0", "my 0"}
        office.tickets = 1
        feed.changed()
        assert {await each.state() for each in browsers} == {"en 1", "my 1"}
        assert office.pages.drawn == 4
        assert office.reads == 2
        for each in browsers:
            await each.leave()

    run(story)


def test_a_change_between_drawing_and_waiting_is_not_lost() -> None:
    async def story() -> None:
        office = Office()
        feed = office.feed()
        browser = Browser(feed)
        for count in range(1, 30):
            await browser.state()
            office.tickets = count
            feed.changed()
        assert await browser.state() == "en 29"
        await browser.leave()

    run(story)


def test_a_beat_proves_freshness_without_drawing_again() -> None:
    async def story() -> None:
        office = Office()
        browser = Browser(office.feed(beat_seconds=0.001))
        await browser.state()
        for _ in range(5):
            assert await browser.events.get() == "beat"
        assert (office.pages.drawn, office.reads) == (1, 1)
        await browser.leave()

    run(story)


def test_control_a_feed_that_never_beats_stays_silent() -> None:
    async def story() -> None:
        browser = Browser(Office().feed())
        await browser.state()
        assert await browser.events.get() == "beat"
        await asyncio.wait([asyncio.create_task(browser.events.get())], timeout=0.05)
        assert browser.events.empty()
        await browser.leave()

    run(story)


def test_nothing_ticks_while_nobody_watches() -> None:
    async def story() -> None:
        before = len(asyncio.all_tasks())
        browser = Browser(Office().feed())
        await browser.state()
        await browser.leave()
        await asyncio.wait([task for task in asyncio.all_tasks() if task.cancelling()] or [browser.task])
        assert len(asyncio.all_tasks()) == before

    run(story)


def test_the_page_turns_to_the_new_day_by_itself() -> None:
    async def story() -> None:
        office = Office()
        feed = office.feed(beat_seconds=0.001)
        browser = Browser(feed)
        await browser.state()
        office.now, office.tickets = UtcMs(NOON + 86_400_000), 1
        assert await browser.state() == "en 1"
        assert (await feed.view()).day == "2026-11-24"
        await browser.leave()

    run(story)


def test_the_end_of_the_server_ends_every_stream() -> None:
    async def story() -> None:
        feed = Office().feed()
        browser = Browser(feed)
        await browser.state()
        feed.close()
        await browser.task
        late = Browser(feed)
        await late.task
        assert (browser.status, late.status) == (200, 503)

    run(story)


def test_a_view_that_could_not_be_read_is_read_again_and_the_old_one_never_shown_as_fresh() -> None:
    async def story() -> None:
        office = Office()
        broken = False

        async def read(day: str) -> View:
            if broken:
                raise sqlite3.OperationalError("disk I/O error")
            return await office.read(day)

        feed = Feed(read, office.pages, lambda: office.now)
        assert (await feed.view()).tickets == 0
        office.tickets, broken = 1, True
        feed.changed()
        for _ in range(2):
            with pytest.raises(sqlite3.OperationalError):
                await feed.view()
        broken = False
        assert (await feed.view()).tickets == 1

    run(story)
