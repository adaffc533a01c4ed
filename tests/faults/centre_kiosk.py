"""A kiosk for `./prove centre`: a real journal in several files and sync's real uplink, on a card one can copy."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import ClassVar

from kiosk import successor
from sync import keys
from sync.chain import START, extend
from sync.codec import Draft
from sync.exchange_terms import Phase
from sync.facts import Body, ClockAnchored, DayOpened, ScoreGiven, drafts
from sync.inbox import InboxReader, InboxState
from sync.journal import Entry, Instant, Journal, JournalReader
from sync.retention import due
from sync.types import BootId, BootMs, JournalId, Level, UtcMs
from sync.uplink import Ports, Settings, Uplink
from tests.faults.centre_habits import Habits
from tests.faults.centre_judge import Moment
from tests.faults.centre_line import CERTIFICATE, Line, Network
from tests.faults.centre_server import Clock, Facts, Office
from tests.server.device import CATALOGUE, issued


class Short(Journal):
    """A journal that begins another file with nearly every day, so that there is something to prune."""

    full_at: ClassVar[int] = 2


YEARS_ON = date(2031, 12, 1)
"""When every file is old enough to go."""


@dataclass
class Card:
    """One machine with its card. `wrote`: the moments of its tickets; `rows`: what it ever had in a journal;
    `promised`: those of them that the office called safe."""

    data: Path
    name: str
    office: Office
    network: Network
    clock: Clock
    habits: Habits
    dice: random.Random
    code: str | None = None
    boots: int = 0
    boot_ms: int = 0
    sync_ms: int = 1000
    day: str = ""
    numbers: int = 0
    wrote: set[Moment] = field(default_factory=set)
    rows: Facts = field(default_factory=dict)
    promised: Facts = field(default_factory=dict)
    process: Uplink | None = None

    def make(self) -> "Card":
        """A blank card: key and journal are made, and a person paired it."""
        self.data.mkdir(parents=True)
        key = keys.load_or_make(self.data / "device.key", self.dice.randbytes)
        self.code = self.office.code()
        self._boot()
        made = Short.create(
            self.data / "journal.db",
            role="kiosk",
            public_key=key.public,
            random=self.dice.randbytes,
            now=self._instant(),
        )
        made.close()
        self.start()
        return self

    def copied(self, to: Path, name: str) -> "Card":
        """The same card a second time, as it is now; what it is promised from here on is told to it alone."""
        shutil.copytree(self.data, to, symlinks=True)
        return replace(
            self, data=to, name=name, dice=random.Random(f"{name} {self.dice.random()}"), process=None,
            wrote=set(self.wrote), rows=dict(self.rows), promised=dict(self.promised),
        )  # fmt: skip

    # The kiosk's process ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """The kiosk's process begins: in a new journal where sync found two histories of this one."""
        self._boot()
        self.stop()
        successor.succeed(self.data, self._instant(), self.dice.randbytes)
        self.write(CATALOGUE, ClockAnchored(self.clock.now_ms, 50, "ntp"))

    def write(self, *bodies: Body) -> None:
        """These facts are durable when this returns."""
        self._append(drafts(*bodies), self._instant())

    def take(self) -> None:
        """A ticket is taken, and the machine's day opened for it."""
        if self.day != self.clock.day:
            self.day, self.numbers = self.clock.day, 0
            self.write(DayOpened(self.day, "clock"))
        self.numbers += 1
        now = self._instant()
        self.wrote.add((now.boot_id, now.boottime_ms))
        self._append(drafts(issued(self.numbers, day=self.day, lane=self._lane())), now)

    def score(self) -> None:
        """Somebody presses."""
        self.write(ScoreGiven(1, Level(self.dice.randint(1, 5))))

    def prune(self) -> None:
        """Take closed files away, up to where the habit allows."""
        state = self.inbox()
        with Short(self.data / "journal.db") as journal:
            if state is None or state.journal_id != journal.opened().journal_id:
                return
            found = due(journal.closed_files(), safe=self.habits.prunable(state), today=YEARS_ON, keep_days=0)
            if found is not None:
                opened = extend(journal.secret, START, journal.opened_row() or b"").chain
                said = found.fact(opened, state.safe)
                journal.drop(journal.append(drafts(said), self._instant())[0])
            self._remember(journal)

    # Sync's process ---------------------------------------------------------------------------------------------------

    def sync(self, turns: int, pause_s: float = 0) -> None:
        """So many turns, with the sleep that each asks for, and a pause."""
        if self.process is None:
            ports = Ports(
                self._sync_instant,
                self.dice.random,
                lambda line: None,
                lambda: None,
                lambda url: CERTIFICATE,
                lambda url, fingerprint: Line(self.network, self.office),
                self.habits.step,
            )
            self.process = Uplink(Settings(self.data, "https://office.invalid", self.code, self.name[:20]), ports)
        for _ in range(turns):
            seconds = self.process.turn()
            self.sync_ms += int((seconds + pause_s) * 1000) + 1 if seconds else 1
        self._believe()

    def stop(self) -> None:
        """Sync's process is gone, without a word."""
        if self.process is not None:
            self.process.close()
            self.process = None

    def inbox(self) -> InboxState | None:
        """What sync told the kiosk at last."""
        return InboxReader(self.data / "inbox.db").read()

    # What is asked of it ----------------------------------------------------------------------------------------------

    def journal_id(self) -> JournalId:
        """The journal that it writes."""
        with JournalReader(self.data / "journal.db") as journal:
            return journal.opened().journal_id

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Everything that its present journal holds."""
        with JournalReader(self.data / "journal.db") as journal:
            name = journal.opened().journal_id
            yield from ((name, each) for each in journal.entries())

    def settled(self) -> bool:
        """Whether the office has all that it wrote."""
        state = self.inbox()
        if state is None or state.phase != Phase.IDLE.value:
            return False
        with JournalReader(self.data / "journal.db") as journal:
            return self.office.at(journal.opened().journal_id) == journal.last()

    def has_parted(self) -> bool:
        """Whether the office holds another history of its journal, known to it or not."""
        with JournalReader(self.data / "journal.db") as journal:
            there = self.office.at(journal.opened().journal_id)
            return there is not None and journal.at(there.seq) != there

    def mend(self) -> None:
        """What a person does about it: the machine is switched on again, and paired anew where it says so."""
        state = self.inbox()
        if state is not None and state.phase == Phase.UNPAIRED.value and state.reason is not None:
            self.code = self.office.code()
        if not self.settled():
            self.start()

    def _boot(self) -> None:
        self.boots += 1
        self.boot, self.boot_ms = BootId(self.dice.randbytes(16).hex()), self.clock.now_ms

    def _instant(self) -> Instant:
        self.clock.now_ms = UtcMs(self.clock.now_ms + 7)
        return Instant(self.boot, BootMs(self.clock.now_ms - self.boot_ms))

    def _sync_instant(self) -> Instant:
        self.sync_ms += 1
        return Instant(self.boot, BootMs(self.sync_ms))

    def _lane(self) -> int:
        state = self.inbox()
        return (state.lane if state is not None else None) or 0

    def _append(self, what: list[Draft], now: Instant) -> None:
        with Short(self.data / "journal.db") as journal:
            journal.append(what, now)
            self._remember(journal)

    def _remember(self, journal: Short) -> None:
        name = journal.opened().journal_id
        self.rows.update({(name, each.seq): each.row for each in journal.entries()})

    def _believe(self) -> None:
        state = self.inbox()
        if state is None or state.journal_id is None:
            return
        for seq in range(state.safe, 0, -1):
            key = (state.journal_id, seq)
            if key in self.promised or key not in self.rows:
                break
            self.promised[key] = self.rows[key]
