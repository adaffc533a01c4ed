"""Which of the two systems on the card starts: a record of one sector, in two copies, for the boot script too. Pure.

A record is what U-Boot's `env export -c` writes: CRC-32 (little-endian) of all that follows, then `name=value` texts,
each ended by a zero byte, and zero bytes to the sector's end. A change is written to the copy that was not chosen, so a
cut in the middle leaves the other, which was true until then. image/choose.cmd is the same rule in the boot loader's
language; a test runs both on every state.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kiosk.errors import KioskError

__all__ = [
    "COPIES_LBA",
    "SECTOR",
    "TRIES",
    "Chosen",
    "Record",
    "SlotError",
    "chosen",
    "confirmed",
    "decode",
    "encode",
    "newest",
    "other",
    "refused",
    "tried_next",
    "written",
]

SECTOR = 512
COPIES_LBA = (2048, 4096)
"""Where the copies lie, in sectors: 1 MiB apart, so that no erase block of a card holds both."""
TRIES = 3
"""Starts that a new system gets before the old one is taken up again."""

Slot = Literal["A", "B"]
Standing = Literal["good", "trying", "bad"]
SLOTS: tuple[Slot, Slot] = ("A", "B")
STANDINGS: tuple[Standing, ...] = ("good", "trying", "bad")


class SlotError(KioskError):
    """The two systems of the card cannot be told or changed."""


@dataclass(frozen=True, slots=True)
class Record:
    """`first` is tried first; `a`, `b` say how each slot stands; `left` starts are left while `first` is tried.

    `seq` counts the changes; the higher one of two copies holds.
    """

    seq: int = 0
    first: Slot = "A"
    left: int = 0
    a: Standing = "good"
    b: Standing = "bad"

    def standing(self, slot: Slot) -> Standing:
        """How this slot stands."""
        return self.a if slot == "A" else self.b

    def with_standing(self, slot: Slot, standing: Standing) -> "Record":
        """The same, with this slot standing so."""
        return replace(self, a=standing) if slot == "A" else replace(self, b=standing)


UNWRITTEN = Record()
"""What holds where no copy can be read: a card as it was flashed, with nothing in B."""


def other(slot: Slot) -> Slot:
    """The one beside it."""
    return "B" if slot == "A" else "A"


def encode(record: Record) -> bytes:
    """The sector of this record, byte for byte as the boot loader writes it: the names in their alphabet's order."""
    texts = {
        "scb_a": record.a,
        "scb_b": record.b,
        "scb_first": record.first,
        "scb_left": str(record.left),
        "scb_seq": f"{record.seq:x}",
    }
    body = b"".join(f"{name}={value}\0".encode() for name, value in texts.items())
    body = body.ljust(SECTOR - 4, b"\0")
    return zlib.crc32(body).to_bytes(4, "little") + body


def decode(sector: bytes) -> Record | None:
    """The record of this sector; None: there is none, or it was cut in the middle."""
    crc, body = sector[:4], sector[4:SECTOR]
    if len(sector) < SECTOR or zlib.crc32(body).to_bytes(4, "little") != crc:
        return None
    found = re.findall(rb"([a-z_]+)=([A-Za-z0-9]*)\0", body)
    return _record({name.decode(): value.decode() for name, value in found})


def _record(texts: Mapping[str, str]) -> Record | None:
    seq, first, left = texts.get("scb_seq", ""), texts.get("scb_first"), texts.get("scb_left", "")
    a, b = texts.get("scb_a"), texts.get("scb_b")
    well = re.fullmatch(r"[0-9a-f]{1,8}", seq) and re.fullmatch(r"[0-3]", left)
    if not well or first not in SLOTS or a not in STANDINGS or b not in STANDINGS:
        return None
    return Record(int(seq, 16), first, int(left), a, b)


def newest(sectors: Sequence[bytes]) -> tuple[Record, int]:
    """The record that holds, and which copy it is (0 or 1); the next change belongs into the other."""
    found = [(record, place) for place, record in enumerate(map(decode, sectors)) if record is not None]
    if not found:
        return UNWRITTEN, 1
    return max(found, key=lambda each: (each[0].seq, -each[1]))


def written(sectors: Sequence[bytes], record: Record) -> tuple[int, bytes]:
    """Where (0 or 1) and what to write so that this record holds from then on, whatever its `seq` was."""
    holds, place = newest(sectors)
    return 1 - place, encode(replace(record, seq=holds.seq + 1))


@dataclass(frozen=True, slots=True)
class Chosen:
    """In which `order` slots are tried at this start; `changed`: what has to be written before, None: nothing."""

    order: tuple[Slot, Slot]
    changed: Record | None


def chosen(record: Record) -> Chosen:
    """What the boot loader does. A good slot costs no write; one that is tried is counted down before it starts."""
    first = record.first
    second = other(first)
    if record.standing(first) == "bad":
        return Chosen((second, first), None)
    if record.standing(first) == "good":
        return Chosen((first, second), None)
    if record.left == 0:
        return Chosen((second, first), replace(record.with_standing(first, "bad"), first=second))
    return Chosen((first, second), replace(record, left=record.left - 1))


def tried_next(record: Record, slot: Slot) -> Record:
    """This slot was written anew and is to be tried at the next start."""
    return replace(record.with_standing(slot, "trying"), first=slot, left=TRIES)


def confirmed(record: Record, slot: Slot) -> Record:
    """This slot runs well: from now on it is good, and first."""
    return replace(record.with_standing(slot, "good"), first=slot, left=0)


def refused(record: Record, slot: Slot) -> Record:
    """This slot must not be started: it is about to be overwritten, or it failed. Raises SlotError if no other is
    good."""
    beside = other(slot)
    if record.standing(beside) != "good":
        raise SlotError(
            f"slot {slot} cannot be given up: slot {beside} is {record.standing(beside)}",
            hint="let the system that runs be confirmed first (it is, some minutes after it started well)",
        )
    return replace(record.with_standing(slot, "bad"), first=beside, left=0)
