"""How facts hold each other in place (docs/journal.md, "Chain").

    salt_n  = HMAC-SHA-256(journal secret, "scorecard/salt/1" || n as 8 bytes, big-endian)
    leaf_n  = SHA-256(salt_n || row_n)
    chain_n = SHA-256(chain_{n-1} || leaf_n),  chain_0 = 32 zero bytes

The salt lets an export withhold a row by showing its leaf alone: nobody can guess the row from it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from sync.types import Chain, JournalId, Seq

ZERO = Chain(bytes(32))
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a journal: the seq of a fact and the chain up to and including it."""

    seq: Seq
    chain: Chain

    def __str__(self) -> str:
        return f"{self.seq}:{self.chain.hex()}"


START = Position(Seq(0), ZERO)
_BLOCK = 64
"""Bytes that SHA-256 takes at once (FIPS 180-4)."""


def salt(secret: bytes, seq: int) -> bytes:
    """The 32-byte salt of one fact, known to whoever holds the journal secret."""
    inner, outer = (state.copy() for state in _keyed(secret))
    inner.update(seq.to_bytes(8, "big"))
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(64)
def _keyed(secret: bytes) -> tuple["hashlib._Hash", "hashlib._Hash"]:
    """HMAC (RFC 2104) as far as it is the same for all facts of a journal; a test holds it to hmac's own."""
    key = (secret if len(secret) <= _BLOCK else hashlib.sha256(secret).digest()).ljust(_BLOCK, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in key)) for pad in (0x36, 0x5C))
    inner.update(b"scorecard/salt/1")
    return inner, outer


def leaf(salt_: bytes, row: bytes) -> bytes:
    """The salted hash of one row."""
    return hashlib.sha256(salt_ + row).digest()


def link(previous: bytes, leaf_: bytes) -> Chain:
    """The chain after one more leaf."""
    return Chain(hashlib.sha256(previous + leaf_).digest())


def extend(secret: bytes, at: Position, row: bytes) -> Position:
    """The position after one more row."""
    seq = Seq(at.seq + 1)
    return Position(seq, link(at.chain, leaf(salt(secret, seq), row)))


def chains(secret: bytes, at: Position, rows: Iterable[bytes]) -> list[Chain]:
    """The chain after each of these rows: as `extend`, which a batch would ask for too often."""
    sha256, (first, second) = hashlib.sha256, _keyed(secret)
    before, found = at.chain, []
    for seq, row in enumerate(rows, at.seq + 1):
        inner, outer = first.copy(), second.copy()
        inner.update(seq.to_bytes(8, "big"))
        outer.update(inner.digest())
        before = Chain(sha256(before + sha256(outer.digest() + row).digest()).digest())
        found.append(before)
    return found


def head_message(journal_id: JournalId, at: Position) -> bytes:
    """What a device signs to vouch for its journal up to a fact (docs/journal.md, "Head")."""
    return b"scorecard/head/1" + bytes.fromhex(journal_id) + at.seq.to_bytes(8, "big") + at.chain


def witness(chain: bytes) -> str:
    """The 16 characters of a ticket's own chain that are printed on it: its first 80 bits in Crockford base 32."""
    return crockford(chain[:10])


def crockford(data: bytes) -> str:
    """Crockford base 32 without check symbol, most significant bits first, the last character padded with zero bits."""
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return "".join(_CROCKFORD[int(bits[i : i + 5], 2)] for i in range(0, len(bits), 5))


def crockford_bytes(text: str) -> bytes:
    """The bytes behind Crockford base 32. Hyphens and spaces are ignored, I L read as 1, O as 0.

    Raises ValueError on any other character. Left-over bits at the end are dropped.
    """
    clean = text.upper().replace("-", "").replace(" ", "").translate(str.maketrans("ILO", "110"))
    bits = "".join(f"{_CROCKFORD.index(character):05b}" for character in clean)
    whole = len(bits) // 8 * 8
    return bytes(int(bits[i : i + 8], 2) for i in range(0, whole, 8))
