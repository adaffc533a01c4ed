"""The voice of the hall at work: looks at the queue after every commit, and tells the displays what to play.

The language of a ticket is read from the ledger for the moment of speaking, and goes nowhere else: no page says it.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterable, Sequence

from server.clips import CHIME, NO_LANGUAGE, Clips
from server.database import Db, DbError
from server.reads import Reads
from sync.body import TicketName
from sync.codec import decode
from sync.facts import TicketLanguage, understand
from sync.live import Live
from sync.voice import CLIP_GAP_MS, LANGUAGE_GAP_MS, Say, Voice, called, hear, key_of, speak

NEAR = 4
"""The facts of one ticket lie side by side: its language is among so many after it."""


class Speaker:
    """All methods are for the event loop's thread. `tick` gives milliseconds that never go back; `quiet`: whether it is
    quiet hours now; `told` is called when there is something to play, or no more."""

    def __init__(
        self,
        live: Callable[[], Live],
        reads: Reads,
        clips: Clips,
        order: Sequence[str],
        *,
        tick: Callable[[], int],
        quiet: Callable[[], bool],
        told: Callable[[], None],
    ) -> None:
        self._live, self._reads, self._clips, self._order = live, reads, clips, order
        self._tick, self._quiet, self._told = tick, quiet, told
        self._voice = Voice.silent(live())
        self._wake = asyncio.Event()
        self.number = 0
        """How many announcements there have been."""
        self.saying = ""
        """The last one, as displays get it: {"number", "chime": url, "sentences": [[url, …], …], "gaps": [ms, ms]}."""

    def changed(self) -> None:
        """The queue has changed."""
        self._wake.set()

    async def run(self) -> None:
        """Speak until cancelled."""
        while True:
            self._wake.clear()
            with contextlib.suppress(DbError):  # a ledger that cannot be read now: it is looked at again
                await self._look()
            wait_s = max(self._voice.until_ms - self._tick(), 0) / 1000 if self._voice.pending else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait_s)

    async def _look(self) -> None:
        live = self._live()
        fresh = [each.name for each in called(live) if key_of(each) not in self._voice.known]
        languages = await self._reads.read(languages_of, fresh) if fresh else {}
        self._voice = hear(self._voice, live, languages)
        lengths, chime = self._clips.length, self._clips.chime
        self._voice, say = speak(self._voice, self._tick(), self._order, lengths, chime.ms, quiet=self._quiet())
        if say is not None:
            self.number += 1
            self.saying = self._written(say)
            self._told()

    def _written(self, say: Say) -> str:
        sentences = []
        for sentence in say.sentences:
            found = [(self._clips.find(language, clip), language, clip) for language, clip in sentence]
            sentences.append([each.url(language, clip) for each, language, clip in found if each is not None])
        chime = self._clips.chime.url(NO_LANGUAGE, CHIME)
        gaps = [CLIP_GAP_MS, LANGUAGE_GAP_MS]
        return json.dumps({"number": self.number, "chime": chime, "sentences": sentences, "gaps": gaps})


def languages_of(db: Db, tickets: Iterable[TicketName]) -> dict[TicketName, str]:
    """The language that each of these was taken in, of those whose machine told it."""
    query = "SELECT row FROM facts WHERE journal_id = ? AND seq > ? ORDER BY seq LIMIT ?"
    found = {}
    for name in tickets:
        for (row,) in db.execute(query, (name.journal, name.seq, NEAR)):
            body = understand(decode(row))
            if isinstance(body, TicketLanguage) and body.ticket == name.seq:
                found[name] = body.language
                break
    return found
