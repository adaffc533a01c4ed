"""A part of the demonstration: a program of ours in its own process, its log, and the word that it is ready."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kiosk.errors import KioskError

READY_S = 60.0
END_S = 15.0


class PartFailed(KioskError):
    """A part of the demonstration did not start, or ended."""


class Part:
    """One process, ended only by its own id. `ready`: patterns that must all occur in what it says."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        ready: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.name, self.command, self._log, self._environment = name, list(command), log, environment
        self._ready, self._changed = [re.compile(pattern) for pattern in ready], changed
        self.found: dict[str, re.Match[str]] = {}
        self.process: subprocess.Popen[str] | None = None
        self._heard = threading.Event()
        self._listener: threading.Thread | None = None

    def start(self) -> None:
        """Start it and wait until it says that it is ready. Raises PartFailed."""
        self._heard.clear()
        self.found = {}
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=dict(self._environment),
            start_new_session=True,  # Ctrl-C is for the demonstration, which ends its parts in order
        )
        self._listener = threading.Thread(target=self._listen, args=(self.process,), name=self.name, daemon=True)
        self._listener.start()
        if not self._ready:
            return
        self._heard.wait(READY_S)
        if len(self.found) < len(self._ready):
            self.end()
            hint = f"Its log is {self._log}. The last of it:\n{self.tail()}"
            raise PartFailed(f"{self.name} did not start", hint=hint)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self.process.pid if self.process is not None and self.alive else None

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send it a signal and wait until it is gone (KILL and TERM)."""
        if self.process is None:
            return
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        self.process.wait(END_S)
        self._join()

    def end(self) -> None:
        """Ask it to end; insist where it does not."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(END_S)
        self._join()

    def tail(self, lines: int = 12) -> str:
        """The last lines of its log."""
        try:
            return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def _join(self) -> None:
        if self._listener is not None:
            self._listener.join(END_S)

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as said, self._log.open("a", encoding="utf-8") as log:
            for line in said:
                log.write(line)
                log.flush()
                for pattern in self._ready:
                    match = pattern.search(line)
                    if match:
                        self.found[pattern.pattern] = match
                if len(self.found) == len(self._ready):
                    self._heard.set()
        process.wait()
        self._heard.set()
        self._changed()
