"""What was made stands for a moment, however many ask for it: it is made once, and whoever comes meanwhile waits."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from sync.types import UtcMs

Made = TypeVar("Made")


class Stands(Generic[Made]):
    """Of each key the last one made, for `stands_ms`; at most `room` of them. For the event loop's thread."""

    def __init__(self, now: Callable[[], UtcMs], stands_ms: int, room: int = 64) -> None:
        self._now, self._stands_ms, self._room = now, stands_ms, room
        self._known: dict[Hashable, tuple[UtcMs, asyncio.Future[Made]]] = {}

    async def get(
        self, key: Hashable, make: Callable[[], Awaitable[Made]], may: Callable[[], None] = lambda: None
    ) -> Made:
        """What stands, else what `make` makes, where `may` raises nothing. Raises what these raise; then the next one
        to ask has it tried again."""
        now_ms, known = self._now(), self._known.get(key)
        if known is None or not 0 <= now_ms - known[0] < self._stands_ms:
            may()
            known = now_ms, asyncio.ensure_future(_run(make))
        self._known.pop(key, None)
        self._known[key] = known
        while len(self._known) > self._room:
            del self._known[next(iter(self._known))]
        try:
            return await asyncio.shield(known[1])
        except BaseException:
            if known[1].done() and self._known.get(key) is known:
                del self._known[key]
            raise


async def _run(make: Callable[[], Awaitable[Made]]) -> Made:
    return await make()
