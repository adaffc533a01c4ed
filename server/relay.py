"""Brings every journal of this office to its centre, over the same exchange by which the machines bring them here.

Each journal has the device's own machine (sync.exchange): nothing is dropped for an answer, whatever it says, and a
lower watermark is obeyed. `turn` does the next thing; the loop around it is in server.relay_thread.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from server.database import Db
from server.relay_outbox import Carried, LedgerOutbox, carried, predecessor_of, reached_before
from sync import earlier, exchange, pairing, wire
from sync.client import HttpsLink, Link, Unreachable, interpret, meet
from sync.errors import JournalDamaged
from sync.exchange_terms import (
    Answered,
    Failed,
    Input,
    Pair,
    Paired,
    PairingRefused,
    Phase,
    Refused,
    RetryAfter,
    Send,
    SetTimer,
    State,
    Timer,
    Wake,
)
from sync.keys import DeviceKey
from sync.outbox import refused
from sync.pairing import Device, PairingFailed, PairingPostponed, Pin
from sync.relaywire import sign_introduction
from sync.types import JournalId, Seq
from sync.wire import Answer, Refusal

PIN_FILE = "upstream.json"
LOOK_EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where the centre is, and who we are to it. `code`: the one-time pairing code, None: paired before."""

    url: str
    code: str | None
    name: Mapping[str, str]
    place: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a journal is at the centre, and how it stands there (`reason`: as sync.exchange says it). `head`: how far
    it reaches here."""

    received: Seq
    safe: Seq
    phase: Phase
    reason: str | None = None
    message: str | None = None
    head: Seq = Seq(0)  # noqa: RUF009 - a number


@dataclass(frozen=True, slots=True)
class Ports:
    """The world. `store(journal, received, safe)` keeps watermarks durably; `told` hears of every change; `step` is
    handed in for its controls."""

    monotonic_ms: Callable[[], float]
    fraction: Callable[[], float]
    store: Callable[[JournalId, Seq, Seq], object]
    told: Callable[[Mapping[JournalId, Reached]], object]
    meet: Callable[[str], bytes] = meet
    link: Callable[[str, bytes], Link] = HttpsLink
    step: exchange.Stepping = exchange.step


@dataclass(slots=True)
class _Way:
    """One journal on its way."""

    of: Carried
    state: State
    effects: deque[Send | Pair] = field(default_factory=deque)
    due_ms: float | None = None


class Relay:
    """For one thread. Call `turn` again after the seconds it says, or when facts were committed."""

    def __init__(self, db: Db, key: DeviceKey, folder: Path, upstream: Upstream, ports: Ports) -> None:
        self._db, self._key, self._upstream, self._ports = db, key, upstream, ports
        self._pin_path = folder / PIN_FILE
        pin = pairing.load_pin(self._pin_path)
        self._pin: Pin | None = pin if pin and pairing.holds(pin, upstream.code) else None
        self._link: Link | None = None
        self._ways: dict[JournalId, _Way] = {}
        self._kept = reached_before(db)
        self._said: Mapping[JournalId, Reached] = {}
        self._turns = 0

    def close(self) -> None:
        """Let go of the connection."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def turn(self) -> float:
        """Do the next thing; the seconds until there is another (0: at once)."""
        for each in carried(self._db):
            self._look(each)
        for way in self._in_turn():
            if way.effects:
                self._turns += 1
                self._perform(way, way.effects.popleft())
                self._tell()
                return 0.0
            if way.due_ms is not None and self._ports.monotonic_ms() >= way.due_ms:
                way.due_ms = None
                self._give(way, Timer())
                return 0.0
        self._tell()
        waits = [way.due_ms - self._ports.monotonic_ms() for way in self._in_turn() if way.due_ms is not None]
        return min(max(min(waits, default=LOOK_EVERY_S * 1000), 0) / 1000, LOOK_EVERY_S)

    def _look(self, of: Carried) -> None:
        way = self._ways.get(of.journal_id)
        if way is None:
            received, safe = self._kept.get(of.journal_id, (Seq(0), Seq(0)))
            known = self._pin is not None and of.journal_id in self._kept
            state, effects = exchange.begin(paired=known, received=received, safe=safe)
            way = self._ways[of.journal_id] = _Way(of, state)
            self._plan(way, effects)
        way.of = of
        if of.head != way.state.head:
            self._give(way, Wake(of.head))

    def _in_turn(self) -> list[_Way]:
        """Those that may go: the office's present journal alone until it is paired, for it signs for all of them; then
        one after the other, so that a busy journal holds up no other one."""
        ways = sorted(self._ways.values(), key=lambda way: -way.of.own)
        if ways and ways[0].state.phase is Phase.UNPAIRED:
            return ways[:1]
        at = self._turns % max(len(ways), 1)
        return [way for way in (*ways[at:], *ways[:at]) if way.of.head]

    def _give(self, way: _Way, given: Input) -> None:
        way.state, effects = self._ports.step(way.state, given, self._ports.fraction())
        self._plan(way, effects)

    def _plan(self, way: _Way, effects: tuple[Send | Pair | SetTimer, ...]) -> None:
        for effect in effects:
            if isinstance(effect, SetTimer):
                way.due_ms = self._ports.monotonic_ms() + effect.seconds * 1000
            else:
                way.effects.append(effect)

    def _perform(self, way: _Way, effect: Send | Pair) -> None:
        try:
            if isinstance(effect, Pair):
                self._give(way, self._paired(way))
            else:
                self._give(way, self._sent(way, effect))
        except Unreachable as error:
            self._give(way, Failed(str(error)))

    # Facts ------------------------------------------------------------------------------------------------------------

    def _sent(self, way: _Way, ask: Send) -> Input:
        outbox, me = LedgerOutbox(self._db, way.of.journal_id), self._me()
        try:
            batch = outbox.batch(ask)
        except JournalDamaged as error:
            return Failed(str(error))
        if batch.head.seq > way.state.head:  # more came since it was looked at
            self._give(way, Wake(batch.head.seq))
        request = wire.sign_request(batch, self._key.sign, me.journal_id)
        return self._heard(way, interpret(self._linked().post(wire.FACTS_PATH, request.headers, request.body)), outbox)

    def _heard(self, way: _Way, heard: Answer | Refusal | Failed | RetryAfter, outbox: LedgerOutbox) -> Input:
        if isinstance(heard, Failed | RetryAfter):
            return heard
        if isinstance(heard, Answer):
            return self._answered(way, heard)
        if heard.error == wire.NOT_INTRODUCED:
            return Refused(wire.UNPAIRED, heard.message)
        if heard.error == wire.UNPAIRED and way.of.journal_id != self._me().journal_id:
            return Failed(heard.message)
        return refused(heard, outbox)

    def _answered(self, way: _Way, heard: Answer) -> Input:
        received, safe = Seq(heard.received), Seq(heard.safe)
        if self._kept.get(way.of.journal_id) != (received, safe):
            self._kept[way.of.journal_id] = received, safe
            self._ports.store(way.of.journal_id, received, safe)
        return Answered(received, safe)

    # Who we are -------------------------------------------------------------------------------------------------------

    def _paired(self, way: _Way) -> Input:
        """Introduce a journal of the office; where the centre does not know the office itself, pair that first."""
        try:
            if way.of.journal_id != self._me().journal_id:
                return self._introduced(way)
            known = self._introduced(way) if self._pin is not None else None
            if known is None or (isinstance(known, PairingRefused) and known.code == wire.UNPAIRED):
                return self._pair(way.of)
            return known
        except PairingFailed as error:
            return PairingRefused(error.code, f"{error}. {error.hint}")
        except PairingPostponed as error:
            return RetryAfter(error.seconds)
        except OSError as error:
            return Failed(str(error))

    def _pair(self, own: Carried) -> Input:
        """By the word of the journal before, which the centre knows by the same key; else by the code.

        What the centre lacks of the journal before is sent first: once another one follows it, none of it is taken.
        """
        device = Device(own.journal_id, own.secret, self._key, own.role, self._upstream.place)
        before = predecessor_of(self._db, own.journal_id)
        if self._pin is not None and before is not None:
            outbox = LedgerOutbox(self._db, before)
            later = earlier.send_rest(outbox, before, outbox.end(), self._key, self._linked())
            if later is not None:
                return later
            answer = pairing.succeed(self._linked(), device, before, bytes.fromhex(self._pin.fingerprint))
            return Paired(Seq(answer.received), Seq(answer.safe))
        url = self._upstream.url
        pin, answer = pairing.pair(
            self._upstream.code, device, lambda: self._ports.meet(url), lambda seen: self._ports.link(url, seen)
        )
        pairing.save_pin(self._pin_path, pin)
        self.close()
        self._pin = pin
        return Paired(Seq(answer.received), Seq(answer.safe))

    def _introduced(self, way: _Way) -> Input:
        introduction = way.of.introduction(dict(self._upstream.name), self._upstream.time_zone)
        request = sign_introduction(self._me().journal_id, introduction, self._key.sign)
        heard = interpret(self._linked().post(wire.INTRODUCE_PATH, request.headers, request.body))
        if isinstance(heard, Answer):
            self._answered(way, heard)
            return Paired(Seq(heard.received), Seq(heard.safe))
        return PairingRefused(heard.error, f"{heard.message}. {heard.hint}") if isinstance(heard, Refusal) else heard

    def _me(self) -> Carried:
        return max((way.of for way in self._ways.values()), key=lambda of: of.own)

    def _linked(self) -> Link:
        if self._link is None:
            if self._pin is None:
                raise Unreachable("the office is not paired with its centre", hint="Enter the pairing code.")
            self._link = self._ports.link(self._upstream.url, bytes.fromhex(self._pin.fingerprint))
        return self._link

    def _tell(self) -> None:
        now = {
            name: Reached(
                way.state.received, way.state.safe, way.state.phase, way.state.reason, way.state.message, way.state.head
            )
            for name, way in self._ways.items()
        }
        if now != self._said:
            self._said = now
            self._ports.told(now)
