"""`ingest`: what a centre takes in a second in a press, judged and durable, on SQLite and on PostgreSQL in one run;
what it costs to fold that afterwards, and to make the figures.

The raw limit of each is the same rows put into one bare table in groups as large. In processor time of this process
and of the database's server: the machine may be busy with something else.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import psycopg

from server.database import Db
from server.intake import take_batches
from server.ledger import Ledger
from server.rollups import marked, reckon
from server.stores import open_reader
from sync.wire import Refusal, Request
from tests.bench.row import Row
from tests.bench.traffic import BEGAN, Machine, begin, enter
from tests.postgres import SURE, Cluster

ZONE = ZoneInfo("Asia/Bangkok")
EVENTS_BAR, REQUESTS_BAR = 100_000, 2_600
RAW_BAR = 2.5
"""At least 0.4 of the raw limit."""
ROLLUPS_BAR = 0.4
FOLDING_BAR = 2.0
"""A press is caught up with in less than twice the time that it took."""
OFFICES, BATCHES, BULK_VISITS = 8, 4, 80
GROUP = 8
"""Batches of one commit, as they wait together (server.writer)."""
SMALL_OFFICES, SMALL_ROUNDS, SMALL_GROUP = 32, 15, 64
"""A machine that sends when something happened has about four facts a request."""


def rows() -> list[Row]:
    """Facts in bulk and requests of about four, each on both databases."""
    made: list[Row] = []
    with TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder) / "postgresql", SURE)
        try:
            for name, place in (("sqlite", Path(folder) / "ledger.db"), ("postgresql", cluster.database(Path("bulk")))):
                clock = _clock(cluster if name == "postgresql" else None)
                made += _bulk(name, place, _raw(name, folder, cluster), clock)
                small = Path(folder) / "small.db" if name == "sqlite" else cluster.database(Path("small"))
                made.append(_small(name, small, clock))
        finally:
            cluster.stop("immediate")
    return made


Clock = Callable[[], float]
Put = Callable[[Sequence[Sequence[tuple[str, int, bytes, bytes]]]], None]


def _bulk(name: str, place: Path | str, put: Put, clock: Clock) -> list[Row]:
    random = Random(7)
    machines, requests = _traffic(random, OFFICES, BATCHES, BULK_VISITS)
    events = sum(each.last - each.first + 1 for each in requests)
    with _ledger(place, machines) as ledger:
        took = _timed(clock, lambda: _take(ledger, requests, GROUP))
        folding = _timed(clock, lambda: _fold(ledger))
        with closing(open_reader(place)) as db:
            kept = [tuple(row) for row in db.execute("SELECT journal_id, seq, row, chain FROM facts")]
            reckoning = _timed(clock, lambda: _reckon(ledger, db))
    size = len(kept) // (len(requests) // GROUP)
    raw = _timed(clock, lambda: put([kept[at : at + size] for at in range(0, len(kept), size)]))
    rate, limit = events / took, len(kept) / raw
    return [
        Row(f"ingest {name}", rate, "facts/s", f"{EVENTS_BAR} a second of processor time", EVENTS_BAR / rate, 1.0),
        Row(f"ingest {name} raw", limit, "rows/s", "facts of this bench, of which the limit is", limit / rate, RAW_BAR),
        Row(f"ingest {name} folding", folding * 1e6 / events, "µs/fact", "taking it in", folding / took, FOLDING_BAR),
        Row(
            f"ingest {name} figures",
            reckoning * 1e6 / events,
            "µs/fact",
            "taking it in and folding it",
            reckoning / (took + folding),
            ROLLUPS_BAR,
        ),
    ]


def _small(name: str, place: Path | str, clock: Clock) -> Row:
    machines, requests = _traffic(Random(8), SMALL_OFFICES, SMALL_ROUNDS, 1)
    with _ledger(place, machines) as ledger:
        rate = len(requests) / _timed(clock, lambda: _take(ledger, requests, SMALL_GROUP))
    reference = f"{REQUESTS_BAR} a second of processor time"
    return Row(f"ingest {name} requests", rate, "requests/s", reference, REQUESTS_BAR / rate, 1.0)


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
            enter(ledger, machines)
            for kiosk, desk in zip(machines[::2], machines[1::2], strict=True):
                ledger.offices.enter(desk.name, None, BEGAN)
                ledger.offices.enter(kiosk.name, desk.name, BEGAN)
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
            db.execute(f"CREATE TABLE raw {columns.format('INTEGER', 'BLOB')} STRICT, WITHOUT ROWID")
            for group in groups:
                db.execute("BEGIN IMMEDIATE")
                db.executemany("INSERT INTO raw VALUES (?, ?, ?, ?)", group)
                db.execute("COMMIT")

    def into_server(groups: Sequence[Sequence[tuple[str, int, bytes, bytes]]]) -> None:
        with psycopg.connect(cluster.url("postgres")) as db:
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
