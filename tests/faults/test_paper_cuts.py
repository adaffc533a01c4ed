"""A cut at every step of a ticket's way to paper: before and after each commit and each piece of bytes."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import pytest

from hardware.makes import MAKES
from hardware.strikes import Strike
from kiosk.printing import Prints
from sync.facts import PrintEnded, PrintSending, TicketIssued, understand
from sync.journal import Instant, Journal, JournalReader
from sync.types import BootId, BootMs, Seq
from tests.faults.paper_kiosk import PRINTED, SHOWN, Life, Memory
from tests.faults.paper_station import Link, Station
from tests.faults.paper_truth import Paper, papers
from tests.hardware.simulated import PowerCut, Time
from tests.kiosk.fakes import KEY

Way = Literal["plain", "paper out", "asked for"]
Kind = Literal["mains", "process"]
"""What falls: the machine and the printer together, or the program alone."""
Step = tuple[str, int, bool]
"""("commit" or "bytes", the how-manieth, whether it was done)."""
STRIKES: dict[Way, list[Strike]] = {
    "plain": [],
    "paper out": [Strike("row", 60, "paper-out", lasts=8.0)],
    "asked for": [Strike("byte", 100, "no-echo", lasts=20.0)],
}
ASKED_AT_S, NEXT_CITIZEN_S, CUT_BY_S, END_S = 30.0, 60.0, 55.0, 250.0


@dataclass
class Walk:
    """One ticket's way, cut at `cut` (None: not at all). `steps`: all that was passed until then; `found_sending`: the
    (ticket, attempt) that the kiosk found under way as it began. `hangs`: nobody tears off what hangs out after the
    cut, or asks for paper again. `late` and `separates`: the controls."""

    folder: Path
    way: Way
    kind: Kind = "mains"
    cut: Step | None = None
    late: bool = False
    hangs: bool = False
    separates: bool = True
    steps: list[Step] = field(default_factory=list)
    found_sending: list[tuple[Seq, int]] = field(default_factory=list)
    fell: bool = False

    def __post_init__(self) -> None:
        self.chance, self.time, self.memory = random.Random(3), Time(), Memory()
        make = replace(MAKES["epson"], buffer_bytes=512, mm_per_s=150.0, cut_s=0.3)
        self.station = Station(self.time, self.chance, make, Link("tcp", system_bytes=1024))
        self.station.plan(STRIKES[self.way])
        self.station.before_bytes = lambda data: self._step("bytes", self._bytes + 1, False)
        self.station.after_bytes = self._after_bytes
        self.path = self.folder / "journal.db"
        self._bytes = 0
        self.life: Life | None = None

    def go(self) -> "Walk":
        boot = Instant(BootId("0" * 31 + "1"), BootMs(0))
        Journal.create(self.path, role="kiosk", public_key=KEY.public, random=lambda n: b"\x07" * n, now=boot).close()
        self.time.at(5.0, self._take)
        if not self.hangs:
            self.time.at(ASKED_AT_S, lambda: self.life is not None and self.memory.labels and self.life.ask(0))
        self.time.at(NEXT_CITIZEN_S, self._take)
        while self.time.now < END_S:
            try:
                self.life = Life(
                    self.time, self.station, self.path, self.memory, self.chance,
                    cut=lambda number, durable: self._step("commit", number, durable), late=self.late,
                    stride=52, separates=self.separates,
                )  # fmt: skip
                if (job := self.life.record.prints.under_way) is not None:
                    self.found_sending.append((job.ticket, job.attempt))
                self.life.run(END_S)
            except PowerCut:
                self._restart()
        self.station.mend_all()
        self.time.pass_by(60.0)
        self.station.tear_off()
        return self

    def _take(self) -> None:
        """Comes back where the kiosk is down, or falls before it has shown a number."""
        took, before = False, len(self.memory.labels)
        try:
            took = self.life is not None and self.life.take()
        finally:
            if not took and len(self.memory.labels) == before:
                self.time.at(self.time.now + 5.0, self._take)

    def _after_bytes(self, data: bytes) -> None:
        self._bytes += 1
        self._step("bytes", self._bytes, True)

    def _step(self, what: str, number: int, done: bool) -> None:
        if self.time.now > CUT_BY_S or self.fell:
            return
        step = (what, number, done)
        self.steps.append(step)
        if step == self.cut:
            self.fell = True
            self.station.outlives = self.kind == "process"
            raise PowerCut

    def _restart(self) -> None:
        if self.kind == "mains":
            self.memory.boots += 1
            self.station.drop_system()
            self.station.power(False, torn=not self.hangs)
            self.time.at(self.time.now + 2.0, lambda: self.station.power(True))
        self.time.pass_by(3.0)
        self.station.outlives = False

    def whole(self, serial: int) -> list[Paper]:
        floor = [each for at, piece in self.station.pieces for each in papers(piece, at, self.memory.heights)]
        return [paper for paper in floor if paper.whole and paper.of.serial == serial]


def wrongs(ran: Walk) -> Iterator[str]:
    """What must not be after a cut."""
    with JournalReader(ran.path) as reader:
        facts = list(reader.facts())
    bodies = [(fact, understand(fact)) for fact in facts]
    issued = {body.label: fact.seq for fact, body in bodies if isinstance(body, TicketIssued)}
    for label, count in Counter(ran.memory.labels).items():
        if count > 1:
            yield f"number {label} was given {count} times"
        if label not in issued:
            yield f"{label} was shown or printed and is not on record"
    for at, piece in ran.station.pieces:
        if len({paper.of.serial for paper in papers(piece, at, ran.memory.heights)}) > 1:
            yield "two citizens' tickets hang together"
    sent = [(body.ticket, body.attempt) for _, body in bodies if isinstance(body, PrintSending)]
    ended = {(body.ticket, body.attempt): body.outcome for _, body in bodies if isinstance(body, PrintEnded)}
    if set(sent) - set(ended):
        yield f"of attempts {set(sent) - set(ended)} nobody ever said what became"
    for each in ran.found_sending:
        if ended.get(each) != "uncertain":
            yield f"attempt {each} was found under way at the start and is called {ended.get(each)}"
    lists = {job.ticket for job in Prints.fold(facts).unprinted()}
    for label, seq in issued.items():
        serial = ran.memory.serial_of.get(label)
        found = ran.whole(serial) if serial is not None else []
        if sum(not paper.of.copy for paper in found) > 1:
            yield f"two papers of {label} without a mark"
        for (ticket, attempt), outcome in ended.items():
            confirmed = ticket == seq and outcome == "confirmed"
            if confirmed and not any(paper.of.attempt == attempt for paper in found):
                yield f"attempt {attempt} of {label} is called confirmed and is not on paper"
        told = ran.memory.told[serial] if serial is not None else []
        failed = bool(told) and told[-1] not in (SHOWN, PRINTED)
        if not found and not (failed or seq in lists):
            yield f"{label} is on no paper, and neither citizen ({told}) nor staff can know"
        if ran.kind == "process" and not found and not failed:
            yield f"no screen said that {label} is on no paper"


def steps_of(folder: Path, way: Way) -> list[Step]:
    """All steps of the way, once it has gone well."""
    folder.mkdir()
    ran = Walk(folder, way).go()
    assert list(wrongs(ran)) == []
    return ran.steps


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["mains", "process"])
@pytest.mark.parametrize("way", ["plain", "paper out", "asked for"])
def test_a_cut_at_any_step_loses_doubles_and_reuses_nothing(tmp_path: Path, way: Way, kind: Kind) -> None:
    steps = steps_of(tmp_path / "well", way)
    assert {(what, done) for what, _, done in steps} == {(w, d) for w in ("commit", "bytes") for d in (False, True)}
    assert len(steps) >= 20
    found = []
    for place, step in enumerate(steps):
        folder = tmp_path / str(place)
        folder.mkdir()
        ran = Walk(folder, way, kind, step).go()
        assert ran.fell, step
        assert list(wrongs(ran)) == [], step
        assert len(ran.memory.labels) >= 2, "the next citizen gets a ticket after the cut"
        found += ran.found_sending
    assert len(found) > len(steps) / 3, "many cuts fall into an attempt"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["mains", "process"])
def test_control_a_kiosk_that_prints_before_its_facts_are_durable_is_caught(tmp_path: Path, kind: Kind) -> None:
    caught: list[str] = []
    for place, step in enumerate(steps_of(tmp_path / "well", "plain")):
        folder = tmp_path / str(place)
        folder.mkdir()
        caught += wrongs(Walk(folder, "plain", kind, step, late=True).go())
    assert any("was given 2 times" in wrong for wrong in caught)


def wrongs_where_it_hangs(folder: Path, *, separates: bool) -> list[str]:
    """All wrongs of all cuts on the plain way, with what hangs out left hanging."""
    found: list[str] = []
    for place, step in enumerate(steps_of(folder / "well", "plain")):
        (folder / str(place)).mkdir()
        found += wrongs(Walk(folder / str(place), "plain", "mains", step, hangs=True, separates=separates).go())
    return found


@pytest.mark.timeout(300)
def test_what_hangs_out_after_a_cut_is_not_the_next_citizens(tmp_path: Path) -> None:
    assert wrongs_where_it_hangs(tmp_path, separates=True) == []


@pytest.mark.timeout(300)
def test_control_a_start_that_does_not_cut_it_off_is_caught(tmp_path: Path) -> None:
    assert "two citizens' tickets hang together" in wrongs_where_it_hangs(tmp_path, separates=False)
