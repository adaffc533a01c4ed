"""A card in another board: the office takes the machine again only when a person says that it is this one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hardware.board import BoardState, RecordingBoard
from kiosk.appliance import open_journal
from server.pairing import new_code
from sync import paircode
from sync.facts import DayOpened
from sync.journal import Journal
from sync.system_clock import SystemClock
from sync.types import JournalId
from tests.server.conftest import CERTIFICATE
from tests.server.device import DAY, NOON, issued, seeded
from tests.server.test_forked_kiosk import Box, Office


@dataclass
class OnBoard(Box):
    """A machine whose board can be told."""

    serial: str = "a"

    def start(self) -> Journal:
        board = RecordingBoard(BoardState(serial=self.serial))
        journal, _ = open_journal(self.data, SystemClock(), board=board)
        return journal


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture
def box(office: Office, tmp_path: Path) -> OnBoard:
    """A kiosk that gave A001 and A002."""
    made = OnBoard(tmp_path / "box", office, office.code())
    made.write(DayOpened(DAY, "clock"), issued(1), issued(2))
    assert made.sync().phase == "idle"
    return made


def replacing(office: Office, journal_id: JournalId) -> str:
    """The code that the console gives for the machine in this one's place."""
    made = paircode.make_code(CERTIFICATE, seeded(77))
    with office.ledger.transaction():
        office.ledger.add_code(new_code(made.secret, "Hall", NOON, journal_id))
    return str(made)


def test_a_moved_card_waits_for_a_person_and_then_has_its_lane_and_all_its_facts(office: Office, box: OnBoard) -> None:
    before = box.opened
    box.write(issued(3))
    box.serial = "b"
    box.start().close()
    assert box.opened.public_key != before.public_key
    state = box.sync()
    assert (state.phase, state.reason) == ("unpaired", "code-used"), "the key alone is nobody's word"
    assert state.lane == 0, "numbers stay in their lane meanwhile"
    assert office.labels() == ["A001", "A002"]
    box.write(issued(100))
    box.code = replacing(office, before.journal_id)
    state = box.sync()
    assert (state.phase, state.reason, state.lane) == ("idle", None, 0)
    assert office.labels() == ["A001", "A002", "A003", "A100"], "what was not sent before is there"


def test_a_cloned_card_takes_nothing_from_the_machine_that_it_was_cloned_from(
    office: Office, box: OnBoard, tmp_path: Path
) -> None:
    clone = replace(box, data=box.copy(tmp_path / "clone").data, serial="b", lines=[])
    clone.write(issued(100))
    assert clone.sync().phase == "unpaired"
    box.write(issued(3))
    assert (box.sync().phase, box.sync().reason) == ("idle", None)
    assert office.labels() == ["A001", "A002", "A003"]


def test_control_on_a_board_that_says_nothing_the_clone_follows_by_the_key(
    office: Office, box: OnBoard, tmp_path: Path
) -> None:
    clone = box.copy(tmp_path / "clone")
    box.write(issued(3))
    box.sync()
    clone.write(issued(3))
    clone.sync()
    clone.start().close()
    assert clone.sync().phase == "idle"
    assert box.sync().phase == "quarantine"
    assert office.lanes() == [0, 0]
