"""One day, run: machines started, staff and citizens let in, faults made, everything ended. Notes come of it."""

import re
import sys
import time
import tomllib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from kiosk.demo import BOXES, Demo, Ports, Simulation
from kiosk.errors import KioskError
from kiosk.officeday import aftermath
from kiosk.officeday import notes as noting
from kiosk.officeday.arrivals import CLOSES_S, OPENS_S, arrivals
from kiosk.officeday.breakage import Breakage
from kiosk.officeday.conductor import Conductor
from kiosk.officeday.desk import Unreachable
from kiosk.officeday.faults import Fault, clock_text
from kiosk.officeday.hall import Hall
from kiosk.officeday.notes import Acted, Given, Looked, Note
from kiosk.officeday.personas import citizens
from kiosk.officeday.relay import Relay
from kiosk.officeday.room import Room
from kiosk.officeday.staff import officers
from kiosk.officeday.staffing import await_services, employ
from kiosk.officeday.timekeeper import Timekeeper, opening, opening_day
from kiosk.touch import Remote
from sync.config import parse_kiosk

ZONE = ZoneInfo("Asia/Bangkok")
NOTES = "notes.jsonl"
SETTLED_S = 300
"""After closing, this much of the day at most until everything has arrived."""
LAST_PRESS_S = 15.0
"""Until the lockout behind the last press is over and its fact is written."""
TOLD_EVERY_S = 0.25
MINUTES_A_CITIZEN, LATE_MINUTES, MOST_COUNTERS = 18, 45, 99
"""A good quarter of an hour of work for each citizen's errands; all of it done in the last minutes of the day."""
LOOKED_AFTER_S = 200.0
"""After a fault, until every officer has asked again and every page shows what is."""


class DayFailed(KioskError):
    """The day could not be run."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The day that is asked for. `counters` 0: nobody calls. `in_browser`: so many of them are worked in Chromium."""

    seed: int
    citizens: int
    faults: tuple[Fault, ...] = ()
    counters: int = 4
    in_browser: int = 0
    printer_baud: int | None = None


def run(folder: Path, wanted: Wanted) -> list[Note]:
    """The day itself. The notes, also in notes.jsonl. Raises KioskError, SyncError, OSError."""
    hours = calendar(wanted.citizens, wanted.counters)
    opens = opening(opening_day(datetime.now(UTC), ZONE, holidays(hours)), ZONE)
    (folder / "kiosk").mkdir(parents=True, exist_ok=True)
    (folder / "kiosk" / "calendar.toml").write_text(hours, encoding="utf-8")
    with ExitStack() as stack:
        day = _Day(folder, wanted, stack, stack.enter_context(Timekeeper(folder / "clock", opens)))
        day.start()
        try:
            day.play()
        except ConnectionError as error:
            raise DayFailed("the kiosk has ended", hint=day.demo.parts["kiosk"].tail()) from error
    return day.taken


class _Day:
    """The machines of one day, put together."""

    def __init__(self, folder: Path, wanted: Wanted, stack: ExitStack, timekeeper: Timekeeper) -> None:
        self._folder, self._wanted, self._stack, self._time = folder, wanted, stack, timekeeper
        self.taken: list[Note] = []
        self._relays: list[Relay] = []
        control = folder / "printer.control"
        self._breakage = Breakage(
            control, lambda: self.demo.parts, self._relays, lambda: self._remote.screen()["trouble"]
        )
        prepared = partial(self._breakage.before_the_kiosk, wanted.faults)
        boxes = len(BOXES) if wanted.counters else 2
        simulation = Simulation(folder / "clock", control, self._route, prepared, wanted.printer_baud, boxes)
        self.demo = Demo(folder, ports=Ports(0, 0, 0, 0), headless=True, say=_say, simulation=simulation)

    def start(self) -> None:
        """The machines, the conductor, and the officers before their counters."""
        demo, stack, wanted = self.demo, self._stack, self._wanted
        demo.start()
        stack.callback(demo.stop)
        self._remote = stack.enter_context(Remote(demo.control))
        self._time.meet(self._remote, demo.data, lambda: self._breakage.on_line)
        file = stack.enter_context((self._folder / NOTES).open("w", encoding="utf-8"))
        self._note = _note_to(self.taken, file)
        config = parse_kiosk(demo.kiosk_toml.read_bytes())
        size = (config.screen.width_px, config.screen.height_px)
        boxes = [each.counter for each in config.counters]
        self._hall = Hall(
            self._remote, self._time, self._note, data=demo.data, tray=demo.tickets, size=size, boxes=boxes
        )
        catalogue = demo.kiosk_toml.parent / config.catalogue
        self._minutes, desks = minutes(catalogue), services(catalogue)
        self._told = _Progress(self._time, wanted.citizens, self.taken)
        self._conductor = Conductor(self._hall, self._time, self._breakage, self._note, self._told, desks=desks)
        if wanted.counters:
            self._employ()

    def play(self) -> None:
        """From the opening to the last fact."""
        wanted = self._wanted
        people = citizens(wanted.seed, wanted.citizens, tuple(self._minutes))
        self._conductor.run(people, arrivals(wanted.seed, wanted.citizens), wanted.faults)
        settle(self._time, self._hall)
        self._told.end()

    def _employ(self) -> None:
        wanted, demo = self._wanted, self.demo
        _say("staff come to their counters")
        await_services(self._time.caught_up)
        staff = employ(
            officers(wanted.seed, wanted.counters, tuple(self._minutes)),
            demo.pages,
            self._route(demo.console, with_an_answer=True),
            self._folder,
            partial(demo.asked, "code"),
            self._stack,
            in_browser=wanted.in_browser,
        )
        self._conductor.room = room = Room(wanted.seed, self._minutes, self._conductor, self._note)

        def look_around() -> None:
            try:
                wrong = aftermath.look(room.counters.values(), staff.chief, demo.pages)
            except Unreachable:  # the next fault has begun
                return
            self._note(Looked(self._time.now_s, wrong))

        def after_fault() -> None:
            room.wake()
            self._conductor.at(self._time.now_s + LOOKED_AFTER_S, look_around)

        self._conductor.after_fault = after_fault
        room.begin(staff.desks)

    def _route(self, address: str, *, with_an_answer: bool = False) -> str:
        """The way there: through a cable of ours, where one will be pulled."""
        if not any(fault.kind == "network-cut" for fault in self._wanted.faults):
            return address
        parts = urlsplit(address)
        relay = Relay((parts.hostname or "", parts.port or 443), with_an_answer=with_an_answer)
        self._relays.append(self._stack.enter_context(relay))
        return f"https://{parts.hostname}:{relay.port}"


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


def minutes(catalogue: Path) -> dict[str, int]:
    """The standard minutes of each service, in the catalogue's order."""
    written = tomllib.loads(catalogue.read_text(encoding="utf-8"))["services"]
    return {each["id"]: int(each["minutes"]) for each in written}


def calendar(count: int, counters: int) -> str:
    """The example's calendar with the day's counters.

    Where nobody calls, all numbers of the day wait until the evening, and with the counters of a real office the kiosk
    would say from noon on that it is getting late: then there are so many that all the work fits into the last minutes.
    """
    example = (Path(__file__).parent.parent / "example" / "calendar.toml").read_text(encoding="utf-8")
    needed = counters or min(max(round(count * MINUTES_A_CITIZEN / LATE_MINUTES), 1), MOST_COUNTERS)
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
            f"{sum(isinstance(note, Given) for note in self._taken)} tickets, {conductor.waiting} in the line, "
            f"{sum(isinstance(note, Acted) and note.called is not None for note in self._taken)} calls"
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
