"""An office in memory that hands its own journal down, truly or not. The liars are what a device has to see through."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sync import facts, wire
from sync.chain import START, Position, extend
from sync.client import Reply, Unreachable
from sync.codec import Draft, Fact, encode
from sync.feedwire import JSON, Introduction, read_ask
from sync.journal import Entry
from sync.keys import DeviceKey
from sync.lostwire import proven, read_lost, wanted
from sync.types import BootMs, JournalId, Seq
from sync.wire import Batch, Refusal
from tests.sync.journals import BOOT

OFFICE_KEY = DeviceKey(b"o" * 32, b"d" * 32)
OFFICE_SECRET = b"s" * 32
STARTED = facts.MachineStarted("1.0", "f" * 64)


class FeedingOffice:
    """A journal in memory and the answers of /v1/feed. `lie` changes a batch before it goes out."""

    def __init__(self, name: str = "0f" * 16, predecessor: facts.Predecessor | None = None) -> None:
        self.name = JournalId(name)
        self.rows: list[Entry] = []
        self.end: Position = START
        self.lie: Callable[[Batch], Batch] = lambda batch: batch
        self.asked: list[Mapping[str, object]] = []
        self.reply: Reply | None = None
        self.reachable = True
        self.back: dict[int, bytes] = {}
        self.add(facts.JournalOpened(self.name, OFFICE_KEY.public.hex(), "office", predecessor))

    def add(self, *bodies: facts.Body) -> None:
        """More facts."""
        for body in bodies:
            self.store(facts.draft(body))

    def store(self, draft: Draft) -> None:
        """One more fact."""
        row = encode(Fact(Seq(self.end.seq + 1), draft.kind, draft.version, BOOT, BootMs(1000), draft.body))
        self.end = extend(OFFICE_SECRET, self.end, row)
        self.rows.append(Entry(self.end.seq, row, self.end.chain))

    def copy(self) -> "FeedingOffice":
        """The office as it is now, for a restore later."""
        made = FeedingOffice(self.name)
        made.rows, made.end = list(self.rows), self.end
        return made

    def introduction(self) -> Introduction:
        """Its journal."""
        return Introduction(self.name, OFFICE_KEY.public.hex(), OFFICE_SECRET.hex())

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One request, never held."""
        if not self.reachable:
            raise Unreachable("nobody there", hint="Look.")
        if self.reply is not None:
            return self.reply
        if path == wire.LOST_PATH:
            return self._lost(wire.read_request(headers, body, path))
        assert path == wire.FEED_PATH
        ask = read_ask(body)
        self.asked.append({"journal_id": ask.journal_id, "seq": ask.seq, "signature": ask.signature})
        if ask.journal_id != self.name:
            return Reply(200, 0, wire.encode_message(self.introduction()), JSON)
        here = START if ask.seq == 0 else self._at(ask.seq)
        if here != ask.position:
            return refusing(wire.refuse(wire.FORK, "another history", "Keep it.", 0, self.end))
        return Reply(200, 0, wire.deflate(wire.encode_batch(self.lie(self.batch(ask.position)))), wire.CONTENT_TYPE)

    def _lost(self, request: wire.Request) -> Reply:
        """What was lost is wanted, last first, down to what is here."""
        given, secret = read_lost(request)
        start, end = Position(given.after, given.previous), given.head.position
        held = given.journal_id == self.name and any(self._at(at.seq) == at for at in (start, end))
        if given.rows:
            assert proven(given, secret) is not None
            self.back.update(enumerate(given.rows, given.after + 1))
        next_end = start if given.rows else end
        return Reply(200, 0, wire.encode_message(wanted(None if held or not next_end.seq else next_end)), JSON)

    def batch(self, after: Position, key: DeviceKey = OFFICE_KEY) -> Batch:
        """All that lies behind this place."""
        rows: Sequence[bytes] = [entry.row for entry in self.rows[after.seq :]]
        return wire.sign_batch(self.name, after, self.end, rows, key.sign)

    def _at(self, seq: int) -> Position | None:
        return Position(Seq(seq), self.rows[seq - 1].chain) if seq <= len(self.rows) else None

    def close(self) -> None:
        """Nothing to let go of."""


def refusing(refusal: Refusal) -> Reply:
    """A refusal on its way."""
    return Reply(refusal.status, 0, wire.encode_message(refusal), JSON)


def bad_signature(batch: Batch) -> Batch:
    """The head vouched for by another key."""
    other = DeviceKey(b"x" * 32, b"y" * 32)
    start = Position(batch.after, batch.previous)
    return wire.sign_batch(batch.journal_id, start, batch.head.position, batch.rows, other.sign)


def bad_row(batch: Batch) -> Batch:
    """Another row under the same head."""
    return replace(batch, rows=(*batch.rows[:-1], batch.rows[-1].replace(b'"1.0"', b'"6.6"')))


def gap(batch: Batch) -> Batch:
    """The first row left out, truly signed."""
    start = extend(OFFICE_SECRET, Position(batch.after, batch.previous), batch.rows[0])
    return wire.sign_batch(batch.journal_id, start, batch.head.position, batch.rows[1:], OFFICE_KEY.sign)


def other_journal(batch: Batch) -> Batch:
    """Of a journal that nobody asked for."""
    return replace(batch, journal_id=JournalId("e" * 32))


def other_past(batch: Batch) -> Batch:
    """Another history before it."""
    return replace(batch, previous=type(batch.previous)(b"p" * 32))
