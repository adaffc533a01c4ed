"""Pictures of the kiosk's screens and tickets for the console, drawn by the product's own code in a process of its own.

The server stays small and its calls wait for nobody: the process gives way to others, ends when it has drawn, and what
it drew is kept by what it was drawn from.
"""

import asyncio
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from server.errors import PreviewFailed
from sync import RELEASE

FOLDER = "previews"
KEPT = 24
"""So many sets of pictures stay; those that nobody looked at for longest go."""
MOST_WAITING = 4
SECONDS = 90.0
"""A process that takes longer is ended. The slowest board needs a tenth of it."""
_KEY = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[a-z0-9-]{1,40}")
Run = Callable[[Sequence[str], bytes], Awaitable[str | None]]
"""Draws: arguments of `python -m kiosk.preview`, what it reads; why it did not, None where it did."""
_AGAIN = "Try it again in a moment."


async def in_own_process(arguments: Sequence[str], asked: bytes) -> str | None:
    """Draw now. The process ends with whoever waits for it."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kiosk.preview", *arguments, stdin=pipe, stdout=asyncio.subprocess.DEVNULL, stderr=pipe
    )
    try:
        _, told = await asyncio.wait_for(process.communicate(asked), SECONDS)
    except (asyncio.CancelledError, TimeoutError):
        process.kill()
        await process.wait()
        raise
    return None if process.returncode == 0 else told.decode("utf-8", "replace")[-300:] or "it was ended"


class Previews:
    """Keeps what was drawn in this folder. For the event loop's thread."""

    def __init__(self, folder: Path, run: Run = in_own_process) -> None:
        self._folder, self._run = folder, run
        self._one = asyncio.Lock()
        self._drawing: dict[str, asyncio.Task[None]] = {}

    async def service(self, asked: bytes) -> tuple[str, tuple[str, ...]]:
        """The key of these pictures and their names, in the order of drawing (kiosk.preview_service). Raises
        PreviewFailed."""
        return await self._drawn("service", asked)

    async def pictograms(self) -> tuple[str, tuple[str, ...]]:
        """The key of the pictures that a service may have, and their names. Raises PreviewFailed."""
        return await self._drawn("pictograms", b"")

    def picture(self, key: str, name: str) -> bytes | None:
        """One of them as PNG; None where it is not there."""
        if not _KEY.fullmatch(key) or not _NAME.fullmatch(name):
            return None
        try:
            return (self._folder / key / f"{name}.png").read_bytes()
        except OSError:
            return None

    async def _drawn(self, what: str, asked: bytes) -> tuple[str, tuple[str, ...]]:
        key = hashlib.sha256(b"\0".join((RELEASE.encode(), what.encode(), asked))).hexdigest()[:32]
        if not (self._folder / key).is_dir():
            if key not in self._drawing and len(self._drawing) >= MOST_WAITING:
                raise PreviewFailed("many pictures are drawn at the moment", hint=_AGAIN)
            task = self._drawing.get(key) or asyncio.create_task(self._draw(what, asked, key))
            self._drawing[key] = task
            await asyncio.shield(task)
        os.utime(self._folder / key)  # what is looked at stays
        return key, tuple(path.stem for path in sorted((self._folder / key).glob("*.png"), key=_age))

    async def _draw(self, what: str, asked: bytes, key: str) -> None:
        unfinished = self._folder / f"{key}.part"
        try:
            async with self._one:
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir(parents=True)
                fault = await self._run((what, str(unfinished)), asked)
                if fault is not None:
                    raise PreviewFailed(f"the pictures were not drawn: {fault}", hint=_AGAIN)
                unfinished.replace(self._folder / key)
                self._prune()
        except (OSError, TimeoutError) as error:
            raise PreviewFailed(f"the pictures were not drawn: {error}", hint=_AGAIN) from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
            self._drawing.pop(key, None)

    def _prune(self) -> None:
        kept = sorted((path for path in self._folder.iterdir() if _KEY.fullmatch(path.name)), key=_age)
        for path in kept[:-KEPT]:
            shutil.rmtree(path, ignore_errors=True)


def _age(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.stem  # two of one moment: by name
