"""How long whoever guesses passwords has to wait: pure but for its table, fed with the time.

Five wrong in a row cost nothing; each one more doubles a wait, for the account and for the address it came from alike.
No wait is longer than a quarter of an hour, so nobody can shut an officer out for good. An attempt counts as wrong from
its beginning, so that many at once get no more tries than one after the other. The table has room for so many; what is
dropped first is what has been wrong the fewest times.
"""

import ipaddress
from dataclasses import dataclass
from typing import Protocol

from sync.types import UtcMs

FREE_TRIES = 5
FIRST_WAIT_MS = 30_000
LONGEST_WAIT_MS = 15 * 60_000
FORGET_MS = 24 * 3_600_000
ROOM = 2000


class Lockout(Protocol):
    """What the door asks before it looks at a password."""

    def begin(self, login: str, address: str, now_ms: UtcMs) -> int:
        """Milliseconds to wait, and nothing is counted; or 0, and one more attempt counts as wrong."""

    def right(self, login: str, address: str) -> None:
        """The attempt was right after all."""


@dataclass(slots=True)
class _Row:
    wrong: int
    last_ms: int

    def wait(self, now_ms: int) -> int:
        """What is left of the wait; a clock that went back ends it."""
        if self.wrong < FREE_TRIES or now_ms < self.last_ms:
            return 0
        whole = min(FIRST_WAIT_MS << min(self.wrong - FREE_TRIES, 20), LONGEST_WAIT_MS)
        return max(0, self.last_ms + whole - now_ms)


class Waits:
    """The `Lockout` that ships."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._tables: tuple[dict[str, _Row], dict[str, _Row]] = ({}, {})

    def begin(self, login: str, address: str, now_ms: UtcMs) -> int:
        """See Lockout."""
        keys = login, network(address)
        rows = [table.get(key) for table, key in zip(self._tables, keys, strict=True)]
        wait = max((row.wait(now_ms) for row in rows if row is not None), default=0)
        if wait:
            return wait
        for table, key in zip(self._tables, keys, strict=True):
            row = table.get(key)
            if row is None or not 0 <= now_ms - row.last_ms < FORGET_MS:
                self._make_room(table, now_ms)
                row = table[key] = _Row(0, now_ms)
            row.wrong, row.last_ms = row.wrong + 1, now_ms
        return 0

    def right(self, login: str, address: str) -> None:
        """See Lockout."""
        for table, key in zip(self._tables, (login, network(address)), strict=True):
            table.pop(key, None)

    def __len__(self) -> int:
        return sum(map(len, self._tables))

    def _make_room(self, table: dict[str, _Row], now_ms: int) -> None:
        if len(table) < self._room:
            return
        for key in [key for key, row in table.items() if not 0 <= now_ms - row.last_ms < FORGET_MS]:
            del table[key]
        if len(table) >= self._room:
            del table[min(table, key=lambda key: (table[key].wrong, table[key].last_ms))]


def network(address: str) -> str:
    """What one machine can send from: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found)
