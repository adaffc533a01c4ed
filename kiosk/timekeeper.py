"""What time it is at this kiosk: anchors the clock, opens the day, knows the opening hours. Drives kiosk.day."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from kiosk import day
from kiosk.record import Recorder
from kiosk.screen_types import Hours, Moment
from sync.anchoring import anchored, moved
from sync.calendar import Calendar, Closed
from sync.clock import Reading, Trust, confirmed, office_time
from sync.errors import ClockError
from sync.facts import Body
from sync.inbox import OfficeTime
from sync.journal import Instant
from sync.types import BootMs, UtcMs

DOUBT_POLL_MS = 10_000
"""How often a clock is looked at that is not trusted, or by its chip alone: nothing tells when NTP has set it."""
TRUST_POLL_MS = 3_600_000


class Clocks(Protocol):
    """What is needed of sync.system_clock.SystemClock."""

    def instant(self) -> Instant: ...

    def read(self) -> Reading: ...


class Timekeeper:
    """`hours` is what the calendar said at the last `keep`; `look_at`: the boot time of the next one that is due."""

    def __init__(
        self,
        record: Recorder,
        clock: Clocks,
        zone: ZoneInfo,
        trust: Trust,
        calendar: Calendar,
        services: tuple[str, ...],
        office: Callable[[], OfficeTime | None],
    ) -> None:
        """`office` tells what the office's server last said of the time; `services` are the catalogue's ids."""
        self._record, self._clock, self.zone, self._trust = record, clock, zone, trust
        self._office = office
        self._services = tuple(service for service in services if service in calendar.services)
        self.calendar = calendar
        self.hours: Hours | None = None
        self.look_at = clock.instant().boottime_ms

    def instant(self) -> Instant:
        """This boot, and its time."""
        return self._clock.instant()

    def now(self) -> BootMs:
        """Boot time."""
        return self._clock.instant().boottime_ms

    def today(self) -> day.Today:
        """What is known of the time."""
        return day.today(self._record.timeline, self._clock.read(), self.zone)

    def local(self) -> datetime | None:
        """The office's wall clock, without zone; None while nobody vouches for it."""
        utc_ms = self.today().utc_ms
        return None if utc_ms is None else office_time(utc_ms, self.zone).replace(tzinfo=None)

    def at(self, instant: Instant) -> datetime | None:
        """What the wall clock showed at an earlier instant."""
        utc_ms = self._record.timeline.when(instant.boot_id, instant.boottime_ms).middle
        return None if utc_ms is None else office_time(utc_ms, self.zone).replace(tzinfo=None)

    def keep(self) -> None:
        """Anchor the clock where that is due, open the day, look at the hours, and decide when to look again."""
        reading = self._clock.read()
        anchor = day.anchor_wanted(reading, self._trust, self._record.timeline, self._office())
        if anchor is not None:
            self._record.commit(anchored(moved(anchor, reading.boottime_ms)))
        today = self.today()
        opening = self.opening(today)
        if opening:
            self._record.commit(*opening)
        boundary = day.until_boundary(today, self.zone)
        wait = min(TRUST_POLL_MS, boundary + 1) if boundary is not None and reading.rough_ms is None else DOUBT_POLL_MS
        local = self.local()
        self.hours = self._hours(local)
        if local is not None:
            change = self.calendar.next_change(local) - local
            wait = min(wait, int(change.total_seconds() * 1000) + 1)
        self.look_at = BootMs(self.now() + wait)

    def opening(self, today: day.Today) -> tuple[Body, ...]:
        """`day.opened`, where the day in hand has not been opened yet."""
        return day.opening(today, self._record.day, self._record.by_staff)

    def asked(self) -> Moment:
        """The date and time that staff are asked about."""
        return day.asked(self._clock.read(), self._record.timeline, self.zone)

    def confirm(self, moment: Moment) -> bool:
        """Take staff's word for the time; False where that time is over for certain."""
        local = datetime(*moment, tzinfo=self.zone)
        utc_ms = UtcMs(int(local.timestamp() * 1000))
        try:
            anchor = confirmed(self._clock.read(), utc_ms, self._record.timeline.known_past)
        except ClockError:
            return False
        self._record.commit(anchored(anchor))
        self.keep()
        return True

    def _hours(self, local: datetime | None) -> Hours | None:
        if local is None:
            return None
        office = self.calendar.at(local)
        if isinstance(office, Closed):
            return Hours(local.date(), closed=office)
        found = ((service, self.calendar.at(local, service)) for service in self._services)
        shut = tuple((service, answer) for service, answer in found if isinstance(answer, Closed))
        return Hours(local.date(), pause=office.pause, shut=shut)


class Dayless(Timekeeper):
    """The time of a machine that gives no numbers: it opens no day."""

    def opening(self, today: day.Today) -> tuple[Body, ...]:
        """Nothing."""
        return ()
