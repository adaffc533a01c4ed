"""`call`: from the moment an officer presses *next* to the number on the hall's display, both over the network."""

import queue
import re
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from sync.clock import office_day
from tests.bench.row import Row, percentile
from tests.faults.calls import prepare
from tests.server.conftest import ZONE
from tests.server.running import now_ms

BAR_MS = 250
"""A quarter of a second: whoever looks up when the chime sounds sees the number."""
CALLS = 200


def rows() -> list[Row]:
    """200 calls, one after the other; each is measured until a display that is open was sent the number."""
    with TemporaryDirectory() as folder:
        samples = _samples(Path(folder))
    figures = ((percent, percentile(samples, percent)) for percent in (50, 99))
    return [Row(f"call p{percent}", value, "ms", f"{BAR_MS} ms", value / BAR_MS, 1.0) for percent, value in figures]


def _samples(folder: Path) -> list[float]:
    office = prepare(folder, CALLS + 10, 1, office_day(now_ms(), ZONE).isoformat())
    seen: queue.Queue[tuple[str, float]] = queue.Queue()
    watching = threading.Event()
    watcher = threading.Thread(target=_watch, args=(office.server.pages_url, watching, seen), daemon=True)
    watcher.start()
    watching.wait(20)
    chief, samples = office.chief, []
    for _ in range(CALLS):
        body = chief.body(1, "next")
        began = time.perf_counter()
        label = chief.send(1, body).json()["called"]
        samples.append((_shown(seen, label) - began) * 1000)
        chief.done(1, "came")
        chief.done(1, "finish")
    chief.close()
    office.server.end()
    watcher.join(20)
    return samples


def _watch(url: str, watching: threading.Event, seen: "queue.Queue[tuple[str, float]]") -> None:
    """An open display: every number in every fragment, with the moment it came."""
    with httpx.Client(timeout=60) as client, client.stream("GET", f"{url}/display/events") as stream:
        try:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    now = time.perf_counter()
                    for label in re.findall(r"\bA\d{3}\b", line):
                        seen.put((label, now))
                watching.set()
        except httpx.TransportError:
            return


def _shown(seen: "queue.Queue[tuple[str, float]]", label: str) -> float:
    while True:
        found, at = seen.get(timeout=20)
        if found == label:
            return at
