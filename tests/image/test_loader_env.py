"""The settings of a Raspberry Pi's boot loader: found in it, changed as a box needs them, packed as it reads them."""

import zlib

import pytest

from image.errors import ImageError
from image.loader_env import CHANGED, SIZE, built_in, packed, told

SETTINGS = {
    "bootcmd": "bootflow scan",
    "bootdelay": "2",
    "preboot": "pci enum; usb start;",
    "boot_targets": "mmc usb pxe dhcp",
    "stdin": "serial,usbkbd",
    "stdout": "serial,vidconsole",
    "stderr": "serial,vidconsole",
    "kernel_addr_r": "0x00080000",
}
LOADER = (
    b"\x1f\x20\x03\xd5 text\0demo <time=a b> - register\n\0"
    + b"\0".join(f"{name}={value}".encode() for name, value in SETTINGS.items())
    + b"\0\0\0more\0name=of another table\0\0"
)


def unpacked(content: bytes) -> dict[str, str]:
    """As U-Boot reads it (env_import in env/common.c): nothing where the sum does not fit."""
    rest = content[4:]
    if len(content) != SIZE or int.from_bytes(content[:4], "little") != zlib.crc32(rest):
        return {}
    texts = rest[: rest.index(b"\0\0")].split(b"\0")
    return {name: value for name, _, value in (text.decode().partition("=") for text in texts)}


def test_what_a_loader_was_built_with_is_found_and_nothing_beside_it() -> None:
    assert built_in(LOADER) == SETTINGS


def test_a_loader_without_settings_is_refused_with_what_to_do() -> None:
    with pytest.raises(ImageError, match="no settings") as refused:
        built_in(b"\x7fELF and nothing else\0\0")
    assert "image/loader_env.py" in refused.value.hint


def test_a_box_shows_nothing_waits_for_nobody_and_starts_its_card_alone() -> None:
    found = told(SETTINGS)
    assert (found["stdout"], found["stderr"], found["stdin"]) == ("serial", "serial", "serial")
    assert (found["bootdelay"], found["boot_targets"]) == ("-2", "mmc")
    assert "preboot" not in found
    same = {name: value for name, value in SETTINGS.items() if name not in CHANGED}
    assert same.items() <= found.items()
    assert same == {"bootcmd": "bootflow scan", "kernel_addr_r": "0x00080000"}


def test_what_is_packed_is_what_the_loader_reads() -> None:
    content = packed(told(SETTINGS))
    assert unpacked(content) == told(SETTINGS)
    assert unpacked(content[:-1]) == {}, "control: of another size"
    assert unpacked(content[:9] + b"?" + content[10:]) == {}, "control: one letter is another one"


def test_more_than_has_room_is_refused() -> None:
    with pytest.raises(ImageError, match="take"):
        packed({"bootcmd": "x" * SIZE})
