"""The public pages of an office that has lived through a day, in this process; over a real socket for a browser."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from server.app import GUARDS, Reader, pages_app
from server.around import Around
from server.audits import Audits
from server.download import MOST_ROWS
from server.feed import Feed
from server.following import Following
from server.halls import Halls
from server.ledger import Ledger
from server.offices_page import OutsidePages
from server.pages import Pages
from server.proof import Proof
from server.status import Status
from server.stores import FILE
from server.survey_page import Survey, SurveyPages
from sync.chain import witness
from sync.types import UtcMs
from tests.server.audited import NEXT, Worked, worked
from tests.server.conftest import ZONE
from tests.server.device import issued, token
from tests.server.places import reader_of
from tests.server.served import Served
from tests.server.televisions import OFFICE, around

ADDRESS = "192.168.1.20"


class Proved:
    """`office` and its `kiosk` go on as a test wills; the pages tell of them."""

    def __init__(
        self, folder: Path, *, empty: bool = False, most_rows: int = MOST_ROWS, survey_days: int | None = None
    ) -> None:
        """`survey_days`: for so many days a ticket may answer the survey; None: there is none."""
        if empty:
            (folder / "office").mkdir()
            self.office = Worked(folder / "office")
            self.kiosk = self.office.pair(1)
        else:
            self.office, self.kiosk = worked(folder)
        self.around = around()
        self._db = [reader_of(folder / "office" / FILE) for _ in range(2)]
        self._threads = [ThreadPoolExecutor(1) for _ in self._db]
        reader, auditor = (Reader(db, thread) for db, thread in zip(self._db, self._threads, strict=True))
        self.pages = Pages(OFFICE, ZONE)
        self.audits = Audits(ZONE, lambda: self.office.now)
        self.proof = Proof(
            auditor, self.audits, self.pages, lambda: self.office.live, lambda: self.office.now, most_rows=most_rows
        )
        self.halls = halls = Halls(
            reader, lambda: self.office.live, self._around, OFFICE, ZONE, lambda: self.office.now
        )
        asks = (
            None
            if survey_days is None
            else Survey(reader, lambda: self.office.live, lambda: self.office.now, self.pages, survey_days)
        )
        self.following = Following(halls, self.pages, lambda: self.office.now, survey=asks)
        self.status = Status(self.following, self.pages.language, GUARDS)
        self.surveys = [self._survey(asks)] if asks is not None else []
        outside = OutsidePages(self.pages, halls, lambda: self.office.now)
        feed = Feed(reader.view, self.pages, lambda: self.office.now, lambda: self.office.live)
        self.app = pages_app(
            reader,
            self.pages,
            feed,
            lambda: self.office.now,
            lambda: None,
            self.proof,
            self.following,
            self.status,
            outside,
            *self.surveys,
        )
        self.loop = asyncio.new_event_loop()
        self._served: Served | None = None
        self.url = ""

    def close(self) -> None:
        """Let go of everything."""
        if self._served is not None:
            self._served.end()
        self.loop.close()
        for db, thread in zip(self._db, self._threads, strict=True):
            thread.shutdown()
            db.close()
        self.kiosk.journal.close()
        self.office.ledger.close()

    def get(self, path: str, address: str = ADDRESS) -> httpx.Response:
        """See a page."""
        return self._ask("GET", path, address)

    def post(
        self, path: str, form: dict[str, str], address: str = ADDRESS, site: str = "same-origin"
    ) -> httpx.Response:
        """Send a form, from a page of this `site` as browsers say it."""
        return self._ask("POST", path, address, form, site)

    def witness(self, label: str) -> str:
        """The 16 characters on the ticket with this label."""
        found = self._db[0].execute("SELECT chain FROM tickets WHERE label = ? ORDER BY day DESC", (label,)).fetchone()
        return witness(found[0])

    def take(self, *numbers: int, service: str = "register") -> None:
        """Further tickets of the second day arrive."""
        for n in numbers:
            self.kiosk.record(issued(n, service, day=NEXT), after_ms=1000)
            self.office.hear(self.kiosk)

    def now(self, label: str, language: str = "en") -> str:
        """The part of a ticket's page that changes."""
        return self.get(f"/t/{token(label).hex()}/now?lang={language}").text

    def serve(self) -> str:
        """Listen on a port of this machine; the address."""
        self._served = Served.begin(self.app, self.loop, self.status.quick)
        self.url = self._served.url
        return self.url

    def _survey(self, of: Survey) -> SurveyPages:
        def now() -> UtcMs:
            return self.office.now

        finds = self.following
        return SurveyPages(of, finds, self.pages, self._write, lambda: self.office.moment, now, finds.address)

    async def _write(self, job: Callable[[Ledger], None]) -> None:
        with self.office.ledger.transaction():
            job(self.office.ledger)

    async def _around(self) -> Around:
        return self.around

    def _ask(
        self, method: str, path: str, address: str, form: dict[str, str] | None = None, site: str = "same-origin"
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=(address, 50000))
            async with httpx.AsyncClient(transport=transport, base_url="http://office.test") as client:
                return await client.request(method, path, data=form, headers={"sec-fetch-site": site})

        return self.loop.run_until_complete(ask())


__all__ = ["Proved"]
