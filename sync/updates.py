"""The next release as it lies in a folder: a bundle that is whole, beside a note of what it is; or a part of one.

    ready.raucb   a whole bundle; it counts only beside
    ready.json    its release, SHA-256 and size. Written last and taken away first
    part.raucb    what has come so far of the one that
    part.json     names
    fetched.json  what was fetched last: whoever installs takes the bundle away, and it is not fetched once more
    told.json     how fetching stands, for whoever looks

Nothing here installs anything, or trusts what came: the bundle's signature is looked at by who installs it.
"""

import contextlib
import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import msgspec

from sync.durable import sync_folder, write_durably

READY, READY_NOTE = "ready.raucb", "ready.json"
PART, PART_NOTE = "part.raucb", "part.json"
FETCHED_NOTE = "fetched.json"
TOLD = "told.json"
REFUSED = "refused"
"""How the appliance calls a bundle that it did not even try (kiosk.box.update_rules)."""
MOST_BYTES = 2 * 1024**3
"""Of a bundle: more than a slot of the card holds."""
AT_ONCE = 1024 * 1024

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,63}\Z")]
Text = Annotated[str, msgspec.Meta(max_length=300)]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Size = Annotated[int, msgspec.Meta(ge=1, le=MOST_BYTES)]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A release to install: the SHA-256 (hex) and the bytes of its file. `replaces`: the releases that it is meant for,
    none means every other one."""

    release: Name
    sha256: Digest
    size: Size
    replaces: tuple[Name, ...] = ()

    def same(self, other: "Bundle | None") -> bool:
        """Whether the other one is this very file."""
        return other is not None and replace(other, replaces=self.replaces) == self


@dataclass(frozen=True, slots=True)
class Last:
    """What became of the update that was tried last: `result` is a code, `why` is English, for the technician."""

    release: Text
    result: Text
    at_utc_ms: int | None = None
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """What runs here, from which `slot`, and what became of the last update. None: not known."""

    running: Text | None = None
    slot: Text | None = None
    last: Last | None = None


@dataclass(frozen=True, slots=True)
class Fetching:
    """How fetching stands: which release, `have` bytes of `size`; `why` is a code of what is in the way, None: nothing.
    Whole once both are the same."""

    release: Name | None = None
    have: int = 0
    size: int = 0
    why: Text | None = None


def read_machine(path: Path, otherwise: Machine) -> Machine:
    """What the card's file says, else this."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Machine)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return otherwise


def read_told(folder: Path) -> Fetching:
    """How fetching stood when it last said so."""
    try:
        return msgspec.json.decode((folder / TOLD).read_bytes(), type=Fetching)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Fetching()


def stands_for(offered: Bundle, machine: Machine) -> bool:
    """Whether this bundle is meant for this machine: it runs another release, one of those that it replaces."""
    if offered.release == machine.running:
        return False
    return not offered.replaces or machine.running in offered.replaces


def was_tried(offered: Bundle, machine: Machine) -> bool:
    """Whether it was tried here; where it does not run, it did not stay. One that was refused had other bytes than what
    is offered."""
    last = machine.last
    return last is not None and last.release == offered.release and last.result != REFUSED


class Shelf:
    """The folder. Every method raises OSError; each one is one step, durable when it returns but for `append`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def note(self, name: str) -> Bundle | None:
        """What this note says; None: there is none that can be read."""
        try:
            return msgspec.json.decode((self.folder / name).read_bytes(), type=Bundle)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def size(self, name: str) -> int | None:
        """The bytes of this file; None: there is none."""
        try:
            return (self.folder / name).stat().st_size
        except FileNotFoundError:
            return None

    def free(self) -> int:
        """Bytes that may still be written to the disk."""
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def write_note(self, name: str, bundle: Bundle) -> None:
        """This note says so from here on."""
        plain = {"release": bundle.release, "sha256": bundle.sha256, "size": bundle.size}
        told = plain | ({"replaces": bundle.replaces} if bundle.replaces else {})
        write_durably(self.folder / name, msgspec.json.encode(told), mode=0o640)

    def append(self, data: bytes) -> None:
        """More of the part: what the disk did not take whole is there in part."""
        with (self.folder / PART).open("ab", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]

    def flush(self) -> None:
        """The part is on the disk as far as it has come."""
        with (self.folder / PART).open("rb") as file:
            os.fsync(file.fileno())

    def digest(self) -> str:
        """The SHA-256 of the part, as the disk has it: what memory holds of it is dropped first."""
        found = hashlib.sha256()
        with (self.folder / PART).open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while data := file.read(AT_ONCE):
                found.update(data)
        return found.hexdigest()

    def rename(self, old: str, new: str) -> None:
        """This file has the other name, whatever had it before."""
        (self.folder / old).replace(self.folder / new)
        sync_folder(self.folder)

    def remove(self, name: str) -> None:
        """This file is gone, if there was one."""
        with contextlib.suppress(FileNotFoundError):
            (self.folder / name).unlink()
            sync_folder(self.folder)

    def piece(self, bundle: Bundle, offset: int, most: int) -> bytes | None:
        """Bytes of the whole bundle from here on; None: another one lies here, or none."""
        if not bundle.same(self.note(READY_NOTE)):
            return None
        try:
            with (self.folder / READY).open("rb") as file:
                file.seek(offset)
                data = file.read(min(most, bundle.size - offset))
        except FileNotFoundError:
            return None
        return data if bundle.same(self.note(READY_NOTE)) and data else None

    def tell(self, how: Fetching) -> None:
        """For whoever looks: whole, though not forced onto the disk."""
        part = self.folder / f"{TOLD}.part"
        part.write_bytes(msgspec.json.encode(how))
        part.replace(self.folder / TOLD)
