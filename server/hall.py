"""The queue as the running server's pages see it: the last committed `Live`, and who wants to know of the next."""

from collections.abc import Callable

from sync.live import Live


class Hall:
    """All methods are for the event loop's thread; `live` is a value that nothing changes."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self._told: list[Callable[[], None]] = []

    def tell(self, told: Callable[[], None]) -> None:
        """Have `told` called after every commit that changed the queue."""
        self._told.append(told)

    def committed(self, live: Live) -> None:
        """This is durable."""
        if live is self.live:
            return
        self.live = live
        for told in self._told:
            told()
