"""The wired *next* button of a counter, as a machine: edges and time in, presses out. Pure.

A press counts when its contact has been closed for `settle_ms` on end; it is short when the contact opens, long as soon
as it has been closed for `long_ms`. A contact that bounces, or one that stays down, is one press.

What a press means is the office's to say (server.presses): here it is a fact, durable before anybody acts on it.
"""

from dataclasses import dataclass, replace
from enum import Enum

from sync.facts import CounterPressed
from sync.types import BootMs

SETTLE_MS = 30
"""As for the score buttons (kiosk.votes): several times what contacts bounce, shorter than any press of a hand."""
LONG_MS = 800
"""Longer than a firm press (about 0.3 s), shorter than a patient one."""


class Contact(Enum):
    """What is known of the button."""

    OPEN = "open"
    CLOSING = "closing"
    DOWN = "down"
    OPENING = "opening"
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class NextButton:
    """The button of one counter: since when it is as it is, and since when it has been down."""

    counter: int
    contact: Contact = Contact.OPEN
    since: BootMs = BootMs(0)  # noqa: RUF009 - a number
    down: BootMs = BootMs(0)  # noqa: RUF009 - a number

    @property
    def held(self) -> bool:
        """Whether a finger is on it."""
        return self.contact in (Contact.DOWN, Contact.OPENING, Contact.SPENT)

    def let_go(self) -> "NextButton":
        """The same, its press over: what is still held means nothing any more."""
        return self if self.contact is Contact.OPEN else replace(self, contact=Contact.SPENT)

    def deadline(self) -> BootMs | None:
        """When something happens if the contact stays as it is."""
        match self.contact:
            case Contact.CLOSING | Contact.OPENING:
                return BootMs(self.since + SETTLE_MS)
            case Contact.DOWN:
                return BootMs(self.down + LONG_MS)
            case _:
                return None

    def edge(self, pressed: bool, at: BootMs) -> tuple["NextButton", CounterPressed | None]:
        """The contact closed or opened at `at`; what was due before is told first."""
        button, press = self.tick(at)
        match button.contact, pressed:
            case Contact.OPEN, True:
                button = replace(button, contact=Contact.CLOSING, since=at, down=at)
            case Contact.CLOSING, False:
                button = replace(button, contact=Contact.OPEN, since=at)
            case Contact.DOWN, False:
                button = replace(button, contact=Contact.OPENING, since=at)
            case Contact.OPENING, True:
                button = replace(button, contact=Contact.DOWN, since=at)
            case Contact.SPENT, False:
                button = replace(button, contact=Contact.OPEN, since=at)
        return button, press

    def tick(self, now: BootMs) -> tuple["NextButton", CounterPressed | None]:
        """What the time has brought until `now`."""
        due = self.deadline()
        if due is None or now < due:
            return self, None
        match self.contact:
            case Contact.CLOSING:
                return replace(self, contact=Contact.DOWN, since=due).tick(now)
            case Contact.OPENING:
                return replace(self, contact=Contact.OPEN, since=due), CounterPressed(self.counter, long=False)
            case _:
                return replace(self, contact=Contact.SPENT, since=due), CounterPressed(self.counter, long=True)
