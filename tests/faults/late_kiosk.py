"""The control: a kiosk whose journal says "durable" first and writes a moment later. It must fail the proof."""

import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import ClassVar

from kiosk.__main__ import main
from sync import codec
from sync.chain import Position, extend
from sync.codec import Draft, Fact
from sync.journal import Entry, Instant, Journal
from sync.types import Seq

DELAY_S = 0.5


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
        at, entries = self.end, []
        for each in drafts:
            fact = Fact(Seq(at.seq + 1), each.kind, each.version, now.boot_id, now.boottime_ms, each.body)
            row = codec.encode(fact)
            at = extend(self.secret, at, row)
            entries.append(Entry(at.seq, row, at.chain))
        self._promised = at
        self._waiting.append((time.monotonic() + DELAY_S, entries))
        return [entry.fact for entry in entries]

    def entries(self, after: int = 0, *, limit: int = -1) -> Iterator[Entry]:
        """What is durable, and behind it what is only promised."""
        promised = [entry for _, entries in self._waiting for entry in entries if entry.seq > after]
        found = [*super().entries(after, limit=limit), *promised]
        return iter(found if limit < 0 else found[:limit])

    def _keep_promises(self) -> None:
        while self._waiting and self._waiting[0][0] <= time.monotonic():
            _, entries = self._waiting.popleft()
            self._store([(entry.seq, entry.row, entry.chain) for entry in entries])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], journals=LateJournal))
