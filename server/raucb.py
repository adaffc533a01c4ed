"""What can be told of a bundle (RAUC's *verity* format) without its keyring: that it is one, whole in length, and which
release it holds. Whether it is true is looked at by the machine that installs it; here it is only carried.

A bundle is a squashfs, padded to whole blocks, the tree of its blocks' hashes, a CMS signature that carries the
manifest, and the length of that CMS in eight bytes (RAUC's manual, "Bundle Formats").
"""

import configparser
import os
import re
from dataclasses import dataclass
from typing import BinaryIO

from server.errors import BundleRefused
from sync.updates import MOST_BYTES

MAGIC = b"hsqs"
BLOCK = 4096
LENGTH_BYTES = 8
MOST_CMS = 64 * 1024
_SIGNED_DATA, _DATA = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010701")
_SEQUENCE, _SET, _INTEGER, _OCTETS, _WRAPPED = 0x30, 0x31, 0x02, 0x04, 0xA0
_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+~_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the bundle says of itself: its release, and what kind of machine it is for."""

    release: str
    compatible: str


def read_manifest(file: BinaryIO) -> Manifest:
    """What this bundle holds. Raises BundleRefused, OSError."""
    size = file.seek(0, os.SEEK_END)
    if not BLOCK < size <= MOST_BYTES:
        raise _refused(f"it has {size} bytes")
    file.seek(0)
    head = file.read(48)
    if head[:4] != MAGIC:
        raise _refused("it does not begin as a bundle does")
    file.seek(size - LENGTH_BYTES)
    length = int.from_bytes(file.read(LENGTH_BYTES), "big")
    if not 0 < length <= min(MOST_CMS, size - LENGTH_BYTES - BLOCK):
        raise _refused("there is no signature at its end: it may be cut off")
    file.seek(size - LENGTH_BYTES - length)
    text = _content(file.read(length))
    manifest = configparser.ConfigParser(interpolation=None, strict=True)
    try:
        manifest.read_string(text.decode("utf-8"))
        release, compatible = manifest["update"]["version"], manifest["update"]["compatible"]
        form, tree = manifest["bundle"]["format"], int(manifest["bundle"].get("verity-size", "0"))
    except (configparser.Error, KeyError, ValueError, UnicodeDecodeError) as error:
        raise _refused(f"its manifest cannot be read: {error}") from error
    if form != "verity":
        raise _refused(f"its format is {form!r}, and has to be verity")
    payload = int.from_bytes(head[40:48], "little")
    if -(-payload // BLOCK) * BLOCK + tree != size - LENGTH_BYTES - length:
        raise _refused("its length is another than its parts have: it may be cut off")
    if not _RELEASE.fullmatch(release) or not compatible:
        raise _refused(f"its release {release[:80]!r} is no name")
    return Manifest(release, compatible)


def _content(cms: bytes) -> bytes:
    """What a CMS carries: ContentInfo > SignedData > EncapsulatedContentInfo > OCTET STRING (RFC 5652), as DER."""
    info = _into(cms, _SEQUENCE)
    if not info.startswith(_SIGNED_DATA):
        raise _refused("what is at its end is no signature")
    signed = _into(_into(info[len(_SIGNED_DATA) :], _WRAPPED), _SEQUENCE)
    signed = _behind(_behind(signed, _INTEGER), _SET)
    inner = _into(signed, _SEQUENCE)
    if not inner.startswith(_DATA):
        raise _refused("its signature carries no manifest")
    return _into(_into(inner[len(_DATA) :], _WRAPPED), _OCTETS)


def _element(data: bytes, tag: int) -> tuple[int, int]:
    """Where the content of the first element begins and ends."""
    if len(data) < 2 or data[0] != tag:
        raise _refused("its signature is not laid out as one")
    length, begin = data[1], 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(data[2:begin], "big")
    if not begin < begin + length <= len(data):
        raise _refused("its signature is cut off")
    return begin, begin + length


def _into(data: bytes, tag: int) -> bytes:
    begin, end = _element(data, tag)
    return data[begin:end]


def _behind(data: bytes, tag: int) -> bytes:
    return data[_element(data, tag)[1] :]


def _refused(why: str) -> BundleRefused:
    return BundleRefused(f"this is no bundle that can be offered: {why}", hint=_HINT)


_HINT = "Take the .raucb file as image/build made it, and compare its SHA-256. Nothing was changed."
