"""How fast bytes can travel on a serial line. Pure: the caller brings the time."""

from dataclasses import dataclass, replace

BITS_A_BYTE = 10
"""One start bit, eight data bits, one stop bit."""
_AHEAD_S = 0.02
"""The most that is handed over ahead of the line; more is taken on once half of it has left."""
_FULL_S = _AHEAD_S / 2 + 1e-6


@dataclass(frozen=True, slots=True)
class Pacer:
    """A line of `bytes_per_s`, busy until `busy_until` (seconds of the caller's clock) with what was handed to it.

    Where nothing tells when a byte has left, a byte counts as travelling for as long as the line must take for it.
    """

    bytes_per_s: float
    busy_until: float = 0.0

    def allows(self, now: float) -> int:
        """How many bytes can be handed over now; 0 while the line is busy enough."""
        ahead = max(self.busy_until - now, 0.0)
        if ahead > _FULL_S:
            return 0
        return max(int((_AHEAD_S - ahead) * self.bytes_per_s), 1)

    def waits(self, now: float) -> float:
        """Seconds until more is allowed; 0 if some is now."""
        return max(self.busy_until - now - _AHEAD_S / 2, 0.0)

    def took(self, count: int, now: float) -> "Pacer":
        """After `count` bytes more were handed over."""
        return replace(self, busy_until=max(self.busy_until, now) + count / self.bytes_per_s)

    def travelling(self, now: float) -> int:
        """How many bytes cannot have arrived yet."""
        left = max(self.busy_until - now, 0.0) * self.bytes_per_s
        return int(left) + (left > int(left))


def pacer_for(baud: int) -> Pacer:
    """The line of this many bits a second."""
    return Pacer(baud / BITS_A_BYTE)
