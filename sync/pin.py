"""The server that this machine belongs to, as it keeps it: read by whoever must know without speaking to anyone.

Apart from pairing itself, so that a box can look at it as it starts without loading what speaks HTTP.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from sync import paircode, wire
from sync.durable import write_durably
from sync.paircode import BadCode, Fresh
from sync.wire import Count, Hex32


@dataclass(frozen=True, slots=True)
class Pin:
    """The server this device belongs to: its id, its certificate's SHA-256 (hex), and the lane it gave.

    `fresh`: what others gave in that lane before.
    `code` is the SHA-256 (hex) of the secret in the code that was used, so that a new code in kiosk.toml is noticed.
    """

    server_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    fingerprint: Hex32
    lane: Count
    code: Hex32
    fresh: Fresh | None = None


def load_pin(path: Path) -> Pin | None:
    """The pin in this file; None where there is none, or none that can be read: then pairing begins anew."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Pin)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def save_pin(path: Path, pin: Pin) -> None:
    """Keep the pin, durably. Raises OSError."""
    write_durably(path, wire.encode_message(pin) + b"\n")


def holds(pin: Pin, code_text: str | None) -> bool:
    """Whether the pin came from the code in the configuration. Without a code, or with one that is none, it holds.

    A new code means that somebody wants this device paired anew: with another server, or after it was revoked.
    """
    if not code_text:
        return True
    try:
        code = paircode.parse_code(code_text)
    except BadCode:
        return True
    return digest(code.secret) == pin.code and bytes.fromhex(pin.fingerprint).startswith(code.prefix)


def digest(code_secret: bytes) -> str:
    """What is kept of a code: enough to know it again, too little to use it."""
    return hashlib.sha256(code_secret).hexdigest()
