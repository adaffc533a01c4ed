"""Ledgers of the size of a nation for the bench `scale`: facts by the million, sums of a billion facts.

Model days come the product's way: signed batches, judged, stored, folded and reckoned. The database copies them.
"""

import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random

from server import schema, sums
from server.database import Db
from server.intake import take_batch
from server.ledger import Ledger
from server.months import lacking
from server.rollups import DayFigures, marked, reckon
from server.sums import COUNTER, EVERY, Sum
from sync.types import UtcMs
from tests.bench.figures import day_of_figures
from tests.bench.ingest import ZONE
from tests.bench.traffic import BEGAN, Machine, enter, visits

MODELS = 8
"""So many different days there are, of MODEL_ROWS in the rows of a billion."""
MODEL_ROWS, ROUNDS = 40, 10
OFFICES, DAYS = 7_850, 42
"""A billion facts, at 300 visits a day of ten facts each: 989 million."""
OPEN_MS = 27_000_000
"""So long an office is open, however many come."""
LONG = 10
"""So many offices have the rows of every day of the year; of the others the months' stand for what is before."""
YEAR = date(2025, 11, 1)
TODAY = date(2026, 11, 1)


def told(what: str) -> None:
    """A line of progress: this takes minutes."""
    print(f"  {time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def office_named(number: int) -> str:
    """Its id."""
    return f"{number:032x}"


@contextmanager
def ledger_of(place: Path | str, offices: int) -> Iterator[Ledger]:
    """An empty ledger with so many offices that relay to it."""
    ledger = Ledger(place, ZONE, Random(7).randbytes)
    try:
        if isinstance(place, Path):  # nothing is to survive: no waiting for the disk, few ways to it
            ledger._db.execute("PRAGMA synchronous = OFF")
            ledger._db.execute("PRAGMA cache_size = -262144")
        with ledger.transaction():
            name = "json_object('th', 'สำนักงาน ' || ?, 'en', 'Office ' || ?)" if isinstance(place, Path) else _PG_NAME
            query = f"INSERT INTO offices (office, name, time_zone, since_ms) VALUES (?, {name}, 'Asia/Bangkok', ?)"
            rows = [(office_named(each), str(each), str(each), each) for each in range(1, offices + 1)]
            ledger._db.executemany(query, rows)
        yield ledger
    finally:
        ledger.close()


_PG_NAME = "json_build_object('th', 'สำนักงาน ' || ?::text, 'en', 'Office ' || ?::text)::text"


def fill(ledger: Ledger, db: Db, offices: int, days: int, came: int) -> int:
    """Facts of so many office days, at each of which so many `came`, and their figures; how many facts there are. The
    last day is the one before TODAY."""
    random = Random(11)
    machines, models = _models(ledger, db, random, came)
    told(f"{len(models)} model days are taken in and reckoned")
    facts = 0
    for number in range(offices):
        with ledger.transaction():
            for at in range(days):
                model = (number * 3 + at) % MODELS
                day = (TODAY - timedelta(days - at)).isoformat()
                facts += sum(_copied(ledger._db, each, f"{number:05}{at:05}") for each in machines[model])
                made = replace(models[model], office=office_named(number + 1), day=day, marks={})
                ledger.rollups.store(made, UtcMs(BEGAN + at))
        if number % 20 == 19:
            told(f"{facts:,} facts")
    _months(ledger, db)
    return facts


def _models(
    ledger: Ledger, db: Db, random: Random, came: int
) -> tuple[list[tuple[Machine, Machine]], list[DayFigures]]:
    pairs = [(Machine.begun(random, "kiosk"), Machine.begun(random, "office")) for _ in range(MODELS)]
    with ledger.transaction():
        enter(ledger, [each for pair in pairs for each in pair])
        for kiosk, desk in pairs:
            ledger.offices.enter(desk.name, None, BEGAN)
            ledger.offices.enter(kiosk.name, desk.name, BEGAN)
            took = partial(_waited_and_served, random)
            live = visits(kiosk, desk, random, 0, took, OPEN_MS // came)
            for _ in range(came):
                next(live)
            for each in (kiosk, desk):
                assert isinstance(take_batch(ledger, each.request(), BEGAN), int)
    found = {office: reckon(db, office, day, ZONE) for office, day in marked(db)}
    made = [found[desk.name] for _, desk in pairs]
    assert all(sum(cell.served for cell in each.cells.values()) == came for each in made)
    with ledger.transaction():  # the models' own offices are none of those that are looked at
        for of in made:
            ledger.rollups.store(replace(of, cells={}, at_work=(), hours={}), BEGAN)
        for _, desk in pairs:
            ledger._db.execute("DELETE FROM offices WHERE office = ?", (desk.name,))
    return pairs, made


def _waited_and_served(random: Random) -> tuple[int, int]:
    return int(random.lognormvariate(13.4, 0.7)), int(random.lognormvariate(12.8, 0.7))


def _copied(db: Db, of: Machine, suffix: str) -> int:
    """The same journal once more under another name; how many facts it has."""
    name = of.name[: -len(suffix)] + suffix
    db.execute(
        """INSERT INTO journals (journal_id, public_key, secret, role, place, lane, paired_ms, paired_by, chain, office)
        SELECT ?, public_key, secret, role, place, lane, paired_ms, paired_by, chain, 'copies' FROM journals
        WHERE journal_id = ?""",
        (name, of.name),
    )
    query = """INSERT INTO facts (journal_id, seq, row, chain) SELECT ?, seq, row, chain FROM facts
        WHERE journal_id = ? ORDER BY seq"""
    db.execute(query, (name, of.name))
    return of.sent.seq


def rows_of_a_billion(ledger: Ledger, db: Db) -> int:
    """The sums of OFFICES for DAYS days, of all together and of the months for a year; how many rows."""
    write = ledger._db
    file = isinstance(write, sqlite3.Connection)
    with ledger.transaction():
        _put_models(write)
        for statement in () if file else _BARE:
            write.execute(statement)
    _plan(ledger)
    for at in range(0, OFFICES, 500):
        with ledger.transaction():
            _insert(write, at + 1, at + 500, in_order=file)
        told(f"rows of {min(at + 500, OFFICES):,} offices")
    with ledger.transaction():
        _insert(write, 0, 0, in_order=file)
        for statement in () if file else _DRESSED:
            write.execute(statement)
        _put_months(write)
        write.execute(schema.WEEKS_OF_DAYS)
        write.execute("DROP TABLE plan")
        write.execute("DROP TABLE models")
    _months(ledger, db)
    with ledger.transaction():
        _copy_whole(write)
    write.execute("ANALYZE" if file else "VACUUM (ANALYZE)")  # as autovacuum does
    return int(write.execute("SELECT count(*) FROM sums").fetchone()[0])


_BARE = (
    "ALTER TABLE sums SET UNLOGGED", "ALTER TABLE sums DROP CONSTRAINT sums_pkey", "DROP INDEX sums_of_days",
    "DROP INDEX sums_of_months", "SET maintenance_work_mem = '512MB'",
)  # fmt: skip
_DRESSED = ("ALTER TABLE sums ADD PRIMARY KEY (office, part, day, name)", *schema.RANKED)
"""In PostgreSQL indexes of many rows are quicker made at the end."""


def _put_models(db: Db) -> None:
    random = Random(7)
    models = [day_of_figures(random) for _ in range(MODEL_ROWS)]
    for number, made in enumerate(models):
        sums.store(db, "model", _name(number), made)
    for turn in range(ROUNDS):
        of_model = [sum(_model(index, turn) == model for index in range(OFFICES)) for model in range(MODEL_ROWS)]
        every: dict[tuple[str, str], Sum] = {}
        for model, times in enumerate(of_model):
            for name, each in models[model].items():
                if name[0] != COUNTER:
                    every[name] = every.get(name, Sum()) + _times(each, times)
        sums.store(db, "every", _name(turn), every)
    db.execute("CREATE TABLE models AS SELECT * FROM sums WHERE office IN ('model', 'every') AND part <> 'month'")
    db.execute("CREATE INDEX models_of_day ON models (office, part, day, name)")
    db.execute("DELETE FROM sums")


def _times(of: Sum, n: int) -> Sum:
    """So many of it together."""
    made, power = Sum(), of
    while n:
        made = made + power if n & 1 else made
        power, n = power + power, n >> 1
    return made


def _plan(ledger: Ledger) -> None:
    """Which model each office day is."""
    days = [YEAR + timedelta(at) for at in range((TODAY - YEAR).days)]
    with ledger.transaction():
        ledger._db.execute("CREATE TABLE plan (number INTEGER, office TEXT, day TEXT, source TEXT, model TEXT)")
        rows = []
        for at, day in enumerate(days):
            rows.append((0, EVERY, day.isoformat(), "every", _name(at % ROUNDS)))
            of_day = range(OFFICES) if (TODAY - day).days <= DAYS else range(LONG)
            turn = at % ROUNDS
            rows += [(n + 1, office_named(n + 1), day.isoformat(), "model", _name(_model(n, turn))) for n in of_day]
        ledger._db.executemany("INSERT INTO plan VALUES (?, ?, ?, ?, ?)", rows)
        ledger._db.execute("CREATE INDEX plan_by_number ON plan (number, day)")


def _insert(db: Db, first: int, last: int, *, in_order: bool) -> None:
    """`in_order`: the database goes through the tables as they stand here, so that nothing is sorted."""
    columns = ", ".join(sums.COLUMNS)
    db.execute(
        f"""INSERT INTO sums (office, part, day, name, {columns})
        SELECT plan.office, made.part, plan.day, name, {columns}
        FROM (SELECT DISTINCT number FROM plan WHERE number BETWEEN ? AND ? ORDER BY number) AS numbers
        CROSS JOIN ({" UNION ALL ".join(f"SELECT '{part}' AS part" for part in sorted(sums.PARTS))}) AS parts
        CROSS JOIN plan CROSS JOIN models AS made
        WHERE plan.number = numbers.number AND made.office = source AND made.part = parts.part AND made.day = model
        {"" if in_order else "ORDER BY 1, 2, 3, 4"}""",
        (first, last),
    )
    query = """INSERT INTO figures (office, day, revision, at_ms, at_work, by_hand)
        SELECT office, day, 1, 0, '[]', 0 FROM plan WHERE number BETWEEN ? AND ? AND number > 0"""
    db.execute(query, (first, last))


def _put_months(db: Db) -> None:
    """Every month of every office: that of a model office, which ROUNDS days are alike of."""
    months = sorted({(YEAR + timedelta(at)).isoformat()[:7] for at in range((TODAY - YEAR).days)})
    for month in months:
        db.execute("INSERT INTO unmade VALUES (?, ?)", (month, EVERY))
        for number in range(1, LONG + 1):
            db.execute("INSERT INTO unmade VALUES (?, ?)", (month, office_named(number)))
            of_days = sums.by_day(db, office_named(number), f"{month}-01", f"{month}-31").values()
            sums._replace(db, office_named(number), month, {(sums.MONTH, ""): sums.added(of_days)})
    _copy(db, "part = 'month'")


def _copy_whole(db: Db) -> None:
    """The last month as a whole of every office. Those before are looked at of LONG offices alone."""
    parts = ", ".join(f"'{part}'" for part in sums.WHOLE.values())
    _copy(db, f"part IN ({parts}) AND day = '{TODAY - timedelta(1):%Y-%m}'")


def _copy(db: Db, which: str) -> None:
    columns = ", ".join(sums.COLUMNS)
    copied = f"""INSERT INTO sums (office, part, day, name, {columns}) SELECT ?, part, day, name, {columns} FROM sums
        WHERE office = ? AND {which}"""
    others = [(office_named(n), office_named(1 + n % LONG)) for n in range(LONG + 1, OFFICES + 1)]
    db.executemany(copied, others)


def _months(ledger: Ledger, db: Db) -> None:
    while some := lacking(db, TODAY):
        with ledger.transaction():
            for each in some:
                ledger.rollups.make_month(*each)


def _name(number: int) -> str:
    """The day that stands for a model."""
    return (date(2000, 1, 1) + timedelta(number)).isoformat()


def _model(office: int, turn: int) -> int:
    return (office * 7 + turn * 3) % MODEL_ROWS
