"""Gives back what the writer of a journal lost of it, from the copy on this machine (docs/exchange.md, "Lost")."""

from collections.abc import Callable

from sync import lostwire, wire
from sync.chain import Position
from sync.client import Reply
from sync.downlink import Gave
from sync.exchange_terms import Failed, Refused, RetryAfter
from sync.lostwire import Wanted
from sync.mirror import Mirror
from sync.types import JournalId
from sync.wire import BadAnswer, Batch, Refusal, Request


class Giver:
    """Offers every journal in the copy once, and sends what is wanted of it, last first. `gave` is told of each journal
    of which something had been missing, once all of it is there again."""

    def __init__(self, mirror: Mirror, gave: Callable[[JournalId], object]) -> None:
        self._mirror, self._gave = mirror, gave
        self._given: set[tuple[JournalId, int]] = set()
        """Which journal was given back up to where, or was offered and is not wanted."""
        self._wanted: tuple[JournalId, Position] | None = None

    def forget(self) -> None:
        """What the other side had before, it need not have now."""
        self._given.clear()

    def give(
        self, journal_id: JournalId, sign: Callable[[bytes], bytes], post: Callable[[Request], Reply]
    ) -> Gave | Refused | Failed | RetryAfter:
        """Offer the next journal that may have been lost, or send what is wanted of the one offered. `journal_id` and
        `sign`: this machine's own. Raises MirrorRefused, and whatever `post` raises."""
        if self._wanted is None:
            owed = next((each for each in self._mirror.offered() if (each[0], each[1].seq) not in self._given), None)
            if owed is None:
                return Gave(more=False)
            name, head = owed
            batch = Batch(name, head.seq, head.chain, head, ())
        else:
            name, end = self._wanted
            self._wanted = None
            found = self._mirror.ending(name, end)
            if found is None:
                self._done(name)
                return Gave(more=True)  # it looks for what another machine has
            batch = found
        answer = _meaning(post(lostwire.sign_lost(journal_id, batch, self._mirror.secret(name), sign)))
        if not isinstance(answer, Wanted):
            return answer
        if answer.seq:
            self._wanted = name, answer.position
        else:
            self._done(name)
            if batch.rows:
                self._gave(name)
        return Gave(more=True)

    def _done(self, name: JournalId) -> None:
        self._given.update((each, head.seq) for each, head in self._mirror.offered() if each == name)


def _meaning(reply: Reply) -> Wanted | Refused | Failed | RetryAfter:
    """What a reply to /v1/lost means."""
    if reply.status in (429, 503):
        return RetryAfter(reply.retry_after)
    try:
        if reply.status == 200:
            return wire.decode_as(reply.body, Wanted, "answer")
        if 400 <= reply.status < 500:
            refusal = wire.decode_as(reply.body, Refusal, "refusal")
            return Refused(refusal.error, f"{refusal.message}. {refusal.hint}")
    except BadAnswer as error:
        return Failed(f"HTTP {reply.status} with a body that is no answer: {error}")
    return Failed(f"HTTP {reply.status}")
