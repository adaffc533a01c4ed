"""What became of the steps, told as they are done."""

import time
from collections.abc import Callable, Iterable, Mapping

from image.errors import ImageError
from tests.image.boot.ground import Steps


def told(walks: Mapping[str, Steps], figures: Callable[[], Iterable[str]] = tuple) -> bool:
    """Do each step and say it with its time, then the figures, and last how many held; whether all did."""
    began, held, every = time.monotonic(), 0, 0
    for walk, steps in walks.items():
        print(f"  {walk}", flush=True)
        for name, step in steps:
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
    for figure in figures():
        print(f"            {figure}")
    print(f"{held} of {every} steps held, {time.monotonic() - began:.0f} s")
    return held == every
