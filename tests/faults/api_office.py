"""A real server, started on the loopback, that has lived through a day: every page has something to show."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from server import control
from server.pcm import write_wav
from sync import calendar_fact
from sync.calendar_reader import parse_calendar
from sync.catalogue import parse_catalogue, to_body
from sync.chain import witness
from sync.clock import office_day
from sync.simulated_clock import ClockHand
from sync.types import UtcMs
from tests.server.device import Device, anchor, issued, token
from tests.server.officer import Officer, taught
from tests.server.running import CONFIG, RunningServer, now_ms
from tests.server.televisions import EXAMPLE
from tests.server.voices import tone

ZONE = ZoneInfo("Asia/Bangkok")
SERVICE, TICKETS = "move-in", 9
NETWORK = """\n[online]\nproxy = "127.0.0.1"\n[survey]\n[sim]\nclock = "clock"\n"""
PUBLIC = """public_url = "https://queue.example.org"\n"""
"""Each request says for whom it comes, as from a proxy: the limits of one address are not those of the whole run."""
HOURS = "".join(f'{day} = ["00:00-23:59"]\n' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
CALENDAR = f"counters = 2\n[week]\n{HOURS}"
A_DAY_MS = timedelta(days=1) // timedelta(milliseconds=1)
_PARAMETER = re.compile(r"\{(\w+)\}")
_PLACE = re.compile(r'name="place" value="([0-9a-f]{32})"')


@dataclass
class ApiOffice:
    """It runs. `known`: what stands for each parameter of the document's paths and forms so that something is there."""

    server: RunningServer
    hand: ClockHand
    known: Mapping[str, str]

    @classmethod
    def start(cls, folder: Path, seed: int) -> "ApiOffice":
        """Pair a kiosk, work through a day, let it be over, and begin the next one."""
        hand = ClockHand(folder / "clock", 0)
        server = RunningServer(folder, PUBLIC + CONFIG + NETWORK)
        try:
            return cls(server, hand, _lived(server, hand, folder, seed))
        except BaseException:
            server.kill()
            raise

    def value(self, path: str, name: str) -> str:
        """What is known for this parameter of this path of the document."""
        return self.known.get(f"{path} {name}") or self.known[name]

    def at(self, path: str, **others: str) -> str:
        """An address of this path of the document: with what is known, or with `others`."""
        return _PARAMETER.sub(lambda found: others.get(found[1]) or self.value(path, found[1]), path)

    def document(self) -> Mapping[str, Any]:
        """/openapi.json."""
        with self.server.pages() as client:
            return dict(client.get("/openapi.json").json())

    def end(self) -> None:
        """Stop the server."""
        assert self.server.end() == 0
        self.hand.__exit__()


def _lived(server: RunningServer, hand: ClockHand, folder: Path, seed: int) -> dict[str, str]:
    device = Device.make(folder / "kiosk", seed)
    with server.exchange() as client:
        device.pair(client, _told(server, command="pair", place="Hall")["code"], server.certificate)
        catalogue = parse_catalogue((EXAMPLE / "catalogue.toml").read_bytes())
        device.record(to_body(catalogue), calendar_fact.to_body(parse_calendar(CALENDAR)), anchor(now_ms()))
        last = _take(device, client, 1, _day(0))
    chief = Officer(server.console_url, taught(server, folder), random.Random(f"chief {seed}").randbytes)
    chief.become_administrator(_told(server, command="code")["code"])
    _work(chief)
    _record(chief)
    chief.close()
    hand.jump(A_DAY_MS)
    with server.exchange() as client:
        _take(device, client, 101, _day(1))
    _told(server, command="revoke", journal_id=device.journal_id)  # else the display waits to hear of it
    assert server.end() == 0
    server.start()
    paper = device.journal.at(last)
    device.close()
    assert paper is not None
    return _known(server, witness(paper.chain))


def _told(server: RunningServer, **command: str) -> Mapping[str, Any]:
    """What the running server says to a command of its machine, without a process for each."""
    told = control.ask(server.data, command)
    assert told is not None
    return told


def _day(number: int) -> str:
    return office_day(UtcMs(now_ms() + number * A_DAY_MS), ZONE).isoformat()


def _take(device: Device, client: httpx.Client, first: int, day: str) -> int:
    """Tickets from this number on; the last one's seq."""
    seq = 0
    for n in range(first, first + TICKETS):
        seq = device.record(issued(n, SERVICE, day=day))
    assert device.send(client).status_code == 200
    return seq


def _work(chief: Officer) -> None:
    chief.done(1, "open")
    for _ in range(TICKETS - 3):
        chief.done(1, "next")
        chief.done(1, "came")
    chief.done(1, "finish")


def _record(chief: Officer) -> None:
    headers = {"scorecard-csrf": chief.csrf, "content-type": "audio/wav"}
    answer = chief.client.post("/api/clips/th/number?anyway=true", content=write_wav(tone(900)), headers=headers)
    assert answer.json()["kept"], answer.text


def _known(server: RunningServer, code: str) -> dict[str, str]:
    clip = next((server.data / "clips" / "th").iterdir()).stem
    with server.pages() as client:
        office = client.get("/open/offices.json").json()["offices"][0]["office"]
        place = _PLACE.search(client.get(f"/services/{SERVICE}").text)
        assert place is not None
        given = client.post("/places", data={"place": place[1], "service": SERVICE})
        assert given.status_code == 303, given.text
    return {
        "office": office,
        "service": SERVICE,
        "token": token(issued(102, SERVICE).label).hex(),
        "/p/{token} token": place[1],
        "/p/{token}/now token": place[1],
        "place": place[1],
        "day": _day(0),
        "month": _day(0)[:7],
        "digest": clip.split("-")[1],
        "language": "th",
        "clip": "number",
        "code": code,
    }
