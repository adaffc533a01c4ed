"""`./prove failover`: a centre's ledger on a Patroni pair, the primary killed again and again while offices send.

Everything is real: etcd, two PostgreSQL servers under Patroni, our store, the judging and folding of signed batches.
Whatever was acknowledged has to be on the next primary. The control commits on the primary alone while the standby is
frozen: there the same judge has to find a loss.
"""

import argparse
import os
import pwd
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import psycopg

from server.errors import ServerError
from server.intake import take_batch
from server.ledger import Ledger
from server.stores import open_reader
from sync.wire import Refusal, Request
from tests.bench.traffic import BEGAN, Machine, begin, enter
from tests.postgres import binaries

ZONE = ZoneInfo("Asia/Bangkok")
TTL_S = 20
"""The shortest that Patroni takes: after so long without a word of the primary the standby takes its place."""
PATIENCE_S = 120
OFFICES = 4
UNSENT = 256 * 1024
"""Bytes of the log."""
LOCAL = "&options=-csynchronous_commit%3Dlocal"

_NODE = """scope: scorecard
name: node{number}
etcd3: {{host: "127.0.0.1:{etcd}"}}
restapi: {{listen: "127.0.0.1:{rest}", connect_address: "127.0.0.1:{rest}"}}
bootstrap:
  dcs:
    ttl: {ttl}
    loop_wait: 1
    retry_timeout: 3
    maximum_lag_on_failover: 1073741824
    synchronous_mode: {synchronous}
    postgresql: {{use_pg_rewind: true, parameters: {{wal_log_hints: "on", max_connections: 40, shared_buffers: 64MB}}}}
  initdb: [{{encoding: UTF8}}, {{locale: C.UTF-8}}]
postgresql:
  listen: "127.0.0.1:{port}"
  connect_address: "127.0.0.1:{port}"
  data_dir: {folder}/node{number}
  bin_dir: {binaries}
  pgpass: {folder}/pgpass{number}
  authentication:
    superuser: {{username: postgres}}
    replication: {{username: replicator}}
    rewind: {{username: postgres}}
  parameters: {{unix_socket_directories: {folder}}}
  pg_hba: ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust", "local all all trust"]
"""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with ExitStack() as stack:
        bound = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in bound]


@dataclass
class Node:
    """One PostgreSQL server with its Patroni."""

    number: int
    port: int
    data: Path
    process: "subprocess.Popen[bytes]"

    def family(self) -> list[int]:
        """Patroni, and every process of its server."""
        found = [self.process.pid, *_below(self.process.pid)]
        with suppress(FileNotFoundError, ValueError, IndexError):
            postmaster = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            found += [postmaster, *_below(postmaster)]
        return found

    def signal(self, number: signal.Signals) -> None:
        """To all of them, Patroni first."""
        for pid in self.family():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def leads(self) -> bool:
        """Whether it takes writes."""
        try:
            with psycopg.connect(f"host=127.0.0.1 port={self.port} user=postgres", connect_timeout=2) as db:
                return db.execute("SELECT NOT pg_is_in_recovery()").fetchone() == (True,)
        except psycopg.Error:
            return False


def _below(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [each for child in map(int, children) for each in (child, *_below(child))]


class Pair:
    """etcd and two nodes in a folder, run by the system's user postgres where we are root."""

    def __init__(self, folder: Path, *, synchronous: bool) -> None:
        self.folder, self._synchronous = folder, synchronous
        self._user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self._user:
            entry = pwd.getpwnam("postgres")
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        client, peer, *self._ports = free_ports(6)
        self._etcd_port = client
        here, there = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
        self._etcd = self._start(
            "etcd", "--data-dir", f"{folder}/etcd", "--listen-client-urls", here, "--advertise-client-urls", here,
            "--listen-peer-urls", there, "--initial-advertise-peer-urls", there,
            "--initial-cluster", f"default={there}",
        )  # fmt: skip
        self.nodes = [self.begin(0)]
        until(self.nodes[0].leads, "the first node leads")
        self.nodes.append(self.begin(1))
        self.until_synchronous()

    def begin(self, number: int) -> Node:
        """Start a node, the first time or again."""
        port, rest = self._ports[2 * number], self._ports[2 * number + 1]
        config = self.folder / f"node{number}.yml"
        config.write_text(
            _NODE.format(
                number=number, etcd=self._etcd_port, rest=rest, port=port, folder=self.folder, binaries=binaries(),
                ttl=TTL_S, synchronous=str(self._synchronous).lower(),
            )
        )  # fmt: skip
        return Node(number, port, self.folder / f"node{number}", self._start("patroni", str(config)))

    def url(self, more: str = "") -> str:
        """Of the ledger, wherever it is written."""
        hosts, ports = "127.0.0.1,127.0.0.1", ",".join(str(port) for port in self._ports[::2])
        return f"postgresql://postgres@/ledger?host={hosts}&port={ports}&target_session_attrs=read-write{more}"

    def leader(self) -> Node:
        """The node that takes writes."""
        until(lambda: any(node.leads() for node in self.nodes), "a node leads")
        return next(node for node in self.nodes if node.leads())

    def until_synchronous(self) -> None:
        """The standby has everything."""
        state = "sync" if self._synchronous else "async"

        def there() -> bool:
            try:
                with psycopg.connect(f"host=127.0.0.1 port={self.leader().port} user=postgres") as db:
                    query = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = %s AND state = 'streaming'"
                    return db.execute(query, (state,)).fetchone() == (1,)
            except psycopg.Error:
                return False

        until(there, f"the standby is {state}")

    def close(self) -> None:
        """End what was started."""
        for node in self.nodes:
            node.signal(signal.SIGCONT)
            node.signal(signal.SIGKILL)
            node.process.wait()
        for pid in _below(self._etcd.pid):
            os.kill(pid, signal.SIGKILL)
        self._etcd.kill()
        self._etcd.wait()

    def _start(self, *command: str) -> "subprocess.Popen[bytes]":
        log = (self.folder / f"{command[0]}.log").open("ab")
        with log:
            return subprocess.Popen([*self._user, *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")


def until(there: Callable[[], bool], what: str) -> None:
    """Wait for something of the other processes. Raises TimeoutError."""
    ends = time.monotonic() + PATIENCE_S
    while not there():
        if time.monotonic() > ends:
            raise TimeoutError(f"not within {PATIENCE_S} s: {what}")
        time.sleep(0.2)


@dataclass
class Sender:
    """Offices that send what was not acknowledged again, as the exchange has them do."""

    random: random.Random
    machines: list[Machine] = field(init=False)
    acknowledged: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    longest_s: float = 0.0

    def __post_init__(self) -> None:
        self.machines, self._lives = begin(self.random, OFFICES)

    def send(self, ledger: Ledger) -> None:
        """A few visits, sent until they are acknowledged."""
        for live in self._lives:
            for _ in range(self.random.randrange(1, 4)):
                next(live)
        for machine in self.machines:
            self._until_taken(ledger, machine, machine.request())

    def _until_taken(self, ledger: Ledger, machine: Machine, request: Request) -> None:
        began = time.monotonic()
        while True:
            try:
                with ledger.transaction():
                    taken = take_batch(ledger, request, BEGAN)
            except ServerError:
                self.refused += 1
                if time.monotonic() - began > PATIENCE_S:
                    raise
                time.sleep(0.1)
                continue
            match taken:
                case Refusal(message=message):
                    raise RuntimeError(f"refused for good: {message}")
                case int():
                    self.acknowledged[machine.name] = taken
            self.longest_s = max(self.longest_s, time.monotonic() - began)
            return


def lost(url: str, sender: Sender) -> int:
    """How many acknowledged facts the ledger does not have, byte by byte."""
    missing = 0
    with closing(open_reader(url)) as db:
        for machine in sender.machines:
            rows = db.execute("SELECT row FROM facts WHERE journal_id = ? ORDER BY seq", (machine.name,)).fetchall()
            wanted = machine.rows[: sender.acknowledged.get(machine.name, 0)]
            missing += sum(number >= len(rows) or rows[number][0] != row for number, row in enumerate(wanted))
    return missing


@contextmanager
def sending(seed: int, *, synchronous: bool, more: str = "") -> Iterator[tuple[Pair, Ledger, Sender]]:
    """A pair with a ledger, and offices that are known to it."""
    with TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        inside = Path(folder) / "pair"
        inside.mkdir()
        with closing(Pair(inside, synchronous=synchronous)) as pair:
            with psycopg.connect(pair.url().replace("/ledger", "/postgres"), autocommit=True) as db:
                db.execute("CREATE DATABASE ledger")
            with closing(Ledger(pair.url(more), ZONE, random.Random(seed).randbytes)) as ledger:
                sender = Sender(random.Random(seed))
                with ledger.transaction():
                    enter(ledger, sender.machines)
                yield pair, ledger, sender


def rounds(count: int, seed: int) -> tuple[Sender, int]:
    """Kill the primary so many times in the middle of sending; who sent, and how much was lost."""
    chance = random.Random(seed)
    with sending(seed, synchronous=True) as (pair, ledger, sender):
        for number in range(1, count + 1):
            for _ in range(chance.randrange(20, 60)):
                sender.send(ledger)
            leader = pair.leader()
            leader.signal(signal.SIGKILL)
            leader.process.wait()
            for _ in range(20):
                sender.send(ledger)
            print(f"round {number}/{count}: node {leader.number} was killed; {lost(pair.url(), sender)} lost, "
                  f"longest wait {sender.longest_s:.1f} s", file=sys.stderr, flush=True)  # fmt: skip
            pair.nodes[leader.number] = pair.begin(leader.number)
            pair.until_synchronous()
        return sender, lost(pair.url(), sender)


def control(seed: int) -> int:
    """How much is lost where the primary alone commits, and the standby hears of nothing before it dies."""
    with sending(seed, synchronous=False, more=LOCAL) as (pair, ledger, sender):
        sender.send(ledger)
        leader = pair.leader()
        standby = next(node for node in pair.nodes if node is not leader)
        time.sleep(2)
        standby.signal(signal.SIGSTOP)
        with psycopg.connect(pair.url(), autocommit=True) as db:
            until(lambda: _kept_back(sender, ledger, db), "the primary has what the way to the standby does not hold")
        leader.signal(signal.SIGKILL)
        leader.process.wait()
        standby.signal(signal.SIGCONT)
        until(standby.leads, "the standby leads")
        return lost(pair.url(), sender)


def _kept_back(sender: Sender, ledger: Ledger, db: "psycopg.Connection[tuple[int | None]]") -> bool:
    """Send more; whether some is on the primary alone: what lies in the sockets' buffers reaches a frozen standby.

    A primary lets go of a standby that was silent for a minute: what comes after that is on it alone."""
    for _ in range(8):
        sender.send(ledger)
    unsent = "SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), sent_lsn))::bigint FROM pg_stat_replication"
    found = db.execute(unsent).fetchone()
    sender.send(ledger)
    return found is not None and alone(found[0])


def alone(unsent: int | None) -> bool:
    """Whether the primary has something that reaches no standby: bytes unsent to one, or None where there is none."""
    return unsent is None or unsent > UNSENT


def main() -> int:
    """Exit code: 0 where nothing acknowledged was lost, and the control lost something."""
    parser = argparse.ArgumentParser(prog="./prove failover")
    parser.add_argument("rounds", type=int, nargs="?", default=3)
    parser.add_argument("--seed", type=int, default=11)
    asked = parser.parse_args()
    sender, gone = rounds(asked.rounds, asked.seed)
    without = control(asked.seed)
    facts = sum(sender.acknowledged.values())
    print(f"control, committed on the primary alone with the standby frozen: {without} of its facts lost")
    print(
        f"{asked.rounds} primaries killed, {facts} facts acknowledged, {sender.refused} times asked again, "
        f"longest wait {sender.longest_s:.1f} s: {gone} lost"
    )
    return 0 if gone == 0 and without > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
