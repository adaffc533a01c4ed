"""How offices stand by their counts: read from days, weeks and months, each day once."""

import sqlite3
from calendar import monthrange
from datetime import date, timedelta
from random import Random
from typing import cast

import pytest
import sqlite_utils

from server import months, sums
from server.database import Db
from server.periods import Kind, Period, period, span
from server.postgres_store import _Translating
from server.rollups import DayFigures, Rollups
from server.schema import by_week_and_month
from server.sla import Cell, Key, total
from server.standings import JUDGED, POINTS, SCORES, VISITS, WEEK, rows_of_an_office, spans_of, standings
from server.sums import by_day
from sync.types import UtcMs
from tests.server.test_thousands import MONTH, NAMES, TODAY, YEAR, stored

SPAN = span(date(2026, 11, 1), date(2026, 11, 25), TODAY) or MONTH


@pytest.mark.parametrize("of", [MONTH, period(Kind.WEEK, date(2026, 11, 20), TODAY), YEAR, SPAN])
def test_standings_are_the_counts_of_the_sums(tables: Db, of: Period) -> None:
    for number, office in enumerate(NAMES[:3]):
        stored(tables, office, date(2026, 10, 29), 4, 11, number)
        stored(tables, office, date(2026, 11, 19), 4, 11, number)
    first, last = of.first.isoformat(), of.last.isoformat()
    twice = standings(tables, first, last, (SCORES, POINTS, SCORES))
    told = standings(tables, first, last, (VISITS, JUDGED, SCORES, POINTS))
    assert twice == {office: (scores, points, scores) for office, (*_, scores, points) in told.items()}
    for office, each in sums.by_office(tables, NAMES, first, last).items():
        visits, judged, _, scores, points = counted(each.cell)
        assert told.pop(office) == (visits, judged, scores, points)
    assert told == {}


@pytest.mark.parametrize(
    ("first", "last", "rows"),
    [
        ("2026-11-02", "2026-11-08", 1),
        ("2026-11-03", "2026-11-09", 7),
        ("2026-11-02", "2026-11-07", 6),
        ("2026-11-04", "2026-11-04", 1),
        ("2026-11-01", "2026-11-25", 1 + 3 + 3),
        ("2026-11-01", "2026-11-30", 1),
        ("2025-12-01", "2026-11-30", 12),
        ("2026-10-30", "2026-12-02", 2 + 1 + 2),
        ("2026-10-19", "2026-12-14", 1 + 6 + 1 + 6 + 1 + 1),
    ],
)
def test_how_much_is_read_of_an_office_is_known_before(first: str, last: str, rows: int) -> None:
    assert rows_of_an_office(first, last) == rows


@pytest.mark.parametrize("first", [date(2026, 10, 17) + timedelta(at) for at in range(9)])
def test_whatever_days_are_asked_for_each_is_read_once(first: date) -> None:
    for last in [first + timedelta(at) for at in range(90)]:
        asked = [first + timedelta(at) for at in range((last - first).days + 1)]
        assert sorted(day for each in spans_of(first.isoformat(), last.isoformat()) for day in days_in(*each)) == asked


def days_in(part: str, first: str, last: str) -> list[date]:
    """The days that these rows are of."""
    if part == sums.MONTH:
        (year, month), (until, end) = (map(int, each.split("-")) for each in (first, last))
        counted = range(year * 12 + month - 1, until * 12 + end)
        return [
            date(at // 12, at % 12 + 1, day)
            for at in counted
            for day in range(1, monthrange(at // 12, at % 12 + 1)[1] + 1)
        ]
    more = 6 if part == WEEK else 0
    begin, end_day = date.fromisoformat(first), date.fromisoformat(last)
    return [begin + timedelta(at) for at in range((end_day - begin).days + more + 1)]


@pytest.mark.parametrize("seed", range(3))
def test_weeks_are_the_counts_of_their_days_however_often_these_change(tables: Db, seed: int) -> None:
    random, rollups = Random(seed), Rollups(tables)
    for _ in range(40):
        day = (date(2026, 11, 2) + timedelta(random.randrange(20))).isoformat()
        cells = (
            {Key(9, "a", 1): Cell(served=random.randrange(9), level_2=random.randrange(3))}
            if random.random() < 0.7
            else {}
        )
        rollups.store(DayFigures(random.choice(NAMES), day, cells), UtcMs(5))
    assert counts_of_weeks(tables) == counts_of_days(tables) != {}
    for office, day in tables.execute("SELECT office, day FROM figures").fetchall():
        rollups.store(DayFigures(office, day, {}), UtcMs(6))
    assert counts_of_weeks(tables) == {}, "what nobody is in any more leaves no row"


def test_a_ledger_of_before_gets_its_weeks_and_the_months_that_are_to_be_made(tables: Db) -> None:
    for number, office in enumerate(NAMES[:3]):
        stored(tables, office, date(2026, 9, 26), 50, 11, number)
    weeks, lacking = counts_of_weeks(tables), months.lacking(tables, TODAY)
    assert min(len(weeks) // 3, len(lacking) // 4) >= 3
    for table in ("weeks", "unmade"):
        tables.execute(f"DROP TABLE {table}")
    if isinstance(tables, sqlite3.Connection):
        by_week_and_month(sqlite_utils.Database(tables))
    else:
        by_week_and_month(cast("sqlite_utils.Database", _Translating(tables)))
    assert counts_of_weeks(tables) == weeks
    assert months.lacking(tables, TODAY) == lacking


def test_control_a_week_that_is_not_added_up_anew_says_what_was(tables: Db) -> None:
    stored(tables, NAMES[0], date(2026, 11, 2), 3, 11, 1)
    later = DayFigures(NAMES[0], "2026-11-03", {Key(9, "a", 1): Cell(served=1)})
    sums.store(tables, NAMES[0], "2026-11-03", sums.sums_of(later.cells, (), {}, 0))
    assert counts_of_weeks(tables) != counts_of_days(tables)


def counts_of_weeks(tables: Db) -> dict[tuple[str, str], tuple[int, ...]]:
    query = "SELECT office, monday, visits, judged, within, scores, points FROM weeks"
    return {(office, monday): tuple(row) for office, monday, *row in tables.execute(query)}


def counts_of_days(tables: Db) -> dict[tuple[str, str], tuple[int, ...]]:
    """The same, added up here."""
    found: dict[tuple[str, str], list[Cell]] = {}
    for office in NAMES:
        for day, each in by_day(tables, office, "2026-10-01", "2026-12-31").items():
            at = date.fromisoformat(day)
            found.setdefault((office, (at - timedelta(at.weekday())).isoformat()), []).append(each.cell)
    return {name: counted(total(cells)) for name, cells in found.items()}


def counted(of: Cell) -> tuple[int, ...]:
    levels = of.opinion.levels
    points = sum(level * n for level, n in levels.items())
    return of.visits + of.ticketless, of.judged, of.within, sum(levels.values()), points
