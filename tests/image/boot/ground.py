"""What every walk does: power, a ticket, the plug, the record held against the paper."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.image.boot.bench import Bench
from tests.image.boot.card import Found, journal_of, verified
from tests.image.boot.citizen import Citizen
from tests.image.boot.sights import Sights

READY_S = 600.0
SIGHT_S = 60.0
SERVICE, GROUP = "move-in", "registration"
READY = r"kiosk ready, \d+ x \d+, (\w+)"

Step = Callable[[], list[str]]
"""Gives what did not hold, a line each."""
Steps = Iterator[tuple[str, Step]]
Walk = Callable[["Ground"], Steps]


class Ground:
    """One card, from its first start on, and all around it."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.sights = bench, Sights()
        self._starts = self._said = 0

    def starts(self) -> list[str]:
        """Power, until the screen invites."""
        self.begins()
        return self.comes()

    def comes(self) -> list[str]:
        """A start that has begun, until the screen invites."""
        missed = self._ready()
        if not self.invites(f"start-{self._starts}"):
            missed.append("the screen does not invite")
        return missed

    @property
    def fresh(self) -> bool:
        """Whether the card was never started: it is not paired yet."""
        return not self._starts

    def runs(self) -> list[str]:
        """The kiosk invites; power, if there is none."""
        return [] if self.bench.machine.on else self.starts()

    def powers(self) -> list[str]:
        """Power, until the kiosk says that it is ready."""
        self.begins()
        return self._ready()

    def begins(self, *more: str) -> None:
        """Power, whatever was before; `more` words for QEMU this once."""
        self._starts += 1
        self.bench.machine.pull()
        self._said = len(self.bench.machine.serial)
        self.bench.start(*more)

    def _ready(self) -> list[str]:
        self.bench.machine.until(lambda: self._found() is not None, "the kiosk is ready", READY_S)
        found = self._found()
        return [] if found and found[1].lower() == "kmsdrm" else [f"drawn by {found[1] if found else 'nobody'}"]

    def _found(self) -> re.Match[str] | None:
        return self.bench.said(READY, self._said)

    def still(self, name: str, seconds: float) -> bool:
        """Whether the still picture of the start is seen, within this time and before the kiosk is ready."""
        seen = within(seconds, lambda: self.sights.still(self.picture(name)) or self._found() is not None)
        return seen and self.sights.still(self.picture(name))

    def ready_again(self, after: int) -> bool:
        """Whether the kiosk becomes ready, after so many letters of the serial log."""
        return within(READY_S, lambda: self.bench.said(READY, after) is not None)

    def invites(self, name: str, seconds: float = SIGHT_S) -> bool:
        """Whether the inviting screen is seen."""
        citizen = self.citizen("th")
        return citizen.sees(citizen.state("attract"), name, seconds)

    def ticket(self, language: str = "th") -> list[str]:
        """From the inviting screen to paper, and on: the next citizen need not wait."""
        before, citizen = self.bench.printed, self.citizen(language)
        missed = citizen.takes_a_ticket(SERVICE, GROUP, SIGHT_S)
        if not self.bench.prints(before, SIGHT_S):
            return [*missed, "no ticket came out of the printer"]
        return missed + citizen.goes(SIGHT_S)

    def citizen(self, language: str) -> Citizen:
        """One of this language."""
        return Citizen(self.bench.machine, self.sights, language)

    def record(self) -> Found:
        """What is durable on the card whose plug was pulled."""
        return journal_of(self.bench.tools, self.bench.machine.folder)

    def numbers(self) -> list[str]:
        """Pull the plug, and hold the durable record against the paper on the floor and against the office."""
        self.bench.machine.pull()
        found = self.record()
        missed = verified(found.path) + verified(found.path, self.bench.office.ledger)
        if len(set(found.labels)) < len(found.labels):
            missed.append(f"numbers given twice: {found.labels}")
        if len(found.labels) < self.bench.printed:
            missed.append(f"{len(found.labels)} tickets on record, and {self.bench.printed} on paper")
        return missed

    def picture(self, name: str) -> Path:
        """What the screen shows now, kept."""
        return self.bench.machine.picture(name)


def within(seconds: float, holds: Callable[[], bool], pause_s: float = 0.5) -> bool:
    """Whether it holds before that time is over."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(pause_s)
    return True
