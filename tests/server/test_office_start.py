"""A server is put together whole before anything of it writes or relays."""

import asyncio
import contextlib
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from server import certificate
from server.config import parse_server
from server.console_tls import ConsoleCertificate
from server.database import Db, See, everything
from server.errors import ServerError
from server.office import Office
from sync.paircode import make_code
from sync.system_clock import SystemClock
from sync.types import UtcMs
from tests.server.device import seeded
from tests.server.running import CONFIG


class Looked(Office):
    """Notes at each part that reads which threads write or relay already."""

    def look(self) -> None:
        self.before = set(threading.enumerate())
        self.seen: list[set[str]] = []

    def _opened(self, stack: contextlib.AsyncExitStack, see: See = everything) -> Db:
        self.seen.append({each.name for each in threading.enumerate() if each not in self.before} & {"ledger", "relay"})
        return super()._opened(stack, see)


def test_nothing_writes_or_relays_before_all_stand_that_a_commit_is_told(tmp_path: Path) -> None:
    """Else what the last press left is folded, or a centre answers, while half of it is there: the writer ended at it,
    and the server answered nobody."""
    code = make_code(b"the centre's certificate", seeded(1))
    config = parse_server(f'{CONFIG}\n[upstream]\nurl = "https://127.0.0.1:9"\ncode = "{code}"\n')
    complaints: list[ServerError] = []
    ran = set[str]()

    def ready(where: Mapping[str, str]) -> None:
        ran.update(each.name for each in threading.enumerate() if each not in office.before)
        office.stop.set()

    def today() -> datetime:
        return datetime.now(UTC)

    office = Looked(
        config,
        tmp_path,
        certificate.load_or_make(tmp_path, today()),
        ConsoleCertificate(config, tmp_path, tmp_path, today=today, host=lambda: "box", addresses=lambda: ()),
        "00" * 32,
        send=None,
        random=seeded(2),
        clock=SystemClock(),
        told=lambda: UtcMs(0),
        ready=ready,
        complain=complaints.append,
    )
    office.look()
    asyncio.run(office.run())
    assert len(office.seen) > 8
    assert set().union(*office.seen) == set()
    assert ran >= {"ledger", "relay"}
