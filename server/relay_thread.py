"""The thread in which an office relays: it sleeps until facts were committed or a time is over."""

from threading import Event, Thread

from server.relay import Relay


class RelayThread:
    """`changed` may be called from any thread."""

    def __init__(self, relay: Relay) -> None:
        self._relay, self._awake, self._over = relay, Event(), False
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
            seconds = self._relay.turn()
            if seconds:
                self._awake.wait(seconds)
                self._awake.clear()
        self._relay.close()
