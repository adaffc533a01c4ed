"""Carries the way down's effects out: asks the office, checks what comes, mirrors it, and wakes the kiosk.

For a thread of its own: `turn` waits as long as the office keeps the question open. Nothing here is state that a kill
could lose: the mirror says how far it reaches.
"""

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sync import downlink, feedwire, keys, wire
from sync.client import HttpsLink, Link, Reply, Unreachable
from sync.downlink import Ask, Fed, Gave, Give, Input, Named, NotPaired, Phase
from sync.errors import BadBatch, SyncError
from sync.exchange_terms import FAILED, Failed, Refused, RetryAfter, SetTimer, Timer
from sync.feedwire import Introduction
from sync.giver import Giver
from sync.journal import Instant, JournalReader
from sync.judge import Accept, judge
from sync.keys import DeviceKey
from sync.mirror import FILE, FeedState, Mirror, MirrorRefused
from sync.pairing import Pin, load_pin
from sync.types import BootMs, JournalId
from sync.wire import BadAnswer, Batch, Refusal

SLOW_S = 15.0
"""Longest silence before an answer, beyond the time that the office may hold the question: a slow line's."""
MISTAKE_S = 300.0
"""After a mistake in the program itself, the way down is tried again only so soon."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The world, as far as the downlink touches it.

    `hold_s`: how long the office is asked to keep a question open. `confirmed` is told the boot time at which the
    office had nothing that is not in the mirror.
    """

    instant: Callable[[], Instant]
    fraction: Callable[[], float]
    log: Callable[[str], None]
    wake_kiosk: Callable[[], object]
    link: Callable[[str, bytes], Link] = lambda url, fingerprint: link_for(url, fingerprint)
    hold_s: float = feedwire.HOLD_S
    confirmed: Callable[[BootMs], object] = lambda at: None


def link_for(url: str, fingerprint: bytes, hold_s: float = feedwire.HOLD_S) -> HttpsLink:
    """The line to the office, which is given up after so long a silence that the office must have gone."""
    return HttpsLink(url, fingerprint, silence_s=hold_s + SLOW_S, most=wire.MAX_BODY)


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks whom: the pin, and the own journal's id and key."""

    pin: Pin
    journal_id: JournalId
    key: DeviceKey


def who(data: Path) -> Who | None:
    """The device of this data folder; None: it is not paired. Raises SyncError, OSError."""
    pin = load_pin(data / "pin.json")
    if pin is None:
        return None
    try:
        key = keys.load(data / "device.key")
        with JournalReader(data / "journal.db") as reader:
            return Who(pin, reader.opened().journal_id, key)
    except FileNotFoundError:
        return None


class Downlink:
    """The way down of one device. Call `turn` again after the seconds it says, or when somebody was paired."""

    def __init__(self, data: Path, url: str, ports: Ports) -> None:
        """Raises JournalBusy where another sync process serves this data folder."""
        self._data, self._url, self._ports = data, url, ports
        self._mirror = Mirror(data / FILE)
        self._link: tuple[str, Link] | None = None
        self._contact: Instant | None = None
        self._told: FeedState | None = None
        self._said = ""
        self._due_ms = 0.0
        self._planned: list[Ask | Give] = []
        self._giver = Giver(
            self._mirror,
            lambda name: ports.log(f"the office's journal {name} was given back to the office, which had lost its end"),
        )
        self._current = False
        """The office still writes the journal that is mirrored: it named it, or answered twice from it without a break.
        After a break the first answer may be the last of a journal that the office has gone on from."""
        self._state, effects = downlink.begin()
        self._plan(effects)

    def turn(self) -> float:
        """Do the next thing; the seconds until there is another (0: at once)."""
        if self._planned:
            self._step(self._done(self._planned.pop()))
        elif self._now_ms() >= self._due_ms:
            self._step(Timer())
        self._tell()
        return 0.0 if self._planned else max(self._due_ms - self._now_ms(), 0.0) / 1000

    def look(self) -> None:
        """Somebody may have been paired, or the server may answer again: then there is no need to wait."""
        if self._state.phase is Phase.UNPAIRED or (self._state.phase is Phase.BACKOFF and self._state.reason == FAILED):
            self._due_ms = 0.0

    def close(self) -> None:
        """Let go of everything."""
        self._drop_link()
        self._mirror.close()

    def _step(self, given: Input) -> None:
        self._state, effects = downlink.step(self._state, given, self._ports.fraction())
        self._plan(effects)

    def _plan(self, effects: tuple[downlink.Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case SetTimer(seconds=seconds):
                    self._due_ms = self._now_ms() + seconds * 1000
                case Ask() | Give():
                    self._planned.append(effect)

    def _done(self, planned: Ask | Give) -> Input:
        heard = self._heard(planned)
        self._current = self._current and isinstance(heard, Fed | Named | Gave)
        return heard

    def _heard(self, planned: Ask | Give) -> Input:
        try:
            own = who(self._data)
            if own is None:
                return NotPaired()
            return self._asked(own) if isinstance(planned, Ask) else self._gave(own)
        except Unreachable as error:
            self._drop_link()
            return Failed(f"{error}. {error.hint}")
        except (SyncError, sqlite3.Error, OSError, UnicodeDecodeError) as error:
            return Failed(str(error))

    def _asked(self, own: Who) -> Input:
        known = self._mirror.known()
        ask = feedwire.ask_for(known.journal_id, self._mirror.head(known.journal_id)) if known else feedwire.Ask()
        request = feedwire.sign_ask(own.journal_id, ask, own.key)
        before, hold_s = self._now_ms(), self._ports.hold_s if self._current else feedwire.LEAST_HOLD_S
        reply = self._linked(own.pin).post(request.path, {**request.headers, **feedwire.prefer(hold_s)}, request.body)
        seconds = (self._now_ms() - before) / 1000
        self._contact = self._ports.instant()
        fed = _meaning(reply)
        if isinstance(fed, Introduction):
            return self._begin(fed, ask)
        if isinstance(fed, Refused) and fed.code == wire.FORK:
            self._giver.forget()  # what the office had then, it need not have now
        return self._take(fed, seconds) if isinstance(fed, Batch) else fed

    def _gave(self, own: Who) -> Input:
        link = self._linked(own.pin)
        return self._giver.give(own.journal_id, own.key.sign, lambda it: link.post(it.path, it.headers, it.body))

    def _begin(self, named: Introduction, ask: feedwire.Ask) -> Input:
        if named.journal_id == ask.journal_id:
            return Failed("the office names the very journal that it was asked for")
        self._mirror.begin(named)
        self._giver.forget()
        self._current = True
        if ask.journal_id is not None:
            self._ports.log(f"the office writes another journal now: {named.journal_id}, {ask.journal_id} before")
        return Named()

    def _take(self, batch: Batch, seconds: float) -> Input:
        known = self._mirror.known()
        if known is None:
            return Failed("the office sends facts of a journal that it did not name")
        verdict = judge(batch, known)
        if not isinstance(verdict, Accept):
            refusal = verdict.refusal
            return Refused(refusal.error, f"the office's facts do not prove themselves: {refusal.message}")
        if verdict.rows:
            self._mirror.apply(known.journal_id, verdict)
            self._ports.wake_kiosk()
        if self._contact is not None and _is_all(batch):
            if self._current or not batch.rows:
                self._ports.confirmed(self._contact.boottime_ms)
            self._current = True
        return Fed(len(verdict.rows), seconds)

    def _linked(self, pin: Pin) -> Link:
        if self._link is None or self._link[0] != pin.fingerprint:
            self._drop_link()
            self._link = pin.fingerprint, self._ports.link(self._url, bytes.fromhex(pin.fingerprint))
        return self._link[1]

    def _drop_link(self) -> None:
        if self._link is not None:
            self._link[1].close()
            self._link = None

    def _tell(self) -> None:
        """Write how it stands where that changed, for the kiosk and the technician."""
        state = self._state
        tries = state.phase in (Phase.ASKING, Phase.GIVING) and state.reason is not None  # one more try is no news
        phase = Phase.BACKOFF if tries else state.phase
        now = FeedState(phase.value, state.reason, state.message, self._contact)
        if self._told is not None and replace(now, contact=self._told.contact) == self._told:
            return
        said = f"office's journal: {state.message}" if state.message else ""
        if said and said != self._said:
            self._ports.log(said)
        self._said = said
        try:
            self._mirror.tell(now)
        except MirrorRefused as error:
            if self._told is None or str(error) != state.message:
                self._ports.log(f"{error}. {error.hint}")
        self._told = now
        self._ports.wake_kiosk()

    def _now_ms(self) -> int:
        return self._ports.instant().boottime_ms


def run(
    link: Downlink, called: threading.Event, log: Callable[[str], None], ended: Callable[[], bool] = lambda: False
) -> None:
    """Turn until it is ended. `called` is set by whoever was just paired. A mistake must not end the way up."""
    while not ended():
        try:
            wait = link.turn()
        except Exception as error:  # noqa: BLE001 it is told, and tried again
            log(f"office's journal: a mistake in the program, please report it: {error!r}")
            wait = MISTAKE_S
        if wait and called.wait(wait):
            called.clear()
            link.look()
    link.close()  # in the thread that opened the mirror


def _is_all(batch: Batch) -> bool:
    """Whether the office had no more than this: a batch that is cut off is full of rows or of bytes."""
    return len(batch.rows) < wire.BATCH_ROWS and sum(map(len, batch.rows)) * 2 < wire.BATCH_BYTES


def _meaning(reply: Reply) -> Batch | Introduction | Refused | Failed | RetryAfter:
    """What a reply to /v1/feed means. Whatever is not of docs/exchange.md is Failed: nothing of it is mirrored."""
    if reply.status in (429, 503):
        return RetryAfter(reply.retry_after)
    try:
        if reply.status == 200:
            return feedwire.read_fed(reply.content_type, reply.body)
        if 400 <= reply.status < 500:
            refusal = wire.decode_as(reply.body, Refusal, "refusal")
            return Refused(refusal.error, f"{refusal.message}. {refusal.hint}")
    except (BadAnswer, BadBatch) as error:
        return Failed(f"HTTP {reply.status} with a body that is no answer: {error}")
    return Failed(f"HTTP {reply.status}")
