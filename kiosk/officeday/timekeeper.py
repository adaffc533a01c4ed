"""The simulation's time: real while anything is under way, jumped over while everybody waits."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any, Protocol, Self
from zoneinfo import ZoneInfo

from kiosk.errors import KioskError
from kiosk.officeday.arrivals import OPENS_S
from sync.inbox import InboxReader
from sync.journal import JournalReader
from sync.simulated_clock import ClockHand, SimulatedClock
from sync.wake import wake

BEFORE_OPENING_S = 120
"""The machines are switched on two minutes before the doors open."""
GLANCE_S = 0.003
QUIET_FOR_MS = 1000
"""A shorter jump does not wait for what is being sent: a citizen's breath is long enough for it."""
QUIET_S = 2.0
"""Nothing is waited for longer than this: what is not sent by then has a reason."""
LONGEST_PRINT_S = 60.0


class Line(Protocol):
    """What is needed of kiosk.touch.Remote."""

    def screen(self) -> dict[str, Any]: ...

    def ask(self, **asked: Any) -> dict[str, Any]: ...


class TimeStands(KioskError):
    """The kiosk stays busy and never comes to rest."""


def opening_day(now: datetime, zone: ZoneInfo, closed: frozenset[date]) -> date:
    """The next weekday on which the office opens and has not opened yet: a clock only goes forward."""
    day = now.astimezone(zone).date()
    while day.weekday() > 4 or day in closed or opening(day, zone) - timedelta(seconds=BEFORE_OPENING_S) <= now:
        day += timedelta(days=1)
    return day


def opening(day: date, zone: ZoneInfo) -> datetime:
    """The moment the doors open on that day."""
    return datetime.combine(day, time_of_day(OPENS_S // 3600, OPENS_S // 60 % 60), zone)


class Timekeeper:
    """Leads the clock of a day. Moments are seconds after the opening. A context manager."""

    def __init__(self, path: Path, opens: datetime) -> None:
        """Makes the clock at `path`, so that it is BEFORE_OPENING_S before the opening. Raises ClockError."""
        wanted = int((opens.timestamp() - BEFORE_OPENING_S) * 1000)
        self._hand = ClockHand(path, wanted - int(time.time() * 1000))
        self._clock = SimulatedClock(path)
        reading = self._clock.read()
        self._opening_ms = reading.boottime_ms + int(opens.timestamp() * 1000) - reading.utc_ms
        self.jumps = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._hand.__exit__(*exc)

    def meet(self, remote: Line, data: Path, on_line: Callable[[], bool]) -> None:
        """The machines that follow: the kiosk by its control, sync in the data folder. `on_line`: sync can send."""
        self._remote, self._wake_sync, self._on_line = remote, data / "sync.wake", on_line
        self._inbox, self._journal = InboxReader(data / "inbox.db"), data / "journal.db"

    @property
    def now_s(self) -> float:
        """Seconds after the opening; negative before."""
        return (self._clock.boottime_ms() - self._opening_ms) / 1000

    def until(self, at_s: float, *, patience_s: float = LONGEST_PRINT_S) -> dict[str, Any]:
        """Let the time pass until then, stopping at each of the kiosk's own deadlines; what is then in sight.

        No time is jumped over while paper is on its way, for at most `patience_s` real seconds. Raises TimeStands, and
        ConnectionError for a kiosk that ended.
        """
        at_ms, given_up = self._opening_ms + round(at_s * 1000), time.monotonic() + patience_s
        while True:
            seen = self._remote.screen()
            now = self._clock.boottime_ms()
            if now >= at_ms:
                return seen
            due = seen["deadline_ms"]
            if seen["busy"] or (due is not None and due <= now):
                if time.monotonic() > given_up:
                    raise TimeStands("the kiosk does not come to rest", hint="Look into its log: logs/kiosk.log.")
                time.sleep(GLANCE_S)
                continue
            step = min(at_ms, at_ms if due is None else due) - now
            if step >= QUIET_FOR_MS:
                self._await_quiet()
            self._jump(step)
            given_up = time.monotonic() + patience_s

    def caught_up(self) -> bool:
        """Whether the office has every fact of the kiosk."""
        with JournalReader(self._journal) as journal:
            end = journal.last().seq
        state = self._inbox.read()
        return state is not None and state.received == end

    def _await_quiet(self) -> None:
        end = time.monotonic() + QUIET_S
        while self._on_line() and not self.caught_up() and time.monotonic() < end:
            time.sleep(GLANCE_S)

    def _jump(self, ms: int) -> None:
        self._hand.jump(ms)
        self.jumps += 1
        self._remote.ask(wake=True)
        wake(self._wake_sync)
