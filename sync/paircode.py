"""The one-time pairing code and the messages of pairing (docs/exchange.md, "Pairing"). Pure; both sides use it.

    code = Crockford base 32 of: 7 random bytes || the first 9 bytes of SHA-256(server certificate, DER)

The device compares the fingerprint's part before it sends anything, so the code can go by paper or by phone and
nobody in between can pose as the server.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from sync.chain import crockford, crockford_bytes
from sync.errors import SyncError
from sync.types import JournalId
from sync.wire import Count, Hex16, Hex32, Hex64

SECRET_BYTES = 7
PREFIX_BYTES = 9
CHARACTERS = 26
VALID_HOURS = 24


class BadCode(SyncError):
    """A pairing code that cannot be one: mistyped, too short or too long."""


@dataclass(frozen=True, slots=True, repr=False)
class PairingCode:
    """What a code says: the one-time secret, and the start of the server certificate's SHA-256."""

    secret: bytes
    prefix: bytes

    def is_of(self, certificate: bytes) -> bool:
        """Whether this code was made by the holder of this certificate (DER)."""
        return hmac.compare_digest(fingerprint(certificate)[:PREFIX_BYTES], self.prefix)

    def __str__(self) -> str:
        text = crockford(self.secret + self.prefix)
        return "-".join(text[i : i + 4] for i in range(0, CHARACTERS, 4))


@dataclass(frozen=True, slots=True)
class PairRequest:
    """The body of POST /v1/pair. `journal_secret` gives the salts; all but role and place are hex."""

    code_secret: str
    journal_id: Hex16
    public_key: Hex32
    journal_secret: Hex32
    role: str
    place: str
    proof: Hex64


@dataclass(frozen=True, slots=True)
class Succession(PairRequest):
    """The same without a code (`code_secret` empty): the journal follows its `predecessor`, which is paired.

    `succession` is the word of that one's key. Both None: no succession.
    """

    predecessor: Hex16 | None = None
    succession: Hex64 | None = None


@dataclass(frozen=True, slots=True)
class Fresh:
    """A lane that another journal has used: on `day` (YYYY-MM-DD) numbers begin behind those that are known of it, by
    series (sync.numbering.fresh_start)."""

    day: str
    last: dict[str, int]


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """The pairing stands. `lane` keeps ticket numbers of several kiosks apart; the rest as in wire.Answer. `fresh`:
    None where nobody else has used that lane."""

    server_id: str
    lane: Count
    received: Count
    safe: Count
    utc_ms: Count
    fresh: Fresh | None = None


def make_code(certificate: bytes, random: Callable[[int], bytes]) -> PairingCode:
    """A new code of the server with this certificate (DER); `random(n)` gives n unpredictable bytes."""
    return PairingCode(random(SECRET_BYTES), fingerprint(certificate)[:PREFIX_BYTES])


def parse_code(text: str) -> PairingCode:
    """The code as a person typed it: any case, spaces and hyphens anywhere, I L O for 1 1 0.

    Raises BadCode with what to look at.
    """
    clean = "".join(text.split()).replace("-", "").upper()
    wrong = sorted({character for character in clean if character not in _ALPHABET})
    if wrong:
        raise BadCode(
            f"the pairing code holds {' '.join(wrong)}",
            hint="Only digits and the letters A-Z without U occur in a code. Compare it with the server's.",
        )
    if len(clean) != CHARACTERS:
        wants = "Some are missing" if len(clean) < CHARACTERS else "There are too many"
        raise BadCode(
            f"the pairing code has {len(clean)} characters, not {CHARACTERS}",
            hint=f"{wants}: copy the code whole, six groups of four and one of two.",
        )
    data = crockford_bytes(clean)
    if crockford(data) != clean.translate(_READ_ALIKE):
        raise BadCode("the pairing code's last character cannot be right", hint="Compare its end with the server's.")
    return PairingCode(data[:SECRET_BYTES], data[SECRET_BYTES:])


def fingerprint(certificate: bytes) -> bytes:
    """SHA-256 of a certificate (DER), 32 bytes."""
    return hashlib.sha256(certificate).digest()


def succession_message(predecessor: JournalId, journal_id: JournalId, fingerprint: bytes) -> bytes:
    """What the key of a paired journal signs, so that another one of the same machine may follow it."""
    return b"scorecard/succeed/1" + bytes.fromhex(predecessor) + bytes.fromhex(journal_id) + fingerprint


def proof_message(code_secret: bytes, journal_id: JournalId, certificate_fingerprint: bytes) -> bytes:
    """What the device signs to prove that it holds the key it brings, for this code and this server alone."""
    secret = hashlib.sha256(code_secret).digest()
    return b"scorecard/pair/1" + secret + bytes.fromhex(journal_id) + certificate_fingerprint


_ALPHABET = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZILO")
_READ_ALIKE = str.maketrans("ILO", "110")
