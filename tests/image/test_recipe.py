"""What is on the card: versions as pinned, modules with all that they need."""

from pathlib import Path

import pytest

from image.disk import FIRMWARE, PARTITIONS, SIGNATURE, boot_record
from image.errors import ImageError
from image.modules import chosen, in_order, needs
from image.recipe import differences, parse_pinned, parse_recipe, pinned_text, preferences, versions_of
from kiosk.box.slots import COPIES_LBA, SECTOR

FOLDER = Path(__file__).parents[2] / "image"
LISTED = needs("a/ext4.ko: b/jbd2.ko b/crc16.ko\nb/jbd2.ko: b/crc16.ko\nb/crc16.ko:\na/loop.ko:\n")


def test_the_recipe_of_the_repository_is_read_and_every_package_is_pinned() -> None:
    recipe = parse_recipe((FOLDER / "recipe.toml").read_text())
    pinned = parse_pinned((FOLDER / "pinned.txt").read_text())
    named = {*recipe.installed, *recipe.unpacked} - {"linux-image-arm64"}
    assert named - pinned.keys() == set()
    assert any(name.startswith("linux-image-") for name in pinned)


@pytest.mark.parametrize("broken", ["", "[debian", "[debian]\nsuite = 1\n"])
def test_a_broken_recipe_says_so(broken: str) -> None:
    with pytest.raises(ImageError, match=r"recipe\.toml"):
        parse_recipe(broken)


def test_pinned_versions_come_back_as_they_were_written() -> None:
    versions = {"libc6": "2.41-12", "rauc": "1.13-3+deb13u1"}
    assert parse_pinned(pinned_text(versions)) == versions
    with pytest.raises(ImageError, match="line 2"):
        parse_pinned("# as ever\nlibc6\n")


def test_every_difference_to_what_is_pinned_is_told() -> None:
    pinned = {"same": "1", "newer": "1", "gone": "1"}
    assert differences(pinned, {"same": "1", "newer": "2", "more": "1"}) == [
        "gone 1 is pinned and did not come",
        "more 1 is not pinned",
        "newer is 2 instead of 1",
    ]
    assert differences(pinned, pinned) == []


def test_apt_is_told_to_prefer_what_is_pinned() -> None:
    assert preferences({"rauc": "1.13"}) == "Package: rauc\nPin: version 1.13\nPin-Priority: 1001\n\n"


def test_only_what_is_installed_counts() -> None:
    there = "Package: a\nStatus: install ok installed\nVersion: 1\n"
    left = "Package: b\nStatus: deinstall ok config-files\nVersion: 2\n"
    assert versions_of(f"{there}\n{left}") == {"a": "1"}


def test_modules_come_with_what_they_need_and_after_it() -> None:
    assert chosen(LISTED, ["a/ext4*"]) == {"a/ext4.ko", "b/jbd2.ko", "b/crc16.ko"}
    order = in_order(LISTED, ["a/loop.ko", "a/ext4.ko"])
    assert order == ["a/loop.ko", "b/crc16.ko", "b/jbd2.ko", "a/ext4.ko"]


def test_a_pattern_that_no_module_has_is_an_error() -> None:
    with pytest.raises(ImageError, match="reiserfs"):
        chosen(LISTED, ["a/reiserfs*"])


def test_partitions_follow_each_other_and_leave_room_for_the_record() -> None:
    ends = [0, *(each.end for each in PARTITIONS)]
    assert all(each.start >= end and each.start % (4 << 20) == 0 for each, end in zip(PARTITIONS, ends, strict=False))
    assert all(SECTOR <= lba * SECTOR < FIRMWARE.start for lba in COPIES_LBA)
    record = boot_record()
    assert len(record) == SECTOR
    assert int.from_bytes(record[440:444], "little") == SIGNATURE
    starts = [int.from_bytes(record[446 + 16 * n + 8 : 446 + 16 * n + 12], "little") * SECTOR for n in range(4)]
    assert starts == [each.start for each in PARTITIONS]
