"""What is around the kiosk on this machine: network, system, update, USB, the journals' copy, a change that is tried.

Looked at for the service screen and the doctor, never changed. Each is None where this machine has no such thing.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from hardware.links import Link, Links, SystemLinks
from hardware.usb_gate import NOTES, UNLOCKED, Refusal, left_s, refusals
from kiosk.box.hand_words import Trial, trial_in
from kiosk.box.plan import Places, trial_note
from sync.medium_driver import BEHIND, MISSING, OK, WAITING, State, read_state

MOST_BYTES = 65_536
COPY = Path("/run/scorecard-copy/state.json")
"""Where scorecard-copy.service leaves word (sync.medium_driver)."""


@dataclass(frozen=True, slots=True)
class Release:
    """What runs, and what became of the last update. `result`: the code of whoever installed it."""

    running: str
    slot: str = ""
    last: str = ""
    result: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Copied:
    """The journals' copy on a second medium. `state`: kept (as of `age_s`), missing (none is plugged in) or broken."""

    state: Literal["kept", "missing", "broken"]
    age_s: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """Everything of it. `refused`: USB devices; `unlocked_s`: how long anything may be plugged in yet. `trial`: the
    change that is being tried, `trial_s` for how long yet."""

    links: tuple[Link, ...] | None = None
    release: Release | None = None
    copied: Copied | None = None
    refused: tuple[Refusal, ...] | None = None
    unlocked_s: int = 0
    trial: tuple[str, ...] = ()
    trial_s: int = 0


class Surroundings(Protocol):
    """What tells of it."""

    def read(self) -> Around:
        """How it is now. Takes a few milliseconds at most."""


@dataclass
class RecordingSurroundings:
    """Tells what it is given, and counts how often it was asked."""

    around: Around = field(default_factory=Around)
    asked: int = 0

    def read(self) -> Around:
        """See Surroundings."""
        self.asked += 1
        return self.around


class SystemSurroundings:
    """This machine's. `now_s`: boot time in seconds."""

    def __init__(
        self,
        now_s: Callable[[], float],
        places: Places = Places(),  # noqa: B008 frozen
        links: Links = SystemLinks(),  # noqa: B008 it holds nothing
        notes: Path = NOTES,
        unlocked: Path = UNLOCKED,
        copy: Path = COPY,
    ) -> None:
        self._now_s, self._places, self._links, self._notes, self._unlocked = now_s, places, links, notes, unlocked
        self._copy = copy

    def read(self) -> Around:
        """See Surroundings."""
        now = self._now_s()
        system = Path(self._places.data) / "system"
        trial = self._trial()
        gated = self._notes.is_dir()
        return Around(
            self._links.read(),
            release_in(_document(system / "update.json")),
            copied_in(read_state(self._copy, int(now * 1000)), now) if gated else None,
            refusals(self._notes) if gated else None,
            int(left_s(self._unlocked, now)) if gated else 0,
            trial.what if trial is not None else (),
            max(int(trial.until_s - now), 0) if trial is not None else 0,
        )

    def _trial(self) -> Trial | None:
        try:
            return trial_in(Path(trial_note(self._places)).read_bytes()[:MOST_BYTES])
        except OSError:
            return None


def _document(path: Path) -> Mapping[str, Any] | None:
    try:
        found = json.loads(path.read_bytes()[:MOST_BYTES])
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None


def release_in(told: Mapping[str, Any] | None) -> Release | None:
    """What the updates' state file says. None: there is none that says what runs."""
    if told is None or not isinstance(told.get("running"), str):
        return None
    last = told.get("last")
    of_last = last if isinstance(last, Mapping) else {}
    texts = (told["running"], told.get("slot"), of_last.get("release"), of_last.get("result"), of_last.get("why"))
    return Release(*(each if isinstance(each, str) else "" for each in texts))


def copied_in(told: State, now_s: float) -> Copied:
    """What the word of whoever keeps the copy comes to (sync.medium_driver)."""
    if told.state in (OK, BEHIND):
        since = told.at_ms if told.state == OK else told.since_ms
        return Copied("kept", max(int(now_s - since / 1000), 0))
    if told.state in (MISSING, WAITING):
        return Copied("missing")
    return Copied("broken", why=told.state)
