"""A centre and its offices without sockets: real ledgers, the real answers of /v1/feed, a line that may break."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from server import handing
from server.adopting import Centres, take_up
from server.errors import ActRefused
from server.giveback import take_lost
from server.handdown import HandDown, Shelf
from server.ledger import Ledger
from server.pairing import Pairing
from server.publishing import By
from server.replies import refusing
from server.stores import FILE
from server.way_down import DownPorts, WayDown, Why
from sync import wire
from sync.client import Reply, Unreachable
from sync.downlink_driver import Who
from sync.keys import DeviceKey
from sync.pairing import Pin
from sync.types import JournalId
from sync.wire import Batch, Head, Refusal
from tests.server.copied import copied
from tests.server.device import NOON
from tests.server.places import reader_of
from tests.server.publishing_office import at, opened

CENTRE_KEY, OFFICE_KEY = DeviceKey(b"c" * 32, b"e" * 32), DeviceKey(b"o" * 32, b"f" * 32)
FOR_ALL = By("s0000000c", None, ())
PIN = Pin("a" * 32, "b" * 64, 0, "c" * 64)


class Centre:
    """A centre. `lie` changes a batch before it goes out; `reachable`: whether anybody answers; `older`: its release
    knows of nothing that is given back; `seconds`: its time behind noon when something is."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.reachable, self.asked, self.starts = folder, True, 0, 90
        self.older, self.seconds = False, 0
        self.lie: Callable[[Batch], Batch] = lambda batch: batch
        self._begin()

    def _begin(self) -> None:
        self.starts += 2
        self.ledger = opened(self.folder, CENTRE_KEY, self.starts)
        self._db, self._thread = reader_of(self.folder / FILE), ThreadPoolExecutor(1)
        self._handdown = HandDown(Shelf(self._db, CENTRE_KEY.sign), self._thread, self._forked, offices=self)

    def close(self) -> None:
        """Let go of the files; also of a line to it, which is the same here."""

    def end(self) -> None:
        """The server ends."""
        self._thread.shutdown()
        self._db.close()
        self.ledger.close()

    def restart(self, folder: Path | None = None) -> None:
        """It ends, and begins again, or what lies in that folder does."""
        self.end()
        self.folder = folder or self.folder
        self._begin()

    def copy(self, folder: Path) -> Path:
        """A backup of now."""
        folder.mkdir()
        copied(self._db, folder / FILE)
        return folder

    def admit(self, ledger: Ledger, key: DeviceKey = OFFICE_KEY) -> str:
        """An office is paired: its id."""
        named = ledger.own_named()
        assert named is not None
        pairing = Pairing(named[0], key.public, bytes(32), "office", "Mae Sot", named[0].encode()[:32], None)
        with self.ledger.transaction():
            self.ledger.pair(pairing, NOON)
        return str(named[0])

    def do(self, job: Callable[..., Any], *given: Any, seconds: int = 0) -> Any:
        """Publish something."""
        with self.ledger.transaction():
            return job(self.ledger, *given, at(seconds))

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One question."""
        self.asked += 1
        if not self.reachable:
            raise Unreachable("no route", hint="Wait.")
        request = wire.read_request({key.lower(): value for key, value in headers.items()}, body, path)
        if path == wire.LOST_PATH:
            return self._given_back(request)
        found = asyncio.run(self._handdown.answer(request, _never, {}))
        content, packed = found.body, found.content_type == wire.CONTENT_TYPE
        if packed and found.status == 200:
            content = wire.deflate(wire.encode_batch(self.lie(wire.decode_batch(wire.inflate(content)))))
        return Reply(found.status, 0.0, content, found.content_type)

    def _given_back(self, request: wire.Request) -> Reply:
        """What the office gives back; a release of before has no such path."""
        if self.older:
            refusal = refusing(wire.refuse(wire.UNKNOWN_PATH, "there is nothing here", "-"))
            return Reply(refusal.status, 0.0, refusal.body)
        with self.ledger.transaction():
            taken = take_lost(self.ledger, request, at(self.seconds).now_ms, at(self.seconds), _no_own)
        if isinstance(taken, Refusal):
            refused = refusing(taken)
            return Reply(refused.status, 0.0, refused.body)
        return Reply(200, 0.0, wire.encode_message(taken))

    async def hand_over(self, office: str) -> None:
        """As server.handing.Handing."""
        with self.ledger.transaction():
            handing.hand_over(self.ledger, office, at().instant)

    async def begin_anew(self, office: str, journal_id: JournalId, proof: Head) -> None:
        """As server.handing.Handing."""
        with self.ledger.transaction():
            handing.begin_anew(self.ledger, office, journal_id, proof, at().instant)

    async def _forked(self, journal_id: JournalId, head: Head) -> None:
        raise AssertionError("no device of the centre's own asks here")


def _no_own(ledger: Ledger, name: JournalId, head: Head) -> None:
    raise AssertionError("an office gives nothing of the centre's own journal back")


async def _never() -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


class Office:
    """An office of that centre. `stands_still`: it takes nothing up now."""

    def __init__(
        self, folder: Path, centre: Centre, key: DeviceKey = OFFICE_KEY, kind: type[WayDown] = WayDown
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.centre, self.key, self.kind = folder, centre, key, kind
        self.now_ms, self.stands_still, self.told = 0.0, False, list[Why | None]()
        self.ledger = opened(folder, key, key.public[0])
        self.id = centre.admit(self.ledger, key)
        self._start()

    def _start(self) -> None:
        ports = DownPorts(
            lambda: self.now_ms,
            lambda: 0.5,
            self._take_up,
            lambda: self.ledger.publications.chosen(),
            self.told.append,
            lambda url, fingerprint: self.centre,
        )
        self.way = self.kind(self.folder, "https://centre", self._who, ports)

    def _who(self) -> Who:
        named = self.ledger.own_named()
        assert named is not None
        return Who(PIN, named[0], self.key)

    def _take_up(self, centres: Centres) -> bool:
        if self.stands_still:
            return False
        try:
            with self.ledger.transaction():
                take_up(self.ledger, centres, at(int(self.now_ms // 1000)))
        except ActRefused:
            return False
        return True

    def run(self, hours: float = 0.1) -> None:
        """So much time passes."""
        until = self.now_ms + hours * 3_600_000
        while self.now_ms <= until:
            self.now_ms += self.way.turn() * 1000 + 0.01

    def restart(self, kind: type[WayDown] | None = None) -> None:
        """The server begins again."""
        self.way.close()
        self.kind = kind or self.kind
        self._start()

    def end(self) -> None:
        """The server ends."""
        self.way.close()
        self.ledger.close()

    def refusals(self) -> list[str]:
        """What its record says of what it did not take up."""
        rows = self.ledger.publications.db.execute("SELECT whole FROM published WHERE what = 'refused' ORDER BY seq")
        return [row[0] for row in rows]
