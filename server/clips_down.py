"""What was recorded here on its way to the displays without a browser: POST /v1/clips (docs/exchange.md, "Clips").

They get what every browser in the hall may load, and prove who they are all the same: the exchange has no other guests.
"""

import asyncio
from concurrent.futures import Executor
from pathlib import Path

from server.clips import Recorded, digest_of, recorded
from server.database import Db
from server.handdown import device_refused
from server.replies import Reply, refusing
from sync import clipwire, wire
from sync.clips import MOST_BYTES, Clip
from sync.wire import Refusal, Request


class ClipsDown:
    """Answers the questions. `db`: for reading, in that `thread` alone; `folder`: of the recorded clips."""

    def __init__(self, db: Db, folder: Path, thread: Executor) -> None:
        self._db, self._folder, self._thread = db, folder, thread

    async def answer(self, request: Request) -> Reply:
        """The reply. For the event loop's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._look, request)

    def _look(self, request: Request) -> Reply:
        refused = device_refused(self._db, request)
        if refused is not None:
            return refusing(refused)
        try:
            ask = clipwire.read_ask(request)
        except wire.BadAnswer as error:
            return refusing(wire.refuse(wire.MALFORMED, str(error), error.hint))
        rows = [each for each in map(_clip, recorded(self._db)) if (self._folder / each.file).is_file()]
        if ask.clip is None:
            return Reply(200, wire.encode_message(clipwire.Listed(tuple(rows))))
        data = self._data(ask.clip) if ask.clip in rows else None
        return refusing(_GONE) if data is None else Reply(200, data, content_type=clipwire.AUDIO)

    def _data(self, clip: Clip) -> bytes | None:
        """Its bytes, while they are those that were recorded."""
        try:
            data = (self._folder / clip.file).read_bytes()
        except OSError:
            return None
        return data if len(data) <= MOST_BYTES and digest_of(data) == clip.digest else None


def _clip(row: Recorded) -> Clip:
    return Clip(row.language, row.clip, row.digest, row.ms)


_GONE: Refusal = wire.refuse(wire.NO_CLIP, "there is no such clip here", "Ask for the list again.")
