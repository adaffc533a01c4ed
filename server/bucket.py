"""How often one address may ask for what costs something: pure but for its table, fed with the time.

Each address has a bucket of tries that fills again with time. A whole hall may share one address, so the bucket is
large for people and small for programs. What is full again is forgotten.
"""

from server.lockout import network
from sync.types import UtcMs

ROOM = 2000


class Buckets:
    """`burst` tries at once for each address, one more every `every_ms`."""

    def __init__(self, burst: int, every_ms: int, room: int = ROOM) -> None:
        self._whole_ms, self._every_ms, self._room = burst * every_ms, every_ms, room
        self._empty: dict[str, int] = {}
        """By address: the moment at which its bucket is full again."""

    def take(self, address: str, now_ms: UtcMs) -> int:
        """0 where this address may ask now, which uses up one try; else the seconds to wait."""
        key = network(address)
        full_at = self._empty.get(key, 0)
        if full_at > now_ms + self._whole_ms:  # the clock was set back
            full_at = 0
        after = max(full_at, now_ms) + self._every_ms
        late_ms = after - now_ms - self._whole_ms
        if late_ms > 0:
            return -(-late_ms // 1000)
        if key not in self._empty:
            self._make_room(now_ms)
        self._empty[key] = after
        return 0

    def give_back(self, address: str) -> None:
        """The last try of this address cost nothing after all."""
        key = network(address)
        if key in self._empty:
            self._empty[key] -= self._every_ms

    def __len__(self) -> int:
        return len(self._empty)

    def _make_room(self, now_ms: int) -> None:
        if len(self._empty) < self._room:
            return
        for key in [key for key, full_at in self._empty.items() if full_at <= now_ms]:
            del self._empty[key]
        if len(self._empty) >= self._room:
            del self._empty[min(self._empty, key=lambda key: self._empty[key])]
