"""A ticket's 4 digits in a fact, masked: whoever holds the journal's secret reads them, and nobody else.

    pad    = HMAC-SHA-256(journal secret, "scorecard/ticket-code/1" || ticket's journal, day, number; by newlines)
    masked = (code + pad mod 2^64) mod 10,000

The secret is that of the journal which the fact is written in. Evidence shows such facts, but its salts tell nothing of
the pad. The code follows from journal, day and number alone, so that two codes never share a pad (docs/queue.md).
"""

import hmac
import re

from sync.types import JournalId

CODES = 10_000
_FOUR = re.compile(r"[0-9]{4}")


def mask(code: str, secret: bytes, journal: JournalId, day: str, label: str) -> str:
    """The 4 digits of this ticket as a fact of the journal with this secret holds them. `journal`: the ticket's."""
    return f"{(int(code) + _pad(secret, journal, day, label)) % CODES:04}"


def reveal(masked: str | None, secret: bytes, journal: JournalId, day: str, label: str) -> str | None:
    """The ticket's 4 digits from what such a fact holds; None where it holds none."""
    if masked is None or not _FOUR.fullmatch(masked):
        return None
    return f"{(int(masked) - _pad(secret, journal, day, label)) % CODES:04}"


def _pad(secret: bytes, *words: str) -> int:
    message = b"scorecard/ticket-code/1" + "\n".join(words).encode()
    return int.from_bytes(hmac.digest(secret, message, "sha256")[:8], "big")
