"""The two systems of a card: a new one gets three starts, a cut leaves what was true, and one good system stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.box.slots import (
    SECTOR,
    SLOTS,
    STANDINGS,
    TRIES,
    UNWRITTEN,
    Record,
    Slot,
    SlotError,
    chosen,
    confirmed,
    decode,
    encode,
    newest,
    refused,
    tried_next,
    written,
)

RECORDS = st.builds(
    Record,
    st.integers(0, 0xFFFFFFF),
    st.sampled_from(SLOTS),
    st.integers(0, TRIES),
    st.sampled_from(STANDINGS),
    st.sampled_from(STANDINGS),
)


def starts(record: Record) -> tuple[Slot, Record]:
    """What starts, and what is on record then."""
    choice = chosen(record)
    return choice.order[0], choice.changed or record


@given(RECORDS)
def test_what_is_written_is_read(record: Record) -> None:
    assert len(encode(record)) == SECTOR
    assert decode(encode(record)) == record


@given(RECORDS, st.integers(0, SECTOR * 8 - 1))
def test_a_flipped_bit_is_no_record(record: Record, bit: int) -> None:
    sector = bytearray(encode(record))
    sector[bit // 8] ^= 1 << bit % 8
    assert decode(bytes(sector)) is None


@given(st.binary(max_size=2 * SECTOR))
def test_other_bytes_are_no_record(garbage: bytes) -> None:
    assert decode(garbage) is None


@given(RECORDS, RECORDS, st.integers(0, SECTOR))
def test_a_cut_while_writing_leaves_the_old_record_or_the_new(old: Record, new: Record, cut: int) -> None:
    sectors = [encode(old), bytes(SECTOR)]
    place, sector = written(sectors, new)
    before = sectors[place]
    sectors[place] = sector[:cut] + before[cut:]
    holds, _ = newest(sectors)
    assert holds in (old, decode(sector))
    sectors[place] = sector
    assert newest(sectors) == (decode(sector), place)


def test_control_writing_over_the_record_that_holds_loses_both_at_a_cut() -> None:
    old, new = encode(Record(7, "B", 0, "bad", "good")), encode(Record(8, "B", 2, "bad", "trying"))
    assert newest([new[:20] + old[20:], bytes(SECTOR)])[0] == UNWRITTEN


def test_a_new_system_gets_three_starts_and_then_the_old_one_comes_back() -> None:
    record = tried_next(Record(1, "A", 0, "good", "bad"), "B")
    began = []
    for _ in range(5):
        slot, record = starts(record)
        began.append(slot)
    assert began == ["B", "B", "B", "A", "A"]
    assert record.b == "bad"


def test_a_new_system_that_is_confirmed_stays() -> None:
    record = tried_next(Record(1, "A", 0, "good", "bad"), "B")
    _, record = starts(record)
    record = confirmed(record, "B")
    assert [starts(record) for _ in range(9)] == [("B", record)] * 9, "and costs no write at a start"


def test_a_system_is_given_up_only_beside_a_good_one() -> None:
    assert refused(Record(1, "A", 0, "good", "good"), "A") == Record(1, "B", 0, "bad", "good")
    with pytest.raises(SlotError, match="slot A cannot be given up: slot B is bad"):
        refused(UNWRITTEN, "A")


@given(RECORDS)
def test_whatever_is_on_record_both_slots_are_tried_before_the_machine_gives_up(record: Record) -> None:
    assert sorted(chosen(record).order) == ["A", "B"]
