"""Where the virtual printer's paper lands: numbered tickets as bytes and picture, and a log of what
happened."""

import json
import os
import re
from pathlib import Path

from PIL import Image

from hardware.errors import PaperStoreError

Detail = str | int | list[int]
"""What an event of the log can have with it."""
_NUMBERED = re.compile(r"(\d{4,})(?:-torn)?\.(?:bin|png)")
_INVERT = bytes(255 - value for value in range(256))
_DOTS_PER_INCH = 203


class TicketStore:
    """A folder with NNNN.bin, NNNN.png, NNNN-torn.png and log.jsonl. Numbers go on where an earlier run
    ended.

    Every file appears whole or not at all. Raises PaperStoreError when the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            names = [_NUMBERED.fullmatch(path.name) for path in folder.iterdir()]
            self._last = max((int(name[1]) for name in names if name), default=0)
            self._log = (folder / "log.jsonl").open("a", encoding="utf-8", buffering=1)
        except OSError as failure:
            raise _unwritable(folder, failure) from failure

    def save_ticket(self, data: bytes, rows: tuple[bytes, ...]) -> str:
        """Keeps the bytes and the picture of a cut ticket; returns its number as text, for example "0001"."""
        number = self._next()
        self._write(f"{number}.bin", data)
        self._write_picture(f"{number}.png", rows)
        return number

    def save_torn(self, rows: tuple[bytes, ...]) -> str:
        """Keeps the picture of paper that came out and was never cut; returns its number as text."""
        number = self._next()
        self._write_picture(f"{number}-torn.png", rows)
        return number

    def log(self, monotonic_ns: int, event: str, **details: Detail) -> None:
        """Appends one line: CLOCK_MONOTONIC in nanoseconds, the event, what belongs to it."""
        line = json.dumps({"monotonic_ns": monotonic_ns, "event": event, **details}, ensure_ascii=False)
        try:
            self._log.write(line + "\n")
        except OSError as failure:
            raise _unwritable(self._folder, failure) from failure

    def close(self) -> None:
        self._log.close()

    def _next(self) -> str:
        self._last += 1
        return f"{self._last:04}"

    def _write_picture(self, name: str, rows: tuple[bytes, ...]) -> None:
        width = len(rows[0]) * 8
        picture = Image.frombytes("1", (width, len(rows)), b"".join(rows).translate(_INVERT))
        unfinished = self._unfinished(name)
        try:
            picture.save(unfinished, format="PNG", dpi=(_DOTS_PER_INCH, _DOTS_PER_INCH))
            unfinished.replace(self._folder / name)
        except OSError as failure:
            raise _unwritable(self._folder, failure) from failure

    def _write(self, name: str, data: bytes) -> None:
        unfinished = self._unfinished(name)
        try:
            unfinished.write_bytes(data)
            unfinished.replace(self._folder / name)
        except OSError as failure:
            raise _unwritable(self._folder, failure) from failure

    def _unfinished(self, name: str) -> Path:
        return self._folder / f".{name}.{os.getpid()}"


def _unwritable(folder: Path, failure: OSError) -> PaperStoreError:
    return PaperStoreError(
        f"the folder {folder} for printed tickets cannot be used: {failure.strerror or failure}",
        hint="name another folder with --out, or free space and allow this user to write there",
    )
