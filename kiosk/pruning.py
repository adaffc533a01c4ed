"""Takes closed files of the machine's own journal away, once a copy beyond the server's disk has them and they are old.

Drives sync.retention: the fact is durable before the first file goes; what a cut left of them goes at the next look.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from hardware.board import BoardState
from sync.chain import START, extend
from sync.codec import Fact
from sync.errors import JournalRefused, SyncError
from sync.facts import Body, drafts
from sync.facts_machine import SegmentsPruned
from sync.inbox import InboxState
from sync.journal import Instant, Journal
from sync.retention import Room, due
from sync.types import Chain, Seq


@dataclass(frozen=True)
class Pruner:
    """`keep_days`: how long facts stay at least. `board` tells of the room on the disk, `say` writes the log."""

    journal: Journal
    keep_days: int
    board: Callable[[], BoardState]
    say: Callable[[str], None]

    def look(
        self,
        commit: Callable[[Body], list[Fact] | None],
        before: Fact | None,
        inbox: InboxState | None,
        today: date | None,
    ) -> None:
        """Prune what may go now. `before`: the last `segments.pruned`; `commit` makes a fact durable, or gives None."""
        try:
            if before is not None:
                self.journal.drop(before)
            self._say_what_stayed()
            found = due(
                self.journal.closed_files(),
                safe=self._safe(inbox),
                today=today,
                keep_days=self.keep_days,
                room=_room(self.board()),
            )
            if found is None:
                return
            facts = commit(found.fact(self._opened(), self._safe(inbox)))
            if facts:
                self.journal.drop(facts[-1])
                last = found.files[-1].last.seq
                self.say(f"the journal's facts {found.files[0].first} to {last} are pruned ({found.why})")
        except (OSError, SyncError, sqlite3.Error) as error:
            self.say(f"the journal was not pruned: {error}")

    def _safe(self, inbox: InboxState | None) -> Seq:
        """Only what the server says of this very journal counts."""
        known = inbox is not None and inbox.journal_id == self.journal.opened().journal_id
        return inbox.safe if known and inbox is not None else Seq(0)

    def _opened(self) -> Chain:
        return extend(self.journal.secret, START, self.journal.opened_row() or b"").chain

    def _say_what_stayed(self) -> None:
        if self.journal.unrolled is not None:
            self.say(self.journal.unrolled)


def _room(state: BoardState) -> Room | None:
    free, total = state.disk_free_bytes, state.disk_total_bytes
    return Room(free, total) if free is not None and total is not None else None


def at_start(pruner: Pruner, inbox: InboxState | None, now: Instant) -> None:
    """Prune what may go as a machine starts that opens no days: by the last date that its journal tells of."""
    journal = pruner.journal

    def commit(body: Body) -> list[Fact] | None:
        try:
            return journal.append(drafts(body), now)
        except JournalRefused:
            return None

    pruner.look(commit, journal.last_of(SegmentsPruned.kind), inbox, journal.last_date())
