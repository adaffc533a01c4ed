"""The technician's PIN as it is kept: its argon2id hash in the data folder, and nowhere else.

19 MiB and two passes as for people's passwords: a quarter of a second on a Pi, which the screen can stand still for.
The file is read at each try, so that a new PIN needs no restart.
"""

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from kiosk.errors import KioskError
from kiosk.pin import weakness
from sync.keys import write_durably

FILE = "service.pin"
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
SALT_BYTES, HASH_BYTES = 16, 32


class PinRefused(KioskError):
    """What was given cannot be a PIN."""


class PinFile:
    """The hash in this data folder."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE

    def is_set(self) -> bool:
        """Whether there is a PIN. A file that cannot be read opens nothing."""
        return bool(self._kept())

    def holds(self, pin: str) -> bool:
        """Whether this is the PIN."""
        kept = self._kept()
        if not kept:
            return False
        try:
            Argon2id.verify_phc_encoded(pin.encode(), kept)
        except (InvalidKey, ValueError):
            return False
        return True

    def write(self, pin: str, random: Callable[[int], bytes]) -> None:
        """Keep this one from now on; `random(n)` gives n unpredictable bytes. Raises PinRefused, OSError."""
        weak = weakness(pin)
        if weak is not None:
            raise PinRefused(weak, hint="Choose six digits that are no row: not 123456, not 111111.")
        kdf = Argon2id(
            salt=random(SALT_BYTES), length=HASH_BYTES, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB
        )
        write_durably(self._path, kdf.derive_phc_encoded(pin.encode()).encode() + b"\n", mode=0o600)

    def _kept(self) -> str:
        try:
            return self._path.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""
