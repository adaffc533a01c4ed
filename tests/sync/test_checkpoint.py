"""A checkpoint leaves the office as text, survives mail and typing, and holds the journal to what it was."""

from dataclasses import replace
from pathlib import Path

import pytest

from sync import checkpoint, verify
from sync.chain import Position
from sync.checkpoint import BadCheckpoint, Checkpoint
from sync.types import Chain, JournalId, Seq
from tests.sync import journals
from tests.sync.journals import KEY

END = Position(Seq(7), Chain(bytes(range(32))))
MADE = Checkpoint(JournalId("01" * 16), "2026-11-30", END, 312, 0, KEY.public.hex())


def text(made: Checkpoint = MADE) -> str:
    return checkpoint.write(made, KEY.sign)


def test_it_is_read_as_it_was_written() -> None:
    assert checkpoint.read(text()) == MADE
    assert max(map(len, text().splitlines())) <= 80


@pytest.mark.parametrize("how", ["mailed", "retyped", "with words around it"])
def test_mail_and_typing_leave_it_valid(how: str) -> None:
    changed = {
        "mailed": "\r\n".join(f"> {line}" for line in text().splitlines()),
        "retyped": text().upper().replace("SIGNED ", "SIGNED   ").replace("\n", "\n\n"),
        "with words around it": f"Tuesday's checkpoint:\n\n{text()}\nRegards,\nthe office",
    }
    assert checkpoint.read(changed[how]) == MADE


@pytest.mark.parametrize(("old", "new"), [("calls 312", "calls 311"), ("11-30", "11-29"), ("head 7", "head 8")])
def test_one_changed_character_is_caught(old: str, new: str) -> None:
    assert old in text()
    with pytest.raises(BadCheckpoint, match="signature") as refused:
        checkpoint.read(text().replace(old, new))
    assert refused.value.hint


@pytest.mark.parametrize("bad", ["", "hello", "scorecard checkpoint 1", text().replace("journal", "jurnal")])
def test_what_is_no_checkpoint_is_refused_with_a_hint(bad: str) -> None:
    with pytest.raises(BadCheckpoint) as refused:
        checkpoint.read(bad)
    assert refused.value.hint


def held_against(folder: Path, **changes: object) -> int:
    """`sync verify --head` with a checkpoint of that journal's fourth fact."""
    path, sheet = folder / "journal.db", folder / "sheet.txt"
    journal = journals.make(path, scores=6)
    at = journal.at(4)
    assert at is not None
    journal.close()
    made = replace(MADE, **{"head": at, **changes})  # type: ignore[arg-type]
    sheet.write_text(text(made), encoding="utf-8")
    return verify.main([str(path), "--head", str(sheet)])


def test_verify_takes_a_checkpoint_for_a_head(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert held_against(tmp_path) == 0
    assert "good" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"head": Position(Seq(40), END.chain)}, 1), ({"head": Position(Seq(4), END.chain)}, 1),
     ({"journal": JournalId("02" * 16)}, 1), ({"key": "ab" * 32}, 2)],
    ids=["tail cut", "other history", "other journal", "other key"],
)  # fmt: skip
def test_verify_holds_the_journal_to_it(tmp_path: Path, changes: dict[str, object], status: int) -> None:
    assert held_against(tmp_path, **changes) == status
