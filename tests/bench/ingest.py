"""`ingest`: what a centre takes in a second in a press, judged and durable, on SQLite and PostgreSQL in one run; all
that it costs to fold that and to make the figures.

By the clock, two processes judging beside the one that writes; the raw limit is the same rows put into one bare table
in groups as large. What a fact costs in all is processor time of one process and of the database's server. Of each the
best of three rounds.
"""

import asyncio
import gc
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import psycopg

from server.database import Db, together
from server.intake import FACTS_TOGETHER, Intake, take_batches
from server.judges import Judges
from server.ledger import Ledger
from server.rollups import marked, reckon
from server.sqlite_store import CHECKPOINT_PAGES, ROWS_AT_ONCE
from server.stores import open_reader
from server.writer import Writer
from sync.wire import Refusal, Request
from tests.bench.row import Row
from tests.bench.traffic import BEGAN, Machine, begin, enter_offices
from tests.postgres import SURE, Cluster

ZONE = ZoneInfo("Asia/Bangkok")
EVENTS_BAR, REQUESTS_BAR = 100_000, 2_600
RAW_BAR = 2.5
"""At least 0.4 of the raw limit."""
ROLLUPS_BAR = 0.4
NATION = 39_250 * 4 / 30
"""Facts a second: five machines in each of 7,850 offices, four facts each half a minute."""
SEEDS = (7, 8, 9)
JUDGES = 1
OFFICES, BATCHES, BULK_VISITS = 16, 3, 80
GROUP = 8
"""Batches of one commit, as they wait together (server.writer)."""
SMALL_OFFICES, SMALL_ROUNDS = 100, 10
"""A machine that sends when something happened has about four facts a request."""


def rows() -> list[Row]:
    """Facts in bulk and requests of about four, each on both databases."""
    made: list[Row] = []
    with TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder) / "postgresql", SURE)
        try:
            for name, places in (
                ("sqlite", lambda part: Path(folder) / f"{part}.db"),
                ("postgresql", lambda part: cluster.database(Path(part))),
            ):
                clock = _clock(cluster if name == "postgresql" else None)
                rounds = [
                    _bulk(Random(seed), partial(_of, places, seed), _raw(name, folder, cluster), clock)
                    for seed in SEEDS
                ]
                made += _rows(name, [min(each) for each in zip(*rounds, strict=True)])
                made.append(_small(name, min(_requests(Random(seed), places(f"small{seed}")) for seed in SEEDS)))
        finally:
            cluster.stop("immediate")
    return made


Clock = Callable[[], float]
Put = Callable[[Sequence[Sequence[tuple[str, int, bytes, bytes]]]], None]


def _of(places: Callable[[str], Path | str], seed: int, part: str) -> Path | str:
    return places(f"{part}{seed}")


def _bulk(random: Random, places: Callable[[str], Path | str], put: Put, clock: Clock) -> tuple[float, ...]:
    """Seconds a fact: taking it in and a bare row, by the clock; of a processor to take it in, fold it, reckon it."""
    machines, requests = _traffic(random, OFFICES, BATCHES, BULK_VISITS)
    events = sum(each.last - each.first + 1 for each in requests)
    gc.freeze()  # what the bench itself holds is not the product's to look through
    with _ledger(places("pressed"), machines) as ledger:
        lasted = asyncio.run(_pressed(ledger, requests))
    place = places("bulk")
    with _ledger(place, machines) as ledger:
        took = _timed(clock, lambda: _take(ledger, requests, GROUP))
        folding = _timed(clock, lambda: _fold(ledger))
        with closing(open_reader(place)) as db:
            kept = [tuple(row) for row in db.execute("SELECT journal_id, seq, row, chain FROM facts")]
            reckoning = _timed(clock, lambda: _reckon(ledger, db))
    raw = _timed(
        time.monotonic, lambda: put([kept[at : at + FACTS_TOGETHER] for at in range(0, len(kept), FACTS_TOGETHER)])
    )
    return tuple(each / events for each in (lasted, raw, took, folding, reckoning))


async def _pressed(ledger: Ledger, requests: Sequence[Request]) -> float:
    """Seconds until all are durable that come at once, each machine's in their order."""
    judges, writer = Judges(JUDGES), Writer(ledger)
    intake = Intake(writer, lambda: BEGAN, lambda: None, judges)
    writer.start()
    await judges.start()
    first = len({each.journal_id for each in requests})
    refused = [await asyncio.gather(*map(intake.take, requests[:first]))]  # who sent before is known to the judges
    began = time.monotonic()
    refused.append(await asyncio.gather(*map(intake.take, requests[first:])))
    lasted = (time.monotonic() - began) * len(requests) / (len(requests) - first)
    await judges.close()
    await asyncio.to_thread(writer.close)
    if any(isinstance(answer, Refusal) for answers in refused for answer in answers):
        raise RuntimeError("a batch was refused")
    return lasted


def _rows(name: str, seconds: Sequence[float]) -> list[Row]:
    lasted, raw, took, folding, reckoning = seconds
    load = (took + folding + reckoning) * NATION
    return [
        Row(f"ingest {name}", 1 / lasted, "facts/s", f"{EVENTS_BAR} a second", lasted * EVENTS_BAR, 1.0),
        Row(
            f"ingest {name} raw", 1 / raw, "rows/s", "facts of this bench, of which the limit is", lasted / raw, RAW_BAR
        ),
        Row(
            f"ingest {name} figures",
            reckoning * 1e6,
            "µs/fact",
            "taking it in and folding it",
            reckoning / (took + folding),
            ROLLUPS_BAR,
        ),
        Row(f"ingest {name} nation", load * 100, "%", f"one processor, all that {NATION:.0f} facts/s cost", load, 1.0),
    ]


def _requests(random: Random, place: Path | str) -> float:
    """Seconds a small request, by the clock."""
    machines, requests = _traffic(random, SMALL_OFFICES, SMALL_ROUNDS, 1)
    gc.freeze()
    with _ledger(place, machines) as ledger:
        return asyncio.run(_pressed(ledger, requests)) / len(requests)


def _small(name: str, took: float) -> Row:
    return Row(f"ingest {name} requests", 1 / took, "requests/s", f"{REQUESTS_BAR} a second", took * REQUESTS_BAR, 1.0)


def _traffic(random: Random, offices: int, batches: int, each: int) -> tuple[list[Machine], list[Request]]:
    machines, lives = begin(random, offices)
    requests = []
    for _ in range(batches):
        for live in lives:
            for _ in range(each):
                next(live)
        requests += [machine.request() for machine in machines]
    return machines, requests


@contextmanager
def _ledger(place: Path | str, machines: Sequence[Machine]) -> Iterator[Ledger]:
    ledger = Ledger(place, ZONE, Random(7).randbytes)
    try:
        with ledger.transaction():
            enter_offices(ledger, machines)
        yield ledger
    finally:
        ledger.close()


def _take(ledger: Ledger, requests: Sequence[Request], group: int) -> None:
    for at in range(0, len(requests), group):
        with ledger.transaction():
            answers = take_batches(ledger, requests[at : at + group], BEGAN, pressed=True)
            refused = [each.message for each in answers if isinstance(each, Refusal)]
            if refused:
                raise RuntimeError(refused[0])


def _fold(ledger: Ledger) -> None:
    while ledger.waits:
        with ledger.transaction():
            ledger.fold_waiting()


def _reckon(ledger: Ledger, db: Db) -> None:
    for office, day in marked(db):
        made = reckon(db, office, day, ZONE)
        with ledger.transaction():
            ledger.rollups.store(made, BEGAN)


def _raw(name: str, folder: str, cluster: Cluster) -> Put:
    columns = """(journal_id TEXT NOT NULL, seq {0} NOT NULL, row {1} NOT NULL, chain {1} NOT NULL,
        PRIMARY KEY (journal_id, seq))"""

    def into_file(groups: Sequence[Sequence[tuple[str, int, bytes, bytes]]]) -> None:
        with closing(sqlite3.connect(Path(folder) / "raw.db", isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            db.execute("DROP TABLE IF EXISTS raw")
            db.execute(f"CREATE TABLE raw {columns.format('INTEGER', 'BLOB')} STRICT, WITHOUT ROWID")
            for group in groups:
                db.execute("BEGIN IMMEDIATE")
                for at in range(0, len(group), ROWS_AT_ONCE):
                    db.execute(*together("INSERT INTO raw VALUES {}", group[at : at + ROWS_AT_ONCE]))
                db.execute("COMMIT")

    def into_server(groups: Sequence[Sequence[tuple[str, int, bytes, bytes]]]) -> None:
        with psycopg.connect(cluster.url("postgres")) as db:
            db.execute("DROP TABLE IF EXISTS raw")
            db.execute(f"CREATE TABLE raw {columns.format('bigint', 'bytea')}".encode())
            db.commit()
            for group in groups:
                with db.cursor() as cursor, cursor.copy("COPY raw FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types(["text", "int8", "bytea", "bytea"])
                    for row in group:
                        copy.write_row(row)
                db.commit()

    return into_file if name == "sqlite" else into_server


def _timed(clock: Clock, work: Callable[[], object]) -> float:
    began = clock()
    work()
    return clock() - began


def _clock(cluster: Cluster | None) -> Clock:
    """Seconds of processor time, with those of the database's server."""
    if cluster is None:
        return time.process_time
    postmaster = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    tick = os.sysconf("SC_CLK_TCK")

    def spent() -> float:
        ticks = 0
        for pid in (postmaster, *map(int, Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split())):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15] if pid == postmaster else fields[11:13]))
        return time.process_time() + ticks / tick

    return spent
