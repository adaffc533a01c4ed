"""From the office's ledger to the device's mirror: the real processes, killed at either end, restored, caught up."""

import os
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server import queue
from server.export import export
from server.lastword import FILE as LAST_WORD
from server.lastword import Doubt, LastWord
from server.ledger import Ledger
from server.own import KEY_FILE
from server.stores import FILE as LEDGER
from sync import verify
from sync.body import TicketName
from sync.clock import office_day
from sync.codec import Fact
from sync.downlink_driver import Downlink, Ports, run
from sync.errors import JournalDamaged
from sync.facts import JournalOpened, MachineStarted, of_kind, understand
from sync.facts_office import CounterOpened, TicketAdmitted, TicketCalled, TicketFinished, TicketServing
from sync.facts_restated import TicketRestated
from sync.journal import JournalReader
from sync.keys import load
from sync.mirror import FILE, MirrorReader
from sync.paircode import fingerprint
from sync.pairing import Pin, save_pin
from sync.system_clock import SystemClock
from sync.types import JournalId, Seq
from sync.wake import WakeSocket
from tests.server.conftest import ZONE
from tests.server.device import Device
from tests.server.running import CONFIG, RunningServer
from tests.server.small_office import SmallOffice
from tests.sync import journals
from tests.sync.test_exchange_uplink import save_key
from tests.sync.test_sync_process import CONFIG as KIOSK

STARTED = MachineStarted("1.0", "f" * 64)


def rows(path: Path) -> list[bytes]:
    """The rows of a journal or mirror."""
    with JournalReader(path) as reader:
        return [entry.row for entry in reader.entries()]


def test_a_committed_fact_is_in_the_mirror_and_the_kiosk_is_woken(tmp_path: Path, device: Device) -> None:
    office = SmallOffice(tmp_path / "office")
    office.admit(device)
    office.start()
    data = tmp_path / "kiosk"
    key = f'{{"seed": "{device.key.seed.hex()}", "device_secret": "{device.key.device_secret.hex()}"}}'
    (data / "device.key").write_text(key)
    save_pin(data / "pin.json", Pin("a" * 32, fingerprint(office.der).hex(), 0, "c" * 64))
    woken, clock = threading.Semaphore(0), SystemClock()
    ports = Ports(clock.instant, lambda: 0.0, lambda line: None, woken.release)
    link = Downlink(data, office.url, ports)
    called, ended = threading.Event(), threading.Event()
    thread = threading.Thread(target=run, args=(link, called, lambda line: None, ended.is_set))
    thread.start()
    reader = MirrorReader(data / FILE)
    seen: list[Fact] = []
    for count in range(1, 6):
        if count > 1:
            office.append(STARTED)
        while len(seen) < count:
            assert woken.acquire(timeout=20)
            news = reader.news()
            seen += news.facts if news else []
    assert [fact.seq for fact in seen] == [1, 2, 3, 4, 5]
    export(office.folder / LEDGER, None, tmp_path / "own.db")
    assert rows(data / FILE) == rows(tmp_path / "own.db")
    ended.set()
    office.stop()
    called.set()
    thread.join(20)


class Site:
    """A server on a fixed port, and a device with `python -m sync`."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        config = CONFIG.replace('exchange = "127.0.0.1:0"', f'exchange = "127.0.0.1:{port}"')
        (folder / "server").mkdir()
        self.server = RunningServer(folder / "server", config)
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir()
        save_key(self.data)
        journals.make(self.data / "journal.db").close()
        code = self.server.code()
        self.config = folder / "kiosk.toml"
        place = f'[server]\nurl = "https://127.0.0.1:{port}"\ncode = "{code}"\n'
        self.config.write_text(KIOSK + place, encoding="utf-8")
        self.calls = WakeSocket(self.data / "kiosk.wake")
        self.sync: subprocess.Popen[bytes] | None = None

    def start_sync(self) -> None:
        """The device's process begins."""
        call = [sys.executable, "-m", "sync", "--config", str(self.config)]
        self.sync = subprocess.Popen(call, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONWARNINGS": "error"})

    def kill_sync(self) -> None:
        """SIGKILL."""
        assert self.sync is not None
        self.sync.send_signal(signal.SIGKILL)
        self.sync.wait(20)

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for the kiosk to be woken until this is true."""
        for _ in range(200):
            if true():
                return
            select.select([self.calls], [], [], 1.0)
            self.calls.drain()
        raise AssertionError("it did not come")

    def own(self) -> list[bytes]:
        """The office's journal, as the office has it."""
        copy = self.folder / "own.db"
        copy.unlink(missing_ok=True)
        export(self.server.data / LEDGER, None, copy)
        return rows(copy)

    def same(self) -> bool:
        """Whether the mirror is what the office has."""
        try:
            return rows(self.data / FILE) == self.own()
        except (FileNotFoundError, JournalDamaged, sqlite3.Error):  # it has not come yet
            return False

    def close(self) -> None:
        """End everything."""
        if self.sync is not None and self.sync.poll() is None:
            self.kill_sync()
        if self.server.process.poll() is None:
            self.server.end()
        self.calls.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


def test_killed_at_either_end_nothing_is_lost(site: Site) -> None:
    site.start_sync()
    site.until(site.same)
    site.server.kill()
    site.server.start()  # it writes that it started
    assert not site.same(), "control: there is something to catch up with"
    site.until(site.same)
    site.kill_sync()
    site.server.end()
    site.server.start()
    assert not site.same()
    site.start_sync()
    site.until(site.same)
    assert len(site.own()) == 5
    assert verify.main([str(site.data / FILE), "--against", str(site.server.data / LEDGER)]) == 0


def work(data: Path) -> TicketName:
    """The office calls and serves a ticket, before its server starts again; which one."""
    clock, ticket = SystemClock(), TicketName(JournalId("c" * 32), Seq(7))
    now_ms = clock.read().utc_ms
    day = office_day(now_ms, ZONE).isoformat()
    with closing(Ledger(data / LEDGER, ZONE, os.urandom)) as ledger, ledger.transaction():
        ledger.open_own(load(data / KEY_FILE), os.urandom, clock.instant())
        queue.turn(ledger, queue.Moment(now_ms, day, clock.instant()))
        bodies = (
            CounterOpened(now_ms, 1, "s1", ("tax",)),
            TicketAdmitted(now_ms, ticket, day, "A001", ("tax",), now_ms, "arrived"),
            TicketCalled(now_ms, ticket, 1, "s1"),
            TicketServing(now_ms, ticket, "s1"),
            TicketFinished(now_ms, ticket, "s1"),
        )
        queue.commit(ledger, bodies, clock.instant())
    return ticket


def restated(path: Path) -> list[tuple[TicketName, str]]:
    """The tickets that the office's present journal says again, with where they stand."""
    with JournalReader(path) as reader:
        found = of_kind(reader.facts(), TicketRestated)
    return [(body.ticket, body.status) for _, body in found]


def test_an_office_restored_from_yesterdays_copy_begins_a_journal_that_names_the_one_before(site: Site) -> None:
    site.start_sync()
    site.until(site.same)
    site.server.end()
    shutil.copytree(site.server.data, site.folder / "yesterday", ignore=shutil.ignore_patterns("*.sock"))
    served = work(site.server.data)
    site.server.start()
    site.until(site.same)
    before = rows(site.data / FILE)
    site.server.end()
    shutil.rmtree(site.server.data)
    shutil.copytree(site.folder / "yesterday", site.server.data, ignore=shutil.ignore_patterns(LAST_WORD))
    site.kill_sync()
    site.server.start()
    assert isinstance(LastWord(site.server.data / LAST_WORD, bytes).read(), Doubt), "it may be an old copy"
    site.start_sync()
    site.until(lambda: site.same() and rows(site.data / FILE)[0] != before[0] and bool(restated(site.data / FILE)))
    assert restated(site.data / FILE) == [(served, "served")], "what was served in the lost part stays served"
    with JournalReader(site.data / FILE) as reader:
        opened = understand(next(reader.entries()).fact)
    assert isinstance(opened, JournalOpened)
    assert opened.predecessor is not None
    assert isinstance(LastWord(site.server.data / LAST_WORD, bytes).read(), tuple), "it stands again"
    assert opened.predecessor.seq == len(before), "it names the longer history, which the device holds"
