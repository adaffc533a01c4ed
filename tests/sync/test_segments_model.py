"""A journal of several files against a plain list: append, roll, prune, cuts and new starts in any order."""

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sync import facts
from sync.codec import Fact
from sync.facts_machine import RETENTION, SegmentsPruned
from sync.journal import JournalReader
from sync.types import Level, Seq
from sync.verify import verify
from tests.sync import journals
from tests.sync.segmented import Cut, Cutting, Small, day


class Files(RuleBasedStateMachine):
    """`model`: the rows that are durable, by the list. `maybe`: what a cut may have let through or not."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "journal.db"
        journals.make(self.path).close()
        self.disk = Cutting()
        self.journal = Small(self.path, disk=self.disk)
        self.model = [entry.row for entry in self.journal.entries()]
        self.floor = 0
        self.promised: Fact | None = None
        self.days = 0

    @rule(scores=st.integers(1, 6))
    def append(self, scores: int) -> None:
        for _ in range(scores):
            self.journal.append(facts.drafts(facts.ScoreGiven(1, Level(3))), journals.at(len(self.model)))
            self.model.append(self.last())

    @rule(cut=st.integers(0, 14))
    def open_a_day(self, cut: int) -> None:
        """Behind a full file this rolls; the power is cut behind any step of it, or not at all."""
        self.days += 1
        self.disk.at = len(self.disk.steps) + cut if cut else 0
        try:
            day(self.journal, self.days % 28 + 1)
        except Cut:
            self.start()
        else:
            self.model.append(self.last())
        self.disk.at = 0

    @precondition(lambda self: len(self.journal.closed_files()) > 1)
    @rule(cut=st.integers(0, 4), data=st.data())
    def prune(self, cut: int, data: st.DataObject) -> None:
        closed = self.journal.closed_files()
        gone = closed[: data.draw(st.integers(1, len(closed) - 1))]
        last = gone[-1].last
        first = self.promised.body["opened"] if self.promised else None
        opened = self.journal.at(1)
        known = opened.chain.hex() if opened is not None else str(first)
        body = SegmentsPruned(gone[0].first, last.seq, last.chain.hex(), known, last.seq, RETENTION)
        self.promised = self.journal.append(facts.drafts(body), journals.at(1))[0]
        self.model.append(self.last())
        self.disk.at = len(self.disk.steps) + cut if cut else 0
        with suppress(Cut):
            self.journal.drop(self.promised)
        self.disk.at = 0
        self.start()
        self.journal.drop(self.promised)
        self.floor = int(last.seq)

    @rule()
    def start(self) -> None:
        """The process is gone; another begins."""
        self.journal.close()
        self.disk = Cutting()
        self.journal = Small(self.path, disk=self.disk)

    @invariant()
    def the_list_and_the_files_agree(self) -> None:
        kept = self.model[self.floor :]
        assert [entry.row for entry in self.journal.entries()] == kept
        assert self.journal.end.seq == len(self.model)
        assert self.journal.floor().seq == self.floor
        with JournalReader(self.path) as reader:
            assert [entry.row for entry in reader.entries()] == kept
            middle = self.floor + len(kept) // 2
            assert [entry.row for entry in reader.entries(middle)] == self.model[middle:]
            assert reader.opened().journal_id == "01" * 16

    def teardown(self) -> None:
        """It proves itself, whatever was done."""
        self.journal.close()
        verdict = verify(self.path)
        assert (verdict.problem, verdict.good.seq, verdict.floor.seq) == (None, len(self.model), self.floor)
        shutil.rmtree(self.folder)

    def last(self) -> bytes:
        seq = self.journal.end.seq
        return next(self.journal.entries(Seq(seq - 1))).row


Files.TestCase.settings = settings(
    max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestFiles = Files.TestCase
