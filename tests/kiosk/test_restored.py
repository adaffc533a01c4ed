"""A machine whose card died is brought back from its second medium, and goes on as itself in a journal of its own."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import successor
from kiosk.appliance import open_journal
from sync import forked
from sync.__main__ import main
from sync.errors import SyncError
from sync.facts import DayOpened, drafts
from sync.journal import JournalReader
from sync.keys import load
from sync.medium import FOLDER
from sync.medium_driver import OK
from sync.mirror import FILE as MIRROR
from sync.mirror import Mirror
from sync.numbering import Numbers
from sync.pairing import Pin, save_pin
from sync.restoring import NOTE, NotRestored, restore
from sync.system_clock import SystemClock
from sync.verify import verify
from tests.server.device import DAY, issued, seeded
from tests.sync import journals
from tests.sync.feeding_office import STARTED, FeedingOffice
from tests.sync.mediums import Box, feed, flip

PIN = Pin("a" * 32, "b" * 64, 0, "c" * 64)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """A kiosk with two tickets, paired, and all of it on the medium."""
    made = Box(tmp_path, scores=3)
    made.journal.append(drafts(DayOpened(DAY, "clock"), issued(7), issued(1, "tax")), journals.at(9000))
    save_pin(made.data / "pin.json", PIN)
    office = FeedingOffice()
    office.add(STARTED)
    feed(made.data, office)
    keeper = made.keeper()
    assert made.settle(keeper) == OK
    keeper.close()
    yield made
    made.journal.close()


def test_all_is_back_and_another_journal_goes_on_from_it_with_its_numbers_behind_a_gap(
    box: Box, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new, whole = tmp_path / "new", box.entries()
    assert main(["restore", str(box.medium), "--data", str(new)]) == 0
    said = capsys.readouterr().out
    assert f"journal {box.name}: {len(whole)} facts" in said
    assert f"the office's journal {'0f' * 16}: 2 facts" in said
    assert verify(new / "journal.db").problem is None
    with JournalReader(new / "journal.db") as reader:
        assert list(reader.entries()) == whole
    assert (load(new / "device.key"), (new / "pin.json").read_bytes()) == (
        journals.KEY,
        (box.data / "pin.json").read_bytes(),
    )
    mirror = Mirror(new / MIRROR)
    known = mirror.known()
    mirror.close()
    assert known is not None
    assert known.received.seq == 2
    journal, key = open_journal(new, SystemClock())
    opened = journal.opened()
    assert opened.predecessor is not None
    assert (opened.predecessor.journal_id, opened.predecessor.seq) == (box.name, len(whole))
    assert key == journals.KEY, "the server knows it by its key"
    numbers = Numbers.fold(journal.facts())
    assert [numbers.next_number(DAY, series, 0) for series in "AB"] == [100, 100], "what was printed is not given again"
    journal.close()
    kept = forked.kept(new, opened.predecessor.journal_id)
    with JournalReader(kept) as reader:
        assert list(reader.entries()) == whole, "what the server lacks is sent from here"
    assert not (new / NOTE).exists()
    again, _ = open_journal(new, SystemClock())
    assert again.opened() == opened, "once"
    again.close()


def test_the_copy_goes_on_on_the_same_medium_after_a_restore(box: Box, tmp_path: Path) -> None:
    new = tmp_path / "new"
    restore(box.medium, new)
    journal, _ = open_journal(new, SystemClock())
    box.journal.close()
    box.data, box.journal, before = new, journal, box.path
    box.name = journal.opened().journal_id
    keeper = box.keeper()
    assert box.settle(keeper) == OK
    assert (box.copied(), before.exists()) == (box.entries(), True)
    keeper.close()


def test_control_without_the_note_the_same_numbers_would_be_given_again(box: Box, tmp_path: Path) -> None:
    new = tmp_path / "new"
    restore(box.medium, new)
    (new / NOTE).unlink()
    journal, _ = open_journal(new, SystemClock())
    assert journal.opened().journal_id == box.name
    assert Numbers.fold(journal.facts()).next_number(DAY, "A", 0) == 8
    journal.close()


def test_nothing_is_put_where_a_journal_is_nor_taken_from_a_copy_that_does_not_hold(box: Box, tmp_path: Path) -> None:
    with pytest.raises(NotRestored, match="there already"):
        restore(box.medium, box.data)
    with pytest.raises(NotRestored, match="holds no copies"):
        restore(tmp_path, tmp_path / "new")
    flip(box.path, 3)
    with pytest.raises(NotRestored, match="damaged"):
        restore(box.medium, tmp_path / "new")
    assert not (tmp_path / "new" / "journal.db").exists()


def test_a_key_that_is_another_one_is_no_restore(box: Box, tmp_path: Path) -> None:
    (box.medium / FOLDER / "device.key").write_text(json.dumps({"seed": "11" * 32, "device_secret": "22" * 32}))
    with pytest.raises(SyncError, match="not the key"):
        restore(box.medium, tmp_path / "new")
    assert main(["restore", str(box.medium), "--data", str(tmp_path / "new")]) == 1
    assert not (tmp_path / "new" / "journal.db").exists()


@pytest.mark.parametrize("lost", ["0f" * 16 + ".json", "0f" * 16 + ".db"])
def test_without_the_office_s_journal_the_kiosk_s_own_is_back(box: Box, tmp_path: Path, lost: str) -> None:
    (box.medium / FOLDER / "office" / lost).unlink()
    said = restore(box.medium, tmp_path / "new")
    assert "it is fetched from the office" in said[1]
    assert verify(tmp_path / "new" / "journal.db").problem is None


def test_a_word_of_the_office_that_does_not_fit_proves_nothing(box: Box, tmp_path: Path) -> None:
    path = box.medium / FOLDER / "office" / f"{'0f' * 16}.json"
    word = json.loads(path.read_text())
    path.write_text(json.dumps(word | {"signature": "00" * 64}))
    assert "does not fit" in restore(box.medium, tmp_path / "new")[1]


def test_cut_off_at_any_file_it_is_begun_again(box: Box, tmp_path: Path) -> None:
    """Whatever is there of a restore that was cut off, the next one ends it."""
    whole = tmp_path / "whole"
    restore(box.medium, whole)
    names = sorted(each.name for each in whole.iterdir())
    for count in range(len(names) + 1):
        part = tmp_path / f"part-{count}"
        part.mkdir()
        for name in names[:count]:
            target = "journal.db.restoring" if name == "journal.db" else name
            shutil.copy(whole / name, part / target)
        restore(box.medium, part)
        assert verify(part / "journal.db").problem is None
        assert (part / NOTE).exists()


def test_a_note_of_another_journal_is_nobody_s(box: Box) -> None:
    box.journal.close()
    for text in ('{"journal": "' + "ab" * 16 + '"}', "{", "[]"):
        (box.data / NOTE).write_text(text)
        assert successor.after_restore(box.data, journals.at(1), seeded(3)) is None
        assert not (box.data / NOTE).exists()
