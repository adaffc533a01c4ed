"""The technician's PIN (sync.box_words says what may be one): how long whoever guesses has to wait. Pure.

Three wrong in a row cost nothing; each one more doubles a wait. No wait is longer than a quarter of an hour, so that
nobody can shut the technician out for good; six digits are then guessed in some thirty years. How many were wrong comes
from the journal, so that a restart forgives nothing: after one the wait begins with the machine.
"""

from dataclasses import dataclass

from sync.journal import Instant

FILE = "service.pin"
"""What keeps it in the data folder, and what hands it over beside kiosk.toml (kiosk.pin_file)."""
FREE_TRIES = 3
FIRST_WAIT_MS = 30_000
LONGEST_WAIT_MS = 15 * 60_000


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong PINs in a row, and when the last was; None: before anything that is known."""

    wrong: int = 0
    last: Instant | None = None

    def wait_ms(self, now: Instant) -> int:
        """Milliseconds in which no PIN is looked at; 0: one may be typed."""
        if self.wrong < FREE_TRIES:
            return 0
        whole = min(FIRST_WAIT_MS << min(self.wrong - FREE_TRIES, 20), LONGEST_WAIT_MS)
        here = self.last is not None and self.last.boot_id == now.boot_id
        begun = self.last.boottime_ms if here and self.last is not None else 0
        return max(begun + whole - now.boottime_ms, 0)

    def after(self, wrong: int, at: Instant) -> "Tries":
        """One more was wrong: so many in a row."""
        return Tries(wrong, at)
