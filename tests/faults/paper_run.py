"""One run of the paper proof: a kiosk, a printer, some citizens, and what fails them, all by one seed."""

import random
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from hardware.makes import MAKES, Make
from hardware.outcome import Habits
from hardware.strikes import Strike, random_strike
from sync.journal import Instant, Journal
from sync.types import BootId, BootMs
from tests.faults.paper_kiosk import Life, Memory
from tests.faults.paper_station import Link, Station
from tests.faults.paper_truth import Paper, papers
from tests.hardware.simulated import PowerCut, Time
from tests.kiosk.fakes import KEY

SHIPPED = "as shipped"
HABITS: dict[str, Habits] = {
    SHIPPED: Habits(),
    "no NUL resync": Habits(resync=False),
    "time-outs only": Habits(believe_only_printer=False),
    "ASB off": Habits(automatic=False),
}
LATE = "commit after print"
CONTROLS = (*(name for name in HABITS if name != SHIPPED), LATE)
Kind = Literal["tcp", "usb", "serial"]
PRINTERS = ("epson", "epson", "epson", "clone", "custom", "mute")
KINDS: tuple[Kind, ...] = ("tcp", "tcp", "usb", "usb", "serial")
"""To choose from. Half of the printers are of the kind of which most is claimed."""
_ENDS_S, _SETTLES_S = 330.0, 200.0
_JOB_BYTES, _ROWS = 10_000, 160
_GREEDY = 0.05


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens in a run besides the printer's own faults."""

    make: str
    link: Link
    tickets: tuple[float, ...]
    cut: Literal["", "process", "machine", "mains"]
    cut_at: float
    cut_commit: tuple[int, bool]
    down_s: float
    spare: str | None


def plan_of(chance: random.Random, makes: tuple[str, ...], kinds: tuple[Kind, ...]) -> Plan:
    """A random one."""
    link = Link(
        chance.choice(kinds),
        system_bytes=chance.choice((2048, 8192, 65536)),
        baud=chance.choice((19200, 38400, 115200)),
        flow=chance.choice(("none", "rtscts", "xonxoff")),
        adapter=chance.random() < 0.5,
    )
    first = chance.uniform(3.0, 10.0)
    gaps = [chance.choice((0.5, 3.0, 15.0)) * chance.random() for _ in range(chance.randint(3, 6))]
    return Plan(
        make=chance.choice(makes),
        link=link,
        tickets=tuple(first + sum(gaps[:n]) for n in range(len(gaps))),
        cut=chance.choice(("", "process", "machine", "mains")),
        cut_at=chance.uniform(0.0, 60.0) if chance.random() < 0.5 else _ENDS_S * 2,
        cut_commit=(chance.randint(2, 16), chance.random() < 0.5),
        down_s=chance.uniform(1.0, 60.0),
        spare=chance.choice(makes) if chance.random() < 0.05 else None,
    )


def make_of(name: str, link: Link, chance: random.Random) -> Make:
    """A printer of that kind, with a buffer and a mechanism by chance."""
    small = 1024 if link.kind == "serial" else 64
    return replace(
        MAKES[name],
        buffer_bytes=chance.choice([size for size in (64, 256, 1024, 4096, 16384, 65536) if size >= small]),
        mm_per_s=chance.choice((100.0, 150.0, 200.0, 250.0)),
        cut_s=chance.choice((0.1, 0.3, 0.6)),
        xonxoff=link.kind == "serial" and link.flow == "xonxoff",
    )


class Run:
    """One run of this seed in this folder."""

    def __init__(
        self,
        seed: int,
        folder: Path,
        variant: str = SHIPPED,
        makes: tuple[str, ...] = tuple(MAKES),
        kinds: tuple[Kind, ...] = KINDS,
    ) -> None:
        self.chance = random.Random(seed)
        self.plan, self.variant = plan_of(self.chance, makes, kinds), variant
        self.time, self.memory = Time(), Memory()
        make = make_of(self.plan.make, self.plan.link, self.chance)
        self.station = Station(self.time, self.chance, make, self.plan.link)
        self.station.plan([self._strike() for _ in range(self.chance.randint(0, 3))])
        if self.plan.spare is not None:
            self.station.spare = make_of(self.plan.spare, self.plan.link, self.chance)
        self.greedy: set[int] = set()
        self.path = folder / "journal.db"
        self.life: Life | None = None
        self._cut_done = self.plan.cut == ""
        self._floor: list[Paper] = []
        self._read = 0

    def _strike(self) -> Strike:
        """Somewhere in the paper of this run. Half of those that mend by themselves are short: a hand, a blip."""
        most = len(self.plan.tickets)
        return random_strike(
            self.chance,
            most_bytes=most * _JOB_BYTES,
            most_rows=most * _ROWS,
            longest_s=self.chance.choice((1.0, 20.0)),
        )

    def go(self) -> None:
        """Until everything has settled and all paper is off."""
        boot = Instant(BootId("0" * 31 + "1"), BootMs(0))
        Journal.create(self.path, role="kiosk", public_key=KEY.public, random=lambda n: b"\x07" * n, now=boot).close()
        for at in self.plan.tickets:
            self.time.at(at, self._citizen)
        self.time.at(self.plan.cut_at, self._cut_now)
        while self.time.now < _ENDS_S:
            try:
                self.life = self._new_life()
                self.life.run(_ENDS_S)
            except PowerCut:
                self._after_cut()
        self.station.outlives = False
        self.station.mend_all()
        self.time.pass_by(_SETTLES_S)
        self.station.look()
        self.station.tear_off()

    def _new_life(self) -> Life:
        return Life(
            self.time,
            self.station,
            self.path,
            self.memory,
            self.chance,
            cut=self._cut_at_commit,
            habits=HABITS.get(self.variant, Habits()),
            late=self.variant == LATE,
            stride=self.chance.choice((22, 52)),
        )

    def _citizen(self) -> None:
        """Takes a ticket; where the kiosk is down, comes back. A few ask for more paper than they need."""
        if self.life is None or not self.life.take():
            self.time.at(self.time.now + 5.0, self._citizen)
            return
        serial = len(self.memory.labels) - 1
        if self.chance.random() < _GREEDY:
            self.greedy.add(serial)
        self.time.at(self.time.now + self.chance.uniform(5.0, 60.0), partial(self._asks, serial))

    def _asks(self, serial: int) -> None:
        """Who has no whole paper asks, mostly; who has one, out of greed alone."""
        if self.time.now > _ENDS_S - 60:
            return
        has = any(paper.whole and paper.of.serial == serial for paper in self.floor())
        if self.chance.random() < (float(serial in self.greedy) if has else 0.8) and self.life is not None:
            self.life.ask(serial)
        self.time.at(self.time.now + self.chance.uniform(10.0, 60.0), partial(self._asks, serial))

    def floor(self) -> list[Paper]:
        """All paper that came off so far."""
        for at, piece in self.station.pieces[self._read :]:
            self._floor += papers(piece, at, self.memory.heights)
        self._read = len(self.station.pieces)
        return self._floor

    def _cut_at_commit(self, number: int, durable: bool) -> None:
        if (number, durable) == self.plan.cut_commit and self.plan.cut_at > _ENDS_S:
            self._cut_now()

    def _cut_now(self) -> None:
        if self._cut_done or self.life is None or not self.life.up:
            return
        self._cut_done = True
        self.station.outlives = self.plan.cut == "process"
        raise PowerCut

    def _after_cut(self) -> None:
        if self.plan.cut != "process":
            self.memory.boots += 1
            self.station.drop_system()
        if self.plan.cut == "mains":
            self.station.power(False, torn=self.chance.random() < 0.5)
            self.time.at(self.time.now + self.plan.down_s * self.chance.random(), lambda: self.station.power(True))
        self.time.pass_by(self.plan.down_s)
        self.station.outlives = False
