"""`./prove paper [RUNS] [--seed S]`: tickets printed on printers that fail, by kiosks that fall, at random moments.

A run is one kiosk, one printer and some citizens in simulated time (tests.faults.paper_kiosk, paper_station). What lies
on the floor afterwards is held against the journal and against what people were told. Everything shipped is real but
time, cable and citizens. The controls leave one of the product's habits off, and must fail the same check.
"""

import argparse
import logging
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from tests.faults.paper_judge import FAULTS, RATES, Verdict, judge
from tests.faults.paper_run import CONTROLS, KINDS, PRINTERS, SHIPPED, Kind, Run

_MOST_CONTROL, _CONTROL_FAULTS = 2_000, 5


class _Defects(logging.Handler):
    """Counts what the keeper logs: it begins anew only after a defect."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(str(record.exc_info[1] if record.exc_info else record.msg))


def one_run(
    seed: int, variant: str = SHIPPED, makes: tuple[str, ...] = PRINTERS, kinds: tuple[Kind, ...] = KINDS
) -> Verdict:
    """The run of this seed, judged."""
    defects, log = _Defects(), logging.getLogger("hardware.print_keeper")
    log.addHandler(defects)
    shared = Path("/dev/shm")
    try:
        with tempfile.TemporaryDirectory(prefix="paper-", dir=shared if shared.is_dir() else None) as folder:
            run = Run(seed, Path(folder), variant, makes, kinds)
            run.go()
            verdict = judge(run)
    finally:
        log.removeHandler(defects)
    if defects.found:
        verdict.faults["defect"] += len(defects.found)
        verdict.notes += defects.found
    verdict.notes = [f"seed {seed} ({run.plan.make}, {run.plan.link.kind}): {note}" for note in verdict.notes]
    return verdict


def prove(runs: int, seed: int, *, workers: int = 1, progress: Callable[[str, int, int], None]) -> dict[str, Verdict]:
    """So many runs of the product, by what is claimed of them (`paper_judge.group_of`)."""
    found: dict[str, Verdict] = {}
    for done, verdict in enumerate(_verdicts(one_run, runs, seed, workers), 1):
        found.setdefault(verdict.group, Verdict(verdict.group, runs=0)).add(verdict)
        progress(SHIPPED, done, runs)
    return found


def control(
    variant: str, runs: int, seed: int, *, faults: int = 1, workers: int = 1, progress: Callable[[str, int, int], None]
) -> Verdict:
    """This variant, on printers that say all they can, until so many faults are found; at most so many runs."""
    work = partial(one_run, variant=variant, makes=("epson",), kinds=("tcp", "usb"))
    total = Verdict(variant, runs=0)
    for done, verdict in enumerate(_verdicts(work, runs, seed, workers), 1):
        total.add(verdict)
        progress(variant, done, runs)
        if total.faults.total() >= faults:
            break
    return total


def _verdicts(work: Callable[[int], Verdict], runs: int, seed: int, workers: int) -> Iterator[Verdict]:
    """In the order of the seeds, so that the same command gives the same figures."""
    seeds = range(seed * 1_000_000, seed * 1_000_000 + runs)
    if workers == 1:
        yield from map(work, seeds)
        return
    with multiprocessing.Pool(workers) as pool:
        yield from pool.imap(work, seeds, 4)


def summed(found: Iterable[Verdict]) -> Verdict:
    """All of them as one."""
    total = Verdict("all", runs=0)
    for verdict in found:
        total.add(verdict)
    return total


def table(found: Iterable[Verdict]) -> str:
    """The rates by group, in % of its tickets."""
    lines = [f"{'printer, line':28} {'runs':>6} {'tickets':>8} " + " ".join(f"{name:>11}" for name in RATES)]
    for verdict in found:
        tickets = max(verdict.rates["tickets"], 1)
        rates = " ".join(f"{100 * verdict.rates[name] / tickets:10.2f}%" for name in RATES)
        lines.append(f"{verdict.group:28} {verdict.runs:6} {tickets:8} {rates}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Exit 0 where the product holds and every control fails."""
    parser = argparse.ArgumentParser(prog="./prove paper")
    parser.add_argument("runs", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(arguments)
    found = prove(given.runs, given.seed, workers=given.workers, progress=_show)
    controls = [
        control(variant, _MOST_CONTROL, given.seed, faults=_CONTROL_FAULTS, workers=given.workers, progress=_show)
        for variant in CONTROLS
    ]
    print(file=sys.stderr)
    total = summed(found.values())
    for note in total.notes[:20]:
        print(f"FAULT {note}")
    print(table([*sorted(found.values(), key=lambda verdict: verdict.group), total]))
    for caught in controls:
        print(f"control, {caught.group}: {dict(caught.faults)} in {caught.runs} runs, which have to be some")
    faults = ", ".join(f"{total.faults[name]} {FAULTS[name]}" for name in FAULTS)
    print(f"{total.runs} runs, seed {given.seed}, {total.rates['tickets']} tickets: {faults}")
    return 0 if not total.faults and all(caught.faults for caught in controls) else 1


def _show(variant: str, done: int, runs: int) -> None:
    if done % 20 == 0 or done == runs:
        print(f"\r{variant}: {done} of {runs} runs ".ljust(60), end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
