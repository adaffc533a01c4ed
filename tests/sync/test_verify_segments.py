"""What `verify` says of a journal in several files, and of one whose beginning is pruned."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sync import verify
from sync.chain import Position
from sync.errors import JournalDamaged
from sync.journal import JournalReader
from sync.segments import Entry, name_of
from sync.types import Chain, Seq
from tests.sync import journals
from tests.sync.segmented import day, days, prune, small

NAME = "01" * 16


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def closed(path: Path, first: int) -> Path:
    """The file that begins with this seq."""
    return path.parent / "segments" / NAME / name_of(first)


def pruned(path: Path, files: int = 2) -> list[Entry]:
    """A journal of four files of which the oldest are pruned; everything that it ever held."""
    whole = days(path, 4)
    journal = small(path)
    journal.drop(prune(journal, files))
    day(journal, 5, scores=2)
    whole += list(journal.entries(whole[-1].seq))
    journal.close()
    return whole


def head(entry: Entry) -> Position:
    return Position(entry.seq, entry.chain)


def test_it_walks_through_all_files(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = days(path, 4)
    verdict = verify.verify(path)
    assert (verdict.good, verdict.problem, verdict.files) == (head(whole[-1]), None, 4)
    assert verify.main([str(path)]) == 0
    assert f"{whole[-1].seq} facts in 4 files" in capsys.readouterr().out


@pytest.mark.parametrize(("first", "seq"), [(1, 1), (1, 7), (8, 8), (8, 10), (14, 19), (20, 20), (20, 25)])
def test_damage_in_any_file_is_named_by_the_last_good_seq_of_all(path: Path, first: int, seq: int) -> None:
    days(path, 4)
    journals.tamper(closed(path, first), ("UPDATE facts SET chain = zeroblob(32) WHERE seq = ?", (seq,)))
    verdict = verify.verify(path)
    assert verdict.problem
    assert verdict.good.seq == seq - 1


@pytest.mark.parametrize(("first", "good"), [(1, 0), (8, 7), (14, 13)])
def test_a_file_that_is_gone_without_a_fact_is_damage(path: Path, first: int, good: int) -> None:
    days(path, 4)
    closed(path, first).unlink()
    verdict = verify.verify(path)
    assert verdict.good.seq == good
    assert "is not here, and no fact says why" in str(verdict.problem)


def test_a_file_that_cannot_be_read_is_damage_behind_the_file_before(path: Path) -> None:
    days(path, 4)
    closed(path, 14).write_bytes(b"no database" * 200)
    assert verify.verify(path).good.seq == 13


def test_a_tail_that_is_cut_from_a_closed_file_is_named(path: Path) -> None:
    """In one file a cut tail leaves no trace; in a closed one the next file tells of it."""
    days(path, 4)
    journals.tamper(closed(path, 8), ("DELETE FROM facts WHERE seq > 11", ()))
    verdict = verify.verify(path)
    assert verdict.good.seq == 11
    assert "begins behind fact 13" in str(verdict.problem)


def test_guards_that_were_taken_from_a_closed_file_are_missed(path: Path) -> None:
    days(path, 3)
    with closing(sqlite3.connect(closed(path, 8))) as db, db:
        db.execute("DROP TRIGGER a_beginning_is_never_changed")
    db.close()
    assert "a_beginning_is_never_changed" in str(verify.verify(path).problem)


def test_what_is_pruned_is_said_with_its_head(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = pruned(path)
    verdict = verify.verify(path)
    assert (verdict.problem, verdict.floor, verdict.good) == (None, head(whole[12]), head(whole[-1]))
    assert verify.main([str(path)]) == 0
    said = capsys.readouterr().out
    assert f"facts 1 to 13 are pruned here; their head is {head(whole[12])}" in said


def test_one_more_file_that_is_gone_is_not_covered_by_the_fact(path: Path) -> None:
    pruned(path)
    closed(path, 14).unlink()
    verdict = verify.verify(path)
    assert verdict.problem is not None
    assert verdict.good.seq == 0, "nothing vouches for what comes behind"


@pytest.mark.parametrize("column", ["chain = zeroblob(32)", "opened = CAST(replace(opened, 'kiosk', 'offic') AS BLOB)"])
def test_what_a_file_says_of_the_pruned_ones_cannot_be_changed_unseen(path: Path, column: str) -> None:
    pruned(path)
    for first in (14, 20, 27):
        if closed(path, first).exists():
            journals.tamper(closed(path, first), (f"UPDATE segment SET {column}", ()))
    assert verify.verify(path).problem


def test_a_head_kept_elsewhere_holds_as_far_as_facts_or_their_pruning_are_here(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = pruned(path)
    for seq in (1, 13, 14, 20, len(whole)):
        assert verify.main([str(path), "--head", str(head(whole[seq - 1]))]) == 0, seq
        wrong = Position(Seq(seq), Chain(bytes(32)))
        assert verify.main([str(path), "--head", str(wrong)]) == 1, seq
    capsys.readouterr()
    assert verify.main([str(path), "--head", str(head(whole[4]))]) == 2
    said = capsys.readouterr().err
    assert "fact 5 is pruned here; nothing was compared" in said
    assert "from fact 13 on" in said


def test_a_peer_with_everything_proves_the_pruned_part(path: Path, tmp_path: Path) -> None:
    whole = days(path, 4)
    peer = tmp_path / "peer"
    shutil.copytree(tmp_path, peer, symlinks=True, ignore=lambda *_: ["peer"])
    journal = small(path)
    journal.drop(prune(journal, 2))
    journal.close()
    assert verify.against_peer(path, verify.verify(path), peer / "journal.db").problem is None
    assert verify.against_peer(peer / "journal.db", verify.verify(peer / "journal.db"), path).problem is not None
    with JournalReader(peer / "journal.db") as reader:
        assert len(list(reader.entries())) == len(whole), "the peer is read through all its files"


def test_a_copy_of_the_last_file_alone_proves_nothing_of_what_came_before(path: Path, tmp_path: Path) -> None:
    days(path, 3)
    alone = tmp_path / "alone.db"
    shutil.copy(path, alone)
    shutil.rmtree(path.parent / "segments")
    verdict = verify.verify(alone)
    assert verdict.good.seq == 0
    assert "facts 8 to 13 is not here" in str(verdict.problem)


def test_a_head_behind_the_end_is_a_cut_tail_as_before(path: Path) -> None:
    whole = pruned(path)
    verdict = verify.against_head(path, verify.verify(path), Position(Seq(len(whole) + 1), Chain(bytes(32))))
    assert "tail is cut" in str(verdict.problem)
    with pytest.raises(JournalDamaged, match="nothing was compared"):
        verify.against_head(path, verify.verify(path), head(whole[2]))
