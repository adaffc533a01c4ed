"""A whole kiosk without hardware: a real journal, everything else a fake that records."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hardware.board import RecordingBoard
from hardware.buttons import BootMs as HardwareBootMs
from hardware.buttons import Edge
from hardware.lamps import RecordingLamp
from hardware.printer import Bitmap, Dots, RecordingPrinter
from hardware.sound import RecordingSound
from kiosk.carried_slip import CarriedSlip
from kiosk.desk import Printhouse
from kiosk.enquiry import Hall, NoHall
from kiosk.machine import Machine, Parts, Settings
from kiosk.preview import OFFICE, example_catalogue
from kiosk.pruning import Pruner
from kiosk.publications import NoPublications, Publications
from kiosk.screen_inputs import ChooseLanguage, ChooseService, Take
from kiosk.screen_types import Screen
from kiosk.technician import Bench, NoPin
from kiosk.ticket_layout import Ticket
from sync.calendar import ALWAYS_OPEN, Calendar
from sync.catalogue import Catalogue
from sync.chain import Position
from sync.clock import Reading, Trust
from sync.codec import Draft, Fact
from sync.disk import DiskTrouble
from sync.errors import JournalRefused
from sync.facts import Body, understand
from sync.inbox import InboxState
from sync.journal import Entry, Instant, Journal
from sync.keys import DeviceKey
from sync.types import BootId, BootMs, UtcMs
from translations import LANGUAGES

BOOT = BootId("ab" * 16)
NOON = UtcMs(1_795_410_000_000)  # 2026-11-23 12:00 in Bangkok
BANGKOK = ZoneInfo("Asia/Bangkok")
KEY = DeviceKey(b"\x01" * 32, b"\x02" * 32)
STILL_OPEN: list[Callable[[], None]] = []
"""What the running test has opened; the fixture in conftest.py closes it."""
BLANK = Bitmap(Dots(8), Dots(1), b"\x00")
BLANK_SLIP = Bitmap(Dots(8), Dots(2), b"\x00\x00")


@dataclass
class FakeClock:
    """Stands still until it is moved; `utc_ms` is what the machine's clock shows at boot time 0."""

    boottime_ms: int = 60_000
    utc_ms: int = NOON
    disciplined: bool = False
    boot_id: BootId = BOOT
    chip_error_ms: int | None = None

    def instant(self) -> Instant:
        return Instant(self.boot_id, BootMs(self.boottime_ms))

    def read(self) -> Reading:
        now, utc = BootMs(self.boottime_ms), UtcMs(self.utc_ms + self.boottime_ms)
        return Reading(self.boot_id, now, utc, self.disciplined, 5 if self.disciplined else 0, self.chip_error_ms)


class FailingJournal:
    """A journal on a disk that refuses while `refusing` says why."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.refusing: DiskTrouble | None = None

    @property
    def end(self) -> Position:
        return self._journal.end

    def append(self, drafts: Sequence[Draft], now: Instant) -> list[Fact]:
        if self.refusing:
            raise JournalRefused(self.refusing.value, trouble=self.refusing, hint="mend the disk")
        return self._journal.append(drafts, now)

    def entries(self, after: int = 0, *, limit: int = -1) -> Iterator[Entry]:
        return self._journal.entries(after, limit=limit)


@dataclass
class Kiosk:
    """The machine and everything around it. `log`: what was done, in order: "commit", "draw", "submit"."""

    folder: Path
    trust: Trust = Trust.SYSTEM
    clock: FakeClock = field(default_factory=FakeClock)
    catalogue: Catalogue = field(default_factory=example_catalogue)
    inbox: InboxState | None = None
    edges: list[Edge] = field(default_factory=list)
    drawn: list[Ticket] = field(default_factory=list)
    slips: list[datetime | None] = field(default_factory=list)
    carried: list[CarriedSlip] = field(default_factory=list)
    fitted: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    woken: int = 0
    held: tuple[tuple[int, int], ...] = ()
    board: RecordingBoard | None = None
    calendar: Calendar = ALWAYS_OPEN
    hall: Hall = field(default_factory=NoHall)
    journals: type[Journal] = Journal
    keep_days: int | None = None
    bench: Bench = field(default_factory=lambda: Bench(NoPin(), None))
    served: bool = False
    box: bool = False
    publications: Publications = field(default_factory=NoPublications)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        path = self.folder / "journal.db"
        if not path.exists():
            Journal.create(
                path, role="kiosk", public_key=KEY.public, random=lambda n: b"\x07" * n, now=self.clock.instant()
            ).close()
        self.disk = self.journals(path)
        STILL_OPEN.append(self.disk.close)
        self.journal = FailingJournal(self.disk)
        self.alert = False
        self.printer = RecordingPrinter(self._wake)
        self.lamps = {1: RecordingLamp(), 2: RecordingLamp()}
        self.lamp, self.sound = self.lamps[1], RecordingSound()
        self.machine = Machine(self._parts(), self._settings())

    def begin(self) -> "Kiosk":
        """Begin, and let the printer say that it is there."""
        self.machine.begin()
        self.printer.start()
        self.settle()
        return self

    def later(self, ms: int) -> None:
        """Time passes, and the machine looks up at every deadline on the way."""
        until = self.clock.boottime_ms + ms
        self.settle()
        for _ in range(10_000):
            due = self.machine.deadline()
            if due is None or due > until:
                break
            self.clock.boottime_ms = max(due, self.clock.boottime_ms)
            self.settle()
        else:
            raise AssertionError("the machine never comes to rest")
        self.clock.boottime_ms = until
        self.settle()

    def settle(self) -> None:
        """One look, and further ones as long as the printer has news: what the wake pipe does."""
        self.alert = True
        while self.alert:
            self.alert = False
            self.machine.turn()

    def take(self, language: str = "en", service: str | None = None) -> None:
        """The three touches."""
        self.machine.give(ChooseLanguage(language))
        self.machine.give(ChooseService(service or self.catalogue.services[0].id))
        self.machine.give(Take())
        self.settle()

    def press(self, level: int, ms: int = 120, counter: int = 1) -> None:
        """A finger on a score button for so long."""
        self.hold(level, counter)
        self.later(ms)
        self.let_go(level, counter)
        self.later(ms)

    def hold(self, level: int, counter: int = 1) -> None:
        """A finger goes onto a button and stays."""
        self.edges.append(Edge(counter, level, True, HardwareBootMs(self.clock.boottime_ms)))
        self.settle()

    def let_go(self, level: int, counter: int = 1) -> None:
        """It leaves it."""
        self.edges.append(Edge(counter, level, False, HardwareBootMs(self.clock.boottime_ms)))
        self.settle()

    def facts(self) -> list[Body]:
        """Everything in the journal, understood."""
        found = [understand(entry.fact) for entry in self.disk.entries()]
        return [body for body in found if body is not None]

    def kinds(self) -> list[str]:
        return [body.kind for body in self.facts()]

    def screen(self) -> Screen:
        """What is in sight."""
        return self.machine.state.screen

    @property
    def label(self) -> str | None:
        """The number in sight."""
        return self.machine.state.ticket.label if self.machine.state.ticket else None

    def close(self) -> None:
        """Let go of the journal, as an ended process does."""
        STILL_OPEN.remove(self.disk.close)
        self.disk.close()

    def _parts(self) -> Parts:
        house = Printhouse(
            draw=self._draw,
            key=KEY,
            journal_id=self.disk.opened().journal_id,
            catalogue=self.catalogue,
            office=OFFICE,
            languages=LANGUAGES,
            zone=BANGKOK,
            public_url="http://office.example:8080",
            slip=self._slip,
            carried=self._carried,
            met=lambda printer: self.fitted.append(printer.profile),
        )
        return Parts(
            journal=self.journal,
            clock=self.clock,
            printer=self.printer,
            house=house,
            lamps=self.lamps,
            sound=self.sound,
            edges=self._drain,
            inbox=lambda: self.inbox,
            wake_sync=self._woken,
            say=self.said.append,
            board=self.board,
            hall=self.hall,
            pruner=self._pruner(),
            bench=self.bench,
            publications=self.publications,
        )

    def _pruner(self) -> Pruner | None:
        if self.keep_days is None:
            return None
        return Pruner(self.disk, self.keep_days, (self.board or RecordingBoard()).read, self.said.append)

    def _settings(self) -> Settings:
        of_machine = self.held, self.calendar, self.served, self.box
        return Settings((1, 2), LANGUAGES, self.catalogue, BANGKOK, self.trust, "0.1.0", "00" * 32, *of_machine)

    def _draw(self, ticket: Ticket) -> Bitmap:
        self.drawn.append(ticket)
        return BLANK

    def _carried(self, slip: CarriedSlip) -> Bitmap:
        self.carried.append(slip)
        return BLANK

    def _slip(self, at: datetime | None) -> Bitmap:
        self.slips.append(at)
        return BLANK_SLIP

    def _drain(self) -> list[Edge]:
        edges, self.edges = self.edges, []
        return edges

    def _wake(self) -> None:
        self.alert = True

    def _woken(self) -> None:
        self.woken += 1


def opened(folder: Path, prepare: Callable[[Kiosk], None] = lambda kiosk: None, **given: object) -> Kiosk:
    """A kiosk that has begun."""
    kiosk = Kiosk(folder, **given)  # type: ignore[arg-type]
    prepare(kiosk)
    return kiosk.begin()
