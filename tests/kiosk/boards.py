"""A display for tests: a real journal, everything else a fake, beside an office whose day the test makes."""

from pathlib import Path

from hardware.sound import RecordingSound
from kiosk.board_clips import BoardClips
from kiosk.board_machine import BoardMachine, BoardParts, BoardSettings
from sync.body import Body
from sync.calendar import Calendar, Period
from sync.clock import Trust
from sync.disk import DiskTrouble
from sync.facts import DayOpened, understand
from sync.facts_office import CounterOpened, RuleAdopted
from sync.inbox import InboxState
from sync.journal import Journal
from sync.services import Catalogue
from sync.types import BootMs, UtcMs
from tests.kiosk.fakes import BANGKOK, KEY, NOON, STILL_OPEN, FailingJournal, FakeClock
from tests.kiosk.halls import OFFICE, TODAY, FakeMirror
from tests.sync.queueing import Queue

SECOND = 1000


class Television:
    """A display and its office, with `counters` at work. `looks`: how often the machine had a turn."""

    def __init__(
        self,
        folder: Path,
        counters: int = 3,
        *,
        calendar: Calendar | None = None,
        catalogue: Catalogue | None = None,
        clips: BoardClips | None = None,
        quiet: tuple[Period, ...] = (),
        trust: Trust = Trust.SYSTEM,
        machine: type[BoardMachine] = BoardMachine,
        refusing: DiskTrouble | None = None,
    ) -> None:
        self.clock, self.sound, self.mirror = FakeClock(), RecordingSound(), FakeMirror()
        self.mirror.journal = None
        self.inbox: InboxState | None = None
        self.confirmed: BootMs | None = None
        self.said: list[str] = []
        self.woken = 0
        path = folder / "journal.db"
        if not path.exists():
            Journal.create(
                path, role="display", public_key=KEY.public, random=lambda n: b"\x07" * n, now=self.clock.instant()
            ).close()
        self.disk = Journal(path)
        STILL_OPEN.append(self.disk.close)
        self.journal = FailingJournal(self.disk)
        self.journal.refusing = refusing
        parts = BoardParts(
            journal=self.journal,
            journal_id=self.disk.opened().journal_id,
            mirror=self.mirror,
            clock=self.clock,
            sound=self.sound,
            clips=clips or BoardClips(folder / "clips"),
            inbox=lambda: self.inbox,
            confirmed=lambda: self.confirmed,
            wake_sync=self._wake,
            say=self.said.append,
        )
        self.machine = machine(parts, BoardSettings(BANGKOK, trust, "1.0", "f" * 64, calendar, catalogue, quiet=quiet))
        self.open(counters)
        self.machine.begin()

    def _wake(self) -> None:
        self.woken += 1

    def open(self, counters: int = 3, day: str = TODAY) -> None:
        """The office begins a day; nobody is told of it yet."""
        self.queue = Queue(now=self.office_ms)
        self.office(DayOpened(day, "clock"), RuleAdopted(self.queue.now))
        for number in range(1, counters + 1):
            self.office(CounterOpened(self.queue.now, number, f"s{number}", ("a",)))

    @property
    def office_ms(self) -> UtcMs:
        """The office's clock, which is the display's."""
        return UtcMs(NOON + self.clock.boottime_ms)

    def office(self, *bodies: Body) -> None:
        """Facts of the office."""
        for body in bodies:
            self.queue.do(body)

    def hear(self, *bodies: Body) -> "Television":
        """These facts and all before them are mirrored, the office confirms it, and sync has called."""
        self.office(*bodies)
        self.mirror.bodies = tuple(self.queue.facts)
        self.mirror.journal = self.mirror.journal or OFFICE
        self.confirmed = self.clock.instant().boottime_ms
        self.machine.look()
        return self.settle()

    def settle(self) -> "Television":
        """Turn until nothing is due now."""
        for _ in range(60):
            self.machine.turn()
            due = self.machine.deadline()
            if due is None or due > self.clock.boottime_ms:
                return self
        raise AssertionError("it never comes to rest")

    def wait(self, ms: int) -> "Television":
        """Time passes; the machine has a turn whenever it asked for one, and none besides."""
        until = self.clock.boottime_ms + ms
        while (due := self.machine.deadline()) is not None and due <= until:
            self.clock.boottime_ms = max(due, self.clock.boottime_ms)
            self.settle()
        self.clock.boottime_ms = until
        self.queue.now = self.office_ms
        return self

    def call(self, counter: int) -> None:
        """The counter calls whom the rule names, and everybody hears of it."""
        self.queue.now = self.office_ms
        assert self.queue.next(counter) is not None
        self.hear()

    def wakes(self, ms: int) -> int:
        """Time passes; how often the machine asked to be woken meanwhile."""
        until, count = self.clock.boottime_ms + ms, 0
        while (due := self.machine.deadline()) is not None and due <= until:
            self.clock.boottime_ms = max(due, self.clock.boottime_ms)
            self.settle()
            count += 1
        self.clock.boottime_ms = until
        self.queue.now = self.office_ms
        return count

    def numbers(self) -> list[tuple[str, int]]:
        """The numbers called now and their counters, in their order."""
        board = self.machine.sight.board
        return [(each.label, each.counter) for each in board.calls] if board else []

    def before(self) -> list[str]:
        """The numbers called before."""
        board = self.machine.sight.board
        return [each.label for each in board.recent] if board else []

    def kinds(self) -> list[str]:
        """The kinds of the facts in the display's own journal."""
        return [type(body).__name__ for entry in self.disk.entries() if (body := understand(entry.fact))]
