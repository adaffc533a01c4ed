"""A hall with a display for tests: the real page and stream over a real socket, on a queue that the test moves."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from server.app import GUARDS, asset_response, with_headers
from server.around import Around
from server.clips import Clips
from server.config import Address
from server.display import Display
from server.pages import Pages
from server.serving import bind, listener, port_of
from server.speaker import Speaker
from sync.board import Minutes
from sync.calendar_reader import parse_calendar
from sync.catalogue import parse_catalogue
from sync.facts import DayOpened
from sync.facts_office import CounterOpened, RuleAdopted, TicketAdmitted
from sync.types import UtcMs
from tests.server.conftest import ZONE
from tests.sync.queueing import DAY, Queue, name
from translations import LANGUAGES
from translations.rule_text import short

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "kiosk" / "example"
TEN = 1_796_007_600_000
OFFICE = {"th": "เทศบาลนครแม่สอด", "en": "Mae Sot City Municipality", "my": "မဲဆောက်မြို့တော် စည်ပင်သာယာရေး"}
RULE = {each: short(RuleAdopted(UtcMs(0)), each) for each in LANGUAGES}


def around(**changes: Any) -> Around:
    """The example office."""
    catalogue = parse_catalogue((EXAMPLE / "catalogue.toml").read_bytes())
    calendar = parse_calendar((EXAMPLE / "calendar.toml").read_bytes())
    return replace(Around(catalogue, calendar, RULE), **changes)


def hall(calls: int = 4, recent: int = 5, waiting: int = 30, letters: str = "A") -> tuple[Queue, Around]:
    """A busy hall of the example office."""
    told = around()
    assert told.catalogue is not None
    services = tuple(each.id for each in told.catalogue.services)
    queue = Queue(now=UtcMs(TEN))
    queue.do(DayOpened(DAY, "clock"))
    for counter in range(1, max(calls, recent, 1) + 1):
        queue.do(CounterOpened(queue.now, counter, f"s{counter}", services))
    for number in range(1, recent + calls + 1):
        carried = number > recent and number % 2 == 0
        day, how = ("2026-11-27", "carried") if carried else (DAY, "issued")
        body = TicketAdmitted(
            queue.now, name(number), day, f"{letters}{number:03}", (services[number % 17],), queue.now, how
        )
        queue.do(body)
        counter = number if number <= recent else number - recent
        queue.next(counter)
        if number <= recent:
            queue.serve(counter)
        queue.wait(10_000)
    for number in range(100, 100 + waiting):
        queue.take(number, services[number * 7 % len(services)])
    ranges = {each: Minutes(10 * at, 10 * at + 130) for at, each in enumerate(services)}
    return queue, replace(told, ranges=ranges)


def shut() -> tuple[Queue, Around]:
    """After hours, before a holiday."""
    queue, told = hall(0, 1, 0)
    queue.wait(9 * 3_600_000 + 4 * 86_400_000)
    return queue, told


class Television:
    """One running display. `now_ms` is its clock."""

    def __init__(self, queue: Queue, told: Around, *, beat_seconds: float = 10.0, clips: Clips | None = None) -> None:
        self.clips = clips
        self.queue, self.around, self.now_ms = queue, told, queue.now
        self.pages = Pages(OFFICE, ZONE)
        self.display = Display(
            lambda: self.queue.live,
            self._around,
            self.pages,
            lambda: UtcMs(self.now_ms),
            beat_seconds=beat_seconds,
            gap_seconds=0.01,
            clips=clips,
        )
        self.loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self.loop.run_until_complete, args=(self._serve(),), daemon=True)
        self._thread.start()
        assert self._started.wait(20)

    async def _around(self) -> Around:
        return self.around

    def app(self) -> FastAPI:
        """The routes of the display and the files it loads."""
        app = FastAPI(openapi_url=None)
        self.display.add_to(app)

        @app.get("/static/{digest}/{name}")
        async def static(digest: str, name: str) -> Any:
            return asset_response(self.pages, digest, name)

        return app

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        speaking = None
        if self.clips is not None:
            self.display.speaker = Speaker(
                lambda: self.queue.live,
                self,
                self.clips,
                LANGUAGES,
                tick=lambda: self.now_ms,
                quiet=lambda: False,
                told=self.display.changed,
            )
            speaking = asyncio.create_task(self.display.speaker.run())
        socket = bind(Address("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{port_of(socket)}"
        server = listener(with_headers(self.app(), GUARDS), self._stop)
        self._started.set()
        await server.serve([socket])
        if speaking is not None:
            speaking.cancel()

    async def read(self, function: Callable[..., Any], *values: Any) -> Any:
        """No ticket's language is known."""
        return {}

    def call(self, what: Callable[[], None]) -> None:
        """Run this in the display's thread, soon."""
        self.loop.call_soon_threadsafe(what)

    def show(self, queue: Queue) -> None:
        """This is the queue from here on."""
        self.queue, self.now_ms = queue, queue.now
        self.call(self.display.changed)
        if self.display.speaker is not None:
            self.call(self.display.speaker.changed)

    def close(self) -> None:
        """Off."""
        self.call(self.display.close)
        self.call(self._stop.set)
        self._thread.join(20)
        self.loop.close()
