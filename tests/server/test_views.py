"""The views for whoever looks with a tool of their own: as documented, the same figures, and no single score."""

import re
import sqlite3
from pathlib import Path
from random import Random

import pytest

from server.database import Db
from server.rollups import DayFigures, Rollups, read_cells
from server.sla import MINUTE_MS, Cell, Key, total
from server.visits import Stint
from sync.types import UtcMs
from tests.server.places import by_name
from tests.server.test_sums import DAYS, FIRST, OFFICES, a_day

DOCUMENT = (Path(__file__).parents[2] / "docs" / "figures.md").read_text("utf-8")


def documented(view: str) -> list[str]:
    """The columns that the document names."""
    part = DOCUMENT.split(f"\n### {view}\n")[1].split("\n##")[0]
    return re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)


@pytest.mark.parametrize("view", ["v1_days", "v1_figures"])
def test_the_document_names_every_column_in_its_order(tables: Db, view: str) -> None:
    columns = [each[0] for each in tables.execute(f"SELECT * FROM {view}").description]
    assert len(columns) > 20
    assert columns == documented(view)


def test_every_view_is_documented(tables: Db) -> None:
    file = "SELECT name FROM sqlite_master WHERE type = 'view'"
    server = "SELECT viewname FROM pg_views WHERE schemaname = 'public'"
    listed = tables.execute(file if isinstance(tables, sqlite3.Connection) else server)
    views = {name for (name,) in listed if name.startswith("v1_")}
    assert views == set(re.findall(r"^### (v1_\w+)$", DOCUMENT, re.MULTILINE))


@pytest.mark.parametrize("seed", range(3))
def test_they_say_what_the_cells_say(tables: Db, seed: int) -> None:
    random, rollups = Random(seed), Rollups(tables)
    for day in DAYS:
        rollups.store(a_day(random, OFFICES[0], day), UtcMs(0))
    cells = {(day, key): cell for day, key, cell in read_cells(tables, OFFICES[0], DAYS[0], DAYS[-1])}
    rows = by_name(tables, "SELECT * FROM v1_figures")
    assert len(rows) == len(cells) > 5
    for row in rows:
        cell = cells[row["day"], Key(row["hour"], row["service"], row["counter"])]
        told = cell.visits, cell.timed, cell.serves.total, cell.missed
        assert (row["visits"], row["waits_known"], row["services_timed"], row["missed"]) == told
    for row in by_name(tables, "SELECT * FROM v1_days"):
        whole = total(cell for (day, _), cell in cells.items() if day == row["day"])
        told = whole.visits, whole.timed, whole.opinion.n, whole.unattached
        assert (row["visits"], row["waits_known"], row["scores"], row["unattached"]) == told


@pytest.mark.parametrize(("scores", "told"), [(4, None), (5, 5)])
def test_levels_of_a_day_are_told_of_five_scores_and_more(tables: Db, scores: int, told: int | None) -> None:
    cells = {Key(9, "a", 1): Cell(tickets=9, served=9, level_5=scores, served_ms=9 * MINUTE_MS)}
    at_work = (Stint(1, UtcMs(0), UtcMs(1)),)
    Rollups(tables).store(DayFigures(OFFICES[0], FIRST, cells, at_work, 2, hours={9: 5_400_000}), UtcMs(1_000))
    (row,) = by_name(tables, "SELECT * FROM v1_days")
    assert (row["scores"], row["level_5"]) == (scores, told)
    assert (row["served_minutes"], row["counter_hours"], row["emergency"]) == (9.0, 1.5, 2)
    assert (row["revision"], row["made_at"]) == (1, "1970-01-01T00:00:01Z")
    assert not [name for name in documented("v1_figures") if "level" in name]
