"""`./prove calls [N] [--kills K] [--seed S]`: eight counters press *next* at once over HTTPS, for N tickets.

Every request is sent one to three times, some are cut off in the middle, some come from slow clients that never end a
request, and the server is killed with SIGKILL K times on the way. Afterwards, by the journal: every ticket was called
to exactly one counter, what officers were told is what is on record, and nothing waits any more.
"""

import argparse
import contextlib
import random
import socket
import ssl
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from server.stores import FILE, open_reader
from sync.codec import decode
from sync.facts import Body, TicketIssued, understand
from sync.facts_office import TicketAdmitted, TicketCalled, TicketFinished
from tests.server.device import CATALOGUE, Device, anchor, issued
from tests.server.officer import Officer, taught
from tests.server.running import CONFIG, RunningServer, now_ms

COUNTERS = range(1, 9)
BATCH = 400
AT_ONCE = 800
"""As many wait at most while counters press: half as many more come whenever half of them were called."""
Ticket = Callable[[int, str], TicketIssued]


@dataclass
class Office:
    """A running server that can be killed, and the officers' word for what they were told."""

    server: RunningServer
    chief: Officer
    authority: Path
    seed: int
    up: threading.Condition = field(default_factory=threading.Condition)
    told: list[str] = field(default_factory=list)
    all_came: bool = False
    done: int = 0
    kills: int = 0
    again: int = 0
    cut: int = 0

    def fell(self) -> None:
        """Kill the server and start it again on the same ports."""
        with self.up:
            self.server.kill()
            self.server.start()
            self.kills += 1
            self.up.notify_all()


class Patient(Officer):
    """An officer who waits for the server without a clock: until it was started again, or a moment at most."""

    office: Office

    def pause(self) -> None:
        """Wait until somebody says that the server is there."""
        with self.office.up:
            self.office.up.wait(0.2)


@dataclass
class Kiosk:
    """Gives tickets and sends them. `given`: how many of `tickets` there were."""

    device: Device
    make: Ticket
    day: str
    given: int = 0

    def give(self, client: httpx.Client, last: int) -> None:
        """Tickets up to this number, sent until the server has them. Raises httpx.TransportError."""
        if self.given < last:
            numbers = range(self.given + 1, last + 1)
            self.device.record(*[self.make(n, self.day) for n in numbers], after_ms=0)
            self.given = last
        assert self.device.send(client).status_code == 200

    def go_on(self, office: Office, tickets: int, at_once: int, officers: Sequence[object]) -> None:
        """The rest of the tickets, as those that wait are called; a server that fell is waited for."""
        try:
            with office.server.exchange() as client:
                while self.given < tickets:
                    _until(office, self.given - at_once // 2, officers)
                    last = min(self.given + at_once // 2, tickets)
                    while not self._gave(client, last):
                        with office.up:
                            office.up.wait(0.2)
                    with office.up:
                        office.up.notify_all()
        finally:
            office.all_came = True

    def _gave(self, client: httpx.Client, last: int) -> bool:
        try:
            self.give(client, last)
        except httpx.TransportError:
            return False
        return True


def prepare(
    folder: Path, tickets: int, seed: int, day: str, catalogue: Body = CATALOGUE, ticket: Ticket | None = None
) -> Office:
    """A server with so many tickets waiting, and all counters open. `ticket` makes the nth one of a day."""
    office, kiosk = _open(folder, tickets, seed, day, catalogue, ticket)
    kiosk.device.close()
    return office


def _open(
    folder: Path, tickets: int, seed: int, day: str, catalogue: Body = CATALOGUE, ticket: Ticket | None = None
) -> tuple[Office, Kiosk]:
    server = RunningServer(folder, CONFIG)
    _keep_ports(server)
    kiosk = Kiosk(Device.make(folder / "kiosk", seed), ticket or (lambda n, day: issued(n, day=day)), day)
    with server.exchange() as client:
        kiosk.device.pair(client, server.code(), server.certificate)
        kiosk.device.record(catalogue, anchor(now_ms()))
        while kiosk.given < tickets:
            kiosk.give(client, min(kiosk.given + BATCH, tickets))
    authority = taught(server, folder)
    chief = Officer(server.console_url, authority, random.Random(f"chief {seed}").randbytes)
    chief.become_administrator(server.command("code").stdout.strip())
    office = Office(server, chief, authority, seed)
    for counter in COUNTERS:
        chief.done(counter, "open")
    return office, kiosk


def press(office: Office, counter: int) -> None:
    """One officer: next, came, next … until nobody waits, each request sent up to three times."""
    dice = random.Random(f"{office.seed} {counter}")
    officer = Patient(office.server.console_url, office.authority, dice.randbytes)
    officer.office = office
    officer.same_as(office.chief)
    while True:
        last = office.all_came  # seen before the press: whoever comes behind it is called by somebody
        body = officer.body(counter, "next")
        answers = [_sent(office, officer, counter, body, dice) for _ in range(dice.choice((1, 1, 2, 3)))]
        said = {(answer.status_code, answer.json().get("called"), answer.json().get("error")) for answer in answers}
        assert len(said) == 1, f"one key, several answers: {said}"
        status, label, error = said.pop()
        assert status == 200 or (status == 409 and error == "nobody-waits"), (status, error)
        if label is None and last:
            break  # the last one was finished with, and nobody waits
        if label is None:
            officer.pause()
            continue
        with office.up:
            office.told.append(label)
            office.done += 1
            office.up.notify_all()
        officer.done(counter, "came")
    office.again += officer.again
    officer.close()


def _sent(
    office: Office, officer: Officer, counter: int, body: dict[str, object], dice: random.Random
) -> httpx.Response:
    """Send it; one time in ten the line is cut while it is under way, and it is sent again."""
    if dice.random() < 0.1:
        with contextlib.suppress(httpx.TransportError):
            office.cut += 1
            officer.client.post(
                f"/api/counters/{counter}", json=body, headers={"scorecard-csrf": officer.csrf}, timeout=0.003
            )
    return officer.send(counter, body)


def slow(office: Office, count: int) -> list[ssl.SSLSocket]:
    """Clients that begin a request and never come to its end."""
    to = urlsplit(office.server.console_url)
    context = ssl.create_default_context(cafile=str(office.authority))
    held = []
    for _ in range(count):
        line = context.wrap_socket(socket.create_connection((to.hostname, to.port)), server_hostname=to.hostname)
        line.sendall(b"POST /api/counters/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
        held.append(line)
    return held


def prove(
    tickets: int, kills: int, seed: int, folder: Path, day: str, *, at_once: int = AT_ONCE
) -> tuple[Office, list[str]]:
    """Run it; the office as it was left, and every fault that was found."""
    office, kiosk = _open(folder, min(tickets, at_once), seed, day)
    held = slow(office, 20)
    with ThreadPoolExecutor(len(COUNTERS) + 1) as pool:
        officers = [pool.submit(press, office, counter) for counter in COUNTERS]
        falls = pool.submit(_fall, office, tickets, kills, officers)
        kiosk.go_on(office, tickets, at_once, officers)
        for each in (falls, *officers):
            each.result()
    kiosk.device.close()
    for line in held:
        line.close()
    office.chief.close()
    assert office.server.end() == 0
    return office, faults(office, tickets)


def _fall(office: Office, tickets: int, kills: int, officers: Sequence[object]) -> None:
    for number in range(1, kills + 1):
        _until(office, number * tickets // (kills + 1), officers)
        office.fell()


def faults(office: Office, tickets: int) -> list[str]:
    """What the journal says against it."""
    bodies = _own_facts(office.server.data / FILE)
    admitted = {body.ticket: body.label for body in bodies if isinstance(body, TicketAdmitted)}
    calls = Counter(body.ticket for body in bodies if isinstance(body, TicketCalled))
    finished = Counter(body.ticket for body in bodies if isinstance(body, TicketFinished))
    found = [f"{len(admitted)} admitted of {tickets}"] if len(admitted) != tickets else []
    found += [f"{label} was called {calls[name]} times" for name, label in admitted.items() if calls[name] != 1]
    found += [f"{label} was finished {finished[name]} times" for name, label in admitted.items() if finished[name] != 1]
    told = Counter(office.told)
    found += [f"{label} was given to {count} officers" for label, count in told.items() if count > 1]
    missing = set(told) ^ set(admitted.values())
    return found + ([f"told and recorded differ: {sorted(missing)[:5]}"] if missing else [])


def _own_facts(path: Path) -> list[object]:
    with contextlib.closing(open_reader(path)) as db:
        rows = db.execute(
            "SELECT row FROM facts JOIN journals USING (journal_id) WHERE own > 0 ORDER BY journal_id, seq"
        )
        return [understand(decode(row)) for (row,) in rows]


def _until(office: Office, calls: int, officers: Sequence[object]) -> None:
    while office.done < calls and not all(each.done() for each in officers):  # type: ignore[attr-defined]
        with office.up:
            office.up.wait(0.01)


def _keep_ports(server: RunningServer) -> None:
    """From now on the same ports, so that a server that was started again is found."""
    text = server.config.read_text("utf-8")
    for name, url in (
        ("exchange", server.exchange_url),
        ("pages", server.pages_url),
        ("console", server.console_url),
    ):
        text = text.replace(f'{name} = "127.0.0.1:0"', f'{name} = "127.0.0.1:{urlsplit(url).port}"')
    server.config.write_text(text, "utf-8")


def main(arguments: Sequence[str], day: str) -> int:
    """The long form, with its figure last."""
    parser = argparse.ArgumentParser(prog="./prove calls", description="Eight counters press next at once.")
    parser.add_argument("tickets", nargs="?", type=int, default=4000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        office, found = prove(given.tickets, given.kills, given.seed, Path(folder), day)
    for each in found[:20]:
        print(f"  {each}")
    print(
        f"{given.tickets} tickets at {len(COUNTERS)} counters, {office.kills} kills, {office.cut} requests cut off, "
        f"{office.again} sent again for want of an answer: {len(found)} faults"
    )
    return 1 if found else 0


if __name__ == "__main__":
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from sync.clock import office_day

    today = office_day(int(datetime.now(UTC).timestamp() * 1000), ZoneInfo("Asia/Bangkok")).isoformat()
    sys.exit(main(sys.argv[1:], today))
