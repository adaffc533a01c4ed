"""RAUC's questions and orders, on a file that stands for the card."""

from pathlib import Path

import pytest

from kiosk.box.slot_command import Card, answer, current_slot, whole_disk
from kiosk.box.slots import COPIES_LBA, SECTOR, Record, SlotError, chosen, encode, newest


@pytest.fixture
def card(tmp_path: Path) -> Card:
    """A card as it was flashed."""
    path = tmp_path / "card.img"
    path.write_bytes(bytes((max(COPIES_LBA) + 1) * SECTOR))
    return Card(path)


def record(card: Card) -> Record:
    return newest([card.read(lba) for lba in COPIES_LBA])[0]


def test_a_fresh_card_starts_a_and_has_nothing_in_b(card: Card) -> None:
    assert answer(["get-primary"], card, "A") == "A"
    assert [answer(["get-state", slot], card, "A") for slot in "AB"] == ["good", "bad"]
    assert answer(["get-current"], card, "A") == "A"


def test_an_update_as_rauc_does_it(card: Card) -> None:
    answer(["set-state", "B", "bad"], card, "A")
    answer(["set-primary", "B"], card, "A")
    assert answer(["get-primary"], card, "A") == "B"
    assert answer(["status"], card, "A").splitlines() == [
        "running: A",
        "next: B",
        "A: good",
        "B: trying, 3 starts left",
    ]
    answer(["set-state", "B", "good"], card, "B")
    assert chosen(record(card)).order == ("B", "A")
    answer(["set-state", "A", "bad"], card, "B")
    assert record(card).a == "bad"


def test_the_slot_that_runs_is_not_given_up_while_the_other_is_bad(card: Card) -> None:
    before = record(card)
    with pytest.raises(SlotError, match="slot A cannot be given up"):
        answer(["set-state", "A", "bad"], card, "A")
    assert record(card) == before


@pytest.mark.parametrize(
    "words", [[], ["set-primary"], ["set-primary", "C"], ["get-state", "a"], ["set-state", "A", "x"]]
)
def test_what_is_not_understood_changes_nothing(card: Card, words: list[str]) -> None:
    with pytest.raises(SlotError):
        answer(words, card, "A")
    assert [card.read(lba) for lba in COPIES_LBA] == [bytes(SECTOR)] * 2


def test_each_change_goes_to_the_copy_that_does_not_hold(card: Card) -> None:
    for _ in range(4):
        before = [card.read(lba) for lba in COPIES_LBA]
        holds = newest(before)[1]
        answer(["set-primary", "B"], card, "A")
        after = [card.read(lba) for lba in COPIES_LBA]
        assert after[holds] == before[holds]
        assert after[1 - holds] != before[1 - holds]
    card.write(COPIES_LBA[newest(after)[1]], encode(Record())[:30].ljust(SECTOR, b"\0"))
    assert record(card).b == "trying", "the older copy still says what was true before"


@pytest.mark.parametrize(
    ("name", "disk"), [("/dev/mmcblk0p\n", "/dev/mmcblk0"), ("/dev/vda\n", "/dev/vda"), ("/dev/sdp", "/dev/sdp")]
)
def test_the_whole_card_is_found_by_its_partitions_names(name: str, disk: str) -> None:
    assert whole_disk(name) == Path(disk)


def test_which_slot_runs_is_told_by_the_kernel_s_arguments() -> None:
    assert current_slot("quiet rauc.slot=B scorecard.left=2") == "B"
    assert current_slot("quiet") == ""
