"""An update's bundle looked over before a byte of it is installed: signed by whom this card trusts, and whole.

    squashfs with slot.ext4 | hash tree | signature (CMS), the manifest in it | its size, 8 bytes

RAUC (format "verity") says whether the signature is good; at the installation the kernel checks each block as it is
read, when the other slot is half written. So all is checked here before: the tree is made anew from the payload and has
to be the one that is there, its root the one that was signed. No bit of the file is left out.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kiosk.box.envelope import content_of
from kiosk.box.errors import UpdateError

BLOCK = 4096
FOOT = 8
MOST_ENVELOPE = 64 << 10
AT_ONCE = 256 * BLOCK
LONGEST_S = 3600
CONFIG = Path("/etc/rauc/system.conf")
_DIGEST = hashlib.sha256().digest_size
_AGAIN = "Copy the bundle anew, or let it be fetched anew."

Rauc = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]
"""Runs `rauc` with these words."""


@dataclass(frozen=True, slots=True)
class Parts:
    """How many bytes of the file each is."""

    payload: int
    tree: int
    envelope: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the bundle says of itself; signed. `salt` and `root` are those of the hash tree, `size` its bytes."""

    compatible: str
    release: str
    salt: bytes
    root: bytes
    size: int


def rauc(words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """The program. Raises UpdateError where it cannot be run."""
    try:
        return subprocess.run(["rauc", *words], capture_output=True, text=True, check=False, timeout=LONGEST_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UpdateError(f"rauc: {error}", code="failed", hint="The system on this card is damaged.") from error


def examined(path: Path, config: Path = CONFIG, run: Rauc = rauc) -> Manifest:
    """What this bundle says of itself, where all of it is as it was signed. Raises UpdateError, OSError."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        envelope = _envelope(file, size)
        content = content_of(envelope)
        asked = run(["-c", str(config), "info", str(path)])
        if asked.returncode:
            told = (asked.stderr.strip().splitlines() or ["rauc says nothing"])[-1]
            hint = "It was signed with another key than this card takes, or is damaged. " + _AGAIN
            raise UpdateError(f"its signature is not good: {told[:200]}", hint=hint)
        manifest = manifest_of(content.decode("utf-8", "replace"))
        parts = Parts(size - FOOT - len(envelope) - manifest.size, manifest.size, len(envelope))
        file.seek(0)
        if not whole(file, parts, manifest):
            raise UpdateError("its contents are not what was signed", code="damaged", hint=_AGAIN)
    return manifest


def _envelope(file: BinaryIO, size: int) -> bytes:
    file.seek(max(size - FOOT, 0))
    length = int.from_bytes(file.read(FOOT), "big")
    if not 0 < length <= min(MOST_ENVELOPE, size - FOOT):
        raise UpdateError("this is no bundle, or its end is missing", code="damaged", hint=_AGAIN)
    file.seek(size - FOOT - length)
    return file.read(length)


def manifest_of(text: str) -> Manifest:
    """The manifest that was signed (RAUC's manual, "Manifest"). Raises UpdateError."""
    found: dict[str, str] = {}
    section = ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[] ")
        elif "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found[f"{section}.{name.strip()}"] = value.strip()
    if found.get("bundle.format") != "verity":
        raise UpdateError("the bundle is of another format than verity", hint="Make it with image/build.")
    salt, root, size = (found.get(f"bundle.verity-{each}", "") for each in ("salt", "hash", "size"))
    if not (
        re.fullmatch("[0-9a-f]{64}", salt) and re.fullmatch("[0-9a-f]{64}", root) and re.fullmatch(r"\d{1,10}", size)
    ):
        raise UpdateError("the bundle says nothing of its hash tree", hint="Make it with image/build.")
    compatible, release = found.get("update.compatible", ""), found.get("update.version", "")
    return Manifest(compatible, release, bytes.fromhex(salt), bytes.fromhex(root), int(size))


def whole(file: BinaryIO, parts: Parts, manifest: Manifest) -> bool:
    """Whether the payload has the signed root, and the tree behind it is its tree, bit by bit."""
    if parts.payload <= BLOCK or parts.payload % BLOCK or parts.tree % BLOCK:
        return False
    level, left = [], parts.payload
    begun = hashlib.sha256(manifest.salt)
    while left:
        data = file.read(min(left, AT_ONCE))
        if not data or len(data) % BLOCK:
            return False
        left -= len(data)
        level.append(_hashes(data, begun))
    levels = [_filled(b"".join(level))]
    while len(levels[-1]) > BLOCK:
        levels.append(_filled(_hashes(levels[-1], begun)))
    tree = b"".join(reversed(levels))
    return _hashes(levels[-1], begun) == manifest.root and len(tree) == parts.tree and file.read(parts.tree) == tree


def _hashes(blocks: bytes, begun: "hashlib._Hash") -> bytes:
    found = []
    for at in range(0, len(blocks), BLOCK):
        each = begun.copy()
        each.update(blocks[at : at + BLOCK])
        found.append(each.digest())
    return b"".join(found)


def _filled(hashes: bytes) -> bytes:
    """Up to the end of its last block."""
    return hashes + bytes(-len(hashes) % BLOCK)
