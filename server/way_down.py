"""Fetches what the centre publishes for this office: the journal that the centre writes for it, as a device fetches the
office's own (sync.downlink_driver), but asked for every two minutes and never held open.

What comes is judged by the key in its first fact and lies in centre.db, a verified copy, before anything is made of it.
A history that does not go on from the one here is refused as a whole. Then it is taken up (server.adopting). Before
it is asked for anything, a centre that was restored from an old copy is given back what it lost of that journal.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from server.adopting import Centres
from sync import feedwire, wire
from sync.client import HttpsLink, Link, Reply, Unreachable
from sync.downlink import Gave
from sync.downlink_driver import Who
from sync.errors import BadBatch, SyncError
from sync.exchange import backoff_s
from sync.exchange_terms import BUSY, FAILED, Failed, Refused, RetryAfter
from sync.feedwire import Introduction
from sync.giver import Giver
from sync.judge import Accept, KnownJournal, Refuse, judge
from sync.mirror import Mirror, MirrorReader
from sync.wire import BadAnswer, Batch, Refusal

FILE = "centre.db"
LOOK_EVERY_S = 120.0
CAP_S = 600.0
"""Longest wait after failures, beside that."""
HERE, UNPROVEN = "here", "unproven"
"""What is wrong, beside the codes of sync.exchange_terms and sync.wire: something on this machine; what the centre
sends."""
PAIRED_SOON_S = 2.0


@dataclass(frozen=True, slots=True)
class Why:
    """Why nothing comes: a code, for whoever tells it in a language, and what was said, in English."""

    code: str
    text: str


NOT_PAIRED = Why(wire.UNPAIRED, "not paired")


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
    told: Callable[[Why | None], object]
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
        self._giver = Giver(self._mirror, lambda name: None)
        self._owes, self._forked = True, False
        """Something may have to be given back; the centre said fork, and was given back what it had lost."""
        self.trouble: Why | None = None

    def turn(self) -> float:
        """Do the next thing; the seconds until there is another (0: at once)."""
        left = self._due_ms - self._ports.monotonic_ms()
        if left > 0:
            return left / 1000
        try:
            more, trouble = self._look()
        except Unreachable as error:
            more, trouble = False, Why(FAILED, f"{error}. {error.hint}")
        except (SyncError, sqlite3.Error, OSError) as error:
            more, trouble = False, Why(HERE, str(error))
        return 0.0 if more else self._rest(trouble)

    def close(self) -> None:
        """Let go of everything."""
        self._drop()
        self._mirror.close()

    def _rest(self, trouble: Why | None) -> float:
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

    def _look(self) -> tuple[bool, Why | None]:
        """Ask once: whether to ask on, and what is wrong."""
        me = self._who()
        if me is None:
            return False, NOT_PAIRED
        self._link = self._link or self._ports.link(self._url, bytes.fromhex(me.pin.fingerprint))
        if self._owes:
            return self._give(me, self._link)
        known = self._mirror.known()
        ask = feedwire.ask_for(known.journal_id, self._mirror.head(known.journal_id)) if known else feedwire.Ask()
        request = feedwire.sign_ask(me.journal_id, ask, me.key)
        fed = _meaning(self._link.post(request.path, request.headers, request.body))
        if isinstance(fed, Why):
            return False, fed
        if isinstance(fed, Refusal):
            return self._refused(fed)
        self._forked = False
        if isinstance(fed, Introduction):
            if fed.journal_id == ask.journal_id:
                return False, Why(UNPROVEN, "the centre names the very journal that it was asked for")
            self._mirror.begin(fed)
            self._owe()  # the journal before may have ended there earlier than here
            return True, None
        if known is None:
            return False, Why(UNPROVEN, "the centre sends facts of a journal that it did not name")
        return self._take(fed, known)

    def _refused(self, refusal: Refusal) -> tuple[bool, Why | None]:
        """After a fork, which the centre may mend by what is given back, ask once more at once."""
        if refusal.error != wire.FORK or self._forked:
            self._forked = False
            return False, Why(refusal.error, f"{refusal.message}. {refusal.hint}")
        self._forked = True
        self._owe()
        return True, None

    def _owe(self) -> None:
        self._owes = True
        self._giver.forget()

    def _give(self, me: Who, link: Link) -> tuple[bool, Why | None]:
        """Offer and send once what the centre may have lost of what it wrote for this office."""
        gave = self._giver.give(me.journal_id, me.key.sign, lambda it: link.post(it.path, it.headers, it.body))
        match gave:
            case Gave(more=more):
                self._owes = more
            case Refused():
                self._owes = False  # it does not want it, or is too old to know how
            case Failed(why=why):
                return False, Why(FAILED, why)
            case RetryAfter():
                return False, Why(BUSY, "the centre asks for patience")
        return True, None

    def _take(self, batch: Batch, known: KnownJournal) -> tuple[bool, Why | None]:
        verdict = self._judged(batch, known)
        if isinstance(verdict, Refuse):
            return False, Why(UNPROVEN, f"what the centre sends does not prove itself: {verdict.refusal.message}")
        if verdict.rows:
            self._mirror.apply(known.journal_id, verdict)
        return bool(verdict.rows), None

    def _judged(self, batch: Batch, known: KnownJournal) -> Accept | Refuse:
        return judge(batch, known)

    def _drop(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None


def _meaning(reply: Reply) -> Batch | Introduction | Refusal | Why:
    """What a reply means; why it means nothing, where it is none of docs/exchange.md."""
    try:
        if reply.status == 200:
            return feedwire.read_fed(reply.content_type, reply.body)
        return wire.decode_as(reply.body, Refusal, "refusal")
    except (BadAnswer, BadBatch) as error:
        return Why(UNPROVEN, f"HTTP {reply.status} with a body that is no answer: {error}")
