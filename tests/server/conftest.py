"""Ledgers, machines and one running server for the tests of this room."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

import pytest

from server.database import Db
from server.ledger import Ledger
from server.pairing import Pairing
from server.stores import FILE, store_of
from tests.postgres import Cluster
from tests.server.busy_desk import BusyDesk
from tests.server.desk import Desk
from tests.server.device import NOON, Device, seeded
from tests.server.places import keep_in, place
from tests.server.running import RunningServer

ZONE = ZoneInfo("Asia/Bangkok")
BOTH = frozenset({
    "test_calls", "test_intake", "test_ledger", "test_queue", "test_rebuild", "test_relay", "test_rollups",
    "test_standings", "test_sums", "test_views",
})  # fmt: skip
"""Modules whose tests are run on SQLite and on PostgreSQL; `./prove postgresql` runs more of them there."""
FILED = frozenset({
    "test_audit_command", "test_backup", "test_durability", "test_evidence", "test_figures_page", "test_first_code",
    "test_forked_kiosk", "test_ingest", "test_masked_codes", "test_metrics", "test_moved_card", "test_own",
    "test_pairing", "test_people", "test_printers", "test_publishing", "test_report", "test_restored",
    "test_restored_audit", "test_signs", "test_standstill", "test_watching", "test_way_down",
})  # fmt: skip
"""Modules that copy a ledger's file, look into it, or begin servers of their own beside it: they are of files alone."""
CERTIFICATE = b"the certificate of a server"
_OPENED = ExitStack()


class Closes(Protocol):
    """Something that holds a file."""

    def close(self) -> None: ...


Made = TypeVar("Made", bound=Closes)


def opened(made: Made) -> Made:
    """What a test opened: it is closed at the end of the test, last opened first."""
    _OPENED.callback(made.close)
    return made


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Python 3.13 warns of a connection that nobody closes."""
    yield
    _OPENED.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of some modules on both databases."""
    alone = metafunc.definition.get_closest_marker("sqlite") is not None
    if metafunc.module.__name__.rpartition(".")[2] in BOTH and not alone:
        metafunc.parametrize("kept_in", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for the tests of this process, in a folder that its own user may enter."""
    with TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as folder:
        made = Cluster(Path(folder) / "postgresql")
        yield made
        made.stop("immediate")


@pytest.fixture(autouse=True)
def kept_in(request: pytest.FixtureRequest) -> Iterator[str]:
    """In which database this test keeps its ledgers."""
    of_files = request.module.__name__.rpartition(".")[2] in FILED
    name = getattr(request, "param", "sqlite" if of_files else request.config.getoption("--ledger"))
    if name == "sqlite" or request.node.get_closest_marker("sqlite") is not None:
        yield name
        return
    cluster = request.getfixturevalue("cluster")
    before = cluster.made
    keep_in(cluster)
    yield name
    keep_in(None)
    cluster.drop(but=before)


@pytest.fixture(scope="module")
def kept_throughout(request: pytest.FixtureRequest) -> Iterator[None]:
    """For fixtures of a whole module: their ledgers, too, are in the database of the run."""
    if request.config.getoption("--ledger") == "sqlite":
        yield
        return
    cluster = request.getfixturevalue("cluster")
    keep_in(cluster)
    yield
    keep_in(None)
    cluster.drop()


def admit(ledger: Ledger, device: Device, place: str = "Hall") -> int:
    """Pair without ceremony; the lane."""
    secret = device.journal.secret
    pairing = Pairing(device.journal_id, device.key.public, secret, "kiosk", place, bytes(32))
    with ledger.transaction():
        return ledger.pair(pairing, NOON)


@pytest.fixture
def tables(tmp_path: Path, kept_in: str) -> Iterator[Db]:
    """A ledger's tables without a ledger; nothing of it outlives the test."""
    store = store_of(place(tmp_path / "tables.db"))
    with store.writer(ZONE) as db:
        store.migrate(db)
        yield db


@pytest.fixture
def make_ledger(tmp_path: Path) -> Iterator[Callable[..., Ledger]]:
    """Opens ledgers, by default one and the same file; all are closed at the end."""
    opened: list[Ledger] = []

    def make(name: str = FILE, *, kind: type[Ledger] = Ledger, zone: ZoneInfo = ZONE) -> Ledger:
        opened.append(kind(place(tmp_path / name), zone, seeded(7)))
        return opened[-1]

    yield make
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(make_ledger: Callable[..., Ledger]) -> Ledger:
    """An empty ledger."""
    return make_ledger()


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    """A machine that is not paired yet."""
    made = Device.make(tmp_path / "kiosk")
    yield made
    made.journal.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A real server process, one for each module."""
    running = RunningServer(tmp_path_factory.mktemp("server"))
    yield running
    if running.process.poll() is None:
        assert running.end() == 0


@pytest.fixture
def make_desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Builds consoles; each is closed at the end."""
    made: list[Desk] = []

    def make(**parts: Any) -> Desk:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Desk(folder, **parts))
        return made[-1]

    yield make
    for desk in made:
        desk.close()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """A console as it ships."""
    return make_desk()


@pytest.fixture
def busy(desk: Desk, tmp_path: Path) -> Iterator[BusyDesk]:
    """A console with a kiosk beside it."""
    made = BusyDesk(desk, tmp_path)
    yield made
    made.close()
