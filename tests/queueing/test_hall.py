"""The short form of `./prove queue`: the same hall and bars on fewer days; each bar is seen to catch something."""

from dataclasses import replace

import pytest

from sync.audit import Section, is_clean, replay
from sync.facts_office import TicketCalled
from sync.live import Live
from sync.tickets import Status
from sync.types import Seq
from tests.queueing.bars import LAST_SERVED, UNROUNDED, broken, misses
from tests.queueing.figures import CHOSEN, FIRST_COME, OURS, RULES, STRICT, Sums, Waits, play_office
from tests.queueing.hall import DAY, Done, Hall
from tests.queueing.office import USUAL, World, office, plan
from tests.sync.officedays import fact

SHORT = {name: RULES[name] for name in (FIRST_COME, STRICT, CHOSEN)}


@pytest.fixture(scope="module")
def found() -> dict[str, Sums]:
    """Three offices, eight days each."""
    sums = {name: Sums() for name in SHORT}
    for seed in range(3):
        for name, played in play_office(seed, SHORT, {CHOSEN}, USUAL).items():
            sums[name].join(played)
    return sums


@pytest.fixture(scope="module")
def day() -> tuple[Hall, Done]:
    """One busy day under our rule."""
    hall = Hall(plan(5, 3, office(5), 1.0), OURS)
    return hall, hall.play()


@pytest.mark.proof
def test_every_bar_holds_at_every_load_and_for_both_classes(found: dict[str, Sums]) -> None:
    world = play_office(1001, {CHOSEN: OURS}, {CHOSEN}, World(spread=1.6))
    assert broken(found, world) == []


@pytest.mark.proof
@pytest.mark.parametrize("way", [UNROUNDED, LAST_SERVED])
def test_control_other_ranges_miss_the_bars(found: dict[str, Sums], way: str) -> None:
    assert misses(found[CHOSEN].told, way)


@pytest.mark.proof
def test_control_another_rule_in_our_place_is_caught(found: dict[str, Sums]) -> None:
    told = found[CHOSEN].told
    strict, first = replace(found[STRICT], told=told), replace(found[FIRST_COME], told=told)
    assert any("overtaken" in fault for fault in broken({**found, CHOSEN: strict}, {}))
    assert any("with priority" in fault for fault in broken({**found, CHOSEN: first}, {}))
    halved = {key: [wait / 2 for wait in waits] for key, waits in first.waits.items()}
    assert any("without priority" in fault for fault in broken({**found, FIRST_COME: replace(first, waits=halved)}, {}))
    assert any("proves little" in fault for fault in broken({**found, STRICT: first}, {}))


def test_the_audit_finds_nothing_wrong_with_a_day_of_the_hall(day: tuple[Hall, Done]) -> None:
    hall, _ = day
    facts = tuple(fact(Seq(seq), body, getattr(body, "now_ms", 0)) for seq, body in enumerate(hall.facts, 1))
    audit = replay(Section(DAY, facts, whole=False))
    assert is_clean(audit), audit.violations[:3]
    assert len(audit.calls) == sum(isinstance(body, TicketCalled) for body in hall.facts) > 200


def test_the_queue_of_the_hall_is_the_fold_of_its_facts(day: tuple[Hall, Done]) -> None:
    hall, done = day
    live = Live()
    for seq, body in enumerate(hall.facts, 1):
        live = live.after(body, Seq(seq))
    assert live == done.live


def test_everybody_who_came_was_served_was_missed_or_is_carried_over(day: tuple[Hall, Done]) -> None:
    hall, done = day
    ended = [ticket.status for ticket in done.live.tickets.values()]
    assert len(ended) == len(hall.plan.people)
    assert ended.count(Status.SERVED) > 0.9 * len(ended)
    missed = sum(person.misses and person.back_after is None for person in hall.plan.people)
    assert 0 < ended.count(Status.ABSENT) <= missed
    kinds = {body.kind for body in hall.facts}
    assert {"ticket.placed", "ticket.parked", "ticket.transferred", "ticket.recalled", "counter.paused"} <= kinds
    assert any(
        len(ticket.services) > 1 and ticket.step == len(ticket.services) for ticket in done.live.tickets.values()
    )


def test_the_same_seed_is_the_same_day_and_another_is_not(day: tuple[Hall, Done]) -> None:
    hall, done = day
    again = Hall(plan(5, 3, office(5), 1.0), OURS)
    assert again.play() == done
    assert plan(5, 4, office(5), 1.0).people != hall.plan.people


def test_waits_are_summed_as_they_are_called() -> None:
    assert Waits.of([float(each) for each in range(1, 101)]) == Waits(100, 50.5, 51, 91, 96, 100)
    assert Waits.of([]) == Waits(0, 0, 0, 0, 0, 0)
