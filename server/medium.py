"""Where backups lie: a folder on another disk, which may be away, full, worn, or not mounted at all.

A backup is written under a draft's name, durable, read back from the medium and not from memory, and gets its name
last: whatever has the name of a backup was verified.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from server.errors import BackupFailed
from sync.disk import DiskTrouble, trouble_of

DRAFT = ".draft"
AWAY, SAME_DISK, FULL, READ_ONLY, FAILED = "away", "same-disk", "full", "read-only", "failed"
DAMAGED = "damaged"
_CODES = {DiskTrouble.FULL: FULL, DiskTrouble.READ_ONLY: READ_ONLY, DiskTrouble.FAILED: FAILED}
_HINTS = {
    AWAY: "Connect the backup disk, and look whether it is mounted there.",
    SAME_DISK: "Mount another disk, a stick or a share of another machine there: one disk dies with all that is on it.",
    FULL: "Make room there; the oldest backups can go.",
    READ_ONLY: "Let the server's user write there, or take the write protection off.",
    FAILED: "Exchange the stick or disk, or look after the network share.",
    DAMAGED: "Exchange the stick or disk: it does not give back what it was given.",
}


class Medium(Protocol):
    """What a backup needs of its place. Every method raises OSError where the place does not do it."""

    @property
    def place(self) -> str: ...

    def check(self) -> None: ...

    def draft(self, name: str) -> BinaryIO: ...

    def read_back(self, name: str) -> BinaryIO: ...

    def publish(self, name: str) -> None: ...

    def names(self) -> list[str]: ...

    def remove(self, name: str) -> None: ...


class Folder:
    """A folder whose disk is another than that of `data`. `disk_of(path)` names the disk that a path lies on."""

    def __init__(self, folder: Path, data: Path, disk_of: Callable[[Path], str] | None = None) -> None:
        self._folder, self._data = folder, data
        self._disk_of = disk_of or disk

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return str(self._folder)

    def check(self) -> None:
        """Raise BackupFailed where nothing may be put here. An empty mount point is the data's own disk."""
        try:
            next(self._folder.iterdir(), None)  # has a disk mounted that is mounted when somebody looks
        except OSError as error:
            raise failed(AWAY, f"{self._folder}: {error.strerror}") from error
        if self._disk_of(self._folder) == self._disk_of(self._data):
            raise failed(SAME_DISK, f"{self._folder} lies on the same disk as the server's data")

    def draft(self, name: str) -> BinaryIO:
        """A new file, which only its owner reads."""
        handle = os.open(self._draft(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        return os.fdopen(handle, "wb")

    def read_back(self, name: str) -> BinaryIO:
        """The draft, durable, as the medium has it: what memory still holds of the file is dropped first."""
        file = self._draft(name).open("rb")
        try:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        except BaseException:
            file.close()
            raise
        return file

    def publish(self, name: str) -> None:
        """Give the draft its name, durably."""
        self._draft(name).rename(self._folder / name)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def names(self) -> list[str]:
        """What lies there, drafts too."""
        return [each.name for each in self._folder.iterdir() if each.is_file()]

    def remove(self, name: str) -> None:
        """Take a file away."""
        (self._folder / name).unlink(missing_ok=True)

    def _draft(self, name: str) -> Path:
        return self._folder / (name + DRAFT)


def failed(code: str, message: str) -> BackupFailed:
    """The error for this trouble with a medium."""
    return BackupFailed(code, message, hint=_HINTS[code])


def failed_by(error: OSError, place: str) -> BackupFailed:
    """The same for what the system said."""
    return failed(_CODES[trouble_of(error)], f"{place}: {error}")


def disk(path: Path, system: Path = Path("/sys/dev/block")) -> str:
    """The disk that a path lies on: its device, for a partition that of the whole disk.

    Shares and other file systems without a block device go by their own number.
    """
    number = path.stat().st_dev
    name = f"{os.major(number)}:{os.minor(number)}"
    node = system / name
    if (node / "partition").exists():
        return (node.resolve().parent / "dev").read_text("ascii").strip()
    return name
