"""A rebuild equals the daily growth, and both date facts as sync.clock does, whatever arrives in whatever pieces."""

import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.change import Change
from server.fold import changes
from server.intake import take_batch
from server.ledger import Ledger
from server.reading import view
from server.schema import PROJECTIONS
from server.stores import FILE
from sync.body import TicketName
from sync.chain import Position
from sync.clock import Timeline, office_day
from sync.codec import Fact, decode
from sync.facts import (
    BoardChanged,
    Body,
    HelpAsked,
    HelpEnded,
    MachineStarted,
    PaperChanged,
    PaperRefilled,
    PrintEnded,
    PrinterChanged,
    PrinterMet,
    PrinterTested,
    ScoreGiven,
    ScoreRepeated,
    TicketIssued,
    TicketLanguage,
    TicketPromised,
)
from sync.facts_office import ComplaintNoted, TicketAdmitted, TicketCalled
from sync.paper_left import PaperLeft
from sync.types import BootId, JournalId, Level, Seq
from tests.server.conftest import ZONE, admit
from tests.server.device import CATALOGUE, NOON, Device, anchor, issued, printed, score, seeded
from tests.server.places import place, reader_of
from tests.server.state import contents


def met(model: str | None, maker: str | None = "EPSON", *able: str) -> PrinterMet:
    """The kiosk met a printer that says this of itself."""
    return PrinterMet(maker, model, None, "generic", able)


def of(n: int) -> TicketName:
    """A ticket of some kiosk."""
    return TicketName(JournalId("e" * 32), Seq(n))


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
    st.builds(
        lambda seq, levels: ScoreRepeated(Seq(seq), 1, tuple(map(Level, levels))),
        st.integers(1, 30),
        st.lists(st.integers(1, 5), max_size=3),
    ),
    st.builds(PrinterChanged, st.sampled_from([None, "paper-out"])),
    st.builds(BoardChanged, st.sampled_from([(), ("hot",), ("disk-low", "hot")])),
    st.builds(HelpAsked, st.just("attract")),
    st.builds(lambda seq: HelpEnded(Seq(seq)), st.integers(1, 30)),
    st.builds(PaperChanged, st.sampled_from([None, "ok", "near-end", "out"])),
    st.builds(PaperRefilled, st.integers(1_000, 60_000)),
    st.builds(PrinterTested, st.sampled_from(["night", "refill"]), st.just("passed"), st.integers(0, 60)),
    st.builds(met, st.sampled_from([None, "TM-T20III", "XP-80C"]), st.sampled_from([None, "EPSON", "Xprinter"])),
    st.builds(MachineStarted, st.sampled_from(["0.1.0", "0.2.0"]), st.just("f" * 64)),
    st.builds(TicketPromised, st.integers(1, 9).map(Seq), st.integers(-1, 9), st.integers(0, 9)),
    st.builds(
        lambda n, how: TicketAdmitted(NOON, of(n), "2026-11-23", "A001", ("tax",), NOON, how),
        st.integers(1, 3),
        st.sampled_from(["issued", "carried"]),
    ),
    st.builds(lambda n: TicketCalled(NOON, of(n), 1, "s00000001"), st.integers(1, 3)),
    st.builds(lambda n: ComplaintNoted(NOON, of(n), "other", "s00000001"), st.integers(1, 3)),
    st.builds(lambda n, language: TicketLanguage(Seq(n), language), st.integers(1, 9), st.sampled_from(["th", "my"])),
    st.just(CATALOGUE),
)
events = st.lists(st.tuples(bodies, st.sampled_from(BOOTS), st.integers(1, 30_000_000)), min_size=1, max_size=25)


def grow(folder: Path, story: Sequence[tuple[Body, BootId, int]], cuts: Sequence[int], **options: object) -> Ledger:
    """A ledger that got this story from two machines, in batches cut at `cuts`."""
    ledger = Ledger(place(folder / FILE), ZONE, seeded(7), **options)  # type: ignore[arg-type]
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
    before = contents(ledger.place, PROJECTIONS)
    ledger.rebuild()
    return contents(ledger.place, PROJECTIONS) != before


@settings(max_examples=40, deadline=None)
@pytest.mark.sqlite
@given(events, st.sets(st.integers(0, 24)))
def test_a_rebuild_equals_the_growth(story: list[tuple[Body, BootId, int]], cuts: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = grow(Path(folder), story, sorted(cuts))
        assert not rebuilt_differs(ledger)
        ledger.close()


@settings(max_examples=40, deadline=None)
@pytest.mark.sqlite
@given(events)
def test_moments_are_dated_as_the_timeline_dates_them(story: list[tuple[Body, BootId, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = grow(Path(folder), story, [3, 4, 9])
        check_dates(ledger)
        ledger.close()


def check_dates(ledger: Ledger) -> None:
    """Every ticket and score has the time that sync.clock derives from the same facts."""
    db = reader_of(ledger.place)
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
    db = reader_of(ledger.place)
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


def test_a_call_for_staff_stands_until_that_very_call_has_ended(tmp_path: Path) -> None:
    def helped(*story: Body) -> bool:
        (tmp_path / str(len(story))).mkdir()
        ledger = grow(tmp_path / str(len(story)), [(body, BOOTS[0], 1000) for body in story for _ in "xy"], [])
        ledger.close()
        with closing(reader_of(tmp_path / str(len(story)) / FILE)) as db:
            wanted = {device.help for device in view(db, "2026-11-23").devices}
        assert len(wanted) == 1
        return wanted.pop()

    asked = HelpAsked("attract")
    assert helped(asked)
    assert not helped(asked, HelpEnded(Seq(2)))
    assert helped(asked, HelpEnded(Seq(2)), asked)
    assert helped(asked, HelpEnded(Seq(2)), asked, HelpEnded(Seq(2))), "an old call's end ends no new one"


papers = st.lists(
    st.one_of(
        st.builds(PaperRefilled, st.integers(1_000, 60_000)),
        st.builds(lambda mm: PrintEnded(Seq(1), 1, "confirmed", mm), st.integers(0, 300)),
        st.builds(PrinterTested, st.sampled_from(["night", "refill"]), st.just("passed"), st.integers(0, 60)),
        st.builds(PaperChanged, st.sampled_from([None, "ok", "near-end", "out"])),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@pytest.mark.sqlite
@given(papers)
def test_the_paper_left_is_what_the_facts_alone_say(story: list[Body]) -> None:
    reckoned, level = PaperLeft(), None
    for body in story:
        reckoned = reckoned.after(body)
        level = body.level if isinstance(body, PaperChanged) else level
    with tempfile.TemporaryDirectory() as folder:
        ledger = grow(Path(folder), [(body, BOOTS[0], 1000) for body in story for _ in "xy"], [])
        ledger.close()
        with closing(reader_of(Path(folder) / FILE)) as db:
            found = {(device.paper, device.paper_left) for device in view(db, "2026-11-23").devices}
    assert found == {(level, reckoned.left(level))}


def test_a_length_that_no_paper_has_is_set_aside_and_not_reckoned_with(tmp_path: Path) -> None:
    endless = PrintEnded(Seq(1), 1, "confirmed", 2**52)
    ledger = grow(tmp_path, [(body, BOOTS[0], 1000) for body in (PaperRefilled(1_000), endless) for _ in "xy"], [])
    ledger.close()
    with closing(reader_of(tmp_path / FILE)) as db:
        assert {(device.strange, device.paper_left) for device in view(db, "2026-11-23").devices} == {(1, None)}


def test_the_night_is_dated_by_the_anchor_of_its_boot(tmp_path: Path) -> None:
    night = PrinterTested("night", "paper-out")
    for name, story in (("dated", [anchor(NOON), night]), ("undated", [night])):
        (tmp_path / name).mkdir()
        ledger = grow(tmp_path / name, [(body, BOOTS[0], 1000) for body in story for _ in "xy"], [])
        ledger.close()
        with closing(reader_of(tmp_path / name / FILE)) as db:
            found = {(device.night, device.night_ms is not None) for device in view(db, "2026-11-23").devices}
        assert found == {("paper-out", name == "dated")}
