"""Whether a turn may not come before the office closes: by the real queue, or by the work that tickets bring. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from kiosk.screen_inputs import TooLate
from kiosk.screen_types import Moment
from sync.calendar import Calendar, Open
from sync.estimate import Taken, too_late, work_left

Late: TypeAlias = Callable[[int, str | None], bool]
"""Whether so many minutes for this service (None: for all) may not be over before it closes."""


def warning(own: Mapping[str, int], now: datetime, calendar: Calendar, late: Late) -> TooLate | None:
    """When the office closes, where that may be too soon for these minutes of each service; None: there is time."""
    office = calendar.at(now)
    if not isinstance(office, Open):
        return None
    # All of it before the office closes, and each service before its own hours are over.
    needed: list[tuple[str | None, int]] = [(None, sum(own.values())), *own.items()]
    ends = [
        (end.closes, service is None)
        for service, minutes in needed
        if late(minutes, service) and isinstance(end := calendar.at(now, service), Open)
    ]
    if not ends:
        return None
    closes, of_office = min(ends)
    moment = Moment(closes.year, closes.month, closes.day, closes.hour, closes.minute)
    return TooLate(moment, of_office or closes == office.closes)


def by_work(waiting: Sequence[Taken], now: datetime, calendar: Calendar) -> Late:
    """Nobody tells who was called: all tickets of this kiosk bring work, which the usual counters do."""
    work = work_left(waiting, now, calendar.counters, calendar)
    return lambda minutes, service: too_late(work, minutes, calendar, now, calendar.counters, service)


def by_queue(latest: float, now: datetime, calendar: Calendar) -> Late:
    """The office tells the queue: called as late as the range reaches (minutes from now), it has to be done then."""

    def late(minutes: int, service: str | None) -> bool:
        end = calendar.at(now, service)
        return isinstance(end, Open) and now + timedelta(minutes=latest + minutes) > end.closes

    return late
