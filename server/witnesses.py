"""Whether the hall may be told already who is called: a server that has just started may stand on an old copy.

Such a copy has calls in it that were over long ago, and does not know it. The devices do: one that asks from a place of
the office's journal that is here holds nothing that is not, for it has offered all that it holds first
(docs/exchange.md, "Lost"). Until each has asked, and for PATIENCE_SECONDS at most, nothing new is told to the hall.
"""

import asyncio
from collections.abc import Iterable

from server.database import Db
from sync.types import JournalId

PATIENCE_SECONDS = 20.0
"""A device that is switched on asks within this time (sync.downlink.CAP_S). A display turns grey a little later."""


class Witnesses:
    """Made in the event loop, for its thread alone. `devices`: those that are waited for."""

    def __init__(self, devices: Iterable[JournalId], patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._left, self._heard = set(devices), asyncio.Event()
        self._until = asyncio.get_running_loop().time() + patience_seconds
        self._look()

    def asked(self, journal_id: JournalId) -> None:
        """This device asked for what lies behind a place that is here."""
        self._left.discard(journal_id)
        self._look()

    def close(self) -> None:
        """Let go of whoever waits."""
        self._heard.set()

    async def heard(self) -> None:
        """Returns when the hall may be told."""
        if self._heard.is_set():
            return
        left = self._until - asyncio.get_running_loop().time()
        try:
            await asyncio.wait_for(self._heard.wait(), max(left, 0))
        except TimeoutError:
            self._heard.set()

    def _look(self) -> None:
        if not self._left:
            self._heard.set()


def devices(db: Db) -> list[JournalId]:
    """The devices of this office that may ask."""
    query = "SELECT journal_id FROM journals WHERE own = 0 AND revoked_ms IS NULL AND successor IS NULL"
    return [JournalId(name) for (name,) in db.execute(query)]
