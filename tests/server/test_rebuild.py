"""A rebuild equals the daily growth, and both date facts as sync.clock does, whatever arrives in whatever pieces."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from server.fold import Change, changes
from server.ingest import take_batch
from server.ledger import FILE, Ledger, open_reader
from server.schema import PROJECTIONS
from sync.chain import Position
from sync.clock import Timeline, office_day
from sync.codec import Fact, decode
from sync.facts import Body, MachineStarted, PrinterChanged, ScoreGiven, ScoreRepeated, TicketIssued
from sync.types import BootId, JournalId, Level, Seq
from tests.server.conftest import ZONE, admit
from tests.server.device import CATALOGUE, NOON, Device, anchor, issued, printed, score, seeded
from tests.server.state import contents

BOOTS = [BootId(letter * 32) for letter in "abc"]
SPREAD = 40 * 3_600_000
bodies = st.one_of(
    st.builds(anchor, st.integers(NOON - SPREAD, NOON + SPREAD), st.integers(1, 200_000)),
    st.builds(issued, st.integers(1, 5), st.sampled_from(["register", "tax"])),
    st.builds(score, st.integers(0, 6)),
    st.builds(
        lambda seq, outcome: printed(seq, outcome)[1], st.integers(1, 30), st.sampled_from(["confirmed", "lost"])
    ),
    st.builds(lambda seq: printed(seq)[0], st.integers(1, 30)),
    st.builds(lambda seq, level: ScoreRepeated(Seq(seq), 1, (Level(level),)), st.integers(1, 30), st.integers(1, 5)),
    st.builds(PrinterChanged, st.sampled_from([None, "paper-out"])),
    st.builds(MachineStarted, st.sampled_from(["0.1.0", "0.2.0"]), st.just("f" * 64)),
    st.just(CATALOGUE),
)
events = st.lists(st.tuples(bodies, st.sampled_from(BOOTS), st.integers(1, 30_000_000)), min_size=1, max_size=25)


def grow(folder: Path, story: Sequence[tuple[Body, BootId, int]], cuts: Sequence[int], **options: object) -> Ledger:
    """A ledger that got this story from two machines, in batches cut at `cuts`."""
    ledger = Ledger(folder / FILE, ZONE, seeded(7), **options)  # type: ignore[arg-type]
    devices = [Device.make(folder / name, seed) for seed, name in enumerate("xy")]
    for device in devices:
        admit(ledger, device)
    for number, (body, boot, after_ms) in enumerate(story):
        device = devices[number % 2]
        device.record(body, boot=boot, after_ms=after_ms)
        if number in cuts:
            flush(ledger, device)
    for device in devices:
        flush(ledger, device)
        device.journal.close()
    return ledger


def flush(ledger: Ledger, device: Device) -> None:
    """Send what is waiting."""
    with ledger.transaction():
        taken = take_batch(ledger, device.request(), NOON)
    assert isinstance(taken, int)
    device.sent = device.journal.at(taken) or Position(Seq(0), device.sent.chain)


def rebuilt_differs(ledger: Ledger) -> bool:
    """Whether folding anew gives other projections."""
    before = contents(ledger.path, PROJECTIONS)
    ledger.rebuild()
    return contents(ledger.path, PROJECTIONS) != before


@settings(max_examples=40, deadline=None)
@given(events, st.sets(st.integers(0, 24)))
def test_a_rebuild_equals_the_growth(story: list[tuple[Body, BootId, int]], cuts: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = grow(Path(folder), story, sorted(cuts))
        assert not rebuilt_differs(ledger)
        ledger.close()


@settings(max_examples=40, deadline=None)
@given(events)
def test_moments_are_dated_as_the_timeline_dates_them(story: list[tuple[Body, BootId, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = grow(Path(folder), story, [3, 4, 9])
        check_dates(ledger)
        ledger.close()


def check_dates(ledger: Ledger) -> None:
    """Every ticket and score has the time that sync.clock derives from the same facts."""
    db = open_reader(ledger.path)
    for table, kind in (("tickets", TicketIssued), ("scores", ScoreGiven)):
        query = f"SELECT journal_id, seq, boot_id, boottime_ms, utc_ms, slack_ms, office_day FROM {table}"
        for journal_id, seq, boot_id, boottime_ms, utc_ms, slack_ms, day in db.execute(query):
            timeline = Timeline(facts_of(ledger, journal_id))
            when = timeline.when(boot_id, boottime_ms)
            if not timeline.anchored(boot_id):
                assert (utc_ms, day) == (None, None), (kind, seq)
                continue
            assert (when.middle, when.latest) == (utc_ms, utc_ms + slack_ms)
            assert day == office_day(utc_ms, ZONE).isoformat()
    db.close()


def facts_of(ledger: Ledger, journal_id: str) -> list[Fact]:
    """A journal's facts, decoded."""
    db = open_reader(ledger.path)
    query = "SELECT row FROM facts WHERE journal_id = ? ORDER BY seq"
    found = [decode(row) for (row,) in db.execute(query, (journal_id,))]
    db.close()
    return found


class Moody:
    """The control: a fold that depends on when it is asked, not on the facts alone."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, journal_id: JournalId, fact: Fact, chain: bytes) -> list[Change]:
        """Every fifth fact is forgotten."""
        self.asked += 1
        return [] if self.asked % 5 == 0 else changes(journal_id, fact, chain)


def test_control_a_fold_that_is_not_pure_is_caught(tmp_path: Path) -> None:
    story: list[tuple[Body, BootId, int]] = [(issued(n), BOOTS[0], 1000) for n in range(1, 13)]
    ledger = grow(tmp_path, story, [], fold=Moody())
    assert rebuilt_differs(ledger)
    ledger.close()
