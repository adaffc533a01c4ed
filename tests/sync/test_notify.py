"""What the service manager hears: over real sockets, at the right times, and nothing of a loop that hangs."""

import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.notify import Pulse, RecordingManager, pulse_for
from tests.sync.managers import ABSTRACT, Listening

PERIOD_S = 6.0


class Watch:
    """A pulse on a clock that is moved by hand."""

    def __init__(self, period_s: float | None = PERIOD_S) -> None:
        self.now_s, self.manager = 1000.0, RecordingManager()
        self.pulse = Pulse(self.manager, period_s, lambda: self.now_s)

    def turn(self, status: str = "screen attract") -> list[str]:
        """What this turn told."""
        self.manager.told.clear()
        self.pulse.turn(status)
        return list(self.manager.told)


@pytest.fixture(params=["path", "abstract"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Listening]:
    """A manager's socket, of both kinds."""
    address = str(tmp_path / "notify") if request.param == "path" else f"{ABSTRACT}{tmp_path}"
    with Listening(address) as manager:
        yield manager


def test_a_real_socket_hears_that_it_runs_and_that_it_ends(listening: Listening) -> None:
    pulse = pulse_for(listening.environment(2.0, pid=77), 77, lambda: 5.0)
    pulse.turn("screen attract")
    assert listening.heard() == ["READY=1", "STATUS=screen attract", "WATCHDOG=1"]
    assert pulse.wait_s() == pytest.approx(1.0)
    pulse.ends()
    assert listening.heard() == ["STOPPING=1", "STATUS=ends"]


def test_the_watchdog_of_another_process_is_not_ours(listening: Listening) -> None:
    pulse = pulse_for(listening.environment(2.0, pid=77), 78, lambda: 5.0)
    pulse.turn("serves")
    assert listening.heard() == ["READY=1", "STATUS=serves"]
    assert pulse.wait_s() is None


def test_a_turn_tells_what_is_new_and_no_more() -> None:
    watch = Watch(period_s=None)
    assert watch.turn() == ["READY=1", "STATUS=screen attract"]
    assert watch.turn() == []
    assert watch.turn("out of order:\n  printer  gone") == ["STATUS=out of order: printer gone"]
    assert len(watch.turn("x" * 5000)[0]) < 300
    assert watch.pulse.wait_s() is None


def test_a_loop_that_sleeps_as_long_as_it_may_is_never_missed_and_wakes_rarely() -> None:
    watch = Watch()
    watch.turn()
    last_s, turns = watch.now_s, 0
    while watch.now_s < 1600:
        wait_s = watch.pulse.wait_s()
        assert wait_s is not None
        watch.now_s += wait_s
        turns += 1
        if "WATCHDOG=1" in watch.turn():
            assert watch.now_s - last_s <= PERIOD_S * 0.6
            last_s = watch.now_s
    assert turns == 200, "once in three seconds"


def test_a_busy_loop_beats_earlier_so_that_its_next_piece_of_work_has_time() -> None:
    watch, last_s = Watch(), 1000.0
    watch.turn()
    for _ in range(1000):
        watch.now_s += 0.1
        last_s = watch.now_s if "WATCHDOG=1" in watch.turn() else last_s
        assert watch.now_s - last_s < PERIOD_S / 4


def test_what_the_manager_did_not_take_is_told_again() -> None:
    watch = Watch()
    watch.manager.deaf = True
    watch.turn()
    assert watch.pulse.wait_s() == pytest.approx(2.0)
    watch.manager.deaf = False
    assert watch.turn() == ["READY=1", "STATUS=screen attract", "WATCHDOG=1"]
    watch.manager.deaf = True
    watch.turn("screen closed")
    watch.manager.deaf = False
    assert watch.turn("screen closed") == ["STATUS=screen closed"]


def test_a_manager_that_reads_nothing_or_is_gone_stops_nobody(tmp_path: Path) -> None:
    with Listening(str(tmp_path / "notify")) as listening:
        pulse = pulse_for(listening.environment(2.0), 1, lambda: 5.0)
        for number in range(5000):  # more than its queue takes: a socket that waits would hang here
            pulse.turn(f"screen {number}")
        assert 0 < len(listening.heard()) < 10_000
    pulse.turn("screen attract")
    assert pulse.wait_s() is not None


def test_a_long_piece_of_work_is_announced_and_the_period_put_back_after_it() -> None:
    watch = Watch()
    watch.turn()
    watch.manager.told.clear()
    watch.pulse.works("begins anew", 180)
    assert watch.manager.told == ["STATUS=begins anew", "WATCHDOG_USEC=180000000", "WATCHDOG=1"]
    watch.now_s += 0.1
    assert watch.turn() == ["STATUS=screen attract", "WATCHDOG_USEC=6000000", "WATCHDOG=1"]
    assert watch.turn() == []
    alone = Watch(period_s=None)
    alone.turn()
    alone.manager.told.clear()
    alone.pulse.works("begins anew", 180)
    assert alone.manager.told == ["STATUS=begins anew"]


def test_who_is_not_ready_yet_asks_for_a_longer_start() -> None:
    watch = Watch()
    watch.pulse.works("rehearses", 180)
    longer = ["STATUS=rehearses", "EXTEND_TIMEOUT_USEC=180000000", "WATCHDOG_USEC=180000000", "WATCHDOG=1"]
    assert watch.manager.told == longer
    watch.manager.told.clear()
    assert watch.turn() == ["READY=1", "STATUS=screen attract", "WATCHDOG_USEC=6000000", "WATCHDOG=1"]


@given(st.dictionaries(st.sampled_from(["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]), st.text(max_size=150)))
def test_no_environment_keeps_a_process_from_running(environ: dict[str, str]) -> None:
    pulse = pulse_for(environ, 7, lambda: 5.0)
    pulse.turn("serves")
    wait_s = pulse.wait_s()
    assert wait_s is None or wait_s >= 0
    pulse.ends()


def test_the_listening_end_of_these_tests_hears_each_line(tmp_path: Path) -> None:
    """The control of the tests above: what is not sent is not heard."""
    with Listening(str(tmp_path / "notify")) as listening:
        assert listening.heard(0.01) == []
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"A=1\nB=2", str(tmp_path / "notify"))
        assert select.select([listening], [], [], 1)[0]
        assert listening.heard() == ["A=1", "B=2"]
