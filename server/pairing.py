"""Who may send facts here: the judgement on a pairing request, pure (docs/exchange.md, "Pairing")."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from sync import wire
from sync.keys import signature_holds
from sync.paircode import SECRET_BYTES, VALID_HOURS, PairRequest, Succession, proof_message, succession_message
from sync.types import JournalId, UtcMs
from sync.wire import Refusal

ROLES = ("kiosk", "office", "display", "scorebox")
WITHOUT_LANE = frozenset({"display", "office", "scorebox"})
"""Roles that give no numbers, so that no lane is used up by them."""
NO_LANE = -1
PLACE_CHARACTERS = 80
WRONG_CODES_A_MINUTE = 10


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code as it is kept: the SHA-256 of its secret. `place` overrules the device's own word.

    `replaces`: the journal whose machine the one that pairs by it takes the place of.
    """

    hash: bytes
    made_ms: int
    expires_ms: int
    place: str | None
    replaces: JournalId | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a journal is paired already. `paired_by` is the hash of the code that did it; `own`: it is this server's."""

    public_key: bytes
    secret: bytes
    lane: int
    received: int
    paired_by: bytes
    revoked: bool
    own: bool = False
    place: str = ""
    successor: JournalId | None = None


@dataclass(frozen=True, slots=True)
class Pairing:
    """A journal to enter. `replaces`: the one whose lane it takes, and which is revoked."""

    journal_id: JournalId
    public_key: bytes
    secret: bytes
    role: str
    place: str
    code_hash: bytes
    replaces: JournalId | None = None


@dataclass(frozen=True, slots=True)
class Repeated:
    """The same device asks once more with the code it used: it gets the same answer."""

    standing: Standing


def judge_succession(
    request: Succession, before: Standing | None, standing: Standing | None, fingerprint: bytes
) -> Pairing | Repeated | Refusal:
    """Whether this journal may follow its predecessor without a person: the key of that one says so, and none does yet.

    `before` is how the predecessor is paired. Two machines with one key (a cloned card) come here both: the first one
    follows, the second one needs a person.
    """
    name, public_key = JournalId(request.journal_id), bytes.fromhex(request.public_key)
    predecessor = JournalId(request.predecessor or "")
    if before is None or before.own or before.revoked:
        return wire.refuse(wire.UNPAIRED, "the journal before was never paired here, or was revoked", _NEW_CODE)
    word = bytes.fromhex(request.succession or "")
    if not signature_holds(public_key, proof_message(b"", name, fingerprint), bytes.fromhex(request.proof)) or not (
        signature_holds(before.public_key, succession_message(predecessor, name, fingerprint), word)
    ):
        return wire.refuse(wire.BAD_SIGNATURE, "the word of the key of the journal before does not hold", _MEND)
    if before.successor not in (None, name):
        return wire.refuse(wire.SUPERSEDED, "another machine with the same key follows that journal already", _CLONED)
    if standing is not None:
        same = (standing.public_key, standing.secret) == (public_key, bytes.fromhex(request.journal_secret))
        if same and before.successor == name and not standing.revoked:
            return Repeated(standing)
        return wire.refuse(wire.BAD_SIGNATURE, "this journal is paired with another key", _OTHER_KEY)
    return Pairing(name, public_key, bytes.fromhex(request.journal_secret), request.role, before.place, b"")


def code_hash(secret: bytes) -> bytes:
    """What is kept of a code: with 56 random bits that live a day, a plain hash is enough."""
    return hashlib.sha256(secret).digest()


def new_code(secret: bytes, place: str | None, now_ms: UtcMs, replaces: JournalId | None = None) -> Code:
    """The record of a code made now."""
    return Code(code_hash(secret), now_ms, now_ms + VALID_HOURS * 3_600_000, place, replaces)


def judge_pairing(
    request: PairRequest,
    codes: Sequence[Code],
    used: Sequence[bytes],
    standing: Standing | None,
    fingerprint: bytes,
    now_ms: UtcMs,
) -> Pairing | Repeated | Refusal:
    """Whether this device may enter. `codes` are not yet used, `used` the hashes of those that paired a journal."""
    secret, public_key = _hex(request.code_secret), bytes.fromhex(request.public_key)
    if secret is None or len(secret) != SECRET_BYTES:
        return wire.refuse(wire.MALFORMED, "the code's secret is not 14 hex digits", _MEND)
    digest = code_hash(secret)
    code = next((code for code in codes if hmac.compare_digest(code.hash, digest)), None)
    if code is None and not any(hmac.compare_digest(digest, each) for each in used):
        return wire.refuse(wire.WRONG_CODE, "there is no such pairing code", _NEW_CODE)
    journal_id = JournalId(request.journal_id)
    message = proof_message(secret, journal_id, fingerprint)
    if not signature_holds(public_key, message, bytes.fromhex(request.proof)):
        return wire.refuse(wire.BAD_SIGNATURE, "the proof of the device's key does not hold", _MEND)
    if standing is not None:
        if standing.own:
            return wire.refuse(wire.BAD_SIGNATURE, "this journal is the server's own", _OTHER_KEY)
        if standing.public_key != public_key or standing.secret != bytes.fromhex(request.journal_secret):
            return wire.refuse(wire.BAD_SIGNATURE, "this journal is paired with another key", _OTHER_KEY)
        if code is None and standing.paired_by == digest and not standing.revoked:
            return Repeated(standing)
    if code is None:
        return wire.refuse(wire.CODE_USED, "this pairing code was used before", _NEW_CODE)
    if now_ms >= code.expires_ms:
        return wire.refuse(wire.CODE_EXPIRED, f"this pairing code was good for {VALID_HOURS} hours", _NEW_CODE)
    return _entered(request, code, public_key)


def _entered(request: PairRequest, code: Code, public_key: bytes) -> Pairing | Refusal:
    place = clean_place(code.place or request.place)
    if request.role not in ROLES:
        return wire.refuse(wire.MALFORMED, f"there is no role {request.role[:20]!r}", _MEND)
    if place is None:
        message = f"the place does not have 1 to {PLACE_CHARACTERS} printable characters"
        return wire.refuse(wire.MALFORMED, message, "Set `place` in kiosk.toml.")
    secret = bytes.fromhex(request.journal_secret)
    return Pairing(JournalId(request.journal_id), public_key, secret, request.role, place, code.hash, code.replaces)


def clean_place(place: str) -> str | None:
    """The place without spaces at its ends, None where it cannot be shown on one line."""
    clean = place.strip()
    shown = all(character.isprintable() or character in "\u200b\u200c\u200d" for character in clean)
    return clean if 0 < len(clean) <= PLACE_CHARACTERS and shown else None


def _hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


class Patience:
    """Counts wrong codes, so that nobody can try them all: a table of the last minute, fed with the time."""

    def __init__(self, limit: int = WRONG_CODES_A_MINUTE) -> None:
        self._limit = limit
        self._wrong: list[UtcMs] = []

    def exhausted(self, now_ms: UtcMs) -> bool:
        """Whether the next attempt has to wait."""
        self._wrong = [at for at in self._wrong if 0 <= now_ms - at < 60_000]
        return len(self._wrong) >= self._limit

    def wrong(self, now_ms: UtcMs) -> None:
        """One more wrong code."""
        self._wrong.append(now_ms)


_NEW_CODE = "Make a new code at the server: python -m server pair --config server.toml"
_MEND = "See docs/exchange.md, 'Pairing'. The device's program has to be mended."
_CLONED = "Its card was cloned: two machines have one key. Pair this one by a new code, with a new card."
_OTHER_KEY = "Restore the device's key and journal from its backup, or let it begin a new journal."
