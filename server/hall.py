"""The queue as the running server's pages see it: the last committed `Live`, and who wants to know of the next."""

from collections.abc import Callable

from sync.live import Live


class Hall:
    """All methods are for the event loop's thread; `live` is a value that nothing changes. `stands_still`: the office
    was restored from an old copy, and calls nobody (server.standstill)."""

    def __init__(self, live: Live, *, stands_still: bool = False) -> None:
        self.live, self.stands_still = live, stands_still
        self._told: list[Callable[[], None]] = []

    def tell(self, told: Callable[[], None]) -> None:
        """Have `told` called after every commit that changed the queue."""
        self._told.append(told)

    def committed(self, live: Live, *, stands_still: bool = False) -> None:
        """This is durable."""
        if live is self.live and stands_still == self.stands_still:
            return
        self.live, self.stands_still = live, stands_still
        for told in self._told:
            told()
