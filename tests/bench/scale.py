"""`scale`: what the figures of a nation cost, from the database to what is told: over ten million facts against one
million, and over the sums of a billion facts of 7,850 offices, on SQLite and on PostgreSQL.

In processor time of this process and of the database's server: the machine may be busy with something else.
"""

import gc
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from server.console_figures import find_figures
from server.database import Db
from server.stores import open_reader
from tests.bench.row import Row, percentile
from tests.bench.scale_made import LONG, OFFICES, TODAY, fill, ledger_of, office_named, rows_of_a_billion, told
from tests.postgres import Cluster

OFFICE_BAR_MS, ALL_BAR_MS, FLAT_BAR = 50, 100, 1.3
SAMPLES = 40
TEN_MILLION, ONE_MILLION = 300, 30
"""Visits a day at each of OFFICES_FLAT offices on DAYS days; ten facts each."""
OFFICES_FLAT, DAYS = 110, 31
SETTINGS = (
    "fsync=off", "full_page_writes=off", "shared_buffers=1GB", "max_wal_size=4GB", "max_connections=20",
    "max_parallel_workers_per_gather=0",
)  # fmt: skip
"""One process of the server does all of a question, and is looked at."""
WARM = 3
"""So many questions are not counted: of whoever asked nobody before, the disk is not the figures'."""
Clock = Callable[[], float]
MONTH = {"period": "month", "on": "2026-10-10"}
ASKED = {
    "office month": (MONTH | {"office": "?"}, OFFICE_BAR_MS),
    "all month": (MONTH | {"office": "all"}, ALL_BAR_MS),
    "all ranked": (MONTH | {"office": "all", "order": "score"}, ALL_BAR_MS),
    "all week": ({"period": "week", "on": "2026-10-20", "office": "all"}, ALL_BAR_MS),
    "all year": ({"period": "span", "from": "2025-11-01", "to": "2026-10-31", "office": "all"}, ALL_BAR_MS),
}
"""What a page of figures is asked for, and its bar."""


def rows() -> list[Row]:
    """The rows of both parts. `SCALE_FOLDER`: where there is room for 8 GB; the system's temporary folder else."""
    made: list[Row] = []
    gc.freeze()  # as the server does
    with TemporaryDirectory(prefix="scorecard-", dir=os.environ.get("SCALE_FOLDER")) as name:
        folder = Path(name)
        made += _flat(folder)
        made += _billion("sqlite", folder / "billion.db")
        (folder / "billion.db").unlink()
        with _cluster(folder / "postgresql") as cluster:
            made += _billion("postgresql", cluster.database(folder / "billion"))
    return made


def _flat(folder: Path) -> list[Row]:
    """The same questions over ten times as many facts, in turns."""
    places = {came: folder / f"facts{came}.db" for came in (ONE_MILLION, TEN_MILLION)}
    for came, place in places.items():
        with ledger_of(place, OFFICES_FLAT) as ledger, closing(open_reader(place)) as db:
            facts = fill(ledger, db, OFFICES_FLAT, DAYS, came)
        with closing(open_reader(place)) as db:
            assert db.execute("SELECT count(*) FROM facts").fetchone()[0] >= facts
        told(f"{facts:,} facts are in {place.stat().st_size / 1e9:.1f} GB")
    made = []
    with closing(open_reader(places[ONE_MILLION])) as one, closing(open_reader(places[TEN_MILLION])) as ten:
        for name in ("office month", "all month"):
            few, many = [], []
            for number in range(WARM + SAMPLES):
                few.append(_time(one, name, OFFICES_FLAT, number, time.process_time))
                many.append(_time(ten, name, OFFICES_FLAT, number, time.process_time))
            few, many = few[WARM:], many[WARM:]
            made += [_row(f"scale facts {name}", many, percent, ASKED[name][1]) for percent in (50, 99)]
            middle = percentile(many, 50)
            ratio = middle / percentile(few, 50)
            made.append(Row(f"scale flat {name}", middle, "ms", "over a tenth of the facts", ratio, FLAT_BAR))
    for place in places.values():
        place.unlink()
    return made


def _billion(name: str, place: Path | str) -> list[Row]:
    """The sums of a billion facts."""
    with ledger_of(place, OFFICES) as ledger, closing(open_reader(place)) as db:
        rows = rows_of_a_billion(ledger, db)
    told(f"{name}: {rows:,} rows")
    made = []
    with closing(open_reader(place)) as db:
        clock = time.process_time if isinstance(place, Path) else _with(db)
        for asked, (_, bar) in ASKED.items():
            samples = _times(db, asked, LONG, clock)
            made += [_row(f"scale {name} {asked}", samples, percent, bar) for percent in (50, 99)]
    return made


def _row(name: str, samples: list[float], percent: int, bar: int) -> Row:
    value = percentile(samples, percent)
    return Row(f"{name} p{percent}", value, "ms", f"{bar} ms of processor time", value / bar, 1.0)


def _times(db: Db, name: str, offices: int, clock: Clock) -> list[float]:
    return [_time(db, name, offices, number, clock) for number in range(WARM + SAMPLES)][WARM:]


def _time(db: Db, name: str, offices: int, number: int, clock: Clock) -> float:
    """Milliseconds."""
    query = ASKED[name][0]
    asked = query | ({"office": office_named(1 + number % offices)} if query["office"] == "?" else {})
    began = clock()
    board = find_figures(db, asked, TODAY).board
    took = (clock() - began) * 1000
    assert board.now.counts["visits"] > 0
    return took


@contextmanager
def _cluster(folder: Path) -> Iterator[Cluster]:
    cluster = Cluster(folder, SETTINGS)
    try:
        yield cluster
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _with(db: Db) -> Clock:
    """Seconds of processor time of this process, and of the one of the server that answers this connection."""
    (pid,) = db.execute("SELECT pg_backend_pid()").fetchone()
    path = Path(f"/proc/{pid}/schedstat")
    return lambda: time.process_time() + int(path.read_text().split()[0]) / 1e9
