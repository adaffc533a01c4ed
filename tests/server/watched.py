"""An office that is watched: the real ledger, and a watch whose machines and backups a test says."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from server import episodes
from server.app import Reader
from server.audits import Audits
from server.episodes import Alert, Followup
from server.errors import LedgerRefused
from server.ledger import Ledger
from server.lens import see_own
from server.reading import Device as Shown
from server.stores import FILE
from server.watching import Sources, Watch
from sync.types import JournalId, UtcMs
from tests.server.audited import Worked
from tests.server.conftest import ZONE
from tests.server.places import reader_of

KIOSK = JournalId("e" * 32)


class Backups:
    """As a test says."""

    late, last_ms = False, None


class Watched:
    """`devices`: the machines as the pages know them. `refuses`: the disk takes nothing. `told`: how often somebody was
    told that there is something new."""

    def __init__(self, folder: Path, office: Worked | None = None) -> None:
        self.folder, self.office = folder, office or Worked(folder)
        self.devices: list[Shown] = []
        self.backups, self.refuses, self.told = Backups(), False, 0
        self.db = reader_of(folder / FILE)
        self.own = reader_of(folder / FILE, see_own)
        self.thread = ThreadPoolExecutor(1)
        self.watch = self.begin()

    def begin(self) -> Watch:
        """A watch of a server that has just started."""
        reader = Reader(self.own, self.thread)
        everywhere = Reader(self.db, self.thread)
        audits = Audits(ZONE, lambda: self.office.now)
        sources = Sources(
            reader, reader, everywhere, audits, lambda: self.office.live, self._shown, self.backups, self._trouble
        )  # fmt: skip
        return Watch(sources, self, lambda: self.office.moment, told=self._told)

    def close(self) -> None:
        """Let go of everything."""
        self.thread.shutdown()
        for db in (self.db, self.own):
            db.close()
        self.office.ledger.close()

    def look(self, watch: Watch | None = None) -> None:
        """One round."""
        asyncio.run((watch or self.watch).round())

    def paper(self, *, out: bool) -> None:
        """The printer says how much paper it has, and its machine was heard of."""
        self.devices = [machine(contact_ms=self.office.now, paper="out" if out else "ok")]
        self.look()

    def submit(self, job: Callable[[Ledger], Any]) -> "Future[Any]":
        """A writer that does it at once."""
        future: Future[Any] = Future()
        if self.refuses:
            future.set_exception(LedgerRefused("the disk is full", hint="Make room."))
            return future
        with self.office.ledger.transaction():
            future.set_result(job(self.office.ledger))
        return future

    @property
    def alerts(self) -> list[Alert]:
        """All that were ever raised."""
        return episodes.alerts(self.db, 0)

    @property
    def followups(self) -> list[Followup]:
        """All that were ever opened."""
        return episodes.followups(self.db, 0)

    async def _shown(self) -> list[Shown]:
        return self.devices

    def _trouble(self) -> str | None:
        return "Make room." if self.refuses else None

    def _told(self) -> None:
        self.told += 1


def machine(**fields: Any) -> Shown:
    """A machine in the hall that was heard of a moment ago."""
    return Shown(KIOSK, "Hall", 0, 1, **{"contact_ms": UtcMs(0), **fields}, **_QUIET)


_QUIET: dict[str, Any] = {"refused": {}, "revoked": False, "release": None, "printer_fault": None, "strange": 0}
