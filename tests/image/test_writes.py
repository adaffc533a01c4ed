"""A log of writes replayed: which slot is chosen at each cut, and whether it is whole; on cards of a few sectors."""

import random
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from image.disk import SLOT_A, SLOT_B
from kiosk.box.slot_command import Card
from kiosk.box.slots import COPIES_LBA, SECTOR, Record, Slot, newest, refused, tried_next, written
from tests.image.updates.writes import DISCARD, FLUSH, FUA, MAGIC, PARTS, Replay, entries, named_before_written

SECTORS = 64
OLD = random.Random(1).randbytes(SECTORS * SECTOR)
NEW = random.Random(2).randbytes(SECTORS * SECTOR)
FLASHED = [bytes(SECTOR), bytes(SECTOR)]


class Log:
    """A machine's writes, as QEMU keeps them."""

    def __init__(self) -> None:
        self.text = struct.pack("<QQQI", MAGIC, 1, 0, SECTOR).ljust(SECTOR, b"\0")

    def write(self, lba: int, data: bytes, flags: int = 0) -> None:
        head = struct.pack("<QQQQ", lba, len(data) // SECTOR, flags, 0)
        self.text += head.ljust(SECTOR, b"\0") + data

    def flush(self) -> None:
        self.write(0, b"", FLUSH)


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """As it was flashed."""
    path = tmp_path / "card"
    with path.open("wb") as file:
        file.truncate(SLOT_B.end)
        file.seek(SLOT_A.start)
        file.write(OLD)
    return path


def installation(*, flushed: bool = True) -> Log:
    """The other slot is given up, written in pieces, and named. Without `flushed` nothing waits for what is before."""
    log, copies = Log(), list(FLASHED)
    log.write(100_000_000 // SECTOR, b"x" * SECTOR)
    for record in (refused(Record(), "B"), None, tried_next(Record(), "B")):
        if record is None:
            for at in range(0, SECTORS, 8):
                log.write(SLOT_B.start // SECTOR + at, NEW[at * SECTOR : (at + 8) * SECTOR])
        else:
            place, copies[place] = written(copies, record)
            log.write(COPIES_LBA[place], copies[place])
        if flushed:
            log.flush()
    return log


def replay(folder: Path, card: Path, log: Log) -> Replay:
    slots: dict[Slot, Path] = {"A": folder / "a", "B": folder / "b"}
    slots["A"].write_bytes(OLD)
    slots["B"].write_bytes(NEW)
    (folder / "log").write_bytes(log.text)
    return Replay(folder / "log", slots, card, random.Random(3))


def test_at_every_cut_of_an_installation_a_whole_slot_is_chosen(tmp_path: Path, card: Path) -> None:
    found = replay(tmp_path, card, installation())
    judged = list(found.judged(range(len(found.writes) + 1)))
    assert len(judged) == 2 * (len(found.writes) + 1)
    assert all(whole for _, _, whole in judged)
    assert {slot for _, slot, _ in judged} == {"A", "B"}


def test_control_an_installer_that_names_the_slot_before_it_writes_it_is_found(tmp_path: Path, card: Path) -> None:
    found = replay(tmp_path, card, installation())
    found.writes = named_before_written(found.writes)
    assert not all(whole for _, _, whole in found.judged(range(len(found.writes) + 1)))


def test_control_an_installer_that_flushes_nothing_is_found(tmp_path: Path, card: Path) -> None:
    """In order nothing is wrong: a card that had not written all yet shows it."""
    found = replay(tmp_path, card, installation(flushed=False))
    every = list(found.judged(range(len(found.writes) + 1)))
    assert all(whole for _, _, whole in every[::2])
    assert not all(whole for _, _, whole in every[1::2])


def test_control_a_slot_that_is_written_while_it_runs_is_found(tmp_path: Path, card: Path) -> None:
    log = Log()
    log.write(SLOT_A.start // SECTOR + 3, bytes(SECTOR))
    found = replay(tmp_path, card, log)
    assert [whole for _, _, whole in found.judged([0, 1])][:3] == [True, True, False]


def test_cuts_are_around_the_record_s_changes_and_everywhere_else(tmp_path: Path, card: Path) -> None:
    found = replay(tmp_path, card, installation())
    cuts = found.cuts(10)
    records = [place for place, each in enumerate(found.writes) if each.lba in COPIES_LBA]
    assert {place + step for place in records for step in (0, 1)} <= set(cuts)
    assert cuts == sorted(set(cuts))
    assert len(cuts) == max(10, len({place + step for place in records for step in (-1, 0, 1, 2)}))
    assert found.cuts(1000) == list(range(len(found.writes) + 1))


def test_the_log_is_read_as_it_was_written_and_half_an_entry_is_none(tmp_path: Path) -> None:
    log = Log()
    log.write(7, bytes(2 * SECTOR), FUA)
    log.flush()
    log.text += struct.pack("<QQQQ", 9, 4, DISCARD, 0).ljust(SECTOR, b"\0")
    log.write(11, b"y" * SECTOR)
    path = tmp_path / "log"
    path.write_bytes(log.text)
    found = entries(path)
    assert [(each.lba, each.count, each.flush, each.fua) for each in found] == [
        (7, 2, False, True), (0, 0, True, False), (9, 0, False, False), (11, 1, False, False),
    ]  # fmt: skip
    assert log.text[found[-1].at :] == b"y" * SECTOR
    path.write_bytes(log.text[:-1])
    assert len(entries(path)) == 3
    path.write_bytes(b"\0" * SECTOR)
    with pytest.raises(ValueError, match="no log of writes"):
        entries(path)


def test_the_card_at_a_cut_is_what_was_written_until_then(tmp_path: Path, card: Path) -> None:
    found = replay(tmp_path, card, installation())
    found.card_at(len(found.writes), card)
    with card.open("rb") as file:
        file.seek(PARTS["B"].start)
        assert file.read(len(NEW)) == NEW
    disk = Card(card)
    assert newest([disk.read(lba) for lba in COPIES_LBA])[0] == replace(tried_next(Record(), "B"), seq=2)
