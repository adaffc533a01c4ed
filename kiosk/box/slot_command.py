"""`slot status | get-primary | set-primary B | get-state B | set-state B good | get-current`: RAUC's way to the record.

The arguments and answers are those of RAUC's custom boot loader backend (its manual, "Custom"); `status` is for people.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from kiosk.box.slots import (
    COPIES_LBA,
    SECTOR,
    SLOTS,
    Record,
    Slot,
    SlotError,
    chosen,
    confirmed,
    newest,
    refused,
    tried_next,
    written,
)

CARD = Path("/run/scorecard/card")
"""Here the first root leaves what the card's partitions are called, without their number."""
ARGUMENTS = Path("/proc/cmdline")


class Disk(Protocol):
    """Sectors of the card."""

    def read(self, lba: int) -> bytes: ...

    def write(self, lba: int, sector: bytes) -> None:
        """Durable when it returns."""


class Card:
    """The card's device, or a file that stands for it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, lba: int) -> bytes:
        """A sector. Raises OSError."""
        with self._path.open("rb") as file:
            file.seek(lba * SECTOR)
            return file.read(SECTOR)

    def write(self, lba: int, sector: bytes) -> None:
        """A sector, on the medium when this returns. Raises OSError."""
        with self._path.open("r+b", buffering=0) as file:
            file.seek(lba * SECTOR)
            file.write(sector)
            os.fsync(file.fileno())


def answer(words: Sequence[str], disk: Disk, current: str) -> str:
    """What is printed. Raises SlotError for what cannot be done or is not understood, OSError from the card."""
    sectors = [disk.read(lba) for lba in COPIES_LBA]
    record, _ = newest(sectors)
    match list(words):
        case ["status"]:
            return _told(record, current)
        case ["get-current"]:
            return current
        case ["get-primary"]:
            return chosen(record).order[0]
        case ["get-state", slot]:
            return "bad" if record.standing(_slot(slot)) == "bad" else "good"
        case ["set-primary", slot]:
            _write(disk, sectors, tried_next(record, _slot(slot)))
        case ["set-state", slot, "good"]:
            _write(disk, sectors, confirmed(record, _slot(slot)))
        case ["set-state", slot, "bad"]:
            _write(disk, sectors, refused(record, _slot(slot)))
        case _:
            raise SlotError(f"{' '.join(words) or 'nothing'} is not understood", hint=(__doc__ or "").splitlines()[0])
    return ""


def _write(disk: Disk, sectors: Sequence[bytes], record: Record) -> None:
    place, sector = written(sectors, record)
    disk.write(COPIES_LBA[place], sector)


def _slot(name: str) -> Slot:
    for slot in SLOTS:
        if name == slot:
            return slot
    raise SlotError(f'there is no slot "{name}"', hint="say A or B")


def _told(record: Record, current: str) -> str:
    lines = [f"running: {current or 'unknown'}", f"next: {chosen(record).order[0]}"]
    for slot in SLOTS:
        tries = f", {record.left} starts left" if record.standing(slot) == "trying" and slot == record.first else ""
        lines.append(f"{slot}: {record.standing(slot)}{tries}")
    return "\n".join(lines)


def current_slot(arguments: str) -> str:
    """The slot that the kernel was started from, by its command line; "" where it does not say."""
    found = [word.partition("=")[2] for word in arguments.split() if word.startswith("rauc.slot=")]
    return found[-1] if found else ""


def whole_disk(partition_prefix: str) -> Path:
    """/dev/mmcblk0p → /dev/mmcblk0; /dev/vda → /dev/vda."""
    name = partition_prefix.strip()
    return Path(name[:-1] if name.endswith("p") and name[-2:-1].isdigit() else name)


def main(words: Sequence[str]) -> int:
    """Do it on this machine's card."""
    try:
        told = answer(words, Card(whole_disk(CARD.read_text())), current_slot(ARGUMENTS.read_text()))
    except (SlotError, OSError) as error:
        hint = error.hint if isinstance(error, SlotError) else "this works on the appliance, as root"
        print(f"{error}. {hint}", file=sys.stderr)
        return 1
    if told:
        print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
