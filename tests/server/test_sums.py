"""Sums of figures: the same as adding up every cell, for one office and over all, however often days change."""

from random import Random
from zoneinfo import ZoneInfo

import pytest

from server import sums
from server.database import Db
from server.histogram import Histogram
from server.rollups import DayFigures, Rollups, read_cells
from server.sla import Cell, Key, total
from server.sums import ALL, COUNTER, EVERY, HOUR, SERVICE, Sum, added, by_day, by_office, hours_of, sums_of, together
from server.visits import Stint
from sync.types import UtcMs

FIRST, LAST = "2026-11-02", "2026-11-08"
DAYS = [f"2026-11-{day:02}" for day in range(2, 9)]
YEAR = ["2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01"]
OFFICES = ["a" * 32, "b" * 32, "c" * 32]
HOUR_MS = 3_600_000
YANGON = ZoneInfo("Asia/Yangon")


def a_day(random: Random, office: str, day: str) -> DayFigures:
    """Figures of an office day; with luck nobody came."""
    cells = {}
    for _ in range(random.randrange(8)):
        key = Key(random.randrange(8, 16), random.choice("abc"), random.randrange(3))
        waits = Histogram.of(random.randrange(3_000_000) for _ in range(random.randrange(5)))
        cells[key] = Cell(
            tickets=random.randrange(5), served=random.randrange(5), no_show=random.randrange(2),
            missed=random.randrange(3), level_5=random.randrange(3), unattached=random.randrange(2), waits=waits,
            serves=Histogram.of(random.randrange(900_000) for _ in range(random.randrange(4))),
        )  # fmt: skip
    hours = {hour: random.randrange(HOUR_MS) for hour in range(8, 8 + random.randrange(4))}
    at_work = tuple(Stint(1, UtcMs(at), None) for at in range(random.randrange(3)))
    return DayFigures(office, day, cells, at_work, random.randrange(3), hours=hours)


def cells_of(tables: Db, offices: list[str], day: str = "") -> list[tuple[Key, Cell]]:
    first, last = (day, day) if day else (FIRST, LAST)
    return [(key, cell) for office in offices for _, key, cell in read_cells(tables, office, first, last)]


@pytest.mark.parametrize("seed", range(5))
def test_sums_are_what_adding_up_every_cell_gives(tables: Db, seed: int) -> None:
    random, rollups = Random(seed), Rollups(tables)
    for _ in range(60):
        rollups.store(a_day(random, random.choice(OFFICES), random.choice(DAYS)), UtcMs(0))
    for office, of in (*((each, [each]) for each in OFFICES), (EVERY, OFFICES)):
        cells = cells_of(tables, of)
        assert together(tables, office, ALL, FIRST, LAST).get("", Sum()).cell == total(cell for _, cell in cells)
        for part, name in ((SERVICE, "service"), (HOUR, "hour"), (COUNTER, "counter")):
            if office == EVERY and part == COUNTER:
                assert together(tables, office, part, FIRST, LAST) == {}
                continue
            told = together(tables, office, part, FIRST, LAST)
            for key, each in told.items():
                mine = [
                    cell for where, cell in cells if str(getattr(where, name)) == str(int(key) if part == HOUR else key)
                ]
                assert each.cell == total(mine), (part, key)
            assert total(each.cell for each in told.values()) == total(cell for _, cell in cells)
        days = by_day(tables, office, FIRST, LAST)
        assert {day: each.cell for day, each in days.items() if each.cell.visits} == {
            day: whole for day in DAYS if (whole := total(cell for _, cell in cells_of(tables, of, day))).visits
        }
    everybody = Sum()
    for of_office in by_office(tables, OFFICES, FIRST, LAST).values():
        everybody = everybody + of_office
    assert everybody == together(tables, EVERY, ALL, FIRST, LAST)[""]
    assert everybody.days > 5
    assert min(everybody.emergency, everybody.unclosed) > 0


@pytest.mark.parametrize("seed", range(3))
def test_whole_months_are_the_sums_of_their_days(tables: Db, seed: int) -> None:
    random, rollups = Random(seed), Rollups(tables)
    for _ in range(60):
        rollups.store(a_day(random, random.choice(OFFICES), random.choice(YEAR)), UtcMs(0))
    for first in YEAR:
        for last in [each for each in YEAR if each >= first]:
            told = by_office(tables, OFFICES, first, last)
            of_days = {office: added(by_day(tables, office, first, last).values()) for office in OFFICES}
            assert {office: told.get(office, Sum()) for office in OFFICES} == of_days, (first, last)


def test_control_sums_over_all_offices_that_forget_what_a_day_was_before_count_it_twice(tables: Db) -> None:
    rollups, cells = Rollups(tables), {Key(9, "a", 1): Cell(tickets=3, served=3)}
    rollups.store(DayFigures(OFFICES[0], FIRST, cells), UtcMs(0))
    tables.execute("DELETE FROM sums WHERE office = ?", (OFFICES[0],))
    rollups.store(DayFigures(OFFICES[0], FIRST, cells), UtcMs(0))
    assert together(tables, EVERY, ALL, FIRST, LAST)[""].cell.tickets == 6


def test_what_nobody_is_in_any_more_leaves_no_row(tables: Db) -> None:
    rollups = Rollups(tables)
    rollups.store(DayFigures(OFFICES[0], FIRST, {Key(9, "a", 1): Cell(tickets=3, served=3)}), UtcMs(0))
    rollups.store(DayFigures(OFFICES[0], FIRST, {}), UtcMs(1))
    assert tables.execute("SELECT count(*) FROM sums").fetchone() == (0,)


def test_days_that_had_figures_before_there_were_sums_get_theirs(tables: Db) -> None:
    figures = DayFigures(OFFICES[0], FIRST, {Key(9, "a", 1): Cell(tickets=3, served=3)})
    Rollups(tables).store(figures, UtcMs(0))
    tables.execute("DELETE FROM sums")
    assert Rollups(tables).store(figures, UtcMs(1)) is False
    assert by_day(tables, OFFICES[0], FIRST, LAST)[FIRST].cell.tickets == 3
    assert tables.execute("SELECT revision FROM figures").fetchone() == (1,)


def test_time_at_work_falls_into_the_hours_of_the_offices_own_wall() -> None:
    """Yangon is six and a half hours ahead: its hours begin at half past of UTC's."""
    at_work = [Stint(1, UtcMs(2 * HOUR_MS), UtcMs(3 * HOUR_MS)), Stint(2, UtcMs(2 * HOUR_MS + 1), None)]
    assert hours_of(at_work, YANGON) == {8: HOUR_MS // 2, 9: HOUR_MS // 2}
    assert hours_of([Stint(1, UtcMs(17 * HOUR_MS), UtcMs(18 * HOUR_MS))], YANGON) == {23: HOUR_MS // 2, 0: HOUR_MS // 2}


def test_a_counter_at_work_in_an_hour_in_which_nobody_came_is_in_that_hour() -> None:
    made = sums_of({}, (Stint(1, UtcMs(0), UtcMs(HOUR_MS)),), {7: HOUR_MS}, 0)
    assert made[HOUR, "07"] == Sum(at_work_ms=HOUR_MS)
    assert made[ALL, ""] == Sum(days=1, at_work_ms=HOUR_MS)
    assert sums.sums_of({}, (), {}, 0) == {}
