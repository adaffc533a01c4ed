"""The control: a kiosk whose journal says "durable" first and writes a moment later. It must fail the proof."""

import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import ClassVar

from kiosk.__main__ import main
from sync.chain import Position
from sync.codec import Draft, Fact
from sync.journal import Entry, Instant, Journal, chained

DELAY_S = 20.0


class LateJournal(Journal):
    """Acts before it commits: `append` returns at once; rows older than DELAY_S are written when it is called again."""

    _promised: Position | None = None
    _waiting: ClassVar[deque[tuple[float, list[Entry]]]] = deque()

    @property
    def end(self) -> Position:
        """The last fact promised, durable or not."""
        return self._promised or super().end

    def append(self, drafts: Sequence[Draft], now: Instant) -> list[Fact]:
        """Promise; keep older promises."""
        self._keep_promises()
        facts, entries = chained(self.secret, self.end, drafts, now)
        if entries:
            self._promised = Position(entries[-1].seq, entries[-1].chain)
        self._waiting.append((time.monotonic() + DELAY_S, entries))
        return facts

    def entries(self, after: int = 0, *, limit: int = -1) -> Iterator[Entry]:
        """What is durable, and behind it what is only promised."""
        promised = [entry for _, entries in self._waiting for entry in entries if entry.seq > after]
        found = [*super().entries(after, limit=limit), *promised]
        return iter(found if limit < 0 else found[:limit])

    def _keep_promises(self) -> None:
        while self._waiting and self._waiting[0][0] <= time.monotonic():
            _, entries = self._waiting.popleft()
            self._store(entries)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], journals=LateJournal))
