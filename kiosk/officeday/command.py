"""`./run --day --seed S --citizens N --out DIR [--fault KIND@HH:MM-HH:MM]…`: a simulated office day, without a screen.

`--check` compares once more what an earlier day left in DIR, and runs nothing.
Exit status: 0 the day's figures equal paper, journal and office; 1 they differ, and it says in what; 2 it could not be
run.
"""

import argparse
import json
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from kiosk.errors import KioskError
from kiosk.officeday import calls
from kiosk.officeday import notes as noting
from kiosk.officeday.faults import parse_faults
from kiosk.officeday.notes import Note
from kiosk.officeday.reckoning import differences, summary
from kiosk.officeday.record import gather, qr_reader
from kiosk.officeday.running import MOST_COUNTERS, NOTES, DayFailed, Wanted, run
from sync.errors import SyncError
from sync.printer_address import SERIAL_BAUDS


def main(arguments: list[str]) -> int:
    """Run the day and say what came of it."""
    given = _parser().parse_args(arguments)
    folder = given.out.absolute()
    try:
        if given.check:
            return _tell(check(folder))
        faults = parse_faults(given.fault)
        if folder.exists() and any(folder.iterdir()):
            raise DayFailed(f"{folder} is not empty", hint="A day begins with an empty folder: choose another --out.")
        began = time.monotonic()
        in_browser = min(given.staff_in_browser, given.counters)
        wanted = Wanted(given.seed, given.citizens, faults, given.counters, in_browser, given.printer_baud)
        with _interruptible():
            taken = run(folder, wanted)
        found = reckon(folder, taken, given.seed, given.citizens)
    except KeyboardInterrupt:
        sys.stderr.write(f"\nThe day was ended before its time. What it left is in {folder}\n")
        return 2
    except (KioskError, SyncError, OSError, ValueError, sqlite3.Error) as error:
        sys.stderr.write(f"\n{error}. {getattr(error, 'hint', '')}\n")
        return 2
    summed = (folder / "summary.json").read_text(encoding="utf-8")
    sys.stdout.write(summed)
    sys.stderr.write(calls.told(json.loads(summed)))
    sys.stderr.write(f"the day took {time.monotonic() - began:.0f} s; everything is in {folder}\n")
    return _tell(found)


@contextmanager
def _interruptible() -> Iterator[None]:
    """A closed terminal and a polite end are as Ctrl-C: the machines, which have sessions of their own, end with it."""

    def ended(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP) if threading.current_thread() is threading.main_thread() else ()
    before = [(number, signal.signal(number, ended)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _tell(found: Sequence[str]) -> int:
    for line in found:
        sys.stderr.write(f"DIFFERS: {line}\n")
    return 1 if found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run --day", description="A simulated office day before the real kiosk.")
    parser.add_argument("--day", action="store_true", help="this")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="who comes, and when (default 1)")
    parser.add_argument("--citizens", type=_count, default=60, metavar="N", help="how many (default 60)")
    parser.add_argument("--out", type=Path, default=Path("data/day"), metavar="DIR", help="an empty or new folder")
    parser.add_argument("--counters", type=_counters, default=4, metavar="N", help="how many call (default 4; 0: none)")
    parser.add_argument(
        "--staff-in-browser",
        type=_counters,
        default=0,
        metavar="K",
        help="so many of the counters are worked in Chromium (default 0; needs what the tests need)",
    )
    parser.add_argument("--headless", action="store_true", help="a day has no window: accepted for the sake of scripts")
    parser.add_argument("--check", action="store_true", help="only compare what an earlier day left in DIR")
    parser.add_argument(
        "--printer-baud",
        type=int,
        choices=SERIAL_BAUDS,
        metavar="BAUD",
        help="the printer is on a serial line that slow",
    )
    parser.add_argument(
        "--fault", action="append", default=[], metavar="KIND@HH:MM-HH:MM", help="such as server-down@10:00-10:30"
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no number of citizens: write 0 or more")
    return int(text)


def _counters(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_COUNTERS:
        raise argparse.ArgumentTypeError(f"{text} is no number of counters: write 0 to {MOST_COUNTERS}")
    return int(text)


def reckon(folder: Path, taken: Sequence[Note], seed: int, count: int) -> list[str]:
    """Write summary.json; what differs between the notes and what the machines kept."""
    record = gather(folder, qr_reader())
    text = json.dumps(summary(taken, record, seed=seed, citizens=count), ensure_ascii=False, indent=2)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
    return differences(taken, record)


def check(folder: Path) -> list[str]:
    """What differs in the folder of an earlier day, its summary included. Raises KioskError, SyncError, OSError."""
    taken = noting.read((folder / NOTES).read_text(encoding="utf-8").splitlines())
    record = gather(folder, qr_reader())
    kept = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    anew = summary(taken, record, seed=kept.get("seed", 0), citizens=kept.get("citizens", 0))
    names = sorted({*kept, *anew} - {"paper_read"})
    found = [f"summary.json says {name} {kept.get(name)}, and it is {anew.get(name)}" for name in names
             if kept.get(name) != anew.get(name)]  # fmt: skip
    return found + differences(taken, record)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
