"""`figures`: what a dashboard costs over a year of 100 offices, from the database to the figures as they are told.

The rows do not depend on how many people came: the sums of a day are 28 rows, whether 30 or 30,000 were served.
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import sqlite_utils

from server import sums
from server.dashboard import board
from server.dashboard_reading import read
from server.histogram import Histogram
from server.periods import Kind, period
from server.schema import LEDGER
from server.sla import Cell, Key
from server.sums import COUNTER, EVERY, Sum
from tests.bench.row import Row, percentile

OFFICE_BAR_MS, ALL_BAR_MS = 50, 100
OFFICES = [f"{number:032x}" for number in range(1, 101)]
FIRST, DAYS = date(2025, 12, 1), 365
MODELS = 40
"""So many different days there are."""
ROUNDS = 10
VISITS = 300
SAMPLES = 40


def rows() -> list[Row]:
    """A month of one office, and of all together and each apart, p50 and p99; in processor time: the rows lie in memory
    and nothing is waited for."""
    today = FIRST + timedelta(DAYS)
    month = period(Kind.MONTH, date(2026, 10, 10), today)
    with TemporaryDirectory() as folder, closing(_year(Path(folder) / "figures.db")) as db:
        one = _times(lambda n: board(month, read(db, OFFICES[n % len(OFFICES)], month)[0], today))
        whole = _times(lambda n: board(month, read(db, EVERY, month, OFFICES)[0], today))
    made = []
    for name, samples, bar in (("office", one, OFFICE_BAR_MS), ("all", whole, ALL_BAR_MS)):
        for percent in (50, 99):
            value = percentile(samples, percent)
            made.append(Row(f"figures {name} p{percent}", value, "ms", f"{bar} ms of processor time", value / bar, 1.0))
    return made


def _times(work: Callable[[int], object]) -> list[float]:
    found = []
    for number in range(SAMPLES):
        began = time.process_time()
        work(number)
        found.append((time.process_time() - began) * 1000)
    return found


def _year(path: Path) -> sqlite3.Connection:
    """A ledger with the sums of every day. MODELS days are made as the product makes them, and copied by the database:
    so a year takes seconds. Days ROUNDS apart are alike."""
    db = sqlite3.connect(path, isolation_level=None)
    LEDGER.apply(sqlite_utils.Database(db))
    db.execute("PRAGMA synchronous = OFF")
    random, db_days = Random(7), [(FIRST + timedelta(number)).isoformat() for number in range(DAYS)]
    models = [day_of_figures(random) for _ in range(MODELS)]
    for number, made in enumerate(models):
        sums.store(db, "model", _name(number), made)
    for turn in range(ROUNDS):
        every: dict[tuple[str, str], Sum] = {}
        for index in range(len(OFFICES)):
            for name, each in models[_model(index, turn)].items():
                if name[0] != COUNTER:
                    every[name] = every.get(name, Sum()) + each
        sums.store(db, "every", _name(turn), every)
    db.execute("DELETE FROM sums WHERE office = ?", (EVERY,))
    db.execute("CREATE TEMP TABLE plan (office TEXT, day TEXT, source TEXT, model TEXT)")
    for at, day in enumerate(db_days):
        of_day = [(office, day, "model", _name(_model(index, at % ROUNDS))) for index, office in enumerate(OFFICES)]
        db.executemany("INSERT INTO plan VALUES (?, ?, ?, ?)", [*of_day, (EVERY, day, "every", _name(at % ROUNDS))])
    columns = ", ".join(sums.COLUMNS)
    db.execute(
        f"""INSERT INTO sums (office, part, day, name, {columns})
        SELECT plan.office, part, plan.day, name, {columns}
        FROM plan JOIN sums ON sums.office = source AND sums.day = model WHERE part <> 'month' ORDER BY 1, 2, 3, 4"""
    )
    for office in OFFICES:
        for month in sorted({day[:7] for day in db_days}):
            of_days = sums.by_day(db, office, f"{month}-01", f"{month}-31").values()
            sums._replace(db, office, month, {(sums.MONTH, ""): sums.added(of_days)})
    db.execute("INSERT INTO figures SELECT office, day, 1, 0, '[]', 0 FROM plan WHERE office <> ?", (EVERY,))
    return db


def _name(number: int) -> str:
    """The day that stands for a model."""
    return (date(2000, 1, 1) + timedelta(number)).isoformat()


def _model(office: int, turn: int) -> int:
    return (office * 7 + turn * 3) % MODELS


def day_of_figures(random: Random) -> sums.Sums:
    """A day on which VISITS came to ten services at eight counters, in eight hours."""
    cells: dict[Key, Cell] = {}
    for _ in range(VISITS):
        key = Key(random.randrange(8, 16), f"service-{random.randrange(10)}", random.randrange(1, 9))
        took, waited = int(random.lognormvariate(12.8, 0.7)), int(random.lognormvariate(13.5, 0.8))
        scored = {f"level_{random.randrange(1, 6)}": 1} if random.random() < 0.5 else {}
        one = Cell(
            tickets=1, served=1, judged=1, within=took < 600_000, waited_ms=waited, served_ms=took,
            waits=Histogram.of([waited]), serves=Histogram.of([took]), **scored,
        )  # fmt: skip
        cells[key] = cells.get(key, Cell()) + one
    return sums.sums_of(cells, (), dict.fromkeys(range(8, 16), 8 * 3_600_000), 0)
