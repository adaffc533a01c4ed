"""Figures as they are told: rounded, with what they are of and what is left out, and never of too few."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from server.dashboard import Read, Row, Share, board, change, minutes, numbers, satisfaction, scored_by_group, told_of
from server.histogram import Histogram
from server.opinion import Opinion
from server.periods import Kind, Period, last_week, period, span
from server.scoring import GROUP
from server.sla import Cell
from server.sums import Sum

TODAY = date(2026, 11, 25)
WEEK = last_week(TODAY)
MINUTE = 60_000


def served(n: int, *, scores: int = 0, wait: int = 10) -> Sum:
    """So many were served, each after so many minutes, five minutes long; the first gave the best score."""
    waits = Histogram.of([wait * MINUTE] * n)
    serves = Histogram.of([5 * MINUTE] * n)
    cell = Cell(tickets=n, served=n, judged=n, within=n // 2, level_5=scores, waits=waits, serves=serves)
    return Sum(cell, days=1)


def a_week(**more: Mapping[str, Sum] | None) -> Read:
    """Sixty on each day of the week, of which forty scored."""
    days = {f"2026-11-{day:02}": served(60, scores=40) for day in range(16, 21)}
    parts: dict[str, Mapping[str, Sum] | None] = {"services": {}, "hours": {}, "counters": None, "offices": None}
    return Read(days, {}, **(parts | more))  # type: ignore[arg-type]


def test_what_is_left_out_stands_beside_every_figure_and_adds_up() -> None:
    cell = Cell(
        served=8, no_show=2, cancelled=1, open=1, judged=5, within=4, untimed_carried=2, untimed_restated=1,
        waits=Histogram.of([MINUTE] * 6), serves=Histogram.of([MINUTE] * 7),
    )  # fmt: skip
    told = numbers(Sum(cell))
    assert told.wait.left_out == (("uncalled", 3), ("carried", 2), ("restated", 1))
    assert told.serve.left_out == (("not-served", 4), ("no-time", 1))
    assert told.within == Share(80, 5, (("no-time", 1), ("no-standard", 2), ("not-served", 4)))
    for n, left_out in ((told.wait.n, told.wait.left_out), (told.within.n, told.within.left_out)):
        assert n + sum(count for _, count in left_out) == told.counts["visits"] == 12
    assert sum(count for _, count, _ in told.outcomes) == 12


@pytest.mark.parametrize(("ms", "told"), [(None, None), (0, 0.0), (59_000, 1.0), (597_000, 10.0), (754_321, 13.0)])
def test_minutes_have_tenths_below_ten(ms: int | None, told: float | None) -> None:
    assert minutes(ms) == told


def test_services_are_not_set_side_by_side_below_thirty_hours_below_five() -> None:
    told = board(
        WEEK, a_week(services={"a": served(29), "b": served(30)}, hours={"08": served(4), "09": served(5)}), TODAY
    )
    times = {row.name: row.numbers.wait.p50 is not None for table in told.tables.values() for row in table}
    assert {name: times[name] for name in ("a", "b", "08", "09")} == {"a": False, "b": True, "08": False, "09": True}
    few = told.tables["service"][0].numbers
    assert (few.within.percent, few.within.n, few.counts["served"]) == (None, 29, 29)


def test_a_difference_is_told_only_where_both_have_thirty() -> None:
    assert change(12.0, 30, 10.5, 30) == 1.5
    assert change(12.0, 30, 10.5, 29) is None
    assert change(None, 0, 10.5, 100) is None


def test_scores_are_those_of_days_that_are_over() -> None:
    today = period(Kind.WEEK, TODAY, TODAY)
    days = {"2026-11-24": served(20, scores=10), "2026-11-25": served(20, scores=10)}
    told = board(today, Read(days, {}, {}, {}), TODAY)
    assert (told.now.counts["served"], told.score.n, told.score.served, told.score.answered) == (40, 10, 20, 50)
    assert not told.may_score


@pytest.mark.parametrize(("n", "told"), [(GROUP - 1, False), (GROUP, True)])
def test_levels_are_told_in_groups(n: int, told: bool) -> None:
    said = satisfaction(Opinion({5: n}, served=20))
    assert (said.n, bool(said.levels), said.mean is not None, said.satisfied is not None) == (n, told, told, told)


def test_what_scores_say_is_rounded() -> None:
    said = satisfaction(Opinion({5: 20, 4: 15, 3: 3, 1: 2}, served=90, disputed=5, unattached=1))
    assert (said.n, said.mean, said.percent, said.answered) == (40, 4.28, 85.5, 50)
    assert said.levels == ((5, 20, 50), (4, 15, 38), (3, 3, 8), (2, 0, 0), (1, 2, 5))
    assert said.satisfied == (88, 74, 95)


@pytest.mark.parametrize(
    ("of", "may"),
    [
        (WEEK, True),
        (period(Kind.MONTH, date(2026, 10, 1), TODAY), True),
        (period(Kind.WEEK, TODAY, TODAY), False),
        (period(Kind.DAY, date(2026, 11, 20), TODAY), False),
        (span(date(2026, 11, 2), date(2026, 11, 8), TODAY), False),
    ],
)
def test_scores_by_counter_are_told_of_a_week_or_month_that_is_over(of: Period, may: bool) -> None:
    assert scored_by_group(of) is may
    told = board(of, a_week(counters={"1": served(60, scores=40)}), TODAY).tables["counter"]
    assert [row.score is not None for row in told] == [may]


def hidden(rows: tuple[Row, ...]) -> list[int]:
    """How many scores each counter has that are not told."""
    return [row.score.n for row in rows if row.score is not None and row.score.percent is None]


def test_what_the_told_leave_of_the_whole_is_never_fewer_than_five_scores() -> None:
    random = Random(3)
    for _ in range(300):
        counters = {str(n): served(60, scores=random.choice([0, 1, 4, 5, 29, 30, 31, 50])) for n in range(1, 6)}
        untold = hidden(board(WEEK, a_week(counters=counters), TODAY).tables["counter"])
        assert sum(untold) == 0 or sum(untold) >= GROUP


def test_control_told_by_number_alone_one_citizens_score_would_be_left() -> None:
    ns = {"1": 40, "2": 31, "3": 1}
    alone = {name for name, n in ns.items() if n >= 30}
    assert sum(n for name, n in ns.items() if name not in alone) == 1
    assert told_of(ns) == {"1"}


def test_where_nobody_came_or_called_is_no_row() -> None:
    press = replace(Sum(), cell=Cell(unattached=3))
    told = board(
        WEEK,
        a_week(services={"": press, "a": served(3)}, counters={"0": served(3), "10": served(1), "9": served(1)}),
        TODAY,
    )
    assert [row.name for row in told.tables["service"]] == ["a"]
    assert [row.name for row in told.tables["counter"]] == ["9", "10"]


def test_counters_at_work_are_those_of_an_average_day() -> None:
    hours = {"08": replace(served(0), at_work_ms=5 * 3_600_000), "09": replace(served(9), at_work_ms=15 * 1_800_000)}
    told = board(WEEK, a_week(hours=hours), TODAY).tables["hour"]
    assert [(row.name, row.counters) for row in told] == [("08", 1.0), ("09", 1.5)]


def test_hours_of_a_counter_that_was_forgotten_are_no_rows() -> None:
    def rows(*came: int) -> list[str]:
        hours = {f"{at:02}": replace(served(5 * (at in came)), at_work_ms=3_600_000) for at in range(24)}
        return [row.name for row in board(WEEK, a_week(hours=hours), TODAY).tables["hour"]]

    assert rows(9, 10, 14) == ["08", "09", "10", "11", "12", "13", "14", "15"]
    assert rows(0, 23) == [f"{at:02}" for at in range(24)]
    assert rows() == [f"{at:02}" for at in range(24)], "control: of nobody's hours all are told"


def test_long_periods_are_told_by_month_weekdays_add_up() -> None:
    year = span(TODAY - timedelta(365), TODAY, TODAY)
    assert year is not None
    days = {(year.first + timedelta(n)).isoformat(): served(1) for n in range(366)}
    told = board(year, Read(days, {}, {}, {}), TODAY).tables
    assert "day" not in told
    assert [row.name for row in told["month"]][:2] == ["2025-11", "2025-12"]
    assert [row.numbers.counts["visits"] for row in told["weekday"]] == [52, 53, 53, 52, 52, 52, 52]
    assert list(board(WEEK, a_week(), TODAY).tables) == ["service", "hour", "day"]
    assert "weekday" not in board(period(Kind.DAY, TODAY, TODAY), Read(days, {}, {}, {}), TODAY).tables
