"""Whatever is done to a journal, verify names the last good fact; a cut tail shows against a head or a peer."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync import chain, verdict, verify
from sync.chain import Position
from sync.journal import JournalReader
from tests.sync import journals

FACTS = 9
"""Facts in the journal under test: fact 1 and eight scores."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "journal.db"
    journals.make(path, scores=FACTS - 1).close()
    return path


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / "journal.db"))


def rows_of(path: Path) -> tuple[bytes, list[tuple[int, bytes, bytes]]]:
    with JournalReader(path) as reader:
        return reader.secret, [(entry.seq, entry.row, entry.chain) for entry in reader.entries()]


def flipped(data: bytes, bit: int) -> bytes:
    return data[: bit // 8] + bytes([data[bit // 8] ^ (1 << bit % 8)]) + data[bit // 8 + 1 :]


def test_a_whole_journal_is_good_to_its_last_fact(whole: Path) -> None:
    verdict = verify.verify(whole)
    assert (verdict.good.seq, verdict.problem, verdict.journal_id) == (FACTS, None, "01" * 16)


def test_every_single_flipped_bit_of_every_row_and_chain_is_named(whole: Path) -> None:
    secret, rows = rows_of(whole)
    tried = 0
    for place, (seq, row, kept) in enumerate(rows):
        changes = [(flipped(row, bit), kept) for bit in range(len(row) * 8)]
        changes += [(row, flipped(kept, bit)) for bit in range(len(kept) * 8)]
        for bad_row, bad_chain in changes:
            verdict = verify.check(secret, [*rows[:place], (seq, bad_row, bad_chain), *rows[place + 1 :]])
            assert verdict.good.seq == seq - 1
            assert verdict.problem
            tried += 1
    assert tried > 5000


def test_a_check_that_skips_the_chain_would_not_notice(whole: Path) -> None:
    """The control of the test above: rows alone, canonical and in order, hide a changed level."""
    secret, rows = rows_of(whole)
    seq, row, kept = rows[4]
    changed = row.replace(b'"level":4', b'"level":5')
    assert changed != row
    assert verdict._problem(Position(rows[3][0], rows[3][2]), seq, changed) is None  # type: ignore[arg-type]
    assert verify.check(secret, [*rows[:4], (seq, changed, kept), *rows[5:]]).good.seq == 4


@pytest.mark.parametrize("seq", range(1, FACTS))
def test_a_deleted_row_is_named(copy: Path, seq: int) -> None:
    journals.tamper(copy, ("DELETE FROM facts WHERE seq = ?", (seq,)))
    assert verify.verify(copy).good.seq == seq - 1


@pytest.mark.parametrize("seq", range(2, FACTS))
def test_a_deleted_row_is_named_even_when_the_rest_moves_up(copy: Path, seq: int) -> None:
    journals.tamper(
        copy,
        ("DELETE FROM facts WHERE seq = ?", (seq,)),
        ("UPDATE facts SET seq = seq - 1 WHERE seq > ?", (seq,)),
    )
    assert verify.verify(copy).good.seq == seq - 1


@pytest.mark.parametrize("seq", range(1, FACTS))
def test_two_swapped_rows_are_named(copy: Path, seq: int) -> None:
    journals.tamper(
        copy,
        ("UPDATE facts SET seq = -1 WHERE seq = ?", (seq,)),
        ("UPDATE facts SET seq = ? WHERE seq = ?", (seq, seq + 1)),
        ("UPDATE facts SET seq = ? WHERE seq = -1", (seq + 1,)),
    )
    assert verify.verify(copy).good.seq == seq - 1


@pytest.mark.parametrize("seq", range(2, FACTS + 1))
def test_an_inserted_row_is_named(copy: Path, seq: int) -> None:
    journals.tamper(
        copy,
        ("UPDATE facts SET seq = -seq - 1 WHERE seq >= ?", (seq,)),
        ("UPDATE facts SET seq = -seq WHERE seq < 0", ()),
        ("INSERT INTO facts SELECT ?, row, chain FROM facts WHERE seq = 1", (seq,)),
    )
    assert verify.verify(copy).good.seq == seq - 1


def test_a_forged_journal_with_fresh_chains_is_named_by_a_head_kept_elsewhere(copy: Path, whole: Path) -> None:
    secret, rows = rows_of(copy)
    at, changes = Position(rows[3][0], rows[3][2]), []  # type: ignore[arg-type]
    for seq, row, _ in rows[4:]:
        forged = row.replace(b'"level":4', b'"level":5')
        at = chain.extend(secret, at, forged)
        changes.append(("UPDATE facts SET row = ?, chain = ? WHERE seq = ?", (forged, at.chain, seq)))
    journals.tamper(copy, *changes)
    verdict = verify.verify(copy)
    assert verdict.problem is None
    head = verify.verify(whole).good
    assert "another journal" in str(verify.against_head(copy, verdict, head).problem)
    parted = verify.against_peer(copy, verdict, whole)
    assert (parted.good.seq, "from fact 5 on" in str(parted.problem)) == (4, True)


@pytest.mark.parametrize("left", range(1, FACTS))
def test_a_cut_tail_is_invisible_inside_but_named_by_a_head_and_by_a_peer(copy: Path, whole: Path, left: int) -> None:
    journals.tamper(copy, ("DELETE FROM facts WHERE seq > ?", (left,)))
    verdict = verify.verify(copy)
    assert (verdict.good.seq, verdict.problem) == (left, None)
    for answer in (
        verify.against_head(copy, verdict, verify.verify(whole).good),
        verify.against_peer(copy, verdict, whole),
    ):
        assert answer.good.seq == left
        assert "tail is cut" in str(answer.problem)


def test_a_peer_that_has_fallen_behind_is_no_reproach(copy: Path, whole: Path) -> None:
    journals.tamper(copy, ("DELETE FROM facts WHERE seq > 4", ()))
    assert verify.against_peer(whole, verify.verify(whole), copy).problem is None


def test_guards_that_were_taken_away_are_reported(copy: Path) -> None:
    connection = sqlite3.connect(copy)
    connection.execute("DROP TRIGGER facts_are_never_deleted")
    connection.close()
    assert "facts_are_never_deleted" in str(verify.verify(copy).problem)


def test_a_guard_that_keeps_its_name_but_not_its_word_is_reported(copy: Path) -> None:
    connection = sqlite3.connect(copy)
    connection.execute("DROP TRIGGER facts_are_never_changed")
    connection.execute("CREATE TRIGGER facts_are_never_changed BEFORE UPDATE ON facts BEGIN SELECT 1; END")
    connection.close()
    assert "facts_are_never_changed" in str(verify.verify(copy).problem)


def test_a_guard_whose_text_is_no_text_any_more_is_reported(copy: Path) -> None:
    content = copy.read_bytes()
    begin = content.index(b"CREATE TRIGGER facts_have_no_gap")
    for byte in range(begin, begin + 160):
        copy.write_bytes(flipped(content, byte * 8 + 7))
        assert verify.verify(copy).problem, f"byte {byte}"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_of_the_file_is_named_or_harmless(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Bits of unused space change nothing; all others must lower the last good seq, and never crash."""
    content = whole.read_bytes()
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    path = tmp_path / "flipped.db"
    path.write_bytes(flipped(content, bit))
    verdict = verify.verify(path)
    if verdict.problem is None:
        assert rows_of(path) == rows_of(whole)
    else:
        assert verdict.good.seq <= FACTS


def test_the_command_prints_the_head_and_exits_zero(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([str(whole)]) == 0
    head = str(verify.verify(whole).good)
    assert head in capsys.readouterr().out
    assert verify.main([str(whole), "--head", head]) == 0


def test_the_command_names_the_last_good_seq_and_exits_one(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journals.tamper(copy, ("DELETE FROM facts WHERE seq = 5", ()))
    assert verify.main([str(copy)]) == 1
    assert "last good seq 4" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["/nowhere/journal.db"], ["{whole}", "--against", "/nowhere.db"]])
def test_a_wrong_call_exits_two(whole: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([argument.format(whole=whole) for argument in arguments]) == 2
    assert "no file" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["7", "x:" + "0" * 64, "7:zz"])
def test_a_head_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        verify.parse_head(text)
