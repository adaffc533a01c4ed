"""Faults, done to the real machines: the server ended, the cable pulled, the printer switched off or out of paper."""

import contextlib
import json
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kiosk.errors import KioskError
from kiosk.officeday.faults import NETWORK, PRINTER, Fault
from kiosk.officeday.relay import Relay
from kiosk.parts import Part

NOTICED_S = 30.0
"""The printer's side runs in real time: this long, at most, until the kiosk has noticed what was done to it."""
GLANCE_S = 0.02


class BreakageError(KioskError):
    """A fault that could not be made or mended, or that the kiosk never noticed."""


class Breakage:
    """Makes and mends faults. `trouble`: what the kiosk says is wrong, None: nothing."""

    def __init__(
        self,
        control: Path,
        parts: Callable[[], Mapping[str, Part]],
        relays: Sequence[Relay],
        trouble: Callable[[], str | None],
    ) -> None:
        """`control`: the virtual printer's control socket. `parts` and `relays` are looked at when they are needed.

        Server and network are the officers' too: what is broken there, is broken for the consoles.
        """
        self._control, self._parts, self._relays, self._trouble = control, parts, relays, trouble
        self.on_line = True

    def before_the_kiosk(self, faults: tuple[Fault, ...]) -> None:
        """A printer that is not there from the beginning is not there when the kiosk starts."""
        if any(fault.kind == "printer-absent" and fault.begins_s == 0 for fault in faults):
            self._printer(power="off")

    def begin(self, fault: Fault) -> tuple[str, ...]:
        """Break it, and wait until the kiosk has noticed where it can. What the kiosk says. Raises BreakageError."""
        if fault.kind == "server-down":
            self._parts()["server"].end()
        elif fault.kind == "network-cut":
            for relay in self._relays:
                relay.cut()
        elif fault.kind == "paper-out":
            self._printer(paper="out")
        elif fault.kind == "printer-stalled":
            self._printer(stall=True)
        else:
            self._printer(power="off")
        if fault.kind in NETWORK:
            self.on_line = False
        if fault.kind in NETWORK or fault.kind == "printer-stalled":
            return ()
        return (self._until(fault, broken=True),)

    def says(self) -> tuple[str, ...]:
        """What the kiosk says is wrong, nothing where all is well."""
        trouble = self._trouble()
        return () if trouble is None else (trouble,)

    def end(self, fault: Fault) -> None:
        """Mend it, and wait until the kiosk has noticed where it can. Raises BreakageError, PartFailed."""
        if fault.kind == "server-down":
            self._parts()["server"].start()
        elif fault.kind == "network-cut":
            for relay in self._relays:
                relay.mend()
        elif fault.kind == "printer-swapped":
            self._parts()["printer"].end()
            self._parts()["printer"].start()
        elif fault.kind == "paper-out":
            self._printer(paper="ok")
        elif fault.kind == "printer-stalled":
            self._printer(stall=False)
        else:
            self._printer(power="on")
        if fault.kind in PRINTER:
            self._until(fault, broken=False)

    def _until(self, fault: Fault, *, broken: bool) -> str:
        end = time.monotonic() + NOTICED_S
        while True:
            trouble = self._trouble()
            if (trouble is not None) == broken:
                return trouble or ""
            if time.monotonic() > end:
                what = "broken" if broken else "mended"
                raise BreakageError(f"the kiosk does not notice that {fault} is {what}", hint="See logs/kiosk.log.")
            time.sleep(GLANCE_S)

    def _printer(self, **command: str | bool) -> None:
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as line:
            line.settimeout(10)
            folder = os.open(self._control.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                line.connect(f"/proc/self/fd/{folder}/{self._control.name}")  # an address holds 107 bytes only
            except OSError as error:
                hint = "Is the virtual printer running? See logs/printer.log."
                raise BreakageError(f"the printer cannot be reached: {error}", hint=hint) from error
            finally:
                os.close(folder)
            line.sendall(json.dumps(command).encode() + b"\n")
            answer = json.loads(line.makefile().readline() or "{}")
        if "ok" not in answer:
            raise BreakageError(f"the printer refused {command}: {answer}", hint="See logs/printer.log.")
