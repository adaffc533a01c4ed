"""`boot`: the card in QEMU, from the kernel's start to the kiosk's first picture and to a ticket on paper, against the
same card that starts nothing of ours; and what it writes while nobody comes, and for a ticket.

By name only: it makes the card first, where that is not made yet.
"""

import time
from collections.abc import Callable
from pathlib import Path

from image.errors import ImageError
from image.making import CACHE, build
from image.tools import newest_tools
from tests.bench.row import Row
from tests.image.boot.bench import TALKATIVE, Bench, prepare
from tests.image.boot.ground import READY_S, Ground, within

FRAME_BAR, TICKET_BAR = 3.0, 4.0
IDLE_S = 1000.0
"""Longer than a quarter of an hour, in which the log is kept once."""
HOUR_S = 3600.0
SETTLED_S = 95.0
"""The card's kernel writes out what is older than 60 s, and looks every 30 (90-scorecard.conf)."""
IDLE_BAR_BYTES, TICKET_BAR_BYTES = 4 << 20, 512 << 10
"""In ten years with 300 tickets a day 0.94 TB: a third of what a card of 32 GB bears, each cell a thousand times, where
it writes ten times as much as it is given."""
STAMP = r"\[\s*([\d.]+)\] \S+: "
PICTURE, READY = STAMP + "first picture", STAMP + "kiosk ready"
BARE = STAMP + "(?:.\\[[\\d;]*m)*Reached target .*multi-user.target"
TOLD = f"{TALKATIVE} systemd.log_level=info"
"""systemd, too, says when it has come where."""
WITHOUT_OURS = " ".join(f"systemd.mask=scorecard-{name}.service" for name in ("kiosk", "sync"))
FOLDER = Path("out/bench-boot")


def rows(cache: Path = CACHE) -> list[Row]:
    """A later start of a card: the first makes its data partition larger, once. Raises ImageError."""
    image = build(cache.resolve(), Path("out").resolve(), raw=True)
    bench = Bench(newest_tools(cache), FOLDER, image)
    try:
        return _measured(Ground(bench), bench)
    finally:
        bench.close()


def _measured(ground: Ground, bench: Bench) -> list[Row]:
    machine = bench.machine
    _must(ground.starts())
    time.sleep(SETTLED_S)  # it has rehearsed its tickets, and that is written: it does so once
    machine.pull()
    prepare(machine.card, {}, f"{TOLD} {WITHOUT_OURS}")
    said = len(machine.serial)
    bench.start()
    within(READY_S, lambda: bench.said(BARE, said) is not None)
    bare = _stamp(bench, BARE, said)
    machine.pull()
    prepare(machine.card, {}, TOLD)
    said = len(machine.serial)
    _must(ground.powers())
    since = time.monotonic()
    _must(ground.ticket())
    picture, ticket = _stamp(bench, PICTURE, said), _stamp(bench, READY, said) + time.monotonic() - since
    each = _written(bench, lambda: _must(ground.ticket()))
    idle = _written(bench, lambda: time.sleep(IDLE_S)) * HOUR_S / IDLE_S
    name = "the same card's bare start"
    return [
        Row("boot first picture", picture, "s", name, picture / bare, FRAME_BAR),
        Row("boot first ticket", ticket, "s", name, ticket / bare, TICKET_BAR),
        Row("boot bytes an idle hour", idle, "B", f"{IDLE_BAR_BYTES} B", idle / IDLE_BAR_BYTES, 1),
        Row("boot bytes a ticket", each, "B", f"{TICKET_BAR_BYTES} B", each / TICKET_BAR_BYTES, 1),
    ]


def _stamp(bench: Bench, pattern: str, after: int) -> float:
    """Seconds since the kernel's start at which this was said."""
    found = bench.said(pattern, after)
    if found is None:
        raise ImageError(f"never said: {pattern}", hint=f"look into {bench.machine.folder}/serial.log")
    return float(found[1])


def _written(bench: Bench, meanwhile: Callable[[], None]) -> int:
    """Bytes written to the card in that time, and until the system has written what it held back."""
    before = bench.machine.written()
    meanwhile()
    time.sleep(SETTLED_S)
    return bench.machine.written() - before


def _must(missed: list[str]) -> None:
    if missed:
        raise ImageError("; ".join(missed), hint="run image/boot-test")
