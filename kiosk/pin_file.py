"""The technician's PIN as it is kept: its argon2id hash in the data folder.

The file's first line is the hash. A second one is that hash which was handed over beside kiosk.toml (kiosk.box.apply)
and taken last: it is taken once, so that a PIN that was set after it stays.

19 MiB and two passes as for people's passwords: a quarter of a second on a Pi, which the screen can stand still for.
The file is read at each try, so that a new PIN needs no restart.
"""

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from kiosk.errors import KioskError
from kiosk.pin import FILE
from sync.box_words import PIN_HINT, pin_weakness
from sync.keys import write_durably

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
        self._keep(hashed(pin, random), *_lines(self._path)[1:])

    def take(self, handed: Path) -> bool:
        """Keep the PIN whose hash lies in this file, where it was not taken before; whether it was. Raises OSError."""
        try:
            new = handed.read_text("ascii").split()[:1]
        except FileNotFoundError:
            return False
        if not new or new == _lines(self._path)[1:]:
            return False
        self._keep(*new, *new)
        return True

    def _keep(self, *lines: str) -> None:
        write_durably(self._path, "".join(f"{line}\n" for line in lines).encode(), mode=0o600)

    def _kept(self) -> str:
        return next(iter(_lines(self._path)), "")


def hashed(pin: str, random: Callable[[int], bytes]) -> str:
    """What is kept of this PIN; `random(n)` gives n unpredictable bytes. Raises PinRefused."""
    weak = pin_weakness(pin)
    if weak is not None:
        raise PinRefused(weak, hint=PIN_HINT)
    kdf = Argon2id(salt=random(SALT_BYTES), length=HASH_BYTES, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(pin.encode())


def _lines(path: Path) -> list[str]:
    """Nothing where there is no file that can be read: it opens nothing."""
    try:
        return path.read_text("ascii").split()
    except (OSError, UnicodeDecodeError):
        return []
