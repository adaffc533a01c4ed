"""Scripts for U-Boot: read from image/*.cmd, and wrapped as its `source` wants them."""

import zlib
from pathlib import Path

FOLDER = Path(__file__).parent


def command(name: str) -> str:
    """The text of one of the scripts in this room."""
    return (FOLDER / name).read_text()


def wrapped(script: str) -> bytes:
    """The script as a legacy image (include/image.h of U-Boot): a header of 64 bytes, big-endian, then the text.

    Without a date, so that the same script is the same file.
    """
    text = script.encode()
    content = len(text).to_bytes(4, "big") + bytes(4) + text
    arm64, linux, kind_script, uncompressed = 22, 5, 6, 0

    def header(own_crc: int) -> bytes:
        numbers = (0x27051956, own_crc, 0, len(content), 0, 0, zlib.crc32(content))
        kinds = bytes((linux, arm64, kind_script, uncompressed))
        return b"".join(each.to_bytes(4, "big") for each in numbers) + kinds + b"Scorecard Smart Box".ljust(32, b"\0")

    return header(zlib.crc32(header(0))) + content
