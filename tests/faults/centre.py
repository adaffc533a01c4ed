"""`./prove centre [--rounds N] [--seed S]`: a centre, three offices and six kiosks, and everything that befalls them.

The shipped uplink, judgement, relay, journals and ledgers in one process, on real files; the network between them
loses, doubles, delays, reorders and cuts, processes are killed in the middle of a transaction, disks are restored from
old copies, cards are put back, cloned and flashed anew. After each round the line is good and people mend what stands
still; then every device is held against the centre. Everything follows from the seed. The controls are the same with
one habit made wrong, and must be found.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.faults.centre_habits import BROKEN, Habits
from tests.faults.centre_judge import Found
from tests.faults.centre_world import World

EACH = 5
"""Rounds that one world lives through."""
_MOST_CONTROL = 200


@dataclass
class Tally:
    """What was found in so many rounds."""

    rounds: int = 0
    facts: int = 0
    faults: list[str] = field(default_factory=list)
    befell: Counter[str] = field(default_factory=Counter)


def live(folder: Path, seed: int, rounds: int, habits: Habits | None = None) -> tuple[Found, World]:
    """One world for so many rounds, or until something is wrong. The caller closes it."""
    world = World(folder, seed, habits)
    found = Found()
    for _ in range(rounds):
        found = world.round()
        if found.faults:
            break
    return found, world


def prove(
    rounds: int,
    seed: int,
    broken: str | None = None,
    *,
    several: int = EACH,
    workers: int = 1,
    each: Callable[[Tally], bool] = lambda tally: True,
) -> Tally:
    """World after world of `several` rounds, until so many are over or `each` has enough. `broken`: a name of `BROKEN`.
    The figures are those of the seeds in their order, however many worlds live at once."""
    tally = Tally()
    worlds = [(seed + number, min(several, rounds - first)) for number, first in enumerate(range(0, rounds, several))]
    with _side_by_side(workers, broken, worlds) as lived:
        while each(tally) and (one := next(lived, None)) is not None:
            tally.rounds += one.rounds
            tally.facts += one.facts
            tally.faults += one.faults
            tally.befell += one.befell
    return tally


@contextmanager
def _side_by_side(workers: int, broken: str | None, worlds: Sequence[tuple[int, int]]) -> Iterator[Iterator[Tally]]:
    """What befell each (seed, rounds), in their order."""
    if workers == 1:
        yield map(partial(_world, broken), worlds)
        return
    pool = ProcessPoolExecutor(workers)
    try:
        yield pool.map(partial(_world, broken), worlds)
    finally:
        pool.shutdown(cancel_futures=True)  # those that live come to their end: a killed one leaves its files


def _world(broken: str | None, seed_and_rounds: tuple[int, int]) -> Tally:
    seed, rounds = seed_and_rounds
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="centre-", dir=shared if shared.is_dir() else None) as folder:
        found, world = live(Path(folder), seed, rounds, BROKEN[broken] if broken is not None else None)
        world.close()
    faults = [f"seed {seed}: {fault}" for fault in found.faults]
    return Tally(rounds, found.facts, faults, world.befell + world.network.befell)


def main(arguments: Sequence[str]) -> int:
    """Exit 0 where nothing is wrong and every broken habit is found."""
    parser = argparse.ArgumentParser(prog="./prove centre", description="A centre, three offices, six kiosks.")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(arguments)

    def told(tally: Tally) -> bool:
        if tally.rounds % 50 < EACH:
            print(f"{tally.rounds} rounds, {len(tally.faults)} faults", flush=True)
        return True

    shipped = prove(given.rounds, given.seed, workers=given.workers, each=told)
    for fault in shipped.faults:
        print(fault)
    for what, times in shipped.befell.most_common():
        print(f"  {times:6}  {what}")
    missed = []
    for name in BROKEN:
        control = prove(_MOST_CONTROL, given.seed, name, workers=given.workers, each=lambda tally: not tally.faults)
        print(f"control, {name}: {control.faults[0] if control.faults else 'NOT FOUND'}")
        missed += [] if control.faults else [name]
    print(
        f"{shipped.rounds} rounds, {shipped.facts} facts at the centre: {len(shipped.faults)} lost, doubled, strange "
        f"or stuck; {len(BROKEN) - len(missed)} of {len(BROKEN)} broken habits found"
    )
    return 1 if shipped.faults or missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
