"""Asks sync for the first administrator's code: the kiosk has no network, sync has.

One line over a Unix socket in the data folder, in a thread of its own, and one line back. The code is in memory only:
in no file, no journal, no inbox (docs/decisions/kiosk-service-menu.md).
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from sync.asking import Given, ask


class Courier(Protocol):
    """One question at a time."""

    def send(self) -> None:
        """Ask; while an answer is waited for, nothing."""

    def poll(self) -> Given | str | None:
        """The answer, once: the code, or the code of why there is none. None: there is no answer yet."""


class SyncCourier:
    """The courier that ships. `wake` is called from its thread when there is an answer."""

    def __init__(self, socket: Path, wake: Callable[[], None]) -> None:
        self._socket, self._wake = socket, wake
        self._thread: threading.Thread | None = None
        self._answer: Given | str | None = None

    def send(self) -> None:
        """See Courier."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
            self._thread.start()

    def poll(self) -> Given | str | None:
        """See Courier."""
        answer = self._answer
        if answer is not None:
            self._thread, self._answer = None, None
        return answer

    def _run(self) -> None:
        self._answer = ask(self._socket)
        self._wake()
