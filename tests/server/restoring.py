"""An office that is restored from an old copy of its ledger, with what its devices' mirrors hold. For tests."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from server import queue
from server.giveback import begin_anew, take_lost
from server.ledger import Ledger
from server.standstill import go_on
from server.stores import FILE
from sync.chain import START, Position, head_message
from sync.codec import decode
from sync.facts import MachineStarted
from sync.lostwire import NO_WORD, Wanted, sign_lost
from sync.types import Chain, JournalId, Seq
from sync.wire import BATCH_ROWS, Batch, Head, Refusal
from tests.server.audited import Worked
from tests.server.conftest import ZONE
from tests.server.device import Device, seeded
from tests.server.places import place, reader_of
from tests.server.test_queue import KEY, Office


@dataclass(frozen=True)
class Mirrored:
    """A device's copy of an office's journal."""

    name: JournalId
    secret: bytes
    rows: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def of(cls, office: Office) -> "Mirrored":
        """As the office has it now."""
        named = office.ledger.own_named()
        assert named is not None
        with closing(reader_of(office.ledger.place)) as db:
            rows = db.execute("SELECT row, chain FROM facts WHERE journal_id = ? ORDER BY seq", named[:1]).fetchall()
            (secret,) = db.execute("SELECT secret FROM journals WHERE journal_id = ?", named[:1]).fetchone()
        return cls(named[0], secret, tuple(rows))

    def at(self, seq: int) -> Position:
        """A place in it."""
        return Position(Seq(seq), Chain(self.rows[seq - 1][1])) if seq else START

    @property
    def head(self) -> Head:
        """The office's own word for its end."""
        end = self.at(len(self.rows))
        return Head(end.seq, end.chain, KEY.sign(head_message(self.name, end)))

    def batch(self, end: Position, most: int = BATCH_ROWS) -> Batch:
        """The last facts up to this place."""
        after = self.at(max(end.seq - most, 0))
        rows = tuple(row for row, _ in self.rows[after.seq : end.seq])
        return Batch(self.name, after.seq, after.chain, Head(end.seq, end.chain, NO_WORD), rows)

    @property
    def kinds(self) -> list[str]:
        """The kinds of its facts."""
        return [decode(row).kind for row, _ in self.rows]


class Hall(Worked):
    """An office of which copies are made, and that is restored from them."""

    seed = 100

    def copy(self, to: Path) -> Path:
        """A copy of the ledger, as a backup makes it."""
        to.mkdir()
        with closing(sqlite3.connect(self.folder / FILE)) as db, closing(sqlite3.connect(to / FILE)) as copy:
            db.backup(copy)
        return to

    def restored(self, copy: Path) -> "Hall":
        """The office as it starts from this copy."""
        self.ledger.close()
        made = Hall.__new__(Hall)
        made.folder, made.now, made.day, made.trusted = copy, self.now, self.day, True
        made.seed, made.paired = self.seed + 1, self.paired
        made.ledger = Ledger(place(copy / FILE), ZONE, seeded(made.seed))
        with made.ledger.transaction():
            made.ledger.open_own(KEY, seeded(made.seed), made.moment.instant)
            made.ledger.append([MachineStarted("1.0", "f" * 64)], made.moment.instant)
            queue.begin(made.ledger)
        return made

    def proof(self, name: JournalId, head: Head) -> bool:
        """A device shows this head of ours; whether a new journal was begun for it. Within a transaction."""
        began = begin_anew(self.ledger, KEY, seeded(self.seed), self.moment.instant, name, head, self.now)
        if began:
            queue.begin(self.ledger)
        return began

    def go_on(self) -> None:
        """A supervisor has the office go on without what is missing."""
        with self.ledger.transaction():
            go_on(self.ledger, "s00000001", self.moment)

    def asked(self, mirror: Mirrored) -> bool:
        """A device asks for what lies behind its copy."""
        with self.ledger.transaction():
            return self.proof(mirror.name, mirror.head)

    def offer(self, device: Device, mirror: Mirrored, *, head: Head | None = None) -> Wanted | Refusal:
        """A device offers what it has."""
        head = head or mirror.head
        return self.send(device, mirror, Batch(mirror.name, head.seq, head.chain, head, ()))

    def send(self, device: Device, mirror: Mirrored, batch: Batch) -> Wanted | Refusal:
        """One request to /v1/lost."""
        request = sign_lost(device.journal_id, batch, mirror.secret, device.key.sign)
        with self.ledger.transaction():
            return take_lost(
                self.ledger,
                request,
                self.now,
                self.moment if self.trusted else None,
                self._succeed,
            )

    def _succeed(self, ledger: Ledger, name: JournalId, head: Head) -> None:
        self.proof(name, head)

    def give_back(self, device: Device, mirror: Mirrored, most: int = BATCH_ROWS) -> int:
        """The device gives back all that is wanted; how many batches that took."""
        answer, count = self.offer(device, mirror), 0
        while isinstance(answer, Wanted) and answer.seq:
            answer = self.send(device, mirror, mirror.batch(answer.position, most))
            count += 1
        assert isinstance(answer, Wanted), answer
        return count
