"""When an update may be installed, whether the system that it brought is well, and what became of it. Pure."""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from kiosk.box.slots import Record, Slot, chosen

COMPATIBLE = "scorecard-smart-box"
NIGHT = (time(1), time(4))
"""On the office's wall clock: nobody is there, and whoever comes at eight finds a machine that was tried."""
REST = ("attract", "closed", "score", "confirm-date", "out-of-order")
"""The kiosk's screens that nobody is served on, as its status names them."""
INSTALLED, TRYING, GOOD, REFUSED, FAILED, BACK = "installed", "trying", "good", "refused", "failed", "rolled-back"
KIOSK, SYNC, SERVER = "scorecard-kiosk.service", "scorecard-sync.service", "scorecard-server.service"
OUT_OF_ORDER = "out of order:"
_CODES = ("ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "EHOSTUNREACH", "ETIMEDOUT", "ENETDOWN", "EHOSTDOWN")
OFFLINE = (*(os.strerror(getattr(errno, each)) for each in _CODES), "timed out", "name resolution", "not known")
"""How the system calls it when nobody is there to talk to."""


@dataclass(frozen=True, slots=True)
class Last:
    """What became of the update that was tried last: `result` is one of the words above, `why` English."""

    release: str
    result: str
    at_utc_ms: int
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """system/update.json. `before`: how the parts stood before the update that is being tried; `failures`: how often
    its installation broke off."""

    running: str | None = None
    slot: str | None = None
    last: Last | None = None
    before: Mapping[str, str] = field(default_factory=dict)
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """`word`: a technician asks for it now. `local`: the office's wall clock, None where nobody vouches for it. `open`:
    whether numbers are given, None: no hours are known. `waiting`: how many wait, None: that is not known."""

    word: bool
    local: datetime | None
    open: bool | None
    waiting: int | None
    busy: bool


def why_not(moment: Moment) -> str | None:
    """Why nothing is installed, and nothing started anew, at this moment; None: it may be."""
    if moment.word:
        return None
    if moment.local is None:
        return "nobody vouches for the clock"
    if moment.busy:
        return "somebody is at the screen"
    if NIGHT[0] <= moment.local.time() < NIGHT[1]:
        return None
    if moment.open is not False:
        return "the office is open" if moment.open else "no office hours are known, so it waits for the night"
    if moment.waiting != 0:
        return "who waits is not known" if moment.waiting is None else f"{moment.waiting} wait to be served"
    return None


def busy(status: str) -> bool:
    """Whether the kiosk's status says that somebody is at the screen."""
    screen = status.removeprefix("screen ").partition(",")[0]
    return status.startswith("screen ") and screen not in REST


# The trial --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unit:
    """A service: its name, whether it is ready (it runs and has said so), its status line."""

    name: str
    ready: bool
    status: str = ""


def unwell(units: tuple[Unit, ...], journal: str | None, before: Mapping[str, str]) -> str | None:
    """What is not well yet; None: all is. `journal`: what is wrong with it. `before`: status lines by unit; what was
    the matter then is not the update's doing.

    A kiosk that is ready has drawn its first picture; so has one that shows what is the matter, hence the status.
    """
    if not units:
        return "no part of this machine's role is started"
    for unit in units:
        if not unit.ready:
            return f"{unit.name} is not ready{': ' if unit.status else ''}{unit.status}"
        if unit.status.startswith(OUT_OF_ORDER) and unit.status != before.get(unit.name):
            return f"{unit.name}: {unit.status}"
        if unit.name == SYNC and not (heard(unit.status) or unit.status == before.get(unit.name)):
            return f"{unit.name}: {unit.status or 'nothing is known of the server yet'}"
    return journal


def heard(status: str) -> bool:
    """Whether the exchange has reached its server, or is known to have none to reach."""
    if status.startswith("backoff"):
        return any(each in status for each in OFFLINE)
    return bool(status) and not status.startswith("sending")


# What became of it ------------------------------------------------------------------------------------------------


def started(told: Told, running: str, slot: Slot, record: Record, now_ms: int) -> Told:
    """What is known once this slot has started. `running` is its release."""
    here = replace(told, running=running, slot=slot)
    last = told.last
    if last is None or last.result not in (INSTALLED, TRYING):
        return here if last is not None and last.result == FAILED else replace(here, before={}, failures=0)
    if last.release == running:
        if record.standing(slot) == "trying":
            return here if last.result == TRYING else replace(here, last=replace(last, result=TRYING, at_utc_ms=now_ms))
        return ended(here, Last(running, GOOD, now_ms))
    if pending(record, slot):
        return here
    why = last.why or "it did not start"
    return ended(here, Last(last.release, BACK, now_ms, why))


def ended(told: Told, last: Last) -> Told:
    """An update is over, so or so."""
    return replace(told, last=last, before={}, failures=0)


def pending(record: Record, slot: Slot) -> bool:
    """Whether the other slot starts next."""
    return chosen(record).order[0] != slot
