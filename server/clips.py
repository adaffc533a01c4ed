"""The clips of speech: those that ship in translations/LANGUAGE/clips, and those that were recorded here, which win.

A recorded file carries a part of its hash in its name, and the table `clips` says which one counts: a file is durable
before the row that names it, so that a row never names half a clip.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from server import pcm
from server.database import Db
from server.errors import ClipRefused, ServerError
from server.ogg import ogg_ms
from sync.phrases import CLIPS, ORDER
from sync.types import UtcMs
from translations import DIRECTORY

FOLDER = "clips"
"""Of recorded clips, below the server's data."""
CHIME = "chime"
NO_LANGUAGE = "-"
"""Stands for the language of the chime in an address."""
_TYPES = {".ogg": "audio/ogg", ".wav": "audio/wav"}
_LONGEST_MS = 15_000


@dataclass(frozen=True, slots=True)
class Clip:
    """A file to play. `digest`: the first 12 hex digits of its SHA-256, which its address carries."""

    path: Path
    digest: str
    ms: int
    media_type: str

    def url(self, language: str, clip: str) -> str:
        """Its address."""
        return f"/clips/{self.digest}/{language}/{clip}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row: who recorded this clip, and when."""

    language: str
    clip: str
    digest: str
    ms: int
    staff: str
    at_ms: UtcMs

    @property
    def file(self) -> str:
        """Its file below the folder of clips."""
        return f"{self.language}/{self.clip}-{self.digest}.wav"


class Clips:
    """What there is to play. `recorded` is the folder below the server's data."""

    def __init__(self, recorded: Path, shipped: Path = DIRECTORY) -> None:
        self.folder = recorded
        self._shipped = {
            (language, path.stem): clip
            for language in ORDER
            for path in sorted((shipped / language / "clips").glob("*"))
            if path.stem in CLIPS and (clip := read_clip(path)) is not None
        }
        chime = read_clip(shipped / "chime.wav")
        if chime is None:
            raise ServerError("the chime is missing", hint="Run: python -m hardware.hall_chime translations/chime.wav")
        self.chime = chime
        self._recorded: Mapping[tuple[str, str], Clip] = {}

    def take(self, rows: Iterable[Recorded]) -> None:
        """These are recorded from here on. One whose file is not there is not."""
        self._recorded = {
            (row.language, row.clip): Clip(path, row.digest, row.ms, _TYPES[".wav"])
            for row in rows
            if (path := self.folder / row.file).is_file()
        }

    def find(self, language: str, clip: str) -> Clip | None:
        """The clip to play; None: there is none."""
        return self._recorded.get((language, clip)) or self._shipped.get((language, clip))

    def length(self, language: str, clip: str) -> int | None:
        """Its milliseconds."""
        found = self.find(language, clip)
        return found.ms if found is not None else None

    def at(self, digest: str, language: str, clip: str) -> Clip | None:
        """The clip of an address; None where it is of another time."""
        found = self.chime if (language, clip) == (NO_LANGUAGE, CHIME) else self.find(language, clip)
        return found if found is not None and found.digest == digest else None


def read_clip(path: Path) -> Clip | None:
    """A file as a clip; None where it is none that can be played."""
    if path.suffix not in _TYPES or not path.is_file():
        return None
    data = path.read_bytes()
    try:
        ms = ogg_ms(data) if path.suffix == ".ogg" else pcm.read_wav(data).ms
    except ClipRefused:
        return None
    return Clip(path, digest_of(data), ms, _TYPES[path.suffix]) if 0 < ms <= _LONGEST_MS else None


def digest_of(data: bytes) -> str:
    """What an address carries of this file."""
    return hashlib.sha256(data).hexdigest()[:12]


def keep(folder: Path, row: Recorded, data: bytes) -> None:
    """Make the file of this row durable: it is there whole, or not at all."""
    path = folder / row.file
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    for each in (path.parent, folder):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(folder: Path, rows: Iterable[Recorded]) -> None:
    """Take away the files that no row names any more, and what a power cut left half done."""
    named = {row.file for row in rows}
    for path in folder.glob("*/*"):
        ours = _FILE.fullmatch(path.name) is not None
        if ours and path.relative_to(folder).as_posix() not in named:
            with contextlib.suppress(OSError):
                path.unlink()


_FILE = re.compile(r"[a-z0-9-]+-[0-9a-f]{12}\.(wav|part)")


# The table -----------------------------------------------------------------------------------------------------------


def recorded(db: Db) -> list[Recorded]:
    """Every clip that was recorded here."""
    query = "SELECT language, clip, digest, ms, staff, at_ms FROM clips ORDER BY language, clip"
    return [Recorded(*row) for row in db.execute(query)]


class ClipTable:
    """Writes that table, within the ledger's transactions."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def enter(self, row: Recorded) -> None:
        """This recording counts from here on."""
        self._db.execute(
            """INSERT INTO clips (language, clip, digest, ms, staff, at_ms) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (language, clip) DO UPDATE SET digest = excluded.digest, ms = excluded.ms,
                staff = excluded.staff, at_ms = excluded.at_ms""",
            (row.language, row.clip, row.digest, row.ms, row.staff, row.at_ms),
        )

    def remove(self, language: str, clip: str) -> None:
        """No recording of this clip counts any more."""
        self._db.execute("DELETE FROM clips WHERE language = ? AND clip = ?", (language, clip))
