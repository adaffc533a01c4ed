"""The next release on its way to the machines, and to offices: POST /v1/updates (docs/exchange.md, "Updates").

One question, one piece: who was revoked in the middle gets no more of it, and a line that breaks costs one piece. What
is not offered, was withdrawn, never was here or has no such bytes is all the same answer.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from server.database import Db
from server.handdown import device_refused
from server.replies import Reply, later, refusing
from server.updates import Offers
from sync import updatewire, wire
from sync.types import JournalId, UtcMs
from sync.updates import Fetching, Machine
from sync.wire import Refusal, Request


@dataclass(frozen=True, slots=True)
class Told:
    """What a machine said of its release and of the next one, and when."""

    at_ms: UtcMs
    machine: Machine
    fetching: Fetching


class UpdatesDown:
    """Answers the questions. `db`: for reading, in that `thread` alone."""

    def __init__(self, db: Db, offers: Offers, thread: Executor, now: Callable[[], UtcMs]) -> None:
        self._db, self._offers, self._thread, self._now = db, offers, thread, now
        self._told: dict[JournalId, Told] = {}

    async def answer(self, request: Request) -> Reply:
        """The reply. For the event loop's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._look, request)

    def told(self, journal_id: JournalId) -> Told | None:
        """What this machine said last since the server started. For any thread."""
        return self._told.get(journal_id)

    def _look(self, request: Request) -> Reply:
        refused = device_refused(self._db, request)
        if refused is not None:
            return refusing(refused)
        try:
            ask = updatewire.read_ask(request)
        except wire.BadAnswer as error:
            return refusing(wire.refuse(wire.MALFORMED, str(error), error.hint))
        try:
            if ask.piece is None:
                self._told[request.journal_id] = Told(self._now(), ask.machine, ask.fetching)
                return Reply(200, wire.encode_message(updatewire.Offered(self._offers.known().offered)))
            data = self._offers.piece(ask.piece.bundle, ask.piece.offset, updatewire.PIECE)
        except OSError:
            return later("the server's disk does not give it")
        return refusing(_NONE) if data is None else Reply(200, data, content_type=updatewire.BYTES)


_NONE: Refusal = wire.refuse(wire.NO_UPDATE, "this is not offered here", "Ask what is offered.")
