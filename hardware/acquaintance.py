"""What is known of the printer at an address from one connection to the next. Pure.

A printer that has answered before and is silent now is hung, and what it is sent must not count as printed. But where
the device itself was away in between, another one may have been put in its place, one that cannot speak at all: then
silence is believed after a while, longer than a printer takes to start.
"""

from dataclasses import dataclass, replace

STARTING_S = 15.0
"""Seconds of silence after its return from which on a printer is taken for one that cannot speak."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """`answered`: the printer here has spoken. `away`: it was gone since. `back_at`: when one could be opened again."""

    answered: bool = False
    away: bool = False
    back_at: float | None = None

    def lost(self) -> "Acquaintance":
        """The device was seen to be away: unplugged, switched off, replaced."""
        return replace(self, away=True, back_at=None)

    def opened(self, now: float) -> "Acquaintance":
        """A device stands there (seconds of the caller's clock)."""
        return replace(self, back_at=now) if self.away and self.back_at is None else self

    def heard(self) -> "Acquaintance":
        """It has answered."""
        return Acquaintance(answered=True)

    def must_answer(self, now: float, starting_s: float = STARTING_S) -> bool:
        """Whether silence on this connection is a fault, not a printer that cannot speak."""
        exchanged = self.back_at is not None and now - self.back_at >= starting_s
        return self.answered and not exchanged
