"""Where the parts of a card are made: each kept under the hash of what it is made from, with the log of its making."""

import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from image.errors import ImageError

MADE = "made"
"""The file in each part that says which making it is: what is made from a part is made anew with it."""
KEPT = 2
"""So many makings of each part stay: this one, and the one before."""
SAID_EVERY_S = 20.0


def digest(*parts: bytes | str | Path) -> str:
    """A hash over texts, bytes, files and folders (their names, modes of execution and contents)."""
    found = hashlib.sha256()
    for part in parts:
        for piece in _pieces(part):
            found.update(len(piece).to_bytes(8, "big") + piece)
    return found.hexdigest()


def _pieces(part: bytes | str | Path) -> Iterable[bytes]:
    if isinstance(part, str):
        yield part.encode()
    elif isinstance(part, bytes):
        yield part
    elif part.is_dir():
        for path in sorted(part.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"{path.relative_to(part)} {path.stat().st_mode & 0o111:o}".encode()
                yield path.read_bytes()
    else:
        yield part.read_bytes()


class Workshop:
    """Makes parts in a folder, and says on `out` how it goes."""

    def __init__(self, folder: Path, say: Callable[[str], None] | None = None) -> None:
        self.folder = folder
        self._say = say or (lambda text: print(text, file=sys.stderr, flush=True))
        self._began = time.monotonic()
        folder.mkdir(parents=True, exist_ok=True)

    def say(self, text: str) -> None:
        """A line with the minutes since the begin."""
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        self._say(f"{minutes:3d}:{seconds:02d} {text}")

    def part(
        self,
        name: str,
        key: str,
        make: Callable[[Path], None],
        holds: Callable[[Path], bool] = lambda folder: True,
    ) -> Path:
        """The folder of this part, made by `make(folder)` unless it was made from the same before and `holds`."""
        place = self.folder / f"{name}-{key[:16]}"
        if place.exists() and not ((place / MADE).exists() and holds(place)):
            self.say(f"{name}: what was made before is not what is wanted now")
            remove(place)
        if place.exists():
            self.say(f"{name}: as before")
            place.touch()
            return place
        begun, unfinished = time.monotonic(), self.folder / f"{name}.unfinished"
        self.say(f"{name}: making it")
        remove(unfinished)
        unfinished.mkdir()
        make(unfinished)
        (unfinished / MADE).write_text(f"{time.time_ns()}\n")
        unfinished.rename(place)
        self.say(f"{name}: made in {time.monotonic() - begun:.0f} s")
        older = sorted(self.folder.glob(f"{name}-*"), key=lambda each: each.stat().st_mtime)
        for each in older[:-KEPT]:
            remove(each)
        return place

    def making(self, path: Path) -> str:
        """Which making of its part this file or folder is of: for the key of what is made from it."""
        name = path.relative_to(self.folder).parts[0]
        return f"{name} {(self.folder / name / MADE).read_text()}"

    def run(self, command: Sequence[str | Path], log: Path) -> None:
        """Run it, its words kept in `log` and its last one said now and then. Raises ImageError with the log's end."""
        with (
            log.open("ab", buffering=0) as kept,
            subprocess.Popen(
                [str(each) for each in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            ) as process,
        ):
            assert process.stdout is not None
            said = time.monotonic()
            for line in process.stdout:
                kept.write(line)
                if time.monotonic() - said > SAID_EVERY_S:
                    said = time.monotonic()
                    self.say(f"  … {line.decode(errors='replace').strip()[:100]}")
            status = process.wait()
        if status:
            end = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
            raise ImageError(f"{command[0]} ended with {status}:\n{end}", hint=f"read {log}")


def remove(folder: Path) -> None:
    """A folder with all that is in it; none is no trouble."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
