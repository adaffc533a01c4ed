"""The self-check at night: when it is due, and what it says. Pure.

Somebody has to hear in the morning, before the first citizen, that the printer cannot print. No paper moves for it: the
printer is asked how it is all day and night, and at this hour the answer goes on record even where nothing has changed.
"""

from datetime import datetime, time, timedelta

from hardware.printer import PaperStatus
from sync.facts import PrinterTested

AT = time(3, 30)
"""On the office's wall clock: after the boundary of the office day, so that it belongs to the day it is for."""
WITHIN = timedelta(hours=1)
"""Who is later than this (a clock was set, a machine was asleep) waits for the next night."""


def until(local: datetime) -> timedelta:
    """The time from this moment of the office's wall clock to the next check."""
    due = datetime.combine(local.date(), AT)
    return (due if due > local else due + timedelta(days=1)) - local


def is_due(local: datetime) -> bool:
    """Whether this moment is that of a check, give or take what a machine needs to get to it."""
    return timedelta(0) <= local - datetime.combine(local.date(), AT) < WITHIN


def checked(status: PaperStatus | None) -> PrinterTested:
    """What the printer said of itself. One that says nothing of paper nor cover has not passed: nobody can tell."""
    if status is None:
        return PrinterTested("night", "uncertain")
    if status.fault is not None:
        return PrinterTested("night", status.fault)
    silent = status.paper is None and status.cover_open is None and status.online is None
    return PrinterTested("night", "uncertain" if silent else "passed")
