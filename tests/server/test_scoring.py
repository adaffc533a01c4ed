"""Scores: each to its service, nobody's alone; and what staff do to their own box shows."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import acts, reading
from server.scoring import (
    GROUP,
    LATE_MS,
    LEVELS,
    WINDOW_MS,
    Press,
    Service,
    attribute,
    by_counter,
    is_disputed,
    released,
)
from sync.body import TicketName
from sync.types import JournalId, Seq, UtcMs
from tests.server.busy_desk import BusyDesk
from tests.server.device import score

MINUTE = 60_000
LATER = UtcMs(10**9)


def service(number: int, from_min: float, to_min: float | None, counter: int = 1) -> Service:
    end = None if to_min is None else int(to_min * MINUTE)
    return Service(counter, TicketName(JournalId("a" * 32), Seq(number)), "a", int(from_min * MINUTE), end)


def press(minute: float, level: int = 5, counter: int = 1) -> Press:
    return Press(counter, int(minute * MINUTE), level)


DAY = [service(1, 0, 5), service(2, 6, 10), service(3, 20, None), service(4, 0, 30, counter=2)]


@pytest.mark.parametrize(
    ("minute", "counter", "ticket"),
    [
        (2, 1, 1),
        (5.5, 1, 1),
        (6, 1, 2),
        (10 + WINDOW_MS / MINUTE, 1, 2),
        (10.1 + WINDOW_MS / MINUTE, 1, None),
        (25, 1, 3),
        (25, 2, 4),
        (25, 3, None),
        (-1, 1, None),
    ],
)
def test_a_press_belongs_to_who_was_just_served_there(minute: float, counter: int, ticket: int | None) -> None:
    found = attribute([press(minute, counter=counter)], DAY)
    assert [DAY[index].ticket.seq for index in found.of] == ([] if ticket is None else [ticket])
    assert len(found.stray) == (ticket is None)


def test_several_levels_for_one_service_are_disputed_and_count_beside() -> None:
    presses = [press(2, 5), press(4, 1), press(7, 4), press(9, 4)]
    (row, _) = by_counter(presses, DAY, LATER)
    assert (row.finished, row.scored, row.disputed) == (2, 1, 1)
    assert is_disputed(presses[:2])
    assert not is_disputed(presses[2:])


def test_the_response_rate_is_told_of_five_services_and_more() -> None:
    served = [service(n, 10 * n, 10 * n + 5) for n in range(GROUP)]
    (few,) = by_counter([press(3)], served[:-1], LATER)
    (row,) = by_counter([press(3), press(13), press(14)], served, LATER)
    assert few.rate is None
    assert row.rate == 40


def honest(seed: int) -> tuple[list[Press], list[Service]]:
    """A day at one counter: half of those who are served score, now and then twice."""
    dice = random.Random(seed)
    served, presses, at = [], [], 0.0
    for number in range(60):
        takes = dice.uniform(3, 10)
        served.append(service(number, at, at + takes))
        if dice.random() < 0.5:
            presses.append(press(at + takes + dice.uniform(0, 1), dice.choice((5, 5, 4, 4, 3, 2))))
        at += takes + dice.uniform(1, 4)
    return presses, served


@pytest.mark.parametrize("seed", range(20))
def test_an_honest_day_shows_nothing(seed: int) -> None:
    (row,) = by_counter(*honest(seed), LATER)
    assert not row.signals.any, row.signals


@pytest.mark.parametrize(
    ("sign", "own"),
    [
        ("idle", [press(2000 + 20 * n, 5) for n in range(3)]),
        ("bursts", [press(2000 + n / 4, 5) for n in range(4)]),
        ("row", [press(2000 + 5 * n, 5) for n in range(12)]),
        ("quick", [press(2000 + n / 10, 5) for n in range(4)]),
        ("mashed", [replace(press(5 * n, 3), disputed=True) for n in range(3)]),
        ("upward", [replace(press(5 * n, 3), disputed=True, upward=True) for n in range(3)]),
    ],
)
def test_presses_from_the_wrong_side_of_the_counter_show(sign: str, own: list[Press]) -> None:
    presses, served = honest(3)
    (row,) = by_counter([*presses, *own], served, LATER)
    assert getattr(row.signals, sign), row.signals
    assert row.signals.any


def test_signs_are_told_half_an_hour_late() -> None:
    own = [press(2000 + n / 4, 5) for n in range(4)]
    (soon,) = by_counter(own, [], UtcMs(own[0].at_ms + LATE_MS - 1))
    (late,) = by_counter(own, [], UtcMs(own[-1].at_ms + LATE_MS))
    assert not soon.signals.any
    assert late.signals.any


# Groups --------------------------------------------------------------------------------------------------------------


streams = st.lists(
    st.builds(Press, st.just(1), st.integers(0, 4 * LATE_MS), st.sampled_from(LEVELS), st.booleans()), max_size=40
)


@given(streams, streams, st.lists(st.integers(0, 6 * LATE_MS), min_size=2, max_size=6))
def test_whoever_watches_never_sees_fewer_than_a_group_change(a: list[Press], b: list[Press], looks: list[int]) -> None:
    """Presses come one by one, the watcher looks whenever they like: what changes is made of whole groups."""
    seen = [0]
    for now_ms in sorted(looks):
        machines = [[each for each in one if each.at_ms <= now_ms] for one in (sorted(a, key=_at), sorted(b, key=_at))]
        calm = [[replace(each, disputed=False) for each in one] for one in machines]
        seen.append(sum(released(calm, now_ms).values()))
    steps = [after - before for before, after in pairwise(seen)]
    assert all(step >= 0 and step % GROUP == 0 for step in steps)


def _at(press: Press) -> int:
    return press.at_ms


def test_control_counts_that_are_told_at_once_give_a_single_score_away() -> None:
    four = [press(0, 5)] * 4
    before, after = released([four], LATER), released([[*four, press(1, 1)]], LATER)
    assert sum(after.values()) - sum(before.values()) == GROUP
    naive = [sum(each.level == 1 for each in presses) for presses in (four, [*four, press(1, 1)])]
    assert naive == [0, 1], "whoever saw the last one press knows what it was"


# With a kiosk --------------------------------------------------------------------------------------------------------


def served_and_scored(busy: BusyDesk, *levels: int) -> None:
    """One after the other is served at counter 1 and scores."""
    for number, level in enumerate(levels, 1):
        busy.take(number)
        busy.do(acts.Next(), acts.Came())
        busy.pass_ms(4 * MINUTE)
        busy.do(acts.Finish())
        busy.kiosk.record(score(level), after_ms=4 * MINUTE)
        busy.tell()
        busy.pass_ms(MINUTE)
        busy.kiosk.boottime_ms += MINUTE


def test_supervisors_see_who_waits_and_how_many_answer_but_no_single_score(busy: BusyDesk) -> None:
    boss = busy.desk.signed_in("somsri")
    busy.do(acts.Open())
    served_and_scored(busy, 5, 1, 4, 4)
    busy.take(90, 91)
    busy.pass_ms(7 * MINUTE)
    page = boss.get("/today").text
    assert 'id="waiting">2<' in page
    assert 'id="longest">7 min<' in page
    assert "fewer than five so far" in page
    assert not any(f'data-level="{level}">{n}<' in page for level in LEVELS for n in range(1, 5))
    assert [each.to_ms is not None for each in busy.desk.loop.run_until_complete(_served(busy))] == [True] * 4


async def _served(busy: BusyDesk) -> list[Service]:
    return await busy.desk.reader.read(reading.served_today)


def test_levels_come_in_a_group_and_late(busy: BusyDesk) -> None:
    boss = busy.desk.signed_in("somsri")
    busy.do(acts.Open())
    served_and_scored(busy, 5, 1, 4, 4, 5)
    early = boss.get("/today").text
    assert ('id="untold"' in early, "data-level" in early) == (True, False), "no bars of nothing where there are scores"
    assert "100 % of 5" in boss.get("/today").text
    busy.pass_ms(LATE_MS)
    page = boss.get("/today").text
    assert [f'data-level="{level}">{n}<' in page for level, n in ((5, 2), (4, 2), (1, 1))] == [True] * 3
    assert 'id="untold"' not in page
