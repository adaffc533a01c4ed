"""`status`: how many phones one process answers that follow their tickets: the fragment at hand, over real connections;
and what it costs to draw one anew.
"""

import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from server import acts
from tests.bench.row import Row
from tests.server.device import token
from tests.server.proved import Proved

REQUESTS_BAR, ANEW_BAR_MS = 10_000, 20
TICKETS, CONNECTIONS, REQUESTS, ANEW = 60, 40, 20_000, 200
REQUEST = "GET /t/{token}/now?lang=th HTTP/1.1\r\nHost: office.test\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n"


def rows() -> list[Row]:
    """60 wait at two counters. A process of its own asks for their fragments over 40 connections, 20,000 times; what is
    counted is the serving process's processor time."""
    with TemporaryDirectory() as folder:
        office = Proved(Path(folder))
        office.office.act(acts.Open(), 2)
        labels = [f"A{n:03}" for n in range(11, 11 + TICKETS)]
        office.take(*range(11, 11 + TICKETS))
        anew = _anew(office, labels)
        url = office.serve()
        for label in labels:
            _ask(url, [label], 1, 1)
        began = time.process_time()
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.status", url, *labels], check=True, capture_output=True, text=True
        )
        rate = int(done.stdout) / (time.process_time() - began)
        office.close()
    return [
        Row("status", rate, "requests/s", f"{REQUESTS_BAR} a second of processor time", REQUESTS_BAR / rate, 1.0),
        Row("status anew", anew, "ms", f"{ANEW_BAR_MS} ms of processor time", anew / ANEW_BAR_MS, 1.0),
    ]


def _anew(office: Proved, labels: list[str]) -> float:
    """Milliseconds of processor time for a place that is reckoned and drawn: every time another ticket."""
    began = time.process_time()
    for number in range(ANEW):
        office.office.later(1 / 60)
        found = office.loop.run_until_complete(office.following.find(token(labels[number % TICKETS]).hex(), ""))
        office.loop.run_until_complete(office.following.fragment(found, "th", ""))
    return (time.process_time() - began) * 1000 / ANEW


def _ask(url: str, labels: list[str], connections: int, requests: int) -> int:
    """Ask for these tickets in turn; how many answers came."""
    host, port = url.removeprefix("http://").split(":")
    asked = [REQUEST.format(token=token(label).hex()).encode() for label in labels]
    done = sent = 0
    with selectors.DefaultSelector() as ready:
        for _ in range(connections):
            line = socket.create_connection((host, int(port)))
            ready.register(line, selectors.EVENT_READ, line)
            line.sendall(asked[sent % len(asked)])
            sent += 1
        while done < requests:
            for key, _ in ready.select(20):
                line = key.data
                assert line.recv(65536).startswith(b"HTTP/1.1 200 ")
                done += 1
                if sent < requests:
                    line.sendall(asked[sent % len(asked)])
                    sent += 1
        for key in list(ready.get_map().values()):
            key.data.close()
    return done


if __name__ == "__main__":
    print(_ask(sys.argv[1], sys.argv[2:], CONNECTIONS, REQUESTS))
