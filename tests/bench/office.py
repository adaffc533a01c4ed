"""`office`: the memory of an office's server, idle and with twenty open pages, after a busy hour."""

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from sync.clock import office_day
from tests.bench.row import Row
from tests.faults.calls import prepare
from tests.server.conftest import ZONE
from tests.server.running import RunningServer, now_ms

IDLE_BAR_MB = 100
"""What the smallest Pi can spare for an office beside its kiosk."""
BUSY_BAR_MB = 128
CALLS = 100


def rows() -> list[Row]:
    """Resident memory just after the start, and after 100 calls with ten displays and ten counters open."""
    with TemporaryDirectory() as folder:
        alone = Path(folder) / "alone"
        alone.mkdir()
        server = RunningServer(alone)
        with server.pages() as client:
            client.get("/healthz")
        idle = server.memory_kib() / 1024
        server.end()
        busy = _busy(Path(folder) / "busy")
    return [
        Row("office idle memory", idle, "MB", f"{IDLE_BAR_MB} MB", idle / IDLE_BAR_MB, 1.0),
        Row("office memory, 20 clients", busy, "MB", f"{BUSY_BAR_MB} MB", busy / BUSY_BAR_MB, 1.0),
    ]


def _busy(folder: Path) -> float:
    folder.mkdir()
    office = prepare(folder, CALLS + 10, 1, office_day(now_ms(), ZONE).isoformat())
    chief = office.chief
    with contextlib.ExitStack() as stack:
        for counter in range(1, 11):
            pages = stack.enter_context(httpx.Client(timeout=60))
            events = stack.enter_context(pages.stream("GET", f"{office.server.pages_url}/display/events"))
            next(events.iter_lines())
            mine = stack.enter_context(chief.client.stream("GET", f"/events/counter/{counter}"))
            next(mine.iter_lines())
        for _ in range(CALLS):
            chief.done(1, "next")
            chief.done(1, "came")
            chief.done(1, "finish")
        memory = office.server.memory_kib() / 1024
    chief.close()
    office.server.end()
    return memory
