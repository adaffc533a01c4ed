"""Both ends of the exchange in memory: a device on a list of facts, and a model server on sync.judge.

The broken variants are the controls: each must be caught by a test.
"""

from collections.abc import Iterator
from dataclasses import replace

from sync import exchange, facts, wire
from sync.chain import START, Position, extend
from sync.codec import Draft, Fact, encode
from sync.exchange_terms import Answered, Effect, Failed, Input, Phase, Send, SetTimer, State, Timer, Wake
from sync.journal import Entry
from sync.judge import Accept, KnownJournal, Refuse, judge_request
from sync.keys import DeviceKey
from sync.outbox import batch_for, refused
from sync.types import BootMs, Chain, JournalId, Level, Seq
from sync.wire import Answer, Batch, Refusal, Request
from tests.sync.journals import BOOT, KEY

JOURNAL = JournalId("01" * 16)
SECRET = bytes([2]) * 32
OTHER_KEY = DeviceKey(bytes(32), bytes(32))


class MemoryJournal:
    """A journal without a disk. Copying it is what cloning a card does."""

    def __init__(self, copy_of: "MemoryJournal | None" = None) -> None:
        self.rows: list[Entry] = list(copy_of.rows) if copy_of else []
        self.end: Position = copy_of.end if copy_of else START
        if copy_of is None:
            self.add(facts.draft(facts.JournalOpened(JOURNAL, KEY.public.hex(), "kiosk")))

    def add(self, draft: Draft, ms: int = 1000) -> None:
        """Append one fact."""
        row = encode(Fact(Seq(self.end.seq + 1), draft.kind, draft.version, BOOT, BootMs(ms), draft.body))
        self.end = extend(SECRET, self.end, row)
        self.rows.append(Entry(self.end.seq, row, self.end.chain))

    def score(self, level: int = 5, times: int = 1) -> None:
        """Append so many scores."""
        for _ in range(times):
            self.add(facts.draft(facts.ScoreGiven(1, Level(level))), 2000 + len(self.rows))

    def at(self, seq: int) -> Position | None:
        """As JournalReader.at."""
        if seq == 0:
            return START
        return Position(Seq(seq), self.rows[seq - 1].chain) if seq <= len(self.rows) else None

    def floor(self) -> Position:
        """As JournalReader.floor."""
        return START

    def entries(self, after: int = 0, *, limit: int = -1) -> Iterator[Entry]:
        """As JournalReader.entries."""
        return iter(self.rows[after:] if limit < 0 else self.rows[after : after + limit])

    def batch(self, after: int, last: int, key: DeviceKey = KEY) -> Batch:
        """The signed batch of the rows behind `after` up to `last`."""
        return batch_for(self, JOURNAL, Send(Seq(after), Seq(last), last - after), key)

    def request(self, after: int, last: int) -> Request:
        """The signed request of that batch."""
        return wire.sign_request(self.batch(after, last), KEY.sign)


class ModelServer:
    """Holds one journal as a list and does what sync.judge says."""

    def __init__(self) -> None:
        self.rows: list[tuple[Seq, bytes, Chain]] = []
        self.paired = True

    def known(self) -> KnownJournal:
        """What it knows of the journal."""
        end = Position(self.rows[-1][0], self.rows[-1][2]) if self.rows else START
        return KnownJournal(JOURNAL, KEY.public, SECRET, end, self._chain_at)

    def handle(self, request: Request) -> Answer | Refusal:
        """The answer to one request."""
        verdict = judge_request(request, self.known() if self.paired else None)
        if isinstance(verdict, Refuse):
            return verdict.refusal
        self.apply(verdict, request)
        received = self.rows[-1][0] if self.rows else 0
        return Answer(received, 0, 1_793_491_200_000)

    def apply(self, verdict: Accept, request: Request) -> None:
        """Store what was accepted."""
        self.rows += [(row.seq, row.row, row.chain) for row in verdict.rows]

    def _chain_at(self, seq: Seq) -> Chain | None:
        return self.rows[seq - 1][2] if seq <= len(self.rows) else None


class WithoutDedup(ModelServer):
    """Control: stores whatever a good batch holds, also what it has already."""

    def apply(self, verdict: Accept, request: Request) -> None:
        """Store everything."""
        batch = wire.decode_batch(wire.inflate(request.body))
        at = Position(batch.after, batch.previous)
        for row in batch.rows:
            at = extend(SECRET, at, row)
            self.rows.append((at.seq, row, at.chain))


class WithoutChainCheck(ModelServer):
    """Control: goes by seq alone."""

    def handle(self, request: Request) -> Answer | Refusal:
        """Take what is new by its number."""
        batch = wire.decode_batch(wire.inflate(request.body))
        new = [row for n, row in enumerate(batch.rows, batch.after + 1) if n > len(self.rows)]
        self.rows += [(Seq(len(self.rows) + n), row, batch.head.chain) for n, row in enumerate(new, 1)]
        return Answer(len(self.rows), 0, 0)


class Device:
    """The machine with a driver in memory. `server` is talked to only by `talk`."""

    def __init__(self, journal: MemoryJournal) -> None:
        self.journal = journal
        self.state: State
        self.effects: list[Effect]
        self.restart()

    def restart(self) -> None:
        """As after kill -9 with an inbox that was never written."""
        self.state, effects = exchange.begin(paired=True)
        self.effects = list(effects)

    def give(self, given: Input) -> None:
        """One step of the machine."""
        self.state, effects = self.step(self.state, given)
        self.effects += effects

    def step(self, state: State, given: Input) -> exchange.Step:
        """The product's table, with a fixed chance."""
        return exchange.step(state, given, 0.5)

    def asks(self) -> Send | None:
        """What it wants to send next, after looking at the journal and letting its timer run out."""
        self.give(Wake(self.journal.end.seq))
        for _ in range(3):
            while self.effects:
                effect = self.effects.pop(0)
                if isinstance(effect, Send):
                    return effect
                if isinstance(effect, SetTimer) and not self.effects:
                    self.give(Timer())
        return None

    def request(self, ask: Send) -> Request:
        """The request for what it asked."""
        return wire.sign_request(batch_for(self.journal, JOURNAL, ask, KEY), KEY.sign)

    def hear(self, answer: Answer | Refusal | None) -> None:
        """Take an answer, or None for none."""
        if answer is None:
            self.give(Failed("no answer"))
        elif isinstance(answer, Refusal):
            self.give(refused(answer, self.journal))
        else:
            self.give(Answered(Seq(answer.received), Seq(answer.safe)))

    def talk(self, server: ModelServer) -> None:
        """One whole round, if it has something to say."""
        ask = self.asks()
        if ask is not None:
            self.hear(server.handle(self.request(ask)))

    def finish(self, server: ModelServer) -> None:
        """Rounds over a good line, until it is content."""
        for _ in range(40):
            self.talk(server)
            if self.state.phase is Phase.IDLE and self.state.received == self.journal.end.seq:
                return


class IgnoresLowerWatermark(Device):
    """Control: believes that what was received once stays received."""

    def step(self, state: State, given: Input) -> exchange.Step:
        """The product's table, except that `received` never falls."""
        after, effects = exchange.step(state, given, 0.5)
        high = Seq(max(after.received, state.received))
        kept = tuple(replace(e, after=max(e.after, high)) if isinstance(e, Send) else e for e in effects)
        return replace(after, received=high), kept
