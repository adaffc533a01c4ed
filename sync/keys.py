"""The device's own secrets: made once, at home on the device.

    signing key    Ed25519; its public half is in fact 1. Whoever holds the file speaks for the device.
    device secret  32 bytes; ticket tokens and kiosk codes are derived from it. Never leaves the device.

The journal secret (the salts) is not here: it lies in the journal database and is handed to the server at pairing.
"""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.durable import write_durably as write_durably
from sync.errors import BadKey


@dataclass(frozen=True, slots=True, repr=False)
class DeviceKey:
    """The secrets of one device, 32 bytes each."""

    seed: bytes
    device_secret: bytes

    @property
    def public(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature (RFC 8032), 64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def derive(self, purpose: str, *parts: str) -> bytes:
        """32 bytes that only this device can make again from the same words. No word may hold a newline."""
        message = "\n".join((purpose, *parts)).encode()
        return hmac.digest(self.device_secret, message, "sha256")


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of this public key signed this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def load(path: Path) -> DeviceKey:
    """The key in this file. Raises BadKey where the file is no key, FileNotFoundError where there is none."""
    text = path.read_text(encoding="utf-8")
    try:
        stored = json.loads(text)
        seed, secret = bytes.fromhex(stored["seed"]), bytes.fromhex(stored["device_secret"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadKey(f"{path} is no device key: {error}", hint=_HINT) from error
    if len(seed) != 32 or len(secret) != 32:
        raise BadKey(f"{path} is no device key: a secret is not 32 bytes", hint=_HINT)
    return DeviceKey(seed, secret)


def load_for(path: Path, public: str) -> DeviceKey:
    """The key in this file, which a journal names by its public half (hex). Raises BadKey where it is not that one."""
    try:
        key = load(path)
    except FileNotFoundError as error:
        raise BadKey(f"{path} is gone, but its journal is there", hint=_HINT) from error
    if key.public.hex() != public:
        raise BadKey(f"{path} is not the key that its journal names", hint=_HINT)
    return key


def load_or_make(path: Path, random: Callable[[int], bytes]) -> DeviceKey:
    """The key in this file, or a new one, durable (file and folder synced) before it is returned."""
    if path.exists():
        return load(path)
    return make(path, random)


def make(path: Path, random: Callable[[int], bytes]) -> DeviceKey:
    """A new key in this file, durable before it is returned."""
    key = DeviceKey(random(32), random(32))
    text = json.dumps({"seed": key.seed.hex(), "device_secret": key.device_secret.hex()}) + "\n"
    write_durably(path, text.encode(), mode=0o640)
    return key


_HINT = (
    "Restore the file from a backup. A lost key cannot be made again: to go on without it, keep the data folder aside, "
    "start with an empty one, and pair the device again as a new one."
)
