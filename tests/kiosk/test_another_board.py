"""A card that comes into another board is a new machine: a new journal with a new key, and nothing is lost."""

from pathlib import Path

import pytest

from hardware.board import BoardState, RecordingBoard
from kiosk import successor
from kiosk.appliance import open_journal
from sync import keys
from sync.facts import DayOpened, JournalOpened, drafts
from sync.facts_machine import BoardMet
from sync.inbox import Inbox, InboxState
from sync.journal import Instant, JournalReader
from sync.numbering import Numbers
from sync.system_clock import SystemClock
from sync.types import BootMs, Seq
from sync.verify import verify
from tests.server.device import DAY, issued, seeded
from tests.sync.journals import BOOT

NOW = Instant(BOOT, BootMs(5))
FIRST, SECOND = (RecordingBoard(BoardState(serial=f"10000000{n}", model="Raspberry Pi 5")) for n in "ab")
NONE = RecordingBoard()


def started(data: Path, board: RecordingBoard, *tickets: int) -> JournalOpened:
    """The machine starts on this board and gives these numbers; who it is then."""
    journal, key = open_journal(data, SystemClock(), board=board)
    opened = journal.opened()
    assert opened.public_key == key.public.hex()
    if tickets:
        journal.append(drafts(DayOpened(DAY, "clock"), *map(issued, tickets)), NOW)
    journal.close()
    return opened


def kinds(data: Path) -> list[str]:
    with JournalReader(data / "journal.db") as reader:
        return [fact.kind for fact in reader.facts()]


def received(data: Path, seq: int) -> None:
    """What sync says that the server has."""
    with JournalReader(data / "journal.db") as reader:
        name = reader.opened().journal_id
    inbox = Inbox(data / "inbox.db")
    inbox.write(InboxState("idle", received=Seq(seq), journal_id=name, lane=0))
    inbox.close()


def test_the_board_is_recorded_once_and_only_where_it_can_be_read(tmp_path: Path) -> None:
    for board, met in ((NONE, 0), (FIRST, 1), (FIRST, 1), (NONE, 1)):
        started(tmp_path, board)
        assert kinds(tmp_path).count("board.met") == met
    with JournalReader(tmp_path / "journal.db") as reader:
        fact = reader.last_of(BoardMet.kind)
    assert fact is not None
    assert fact.body == {"serial": "10000000a", "model": "Raspberry Pi 5"}
    assert kinds(tmp_path).count("journal.opened") == 1


def test_on_another_board_a_new_journal_with_a_new_key_goes_on(tmp_path: Path) -> None:
    before = started(tmp_path, FIRST, 1, 2, 3)
    received(tmp_path, 4)
    after = started(tmp_path, SECOND)
    assert after.journal_id != before.journal_id
    assert after.public_key != before.public_key
    assert after.role == before.role
    assert after.predecessor is not None
    assert (after.predecessor.journal_id, after.predecessor.seq) == (before.journal_id, 4)
    assert kinds(tmp_path) == ["journal.opened", "ticket.issued", "ticket.issued", "numbers.moved", "board.met"]
    with JournalReader(tmp_path / "journal.db") as reader:
        assert Numbers.fold(reader.facts()).next_number(DAY, "A", 0) == 100
        fact = reader.last_of(BoardMet.kind)
    assert fact is not None
    assert fact.body["serial"] == "10000000b"
    kept = tmp_path / f"journal-{before.journal_id}.db"
    assert verify(kept).problem is None
    assert verify(kept).good.seq == 6
    assert verify(tmp_path / "journal.db").problem is None
    assert started(tmp_path, SECOND).journal_id == after.journal_id, "once"
    assert started(tmp_path, FIRST).journal_id != after.journal_id, "and back again is another board once more"


@pytest.mark.parametrize("board", [NONE, FIRST], ids=["no serial", "the same"])
def test_on_the_same_board_or_one_that_says_nothing_it_stays(tmp_path: Path, board: RecordingBoard) -> None:
    before = started(tmp_path, FIRST, 1)
    key = (tmp_path / "device.key").read_bytes()
    assert started(tmp_path, board) == before
    assert (tmp_path / "device.key").read_bytes() == key


def test_a_machine_that_was_never_paired_says_everything_again(tmp_path: Path) -> None:
    started(tmp_path, FIRST, 1, 2)
    assert started(tmp_path, SECOND).predecessor is not None
    assert kinds(tmp_path).count("ticket.issued") == 2


def test_where_nobody_can_tell_what_the_server_has_nothing_is_said_twice(tmp_path: Path) -> None:
    """Paired, and the inbox is gone: the facts stay in the old file."""
    started(tmp_path, FIRST, 1, 2)
    (tmp_path / "pin.json").write_text("{}")
    after = started(tmp_path, SECOND)
    assert after.predecessor is not None
    assert after.predecessor.seq == 5
    assert kinds(tmp_path).count("ticket.issued") == 0
    assert len(list(tmp_path.glob("journal-*.db"))) == 1


def test_a_cut_before_the_new_journal_has_its_name_leaves_the_old_one_and_its_key(tmp_path: Path) -> None:
    before = started(tmp_path, FIRST, 1)
    keys.make(tmp_path / successor.NEXT_KEY, seeded(9))
    (tmp_path / successor.NEXT).write_bytes(b"half a file")
    assert started(tmp_path, FIRST) == before
    assert not (tmp_path / successor.NEXT_KEY).exists()


def test_a_cut_between_the_new_journal_and_its_key_is_brought_to_its_end(tmp_path: Path) -> None:
    started(tmp_path, FIRST, 1)
    old = (tmp_path / "device.key").read_bytes()
    after = started(tmp_path, SECOND)
    (tmp_path / "device.key").rename(tmp_path / successor.NEXT_KEY)
    (tmp_path / "device.key").write_bytes(old)
    assert started(tmp_path, SECOND) == after
    assert not (tmp_path / successor.NEXT_KEY).exists()


def test_while_somebody_writes_the_journal_it_is_left_alone(tmp_path: Path) -> None:
    journal, _ = open_journal(tmp_path, SystemClock(), board=FIRST)
    assert successor.on_another_board(tmp_path, SECOND.state, NOW, seeded(4)) is None
    journal.close()
    assert successor.on_another_board(tmp_path, SECOND.state, NOW, seeded(4)) is not None, "control"


def test_a_forked_card_on_another_board_gets_a_new_key_and_says_again_what_the_server_lacks(tmp_path: Path) -> None:
    before = started(tmp_path, FIRST, 1, 2)
    inbox = Inbox(tmp_path / "inbox.db")
    name = before.journal_id
    inbox.write(InboxState("quarantine", Seq(9), reason="fork", journal_id=name, lane=0, common=Seq(4)))
    inbox.close()
    after = started(tmp_path, SECOND)
    assert after.public_key != before.public_key
    assert after.predecessor is not None
    assert after.predecessor.seq == 4
    assert kinds(tmp_path).count("ticket.issued") == 1
    assert len(list(tmp_path.glob("journal-*.db"))) == 1, "one new journal, not two"
