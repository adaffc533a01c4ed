"""`./run --day --seed S --citizens N --out DIR [--fault KIND@HH:MM-HH:MM]…`: a simulated office day, without a screen.

`--check` compares once more what an earlier day left in DIR, and runs nothing.
Exit status: 0 the day's figures equal paper, journal and office; 1 they differ, and it says in what; 2 it could not be
run.
"""

import argparse
import json
import re
import signal
import sqlite3
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TextIO
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from kiosk.demo import Demo, Ports, Simulation
from kiosk.errors import KioskError
from kiosk.officeday import notes as noting
from kiosk.officeday.arrivals import CLOSES_S, OPENS_S, arrivals
from kiosk.officeday.breakage import Breakage
from kiosk.officeday.conductor import Conductor
from kiosk.officeday.faults import Fault, clock_text, parse_faults
from kiosk.officeday.hall import Hall
from kiosk.officeday.notes import Given, Note
from kiosk.officeday.personas import citizens
from kiosk.officeday.reckoning import differences, summary
from kiosk.officeday.record import gather, qr_reader
from kiosk.officeday.relay import Relay
from kiosk.officeday.timekeeper import Timekeeper, opening, opening_day
from kiosk.touch import Remote
from sync.config import parse_kiosk
from sync.errors import SyncError
from sync.printer_address import SERIAL_BAUDS

ZONE = ZoneInfo("Asia/Bangkok")
NOTES = "notes.jsonl"
SETTLED_S = 300
"""After closing, this much of the day at most until everything has arrived."""
LAST_PRESS_S = 15.0
"""Until the lockout behind the last press is over and its fact is written."""
TOLD_EVERY_S = 0.25
MINUTES_A_CITIZEN, LATE_MINUTES, MOST_COUNTERS = 18, 45, 99
"""A good quarter of an hour of work for each citizen's errands; all of it done in the last minutes of the day."""


class DayFailed(KioskError):
    """The day could not be run."""


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
        with _interruptible():
            taken = run(folder, given.seed, given.citizens, faults, printer_baud=given.printer_baud)
        found = reckon(folder, taken, given.seed, given.citizens)
    except KeyboardInterrupt:
        sys.stderr.write(f"\nThe day was ended before its time. What it left is in {folder}\n")
        return 2
    except (KioskError, SyncError, OSError, ValueError, sqlite3.Error) as error:
        sys.stderr.write(f"\n{error}. {getattr(error, 'hint', '')}\n")
        return 2
    sys.stdout.write((folder / "summary.json").read_text(encoding="utf-8"))
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


def run(
    folder: Path, seed: int, count: int, faults: tuple[Fault, ...], *, printer_baud: int | None = None
) -> list[Note]:
    """The day itself: all parts started, the citizens let in, everything ended. The notes, also in notes.jsonl."""
    hours = calendar(count)
    opens = opening(opening_day(datetime.now(UTC), ZONE, holidays(hours)), ZONE)
    (folder / "kiosk").mkdir(parents=True, exist_ok=True)
    (folder / "kiosk" / "calendar.toml").write_text(hours, encoding="utf-8")
    with ExitStack() as stack:
        timekeeper = stack.enter_context(Timekeeper(folder / "clock", opens))
        relays: list[Relay] = []
        control = folder / "printer.control"
        breakage = Breakage(control, lambda: demo.parts, relays, lambda: remote.screen()["trouble"])

        def route(exchange: str) -> str:
            if not any(fault.kind == "network-cut" for fault in faults):
                return exchange
            parts = urlsplit(exchange)
            relays.append(stack.enter_context(Relay((parts.hostname or "", parts.port or 443))))
            return f"https://127.0.0.1:{relays[0].port}"

        prepared = partial(breakage.before_the_kiosk, faults)
        simulation = Simulation(folder / "clock", control, route, prepared, printer_baud)
        demo = Demo(folder, ports=Ports(0, 0, 0, 0), headless=True, say=_say, simulation=simulation)
        demo.start()
        stack.callback(demo.stop)
        remote = stack.enter_context(Remote(demo.control))
        timekeeper.meet(remote, demo.data, lambda: breakage.on_line)
        file = stack.enter_context((folder / NOTES).open("w", encoding="utf-8"))
        taken: list[Note] = []
        note = _note_to(taken, file)
        config = parse_kiosk(demo.kiosk_toml.read_bytes())
        size = (config.screen.width_px, config.screen.height_px)
        hall = Hall(remote, timekeeper, note, data=demo.data, tray=demo.tickets, size=size)
        desks = services(demo.kiosk_toml.parent / config.catalogue)
        people = citizens(seed, count, tuple(desks))
        told = _Progress(timekeeper, count, taken)
        conductor = Conductor(hall, timekeeper, breakage, note, told, desks=desks)
        try:
            conductor.run(people, arrivals(seed, count), faults)
            settle(timekeeper, hall)
        except ConnectionError as error:
            raise DayFailed("the kiosk has ended", hint=demo.parts["kiosk"].tail()) from error
        told.end()
    return taken


def settle(timekeeper: Timekeeper, hall: Hall) -> None:
    """After closing: until the last paper is out and the office has every fact. Raises DayFailed."""
    begins = max(timekeeper.now_s + LAST_PRESS_S, CLOSES_S - OPENS_S + 60.0)
    timekeeper.until(begins)
    while not timekeeper.caught_up():
        if timekeeper.now_s > begins + SETTLED_S:
            raise DayFailed("the office does not get every fact", hint="See logs/sync.log and logs/server.log.")
        timekeeper.until(timekeeper.now_s + 1.0)
        time.sleep(0.01)
    hall.look()


def services(catalogue: Path) -> dict[str, str]:
    """The services by their id, in the catalogue's order, and the group of each."""
    written = tomllib.loads(catalogue.read_text(encoding="utf-8"))["services"]
    return {each["id"]: each.get("group", "") for each in written}


def calendar(count: int) -> str:
    """The example's calendar, with so many counters that the whole day's work fits into its last minutes.

    Nobody calls yet, so to the kiosk all numbers of the day wait until the evening; with the counters of a real office
    it would say from noon on that it is getting late.
    """
    example = (Path(__file__).parent.parent / "example" / "calendar.toml").read_text(encoding="utf-8")
    needed = min(max(round(count * MINUTES_A_CITIZEN / LATE_MINUTES), 1), MOST_COUNTERS)
    return re.sub(r"^counters = \d+", f"counters = {needed}", example, count=1, flags=re.MULTILINE)


def holidays(written: str) -> frozenset[date]:
    """Days that this calendar treats otherwise than the week does."""
    days = tomllib.loads(written)
    return frozenset(each["day"] for name in ("holidays", "special") for each in days.get(name, ()))


def _note_to(taken: list[Note], file: TextIO) -> Callable[[Note], None]:
    def note(one: Note) -> None:
        taken.append(one)
        file.write(noting.line(one) + "\n")

    return note


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


class _Progress:
    """A line that says the time of day, citizens and tickets; on no terminal one line for each half hour."""

    def __init__(self, timekeeper: Timekeeper, count: int, taken: list[Note]) -> None:
        self._time, self._count, self._taken = timekeeper, count, taken
        self._told, self._half_hour, self.line = 0.0, -1, "nobody came"

    def __call__(self, conductor: Conductor) -> None:
        self.line = (
            f"{clock_text(self._time.now_s)}  {conductor.come} of {self._count} citizens, "
            f"{sum(isinstance(note, Given) for note in self._taken)} tickets, {conductor.waiting} in the line"
        )
        if sys.stderr.isatty():
            if time.monotonic() - self._told >= TOLD_EVERY_S:
                self._told = time.monotonic()
                sys.stderr.write(f"\r{self.line}   ")
                sys.stderr.flush()
        elif (half_hour := int(self._time.now_s // 1800)) > self._half_hour:
            self._half_hour = half_hour
            _say(self.line)

    def end(self) -> None:
        """The last line."""
        _say(f"\r{self.line}   " if sys.stderr.isatty() else self.line)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
