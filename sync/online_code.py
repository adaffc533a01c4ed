"""The six digits of an online place, and what a fact holds of them. Pure.

    code = HMAC-SHA-256(journal secret, "scorecard/online-code/1" || token) mod 1,000,000
    hash = HMAC-SHA-256(journal secret, "scorecard/online-hash/1" || day || code)

The secret is that of the office's journal: paired kiosks, the office and its centre have it. Six digits are tried in no
time by whoever can try them, so that a plain hash would be the code itself. Readers of evidence have no secret.
"""

import hmac
import re
from collections.abc import Collection
from hashlib import sha256

DIGITS = 6
CODES = 10**DIGITS
_HASH, _BLOCK = b"scorecard/online-hash/1", 64
TOKEN = re.compile(r"[0-9a-f]{32}")
"""A place's token as it stands in the address of its page."""


def code_of(token: str, secret: bytes) -> str:
    """The six digits of the place with this token (32 hex digits), the same each time."""
    made = hmac.digest(secret, b"scorecard/online-code/1" + bytes.fromhex(token), "sha256")
    return f"{int.from_bytes(made[:8], 'big') % CODES:0{DIGITS}}"


def code_hash(code: str, day: str, secret: bytes) -> str:
    """What the fact of a place of this office day (YYYY-MM-DD) holds of its code: 64 hex digits."""
    return hmac.digest(secret, _HASH + f"{day}\n{code}".encode(), "sha256").hex()


def codes_behind(hashes: Collection[str], day: str, secret: bytes) -> dict[str, str]:
    """The six digits behind each of these, by trying all: for whoever has to say them again under another secret. A
    second of work, however many there are. What all hashes begin with (RFC 2104) is worked out once."""
    left, found = {bytes.fromhex(each) for each in hashes}, dict[str, str]()
    key = (secret if len(secret) <= _BLOCK else sha256(secret).digest()).ljust(_BLOCK, b"\0")
    inner, outer = sha256(bytes(each ^ 0x36 for each in key)), sha256(bytes(each ^ 0x5C for each in key))
    inner.update(_HASH + f"{day}\n".encode())
    for number in range(CODES):
        if not left:
            break
        within, whole = inner.copy(), outer.copy()
        within.update(b"%06d" % number)
        whole.update(within.digest())
        made = whole.digest()
        if made in left:
            left.remove(made)
            found[made.hex()] = f"{number:0{DIGITS}}"
    return found
