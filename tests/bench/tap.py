"""`tap`: from the touch on *take* to the first byte at the printer, against one raw flush and one drawing."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kiosk.demo import Demo, Ports
from kiosk.paper import Paper
from kiosk.preview import OFFICE, example_catalogue
from kiosk.ticket_layout import Ticket, lay_out
from kiosk.touch import Remote
from tests.bench.disk import Floor
from tests.bench.row import Row, percentile
from translations import LANGUAGES

SAMPLES = 60
WARM = 6
"""Tickets before counting: every language and service has been drawn once, as in the first minutes of a day."""
BAR = 3.0


def rows() -> list[Row]:
    """p50 and p99 over tickets in all languages, taken from a running kiosk that prints over TCP."""
    with TemporaryDirectory(dir=Path.cwd()) as folder:
        floor = Floor(Path(folder) / "floor")
        draw = _drawing()
        demo = Demo(Path(folder) / "demo", ports=Ports(0, 0, 0, 0), headless=True)
        demo.start()
        taps, peers = [], []
        try:
            with Remote(demo.control) as kiosk:
                for n in range(WARM + SAMPLES):
                    taps.append(_tap(demo, kiosk, n))
                    peers.append(floor.write() + draw(n))
        finally:
            demo.stop()
            floor.close()
    taps, peers = taps[WARM:], peers[WARM:]
    reference = "one raw flush and one drawing"
    return [
        Row(f"tap p{percent}", percentile(taps, percent) * 1000, "ms",
            f"{reference}, p{percent}", percentile(taps, percent) / percentile(peers, percent), BAR)
        for percent in (50, 99)
    ]  # fmt: skip


def _tap(demo: Demo, kiosk: Remote, n: int) -> float:
    """One ticket; seconds from the touch on take to its first byte at the printer."""
    language = LANGUAGES[n % 3]
    kiosk.ask(touch=f"language-{language}")
    services = [target["id"] for target in kiosk.screen()["targets"] if target["id"].startswith("service-")]
    kiosk.ask(touch=services[n // 3 % len(services)])
    before = _events(demo, "first-byte")
    begun = time.monotonic_ns()
    kiosk.ask(touch="take")
    first = _wait(lambda: _events(demo, "first-byte")[len(before) :])[0]
    _wait(lambda: _events(demo, "ticket")[n:])
    _wait(lambda: [seen for seen in [kiosk.screen()] if "done" in [target["id"] for target in seen["targets"]]])
    kiosk.ask(touch="done")
    return (float(first["received_ns"]) - begun) / 1e9


def _drawing() -> Callable[[int], float]:
    """Draws the ticket that the kiosk would draw; seconds for one."""
    catalogue, paper = example_catalogue(), Paper()

    def draw(n: int) -> float:
        service = catalogue.services[n // 3 % len(catalogue.services)]
        ticket = Ticket(
            label=f"A{n + 500:03}",
            services=(service,),
            language=LANGUAGES[n % 3],
            issued=datetime(2026, 11, 23, 9, n % 60, tzinfo=UTC),
            office=OFFICE,
            languages=LANGUAGES,
            code=f"{n:04}",
            witness=f"{n:016}",
            url=f"http://office.example/t/{n:032x}",
            copy=False,
        )
        begun = time.perf_counter()
        paper.draw(lay_out(ticket))
        return time.perf_counter() - begun

    return draw


def _events(demo: Demo, name: str) -> list[dict[str, Any]]:
    log = demo.tickets / "log.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [event for event in map(json.loads, lines) if event["event"] == name]


def _wait(look: Callable[[], list[dict[str, Any]]], seconds: float = 20.0) -> list[dict[str, Any]]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.005)
    raise TimeoutError("the printer never got it")
