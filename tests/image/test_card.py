"""The card's image, written by its map over a card that was in a box: nothing of that one starts or passes for new."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from image import card
from image.boot_script import command
from image.disk import DATA, FIRMWARE, SLOT_B, TOTAL, boot_record
from image.errors import ImageError
from image.workshop import Workshop
from kiosk.box.slots import COPIES_LBA, SECTOR, Record, encode, newest

STALE = b"\xff"
PART = 3 << 20
"""Of what is put into a partition here: all of it nothing, but a word in its middle."""


def mapped(image: Path) -> Iterator[tuple[int, int]]:
    """(beginning, end) of what the map has: what is no hole, as bmaptool asks for it."""
    with image.open("rb") as file:
        end = 0
        while end < TOTAL:
            try:
                begin = os.lseek(file.fileno(), end, os.SEEK_DATA)
            except OSError:
                return
            end = os.lseek(file.fileno(), begin, os.SEEK_HOLE)
            yield begin, end


def used_before(path: Path) -> None:
    """A card whose box last ran system B, full of what it had."""
    with path.open("wb") as file:
        file.write(STALE * FIRMWARE.start)
        for lba in COPIES_LBA:
            file.seek(lba * SECTOR)
            file.write(encode(Record(9, "B", 0, "good", "good")))
        for part in (FIRMWARE, SLOT_B, DATA):
            file.seek(part.start)
            file.write(STALE * PART)
        file.truncate(TOTAL)


def written_by_map(image: Path, to: Path) -> None:
    with image.open("rb") as source, to.open("r+b") as target:
        for begin, end in mapped(image):
            source.seek(begin)
            target.seek(begin)
            target.write(source.read(end - begin))


def read(path: Path, at: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(at)
        return file.read(size)


def made(folder: Path) -> Path:
    """An image with file systems that are all zeros but for a word in their middle."""
    image, content = folder / "card.img", folder / "content"
    content.write_bytes(bytes(PART // 2) + b"word" + bytes(PART // 2 - 4))
    card.blank(image)
    for part in (FIRMWARE, DATA):
        card._place(Workshop(folder / "cache"), image, part, content, folder / "log")
    return image


def test_written_by_its_map_over_a_used_card_its_own_first_system_starts(tmp_path: Path) -> None:
    used = tmp_path / "used"
    used_before(used)
    sectors = tuple(read(used, lba * SECTOR, SECTOR) for lba in COPIES_LBA)
    assert newest((sectors[0], sectors[1]))[0].first == "B", "control: what the card says before"
    written_by_map(made(tmp_path), used)
    assert read(used, 0, SECTOR) == boot_record()
    sectors = tuple(read(used, lba * SECTOR, SECTOR) for lba in COPIES_LBA)
    assert sectors == (bytes(SECTOR), bytes(SECTOR))
    assert newest((sectors[0], sectors[1]))[0].first == "A"


def test_written_by_its_map_over_a_used_card_no_file_system_keeps_what_was_in_its_place(tmp_path: Path) -> None:
    used, image = tmp_path / "used", made(tmp_path)
    used_before(used)
    written_by_map(image, used)
    for part in (FIRMWARE, DATA):
        assert read(used, part.start, PART) == read(image, part.start, PART)
    assert read(used, SLOT_B.start, card.HEAD) == bytes(card.HEAD), "nothing is taken for a second system"


def test_the_boot_loader_s_script_has_the_rule_of_the_slots_once_and_every_place_filled_in() -> None:
    script = card.boot_script()[72:].decode()
    assert script.count(command("choose.cmd")) == 1
    assert "@" not in script
    assert "setexpr scb_ramdisk ${kernel_addr_r} + 6000000\n" in script


def kernel(size: int, magic: bytes = b"ARM\x64") -> bytes:
    """The header of one that takes so much memory."""
    return bytes(16) + size.to_bytes(8, "little") + bytes(32) + magic + bytes(4)


def test_a_kernel_that_would_lie_where_its_ramdisk_is_put_is_refused() -> None:
    card.check_room(kernel(40 << 20))
    for bad in (kernel(card.RAMDISK - (1 << 20)), kernel(40 << 20, b"MZ\0\0"), b""):
        with pytest.raises(ImageError, match="ramdisk"):
            card.check_room(bad)


def test_the_map_leaves_out_what_no_card_needs(tmp_path: Path) -> None:
    assert sum(end - begin for begin, end in mapped(made(tmp_path))) < TOTAL // 10
