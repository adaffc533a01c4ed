"""Where a kiosk.toml is put: the folder of a mounted card, a card's device that is not mounted, an image file."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from image.errors import ImageError
from kiosk.box.slots import SECTOR
from kiosk.box.source import NAME
from kiosk.box.wipe import FolderCard

FAT_KINDS = frozenset({0x01, 0x04, 0x06, 0x0B, 0x0C, 0x0E})
MOUNTS = Path("/proc/mounts")


@dataclass(frozen=True, slots=True)
class Extent:
    """A partition of a card, in bytes."""

    start: int
    size: int


def fat_of(record: bytes) -> Extent:
    """The first FAT partition of a master boot record. Raises ImageError."""
    if len(record) < SECTOR or record[510:512] != b"\x55\xaa":
        hint = (
            "Name the card (/dev/mmcblk0, /dev/sdb) or the image (scorecard.img), not a partition; unpack an .xz first."
        )
        raise ImageError("there is no partition table at its beginning", hint=hint)
    for at in range(446, 510, 16):
        kind, start, size = record[at + 4], record[at + 8 : at + 12], record[at + 12 : at + 16]
        if kind in FAT_KINDS and any(size):
            return Extent(int.from_bytes(start, "little") * SECTOR, int.from_bytes(size, "little") * SECTOR)
    raise ImageError("it has no FAT partition", hint="Write the image of the appliance onto the card first.")


class Target:
    """A card. `read` gives its kiosk.toml, None where it has none; `write` replaces it and compares what it reads back.
    Both raise ImageError."""

    def read(self) -> bytes | None:
        """What is there."""
        raise ImageError("nothing is read", hint="Name a card.")

    def write(self, content: bytes) -> None:
        """Put it there."""
        raise ImageError("nothing is written", hint="Name a card.")

    def compare(self, content: bytes) -> None:
        """What was written, read back."""
        if self.read() != content:
            hint = "Try another card or reader: this one does not keep what is written to it."
            raise ImageError("the card does not give back what was written", hint=hint)


class Folder(Target):
    """A mounted card's folder."""

    def __init__(self, folder: Path) -> None:
        self._card = FolderCard(folder)

    def read(self) -> bytes | None:
        """See Target."""
        try:
            return self._card.read(NAME)
        except OSError as error:
            raise ImageError(f"{error.filename}: {error.strerror}", hint="Is the card still there?") from error

    def write(self, content: bytes) -> None:
        """See Target. A new file first: whoever pulls the card out in between has the old one."""
        try:
            self._card.write("kiosk.new", content)
            self._card.rename("kiosk.new", NAME)
        except OSError as error:
            hint = "Is there room on the card, and may it be written (the small switch at its side)?"
            raise ImageError(f"{error.filename}: {error.strerror}", hint=hint) from error
        self.compare(content)


class Disk(Target):
    """A card's device, or an image file; written by mtools, without mounting anything."""

    def __init__(self, path: Path, mounts: Path = MOUNTS) -> None:
        if shutil.which("mcopy") is None:
            raise ImageError("mcopy is not installed", hint="Install the Debian package mtools, or mount the card.")
        mounted = [line.split()[1] for line in mounts.read_text("utf-8").splitlines() if line.startswith(str(path))]
        if mounted:
            hint = f"Unmount it, or write into its folder: image/configure {mounted[0]} …"
            raise ImageError(f"{path} is mounted on {', '.join(mounted)}", hint=hint)
        try:
            with path.open("rb") as file:
                fat = fat_of(file.read(SECTOR))
        except OSError as error:
            hint = "Is it the right name, and may this user read and write it (sudo)?"
            raise ImageError(f"{path}: {error.strerror}", hint=hint) from error
        self._path, self._place = path, f"{path}@@{fat.start}"

    def read(self) -> bytes | None:
        """See Target."""
        done = self._run(["mcopy", "-n", "-i", self._place, f"::{NAME}", "-"])
        if done.returncode and b"not found" in done.stderr:
            return None
        return self._good(done).stdout

    def write(self, content: bytes) -> None:
        """See Target."""
        self._good(self._run(["mcopy", "-o", "-i", self._place, "-", f"::{NAME}"], content))
        with self._path.open("rb") as file:
            os.fsync(file.fileno())
        self.compare(content)

    def _run(self, command: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, input=given, capture_output=True, check=False)

    def _good(self, done: subprocess.CompletedProcess[bytes]) -> subprocess.CompletedProcess[bytes]:
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().replace("\n", "; ")
            raise ImageError(f"{self._path}: {said}", hint="Is it a card of the appliance, and may it be written?")
        return done


def target(path: Path) -> Target:
    """The card that this path names. Raises ImageError."""
    if path.is_dir():
        return Folder(path)
    if path.suffix in (".xz", ".gz", ".zst", ".zip"):
        raise ImageError(f"{path} is packed", hint=f"Unpack it first: unxz --keep {path}")
    return Disk(path)


def sparse_copy(source: Path, to: Path) -> None:
    """A copy that takes no more room than what is in it. Raises ImageError."""
    done = subprocess.run(["cp", "--sparse=always", "--reflink=auto", source, to], capture_output=True, check=False)
    if done.returncode:
        raise ImageError(f"{to}: {done.stderr.decode().strip()}", hint="Is there room on the disk?")
