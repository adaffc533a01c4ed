"""Screenshots of the running kiosk in its window, touched as a citizen would."""

import re
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk import preview
from kiosk.screen_types import Screen
from kiosk.touch import Remote
from sync.facts import PrintEnded, ScoreGiven, TicketIssued
from sync.issuing import secrets_of
from sync.journal import JournalReader
from sync.keys import load
from tests.walks.pictures_album import Album, say
from tests.walks.stage import Stage, until
from translations import LANGUAGES

PRESSES = (5, 4, 5, 3, 5, 4, 2, 5, 4, 5, 1, 4)
BETWEEN_PRESSES_S = 5.4
MORNING = 10
START_S = 40
CLOSED_TODAY = """
[[special]]
day = {day}
open = "closed"
th = "ปรับปรุงระบบไฟฟ้า"
en = "work on the electrical system"
my = "လျှပ်စစ်စနစ် ပြုပြင်ခြင်း"
"""


def in_the_morning(stage: Stage) -> timedelta:
    """Move the office to a time zone in which it is open now, so that no picture shows tickets of the night.

    Returns how far that is east of Greenwich.
    """
    hours = (MORNING - datetime.now(UTC).hour) % 24
    east = hours if hours <= 14 else hours - 24
    zone = f'time_zone = "Etc/GMT{-east:+d}"'
    server, kiosk = stage.demo.server_toml, stage.demo.kiosk_toml
    server.write_text(f"{zone}\n{server.read_text(encoding='utf-8')}", encoding="utf-8")
    kiosk.write_text(re.sub(r"(?m)^time_zone.*", zone, kiosk.read_text(encoding="utf-8")), encoding="utf-8")
    stage.demo.restart("server")
    stage.demo.restart("kiosk")
    stage.see(Screen.ATTRACT, START_S)
    return timedelta(hours=east)


class Hand:
    """A hand at the virtual printer, which is started anew so that it has a place for one."""

    def __init__(self, stage: Stage) -> None:
        self._path = stage.demo.folder / "printer-control"
        stage.demo.parts["printer"].command += ["--control", f"unix:{self._path}"]
        stage.demo.restart("printer")
        stage.see(Screen.ATTRACT, START_S)

    def does(self, **what: str | bool) -> None:
        """One movement: paper, cover, power, stall."""
        with Remote(self._path) as printer:
            assert printer.ask(**what) == {"ok": True}


class Visitors:
    """People who press the score buttons while tickets are taken. At the end the last of PRESSES is waited for."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._thread = threading.Thread(target=self._press, name="visitors", daemon=True)
        self._gone = threading.Event()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is not None:
            self._gone.set()
        self._thread.join()

    def _press(self) -> None:
        for level in PRESSES:
            self._stage.screen.key(str(level))
            if self._gone.wait(BETWEEN_PRESSES_S):
                return
        say(f"{len(self._stage.facts(ScoreGiven))} scores")


def a_ticket(stage: Stage, album: Album, language: str) -> Path:
    """From the first screen to the paper, with priority, and where the ticket stands; the sheet."""
    before = len(stage.facts(PrintEnded))
    shoot(stage, album, "attract", language)
    stage.touch(f"language-{language}", Screen.SERVICE)
    shoot(stage, album, f"{language}-service")
    stage.touch("service-move-in", Screen.DETAILS)
    shoot(stage, album, f"{language}-details")
    stage.touch("priority", Screen.PRIORITY)
    shoot(stage, album, f"{language}-priority")
    stage.touch("priority-no", Screen.DETAILS)
    stage.touch("take", Screen.TICKET)
    until("the paper is out", lambda: len(stage.facts(PrintEnded)) > before)
    stage.see(Screen.TICKET)
    shoot(stage, album, f"{language}-ticket")
    stage.touch("done", Screen.ATTRACT)
    sheet = stage.sheets()[-1]
    my_ticket(stage, album, language)
    return sheet


def my_ticket(stage: Stage, album: Album, language: str) -> None:
    """The citizen types the last ticket's number and code, and sees where it stands."""
    label, code = last_ticket(stage)
    stage.touch("my-ticket", Screen.MY_TICKET)
    stage.touch(f"language-{language}", Screen.MY_TICKET)
    _touch_all(stage, [f"key-{character}" for character in label] + ["enter"])
    _touch_all(stage, [f"key-{digit}" for digit in code[:-1]])
    shoot(stage, album, f"{language}-check")
    stage.touch(f"key-{code[-1]}", Screen.STANDING)
    shoot(stage, album, f"{language}-standing")
    stage.touch("done", Screen.ATTRACT)


def _touch_all(stage: Stage, names: Iterable[str]) -> None:
    for name in names:
        stage.touch(name, Screen.MY_TICKET)


def last_ticket(stage: Stage) -> tuple[str, str]:
    """Its number and its code, which stands on its paper only."""
    issued = stage.facts(TicketIssued)[-1]
    with JournalReader(stage.demo.data / "journal.db") as journal:
        journal_id = journal.opened().journal_id
    key = load(stage.demo.data / "device.key")
    return issued.label, secrets_of(key, journal_id, issued.day, issued.series, issued.lane, issued.n).code


def some_more_tickets(stage: Stage) -> None:
    """For the office's page."""
    example = preview.example_catalogue()
    wanted = ("waste-fee", "move-in", "building-advice", "waste-fee", "move-in", "waste-fee")
    for language, service in zip(LANGUAGES * 2, wanted, strict=True):
        stage.touch(f"language-{language}", Screen.SERVICE)
        stage.touch(f"group-{example.service(service).group}", Screen.SERVICE)
        stage.touch(f"service-{service}", Screen.DETAILS)
        stage.touch("take", Screen.TICKET)
        stage.touch("done", Screen.ATTRACT)


def larger_and_darker(stage: Stage, album: Album, language: str) -> None:
    """What somebody sees who does not see well."""
    stage.touch("access", Screen.ACCESS)
    stage.touch(f"language-{language}", Screen.ACCESS)
    stage.touch("layout-large", Screen.ACCESS)
    stage.touch("theme-dark", Screen.ACCESS)
    shoot(stage, album, f"{language}-access")
    stage.touch("close", Screen.ATTRACT)
    stage.touch(f"language-{language}", Screen.SERVICE)
    shoot(stage, album, f"{language}-larger-darker")
    stage.touch("back", Screen.ATTRACT)


def by_keys(stage: Stage, album: Album, language: str) -> None:
    """A ring shows what Enter would touch."""
    stage.touch(f"language-{language}", Screen.SERVICE)
    stage.press("Tab", "Down", then=Screen.SERVICE)
    shoot(stage, album, f"{language}-keys")
    stage.press("Escape", then=Screen.ATTRACT)


def without_paper(stage: Stage, album: Album, printer: Hand, language: str) -> None:
    """The paper runs out under a ticket: its number is to be written down, then the kiosk is out of order.

    With new paper it comes out after all.
    """
    stage.touch(f"language-{language}", Screen.SERVICE)
    stage.touch("service-move-in", Screen.DETAILS)
    printer.does(stall=True)
    stage.touch("take", Screen.TICKET)
    printer.does(paper="out")
    printer.does(stall=False)
    stage.see(Screen.WRITE_DOWN)
    shoot(stage, album, f"{language}-write-down")
    stage.touch("done", Screen.OUT_OF_ORDER)
    shoot(stage, album, "out-of-order", language)
    before = len(stage.sheets())
    printer.does(paper="ok")
    stage.see(Screen.ATTRACT, START_S)
    until("the paper comes after all", lambda: len(stage.sheets()) > before, START_S)


def closed_today(stage: Stage, album: Album, east: timedelta) -> None:
    """A calendar that has today closed."""
    kiosk = stage.demo.kiosk_toml
    calendar = preview.EXAMPLE.with_name("calendar.toml").read_text(encoding="utf-8")
    special = CLOSED_TODAY.format(day=(datetime.now(UTC) + east).date().isoformat())
    kiosk.with_name("calendar.toml").write_text(calendar + special, encoding="utf-8")
    told = kiosk.read_text(encoding="utf-8")
    kiosk.write_text(f'calendar = "calendar.toml"\n{told}', encoding="utf-8")
    stage.demo.restart("kiosk")
    stage.see(Screen.CLOSED, START_S)
    shoot(stage, album, "closed")


def shoot(stage: Stage, album: Album, name: str, language: str = LANGUAGES[0]) -> None:
    """What is on the kiosk's screen. A screen that is the same in every language is kept once."""
    if language == LANGUAGES[0]:
        album.keep(name, stage.screen.picture())
