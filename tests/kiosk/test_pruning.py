"""The kiosk prunes its own journal: once a day, by the server's word `safe`, the fact durable before the files go."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from hardware.board import BoardState, RecordingBoard
from kiosk.appliance import open_journal
from kiosk.pruning import Pruner, at_start
from kiosk.screen_inputs import ChooseLanguage
from sync.facts import ClockAnchored, MachineStarted, drafts
from sync.facts_machine import RETENTION, SPACE, SegmentsPruned
from sync.inbox import InboxState
from sync.journal import Instant, Journal, JournalReader
from sync.system_clock import SystemClock
from sync.types import BootId, BootMs, JournalId, Seq, UtcMs
from sync.verify import verify
from tests.kiosk.fakes import FakeClock, Kiosk, opened
from tests.sync import journals
from tests.sync.journals import BOOT, KEY
from tests.sync.segmented import Small

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kiosk's folder after four days of work, each of its files one of them."""
    folder = tmp_path_factory.mktemp("years")
    kiosk = opened(folder, journals=Small)
    for _ in range(4):
        kiosk.take()
        kiosk.later(DAY_MS)
    assert len(kiosk.disk.closed_files()) == 4
    kiosk.machine.end()
    kiosk.close()
    return folder


def later(years: Path, folder: Path, *, days: int, **given: object) -> Kiosk:
    """The same kiosk so many days after that, not begun. Its inbox has not been written yet."""
    shutil.copytree(years, folder, symlinks=True)
    clock = FakeClock(boot_id=BootId("cafe" * 8), boottime_ms=1000)
    clock.utc_ms = UtcMs(FakeClock().utc_ms + (4 + days) * DAY_MS)
    return Kiosk(folder, clock=clock, journals=Small, **given)  # type: ignore[arg-type]


def safe(kiosk: Kiosk, seq: int) -> None:
    """What sync says of this journal."""
    end = kiosk.disk.end.seq
    kiosk.inbox = InboxState("idle", Seq(end), Seq(seq), journal_id=kiosk.disk.opened().journal_id)


def pruned(kiosk: Kiosk) -> list[SegmentsPruned]:
    return [body for body in kiosk.facts() if isinstance(body, SegmentsPruned)]


def test_what_is_old_and_safe_goes_when_the_day_opens(years: Path, tmp_path: Path) -> None:
    kiosk = later(years, tmp_path / "data", days=100, keep_days=90)
    files = kiosk.disk.closed_files()
    safe(kiosk, files[1].last.seq + 2)
    kiosk.begin()
    (said,) = pruned(kiosk)
    assert (said.first, said.last, said.why) == (1, files[1].last.seq, RETENTION)
    assert said.safe == files[1].last.seq + 2
    assert [each.exists() for each in (file.path for file in files)] == [False, False, True, True]
    assert verify(kiosk.disk.path).problem is None
    assert any("are pruned (retention)" in line for line in kiosk.said)
    kiosk.take()
    assert kiosk.label is not None, "it goes on as before"


def test_only_what_is_safe_is_pruned_however_much_was_received(years: Path, tmp_path: Path) -> None:
    """The mutant: `received` in the place of `safe`."""
    kiosk = later(years, tmp_path / "data", days=100, keep_days=90)
    safe(kiosk, 0)
    kiosk.begin()
    kiosk.later(3 * DAY_MS)
    assert pruned(kiosk) == []
    assert all(file.path.exists() for file in kiosk.disk.closed_files())
    assert kiosk.disk.floor().seq == 0


def test_the_word_on_another_journal_counts_for_nothing(years: Path, tmp_path: Path) -> None:
    kiosk = later(years, tmp_path / "data", days=100, keep_days=90)
    kiosk.inbox = InboxState("idle", Seq(9999), Seq(9999), journal_id=JournalId("e" * 32))
    assert pruned(kiosk.begin()) == []


def test_what_is_not_old_stays_and_a_full_disk_takes_it_all_the_same(years: Path, tmp_path: Path) -> None:
    kiosk = later(years, tmp_path / "data", days=1, keep_days=90)
    safe(kiosk, 9999)
    assert pruned(kiosk.begin()) == []
    kiosk.close()
    board = RecordingBoard(BoardState(disk_free_bytes=1, disk_total_bytes=1_000_000_000))
    full = later(years, tmp_path / "full", days=1, keep_days=90, board=board)
    safe(full, 9999)
    (said,) = pruned(full.begin())
    assert said.why == SPACE
    assert len(full.disk.closed_files()) >= 1, "the newest stays"


def test_nobody_is_served_meanwhile(years: Path, tmp_path: Path) -> None:
    kiosk = later(years, tmp_path / "data", days=100, keep_days=90)
    kiosk.begin()
    assert pruned(kiosk) == []
    safe(kiosk, 9999)
    kiosk.machine.look_at_inbox()
    kiosk.later(15 * 3_600_000 - int(kiosk.clock.boottime_ms) - 500)
    assert pruned(kiosk) == [], "once a day"
    day = kiosk.machine.record.day
    kiosk.machine.give(ChooseLanguage("en"))
    kiosk.later(1000)
    assert kiosk.machine.record.day != day, "the next one has begun"
    assert pruned(kiosk) == []
    kiosk.later(600_000)
    assert len(pruned(kiosk)) == 1


def test_no_file_goes_while_its_fact_is_not_durable(years: Path, tmp_path: Path) -> None:
    kiosk = later(years, tmp_path / "data", days=100, keep_days=90)
    safe(kiosk, 9999)
    asked: list[SegmentsPruned] = []

    def refuse(body: object) -> None:
        assert isinstance(body, SegmentsPruned)
        assert all(file.path.exists() for file in kiosk.disk.closed_files()), "the fact comes first"
        asked.append(body)

    pruner = Pruner(kiosk.disk, 90, BoardState, kiosk.said.append)
    pruner.look(refuse, None, kiosk.inbox, date(2100, 1, 1))
    assert len(asked) == 1
    assert kiosk.disk.floor().seq == 0


def test_files_that_a_cut_left_behind_their_fact_go_at_the_next_start(years: Path, tmp_path: Path) -> None:
    kiosk = later(years, tmp_path / "data", days=100, keep_days=90)
    files = kiosk.disk.closed_files()
    first = files[0]
    said = SegmentsPruned(first.first, first.last.seq, first.last.chain.hex(), "00" * 32, Seq(9999), RETENTION)
    kiosk.disk.append(drafts(said), kiosk.clock.instant())
    kiosk.close()
    again = Kiosk(tmp_path / "data", clock=kiosk.clock, journals=Small, keep_days=90)
    assert first.path.exists()
    again.begin()
    assert not first.path.exists()
    assert len(pruned(again)) == 1


def test_after_pruning_the_kiosk_knows_what_it_goes_on_with(years: Path, tmp_path: Path) -> None:
    kiosk = later(years, tmp_path / "data", days=100, keep_days=90)
    safe(kiosk, 9999)
    kiosk.begin()
    kiosk.take()
    label, lane, day = kiosk.label, kiosk.machine.record.lane, kiosk.machine.record.day
    kiosk.machine.end()
    kiosk.close()
    again = Kiosk(tmp_path / "data", clock=kiosk.clock, journals=Small, keep_days=90).begin()
    assert (again.machine.record.lane, again.machine.record.day) == (lane, day)
    again.take()
    assert label is not None
    assert again.label == f"A{int(label[1:]) + 1:03}"


def test_a_display_prunes_when_it_starts(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    Journal.create(path, role="display", public_key=KEY.public, random=journals.counted(), now=journals.at(1)).close()
    journal, began = Small(path), 1_600_000_000_000
    for n in range(40):
        now = Instant(BOOT, BootMs(1000 + n))
        anchor = ClockAnchored(UtcMs(began + n * 30 * DAY_MS), 5, "ntp")
        journal.append(drafts(MachineStarted("1", "0" * 64), anchor), now)
    inbox = InboxState("idle", Seq(9999), Seq(20), journal_id=journal.opened().journal_id)
    said: list[str] = []
    pruner = Pruner(journal, 365, BoardState, said.append)
    for _ in range(2):
        at_start(pruner, inbox, Instant(BOOT, BootMs(9000)))
        facts = [entry.fact for entry in journal.entries() if b"segments.pruned" in entry.row]
        assert [fact.body["last"] for fact in facts] == [17], "once"
    assert journal.floor().seq == 17
    assert len(said) == 1
    journal.close()
    assert verify(path).problem is None


def test_a_display_opens_its_journal_with_nothing_to_prune(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path, SystemClock(), role="display")
    journal.close()
    journal, _ = open_journal(tmp_path, SystemClock(), role="display")
    assert journal.floor().seq == 0
    journal.close()
    with JournalReader(tmp_path / "journal.db") as reader:
        assert [fact.kind for fact in reader.facts()] == ["journal.opened"]
