"""`image/boot-test [IMAGE] [--out DIR]`: the card booted in QEMU and used as citizens use it, step by step.

What is seen stays in DIR: pictures of the screen, the tickets as they came out of the printer, the serial line's log.
The last line is the figure: how many of the steps held. It makes the image first where none is named.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from image.errors import ImageError
from image.making import CACHE, build
from image.tools import Tools
from tests.image.boot.bench import LEVELS, Bench
from tests.image.boot.card import Found, journal_of, verified
from tests.image.boot.citizen import Citizen
from tests.image.boot.sights import Sights

READY_S = 600.0
SIGHT_S = 60.0
SETTLED_S = 6.0
"""Longer than the lockout in which further presses are one with the first."""
SERVICE, GROUP = "move-in", "registration"
LANGUAGES = ("th", "my")
READY = r"kiosk ready, \d+ x \d+, (\w+)"

Step = Callable[[], list[str]]


class Walk:
    """One card from its first start to a pulled plug. Each step gives what did not hold, a line each."""

    def __init__(self, bench: Bench) -> None:
        self._bench, self._sights = bench, Sights()
        self._starts = 0

    def steps(self) -> Iterator[tuple[str, Step]]:
        """In their order; each needs those before."""
        yield "the first start reaches the kiosk's first frame", self.starts
        for language in LANGUAGES:
            yield f"a ticket is taken by touch and printed: {language}", partial(self.ticket, language)
        yield "a score button of the machine's own pins counts", self.press
        yield "the plug is pulled while a ticket is taken: the record is whole", self.cut
        yield "it starts again into the kiosk", self.starts
        yield "and gives a number again", partial(self.ticket, "th")
        yield "no number was given twice, and none is on paper alone", self.numbers

    def starts(self) -> list[str]:
        """Power, until the screen invites."""
        self._starts += 1
        self._bench.start()
        self._bench.machine.until(lambda: self._bench.said(READY) is not None, "the kiosk is ready", READY_S)
        citizen, found = self._citizen("th"), self._bench.said(READY)
        missed = [] if found and found[1].lower() == "kmsdrm" else [f"drawn by {found[1] if found else 'nobody'}"]
        if not citizen.sees(citizen.state("attract"), f"start-{self._starts}", SIGHT_S):
            missed.append("the screen does not invite")
        return missed

    def ticket(self, language: str) -> list[str]:
        """From the inviting screen to paper."""
        before = self._bench.printed
        missed = self._citizen(language).takes_a_ticket(SERVICE, GROUP, SIGHT_S)
        return missed if self._bench.prints(before, SIGHT_S) else [*missed, "no ticket came out of the printer"]

    def press(self) -> list[str]:
        """The button of the highest level, by its own pin; that it counted is read from the record at the end."""
        self._bench.press(LEVELS[-1])
        time.sleep(SETTLED_S)
        self._bench.machine.picture("thanks")
        return []

    def cut(self) -> list[str]:
        """In the middle of a citizen's way; then the card is read from outside."""
        self._citizen("th").takes_a_ticket(SERVICE, GROUP, SIGHT_S)
        missed = self.numbers()
        if self._record().scores < 1:
            missed.append("no score on record")
        return missed

    def numbers(self) -> list[str]:
        """Pull the plug, and hold the record that is durable against the paper on the floor."""
        self._bench.machine.pull()
        found = self._record()
        missed = verified(found.path)
        if len(set(found.labels)) < len(found.labels):
            missed.append(f"numbers given twice: {found.labels}")
        if len(found.labels) < self._bench.printed:
            missed.append(f"{len(found.labels)} tickets on record, and {self._bench.printed} on paper")
        return missed

    def _record(self) -> Found:
        return journal_of(self._bench.tools, self._bench.machine.folder)

    def _citizen(self, language: str) -> Citizen:
        return Citizen(self._bench.machine, self._sights, language)


def main(arguments: Sequence[str]) -> int:
    """Walk; the exit status: 1 a step did not hold."""
    parser = argparse.ArgumentParser(prog="image/boot-test", description=__doc__)
    parser.add_argument("image", nargs="?", type=Path, help="the uncompressed image (default: it is made)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where image/build keeps its parts")
    parser.add_argument("--out", type=Path, default=Path("out/boot-test"), help="where pictures and logs go")
    given = parser.parse_args(arguments)
    image = given.image or build(given.cache.resolve(), Path("out").resolve(), raw=True)
    tools = max(given.cache.resolve().glob("tools-*/root"), key=lambda path: path.stat().st_mtime)
    bench = Bench(Tools(tools), given.out, image)
    try:
        return told(Walk(bench))
    finally:
        bench.close()


def told(walk: Walk) -> int:
    """Say each step with its time, and the figure last."""
    began, held, every = time.monotonic(), 0, 0
    for name, step in walk.steps():
        every += 1
        since = time.monotonic()
        try:
            missed = step()
        except ImageError as error:
            missed = [str(error), error.hint]
        held += not missed
        print(f"{'✓' if not missed else '✗'} {time.monotonic() - since:6.1f} s  {name}", flush=True)
        for line in missed:
            print(f"            {line}", flush=True)
    print(f"{held} of {every} steps held, {time.monotonic() - began:.0f} s")
    return int(held < every)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
