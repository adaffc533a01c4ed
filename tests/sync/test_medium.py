"""Journals on a second medium: within five seconds, proven, and whatever becomes of the medium harms nobody."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.journal import Entry, JournalReader
from sync.medium import FOLDER, MARK, Copy
from sync.medium_driver import (
    AHEAD,
    BEHIND,
    FAILED,
    FOREIGN,
    FULL,
    LOOK_S,
    MISSING,
    OK,
    READ_ONLY,
    SOURCE,
    STALE_S,
    TELL_S,
    WAITING,
    WITHIN_S,
    Keeper,
    State,
    encode,
    read_state,
)
from sync.verify import verify
from tests.sync import journals
from tests.sync.feeding_office import STARTED, FeedingOffice
from tests.sync.mediums import Box, feed, flip, pages, refusing
from tests.sync.segmented import days, prune, small


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    made = Box(tmp_path, scores=20)
    yield made
    made.close()


# In time -------------------------------------------------------------------------------------------------------------


class Slow(Keeper):
    """Control: looks every half minute."""

    def turn(self) -> float:
        return 30.0 if super().turn() else 0.0


def latest(box: Box, keeper: Keeper) -> float:
    """The longest that a fact of a busy hour was on the card alone, in seconds, where copying takes 50 ms a turn."""
    end, due, at, worst = box.ms + 120_000, box.ms, dict[int, float](), 0.0
    while box.ms < end:
        if box.ms >= due:
            wait = keeper.turn()
            box.ms += 50
            due = box.ms + wait * 1000
            with JournalReader(box.path) as reader:
                there = reader.last().seq
            worst = max([worst, *(box.ms - ms for seq, ms in at.items() if seq <= there)])
            at = {seq: ms for seq, ms in at.items() if seq > there}
        box.score()
        at[int(box.journal.end.seq)] = box.ms
        box.ms += 370
    return max([worst, *(box.ms - ms for ms in at.values())]) / 1000


def test_every_fact_is_there_within_five_seconds(box: Box) -> None:
    keeper = box.keeper()
    assert box.settle(keeper) == OK
    assert latest(box, keeper) <= WITHIN_S
    box.settle(keeper)
    assert (box.verdict().problem, box.copied()) == (None, box.entries())
    keeper.close()


def test_control_one_that_looks_seldom_is_late(box: Box) -> None:
    keeper = box.keeper(kind=Slow)
    box.turn(keeper)
    assert latest(box, keeper) > WITHIN_S


def test_nothing_is_written_while_nothing_happens(box: Box) -> None:
    keeper = box.keeper()
    box.settle(keeper)

    def written() -> dict[str, tuple[int, int]]:
        found = [each for each in box.medium.rglob("*") if each.is_file() and not each.name.endswith("-shm")]
        return {each.name: (each.stat().st_mtime_ns, each.stat().st_size) for each in found}

    before = written()
    for _ in range(50):
        assert box.turn(keeper) == LOOK_S
    assert written() == before
    box.score()
    box.turn(keeper)
    assert written() != before
    keeper.close()


def test_a_long_journal_is_caught_up_with_in_steps(box: Box) -> None:
    box.score(1200)
    keeper = box.keeper()
    assert (box.turn(keeper), box.states[-1].state) == (0.0, BEHIND)
    assert box.settle(keeper) == OK
    assert box.copied() == box.entries()
    keeper.close()


# Cut -----------------------------------------------------------------------------------------------------------------


def test_cut_at_every_write_and_in_the_middle_of_each_it_goes_on(box: Box, tmp_path: Path) -> None:
    """What the medium holds at each moment, and with its last write cut short anywhere, is a journal or no file yet;
    whoever starts again on it copies the rest."""
    keeper = box.keeper()
    moments = 0
    for number in range(12):
        box.turn(keeper)
        for cut in (0, 1, 700, 1500, 2500, 4000):
            other = Box(tmp_path / f"{number}-{cut}", start=1)
            other.journal.close()
            shutil.rmtree(other.medium)
            shutil.copytree(box.medium, other.medium, ignore=shutil.ignore_patterns("*-shm"))
            shutil.rmtree(other.data)
            shutil.copytree(box.data, other.data, ignore=shutil.ignore_patterns("*-shm", "*.writer"))
            for wal in other.medium.rglob("*-wal"):
                with wal.open("r+b") as file:
                    file.truncate(max(wal.stat().st_size - cut, 0))
            moments += 1
            other.journal = type(box.journal)(other.data / "journal.db")
            again = other.keeper()
            assert other.settle(again) == OK
            assert (other.verdict().problem, other.copied()) == (None, other.entries()), (number, cut)
            assert list(other.path.parent.glob("*aside*")) == []
            again.close()
            other.journal.close()
        box.score(3)
    assert moments == 72
    keeper.close()


class Cut(Copy):
    """The plug is pulled before a write (`after` 0), or behind it (1)."""

    at, after = 0, 0

    def write(self, entries: list[Entry]) -> None:
        Cut.at -= 1
        if Cut.at == 0 and not Cut.after:
            raise KeyboardInterrupt
        super().write(entries)
        if Cut.at == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_killed_before_or_behind_a_write_the_next_start_has_all(box: Box, at: int, after: int) -> None:
    box.score(1200)
    Cut.at, Cut.after = at, after
    with pytest.raises(KeyboardInterrupt):
        box.settle(box.keeper(Cut))
    keeper = box.keeper()
    assert box.settle(keeper) == OK
    assert (box.verdict().problem, box.copied()) == (None, box.entries())
    keeper.close()


# What may become of a medium -----------------------------------------------------------------------------------------


def test_a_medium_that_is_pulled_is_missed_and_caught_up_with_when_it_is_back(box: Box) -> None:
    keeper = box.keeper()
    box.settle(keeper)
    box.plugged = False
    assert (box.turn(keeper), box.states[-1].state) == (LOOK_S, MISSING)
    box.score(5)
    box.turn(keeper)
    box.plugged = True
    assert box.settle(keeper) == OK
    assert box.copied() == box.entries()
    keeper.close()


def test_a_medium_that_vanishes_under_a_write_is_told_and_the_journal_goes_on(box: Box) -> None:
    class Vanished(Copy):
        def write(self, entries: list[Entry]) -> None:
            raise OSError(5, "Input/output error")

    keeper = box.keeper(Vanished)
    assert box.settle(keeper) == FAILED
    box.score(3)
    assert box.verdict().problem == "it holds no facts"
    well = box.keeper()
    assert box.settle(well) == OK
    well.close()


@pytest.mark.parametrize(("trouble", "code"), [(lambda copy: pages(copy, 8), FULL), (refusing, READ_ONLY)])
def test_a_full_or_shut_medium_is_told_by_what_it_says_and_keeps_what_it_has(
    box: Box, trouble: "object", code: str
) -> None:
    def made(path: Path, source: JournalReader) -> Copy:
        copy = Copy(path, source)
        assert callable(trouble)
        trouble(copy)
        return copy

    first = box.keeper()
    box.settle(first)
    first.close()
    before = box.copied()
    box.score(400)
    keeper = box.keeper(made)
    assert box.settle(keeper) == code
    assert (box.verdict().problem, box.copied()[: len(before)]) == (None, before)
    assert box.states[-1].why is not None
    keeper.close()


def test_a_medium_of_another_machine_is_left_alone(tmp_path: Path) -> None:
    one, other = Box(tmp_path / "one"), Box(tmp_path / "other", start=50)
    keeper = one.keeper()
    one.settle(keeper)
    keeper.close()
    files = {each: each.read_bytes() for each in one.medium.rglob("*.db")}
    other.medium = one.medium
    strange = other.keeper()
    assert other.settle(strange) == FOREIGN
    assert {each: each.read_bytes() for each in one.medium.rglob("*.db")} == files
    (one.medium / FOLDER / MARK).write_text("{")
    assert other.settle(strange) == FOREIGN, "a mark that cannot be read is somebody's"
    shutil.rmtree(one.medium / FOLDER)
    assert other.settle(strange) == OK, "emptied, it is anybody's"
    for each in (one, other):
        each.close()


class Claiming(Keeper):
    """Control: takes whatever is plugged in."""

    def turn(self) -> float:
        (self._medium / FOLDER / MARK).unlink(missing_ok=True)
        return super().turn()


def test_control_one_that_takes_any_medium_puts_two_machines_on_it(tmp_path: Path) -> None:
    one, other = Box(tmp_path / "one"), Box(tmp_path / "other", start=50)
    one.settle(one.keeper())
    other.medium = one.medium
    assert other.settle(other.keeper(kind=Claiming)) == OK
    for each in (one, other):
        each.close()


# A copy that does not fit --------------------------------------------------------------------------------------------


def test_a_copy_that_reaches_further_than_the_card_is_left_for_a_restore(box: Box, tmp_path: Path) -> None:
    shutil.copytree(box.data, tmp_path / "older")
    box.score(4)
    keeper = box.keeper()
    box.settle(keeper)
    keeper.close()
    whole = box.copied()
    box.journal.close()
    shutil.rmtree(box.data)
    shutil.copytree(tmp_path / "older", box.data)
    box.journal = type(box.journal)(box.data / "journal.db")
    older = box.keeper()
    assert (box.settle(older), box.copied()) == (AHEAD, whole)
    box.score(6)
    assert box.settle(older) == OK, "the journal went another way: its copy is another file"
    assert box.copied() == box.entries()
    aside = next(box.path.parent.glob("*aside*"))
    with JournalReader(aside) as reader:
        assert list(reader.entries()) == whole
    older.close()


def test_a_medium_that_lies_is_found_out_and_the_copy_made_anew(box: Box) -> None:
    keeper = box.keeper()
    box.settle(keeper)
    keeper.close()
    flip(box.path, 7)
    assert box.verdict().problem is not None
    again = box.keeper()
    assert box.settle(again) == OK
    assert (box.verdict().problem, box.copied()) == (None, box.entries())
    assert len(list(box.path.parent.glob("*aside*.db"))) == 1
    again.close()


class Believing(Copy):
    """Control: does not read what is there."""

    def prove(self) -> bool:
        return False


def test_control_one_that_does_not_read_back_keeps_a_copy_that_is_none(box: Box) -> None:
    keeper = box.keeper()
    box.settle(keeper)
    keeper.close()
    flip(box.path, 7)
    assert box.settle(box.keeper(Believing)) == OK
    assert box.verdict().problem is not None


def test_bytes_that_are_no_database_are_set_aside(box: Box) -> None:
    keeper = box.keeper()
    box.settle(keeper)
    keeper.close()
    box.path.write_bytes(b"nonsense" * 1000)
    again = box.keeper()
    assert box.settle(again) == OK
    assert box.copied() == box.entries()
    again.close()


def test_of_a_damaged_journal_nothing_false_is_copied(box: Box) -> None:
    keeper = box.keeper()
    box.settle(keeper)
    before = box.copied()
    box.score(5)
    last = box.journal.end.seq
    box.journal.close()
    flip(box.data / "journal.db", last - 1)
    assert box.settle(keeper) == SOURCE
    assert (box.verdict().problem, box.copied()) == (None, before)
    keeper.close()


class Unproven(Copy):
    """Control: copies what it is given."""

    def step(self, source: JournalReader) -> bool:
        entries = list(source.entries(self.end.seq))
        if entries:
            self.write(entries)
            self.end = source.last()
        return False


def test_control_one_that_does_not_hold_facts_against_their_chain_copies_false_ones(box: Box) -> None:
    keeper = box.keeper(Unproven)
    box.settle(keeper)
    box.score(5)
    last = box.journal.end.seq
    box.journal.close()
    flip(box.data / "journal.db", last - 1)
    box.settle(keeper)
    assert box.verdict().problem is not None


# Several files, the office, the next journal -------------------------------------------------------------------------


def test_a_journal_of_several_files_some_of_them_pruned_is_one_file_there(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.journal.close()
    for each in box.data.glob("journal.db*"):
        each.unlink()
    days(box.data / "journal.db", 3)
    keeper = box.keeper()
    box.journal = small(box.data / "journal.db")
    assert box.settle(keeper) == OK
    whole = box.entries()
    assert box.copied() == whole
    box.journal.drop(prune(box.journal, 1))
    assert box.settle(keeper) == OK
    assert box.copied()[: len(whole)] == whole, "the copy keeps what the card has pruned"
    assert box.verdict().problem is None
    keeper.close()
    shutil.rmtree(box.medium / FOLDER)
    late = box.keeper()
    assert box.settle(late) == OK, "a medium that comes later begins where the journal does"
    assert (box.verdict().problem, box.copied(), box.verdict().floor.seq) == (None, box.entries(), 7)
    late.close()
    box.journal.close()


def test_the_office_s_journal_is_copied_too_with_its_word(box: Box) -> None:
    office = FeedingOffice()
    office.add(STARTED, STARTED)
    keeper = box.keeper()
    assert box.settle(keeper) == OK
    feed(box.data, office)
    assert box.settle(keeper) == OK
    path = box.medium / FOLDER / "office" / f"{office.name}.db"
    assert (verify(path).problem, verify(path).good.seq, path.with_suffix(".json").exists()) == (None, 3, True)
    office.add(STARTED)
    feed(box.data, office)
    box.settle(keeper)
    assert (verify(path).good.seq, f'"seq":{4}' in path.with_suffix(".json").read_text()) == (4, True)
    next_office = FeedingOffice("0e" * 16)
    feed(box.data, next_office)
    assert box.settle(keeper) == OK
    assert (path.parent / f"{next_office.name}.db").exists()
    keeper.close()


def test_where_there_is_no_journal_yet_it_waits(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.journal.close()
    kept = {each: each.read_bytes() for each in box.data.glob("journal.db*")}
    for each in kept:
        each.unlink()
    keeper = box.keeper()
    assert (box.settle(keeper), list(box.medium.iterdir())) == (WAITING, [])
    box.journal = journals.make(box.data / "journal.db", 2)
    assert (box.settle(keeper), box.copied()) == (OK, box.entries())
    keeper.close()
    box.journal.close()


# What is told --------------------------------------------------------------------------------------------------------


def test_it_tells_since_when_all_is_well_and_an_old_word_counts_as_none(box: Box, tmp_path: Path) -> None:
    keeper = box.keeper()
    box.settle(keeper)
    since = box.states[-1].since_ms
    box.ms += TELL_S * 1000
    box.turn(keeper)
    state = box.states[-1]
    assert (state.state, state.since_ms, state.up_to) == (OK, since, {box.journal.opened().journal_id: 21})
    file = tmp_path / "state.json"
    assert read_state(file, 5).state == MISSING
    file.write_bytes(encode(state))
    assert read_state(file, state.at_ms + 1000) == state
    assert read_state(file, state.at_ms + int(STALE_S * 1000) + 1) == State(
        MISSING, state.at_ms + int(STALE_S * 1000) + 1, state.at_ms
    )
    file.write_text("{}")
    assert read_state(file, 5).state == MISSING
    keeper.close()


def test_a_fault_of_the_medium_s_database_is_no_operational_one(box: Box) -> None:
    """What SQLite calls a damaged file has the copy made anew; what it calls a disk that fails does not."""

    class Malformed(Copy):
        broken = True

        def write(self, entries: list[Entry]) -> None:
            if Malformed.broken:
                Malformed.broken = False
                raise sqlite3.DatabaseError("database disk image is malformed")
            super().write(entries)

    keeper = box.keeper(Malformed)
    assert box.settle(keeper) == OK
    assert box.copied() == box.entries()
    keeper.close()
