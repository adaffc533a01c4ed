"""A long journal lies in several files: nothing is lost between them, wherever the power is cut."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from sync import facts, rolling
from sync.errors import JournalDamaged
from sync.journal import FULL_AT, Instant, Journal, JournalReader, unfinished
from sync.schema import GUARDS, LATER_GUARDS
from sync.segments import Segment, folders, name_of
from sync.types import BootMs, JournalId
from sync.verify import verify
from tests.sync import journals
from tests.sync.journals import BOOT, KEY
from tests.sync.segmented import Cut, Cutting, Small, WithoutBase, date, day, days, prune, read, small

NAME = JournalId("01" * 16)
STEPS = 13
"""Steps of a journal's first roll, which has the most."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def copied(whole: Path, folder: Path) -> Path:
    """The journal in this folder once more."""
    shutil.copytree(whole.parent, folder, symlinks=True)
    return folder / whole.name


def files(path: Path) -> list[str]:
    """The names in the folder of the closed files."""
    return sorted(each.name for each in (path.parent / "segments" / NAME).iterdir())


def test_a_day_begins_another_file_once_the_file_is_full_and_nothing_else_does(path: Path) -> None:
    journal = small(path)
    day(journal, 1, scores=2)
    day(journal, 2, scores=20)
    assert not path.is_symlink()
    assert journal.base.seq == 0
    day(journal, 3)
    assert journal.base.seq == 25
    assert path.readlink() == Path("segments") / NAME / name_of(26)
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute("SELECT kind FROM readable").fetchall() == [("day.opened",)], "the first of the new file"
    journal.close()
    assert FULL_AT > 1000, "a journal of today's size stays one file"


def test_readers_see_one_journal_whatever_it_lies_in(path: Path, tmp_path: Path) -> None:
    """The same facts in one file and in five: every question has the same answer."""
    whole = tmp_path / "whole"
    whole.mkdir()
    one = journals.make(whole / "journal.db")
    for n in range(1, 6):
        day(one, n, scores=5)
    days(path, 5)
    with JournalReader(path) as many:
        assert [entry.row for entry in many.entries()] == [entry.row for entry in one.entries()]
        assert [many.at(seq) for seq in range(40)] == [one.at(seq) for seq in range(40)]
        for after in range(33):
            assert list(many.entries(after)) == list(one.entries(after))
            for limit in (0, 1, 7, 40):
                assert list(many.entries(after, limit=limit)) == list(one.entries(after, limit=limit))
        assert [many.day_before(n) for n in range(1, 8)] == [one.day_before(n) for n in range(1, 8)]
        assert (many.last(), many.opened()) == (one.last(), one.opened())
        assert many.floor().seq == 0
        ends = [(each.first, each.last.seq, each.ended and each.ended.isoformat()) for each in many.closed_files()]
    one.close()
    assert ends == [(1, 7, date(2)), (8, 13, date(3)), (14, 19, date(4)), (20, 25, date(5))]


def test_every_file_keeps_its_guards_and_what_it_needs_of_the_others(path: Path) -> None:
    days(path, 3)
    folder = path.parent / "segments" / NAME
    for each in (name_of(1), name_of(8), name_of(14)):
        with Segment(folder / each) as segment:
            guards = GUARDS if segment.beginning is None else LATER_GUARDS
            assert segment.guards().items() >= guards.items()
            assert segment.opened().public_key == KEY.public.hex()
        db = sqlite3.connect(folder / each)
        changes = ["UPDATE facts SET row = x'00'", "DELETE FROM facts", "INSERT INTO facts VALUES (99, x'00', x'00')"]
        changes += ["UPDATE segment SET base = 3", "DELETE FROM segment"] if each != name_of(1) else []
        for change in changes:
            with pytest.raises(sqlite3.IntegrityError, match=r"never|next seq"):
                db.execute(change)
        db.close()


def test_the_steps_make_the_next_file_durable_before_it_takes_the_name(path: Path) -> None:
    disk = Cutting()
    journal = small(path, disk=disk)
    day(journal, 1, scores=5)
    day(journal, 2)
    journal.close()
    steps = disk.steps
    assert steps.index("sync file") < steps.index("name") < steps.index("point")
    for step in ("name", "link", "point"):
        assert steps[steps.index(step) + 1] == "sync folder", step


def test_the_number_of_steps_is_that_of_the_tests(path: Path) -> None:
    disk = Cutting()
    journal = small(path, disk=disk)
    day(journal, 1, scores=5)
    day(journal, 2)
    journal.close()
    assert len(disk.steps) == STEPS, disk.steps


@pytest.mark.parametrize("second", [False, True], ids=["first roll", "a later roll"])
def test_a_cut_behind_any_step_is_brought_to_its_end_by_the_next_start(tmp_path: Path, second: bool) -> None:
    ran = set()
    whole = tmp_path / "whole" / "journal.db"
    whole.parent.mkdir()
    before = days(whole, 2 if second else 1)
    for at in range(1, STEPS + 1):
        path = copied(whole, tmp_path / f"{at}")
        disk = Cutting(at)
        journal = small(path, disk=disk)
        try:
            day(journal, 9)
        except Cut:
            ran.add(disk.steps[-1])
        end = JournalReader(path)
        assert [each.row for each in end.entries()][: len(before)] == [each.row for each in before], "meanwhile"
        end.close()
        journal.close()
        assert not unfinished(path), f"cut at {disk.steps[-1]}: no other journal is begun"
        again = small(path)
        day(again, 9)
        found = list(again.entries())
        again.close()
        assert [each.row for each in found[: len(before)]] == [each.row for each in before], disk.steps
        assert len(found) in (len(before) + 1, len(before) + 2), "and the day behind it"
        assert verify(path).problem is None, disk.steps
        assert not [name for name in files(path) if "new" in name], disk.steps
    assert {"write", "name", "draw pointer", "point", "sync folder"} <= ran


def test_facts_in_a_file_whose_pointer_was_not_durable_are_not_lost(path: Path) -> None:
    """The disk took the new file and its facts, but the replaced name comes back as it was."""
    days(path, 2)
    link = path.readlink()
    journal = small(path)
    day(journal, 3, scores=2)
    whole = list(journal.entries())
    journal.close()
    path.unlink()
    path.symlink_to(link)
    again = small(path)
    assert list(again.entries()) == whole
    again.close()


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from tests.sync.segmented import Cutting, day, small
class Killing(Cutting):
    def done(self, step):
        self.steps.append(step)
        if len(self.steps) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
for at in range(1, int(sys.argv[2]) + 1):
    child = os.fork()
    if child == 0:
        path = Path(sys.argv[1]) / str(at) / "journal.db"
        shutil.copytree(Path(sys.argv[1]) / "whole", path.parent)
        day(small(path, disk=Killing(at)), 2)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_kill_nine_behind_any_step_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    days(tmp_path / "whole" / "journal.db", 1)
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(STEPS)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.split() == ["-9"] * STEPS
    for at in range(1, STEPS + 1):
        path = tmp_path / f"{at}" / "journal.db"
        journal = small(path)
        assert journal.end.seq == 7
        day(journal, 2)
        journal.close()
        assert len(read(path)) == 8
        assert verify(path).problem is None, at


READER = """
import sys
from pathlib import Path
from sync.journal import JournalReader
reader = JournalReader(Path(sys.argv[1]))
print(reader.last().seq, flush=True)
for line in sys.stdin:
    print(reader.last().seq, len(list(reader.entries())), flush=True)
    with JournalReader(Path(sys.argv[1])) as anew:
        print(anew.last().seq, len(list(anew.entries())), flush=True)
"""


def test_a_reader_in_another_process_loses_nothing_across_a_roll(path: Path) -> None:
    days(path, 1)
    command = [sys.executable, "-c", READER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "7\n"
        journal = small(path)
        for n in (2, 3):
            day(journal, n, scores=5)
        process.stdin.write("look\n")
        process.stdin.flush()
        assert process.stdout.readline() == "7 7\n", "who stays at the closed file sees it as it was"
        assert process.stdout.readline() == "19 19\n", "and who opens it anew sees everything"
        process.stdin.close()
    journal.close()
    assert verify(path).problem is None
    assert len(read(path)) == 19


def test_a_reader_in_the_middle_of_the_file_only_puts_the_roll_off(path: Path) -> None:
    journal = small(path)
    day(journal, 1, scores=5)
    reader = JournalReader(path)
    lines = reader._db.execute("SELECT seq FROM facts")
    lines.fetchone()
    day(journal, 2, scores=1)
    assert not path.is_symlink()
    assert "somebody reads it" in str(journal.unrolled)
    lines.close()
    reader.close()
    day(journal, 3)
    assert (journal.unrolled, journal.base.seq) == (None, 9)
    journal.close()
    assert verify(path).problem is None


class Refusing(Cutting):
    """A disk that takes nothing more behind step `at`."""

    def done(self, step: str) -> None:
        self.steps.append(step)
        if len(self.steps) >= self.at:
            raise OSError(28, "No space left on device")


def test_a_disk_that_refuses_a_new_file_leaves_the_journal_in_the_old_one(tmp_path: Path) -> None:
    whole = tmp_path / "whole" / "journal.db"
    whole.parent.mkdir()
    days(whole, 1)
    for at in range(1, STEPS + 1):
        path = copied(whole, tmp_path / f"{at}")
        journal = small(path, disk=Refusing(at))
        day(journal, 2, scores=2)
        assert journal.end.seq == 10, "facts are stored all the same"
        assert "No space left" in str(journal.unrolled)
        journal.close()
        again = small(path)
        day(again, 3)
        again.close()
        assert [fact.seq for fact in (entry.fact for entry in read(path))] == list(range(1, 12))
        assert verify(path).problem is None, at


def test_a_file_that_was_just_begun_is_not_taken_for_an_unfinished_journal(path: Path) -> None:
    days(path, 1)
    journal = small(path)
    assert journal.roll()
    assert not journal.roll(), "a file without facts is not followed by another"
    journal.close()
    assert not unfinished(path)
    alone = path.with_name("copy.db")
    shutil.copy(path, alone)
    assert not unfinished(alone), "also not where it is no link"
    with small(path) as journal:
        assert journal.end.seq == 7


def test_a_name_that_stands_for_nothing_is_damage_and_no_reason_for_another_journal(path: Path) -> None:
    days(path, 2)
    path.resolve().unlink()
    assert not unfinished(path)
    with pytest.raises(JournalDamaged, match="is gone"):
        small(path)


def test_the_folder_copied_with_all_links_followed_is_the_same_journal(path: Path, tmp_path: Path) -> None:
    before = days(path, 3)
    shutil.copytree(path.parent, tmp_path.parent / (tmp_path.name + "-copy"))
    other = tmp_path.parent / (tmp_path.name + "-copy") / "journal.db"
    assert not other.is_symlink()
    journal = small(other)
    day(journal, 4, scores=5)
    day(journal, 5)
    journal.close()
    found = read(other)
    assert [entry.row for entry in found[: len(before)]] == [entry.row for entry in before]
    assert len(found) == len(before) + 7
    assert verify(other).problem is None


def test_control_a_file_that_goes_on_without_the_chain_is_caught(path: Path) -> None:
    days(path, 1)
    with pytest.raises(JournalDamaged, match="does not end where"):
        days(path, 2, kind=WithoutBase)
    assert "where no file before it ends" in str(verify(path).problem)


def test_a_display_begins_another_file_when_it_starts(path: Path) -> None:
    Journal.create(path, role="display", public_key=KEY.public, random=journals.counted(), now=journals.at(1)).close()
    journal = Small(path)
    started = facts.drafts(facts.MachineStarted("1", "0" * 64))
    for n in range(1, 6):
        journal.append(started, Instant(BOOT, BootMs(n)))
    assert journal.base.seq == 5
    journal.close()


def test_closed_files_go_only_behind_their_fact_and_oldest_first(path: Path) -> None:
    days(path, 4)
    disk = Cutting()
    journal = small(path, disk=disk)
    fact = prune(journal, 2)
    assert len(read(path)) == 26, "the fact alone takes nothing"
    journal.drop(fact)
    assert [each.first for each in journal.closed_files()] == [14]
    assert journal.floor() == journal.at(13)
    assert [entry.seq for entry in journal.entries()] == list(range(14, 27))
    assert (journal.at(0), journal.at(12)) == (None, None)
    assert journal.opened().journal_id == NAME
    journal.drop(fact)
    journal.close()
    assert files(path) == [name_of(14), name_of(20)]
    assert verify(path).problem is None


def test_a_cut_between_the_files_that_go_is_mended_by_doing_it_again(tmp_path: Path) -> None:
    whole = tmp_path / "whole" / "journal.db"
    whole.parent.mkdir()
    days(whole, 4)
    for at in range(1, 5):
        path = copied(whole, tmp_path / f"{at}")
        journal = small(path, disk=Cutting(at))
        fact = prune(journal, 2)
        with pytest.raises(Cut):
            journal.drop(fact)
        journal.close()
        assert verify(path).problem is None, "whatever of them is left"
        again = small(path)
        again.drop(fact)
        assert again.floor().seq == 13
        again.close()
        assert verify(path).problem is None


def test_what_sqlite_leaves_beside_closed_files_is_swept_but_never_a_wal_with_facts(path: Path) -> None:
    days(path, 2)
    folder = folders(path, NAME)[0]
    (folder / (name_of(1) + "-shm")).write_bytes(b"x")
    (folder / (name_of(1) + "-wal")).write_bytes(b"")
    rolling.settle(path, rolling.Disk())
    assert [name for name in files(path) if name.startswith(name_of(1))] == [name_of(1)]
    (folder / (name_of(1) + "-wal")).write_bytes(b"something")
    rolling.settle(path, rolling.Disk())
    assert name_of(1) + "-wal" in files(path)


def test_names_sort_as_their_facts_do() -> None:
    assert [a < b for a, b in pairwise([name_of(9), name_of(10), name_of(10**11)])] == [True, True]


def test_a_journal_made_by_the_release_before_goes_on(path: Path) -> None:
    """The file was written by the program as it was before journals had several files."""
    shutil.copy(Path(__file__).with_name("journal-format-1.db"), path)
    before = read(path)
    assert len(before) == 10
    journal = Small(path)
    day(journal, 2, scores=5)
    assert journal.base == journal.at(10)
    day(journal, 3)
    assert [entry.row for entry in journal.entries()][:10] == [entry.row for entry in before]
    journal.close()
    assert verify(path).problem is None
    assert [fact.seq for fact in (entry.fact for entry in read(path))] == list(range(1, 18))
