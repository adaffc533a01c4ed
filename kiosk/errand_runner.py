"""Work that may take a while, done beside the screen: one piece at a time, its answer asked for once."""

import threading
from collections.abc import Callable
from typing import Protocol

from kiosk.upkeep_types import Told

Work = Callable[[], Told]


class Runner(Protocol):
    """One piece of work at a time."""

    def start(self, work: Work) -> bool:
        """Begin; False: another piece is still under way."""

    def poll(self) -> Told | None:
        """What became of it, once. None: there is nothing new."""


class ThreadRunner:
    """The one that ships. `wake` is called from its thread when there is an answer."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._thread: threading.Thread | None = None
        self._answer: Told | None = None

    def start(self, work: Work) -> bool:
        """See Runner."""
        if self._thread is not None:
            return False
        self._thread = threading.Thread(target=self._run, args=(work,), name="errand", daemon=True)
        self._thread.start()
        return True

    def poll(self) -> Told | None:
        """See Runner."""
        answer = self._answer
        if answer is not None:
            self._thread, self._answer = None, None
        return answer

    def _run(self, work: Work) -> None:
        self._answer = work()
        self._wake()


class RecordingRunner:
    """Does nothing before it is told to."""

    def __init__(self) -> None:
        self.work: Work | None = None
        self._answer: Told | None = None

    def start(self, work: Work) -> bool:
        """See Runner."""
        if self.work is not None:
            return False
        self.work = work
        return True

    def poll(self) -> Told | None:
        """See Runner."""
        answer, self._answer = self._answer, None
        return answer

    def finish(self) -> None:
        """Do what was begun."""
        assert self.work is not None
        self._answer, self.work = self.work(), None
