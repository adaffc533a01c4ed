"""A centre with offices that relay to it, each with a kiosk of the example office, and the centre's public pages."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from server import queue
from server.app import GUARDS, Reader, pages_app
from server.around import Around
from server.audits import Audits
from server.database import Db
from server.feed import Feed
from server.following import Following
from server.halls import Halls
from server.ledger import Ledger
from server.lens import see_office, see_own
from server.offices_page import OutsidePages
from server.online_page import asker
from server.open_page import OpenPages
from server.pages import Pages
from server.papers import Papers
from server.proof import Proof
from server.results_page import ResultPages
from server.status import Status
from server.stores import FILE
from sync import calendar_fact
from sync.calendar_reader import parse_calendar
from sync.catalogue import parse_catalogue, to_body
from sync.keys import DeviceKey
from sync.live import Live
from sync.types import UtcMs
from tests.server.audited import Worked
from tests.server.conftest import ZONE
from tests.server.device import DAY, NOON, issued, seeded
from tests.server.places import place, reader_of
from tests.server.served import Served
from tests.server.televisions import EXAMPLE
from tests.server.test_relay import Centre, Relayed

CENTRE = {"th": "จังหวัดตาก", "en": "Tak Province", "my": "တာ့ခ်ခရိုင်"}
NAMES = (
    {"th": "อำเภอแม่สอด", "en": "Mae Sot District", "my": "မဲဆောက်ခရိုင်"},
    {"th": "อำเภอพบพระ", "en": "Phop Phra District", "my": "ဖုပ်ဖရခရိုင်"},
    {"th": "อำเภออุ้มผาง", "en": "Umphang District", "my": "အုမ်ဖန်းခရိုင်"},
)
TWO = UtcMs(NOON + 2 * 3_600_000)
"""14:00: after the break of noon."""
SERVICE = "move-in"
TURNS = 16
"""Enough for all that an office has, and to say once more that it is there."""
CATALOGUE = parse_catalogue((EXAMPLE / "catalogue.toml").read_bytes())
CALENDAR = parse_calendar((EXAMPLE / "calendar.toml").read_bytes())


class Branch(Worked):
    """An office with a key of its own and one kiosk."""

    def __init__(self, folder: Path, number: int) -> None:
        draw = seeded(1000 + number)
        folder.mkdir(parents=True)
        self.number = number
        self.key, self.paired = DeviceKey(draw(32), draw(32)), []
        self.folder, self.now, self.day, self.trusted = folder, TWO, DAY, True
        self.ledger = Ledger(place(folder / FILE), ZONE, draw)
        with self.ledger.transaction():
            self.ledger.open_own(self.key, draw, self.moment.instant)
            queue.begin(self.ledger)
        self.kiosk = self.pair(100 + number)
        self.kiosk.record(to_body(CATALOGUE), calendar_fact.to_body(CALENDAR))

    def take(self, *numbers: int) -> None:
        """These tickets (B001 and so on) are taken and heard of."""
        for n in numbers:
            self.kiosk.record(issued(n, SERVICE))
        self.hear(self.kiosk)


class Reads:
    """Reads at once, and counts."""

    def __init__(self, db: Db) -> None:
        self.db, self.names = db, list[str]()

    async def read(self, function: Callable[..., Any], *values: object) -> Any:
        self.names.append(function.__name__)
        return function(self.db, *values)


async def _nothing() -> Around:
    return Around()


class Town:
    """The centre, `branches` of it, and its pages, of which `now` is the clock."""

    def __init__(self, folder: Path, count: int = 2, *, proxy: str | None = None) -> None:
        """`proxy`: what stands before the pages, and says who asks."""
        self.centre, self.now = Centre(folder / "centre"), TWO
        self.branches = [Branch(folder / f"office{number}", number) for number in range(count)]
        self.relays = [
            Relayed(each.folder, self.centre, each, key=each.key, name=NAMES[number])
            for number, each in enumerate(self.branches)
        ]
        self.reads = Reads(reader_of(folder / "centre" / FILE))
        self.pages = Pages(CENTRE, ZONE)
        self.halls = Halls(self.reads, Live, _nothing, CENTRE, ZONE, self._now)
        self.following = Following(self.halls, self.pages, self._now, partial(asker, proxy=proxy))
        self.status = Status(self.following, self.pages.language, GUARDS)
        self._own = reader_of(folder / "centre" / FILE, see_own)
        self._thread = ThreadPoolExecutor(1)
        reader = Reader(self._own, self._thread)
        self._one = reader_of(folder / "centre" / FILE, see_office)
        papers = Papers(Reads(self._one), self.halls)
        proof = Proof(reader, Audits(ZONE, self._now), self.pages, Live, self._now, papers=papers)
        self.outside = (
            OutsidePages(self.pages, self.halls, self._now),
            ResultPages(self.pages, self.halls, self.reads, self._now),
            OpenPages(self.pages, self.halls, self.reads, self._now, "CC BY 4.0"),
        )
        self.app = pages_app(
            reader,
            self.pages,
            Feed(reader.view, self.pages, self._now),
            self._now,
            lambda: None,
            proof,
            self.following,
            self.status,
            *self.outside,
            elsewhere=self.halls.elsewhere,
        )
        self.pages.tell(of_others=lambda: self.halls.of_others)
        self.loop = asyncio.new_event_loop()
        self._served: Served | None = None

    def id_of(self, number: int) -> str:
        """The id of this office."""
        named = self.branches[number].ledger.own_named()
        assert named is not None
        return named[0]

    def relay(self, *numbers: int) -> None:
        """These offices (none named: all) bring what they have."""
        self.centre.now = self.now
        for number in numbers or range(len(self.branches)):
            relay = self.relays[number]
            relay.start()
            for _ in range(TURNS):
                relay.now_ms += relay.relay.turn() * 1000 + 0.001

    def later(self, minutes: float) -> None:
        """Time passes everywhere."""
        for each in self.branches:
            each.later(minutes)
        self.now = self.branches[0].now

    def check(self, code: str, language: str = "en") -> httpx.Response:
        """Send the form that checks a ticket."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=("192.0.2.7", 50000))
            async with httpx.AsyncClient(transport=transport, base_url="http://centre.test") as client:
                return await client.post(f"/check?lang={language}", data={"code": code})

        return self.loop.run_until_complete(ask())

    def get(self, path: str, address: str = "192.0.2.7", *, tag: str = "", by: str = "") -> httpx.Response:
        """See a page of the centre; `tag` names what is known of it, `by` who asks through a proxy."""
        given = {"if-none-match": tag, "x-forwarded-for": by}
        headers = {name: value for name, value in given.items() if value}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=(address, 50000))
            async with httpx.AsyncClient(transport=transport, base_url="http://centre.test") as client:
                return await client.get(path, headers=headers)

        return self.loop.run_until_complete(ask())

    def serve(self) -> str:
        """Listen on a port of this machine; the address."""
        self._served = Served.begin(self.app, self.loop, self.status.quick)
        return self._served.url

    def close(self) -> None:
        """Let go of everything."""
        if self._served is not None:
            self._served.end()
        self._thread.shutdown()
        for db in (self._own, self._one, self.reads.db):
            db.close()
        self.loop.close()
        for branch, relay in zip(self.branches, self.relays, strict=True):
            relay.db.close()
            branch.close()
        self.centre.ledger.close()

    def _now(self) -> UtcMs:
        return self.now
