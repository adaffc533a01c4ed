"""A console without a socket: the real ledger, writer, door and pages behind a client in the same process."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from server import queue
from server.app import Reader
from server.audits import Audits
from server.centre import Centre
from server.clips import FOLDER as CLIPS_FOLDER
from server.clips import Clips
from server.config import parse_server
from server.console import console_app, console_routes
from server.console_alerts import AlertDesk
from server.console_counter import CounterDesk
from server.console_officers import OfficerDesk
from server.console_pages import Banners, ConsolePages
from server.console_proof import ProofDesk
from server.console_requests import RequestDesk
from server.console_tls import ConsoleCertificate
from server.counter_page import CounterPages
from server.door import Door
from server.editors import Editors
from server.guide import Guide
from server.hall import Hall
from server.ledger import Ledger
from server.lens import see_own
from server.lockout import Waits
from server.office_desk import OfficeDesk
from server.office_pages import OfficePages
from server.pages import Pages
from server.passwords import Hasher, password_holds
from server.people import Details, Role
from server.previews import FOLDER as PREVIEWS_FOLDER
from server.previews import Previews
from server.queue import Moment
from server.recording import Recording
from server.stores import FILE
from server.writer import Writer
from sync.anchoring import anchored
from sync.clock import Reading, confirmed, office_day
from sync.journal import Instant
from sync.keys import DeviceKey
from sync.types import BootMs, UtcMs
from tests.server.artist import Artist
from tests.server.device import BOOT, DAY, NOON, seeded
from tests.server.places import place, reader_of

ZONE = ZoneInfo("Asia/Bangkok")
ORIGIN = "https://console.test"
PASSWORD = "a calm working day"
TODAY = datetime(2026, 11, 23, 5, tzinfo=UTC)
NEW = "another calm working day"
MINUTE = 60_000
CERTIFICATE = b"the certificate of an exchange"
KEY = DeviceKey(bytes(32), bytes(32))
ROLES = {"anna": Role.ADMINISTRATOR, "somsri": Role.SUPERVISOR, "boon": Role.STAFF}
KEPT = Argon2id(salt=seeded(9)(16), length=32, iterations=1, lanes=1, memory_cost=8).derive_phc_encoded(
    PASSWORD.encode()
)
"""Looked at in no time: what it costs to look at a password as we keep it, test_people and each new password show."""
NAMES = {"th": "เทศบาล", "en": "Municipality"}


class Desk:
    """One console with three people. `time` is what its clock says, `trusted` whether anybody vouches for it, `day` the
    office day; `checked` counts the passwords looked at."""

    def __init__(
        self,
        folder: Path,
        door: Callable[..., Door] = Door,
        banner: Banners = lambda role, language: None,
        counts: Callable[[], Mapping[str, int]] = dict,
        **parts: Any,
    ) -> None:
        self.time, self.checked = int(NOON), 0
        self.day, self.trusted = DAY, True
        self.ledger = Ledger(place(folder / FILE), ZONE, seeded(7))
        with self.ledger.transaction():
            self.ledger.open_own(KEY, seeded(6), self.moment().instant)
            live = queue.begin(self.ledger)
            for number, (login, role) in enumerate(ROLES.items()):
                self.ledger.people.add(Details(login, login.title(), role, (), "en"), "x", staff_id(number), NOON)
                self.ledger.people.set_password(staff_id(number), "x", KEPT)
        self.writer = Writer(self.ledger, self._committed)
        self.writer.start()
        self._db = reader_of(folder / FILE, see_own)  # as the pages of a running server see it
        self._everywhere = reader_of(folder / FILE)
        self._thread = ThreadPoolExecutor(1)
        self.hasher = Hasher(seeded(8), self._holds)
        self.reader = Reader(self._db, self._thread)
        parts = {"random": seeded(5), "now": lambda: UtcMs(self.time)} | parts
        lockout = parts.pop("lockout", None) or Waits()
        self.door = door(self.reader, self.writer, self.hasher, lockout, **parts)
        config = parse_server('data = "d"\n[name]\nen = "Office"\n[listen]\nconsole = "127.0.0.1:8444"\n')
        self.certificate = ConsoleCertificate(
            config, folder, folder, today=lambda: TODAY, host=lambda: "box", addresses=list
        )
        pages = ConsolePages(Pages(NAMES, ZONE), banner, counts)
        self.hall = Hall(live)
        self.counters = CounterDesk(self.door, pages, CounterPages(pages.pages, ZONE), self.hall, self.now)
        self.office = OfficeDesk(
            self.door,
            OfficePages(pages),
            self.hall,
            self.now,
            ZONE,
            KEY,
            "https://queue.test",
            self._confirm,
            CERTIFICATE,
            Centre(self._db),
            Reader(self._everywhere, self._thread),
        )
        guide = Guide(self.certificate, pages.pages, 8444)
        self.clips = Clips(folder / CLIPS_FOLDER)
        voice = Recording(self.door, pages, self.clips)
        self.woken = 0
        audits = Audits(ZONE, lambda: UtcMs(self.time))
        looked = ProofDesk(self.door, pages, self.reader, audits, self.now, mails=True, wake=self._wake)
        alerts = AlertDesk(self.door, pages, self.office.everywhere, self.now, seen=self._seen)
        self.artist = Artist()
        editors = Editors(self.office, Previews(folder / PREVIEWS_FOLDER, self.artist))
        scores = OfficerDesk(self.door, pages, self.reader, self.now)
        asks = RequestDesk(self.door, pages, self.office.everywhere, self.now, seen=self._seen)
        added = voice, looked, alerts, editors, scores, asks
        self.routes = console_routes(self.door, pages, self.counters, guide, self.office, *added)
        self.app = console_app(self.routes)
        self.loop = asyncio.new_event_loop()
        self._browsers: list[Browser] = []

    def _committed(self) -> None:
        self.hall.committed(queue.live_of(self.ledger), stands_still=queue.stands_still(self.ledger))

    def _wake(self) -> None:
        self.woken += 1

    async def _seen(self) -> None:
        self.woken += 1

    def moment(self) -> Moment:
        """Now for the queue. The boot's clock goes with the office's."""
        return Moment(UtcMs(self.time), self.day, Instant(BOOT, BootMs(1000 + self.time - NOON)))

    def now(self) -> Moment | None:
        """The same for the console: None while nobody vouches for the clock."""
        return self.moment() if self.trusted else None

    def _confirm(self, ledger: Ledger, utc_ms: UtcMs) -> None:
        """Staff's word for the time."""
        anchor = confirmed(Reading(BOOT, BootMs(1000), UtcMs(0), False, 0), utc_ms, ledger.own_timeline().known_past)
        ledger.append([anchored(anchor)], Instant(BOOT, BootMs(1000)))
        self.time, self.trusted = int(utc_ms), True
        self.day = office_day(utc_ms, ZONE).isoformat()

    def _holds(self, password: str, kept: str) -> bool:
        self.checked += 1
        return password_holds(password, kept)

    def close(self) -> None:
        """Let go of everything."""
        for browser in self._browsers:
            self.loop.run_until_complete(browser.client.aclose())
        self.loop.close()
        self._thread.shutdown()
        self.hasher.close()
        self.writer.close()
        self._db.close()
        self._everywhere.close()

    def browser(self, address: str = "192.168.1.20") -> "Browser":
        """A browser nobody has signed in with."""
        self._browsers.append(Browser(self, address))
        return self._browsers[-1]

    def signed_in(self, login: str) -> "Browser":
        """A browser of this person."""
        browser = self.browser()
        assert browser.sign_in(login).status_code == 303
        return browser

    def job(self, work: Callable[[Ledger], object]) -> None:
        """Have something done on the ledger."""
        self.writer.submit(work).result()

    def sessions(self) -> int:
        """How many are signed in."""
        return int(self.writer.submit(lambda ledger: ledger._one("SELECT count(*) FROM sessions")[0]).result())


class Browser:
    """Keeps cookies, says where a form comes from as browsers do, and fills in the session's token."""

    def __init__(self, desk: Desk, address: str) -> None:
        transport = httpx.ASGITransport(app=desk.app, client=(address, 50000))
        self.client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
        self._desk = desk

    def get(self, path: str) -> httpx.Response:
        """See a page."""
        return self._answer(self.client.get(path))

    def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Send a form of ours."""
        sent = {"origin": ORIGIN, "sec-fetch-site": "same-origin"} | headers
        filled = {"csrf": self.csrf()} | (form or {})
        return self.raw(path, filled, sent)

    def raw(self, path: str, form: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
        """Send a form with these headers alone."""
        return self._answer(self.client.post(path, data=form, headers=headers))

    def delete(self, path: str) -> httpx.Response:
        """Take something away, as a script of ours does."""
        sent = {"origin": ORIGIN, "sec-fetch-site": "same-origin", "scorecard-csrf": self.csrf()}
        return self._answer(self.client.delete(path, headers=sent))

    def csrf(self) -> str:
        """The token of this session's forms, empty where nobody is signed in."""
        found = re.search(r'name="csrf" content="([0-9a-f]{32})"', self.get("/account").text)
        return found[1] if found else ""

    def sign_in(self, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """Use the door."""
        return self.post("/sign-in", {"login": login, "password": password} | more)

    def _answer(self, asked: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        """The answer, after whatever the console writes behind it is written too."""
        answer = self._desk.loop.run_until_complete(asked)
        self._desk.job(lambda ledger: None)
        return answer

    @property
    def cookie(self) -> str | None:
        """What the session's cookie holds."""
        return self.client.cookies.get("__Host-console")


def staff_id(number: int) -> str:
    """The id of the nth person."""
    return f"s{number:08x}"


def is_in(browser: Browser) -> bool:
    """Whether somebody is signed in with this browser."""
    return browser.get("/").status_code == 200
