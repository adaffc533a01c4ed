"""The service manager, as far as an update needs it; and one that records, for tests."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kiosk.box.update_rules import KIOSK, SERVER, SYNC, Unit

PARTS: Mapping[str, tuple[str, ...]] = {
    "scorecard-kiosk.target": (KIOSK, SYNC),
    "scorecard-display.target": (KIOSK, SYNC),
    "scorecard-scorebox.target": (KIOSK, SYNC),
    "scorecard-office.target": (SERVER,),
    "scorecard-all-in-one.target": (KIOSK, SYNC, SERVER),
}
"""What each role starts, as the targets in systemd/appliance say."""
ASKED_S = 30
WORK_S = 600


class Manager(Protocol):
    """What is asked of systemd."""

    def units(self) -> tuple[Unit, ...]:
        """The parts of the role that was started; empty before that."""

    def start(self, unit: str) -> bool:
        """Start it and wait until it has done its work; whether it has."""

    def restart_machine(self) -> None:
        """Begin to."""


class Systemd:
    """The real one, by its own program."""

    def units(self) -> tuple[Unit, ...]:
        """See Manager."""
        wanted = [each for target, parts in PARTS.items() if self._shown(target).ready for each in parts]
        return tuple(self._shown(each) for each in dict.fromkeys(wanted))

    def _shown(self, unit: str) -> Unit:
        command = ["systemctl", "show", "--property=ActiveState,StatusText", unit]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=ASKED_S)
        except (OSError, subprocess.TimeoutExpired):
            return Unit(unit, ready=False, status="systemd does not answer")
        shown = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
        return Unit(unit, shown.get("ActiveState") == "active", shown.get("StatusText", "").strip())

    def start(self, unit: str) -> bool:
        """See Manager."""
        return self._run(["systemctl", "start", unit])

    def restart_machine(self) -> None:
        """See Manager."""
        self._run(["systemctl", "--no-block", "reboot"])

    def _run(self, command: Sequence[str]) -> bool:
        try:
            return subprocess.run(command, stdin=subprocess.DEVNULL, check=False, timeout=WORK_S).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False


@dataclass
class RecordingManager:
    """Shows what it is told to show, and records what was asked. `fails`: units whose work does not succeed."""

    shown: tuple[Unit, ...] = ()
    fails: frozenset[str] = frozenset()
    started: list[str] = field(default_factory=list)
    restarts: int = 0

    def units(self) -> tuple[Unit, ...]:
        """See Manager."""
        return self.shown

    def start(self, unit: str) -> bool:
        """See Manager."""
        self.started.append(unit)
        return unit not in self.fails

    def restart_machine(self) -> None:
        """See Manager."""
        self.restarts += 1
