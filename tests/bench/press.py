"""`press`: from a score button's edge to the lamp, without the time that a contact must settle; against one flush."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from hardware.buttons import BootMs as HardwareBootMs
from hardware.buttons import Edge
from hardware.lamps import RecordingLamp
from hardware.printer import RecordingPrinter
from hardware.sound import RecordingSound
from kiosk.desk import Printhouse
from kiosk.machine import Machine, Parts, Settings
from kiosk.paper import Paper
from kiosk.preview import OFFICE, example_catalogue
from kiosk.ticket_layout import lay_out
from kiosk.votes import Timings
from sync.clock import Reading, Trust
from sync.journal import Instant, Journal
from sync.system_clock import SystemClock
from sync.types import BootMs, UtcMs
from tests.bench.disk import Floor
from tests.bench.row import Row, percentile
from tests.sync import journals
from translations import LANGUAGES

SAMPLES = 1000
ZONE = ZoneInfo("Asia/Bangkok")
BAR = 3.0


class _Ahead:
    """The machine's clock, moved on by hand so that settling and lockout take no time."""

    def __init__(self) -> None:
        self._clock, self.ms = SystemClock(), 0

    def instant(self) -> Instant:
        now = self._clock.instant()
        return Instant(now.boot_id, BootMs(now.boottime_ms + self.ms))

    def read(self) -> Reading:
        now = self._clock.read()
        return Reading(
            now.boot_id,
            BootMs(now.boottime_ms + self.ms),
            UtcMs(now.utc_ms + self.ms),
            now.disciplined,
            now.max_error_ms,
        )


class _Lamp(RecordingLamp):
    """Remembers when it was lit."""

    lit = 0.0

    def on(self) -> None:
        self.lit = time.perf_counter()
        super().on()


def rows() -> list[Row]:
    """p50 and p99 of edge → durable → lamp in the kiosk's machine on a real journal."""
    presses, floors = [], []
    with TemporaryDirectory(dir=Path.cwd()) as folder:
        floor = Floor(Path(folder) / "floor")
        clock, lamp, edges = _Ahead(), _Lamp(), list[Edge]()
        journal = journals.make(Path(folder) / "journal.db")
        machine = Machine(_parts(journal, clock, lamp, edges), _settings())
        machine.begin()
        for n in range(SAMPLES):
            presses.append(_press(machine, clock, lamp, edges, n % 5 + 1))
            floors.append(floor.write())
        journal.close()
        floor.close()
    return [
        Row(f"press p{percent}", percentile(presses, percent) * 1000, "ms", f"one raw flush, p{percent}",
            percentile(presses, percent) / percentile(floors, percent), BAR)
        for percent in (50, 99)
    ]  # fmt: skip


def _press(machine: Machine, clock: _Ahead, lamp: _Lamp, edges: list[Edge], level: int) -> float:
    """One press; seconds of work from the edge to the lamp. The settling itself is skipped on the clock."""
    begun = time.perf_counter()
    edges.append(Edge(1, level, True, HardwareBootMs(clock.instant().boottime_ms)))
    machine.turn()
    clock.ms += Timings().settle + Timings().together + 1
    machine.turn()
    if lamp.lit < begun:
        raise RuntimeError("the lamp was not lit")
    edges.append(Edge(1, level, False, HardwareBootMs(clock.instant().boottime_ms)))
    machine.turn()
    clock.ms += Timings().lockout + Timings().settle + Timings().together
    machine.turn()
    return lamp.lit - begun


def _parts(journal: Journal, clock: _Ahead, lamp: _Lamp, edges: list[Edge]) -> Parts:
    paper = Paper()

    def drain() -> list[Edge]:
        drained = list(edges)
        edges.clear()
        return drained

    house = Printhouse(
        draw=lambda ticket: paper.draw(lay_out(ticket)), key=journals.KEY, journal_id=journal.opened().journal_id,
        catalogue=example_catalogue(), office=OFFICE, languages=LANGUAGES, zone=ZONE, public_url=None,
    )  # fmt: skip
    return Parts(
        journal, clock, RecordingPrinter(lambda: None), house, {1: lamp}, RecordingSound(), drain, lambda: None,
        lambda: None, lambda line: None,
    )  # fmt: skip


def _settings() -> Settings:
    return Settings((1,), LANGUAGES, example_catalogue(), ZONE, Trust.SYSTEM, "bench", "00" * 32)
