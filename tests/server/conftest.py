"""Ledgers, machines and one running server for the tests of this room."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

import pytest

from server.ledger import FILE, Ledger
from server.pairing import Pairing
from tests.server.busy_desk import BusyDesk
from tests.server.desk import Desk
from tests.server.device import NOON, Device, seeded
from tests.server.running import RunningServer

ZONE = ZoneInfo("Asia/Bangkok")
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


def admit(ledger: Ledger, device: Device, place: str = "Hall") -> int:
    """Pair without ceremony; the lane."""
    secret = device.journal.secret
    pairing = Pairing(device.journal_id, device.key.public, secret, "kiosk", place, bytes(32))
    with ledger.transaction():
        return ledger.pair(pairing, NOON)


@pytest.fixture
def make_ledger(tmp_path: Path) -> Iterator[Callable[..., Ledger]]:
    """Opens ledgers, by default one and the same file; all are closed at the end."""
    opened: list[Ledger] = []

    def make(name: str = FILE, *, kind: type[Ledger] = Ledger, zone: ZoneInfo = ZONE) -> Ledger:
        opened.append(kind(tmp_path / name, zone, seeded(7)))
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
