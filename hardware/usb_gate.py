"""`python -m hardware.usb_gate 1-1.2` lets a USB device in as far as it is allowed; `… --all` judges all anew.

udev starts it for each device that comes; the kernel itself lets none in (usbcore.authorized_default=0). How devices
and their interfaces are let in: Documentation/usb/authorization.rst of Linux. What was refused is left in a folder, a
file for each port, for the doctor and the service screen (`refusals`).
"""

import json
import os
import select
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from hardware.errors import HardwareError
from hardware.usb_allowed import MOST_BYTES, UNLOCKED_S, Rule, Verdict, is_unlocked, judge, rule_of, rules_of

SYSTEM = Path("/sys/bus/usb")
LIST, ADDED = Path("/usr/share/scorecard/usb.toml"), Path("/run/scorecard/usb-allow")
"""The list that ships, and what kiosk.toml's [usb] adds: a device a line (kiosk.box writes it)."""
UNLOCKED, NOTES = Path("/run/scorecard/usb-unlocked"), Path("/run/scorecard/usb")
LOCKED = ""


class Bus(Protocol):
    """The kernel's USB devices by their ports. All raise OSError."""

    def devices(self) -> list[str]:
        """Ports of all but the hubs on the board itself."""

    def descriptors(self, port: str) -> bytes: ...

    def let_in(self, port: str, *, allowed: bool) -> None:
        """The device; its interfaces are there and shut once this returns."""

    def interfaces(self, port: str) -> dict[str, int]:
        """Those of the chosen configuration by name, with their numbers."""

    def open(self, interface: str, *, allowed: bool) -> None:
        """An interface; a driver may take it."""


class SystemBus:
    """The real one."""

    def __init__(self, system: Path = SYSTEM) -> None:
        self._system, self._devices = system, system / "devices"

    def devices(self) -> list[str]:
        try:
            names = [path.name for path in self._devices.iterdir()]
        except FileNotFoundError:  # a machine without USB
            return []
        return sorted((name for name in names if "-" in name and ":" not in name), key=lambda name: (len(name), name))

    def descriptors(self, port: str) -> bytes:
        with (self._devices / port / "descriptors").open("rb") as file:
            return file.read(MOST_BYTES + 1)

    def let_in(self, port: str, *, allowed: bool) -> None:
        if allowed:
            # Written first: interfaces come shut only where the board's own hub says so when the device is let in.
            self._write(self._devices / f"usb{port.split('-')[0]}" / "interface_authorized_default", "0")
        self._write(self._devices / port / "authorized", "1" if allowed else "0")

    def interfaces(self, port: str) -> dict[str, int]:
        found = (self._devices / port).glob(f"{port}:*")
        return {path.name: int((path / "bInterfaceNumber").read_text(), 16) for path in sorted(found)}

    def open(self, interface: str, *, allowed: bool) -> None:
        self._write(self._devices / interface / "authorized", "1" if allowed else "0")
        if allowed and not (self._devices / interface / "driver").exists():
            with suppress(OSError):  # no driver wants it
                self._write(self._system / "drivers_probe", interface)

    @staticmethod
    def _write(path: Path, text: str) -> None:
        fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)


class Refusal(NamedTuple):
    """A device, or a part of one, that was not let in: where, what it calls itself, when (boot time in seconds)."""

    port: str
    device: str
    what: tuple[str, ...]
    at_s: float


class Gate:
    """Lets devices in. `notes`: the folder of what was refused."""

    def __init__(
        self, bus: Bus, rules: Sequence[Rule], notes: Path, now_s: Callable[[], float], unlocked: Callable[[], bool]
    ) -> None:
        self._bus, self._rules, self._notes = bus, rules, notes
        self._now_s, self._unlocked = now_s, unlocked

    def admit(self, port: str) -> Verdict:
        """Judge the device at this port, and act on it. Raises OSError where it is gone or does not obey."""
        raw = self._bus.descriptors(port)
        verdict = judge(raw, port, self._rules, unlocked=self._unlocked())
        self._bus.let_in(port, allowed=bool(verdict.allowed))
        if verdict.allowed:
            if self._bus.descriptors(port) != raw:  # it told something else once it was let in
                verdict = Verdict(verdict.device, frozenset(), ("it says now this, now that of itself",), "changed")
                self._bus.let_in(port, allowed=False)
            for name, number in self._bus.interfaces(port).items() if verdict.allowed else ():
                self._bus.open(name, allowed=number in verdict.allowed)
        self._note(port, verdict)
        return verdict

    def admit_all(self) -> list[tuple[str, Verdict]]:
        """All that are there, hubs before what hangs on them; one that is gone meanwhile is passed over."""
        found = []
        for port in self._bus.devices():
            with suppress(OSError):
                found.append((port, self.admit(port)))
        return found

    def _note(self, port: str, verdict: Verdict) -> None:
        file = self._notes / f"{port}.json"
        if not verdict.refused:
            file.unlink(missing_ok=True)
            return
        self._notes.mkdir(parents=True, exist_ok=True)
        draft = self._notes / f".{port}.new"
        draft.write_text(json.dumps(Refusal(port, verdict.device, verdict.refused, self._now_s())), "utf-8")
        draft.replace(file)


def refusals(notes: Path = NOTES) -> tuple[Refusal, ...]:
    """What was refused since the start, the latest last; of each port the last device."""
    return tuple(sorted(_read_notes(notes), key=lambda refusal: (refusal.at_s, refusal.port)))


def _read_notes(notes: Path) -> Iterator[Refusal]:
    for path in notes.glob("[0-9]*.json"):
        with suppress(OSError, ValueError, TypeError):
            port, device, what, at_s = json.loads(path.read_text("utf-8"))
            yield Refusal(str(port), str(device), tuple(map(str, what)), float(at_s))


def unlock(now_s: float, path: Path = UNLOCKED) -> None:
    """A technician's word: for ten minutes from now on (boot time) everything may be plugged in. Raises OSError."""
    path.write_text(f"{now_s:.0f}\n", "ascii")


def left_s(path: Path, now_s: float) -> float:
    """How long a technician's word holds yet; 0: it does not."""
    text = _text(path, LOCKED)
    return UNLOCKED_S - (now_s - float(text)) if is_unlocked(text, now_s) else 0.0


def rules_from(shipped: Path, added: Path) -> tuple[Rule, ...]:
    """All rules. A list or a line that cannot be read allows nothing, which is told; whatever else is right holds."""
    found: list[Rule] = []
    try:
        found += rules_of(_text(shipped, ""), str(shipped))
    except HardwareError as error:
        print(f"{error}. {error.hint}", file=sys.stderr)
    for line in _text(added, "").split():
        try:
            found.append(rule_of(line))
        except HardwareError as error:
            print(f"{error}. {error.hint}", file=sys.stderr)
    return tuple(found)


def _text(path: Path, otherwise: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return otherwise


def main(arguments: Sequence[str]) -> int:
    """The exit status: 1 where a device does not obey. `--all` stays until a technician's word is over, and judges
    again."""

    def now_s() -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    gate = Gate(SystemBus(), rules_from(LIST, ADDED), NOTES, now_s, lambda: left_s(UNLOCKED, now_s()) > 0)
    if arguments == ["--all"]:
        gate.admit_all()
        while (left := left_s(UNLOCKED, now_s())) > 0:
            select.select([], [], [], left)
            gate.admit_all()
        return 0
    for port in arguments:
        try:
            verdict = gate.admit(port)
        except OSError as error:
            print(f"{port}: {error}", file=sys.stderr)
            return 1
        if verdict.refused:
            print(f"USB {port}, {verdict.device}: refused: {', '.join(verdict.refused)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
