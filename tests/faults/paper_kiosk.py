"""A kiosk's printing, from the touch to the paper, in simulated time: the real journal, rules, keeper, session and
encoder; the citizens who take and ask, and the cuts that end it at any moment."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from hardware.outcome import Habits, Patience
from hardware.print_keeper import Keeper
from hardware.printer import Bitmap, PrinterEvent, PrintJob
from hardware.profile import GENERIC, Profile
from kiosk.desk import Desk, Printhouse
from kiosk.preview import OFFICE, example_catalogue
from kiosk.record import Recorder
from kiosk.screen_inputs import PaperFailed, Printed
from kiosk.ticket_layout import Ticket
from sync.chain import Position
from sync.codec import Draft, Fact
from sync.facts import ClockAnchored, PrintAsked, PrintSending
from sync.issuing import Wish, issue
from sync.journal import Entry, Instant, Journal, chained
from sync.types import BootId, BootMs, JournalId, Seq
from tests.faults.paper_station import Station
from tests.faults.paper_truth import Attempt, picture
from tests.hardware.simulated import Time
from tests.kiosk.fakes import BANGKOK, KEY, NOON
from translations import LANGUAGES

DAY = "2026-11-23"
SHOWN, PRINTED = "shown", "printed"
_catalogue = cache(example_catalogue)


class Defect(BaseException):
    """Something in the kiosk fell. Not to be caught by the keeper, in whose thread all runs here."""


class CutJournal:
    """A journal at which the power is cut: `cut` is asked before and after each commit that `count` numbers.

    `late`: the control. It says "durable" at once, and writes when the next facts come: a cut in between loses them.
    """

    def __init__(self, path: Path, cut: Callable[[int, bool], None], *, late: bool = False, count: int = 0) -> None:
        self._journal, self._cut, self._late = Journal(path), cut, late
        self.count = count
        self._promised: list[Entry] = []

    @property
    def journal_id(self) -> JournalId:
        return self._journal.opened().journal_id

    @property
    def end(self) -> Position:
        last = self._promised[-1] if self._promised else None
        return Position(last.seq, last.chain) if last else self._journal.end

    def append(self, drafts: Sequence[Draft], now: Instant) -> list[Fact]:
        self.count += 1
        self._cut(self.count, False)
        if self._late:
            self.keep_promises()
            facts, self._promised = chained(self._journal.secret, self.end, drafts, now)
        else:
            facts = self._journal.append(drafts, now)
        self._cut(self.count, True)
        return facts

    def entries(self, after: int = 0, *, limit: int = -1) -> Iterator[Entry]:
        found = [*self._journal.entries(after), *(entry for entry in self._promised if entry.seq > after)]
        return iter(found if limit < 0 else found[:limit])

    def keep_promises(self) -> None:
        """Write what was promised."""
        drafts = [Draft(fact.kind, fact.version, fact.body) for fact in (entry.fact for entry in self._promised)]
        for entry, one in zip(self._promised, drafts, strict=True):
            self._journal.append([one], Instant(entry.fact.boot_id, entry.fact.boottime_ms))
        self._promised = []

    def close(self) -> None:
        self._journal.close()


@dataclass
class Memory:
    """What outlives the kiosk: what people were shown and told, and which tickets they took.

    `labels` and `heights` by the serial of the issue; `told`: for each, all that its citizen was told, in order.
    """

    labels: list[str] = field(default_factory=list)
    heights: dict[int, int] = field(default_factory=dict)
    told: dict[int, list[str]] = field(default_factory=dict)
    serial_of: dict[str, int] = field(default_factory=dict)
    commits: int = 0
    boots: int = 1


@dataclass
class _Kept:
    """The keeper as the kiosk's Printer."""

    keeper: Keeper

    def start(self, *, unfinished: bool = False) -> None:
        return

    def submit(self, job: PrintJob) -> None:
        self.keeper.submit(job)

    def poll(self) -> list[PrinterEvent]:
        return self.keeper.poll()

    def close(self) -> None:
        return


class Life:
    """The kiosk from one start to its end, by `run`'s time or by a cut."""

    def __init__(
        self,
        time: Time,
        station: Station,
        path: Path,
        memory: Memory,
        chance: random.Random,
        *,
        cut: Callable[[int, bool], None] = lambda number, durable: None,
        habits: Habits | None = None,
        profile: Profile = GENERIC,
        late: bool = False,
        rows: tuple[int, int] = (100, 220),
        stride: int = 72,
        separates: bool = True,
    ) -> None:
        self.time, self.station, self.memory, self._chance = time, station, memory, chance
        self._rows, self._stride = rows, stride
        self.journal = CutJournal(path, cut, late=late, count=memory.commits)
        self.record = Recorder(self.journal, self.instant, lambda: None)
        self.keeper = Keeper(
            station.open,
            self._woken,
            time,
            profile=profile,
            patience=Patience(),
            unfinished=separates and self.record.prints.may_hang,
            habits=habits,
        )
        self._house = Printhouse(
            draw=self._draw,
            key=KEY,
            journal_id=self.journal.journal_id,
            catalogue=_catalogue(),
            office=OFFICE,
            languages=LANGUAGES,
            zone=BANGKOK,
            public_url=None,
        )
        self.desk = Desk(self.record, _Kept(self.keeper), self._house, self.instant, lambda words: None)
        self.up = False
        self._turning = False

    def instant(self) -> Instant:
        return Instant(BootId(f"{self.memory.boots:032x}"), BootMs(int(self.time.now * 1000)))

    def run(self, until: float) -> None:
        """Until then, or until a PowerCut, which passes through."""
        self.up = True
        self.time.forget()
        try:
            self.desk.begin()
            if not self.record.timeline.anchored(self.instant().boot_id):
                self.record.keep(ClockAnchored(NOON, 0, "system"))
            self._woken()
            self.time.at(until, self.keeper.stop)
            self.keeper.run()
            self._tell(self.desk.take_in())
            self.journal.keep_promises()
        finally:
            self.up = False
            self.memory.commits = self.journal.count
            self.journal.close()

    def take(self) -> bool:
        """A citizen takes a ticket: commit, then act, as kiosk.clerk does. Whether the kiosk was there to give one."""
        if not self.up or (self.record.trouble and not self.record.retry()):
            return False
        service = self._house.catalogue.services[0]
        made = issue(
            Wish(service.series, (service.id,), "th"),
            self.record.numbers,
            day=DAY,
            lane=0,
            journal_id=self._house.journal_id,
            key=KEY,
            next_seq=Seq(self.record.next_seq),
            print_now=self.desk.free,
        )
        stored = self.record.commit(*made)
        if stored is None:
            return False
        label = str(stored[0].body["label"])
        self._took(label)
        self.memory.told[self._serial(label)].append(SHOWN)
        if isinstance(made[-1], PrintSending):
            self._tell(self.desk.send(stored[0].seq, 1, copy=False))
        self._woken()
        return True

    def ask(self, serial: int) -> bool:
        """Somebody says that no paper of it came; whether that could be put on record."""
        ticket = self._seq_of(serial)
        now = self.instant()
        if not self.up or ticket is None or not self.record.prints.can_ask(ticket, now.boot_id, now.boottime_ms):
            return False
        asked = self.record.commit(PrintAsked(ticket)) is not None
        self._woken()
        return asked

    def _seq_of(self, serial: int) -> Seq | None:
        found = self.record.today.get(self.memory.labels[serial])
        return found[0].seq if found is not None else None

    def _woken(self) -> None:
        """What the wake pipe does: the machine looks up as soon as it can."""
        if self.up and not self._turning:
            self._turning = True
            self.time.at(self.time.now, self._turn)

    def _turn(self) -> None:
        self._turning = False
        if not self.up:
            return
        try:
            self._tell(self.desk.turn())
            due = self.desk.deadline()
        except Exception as defect:
            raise Defect("the kiosk's rules fell") from defect
        if due is not None:
            self.time.at(max(due / 1000, self.time.now) + 0.001, self._woken)

    def _tell(self, answers: Sequence[Printed | PaperFailed]) -> None:
        for answer in answers:
            if isinstance(answer, PaperFailed):
                self.memory.told[self._serial(answer.ticket.label)].append(answer.reason)
            elif (found := self.record.ticket(answer.seq)) is not None:
                self.memory.told[self._serial(found.body.label)].append(PRINTED)

    def _serial(self, label: str) -> int:
        """Of the last issue of this number. One that no citizen saw (a cut behind its commit) begins here."""
        if label not in self.memory.serial_of:
            self._took(label)
        return self.memory.serial_of[label]

    def _took(self, label: str) -> None:
        serial = len(self.memory.labels)
        self.memory.labels.append(label)
        self.memory.serial_of[label] = serial
        self.memory.heights[serial] = self._chance.randint(*self._rows)
        self.memory.told[serial] = []

    def _draw(self, ticket: Ticket) -> Bitmap:
        serial = self._serial(ticket.label)
        seq = self._seq_of(serial)
        job = self.record.prints.jobs[seq] if seq is not None else None
        of = Attempt(serial, job.attempt if job is not None else 0, ticket.copy)
        return picture(of, self.memory.heights[serial], self._stride)
