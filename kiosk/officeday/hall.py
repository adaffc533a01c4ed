"""The hall as the conductor reaches into it: the kiosk's screen, its buttons, the tray under its printer."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from kiosk.errors import KioskError
from kiosk.officeday.mind import Sight
from kiosk.officeday.notes import Given, Note, Paper, Pressed, Touched
from kiosk.officeday.timekeeper import Line
from sync.facts import TicketIssued, of_kind
from sync.issuing import secrets_of
from sync.journal import JournalReader
from sync.keys import load

LOCKOUT_S = 5.0
"""Presses so soon after a counted one belong to it (docs/decisions/kiosk-votes.md)."""
MARGIN_S = 1.0
"""Nobody presses so close to the lockout's end that it could be taken either way."""
LONG_AGO_S = -1000.0
HELD_S = 0.4
"""A button on which there is a finger already cannot be pressed by another one."""


class HallError(KioskError):
    """The kiosk did not take what a citizen did."""


@dataclass(frozen=True, slots=True)
class Place:
    """A target on the glass, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> tuple[int, int]:
        """Where a finger aims."""
        return self.x + self.width // 2, self.y + self.height // 2

    def holds(self, x: int, y: int) -> bool:
        """Whether a finger there is on it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True, slots=True)
class Seen:
    """What is in sight, and where."""

    sight: Sight
    places: dict[str, Place]
    texts: tuple[str, ...] = ()

    def changed(self, before: "Seen") -> bool:
        """Whether anything in sight differs, but for the word that paper is on its way."""
        return (replace(self.sight, busy=False), self.places, self.texts) != (
            replace(before.sight, busy=False),
            before.places,
            before.texts,
        )


class Now(Protocol):
    """What is needed of kiosk.officeday.timekeeper.Timekeeper."""

    @property
    def now_s(self) -> float: ...


class Hall:
    """Fingers and eyes. Every number that comes in sight, sheet in the tray and press is noted."""

    def __init__(
        self,
        remote: Line,
        timekeeper: Now,
        note: Callable[[Note], None],
        *,
        data: Path,
        tray: Path,
        size: tuple[int, int],
        boxes: Collection[int] = (1,),
    ) -> None:
        """`size`: the glass in pixels. `boxes`: the counters with score buttons."""
        self._remote, self._time, self._note = remote, timekeeper, note
        self._data, self._tray, self.size = data, tray, size
        self.given: dict[str, int] = {}
        self._sheets = 0
        self.boxes = boxes
        self._counted_s: dict[int, float] = {}
        self._pressed_s: dict[tuple[int, int], float] = {}
        self.actor, self.child = 0, False

    def look(self) -> Seen:
        """What is in sight now."""
        return self.seen(self._remote.screen())

    def seen(self, answer: dict[str, Any]) -> Seen:
        """What this answer of the kiosk shows; a new number is noted."""
        ticket = answer["ticket"]["label"] if answer["ticket"] else None
        if ticket is not None and ticket not in self.given:
            self.given[ticket] = 0 if self.child else self.actor
            self._note(Given(self.actor, ticket, self._time.now_s, self.child))
        self.look_at_tray()
        places = {target["id"]: Place(*target["rect"]) for target in answer["targets"]}
        sight = Sight(answer["name"], answer["language"], tuple(places), answer["asking"], ticket, False,
                      answer["busy"], answer["trouble"])  # fmt: skip
        return Seen(sight, places, tuple(answer["texts"]))

    def touch(self, x: int, y: int, screen: str) -> Seen:
        """A finger there, and what is in sight then. Raises HallError."""
        began = time.perf_counter()
        answer = self._remote.ask(finger=[x, y])
        self._note(Touched(screen, round((time.perf_counter() - began) * 1000, 2)))
        if "error" in answer:
            raise HallError(f"a touch at {x}, {y} was refused: {answer['error']}", hint=answer["hint"])
        return self.look()

    def place_beside(self, seen: Seen, target: str) -> tuple[int, int]:
        """Just beside a target and on none else; on it where there is no such place."""
        place = seen.places[target]
        x, y = place.middle
        for at in (
            (x, place.y + place.height + 3),
            (x, place.y - 4),
            (place.x - 4, y),
            (place.x + place.width + 3, y),
        ):
            inside = 0 <= at[0] < self.size[0] and 0 <= at[1] < self.size[1]
            if inside and not any(other.holds(*at) for other in seen.places.values()):
                return at
        return x, y

    def press(self, level: int, counter: int = 1) -> None:
        """A finger on a score button, unless nobody could tell what it would count for. Raises HallError."""
        now_s = self._time.now_s
        since = now_s - self._counted_s.get(counter, LONG_AGO_S)
        ambiguous = LOCKOUT_S - MARGIN_S < since < LOCKOUT_S + 2 * MARGIN_S
        if ambiguous or now_s - self._pressed_s.get((counter, level), LONG_AGO_S) < HELD_S:
            return
        counted = since >= LOCKOUT_S
        self._pressed_s[counter, level] = now_s
        answer = self._remote.ask(press={"counter": counter, "level": level})
        if "error" in answer:
            raise HallError(f"the button {level} was refused: {answer['error']}", hint=answer["hint"])
        if counted:
            self._counted_s[counter] = now_s
        self._note(Pressed(self.actor, level, now_s, counted, counter))

    def box_free_s(self, counter: int) -> float:
        """When the next citizen can press there without pressing on top of the last one."""
        return self._counted_s.get(counter, LONG_AGO_S) + LOCKOUT_S + 3 * MARGIN_S

    def look_at_tray(self) -> None:
        """Note the sheets that have come out since."""
        while True:
            sheet = f"{self._sheets + 1:04}"
            torn = (self._tray / f"{sheet}-torn.png").exists()
            if not torn and not (self._tray / f"{sheet}.png").exists():
                return
            self._sheets += 1
            if not torn:
                self._note(Paper(sheet, self._time.now_s))

    def read_off(self, label: str) -> str:
        """The number, a space, its code, as they stand on the citizen's paper; empty for a number nobody has."""
        with JournalReader(self._data / "journal.db") as journal:
            journal_id = journal.opened().journal_id
            found = [body for _, body in of_kind(journal.facts(), TicketIssued) if body.label == label]
        if not found:
            return ""
        key, body = load(self._data / "device.key"), found[-1]
        return f"{label} {secrets_of(key, journal_id, body.day, body.series, body.lane, body.n).code}"
