"""How the card is divided. Pure: sizes, and the bytes of its first sector.

A master boot record, since a Raspberry Pi 3 reads no other: 1 the firmware's FAT, 2 and 3 the slots A and B, 4 the
data, which grows into the card at the first start. Between record and first partition lie the two copies of what is
tried next (kiosk.box.slots).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.box.slots import COPIES_LBA, SECTOR

MIB = 1 << 20
SIGNATURE = 0x5C0B0C5D
"""The card's own name: `PARTUUID=5c0b0c5d-04` is its data, whatever the device is called."""
FAT, LINUX = 0x0C, 0x83


@dataclass(frozen=True, slots=True)
class Partition:
    """`start` and `size` in bytes; `kind` is the record's number for what is in it."""

    name: str
    kind: int
    start: int
    size: int

    @property
    def end(self) -> int:
        """The byte after it."""
        return self.start + self.size


FIRMWARE = Partition("firmware", FAT, 4 * MIB, 96 * MIB)
SLOT_A = Partition("A", LINUX, FIRMWARE.end, 700 * MIB)
SLOT_B = Partition("B", LINUX, SLOT_A.end, 700 * MIB)
DATA = Partition("data", LINUX, SLOT_B.end, 64 * MIB)
PARTITIONS = (FIRMWARE, SLOT_A, SLOT_B, DATA)
TOTAL = DATA.end

if not all(SECTOR < lba * SECTOR < FIRMWARE.start for lba in COPIES_LBA):
    raise AssertionError("what is tried next would lie in a partition")


def boot_record(partitions: Sequence[Partition] = PARTITIONS) -> bytes:
    """The first sector: a boot record without code, the card's signature and up to four partitions."""
    entries = b"".join(_entry(each, bootable=place == 0) for place, each in enumerate(partitions))
    return bytes(440) + SIGNATURE.to_bytes(4, "little") + bytes(2) + entries.ljust(64, b"\0") + b"\x55\xaa"


def _entry(partition: Partition, *, bootable: bool) -> bytes:
    """Sixteen bytes; the cylinders of old are said to be too many to be told (fe ff ff), as is usual."""
    beyond = b"\xfe\xff\xff"
    where = (partition.start // SECTOR).to_bytes(4, "little") + (partition.size // SECTOR).to_bytes(4, "little")
    return (b"\x80" if bootable else b"\0") + beyond + bytes([partition.kind]) + beyond + where
