"""What the boot loader of a Raspberry Pi is told: its own settings, but it shows nothing, waits for nobody and starts
nothing but this card.

Debian's U-Boot for these boards writes on the screen, waits two seconds for a key, also of a USB keyboard, and would
start what lies on a stick or in the network. It reads the file `uboot.env` from the card's first partition instead of
what it was built with (CONFIG_ENV_IS_IN_FAT; env/common.c of U-Boot 2025.01): whole, or not at all.
"""

import re
import zlib
from collections.abc import Mapping

from image.errors import ImageError

SIZE = 0x4000
"""Bytes of the file (CONFIG_ENV_SIZE in rpi_arm64_defconfig): of another size its sum does not fit, and it is left."""
CHANGED: Mapping[str, str | None] = {
    "stdin": "serial",
    "stdout": "serial",
    "stderr": "serial",
    "bootdelay": "-2",
    "preboot": None,
    "boot_targets": "mmc",
}
"""None: left out. At -2 no key is waited for, and none looked for (common/autoboot.c)."""
_SETTING = re.compile(rb"[A-Za-z_][A-Za-z0-9_#]*=[ -~]+")


def built_in(loader: bytes) -> dict[str, str]:
    """The settings that a U-Boot has in it. Raises ImageError where they are not found."""
    at = loader.find(b"\0bootdelay=")
    if at < 0:
        hint = "Look what its package brings now (env/common.c of its source), and change image/loader_env.py."
        raise ImageError("the boot loader has no settings in it as U-Boot has", hint=hint)
    before, after = loader[: at + 1].split(b"\0")[:-1], loader[at + 1 : loader.index(b"\0\0", at)].split(b"\0")
    first = len(before)
    while first and _SETTING.fullmatch(before[first - 1]):
        first -= 1
    pairs = (each.decode().partition("=") for each in (*before[first:], *after))
    return {name: value for name, _, value in pairs}


def told(settings: Mapping[str, str]) -> dict[str, str]:
    """The same as a box has them."""
    kept = {name: value for name, value in settings.items() if name not in CHANGED}
    return kept | {name: value for name, value in CHANGED.items() if value is not None}


def packed(settings: Mapping[str, str]) -> bytes:
    """As U-Boot reads them: the CRC-32 of the rest, little-endian, then a text each and a zero behind it, and zeros."""
    text = b"".join(f"{name}={value}".encode() + b"\0" for name, value in settings.items())
    if len(text) + 5 > SIZE:
        raise ImageError(f"the boot loader's settings take {len(text)} bytes", hint=f"They have room in {SIZE - 5}.")
    rest = text.ljust(SIZE - 4, b"\0")
    return zlib.crc32(rest).to_bytes(4, "little") + rest
