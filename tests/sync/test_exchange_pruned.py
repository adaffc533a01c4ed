"""A server that was restored to before what is pruned here: it is said, nothing is sent, and it heals by itself."""

from pathlib import Path

import pytest

from sync import facts, forked, status
from sync.chain import START, Position
from sync.exchange_terms import Pruned, Refused
from sync.journal import JournalReader
from sync.outbox import refused, unsendable
from sync.types import Chain, Level, Seq
from sync.uplink import Uplink
from sync.wire import GAP, refuse
from tests.sync import journals
from tests.sync.segmented import days, prune, small
from tests.sync.test_exchange_uplink import World, save_key


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A device whose server has everything, of four files the oldest two pruned."""
    save_key(tmp_path)
    days(tmp_path / "journal.db", 4)
    made = World(tmp_path)
    process = made.start()
    made.run(process, 20)
    assert made.office is not None
    assert len(made.office.rows) == 25
    process.close()
    journal = small(tmp_path / "journal.db")
    journal.drop(prune(journal, 2))
    journal.close()
    return made


def started(world: World) -> Uplink:
    process = world.start()
    world.run(process, 20)
    return process


def score(world: World) -> None:
    journal = small(world.data / "journal.db")
    journal.append(facts.drafts(facts.ScoreGiven(1, Level(2))), journals.at(99_999))
    journal.close()


def test_a_server_that_has_what_is_pruned_takes_what_is_new(world: World) -> None:
    score(world)
    process = started(world)
    assert world.office is not None
    assert len(world.office.rows) == 27
    assert world.inbox().reason is None
    process.close()


@pytest.mark.parametrize("held", [0, 3, 12])
def test_a_server_behind_it_is_named_with_what_to_do_and_not_asked_in_a_loop(world: World, held: int) -> None:
    assert world.office is not None
    whole = list(world.office.rows)
    del world.office.rows[held:]
    process = started(world)
    state = world.inbox()
    assert (state.phase, state.reason, state.received) == ("quarantine", "pruned", held)
    assert "Restore a newer backup of the server" in str(state.message)
    asked = world.office.requests
    score(world)
    world.ms += 600_000
    world.run(process, 1)
    world.run(process, 10)
    assert world.office.requests - asked < 10, "not in a loop"
    assert len(world.office.rows) == held, "and no gap was made"
    with JournalReader(world.data / "journal.db") as journal:
        head = journal.last()
    told = "\n".join(status.describe(state, head, None, world.instant()))
    assert "Sending is stopped" in told
    assert "pruned" in told
    world.office.rows[:] = whole
    world.ms += 2 * 3_600_000
    world.run(process, 20)
    assert (world.inbox().phase, world.inbox().reason) == ("idle", None), "a newer backup mends it"
    assert len(world.office.rows) == 27
    process.close()


def test_a_server_that_ends_exactly_where_the_pruned_part_does_is_gone_on_with(world: World) -> None:
    assert world.office is not None
    del world.office.rows[13:]
    process = started(world)
    assert len(world.office.rows) == 26
    assert world.inbox().reason is None
    process.close()


def test_a_gap_below_the_floor_is_no_fork(world: World) -> None:
    with JournalReader(world.data / "journal.db") as journal:
        gap = refuse(GAP, "rows are missing", "Go on.", Seq(3), Position(Seq(3), Chain(bytes(32))))
        assert refused(gap, journal) == Pruned(Seq(3), Seq(13))
        assert unsendable(journal, Seq(0)) == Pruned(Seq(0), Seq(13))
        assert unsendable(journal, Seq(13)) is None
        behind = refuse(GAP, "rows are missing", "Go on.", Seq(99), Position(Seq(99), Chain(bytes(32))))
        assert isinstance(refused(behind, journal), Refused)


def test_the_line_on_the_files() -> None:
    assert status.describe_files([], 4_200_000, START) == ["its files: 1, 4.2 MB; nothing is pruned"]
    floor = Position(Seq(13), Chain(bytes(32)))
    assert status.describe_files([], 100_000, floor) == ["its files: 1, 0.1 MB; facts 1 to 13 are pruned"]


@pytest.mark.parametrize(("same", "found"), [(20, 20), (13, 13), (5, 13), (25, 25)])
def test_the_search_for_the_common_part_never_asks_for_what_is_pruned(same: int, found: int) -> None:
    asked: list[int] = []

    def agrees(seq: Seq) -> bool:
        asked.append(seq)
        return seq <= same

    assert forked.common(agrees, Seq(25), Seq(13)) == found
    assert min(asked) > 13
