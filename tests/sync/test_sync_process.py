"""`python -m sync` as its own process, with a real server socket, real signals and real kills."""

import os
import random
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from sync import facts, paircode
from sync.__main__ import go_round
from sync.inbox import InboxReader, InboxState
from sync.journal import Journal
from sync.notify import Pulse, RecordingManager
from sync.types import Level
from sync.wake import WakeSocket, wake
from tests.sync import journals
from tests.sync.https_office import HttpsOffice, Response, make_certificate
from tests.sync.managers import Listening
from tests.sync.pairing_office import PairingOffice
from tests.sync.test_exchange_uplink import save_key

CONFIG = """
place = "Hall"
data = "data"
catalogue = "catalogue.toml"
printer = "tcp://127.0.0.1:9100"
pins = "mock"
time_zone = "Asia/Bangkok"
languages = ["th", "en", "my"]
[office]
th = "ก"
en = "Office"
my = "က"
[screen]
width_mm = 345
height_mm = 194
fullscreen = false
width_px = 1280
height_px = 720
[[counters]]
counter = 1
levels = [5, 6, 13, 19, 26]
lamp = 21
[clock]
trust = "system"
"""


class Watched(PairingOffice):
    """The office, with a way to wait until something is true of it."""

    def __init__(self, certificate: bytes) -> None:
        super().__init__(certificate)
        self.changed = threading.Condition()

    def __call__(self, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """One request."""
        with self.changed:
            answer = super().__call__(path, headers, body)
            self.changed.notify_all()
            return answer

    def wait(self, true: Callable[[], bool]) -> bool:
        """Wait until it is true, at most 30 s."""
        with self.changed:
            return self.changed.wait_for(true, timeout=30)


class Site:
    """A folder with kiosk.toml and data, an office, and a journal that a kiosk would write."""

    def __init__(self, folder: Path, office: Watched, url: str | None) -> None:
        self.folder, self.office, self.data = folder, office, folder / "data"
        self.config = folder / "kiosk.toml"
        server = f'[server]\nurl = "{url}"\ncode = "{office.code}"\n' if url else ""
        self.config.write_text(CONFIG + server, encoding="utf-8")
        self.data.mkdir()
        save_key(self.data)
        self.journal: Journal = journals.make(self.data / "journal.db", scores=3)
        self.running: list[subprocess.Popen[str]] = []

    def start(self, more: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """The process begins, with this environment besides."""
        command = [sys.executable, "-m", "sync", "--config", str(self.config)]
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONWARNINGS": "error", **(more or {})}
        )
        self.running.append(process)
        return process

    def status(self) -> str:
        """What the technician reads."""
        command = [sys.executable, "-m", "sync", "status", "--config", str(self.config)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    def score(self, times: int = 1) -> None:
        """The kiosk commits and calls."""
        self.journal.append(facts.drafts(*[facts.ScoreGiven(1, Level(4))] * times), journals.at(9000))
        wake(self.data / "sync.wake")

    def arrived(self) -> bool:
        """Whether the office holds exactly this journal."""
        rows = [row[1] for row in self.office.rows]
        return rows == [entry.row for entry in self.journal.entries()]

    def close(self) -> None:
        """End what still runs."""
        for process in self.running:
            process.kill()
            process.communicate()
        self.journal.close()


def ended(process: "subprocess.Popen[str]", number: int) -> tuple[int, str]:
    """Exit status and log after this signal."""
    process.send_signal(number)
    _, log = process.communicate(timeout=30)
    return process.returncode, log


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    pem, certificate = make_certificate(tmp_path)
    office = Watched(certificate)
    office.code = paircode.make_code(certificate, lambda size: bytes(range(size)))
    with HttpsOffice(pem, office) as serving:
        made = Site(tmp_path, office, serving.url)
        yield made
        made.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path, Watched(b"none"), None)
    yield made
    made.close()


def test_it_pairs_sends_each_fact_as_it_is_called_and_ends_cleanly(site: Site) -> None:
    process = site.start()
    assert site.office.wait(site.arrived)
    for _ in range(3):
        site.score()
        assert site.office.wait(site.arrived)
    status, log = ended(process, signal.SIGTERM)
    assert status == 0
    assert "Traceback" not in log
    assert "facts are sent as they come" in log
    assert not (site.data / "sync.wake").exists()


def test_status_says_in_words_how_it_stands(site: Site) -> None:
    before = site.status()
    assert "server: not paired" in before
    assert "it has not run yet" in before
    with WakeSocket(site.data / "kiosk.wake") as woken:
        process = site.start()
        assert site.office.wait(site.arrived)
        state = inbox_until(site, woken, lambda state: state.received == 4)
    assert (state.phase, state.lane) == ("idle", 3)
    after = site.status()
    assert "server: office-1, lane 3" in after
    assert "up to 4, safe up to 0, waiting here: 0" in after
    assert ended(process, signal.SIGTERM)[0] == 0


def inbox_until(site: Site, woken: WakeSocket, true: Callable[[InboxState], bool]) -> InboxState:
    """The inbox as the kiosk sees it, once it is so; looked at only when sync calls."""
    for _ in range(20):
        state = InboxReader(site.data / "inbox.db").read()
        if state is not None and true(state):
            return state
        assert select.select([woken], [], [], 30)[0]
        woken.drain()
    raise AssertionError("sync called twenty times and it was never so")


def more_requests(office: Watched, wanted: int) -> bool:
    return office.requests >= wanted


def test_killed_at_random_moments_every_fact_is_at_the_server_once(site: Site) -> None:
    chance = random.Random(7)
    for _ in range(6):
        process = site.start()
        site.score(chance.randint(1, 400))
        assert site.office.wait(partial(more_requests, site.office, site.office.requests + chance.randint(0, 3)))
        assert ended(process, signal.SIGKILL)[0] == -signal.SIGKILL
    site.start()
    assert site.office.wait(site.arrived)


def test_a_second_process_for_the_same_folder_is_turned_away_and_the_first_goes_on(site: Site) -> None:
    site.start()
    assert site.office.wait(site.arrived)
    second = site.start()
    _, log = second.communicate(timeout=30)
    assert second.returncode == 2
    assert "another process writes" in log
    site.score()
    assert site.office.wait(site.arrived)


def test_without_a_server_it_says_so_and_stays(alone: Site) -> None:
    process = alone.start()
    assert process.stderr is not None
    assert "stands alone" in process.stderr.readline()
    assert process.poll() is None
    assert ended(process, signal.SIGTERM)[0] == 0


def test_a_broken_configuration_names_its_line(alone: Site) -> None:
    alone.config.write_text(CONFIG.replace("counter = 1", "cuonter = 1"), encoding="utf-8")
    process = alone.start()
    _, log = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "line" in log
    assert "counter" in log


def test_a_broken_configuration_leaves_the_last_good_copy_at_work(site: Site) -> None:
    good = site.data / "kiosk.toml.good"
    good.write_bytes(site.config.read_bytes())
    site.config.write_text("nonsense", encoding="utf-8")
    process = site.start()
    assert site.office.wait(site.arrived)
    status, log = ended(process, signal.SIGTERM)
    assert status == 0
    assert "last good copy" in log


def test_verify_is_reached_by_the_same_command(alone: Site) -> None:
    command = [sys.executable, "-m", "sync", "verify", str(alone.data / "journal.db")]
    assert "good" in subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_verify_behind_an_option_is_a_wrong_call_and_sends_nothing(site: Site) -> None:
    call = [sys.executable, "-m", "sync", "--config", str(site.config), "verify"]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "python -m sync verify journal.db" in done.stderr) == (2, True)
    assert site.office.requests == 0


class Uplinked:
    """An uplink that has nothing to do."""

    standing = "idle"

    def turn(self) -> float:
        return 0.0


def test_sync_is_told_of_while_its_loop_turns_and_all_its_threads_live(tmp_path: Path) -> None:
    manager, now = RecordingManager(), iter(range(1000)).__next__
    pulse, done = Pulse(manager, 4.0, now), threading.Event()
    downlink = threading.Thread(target=done.wait)
    downlink.start()
    with WakeSocket(tmp_path / "sync.wake") as woken:
        go_round(Uplinked(), woken, pulse, [downlink])
        assert manager.told == ["READY=1", "STATUS=idle", "WATCHDOG=1"]
        for _ in range(20):
            go_round(Uplinked(), woken, pulse, [downlink])
        assert manager.told.count("WATCHDOG=1") > 5
        done.set()
        downlink.join()
        manager.told.clear()
        for _ in range(20):
            go_round(Uplinked(), woken, pulse, [downlink])
        assert manager.told == []


def test_the_process_tells_the_service_manager(site: Site) -> None:
    with Listening(str(site.folder / "notify")) as listening:
        process = site.start(listening.environment(1.0))
        assert listening.wait_for("READY=1")
        assert site.office.wait(site.arrived)
        listening.wait_for("STATUS=idle")
        listening.wait_for("WATCHDOG=1", 10)
        process.send_signal(signal.SIGSTOP)
        listening.heard(0.1)
        assert listening.heard(2.0) == []
        process.send_signal(signal.SIGCONT)
        listening.wait_for("WATCHDOG=1", 10)
        assert ended(process, signal.SIGTERM)[0] == 0
        assert "STOPPING=1" in listening.heard()


def test_a_device_that_stands_alone_tells_the_service_manager(alone: Site) -> None:
    with Listening(str(alone.folder / "notify")) as listening:
        process = alone.start(listening.environment(0.4))
        assert listening.wait_for("WATCHDOG=1")[1].startswith("STATUS=stands alone")
        listening.wait_for("WATCHDOG=1", 10)
        assert ended(process, signal.SIGTERM)[0] == 0
        assert "STOPPING=1" in listening.heard()
