"""A counter as whoever works there sees it, and what they ask for. Values only."""

from dataclasses import dataclass
from typing import Protocol

from kiosk.errors import KioskError


class Unreachable(KioskError):
    """No answer came. Nobody knows whether it was done: the same is asked again."""


class ConsoleRefused(KioskError):
    """The console did not do it. `code`: why."""

    def __init__(self, code: str, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class ConsoleFailed(KioskError):
    """The console does not do what a console does."""


OF_A_NUMBER = frozenset({"pick", "back"})


@dataclass(frozen=True, slots=True)
class Ask:
    """An act at the counter, as the console names it. `label`: the number that it is about."""

    act: str
    label: str | None = None
    reason: str | None = None
    service: str | None = None

    @property
    def fields(self) -> dict[str, str]:
        """As the console takes it: a number only where it is not the one at the counter."""
        label = self.label if self.act in OF_A_NUMBER else None
        found = {"act": self.act, "label": label, "reason": self.reason, "service": self.service}
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class View:
    """The counter. `label`: the number at it, `status` called or serving. `waiting`: numbers in the order of the rule.

    `away`: numbers that were missed or sent on an errand. `may_give_up`: nobody's coming can be said without a reason.
    """

    open: bool
    paused: bool
    label: str | None
    status: str | None
    waiting: tuple[str, ...]
    away: tuple[str, ...]
    may_give_up: bool = False


class Desk(Protocol):
    """One person's way to one counter. `kind`: "https" or "browser"."""

    kind: str

    def look(self) -> View:
        """The counter now. Raises Unreachable."""

    def ask(self, asked: Ask) -> View:
        """Do it; the counter afterwards. Raises Unreachable, ConsoleRefused."""

    def again(self) -> View:
        """The same once more, for no answer came: what was done is not done again. Raises as `ask`."""

    def close(self) -> None:
        """Hang up."""
