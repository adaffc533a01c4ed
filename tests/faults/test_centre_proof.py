"""The short form of `./prove centre`, and its controls: one broken habit each, and what it does."""

from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from pathlib import Path

import pytest

from tests.faults.centre import Tally, live, prove
from tests.faults.centre_habits import BROKEN
from tests.faults.centre_judge import Found, Left, compare
from tests.faults.centre_world import World

Caught = Callable[[str, int], Found]


@pytest.mark.proof
def test_whatever_befalls_three_offices_every_fact_is_at_the_centre_once(tmp_path: Path) -> None:
    found, world = live(tmp_path, 3, 2)
    facts = world.centre.facts()
    world.close()
    assert found.faults == []
    assert len(facts) == found.facts > 100
    assert len(world.network.befell) > 6, "the network was good"


@pytest.mark.proof
def test_a_seed_befalls_everybody_in_the_same_way_again(tmp_path: Path) -> None:
    worlds = [live(tmp_path / name, 7, 1)[1] for name in ("one", "two")]
    first, second = [(world.centre.facts(), world.befell, world.network.befell) for world in worlds]
    for world in worlds:
        world.close()
    assert first == second


@pytest.mark.proof
def test_worlds_that_live_side_by_side_are_told_in_their_order() -> None:
    def told(workers: int) -> list[Tally]:
        seen: list[Tally] = []

        def keep(tally: Tally) -> bool:
            seen.append(deepcopy(tally))
            return True

        prove(3, 9, several=1, workers=workers, each=keep)
        return seen

    alone = told(1)
    assert [tally.rounds for tally in alone] == [0, 1, 2, 3]
    assert len({tally.facts for tally in alone}) == 4
    assert told(2) == alone


def test_a_restored_office_is_copied_only_once_it_has_again_what_the_centre_may_call_safe(tmp_path: Path) -> None:
    with closing(World(tmp_path, 5)) as world:
        card = world.cards[0]
        office, copies = card.office, world.centre.copies
        card.take()
        world.heal()
        office.restore()
        world._back_up()
        assert len(office.copies) == len(copies) == 1, "a kiosk would prune what no copy of its office has"
        world.heal()
        world._back_up()
        assert len(office.copies) == len(copies) == 2
        journal = card.journal_id()
        assert office.copies[-1].reach[journal] == copies[-1].reach[journal] > copies[0].reach[journal]


@pytest.fixture
def caught(tmp_path: Path) -> Caught:
    """What the judge finds where everybody has this broken habit."""

    def look(name: str, seed: int) -> Found:
        found, world = live(tmp_path, seed, 5, BROKEN[name])
        world.close()
        return found

    return look


def test_control_a_server_that_takes_again_what_it_has_doubles_tickets(caught: Caught) -> None:
    assert caught("takes again what it has", 1).doubled


def test_control_a_device_that_prunes_what_is_received_and_not_safe_loses_facts(caught: Caught) -> None:
    assert caught("prunes what is received and not safe", 4).stuck


def test_control_a_device_that_ignores_a_lower_watermark_loses_what_a_restored_server_lacks(caught: Caught) -> None:
    assert caught("ignores a lower watermark", 4).lost


def test_control_figures_that_are_kept_without_a_transaction_are_not_those_of_a_rebuild(caught: Caught) -> None:
    assert caught("keeps figures without a transaction around them", 6).figures


def test_control_a_device_that_takes_another_history_for_its_own_loses_what_it_wrote(caught: Caught) -> None:
    assert caught("takes another history for its own", 2).lost


ROW = b'[2,"ticket.issued",1,"b",7,{}]'


def test_the_judge_names_what_is_lost_doubled_and_strange() -> None:
    device = Left("kiosk1", {("j", 2): ROW}, {("j", 1): b"[1]"}, [("b", 7), ("b", 8)])
    ever = {("j", 2): {ROW}, ("k", 2): {ROW}}
    found = compare([device], ever, {("j", 2): ROW, ("k", 2): ROW, ("k", 2_000): b"[3]"} | {("j", 1): b"[1]"})
    assert (len(found.lost), len(found.doubled), len(found.strange)) == (1, 1, 0), found.faults
    worse = compare([device], {**ever, ("k", 2_000): {b"[4]"}}, {("k", 2_000): b"[3]"})
    assert (len(worse.lost), len(worse.doubled), len(worse.strange)) == (3, 0, 1), worse.faults
