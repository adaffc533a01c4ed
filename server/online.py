"""Online places at the office: how many may be asked for, and how one becomes a fact of the office's journal.

Who asks is looked at only to count: an address is held in memory, hashed with a key that dies with the process. Nothing
of it is ever stored.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from server import queue
from server.bucket import Buckets
from server.errors import ActRefused
from server.ledger import Ledger
from server.lockout import network
from server.queue import Moment
from sync.facts_online import OnlineAdopted, OnlineAsked
from sync.issuing import token_hash
from sync.online_code import code_hash, code_of
from sync.types import UtcMs

EACH = 8
"""Places of one address that are open at once. Telephones of many people share the address of their company."""
AT_ONCE, EVERY_MS = 30, 10_000
"""Of all addresses together: so many in a burst, and one more in so many milliseconds."""
MOST_OPEN = 100
MOST_A_DAY = 2000
_EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms the office gives places. A day keeps those that it was told. `url`: where they are asked for."""

    share: int
    hold_ms: int
    head_ms: int
    url: str

    def adopted(self, now_ms: UtcMs) -> OnlineAdopted:
        """The fact that says so."""
        return OnlineAdopted(now_ms, self.share, self.hold_ms, self.head_ms, self.url)


class Gate:
    """How often one address, and everybody together, may ask. No address ever has more than EACH places open."""

    def __init__(self, hold_ms: int, random: Callable[[int], bytes]) -> None:
        self._key = random(32)
        self._each, self._all = Buckets(EACH, hold_ms), Buckets(AT_ONCE, EVERY_MS)

    def wait_s(self, address: str, now_ms: UtcMs) -> int:
        """0 where this address may ask now, which uses up one try; else the seconds to wait."""
        hidden = hmac.digest(self._key, network(address).encode(), "sha256").hex()
        return self._each.take(hidden, now_ms) or self._all.take(_EVERYBODY, now_ms)


def adopt(ledger: Ledger, at: Moment | None, terms: Terms) -> None:
    """Say on which terms places are given on this day, where it has begun without. Within a transaction."""
    live = queue.live_of(ledger)
    if at is not None and live.day == at.day and live.online.terms is None:
        at = queue.steady(ledger, at)
        queue.commit(ledger, [terms.adopted(at.now_ms)], at.instant)


def ask(ledger: Ledger, token: str, service: str, at: Moment | None, terms: Terms, closes_ms: UtcMs) -> None:
    """Make it durable that the place with this token (32 hex digits) was asked for. Asked for again it is the same one.

    Within a transaction. `closes_ms`: when the service closes today: no code is good for longer. Raises ActRefused: no-
    clock, record-missing, full, again.
    """
    if at is None:
        raise ActRefused("no-clock", "nobody vouches for the time", hint="Look at the server's clock.")
    at = queue.steady(ledger, at)
    queue.turn(ledger, at)
    live = queue.live_of(ledger)
    online, place, now_ms = live.online, token_hash(token), at.now_ms
    if place in online.places:
        return
    held = sum(each.is_open(now_ms) for each in online.places.values())
    if held >= MOST_OPEN or len(online.places) >= MOST_A_DAY or not online.has_room(service, now_ms):
        raise ActRefused("full", f"no place of {service} is free", hint="Wait until somebody has come.")
    secret = ledger.own_secret
    code = code_hash(code_of(token, secret), live.day or at.day, secret)
    if online.by_code(code) is not None:
        raise ActRefused("again", "another place of today has this code", hint="Ask with another token.")
    adopt(ledger, at, terms)
    adopted = queue.live_of(ledger).online.terms or terms
    until = UtcMs(min(now_ms + adopted.hold_ms, closes_ms))
    queue.commit(ledger, [OnlineAsked(now_ms, place, code, (service,), until)], at.instant)
