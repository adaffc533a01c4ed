"""What time it is at the office, in its own journal: `clock.anchored` at the start, and later where that is due."""

from collections.abc import Callable
from typing import Protocol

from server.ledger import Ledger
from sync.anchoring import anchored, better, moved
from sync.clock import Reading, Timeline, Trust, by_chip, confirmed, trusted
from sync.journal import Instant
from sync.types import BootId, BootMs, UtcMs

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
        self._known: tuple[BootId, BootMs, UtcMs] | None = None
        self._by = "clock"

    def now(self) -> tuple[UtcMs, str] | None:
        """What time it is, and who vouches for it, `clock` or `staff`; None: nobody.

        The system's clock where it can be trusted; else by the anchors of this boot in the office's own journal: what
        staff confirmed, what a clock chip had kept, or what NTP said before the Internet was cut.
        """
        reading = self._clock.read()
        if trusted(reading, self._trust, None) is not None:
            return reading.utc_ms, "clock"
        known = self._known
        if known is None or known[0] != reading.boot_id:
            return None
        return UtcMs(known[2] + reading.boottime_ms - known[1]), self._by

    def confirm(self, ledger: Ledger, utc_ms: UtcMs) -> None:
        """Take staff's word for the time. Within a transaction. Raises ClockError for a time that is over."""
        reading = self._clock.read()
        anchor = confirmed(reading, utc_ms, self._timeline().known_past)
        now = self._clock.instant()
        ledger.append([anchored(moved(anchor, now.boottime_ms))], now)
        self._by = "staff"
        self.look(ledger)

    def look(self, ledger: Ledger) -> None:
        """Anchor this boot, where it has no anchor yet or there is a clearly better one. Within a transaction."""
        reading, timeline = self._clock.read(), self._timeline()
        past = timeline.known_past if reading.disciplined else timeline.claimed_past
        candidates = [trusted(reading, self._trust, past), by_chip(reading, timeline.claimed_past)]
        anchor = better(candidates, reading, timeline)
        if anchor is not None:
            self._by = "clock"
            now = self._clock.instant()
            ledger.append([anchored(moved(anchor, now.boottime_ms))], now)
        timeline, now = self._timeline(), self._clock.instant()
        known = timeline.anchored(now.boot_id)
        middle = timeline.when(now.boot_id, now.boottime_ms).middle if known else None
        self._known = None if middle is None else (now.boot_id, now.boottime_ms, middle)
        kept = known and self._by == "clock" and reading.rough_ms is None
        self.wait_seconds = TRUST_SECONDS if kept else DOUBT_SECONDS
