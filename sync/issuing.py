"""The facts of one ticket, to be committed together, and the secrets printed on it. Pure.

The token in the QR and the 4-digit code are derived from the device's secret and the ticket's own words, so that a
reprint has the same ones. Of the token the record has a hash; the code it has masked (sync.masked), for other kiosks.
"""

import hashlib
import re
from dataclasses import dataclass

from sync.errors import SyncError
from sync.estimate import Wait
from sync.facts import Body, PrintSending, TicketIssued, TicketLanguage, TicketPriority, TicketPromised
from sync.keys import DeviceKey
from sync.masked import mask
from sync.numbering import Numbers, label
from sync.types import JournalId, Seq

TOKEN_BYTES = 16
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class IssuingError(SyncError):
    """A ticket that cannot be issued as asked."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a citizen chose: one to five service ids of the catalogue, in this order, and the language.

    `cases`: how many of each; empty: one of each. `priority`: asked for, and nobody asks why. `wait`: what is promised.
    `place`: the online place whose code was typed.
    """

    series: str
    services: tuple[str, ...]
    language: str
    cases: tuple[int, ...] = ()
    priority: bool = False
    wait: Wait | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only the paper knows: `token`, 32 hex digits for the QR, and `code`, 4 digits for the kiosk."""

    token: str
    code: str


def issue(
    wish: Wish,
    numbers: Numbers,
    *,
    day: str,
    lane: int,
    journal_id: JournalId,
    key: DeviceKey,
    next_seq: Seq,
    print_now: bool,
    first: int = 1,
    secret: bytes | None = None,
) -> tuple[Body, ...]:
    """`ticket.issued`, which takes `next_seq`; `ticket.language`; `ticket.priority` where it was asked for;
    `ticket.promised` where something is; and, where `print_now`, `print.sending`, attempt 1.

    All of them are for one commit. `day` is the office day, YYYY-MM-DD. `first`: the least number
    that may be given (sync.numbering.fresh_start). `secret`: of this journal; with it the fact tells the code, masked,
    so that every kiosk of the office finds the ticket. Raises IssuingError, NumberingError.
    """
    if not 1 <= len(wish.services) <= 5:
        raise IssuingError(f"a visit for {len(wish.services)} services", hint="Choose one to five services.")
    if len(set(wish.services)) != len(wish.services):
        raise IssuingError("a service stands twice in one visit", hint="Count its cases instead.")
    if wish.cases and (len(wish.cases) != len(wish.services) or not all(1 <= one <= 9 for one in wish.cases)):
        raise IssuingError(f"cases {wish.cases} of {len(wish.services)} services", hint="One to nine of each service.")
    if not _DAY.fullmatch(day):
        raise IssuingError(f"{day!r} is no office day", hint="Open the day first: YYYY-MM-DD.")
    n = max(numbers.next_number(day, wish.series, lane), first)
    secrets = secrets_of(key, journal_id, day, wish.series, lane, n)
    cases = wish.cases if any(one != 1 for one in wish.cases) else ()
    number = label(wish.series, lane, n)
    code = mask(secrets.code, secret, journal_id, day, number) if secret is not None else None
    token = token_hash(secrets.token)
    issued = TicketIssued(day, wish.series, lane, n, number, wish.services, token, cases, code, wish.place)
    facts: tuple[Body, ...] = (issued, TicketLanguage(next_seq, wish.language))
    if wish.priority:
        facts += (TicketPriority(next_seq),)
    if wish.wait is not None:
        facts += (TicketPromised(next_seq, wish.wait.low, wish.wait.high, wish.wait.ahead),)
    return (*facts, PrintSending(next_seq, 1)) if print_now else facts


def secrets_of(key: DeviceKey, journal_id: JournalId, day: str, series: str, lane: int, n: int) -> Secrets:
    """The token and the code of a ticket, the same each time."""
    words = (journal_id, day, series, str(lane), str(n))
    token = key.derive("ticket-token", *words)[:TOKEN_BYTES].hex()
    code = int.from_bytes(key.derive("ticket-code", *words)[:8], "big") % 10_000
    return Secrets(token, f"{code:04}")


def token_hash(token: str) -> str:
    """What the fact holds of a token: the SHA-256, hex, of its 16 bytes (not of their hex digits)."""
    return hashlib.sha256(bytes.fromhex(token)).hexdigest()
