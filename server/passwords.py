"""Passwords of people: what may be one (NIST SP 800-63B), and how one is kept (argon2id in PHC form, RFC 9106).

19 MiB, two passes, one lane: OWASP's first choice, about 40 ms on a PC and a quarter second on a Pi. `Hasher` does it
off the event loop, two at once at most, so that a rush of guesses takes neither the memory nor both cores.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from server.errors import ServerBusy
from sync.chain import crockford
from translations import N_

# gettext: console

Result = TypeVar("Result")

LEAST_CHARACTERS = 8
MOST_CHARACTERS = 256
MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
SALT_BYTES = 16
HASH_BYTES = 32
FIRST_PASSWORD_BYTES = 10
AT_ONCE = 2
WAITING = 16
"""How many hashes may wait for their turn; who comes later is told to try again."""

NOBODYS = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$bm9ib2R5LCBub3doZXJlIQ${'A' * 43}"
"""What a password is compared with where there is no such account: the same work, never the same hash."""

TOO_SHORT = N_("A password has at least 8 characters")
TOO_LONG = N_("A password has at most 256 characters")
TOO_COMMON = N_("This password is one of the first that anybody tries. A few words in a row are better")
IS_THE_NAME = N_("The sign-in name cannot be the password")


def normal(password: str) -> str:
    """One form for what looks and is typed alike on different keyboards (SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def password_fault(password: str, login: str) -> str | None:
    """Why this cannot be a password of who signs in as `login` (a msgid of `console`); None where it can."""
    plain = normal(password)
    if len(plain) < LEAST_CHARACTERS:
        return TOO_SHORT
    if len(plain) > MOST_CHARACTERS:
        return TOO_LONG
    folded = plain.casefold()
    if folded == login.casefold():
        return IS_THE_NAME
    return TOO_COMMON if folded in commonest() or len(set(folded)) == 1 else None


@lru_cache(maxsize=1)
def commonest() -> frozenset[str]:
    """The passwords that are tried first, of those long enough to be allowed otherwise."""
    return frozenset((Path(__file__).parent / "commonest.txt").read_text("utf-8").split())


def hash_password(password: str, random: Callable[[int], bytes]) -> str:
    """The PHC string to keep; `random(n)` gives n unpredictable bytes."""
    kdf = Argon2id(salt=random(SALT_BYTES), length=HASH_BYTES, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(normal(password).encode("utf-8", "surrogatepass"))


def password_holds(password: str, kept: str) -> bool:
    """Whether this password made the PHC string."""
    if len(password) > MOST_CHARACTERS:
        password = ""  # the work is the same, whatever is sent
    try:
        Argon2id.verify_phc_encoded(normal(password).encode("utf-8", "surrogatepass"), kept)
    except InvalidKey:
        return False
    return True


def first_password(random: Callable[[int], bytes]) -> str:
    """A one-time password that can be read out and typed: 80 bits, four groups of four characters."""
    text = crockford(random(FIRST_PASSWORD_BYTES)).lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


class Hasher:
    """Threads that hash. `holds` is `password_holds`, or what counts its calls in a test."""

    def __init__(self, random: Callable[[int], bytes], holds: Callable[[str, str], bool] = password_holds) -> None:
        self._random, self._holds = random, holds
        self._threads = ThreadPoolExecutor(AT_ONCE, "password")
        self._under_way = 0

    async def make(self, password: str) -> str:
        """The PHC string of a password. Raises ServerBusy."""
        return await self._run(lambda: hash_password(password, self._random))

    async def holds(self, password: str, kept: str) -> bool:
        """Whether the password made this PHC string. Raises ServerBusy."""
        return await self._run(lambda: self._holds(password, kept))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._under_way >= AT_ONCE + WAITING:
            raise ServerBusy("too many passwords are being checked at once", hint="Wait a few seconds and try again.")
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._under_way -= 1
