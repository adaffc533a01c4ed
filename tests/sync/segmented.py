"""Journals in several files for tests, disks whose power is cut behind a step, and what a journal looks like whole."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from sync import facts
from sync.chain import ZERO, Position
from sync.codec import Fact
from sync.facts_machine import RETENTION, SegmentsPruned
from sync.journal import Journal, JournalReader
from sync.rolling import Disk
from sync.segments import Entry
from sync.types import Level, Seq
from tests.sync import journals

FULL_AT = 5


class Small(Journal):
    """A journal whose files are full early."""

    full_at: ClassVar[int] = FULL_AT


class WithoutBase(Small):
    """The control: its next file begins where the last ended, but with no chain to go on from."""

    def _base(self) -> Position:
        return Position(self.end.seq, ZERO)


class Cut(BaseException):
    """The power is gone. Nothing of ours catches this."""


class Cutting(Disk):
    """The power is cut behind step `at` (from 1; 0: never). `steps`: what was done."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.steps = at, list[str]()

    def done(self, step: str) -> None:
        self.steps.append(step)
        if len(self.steps) == self.at:
            raise Cut


def small(path: Path, kind: type[Small] = Small, disk: Disk | None = None) -> Small:
    """A kiosk's journal of small files, open for writing; made where there is none."""
    if not path.exists() and not path.is_symlink():
        journals.make(path).close()
    return kind(path, disk=disk)


def day(journal: Journal, n: int, scores: int = 0) -> None:
    """The n-th office day (from 1), with so many scores."""
    journal.append(facts.drafts(facts.DayOpened(date(n), "clock")), journals.at(n * 1000))
    for each in range(scores):
        journal.append(facts.drafts(facts.ScoreGiven(1, Level(each % 5 + 1))), journals.at(n * 1000 + each))


def date(n: int) -> str:
    """The n-th office day."""
    return f"2026-11-{n:02}"


def days(path: Path, count: int, scores: int = FULL_AT, kind: type[Small] = Small) -> list[Entry]:
    """A closed journal of so many days, each but the last in a file of its own; all its entries."""
    with small(path, kind) as journal:
        for n in range(1, count + 1):
            day(journal, n, scores)
        return list(journal.entries())


def prune(journal: Journal, files: int, why: str = RETENTION) -> Fact:
    """Say that the oldest files are taken away; the fact."""
    gone = journal.closed_files()[:files]
    opened = journal.at(1)
    assert opened is not None
    said = SegmentsPruned(
        gone[0].first, gone[-1].last.seq, gone[-1].last.chain.hex(), opened.chain.hex(), Seq(gone[-1].last.seq), why
    )
    return journal.append(facts.drafts(said), journals.at(99_000))[0]


def read(path: Path, after: int = 0) -> Sequence[Entry]:
    """What another process reads."""
    with JournalReader(path) as reader:
        return list(reader.entries(after))
