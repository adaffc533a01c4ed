"""`image/boot-test [IMAGE] [--walk NAME,…] [--out DIR]`: the card booted in QEMU and used, step by step.

What is seen stays in DIR: pictures of the screen, the tickets as they came out of the printer, the serial line's log.
The last line is the figure: how many of the steps held. It makes the image first where none is named.
"""

import argparse
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import FrameType

from image.making import CACHE, build
from image.tools import Tools, newest_tools
from tests.image.boot import citizens, copies, intruders, pi, troubles
from tests.image.boot.bench import Bench
from tests.image.boot.ground import Ground, Walk
from tests.image.boot.told import told

CUTS = 3
MANY_CUTS = 30
WALKS: Mapping[str, Walk] = {
    "day": citizens.day,
    "intruders": intruders.attempts,
    "mistakes": troubles.mistakes,
    "full": troubles.full,
    "hang": troubles.hang,
    "cuts": partial(citizens.cuts, times=CUTS),
    "data": troubles.data,
    "clock": troubles.clock,
    "copies": copies.copies,
}
"""In this order, on one card; each begins with whatever the one before left, and starts the machine if need be."""
LONG: Mapping[str, Walk] = {
    **WALKS,
    "mistakes": partial(troubles.mistakes, looked_at=10),
    "cuts": partial(citizens.cuts, times=MANY_CUTS),
    "restore": copies.restore,
    "pi": pi.pi,
}
"""The same for the proof, and the board as far as QEMU plays one."""


def main(arguments: Sequence[str]) -> int:
    """Walk; the exit status: 1 a step did not hold."""
    parser = argparse.ArgumentParser(prog="image/boot-test", description=__doc__)
    parser.add_argument("image", nargs="?", type=Path, help="the uncompressed image (default: it is made)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where image/build keeps its parts")
    parser.add_argument("--out", type=Path, default=Path("out/boot-test"), help="where pictures and logs go")
    parser.add_argument(
        "--walk", help=f"which of {','.join(LONG)} (default: all; the last two only with --long or named)"
    )
    parser.add_argument("--long", action="store_true", help=f"{MANY_CUTS} cuts, and a start with each broken file")
    parser.add_argument("--stay", action="store_true", help="leave the machine on until Ctrl-C, to look around in it")
    given = parser.parse_args(arguments)
    walks = LONG if given.long else WALKS
    names = given.walk.split(",") if given.walk else list(walks)
    if unknown := sorted(set(names) - set(LONG)):
        parser.error(f"no walk is called {unknown[0]}: choose of {', '.join(LONG)}")
    image = given.image or build(given.cache.resolve(), Path("out").resolve(), raw=True)
    signal.signal(signal.SIGTERM, ended)
    chosen = {name: walks.get(name, LONG[name]) for name in names}
    return int(not walked(newest_tools(given.cache), given.out, image, chosen, stay=given.stay))


def walked(tools: Tools, folder: Path, image: Path, walks: Mapping[str, Walk], *, stay: bool = False) -> bool:
    """Whether each step of these walks held, on one card of this image."""
    bench = Bench(tools, folder, image)
    try:
        ground = Ground(bench)
        held = told({name: walk(ground) for name, walk in walks.items()})
        if stay:
            print(f"it stays on: {bench.machine.folder}; end with Ctrl-C", flush=True)
            signal.pause()
        return held
    finally:
        bench.close()


def ended(number: int, frame: FrameType | None) -> None:
    """Whatever stands around the machine ends with the walk, and in peace."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
