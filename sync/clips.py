"""The clips of speech that an office recorded, as a display keeps them: files, and an index that says which count. Pure
but for reading and writing them.

A file carries the first 12 hex digits of its SHA-256 in its name. The index is written last, so
that it never names half a clip.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from sync.keys import write_durably

FOLDER = "clips"
"""Below a display's data."""
INDEX = "index.json"
MOST_BYTES = 2 * 1024 * 1024
"""Of one clip: twenty seconds at the highest rate."""
_FILE = re.compile(r"[a-z0-9-]{1,20}-[0-9a-f]{12}\.wav")
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{12}\\Z")]
Name = Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,20}\\Z")]


@dataclass(frozen=True, slots=True, order=True)
class Clip:
    """One clip of a language: `digest` of its file, `ms` that it lasts."""

    language: Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}\\Z")]
    clip: Name
    digest: Digest
    ms: Annotated[int, msgspec.Meta(ge=1, le=60_000)]

    @property
    def file(self) -> str:
        """Its file below the folder of clips."""
        return f"{self.language}/{self.clip}-{self.digest}.wav"


def digest_of(data: bytes) -> str:
    """What a file's name carries of it."""
    return hashlib.sha256(data).hexdigest()[:12]


def read_index(folder: Path) -> tuple[Clip, ...]:
    """The clips that count here; none where there is no index, or none that can be read."""
    try:
        return msgspec.json.decode((folder / INDEX).read_bytes(), type=tuple[Clip, ...])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ()


def read_clip(folder: Path, clip: Clip) -> bytes | None:
    """The bytes of a clip; None where they are not those that its name promises."""
    try:
        data = (folder / clip.file).read_bytes()
    except OSError:
        return None
    return data if digest_of(data) == clip.digest else None


def keep_clip(folder: Path, clip: Clip, data: bytes) -> None:
    """Make the file of this clip durable. Raises OSError."""
    path = folder / clip.file
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, data)


def keep_index(folder: Path, clips: Iterable[Clip]) -> None:
    """These count from here on; files of others are taken away afterwards. Raises OSError."""
    counting = tuple(sorted(clips))
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(folder / INDEX, msgspec.json.encode(counting))
    named = {each.file for each in counting}
    for path in folder.glob("*/*"):
        if _FILE.fullmatch(path.name) and path.relative_to(folder).as_posix() not in named:
            with contextlib.suppress(OSError):
                path.unlink()
