"""What time it is at the office, in its own journal: `clock.anchored` at the start, and later where that is due."""

from collections.abc import Callable
from typing import Protocol

from server.ledger import Ledger
from sync.anchoring import anchored, better, moved
from sync.clock import Reading, Timeline, Trust, trusted
from sync.journal import Instant

DOUBT_SECONDS = 10.0
"""How often an untrusted clock is looked at: nothing tells when NTP has set it."""
TRUST_SECONDS = 3600.0


class Clocks(Protocol):
    """What is needed of sync.system_clock.SystemClock."""

    def instant(self) -> Instant: ...

    def read(self) -> Reading: ...


class Timekeeper:
    """Looks at the clocks as the kiosk's does; `wait_seconds` is how long until the next look is due."""

    def __init__(self, clock: Clocks, trust: Trust, timeline: Callable[[], Timeline]) -> None:
        """`timeline` folds the office's own journal."""
        self._clock, self._trust, self._timeline = clock, trust, timeline
        self.wait_seconds = DOUBT_SECONDS

    def look(self, ledger: Ledger) -> None:
        """Anchor this boot, where it has no anchor yet or there is a clearly better one. Within a transaction."""
        reading, timeline = self._clock.read(), self._timeline()
        past = timeline.known_past if reading.disciplined else timeline.claimed_past
        anchor = better([trusted(reading, self._trust, past)], reading, timeline)
        if anchor is not None:
            now = self._clock.instant()
            ledger.append([anchored(moved(anchor, now.boottime_ms))], now)
        known = anchor is not None or timeline.anchored(reading.boot_id)
        self.wait_seconds = TRUST_SECONDS if known else DOUBT_SECONDS
