"""`./prove queue`: plays the simulated hall, says whether its bars hold, writes the report into docs/queue.md.

    ./prove queue [--days 200] [--seed 0] [--workers 2]

With another number of days or another seed the report is printed and nothing is written. Exit 1: a bar is missed.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from sync.facts_office import RuleAdopted
from tests.queueing.bars import broken, held
from tests.queueing.figures import CHOSEN, DAYS_AN_OFFICE, OURS, PLACES, RULES, Sums, play_office
from tests.queueing.office import USUAL, World
from tests.queueing.picture import picture
from tests.queueing.report import WORLDS, put, report

ROOT = Path(__file__).parents[2]
PAGE, PICTURE = ROOT / "docs" / "queue.md", ROOT / "docs" / "queue-waits.svg"
DAYS, SEED, WORKERS = 200, 0, 2
ELSEWHERE = 40
"""Days in each of the less kind worlds."""
OTHER_OFFICES = 1000
"""The constants were set with the offices from 0 on: the other worlds have others."""


def main(arguments: Sequence[str]) -> int:
    """Play, print, write."""
    parser = argparse.ArgumentParser(prog="./prove queue", description="The simulated hall")
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=WORKERS)
    given = parser.parse_args(arguments)
    began, days = time.monotonic(), given.days
    with ProcessPoolExecutor(given.workers) as pool:
        play, other = partial(_play, pool, given.seed), partial(_play, pool, given.seed + OTHER_OFFICES)
        found = play("rules", days, RULES, {CHOSEN}, USUAL)
        places = play("places of those who come back", days, PLACES, set(), USUAL)
        worlds = {
            name: other(name, min(days, DAYS if world is USUAL else ELSEWHERE), {CHOSEN: OURS}, {CHOSEN}, world)[CHOSEN]
            for name, world in WORLDS.items()
        }
    faults = broken(found, worlds)
    made = report(found, worlds, places, faults)
    if (days, given.seed) == (DAYS, SEED):
        PAGE.write_text(put(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
        PICTURE.write_text(picture(found), encoding="utf-8")
    else:
        print(made)
    for fault in faults:
        print(f"BROKEN {fault}")
    error = held(found[CHOSEN].told)
    if error is not None:
        taken = time.monotonic() - began
        told = f"{error.count} ranges: {error.inside:.1%} of real waits inside, {error.later:.1%} later"
        print(f"{found[CHOSEN].days} days, {told}; {len(faults)} bars missed; {taken:.0f} s")
    return 1 if faults else 0


def _play(
    pool: ProcessPoolExecutor,
    seed: int,
    what: str,
    days: int,
    rules: Mapping[str, RuleAdopted],
    tells: Iterable[str],
    world: World,
) -> dict[str, Sums]:
    """The figures of so many days under each rule."""
    offices = range(seed, seed + -(-days // DAYS_AN_OFFICE))
    office: Callable[[int], dict[str, Sums]] = partial(play_office, rules=rules, tells=set(tells), world=world)
    found: dict[str, Sums] = {name: Sums() for name in rules}
    for done, played in enumerate(pool.map(office, offices), 1):
        for name, sums in played.items():
            found[name].join(sums)
        print(f"\r{what}: {done * DAYS_AN_OFFICE} of {len(offices) * DAYS_AN_OFFICE} days", end="", file=sys.stderr)
    print(file=sys.stderr)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
