"""The thread in which an office relays: it sleeps until facts were committed or a time is over."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Protocol

MISTAKE_S = 60.0
"""So long after a mistake in the program it is tried again."""


class Turns(Protocol):
    """What is needed of server.relay.Relay."""

    def turn(self) -> float: ...

    def close(self) -> None: ...


class RelayThread:
    """`changed` may be called from any thread. `mistake` is told of what nobody thought of: relaying goes on."""

    def __init__(self, relay: Turns, mistake: Callable[[Exception], None]) -> None:
        self._relay, self._mistake = relay, mistake
        self._awake, self._over = Event(), False
        self._thread = Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Begin to relay."""
        self._thread.start()

    def changed(self) -> None:
        """There may be something to relay."""
        self._awake.set()

    def close(self) -> None:
        """End after the request under way."""
        self._over = True
        self._awake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over:
            try:
                seconds = self._relay.turn()
            except Exception as error:  # noqa: BLE001 it is told, and tried again
                self._mistake(error)
                seconds = MISTAKE_S
            if seconds:
                self._awake.wait(seconds)
                self._awake.clear()
        self._relay.close()
