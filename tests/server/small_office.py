"""An office's exchange in this process, over real TLS, whose own journal a test writes into."""

import asyncio
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from server import certificate
from server.app import with_headers
from server.clips import FOLDER
from server.clips_down import ClipsDown
from server.config import Address
from server.first_code import Console, FirstCodes
from server.giveback import begin_anew
from server.handdown import HandDown, Shelf
from server.ingest import Exchange
from server.ledger import Ledger
from server.serving import bind, listener, port_of
from server.stores import FILE
from server.updates import Offers
from server.updates_down import UpdatesDown
from server.writer import Writer
from sync.codec import Fact
from sync.facts import Body
from sync.journal import Instant
from sync.keys import DeviceKey
from sync.types import BootMs, JournalId, UtcMs
from sync.wire import FEED_PATH, Head
from tests.server.conftest import ZONE, admit
from tests.server.device import BOOT, NOON, Device, seeded
from tests.server.places import place, reader_of

KEY = DeviceKey(b"k" * 32, b"d" * 32)
CONSOLE = Console("https://192.168.1.10:8444", ":".join(["AB"] * 32))


class SmallOffice:
    """Begun by `start`, ended by `stop`, on the same folder and port each time. `utc`: its wall clock."""

    def __init__(self, folder: Path, *, hold_s: float = 25.0, utc: Callable[[], UtcMs] = lambda: NOON) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.hold_s, self.utc, self.ms = folder, hold_s, utc, 0
        self.der = certificate.load_or_make(folder, datetime.now(UTC))
        self.port = 0
        self.random = seeded(3)
        self.asked: Callable[[JournalId], None] = lambda journal_id: None
        """Told of each device that stands where the office is."""

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Open the ledger, and listen."""
        ledger = Ledger(place(self.folder / FILE), ZONE, self.random)
        with ledger.transaction():
            ledger.open_own(KEY, self.random, self.now())
        self.ledger = ledger
        self.ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.thread.start()
        assert self.ready.wait(20)

    def stop(self) -> None:
        """End as SIGTERM would."""
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join(20)
        assert not self.thread.is_alive()

    def now(self) -> Instant:
        """Each look takes a second."""
        self.ms += 1000
        return Instant(BOOT, BootMs(self.ms))

    def append(self, *bodies: Body) -> list[Fact]:
        """Facts of the office, durable."""
        return self.writer.submit(lambda ledger: ledger.append(bodies, self.now())).result(20)

    def waiters(self, count: int) -> None:
        """Until so many questions are open."""

        async def until() -> None:
            async with asyncio.timeout(20):
                while self.exchange._busy[FEED_PATH] != count:
                    await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(until(), self.loop).result(30)

    def settle(self) -> None:
        """Until the loop has done what it was told so far."""
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self.loop).result(20)

    def admit(self, device: Device) -> None:
        """Pair without ceremony, before it starts."""
        ledger = Ledger(place(self.folder / FILE), ZONE, self.random)
        admit(ledger, device)
        ledger.close()

    def revoke(self, device: Device) -> None:
        """Take the device's right away."""
        name = device.journal_id
        assert self.writer.submit(lambda ledger: ledger.revoke(name, NOON)).result(20)

    @property
    def files(self) -> tuple[Path, Path]:
        """The certificate and its key."""
        return self.folder / certificate.CERTIFICATE_FILE, self.folder / certificate.KEY_FILE

    def context(self) -> ssl.SSLContext:
        """TLS that trusts exactly this office."""
        made = ssl.create_default_context(cafile=str(self.files[0]))
        made.check_hostname = False
        return made

    async def _serve(self) -> None:
        self.loop, self.end = asyncio.get_running_loop(), asyncio.Event()
        self.writer = Writer(
            self.ledger,
            lambda: self.loop.call_soon_threadsafe(self.handdown.reached, self.ledger.own_end),  # type: ignore[arg-type]
        )
        paired = self.ledger.paired()
        db = reader_of(self.folder / FILE)
        with ThreadPoolExecutor(1) as thread, bind(Address("127.0.0.1", self.port)) as socket:
            self.port = port_of(socket)
            self.handdown = HandDown(Shelf(db, KEY.sign), thread, self._forked, hold_s=self.hold_s, asked=self.asked)
            self.writer.start()
            self.exchange = Exchange(
                self.writer,
                paired,
                self.der,
                "id",
                self.utc,
                self.utc,
                handdown=self.handdown,
                clips=ClipsDown(db, self.folder / FOLDER, thread),
                updates=UpdatesDown(db, Offers(self.folder, reserve=0), thread, self.utc),
                succeed=self._succeed,
                first=FirstCodes(self.random, self.utc, self.now, lambda: CONSOLE).take,
            )
            serving = listener(with_headers(self.exchange), self.end, self.files)
            task = asyncio.create_task(serving.serve([socket]))
            await serving.ready.wait()
            self.ready.set()
            await self.end.wait()
            self.handdown.close()
            await task
        db.close()
        self.writer.close()

    def _succeed(self, ledger: Ledger, journal_id: JournalId, head: Head) -> None:
        begin_anew(ledger, KEY, self.random, self.now(), journal_id, head, NOON)

    async def _forked(self, journal_id: JournalId, head: Head) -> None:
        def succeed(ledger: Ledger) -> None:
            self._succeed(ledger, journal_id, head)

        await asyncio.wrap_future(self.writer.submit(succeed))
