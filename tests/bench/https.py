"""`https`: a nation's machines at one process: requests of about four facts over TLS, their connections kept, judged,
durable and folded. A process of its own sends them; what is counted is the serving process's processor time.
"""

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread

from server.ledger import Ledger
from server.stores import FILE
from sync.wire import FACTS_PATH, Request
from tests.bench.row import Row
from tests.bench.traffic import begin, enter_offices
from tests.server.conftest import ZONE
from tests.server.device import seeded
from tests.server.small_office import SmallOffice

MACHINES, EVERY_S = 39_250, 30
"""Five machines in each of 7,850 offices, and how often each has something to send."""
OFFICES, VISITS = 8, 100
"""So many connections twice over, as many as the exchange reads at once."""
SPLIT = b"\n--\n"


def rows() -> list[Row]:
    """What a request costs, against what a nation's requests leave for it of one processor."""
    with TemporaryDirectory(prefix="scorecard-") as folder:
        office = SmallOffice(Path(folder) / "centre")
        asked = _known(office.folder / FILE)
        office.start()
        files = [_kept(Path(folder) / f"{number}.http", each) for number, each in enumerate(asked)]
        began = time.process_time()
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.https", str(office.port), *files],
            check=True,
            capture_output=True,
            text=True,
        )
        office.stop()
        took = (time.process_time() - began) / int(done.stdout)
    bar = EVERY_S / MACHINES
    return [Row("https", took * 1e6, "µs/request", f"one processor for {1 / bar:.0f} requests/s", took / bar, 1.0)]


def _known(path: Path) -> list[list[Request]]:
    """Offices that are known here, and what each of their machines has to send."""
    machines, visits = begin(Random(7), OFFICES)
    ledger = Ledger(path, ZONE, seeded(7))
    with ledger.transaction():
        enter_offices(ledger, machines)
    ledger.close()
    asked: list[list[Request]] = [[] for _ in machines]
    for _ in range(VISITS):
        for each in visits:
            next(each)
        for of, machine in zip(asked, machines, strict=True):
            of.append(machine.request())
    return asked


def _kept(path: Path, requests: Iterable[Request]) -> str:
    said = []
    for each in requests:
        lines = [f"POST {FACTS_PATH} HTTP/1.1", "Host: centre.test", f"Content-Length: {len(each.body)}"]
        head = "\r\n".join([*lines, *(f"{name}: {value}" for name, value in each.headers.items()), "", ""])
        said.append((head.encode() + each.body).hex().encode())
    path.write_bytes(SPLIT.join(said))
    return str(path)


def _send(port: int, files: list[str]) -> int:
    """Send the requests of each file over a connection of its own; how many were taken."""
    trusting = ssl._create_unverified_context()
    taken: list[bytes] = []

    def one(file: str) -> None:
        requests = [bytes.fromhex(each.decode()) for each in Path(file).read_bytes().split(SPLIT)]
        with trusting.wrap_socket(socket.create_connection(("127.0.0.1", port))) as line:
            for each in requests:
                line.sendall(each)
                answer = line.recv(65536)
                while not answer.endswith(b"}"):
                    answer += line.recv(65536)
                assert answer.startswith(b"HTTP/1.1 200 "), answer
                taken.append(answer)

    threads = [Thread(target=one, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(taken)


if __name__ == "__main__":
    print(_send(int(sys.argv[1]), sys.argv[2:]))
