"""The six digits of an online place, and what a fact holds of them. Pure.

    code = HMAC-SHA-256(journal secret, "scorecard/online-code/1" || token) mod 1,000,000
    hash = HMAC-SHA-256(journal secret, "scorecard/online-hash/1" || day || code)

The secret is that of the office's journal: paired kiosks, the office and its centre have it. Six digits are tried in no
time by whoever can try them, so that a plain hash would be the code itself. Readers of evidence have no secret.
"""

import hmac
import re
from collections.abc import Collection

DIGITS = 6
CODES = 10**DIGITS
TOKEN = re.compile(r"[0-9a-f]{32}")
"""A place's token as it stands in the address of its page."""


def code_of(token: str, secret: bytes) -> str:
    """The six digits of the place with this token (32 hex digits), the same each time."""
    made = hmac.digest(secret, b"scorecard/online-code/1" + bytes.fromhex(token), "sha256")
    return f"{int.from_bytes(made[:8], 'big') % CODES:0{DIGITS}}"


def code_hash(code: str, day: str, secret: bytes) -> str:
    """What the fact of a place of this office day (YYYY-MM-DD) holds of its code: 64 hex digits."""
    return hmac.digest(secret, b"scorecard/online-hash/1" + f"{day}\n{code}".encode(), "sha256").hex()


def codes_behind(hashes: Collection[str], day: str, secret: bytes) -> dict[str, str]:
    """The six digits behind each of these, by trying all: for whoever has to say them again under another secret. Some
    seconds of work, however many there are."""
    left, found = set(hashes), dict[str, str]()
    for number in range(CODES):
        if not left:
            break
        code = f"{number:0{DIGITS}}"
        made = code_hash(code, day, secret)
        if made in left:
            left.remove(made)
            found[made] = code
    return found
