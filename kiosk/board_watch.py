"""Follows the office's journal for a display: the queue as it stands, and until when it is known to be so.

What is shown has the time of the office's last word beside it. That word comes from sync with every answer of the
office, and counts only once all facts up to it are taken in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sync.board import Board
from sync.days import Days
from sync.downlink import Phase
from sync.errors import SyncError
from sync.journal import Instant
from sync.live import Live
from sync.mirror import FeedState, News
from sync.slides import Slide
from sync.types import BootMs

AT_ONCE = 500
"""Facts in one turn of the loop: some ten milliseconds of a Pi for each hundred."""
DAYS = 2
"""A start begins with the last two office days of the journal: today's, and the one before for what its calls took. Of
an earlier day nothing is shown."""
SILENCE_MS = 25_000
"""The office is asked every ten seconds. What it has not confirmed for so long is said to be old."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is in sight. `board` None: there is nothing that could be shown. `as_of`: on the office's wall clock, the
    moment it is true of. `trying`: the office does not answer at the moment. `lost`: for so long that it is old.
    `slide`: the text that is told now, where there is one."""

    board: Board | None = None
    as_of: datetime | None = None
    trying: bool = True
    lost: bool = True
    slide: Slide | None = None


class Mirror(Protocol):
    """What is needed of sync.mirror.MirrorReader."""

    readable: bool

    def news(self, most: int, days: int) -> News | None: ...

    def state(self) -> FeedState | None: ...


class BoardWatch:
    """`days`: the queue, and what its calls took. `as_of`: the boot time up to which everything that the
    office wrote is in it, None: not yet. `behind`: `look` has more to take in. `say` writes the system's log."""

    def __init__(self, mirror: Mirror, say: Callable[[str], None]) -> None:
        self._mirror, self._say = mirror, say
        self.days = Days()
        self.as_of: BootMs | None = None
        self.then = self.days.live
        """The queue at `as_of`. What came since then is without the office's word that there is no more of it."""
        self._word: BootMs | None = None
        self.behind = True
        self.trying = True
        """The office does not answer at this moment."""
        self.beginnings = 0
        """How often it has begun with another journal of the office."""

    @property
    def live(self) -> Live:
        """The queue."""
        return self.days.live

    def look(self, now: Instant, confirmed: BootMs | None) -> bool:
        """Take in the next facts; whether the queue is now as the mirror has it. `confirmed`: the last word of the
        office that came before this call, in boot time."""
        news = self._mirror.news(AT_ONCE, DAYS)
        state = self._mirror.state()
        self.trying = state is None or state.phase != Phase.ASKING.value
        if news is not None:
            if news.anew:
                self.days, self.as_of, self.beginnings = Days(), None, self.beginnings + 1
            for fact in news.facts:
                try:
                    self.days.follow(fact)
                except SyncError as error:  # of a newer release, say: nothing from here on would be true
                    self._say(f"fact {fact.seq} of the office's journal cannot be followed: {error}. {error.hint}")
        self.behind = news is not None and len(news.facts) == AT_ONCE
        if self.behind or self.days.lost or not self._mirror.readable:
            return False  # the office's last word is about facts that are not in the queue yet
        if confirmed is not None and (self._word or -1) < confirmed <= now.boottime_ms:
            self.as_of = self._word = confirmed
            self.then = self.live
        return True

    def is_lost(self, now_ms: BootMs) -> bool:
        """Whether what is known is too old to be shown as new."""
        return self.as_of is None or now_ms - self.as_of > SILENCE_MS
