"""A citizen at the machine: touches what the kiosk's own code says is there, and waits for what it should show."""

import time
from dataclasses import replace

from image.machine import Machine
from kiosk.screen_types import State
from kiosk.specimens import example_states
from tests.image.boot.sights import Sights

PAUSE_S = 0.5


class Citizen:
    """Touches and looks; `service` is an id of the catalogue."""

    def __init__(self, machine: Machine, sights: Sights, language: str) -> None:
        self._machine, self._sights = machine, sights
        self.language = language
        self._states = example_states(sights.catalogue, language)

    def state(self, name: str) -> State:
        """The screen of this name (kiosk.specimens) in this language."""
        return self._states[name]

    def sees(self, state: State, name: str, seconds: float) -> bool:
        """Wait until the screen shows this; the last picture stays as NAME.png."""
        end = time.monotonic() + seconds
        while True:
            if self._sights.shown(state, self._machine.picture(name)):
                return True
            if time.monotonic() > end:
                return False
            time.sleep(PAUSE_S)

    def touch(self, state: State, target: str) -> None:
        """The middle of this target of this screen."""
        self._machine.touch(*self._sights.target(state, target))

    def takes_a_ticket(self, service: str, group: str, seconds: float) -> list[str]:
        """From the inviting screen to the ticket; what was not seen on the way, a line each."""
        missed = []
        attract = self.state("attract")
        first = replace(attract, language="th")
        steps = [
            ("attract", first, f"language-{self.language}"),
            ("service", self.state("service"), f"group-{group}"),
            (f"service-{group}", self.state(f"service-{group}"), f"service-{service}"),
            (f"details-{service}", self.state(f"details-{service}"), "take"),
        ]
        for name, state, target in steps:
            if not self.sees(state, f"{self.language}-{name}", seconds):
                missed.append(f"{self.language}: {name} was not seen")
            self.touch(state, target)
        return missed

    def goes(self, seconds: float) -> list[str]:
        """With the ticket in hand, by *Done*; the screen of the ticket differs by number, range and QR code."""
        ready = self.state("ticket-ready")
        if not self.sees(ready, f"{self.language}-ticket", seconds):
            return [f"{self.language}: the ticket's screen was not seen"]
        self.touch(ready, "done")
        return []
