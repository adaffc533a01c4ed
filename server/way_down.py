"""Fetches what the centre publishes for this office: the journal that the centre writes for it, as a device fetches the
office's own (sync.downlink_driver), but asked for every two minutes and never held open.

What comes is judged by the key in its first fact and lies in centre.db, a verified copy, before anything is made of it.
A history that does not go on from the one here is refused as a whole. Then it is taken up (server.adopting).
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from server.adopting import Centres
from sync import feedwire, wire
from sync.client import HttpsLink, Link, Reply, Unreachable
from sync.downlink_driver import Who
from sync.errors import BadBatch, SyncError
from sync.exchange import backoff_s
from sync.feedwire import Introduction
from sync.judge import Accept, KnownJournal, Refuse, judge
from sync.mirror import Mirror, MirrorReader
from sync.wire import BadAnswer, Batch, Refusal

FILE = "centre.db"
LOOK_EVERY_S = 120.0
CAP_S = 600.0
"""Longest wait after failures, beside that."""
NOT_PAIRED = "not paired"
PAIRED_SOON_S = 2.0


def link_to(url: str, fingerprint: bytes) -> Link:
    """A line on which an answer is as long as a batch can be."""
    return HttpsLink(url, fingerprint, most=wire.MAX_BODY)


@dataclass(frozen=True, slots=True)
class DownPorts:
    """The world. `take_up` makes what was published this office's own, and says whether it is done with it; `whose`
    changes with what that depends on beside it; `told` hears why nothing comes, None: all is well."""

    monotonic_ms: Callable[[], float]
    fraction: Callable[[], float]
    take_up: Callable[[Centres], bool]
    whose: Callable[[], object]
    told: Callable[[str | None], object]
    link: Callable[[str, bytes], Link] = link_to


class WayDown:
    """For one thread. `who`: who this office is to the centre; None: not paired."""

    def __init__(self, folder: Path, url: str, who: Callable[[], Who | None], ports: DownPorts) -> None:
        """Raises JournalBusy where another process serves this folder."""
        self._url, self._who, self._ports = url, who, ports
        self._mirror, self._reader = Mirror(folder / FILE), MirrorReader(folder / FILE)
        self._link: Link | None = None
        self._due_ms, self._attempts = 0.0, 0
        self._taken_up: object = None
        self.trouble: str | None = None

    def turn(self) -> float:
        """Do the next thing; the seconds until there is another (0: at once)."""
        left = self._due_ms - self._ports.monotonic_ms()
        if left > 0:
            return left / 1000
        try:
            more, trouble = self._look()
        except Unreachable as error:
            more, trouble = False, f"{error}. {error.hint}"
        except (SyncError, sqlite3.Error, OSError) as error:
            more, trouble = False, str(error)
        return 0.0 if more else self._rest(trouble)

    def close(self) -> None:
        """Let go of everything."""
        self._drop()
        self._mirror.close()

    def _rest(self, trouble: str | None) -> float:
        """Nothing more comes for now: what is here is taken up."""
        self._drop()
        at = self._reader.published_up_to(), self._reader.asked_up_to(), self._ports.whose()
        if at[0] is not None and at != self._taken_up and self._ports.take_up(self._reader):
            self._taken_up = at
        self._attempts = self._attempts + 1 if trouble else 0
        wait = LOOK_EVERY_S + backoff_s(self._attempts, self._ports.fraction(), CAP_S) if trouble else LOOK_EVERY_S
        if trouble == NOT_PAIRED:
            wait, trouble = PAIRED_SOON_S, None  # the relay pairs, and says why not
        self._due_ms = self._ports.monotonic_ms() + wait * 1000
        if trouble != self.trouble:
            self.trouble = trouble
            self._ports.told(trouble)
        return wait

    def _look(self) -> tuple[bool, str | None]:
        """Ask once: whether to ask on, and what is wrong."""
        me = self._who()
        if me is None:
            return False, NOT_PAIRED
        known = self._mirror.known()
        ask = feedwire.ask_for(known.journal_id, self._mirror.head(known.journal_id)) if known else feedwire.Ask()
        request = feedwire.sign_ask(me.journal_id, ask, me.key)
        self._link = self._link or self._ports.link(self._url, bytes.fromhex(me.pin.fingerprint))
        fed = _meaning(self._link.post(request.path, request.headers, request.body))
        if isinstance(fed, str):
            return False, fed
        if isinstance(fed, Refusal):
            return False, f"{fed.message}. {fed.hint}"
        if isinstance(fed, Introduction):
            if fed.journal_id == ask.journal_id:
                return False, "the centre names the very journal that it was asked for"
            self._mirror.begin(fed)
            return True, None
        if known is None:
            return False, "the centre sends facts of a journal that it did not name"
        return self._take(fed, known)

    def _take(self, batch: Batch, known: KnownJournal) -> tuple[bool, str | None]:
        verdict = self._judged(batch, known)
        if isinstance(verdict, Refuse):
            return False, f"what the centre sends does not prove itself: {verdict.refusal.message}"
        if verdict.rows:
            self._mirror.apply(known.journal_id, verdict)
        return bool(verdict.rows), None

    def _judged(self, batch: Batch, known: KnownJournal) -> Accept | Refuse:
        return judge(batch, known)

    def _drop(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None


def _meaning(reply: Reply) -> Batch | Introduction | Refusal | str:
    """What a reply means; in words, where it is none of docs/exchange.md."""
    try:
        if reply.status == 200:
            return feedwire.read_fed(reply.content_type, reply.body)
        return wire.decode_as(reply.body, Refusal, "refusal")
    except (BadAnswer, BadBatch) as error:
        return f"HTTP {reply.status} with a body that is no answer: {error}"
