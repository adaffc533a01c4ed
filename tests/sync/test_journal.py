"""The journal on disk: appended, durable, never changed, one writer."""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlite_utils

from sync import facts
from sync.codec import Draft
from sync.errors import JournalBusy, JournalDamaged, JournalRefused, NotCanonical
from sync.journal import Journal, JournalReader, unfinished
from sync.schema import JOURNAL
from sync.types import Level
from tests.sync import journals
from tests.sync.journals import at


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = journals.make(tmp_path / "journal.db")
    yield opened
    opened.close()


def test_fact_one_names_the_journal_and_its_key(journal: Journal) -> None:
    opened = journal.opened()
    assert opened.public_key == journals.KEY.public.hex()
    assert (opened.journal_id, opened.role, opened.predecessor) == ("01" * 16, "kiosk", None)


def test_appended_facts_are_read_back_with_their_place_and_time(journal: Journal) -> None:
    appended = journal.append(facts.drafts(journals.ticket(), journals.LANGUAGE), at(7000))
    assert [(fact.seq, fact.kind, fact.boottime_ms) for fact in appended] == [
        (2, "ticket.issued", 7000),
        (3, "ticket.language", 7000),
    ]
    with JournalReader(journal.path) as reader:
        assert list(reader.facts(after=1)) == appended
        assert reader.last() == journal.end


def test_a_batch_is_stored_whole_or_not_at_all(journal: Journal) -> None:
    before = journal.end
    good, bad = facts.draft(journals.ticket()), Draft("ticket.issued", 1, {"n": 1.5})  # type: ignore[dict-item]
    with pytest.raises(NotCanonical):
        journal.append([good, bad], at(7000))
    assert journal.last() == journal.end == before


def test_the_next_writer_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    first = journals.make(tmp_path / "journal.db", scores=3)
    end = first.end
    first.close()
    second = Journal(tmp_path / "journal.db")
    assert second.end == end
    assert second.append(facts.drafts(journals.ticket()), at(9000))[0].seq == 5
    second.close()


def test_closing_twice_does_not_close_somebody_else_s_file(tmp_path: Path) -> None:
    journal = journals.make(tmp_path / "journal.db")
    journal.close()
    with (tmp_path / "other").open("w") as other:
        journal.close()
        assert other.write("still open") == 10


def test_a_second_writer_is_refused_and_told_what_to_do(journal: Journal) -> None:
    with pytest.raises(JournalBusy) as caught:
        Journal(journal.path)
    assert "other process" in caught.value.hint


def test_a_reader_cannot_write(journal: Journal) -> None:
    with JournalReader(journal.path) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._db.execute("DELETE FROM facts")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facts SET row = x'00' WHERE seq = 2",
        "DELETE FROM facts WHERE seq = 2",
        "INSERT INTO facts VALUES (9, x'00', zeroblob(32))",
        "INSERT OR REPLACE INTO facts VALUES (2, x'00', zeroblob(32))",
    ],
)
def test_the_database_itself_refuses_to_change_delete_or_skip(tmp_path: Path, statement: str) -> None:
    journals.make(tmp_path / "journal.db", scores=2).close()
    connection = sqlite3.connect(tmp_path / "journal.db")
    with pytest.raises(sqlite3.IntegrityError, match="a fact"):
        connection.execute(statement)
    connection.close()


def test_the_settings_are_those_that_survive_a_power_cut(journal: Journal) -> None:
    def setting(name: str) -> object:
        return journal._db.execute(f"PRAGMA {name}").fetchone()[0]

    assert (setting("journal_mode"), setting("synchronous"), setting("page_size")) == ("wal", 2, 1024)


def cut_before_any_table(path: Path) -> None:
    path.touch()


def cut_before_fact_one(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    JOURNAL.apply(sqlite_utils.Database(connection))
    connection.close()


@pytest.mark.parametrize("cut", [cut_before_any_table, cut_before_fact_one])
def test_a_file_left_by_a_cut_during_creation_is_taken_over(tmp_path: Path, cut: Callable[[Path], None]) -> None:
    path = tmp_path / "journal.db"
    assert unfinished(path)
    cut(path)
    assert unfinished(path)
    opened = journals.make(path)
    assert opened.end.seq == 1
    assert not unfinished(path)
    opened.close()


def test_a_damaged_journal_is_not_taken_for_an_unfinished_one(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"no database at all, but long enough to be read as one" * 20)
    assert not unfinished(path)


@pytest.mark.parametrize("content", [b"", b"this is no database, but it is long enough to be read as one" * 20])
def test_a_file_that_is_no_journal_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(content)
    with pytest.raises(JournalDamaged) as caught:
        JournalReader(path)
    assert "Keep the file" in caught.value.hint
    assert path.read_bytes() == content


def test_a_journal_with_a_broken_last_fact_is_not_written_further(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journals.make(path, scores=3).close()
    journals.tamper(path, ("UPDATE facts SET row = CAST(replace(row, 'level', 'lever') AS BLOB) WHERE seq = 4", ()))
    with pytest.raises(JournalDamaged, match="does not fit"):
        Journal(path)


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from sync import facts
from sync.codec import Draft
from sync.errors import JournalRefused
from sync.journal import Journal
from tests.sync import journals
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = journals.make(Path(sys.argv[1]), scores=5)
room = Path(sys.argv[1] + "-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
end = journal.end
try:
    journal.append(facts.drafts(*[journals.ticket(n) for n in range(1, 40)]), journals.at(9000))
except JournalRefused as error:
    assert "Nothing was stored" in error.hint, error.hint
else:
    sys.exit("the disk was not full")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert journal.end == end == journal.last(), (journal.end, end)
print(journal.append(facts.drafts(journals.ticket()), journals.at(9001))[0].seq)
"""


def test_a_full_disk_stores_nothing_says_so_and_the_next_fact_takes_the_next_place(tmp_path: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "journal.db")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (run.stdout.strip(), run.stderr) == ("7", "")


def test_a_read_only_disk_is_named_as_such(tmp_path: Path) -> None:
    journals.make(tmp_path / "journal.db").close()
    connection = sqlite3.connect(f"file:{tmp_path / 'journal.db'}?mode=ro", uri=True, isolation_level=None)
    journal = Journal(tmp_path / "journal.db")
    journal._db.close()
    journal._db = connection
    with pytest.raises(JournalRefused) as caught:
        journal.append(facts.drafts(journals.ticket()), at(9000))
    assert "read-only" in caught.value.hint
    journal.close()


KILLED = """
import os, sys
from pathlib import Path
from sync import facts
from sync.codec import Draft
from tests.sync import journals
journal = journals.make(Path(sys.argv[1]))
for n in range(1, 4):
    seq = journal.append(facts.drafts(journals.ticket(n)), journals.at(2000 + n))[0].seq
    os.write(1, f"{seq}\\n".encode())
os.kill(os.getpid(), 9)
"""


def test_what_was_acknowledged_outlives_kill_nine(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "journal.db")], capture_output=True, check=False, timeout=60
    )
    assert run.returncode == -9
    again = Journal(tmp_path / "journal.db")
    assert again.end.seq == int(run.stdout.split()[-1]) == 4
    again.close()


def test_a_crash_between_begin_and_commit_leaves_the_journal_as_it_was(journal: Journal) -> None:
    connection = sqlite3.connect(journal.path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO facts VALUES (2, x'00', zeroblob(32))")
    connection.close()
    assert journal.append(facts.drafts(facts.ScoreGiven(1, Level(5))), at(9000))[0].seq == 2


def test_people_can_read_the_facts_without_our_code(journal: Journal) -> None:
    journal.append(facts.drafts(facts.ScoreGiven(1, Level(5))), at(9000))
    with JournalReader(journal.path) as reader:
        row = reader._db.execute("SELECT seq, kind, version, boottime_ms, body FROM readable WHERE seq = 2").fetchone()
    assert row == (2, "score.given", 1, 9000, '{"counter":1,"level":5,"scale":1}')
