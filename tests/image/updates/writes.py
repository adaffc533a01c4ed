"""The log of a machine's writes to its card, as QEMU's blklogwrites keeps it (the kernel's dm-log-writes), replayed.

The log's first sector is about the log; then come entries: a sector with where, how many sectors and flags, and behind
it what was written.
"""

import random
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from image.disk import SLOT_A, SLOT_B, Partition
from kiosk.box.slots import COPIES_LBA, SECTOR, Slot, chosen, newest

MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD = 1, 2, 4
PARTS: dict[Slot, Partition] = {"A": SLOT_A, "B": SLOT_B}


@dataclass(frozen=True, slots=True)
class Write:
    """Sectors from `lba` on; `at` is where their bytes lie in the log. `flush`: all before it is durable then."""

    lba: int
    count: int
    at: int
    flush: bool
    fua: bool


def entries(log: Path) -> list[Write]:
    """All of them, in order; what a pulled plug left half at the end is none."""
    size, found = log.stat().st_size, []
    with log.open("rb") as file:
        magic, version, _, sector = struct.unpack("<QQQI", file.read(28))
        if (magic, version, sector) != (MAGIC, 1, SECTOR):
            raise ValueError(f"{log} is no log of writes")
        at = SECTOR
        while at + SECTOR <= size:
            file.seek(at)
            lba, count, flags, _ = struct.unpack("<QQQQ", file.read(32))
            data = 0 if flags & DISCARD else count * SECTOR
            if at + SECTOR + data > size or (lba, count, flags) == (0, 0, 0):
                break
            found.append(
                Write(lba, 0 if flags & DISCARD else count, at + SECTOR, bool(flags & FLUSH), bool(flags & FUA))
            )
            at += SECTOR + data
    return found


@dataclass
class Slots:
    """What a replay has come to: the two copies of the record, and which sectors of each slot are not as they have to
    be (1)."""

    copies: list[bytes]
    wrong: dict[Slot, bytearray]

    def copy(self) -> "Slots":
        return Slots(list(self.copies), {slot: bytearray(wrong) for slot, wrong in self.wrong.items()})

    def chosen(self) -> Slot:
        """The slot that the boot loader starts."""
        return chosen(newest(self.copies)[0]).order[0]

    def whole(self) -> bool:
        """Whether that one is as it has to be."""
        return 1 not in self.wrong[self.chosen()]


@dataclass
class Replay:
    """The writes of one run. `wanted`: what each slot has to hold to be whole; `before`: the card before the run."""

    log: Path
    wanted: dict[Slot, Path]
    before: Path
    chance: random.Random
    writes: list[Write] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.writes = self.writes or entries(self.log)

    def cuts(self, count: int) -> list[int]:
        """After how many writes the plug is pulled: around every change of the record, the rest evenly."""
        every = range(len(self.writes) + 1)
        records = [place for place, each in enumerate(self.writes) if self._of_record(each)]
        near = {place + step for place in records for step in (-1, 0, 1, 2)} & set(every)
        rest = [place for place in every if place not in near]
        wanted = min(max(count - len(near), 0), len(rest))
        return sorted(near | {rest[len(rest) * number // wanted] for number in range(wanted)})

    def _of_record(self, write: Write) -> bool:
        return any(write.lba <= lba < write.lba + write.count for lba in COPIES_LBA)

    def judged(self, cuts: Sequence[int]) -> Iterator[tuple[int, Slot, bool]]:
        """At each cut: which slot is chosen, and whether it is whole: with every write before it on the card, and once
        more with any of those lost that no flush has followed."""
        wanted = set(cuts)
        with self.log.open("rb") as log:
            state = self._at_first()
            durable, loose = state.copy(), list[Write]()
            for place in range(len(self.writes) + 1):
                if place in wanted:
                    yield place, state.chosen(), state.whole()
                    lossy = durable.copy()
                    for each in loose:
                        if each.fua or self.chance.random() < 0.5:
                            self._apply(lossy, each, log)
                    yield place, lossy.chosen(), lossy.whole()
                if place < len(self.writes):
                    write = self.writes[place]
                    if write.flush:
                        durable, loose = state.copy(), []
                    self._apply(state, write, log)
                    loose.append(write)

    def _at_first(self) -> Slots:
        copies, wrong = [], dict[Slot, bytearray]()
        with self.before.open("rb") as card:
            for lba in COPIES_LBA:
                card.seek(lba * SECTOR)
                copies.append(card.read(SECTOR))
            for slot, part in PARTS.items():
                card.seek(part.start)
                wrong[slot] = _differs(card.read(self.wanted[slot].stat().st_size), self.wanted[slot].read_bytes())
        return Slots(copies, wrong)

    def _apply(self, state: Slots, write: Write, log: BinaryIO) -> None:
        log.seek(write.at)
        data = log.read(write.count * SECTOR)
        for copy, lba in enumerate(COPIES_LBA):
            if write.lba <= lba < write.lba + write.count:
                state.copies[copy] = data[(lba - write.lba) * SECTOR :][:SECTOR]
        for slot, part in PARTS.items():
            first = write.lba - part.start // SECTOR
            if -write.count < first < len(state.wrong[slot]):
                self._compare(slot, state.wrong[slot], first, data)

    def _compare(self, slot: Slot, wrong: bytearray, first: int, data: bytes) -> None:
        skipped = max(-first, 0)
        begin, data = first + skipped, data[skipped * SECTOR :]
        data = data[: (len(wrong) - begin) * SECTOR]
        with self.wanted[slot].open("rb") as file:
            file.seek(begin * SECTOR)
            wrong[begin : begin + len(data) // SECTOR] = _differs(data, file.read(len(data)))

    def card_at(self, cut: int, path: Path) -> None:
        """The card as it is after so many writes, as a file."""
        with path.open("r+b") as card, self.log.open("rb") as log:
            for write in self.writes[:cut]:
                log.seek(write.at)
                card.seek(write.lba * SECTOR)
                card.write(log.read(write.count * SECTOR))


def _differs(found: bytes, wanted: bytes) -> bytearray:
    """For each sector whether it is another."""
    if found == wanted:
        return bytearray(len(wanted) // SECTOR)
    pairs = range(0, len(wanted), SECTOR)
    return bytearray(int(found[at : at + SECTOR] != wanted[at : at + SECTOR]) for at in pairs)


def named_before_written(writes: Sequence[Write]) -> list[Write]:
    """The control: the same run of an installer that names the other slot before it writes it."""
    last = max(place for place, each in enumerate(writes) if each.lba in COPIES_LBA)
    first = next(place for place, each in enumerate(writes) if SLOT_B.start <= each.lba * SECTOR < SLOT_B.end)
    return [*writes[:first], writes[last], *writes[first:last], *writes[last + 1 :]]
