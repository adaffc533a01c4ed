"""Who is signed in: a random token in the browser's cookie, its SHA-256 in the table, and nothing else anywhere.

The token that a form must carry (against requests that another site makes in the person's name) is derived from the
session's token, so there is nothing more to keep, and it ends with the session.
"""

import hashlib
import hmac
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from server.database import Db
from server.people import Account, by_id
from sync.types import UtcMs

COOKIE = "__Host-console"
"""Browsers take a cookie of this prefix only over TLS, for this very host, and for all of its paths."""
TOKEN_BYTES = 16
IDLE_MS = 12 * 3_600_000
LONGEST_MS = 30 * 24 * 3_600_000
TOUCH_MS = 5 * 60_000
"""How old "last seen" may become before it is written anew: not every click has to reach the disk."""
MOST_A_PERSON = 20


@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """A session that holds now. `csrf`: what its forms carry."""

    hash: bytes
    csrf: str
    account: Account
    seen_ms: int


class Sessions:
    """Changes the table. Every method within a transaction of the ledger that gave the connection."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def open(self, account: Account, token: bytes, now_ms: UtcMs) -> bool:
        """Sign in who still has this password and is not disabled; False for anybody else."""
        self._db.execute(
            "DELETE FROM sessions WHERE made_ms < ? OR seen_ms < ?", (now_ms - LONGEST_MS, now_ms - IDLE_MS)
        )
        query = """INSERT INTO sessions (hash, staff, made_ms, seen_ms)
            SELECT ?, staff, ?, ? FROM staff WHERE staff = ? AND password = ? AND disabled = 0"""
        values = (token_hash(token), now_ms, now_ms, account.staff, account.password)
        opened = self._db.execute(query, values).rowcount == 1
        self._db.execute(
            """DELETE FROM sessions WHERE staff = ? AND hash NOT IN
                (SELECT hash FROM sessions WHERE staff = ? ORDER BY seen_ms DESC, hash LIMIT ?)""",
            (account.staff, account.staff, MOST_A_PERSON),
        )
        return opened

    def touch(self, hash_: bytes, now_ms: UtcMs) -> None:
        """Note that the session is in use."""
        self._db.execute("UPDATE sessions SET seen_ms = ? WHERE hash = ?", (now_ms, hash_))

    def shift(self, ms: int) -> None:
        """The clock was set forward by so much (back: below zero): nobody is signed out by that."""
        self._db.execute("UPDATE sessions SET made_ms = made_ms + ?, seen_ms = seen_ms + ?", (ms, ms))

    def end(self, hash_: bytes) -> None:
        """Sign out."""
        self._db.execute("DELETE FROM sessions WHERE hash = ?", (hash_,))


def find(db: Db, token: bytes, now_ms: UtcMs) -> Session | None:
    """The session of this token, if it holds. A clock that went back ends none."""
    digest = token_hash(token)
    found = db.execute("SELECT staff, made_ms, seen_ms FROM sessions WHERE hash = ?", (digest,)).fetchone()
    if found is None:
        return None
    staff, made_ms, seen_ms = found
    account = by_id(db, staff)
    if account is None or not account.may_enter(now_ms):
        return None
    if now_ms - made_ms >= LONGEST_MS or now_ms - seen_ms >= IDLE_MS:
        return None
    return Session(digest, csrf_of(token), account, seen_ms)


def token_hash(token: bytes) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token).digest()


def csrf_of(token: bytes) -> str:
    """What forms of this session carry, 32 hex digits."""
    return hmac.digest(token, b"scorecard/csrf/1", "sha256")[:16].hex()


def token_in(cookies: str) -> bytes | None:
    """The token in a Cookie header, None where there is none that could be ours."""
    try:
        value = SimpleCookie(cookies)[COOKIE].value
        token = bytes.fromhex(value)
    except (KeyError, ValueError, CookieError):
        return None
    return token if len(token) == TOKEN_BYTES else None


def cookie(token: bytes) -> str:
    """The Set-Cookie header that signs in."""
    return f"{COOKIE}={token.hex()}; Path=/; Max-Age={LONGEST_MS // 1000}; Secure; HttpOnly; SameSite=Strict"


CLEARED = f"{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict"
"""The Set-Cookie header that signs out."""
