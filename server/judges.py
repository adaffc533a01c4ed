"""Processes that judge what offices bring beside the one that writes (docs/decisions/press.md)."""

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from server import judging
from server.judging import Asked
from sync.judge import Accept, Refuse


class Judges:
    """So many processes, each begun when it is first asked. In the thread of their event loop."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._free: asyncio.LifoQueue[asyncio.subprocess.Process | None] = asyncio.LifoQueue()
        self._running: set[asyncio.subprocess.Process] = set()
        self._closed = False
        for _ in range(processes):
            self._free.put_nowait(None)

    async def judge(self, asked: Sequence[Asked]) -> list[Accept | Refuse | None]:
        """The verdict on each; None: whoever has the ledger judges it."""
        part = -(-len(asked) // self._processes)
        parts = [asked[at : at + part] for at in range(0, len(asked), part)] if asked else []
        return [each for part in await asyncio.gather(*map(self._part, parts)) for each in part]

    async def _part(self, asked: Sequence[Asked]) -> list[Accept | Refuse | None]:
        process = await self._free.get()
        try:
            if self._closed:
                return [None] * len(asked)
            process = process or await self._begin()
            return judging.told(await _answer(process, judging.ask(asked)))
        except (OSError, EOFError, msgspec.MsgspecError):  # it died: the next part begins another one
            if process is not None:
                self._running.discard(process)
                process = None
            return [None] * len(asked)
        finally:
            self._free.put_nowait(process)

    async def _begin(self) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        made = await asyncio.create_subprocess_exec(
            sys.executable, "-m", judging.__name__, stdin=pipe, stdout=pipe, limit=LIMIT, cwd=_ROOT
        )
        self._running.add(made)
        return made

    async def start(self) -> None:
        """Begin them all now, and see each of them answer."""
        await asyncio.gather(*(self._part(()) for _ in range(self._processes)))

    async def close(self) -> None:
        """End them. Nothing is judged here any more."""
        self._closed = True
        for each in self._running:
            with contextlib.suppress(ProcessLookupError):
                each.terminate()
        for each in self._running:
            await each.wait()
        self._running.clear()


async def _answer(process: asyncio.subprocess.Process, frame: bytes) -> bytes:
    """Raises OSError or EOFError where the process is no more."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(frame)
    await process.stdin.drain()
    length = int.from_bytes(await process.stdout.readexactly(judging.LENGTH), "big")
    return await process.stdout.readexactly(length)


LIMIT = 8 * 1024 * 1024
"""Bytes of an answer that are read ahead."""
_ROOT = Path(__file__).parent.parent
"""From where this program is found, installed or not."""
