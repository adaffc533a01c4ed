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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
    rounds: int, seed: int, habits: Habits | None = None, *, each: Callable[[Tally], bool] = lambda tally: True
) -> Tally:
    """World after world, until so many rounds are over or `each` has enough."""
    tally, shared = Tally(), Path("/dev/shm")
    while tally.rounds < rounds and each(tally):
        with tempfile.TemporaryDirectory(prefix="centre-", dir=shared if shared.is_dir() else None) as folder:
            several = min(EACH, rounds - tally.rounds)
            found, world = live(Path(folder), seed, several, habits)
            tally.rounds += several
            tally.facts += found.facts
            tally.faults += [f"seed {seed}: {fault}" for fault in found.faults]
            tally.befell += world.befell + world.network.befell
            world.close()
        seed += 1
    return tally


def main(arguments: Sequence[str]) -> int:
    """Exit 0 where nothing is wrong and every broken habit is found."""
    parser = argparse.ArgumentParser(prog="./prove centre", description="A centre, three offices, six kiosks.")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)

    def told(tally: Tally) -> bool:
        if tally.rounds % 50 < EACH:
            print(f"{tally.rounds} rounds, {len(tally.faults)} faults", flush=True)
        return True

    shipped = prove(given.rounds, given.seed, each=told)
    for fault in shipped.faults:
        print(fault)
    for what, times in shipped.befell.most_common():
        print(f"  {times:6}  {what}")
    missed = []
    for name, habits in BROKEN.items():
        control = prove(_MOST_CONTROL, given.seed, habits, each=lambda tally: not tally.faults)
        print(f"control, {name}: {control.faults[0] if control.faults else 'NOT FOUND'}")
        missed += [] if control.faults else [name]
    print(
        f"{shipped.rounds} rounds, {shipped.facts} facts at the centre: {len(shipped.faults)} lost, doubled, strange "
        f"or stuck; {len(BROKEN) - len(missed)} of {len(BROKEN)} broken habits found"
    )
    return 1 if shipped.faults or missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
