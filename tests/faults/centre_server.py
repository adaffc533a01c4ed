"""A centre and its offices for `./prove centre`: the shipped judgement, ledger and relay; their files outlive them."""

import random
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from server import acts, queue
from server.acts import Act
from server.calls import Call, perform
from server.decide import Who
from server.errors import ActRefused
from server.giveback import begin_anew
from server.ledger import Ledger
from server.offices import zones_of
from server.pairing import new_code
from server.queue import Moment
from server.relay import Ports, Reached, Relay, Upstream
from server.rollups import marked, reckon
from server.sqlite_store import SqliteStore
from server.standstill import go_on
from server.stores import FILE, open_reader
from sync.chain import Position, head_message
from sync.client import Reply
from sync.facts import MachineStarted
from sync.journal import Instant
from sync.keys import DeviceKey
from sync.paircode import make_code
from sync.types import BootId, BootMs, JournalId, Seq, UtcMs
from sync.wire import Head
from tests.faults.centre_habits import Habits, Killed
from tests.faults.centre_line import CERTIFICATE, Line, Network
from tests.server.conftest import ZONE
from tests.server.copied import copied
from tests.server.judged import judged

Facts = dict[tuple[str, int], bytes]


@dataclass(frozen=True)
class Copy:
    """A backup. `reach`: the last seq of each journal in it."""

    path: Path
    reach: Mapping[str, int]


@dataclass
class Clock:
    """The time of everybody here, and the office day."""

    now_ms: UtcMs
    day: str

    def later(self, minutes: float) -> None:
        """Time passes."""
        self.now_ms = UtcMs(int(self.now_ms + minutes * 60_000))


class Server:
    """A ledger behind the exchange's own judgement. Its disk is not synced: no power is cut here, processes are."""

    def __init__(self, folder: Path, seed: str, clock: Clock, habits: Habits) -> None:
        self.folder, self.clock, self.habits = folder, clock, habits
        self.random = random.Random(seed)
        self.kills = self.codes = self.restores = 0
        self.copies: list[Copy] = []
        folder.mkdir(parents=True)
        self.path = folder / FILE
        self.begin()

    def begin(self) -> None:
        """As its process starts."""
        self.ledger = Ledger(SqliteStore(self.path, "OFF"), ZONE, self.random.randbytes)

    def close(self) -> None:
        """Its process is gone."""
        self.ledger.close()

    def killed(self) -> None:
        """Only its files are left, and it starts from them."""
        self.kills += 1
        self.close()
        self.begin()

    def answer(self, path: str, headers: Mapping[str, str], body: bytes, kill: str = "") -> Reply:
        """Carry a request out, all of it or nothing."""
        try:
            with self.ledger.transaction():
                reply = judged(
                    self.ledger,
                    CERTIFICATE,
                    path,
                    headers,
                    body,
                    self.clock.now_ms,
                    safe=self.safe,
                    moment=self.moment(),
                    take=self.habits.take,
                )
                _cut(now=kill == "before the commit")
            _cut(now=bool(kill))
        except Killed:
            self.killed()
            raise
        return reply

    def moment(self) -> Moment | None:
        """Now for its own queue; a centre has none."""
        return None

    def safe(self, journal_id: JournalId) -> int:
        """Up to where this server calls a journal safe."""
        return 0

    def code(self) -> str:
        """A person makes a pairing code."""
        self.codes += 1
        code = make_code(CERTIFICATE, self.random.randbytes)
        with self.ledger.transaction():
            self.ledger.add_code(new_code(code.secret, None, self.clock.now_ms))
        return str(code)

    def facts(self) -> Facts:
        """Every fact that is here."""
        with closing(open_reader(self.path)) as db:
            found = db.execute("SELECT journal_id, seq, row FROM facts ORDER BY journal_id, seq")
            return {(journal, seq): row for journal, seq, row in found}

    def at(self, journal_id: JournalId) -> Position | None:
        """How far this journal is here."""
        known = self.ledger.known(journal_id)
        return known.received if known is not None else None

    def copy(self) -> None:
        """A backup; the newest is the one that a restore takes."""
        to = self.folder / f"copy{len(self.copies)}"
        to.mkdir()
        with closing(open_reader(self.path)) as db:
            copied(db, to / FILE)
            reach = dict(db.execute("SELECT journal_id, max(seq) FROM facts GROUP BY journal_id"))
        self.copies.append(Copy(to / FILE, reach))

    def restore(self) -> None:
        """The disk is lost, and the newest copy takes its place."""
        self.close()
        self.restores += 1
        source = self.copies[-1].path
        self.path = self.folder / f"restored{self.restores}" / FILE
        self.path.parent.mkdir()
        with closing(open_reader(source)) as db:
            copied(db, self.path)
        self.begin()


def _cut(*, now: bool) -> None:
    if now:
        raise Killed


class Centre(Server):
    """Safe is what its newest copy holds. It keeps the figures of every office."""

    def safe(self, journal_id: JournalId) -> int:
        return self.copies[-1].reach.get(journal_id, 0) if self.copies else 0

    def reckon(self, cut: Callable[[], None] = lambda: None) -> int:
        """Make the figures of marked days anew; how many. It may be killed on the way."""
        made = 0
        with closing(open_reader(self.path)) as db:
            zones = zones_of(db)
            figures = [reckon(db, office, day, zones.get(office, ZONE)) for office, day in marked(db)]
        try:
            for each in figures:
                self.habits.keep(self.ledger, each, self.clock.now_ms, cut)
                made += 1
        except Killed:
            self.killed()
        return made

    def figures(self) -> list[tuple[object, ...]]:
        """All that is kept of every day, but when and how often it was made."""
        with closing(open_reader(self.path)) as db:
            found = db.execute("SELECT * FROM rollups ORDER BY office, day, hour, service, counter").fetchall()
            found += db.execute("SELECT office, day, at_work, by_hand FROM figures ORDER BY office, day").fetchall()
            return [*found, *db.execute("SELECT * FROM sums ORDER BY 1, 2, 3, 4").fetchall()]


class Office(Server):
    """An office's server with its queue, and the relay to its centre. `safe` is the centre's word."""

    def __init__(
        self, folder: Path, number: int, seed: str, clock: Clock, habits: Habits, centre: Centre, network: Network
    ) -> None:
        self.number, self.network, self.boot, self.relay_ms = number, network, 0, 0.0
        self.reached: dict[JournalId, Reached] = {}
        self.copied_up_to: dict[str, int] = {}
        self.key = DeviceKey(*[random.Random(f"{seed} {part}").randbytes(32) for part in ("seed", "secret")])
        self.centre, self.code_there = centre, centre.code()
        super().__init__(folder, seed, clock, habits)

    def begin(self) -> None:
        super().begin()
        self.boot += 1
        self.began_ms = self.clock.now_ms
        with self.ledger.transaction():
            self.ledger.open_own(self.key, self.random.randbytes, self.instant)
            self.ledger.append([MachineStarted("1.0", "f" * 64)], self.instant)
            queue.begin(self.ledger)
        self.relays()

    def relays(self) -> None:
        """The relay starts, with nothing in its memory but what is on disk."""
        self.db = open_reader(self.path)
        ports = Ports(
            lambda: self.relay_ms,
            self.random.random,
            self._store,
            self.reached.update,
            lambda url: CERTIFICATE,
            lambda url, fingerprint: Line(self.network, self.centre),
            self.habits.step,
        )
        name = {"en": f"Office {self.number}"}
        upstream = Upstream("https://centre.invalid", self.code_there, name, f"Office {self.number}", "Asia/Bangkok")
        self.relay = Relay(self.db, self.key, self.folder, upstream, ports)

    def close(self) -> None:
        self.relay.close()
        self.db.close()
        super().close()

    def turn(self, turns: int, pause_s: float = 0) -> None:
        """The relay does the next things, and sleeps in between as long as it wants to, and a pause."""
        for _ in range(turns):
            seconds = self.relay.turn()
            self.relay_ms += (seconds + pause_s) * 1000 + 1 if seconds else 1

    @property
    def instant(self) -> Instant:
        return Instant(BootId(f"{self.number:016x}{self.boot:016x}"), BootMs(self.clock.now_ms - self.began_ms + 1000))

    def moment(self) -> Moment:
        return Moment(self.clock.now_ms, self.clock.day, self.instant)

    def safe(self, journal_id: JournalId) -> int:
        found = self.reached.get(journal_id)
        return found.safe if found is not None else 0

    def act(self, act: Act, counter: int = 1) -> None:
        """Staff press this; what cannot be done now is not done."""
        with suppress(ActRefused), self.ledger.transaction():
            queue.turn(self.ledger, self.moment())
            changed = int(queue.live_of(self.ledger).counter(counter).changed)
            call = Call(self.random.randbytes(16).hex(), counter, changed, act)
            perform(self.ledger, call, Who("s00000001", acts.SUPERVISOR), self.moment())

    def restore(self) -> None:
        """The newest copy; a kiosk shows how far this office's own journal went, and a person has it go on."""
        named = self.ledger.own_named()
        assert named is not None
        end = self.ledger.end_of(named[0])
        head = Head(end.seq, end.chain, self.key.sign(head_message(named[0], end)))
        self.reached.clear()
        self.copied_up_to[named[0]] = self.copies[-1].reach.get(named[0], 0)
        super().restore()
        with self.ledger.transaction():
            begin_anew(self.ledger, self.key, self.random.randbytes, self.instant, named[0], head, self.clock.now_ms)
            queue.begin(self.ledger)
            go_on(self.ledger, "s00000001", self.moment())

    def wrote_on_a_copy(self, journal: str, seq: int) -> bool:
        """Whether it wrote this after it was restored and before it knew: the centre may have what it wrote there
        before."""
        return seq > self.copied_up_to.get(journal, seq)

    def _store(self, journal_id: JournalId, received: Seq, safe: Seq) -> None:
        with self.ledger.transaction():
            self.ledger.offices.keep_reached(journal_id, received, safe)
