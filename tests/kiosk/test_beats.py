"""The service manager hears of a kiosk as long as its loop turns and its pictures are drawn, and of nothing else."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.loop import WakePipe
from kiosk.patience import patience_s, rest, told
from kiosk.screen_types import Condition, Screen, State
from kiosk.ui import UiEvent
from sync.notify import Pulse, RecordingManager, pulse_for, unwatched
from tests.kiosk.fakes import STILL_OPEN
from tests.kiosk.test_board_loop import Awake as Display
from tests.kiosk.test_loop import Awake
from tests.kiosk.test_machine_start import ARGUMENTS, folder
from tests.sync.managers import Listening
from tests.walks.stage import VirtualScreen

__all__ = ["folder"]

PERIOD_S = 6.0
BEAT = "WATCHDOG=1"
OPENS = ["STATUS=opens its journal and its screen", "EXTEND_TIMEOUT_USEC=90000000", "WATCHDOG_USEC=90000000", BEAT]


class Manager:
    """A recording manager on the clock of the kiosk under test."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.recording = RecordingManager()
        self.pulse = Pulse(self.recording, PERIOD_S, lambda: now_ms() / 1000)

    def heard(self) -> list[str]:
        found, self.recording.told = self.recording.told, []
        return found


@pytest.fixture
def awake(tmp_path: Path) -> Awake:
    return Awake(tmp_path)


def watched(awake: Awake) -> Manager:
    manager = Manager(lambda: awake.kiosk.clock.boottime_ms)
    awake.loop.beat(manager.pulse)
    return manager


def test_a_kiosk_is_ready_once_its_picture_was_drawn_and_says_what_it_shows(awake: Awake) -> None:
    manager = watched(awake)
    awake.loop.turn()
    assert manager.heard() == ["READY=1", "STATUS=screen attract", BEAT]
    awake.touch("language-en")
    assert "STATUS=screen service" in manager.heard()


def test_what_cannot_be_drawn_is_not_ready(awake: Awake, tmp_path: Path) -> None:
    manager = watched(awake)

    def broken() -> None:
        raise MemoryError

    awake.front.refresh = broken  # type: ignore[method-assign]
    with pytest.raises(MemoryError):
        awake.loop.turn()
    assert manager.heard() == []


def test_a_waiting_kiosk_beats_in_time_and_wakes_less_than_once_a_second(awake: Awake) -> None:
    manager, clock = watched(awake), awake.kiosk.clock
    awake.loop.turn()
    begun, turns, last = clock.boottime_ms, 0, clock.boottime_ms
    while clock.boottime_ms < begun + 120_000:
        wait = awake.loop._patience_s()
        assert wait is not None
        clock.boottime_ms += max(round(wait * 1000), 1)
        awake.loop.turn()
        turns += 1
        if BEAT in manager.heard():
            assert clock.boottime_ms - last < PERIOD_S * 600
            last = clock.boottime_ms
    assert clock.boottime_ms - last < PERIOD_S * 600
    assert turns < 120


def test_a_display_is_told_of_as_well(tmp_path: Path) -> None:
    display = Display(tmp_path)
    manager = Manager(lambda: display.hall.clock.boottime_ms)
    display.loop.beat(manager.pulse)
    display.loop.turn()
    assert manager.heard() == ["READY=1", "STATUS=display: nothing of the office is known", BEAT]
    display.hall.queue.take(1)
    display.hall.queue.next(2)
    display.mirror()
    display.loop.machine.look()
    display.hall.clock.boottime_ms += 5000
    display.loop.turn()
    assert manager.heard() == ["STATUS=display: the queue", BEAT]
    wait = display.loop._patience_s()
    assert wait is not None
    assert wait <= PERIOD_S / 2


class Hanging(Awake):
    """A kiosk whose window does not come back from `drain` until it is let go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.let_go, self.hangs = threading.Event(), threading.Event()
        self.glass.drain = self._drain  # type: ignore[method-assign]

    def _drain(self) -> list[UiEvent]:
        self.hangs.set()
        self.let_go.wait(60)
        self.loop.ending = True
        return []


def beats_while_it_hangs(awake: Hanging, listening: Listening) -> list[str]:
    """What the manager hears of a loop that turned once and then hung, within five periods."""
    running = threading.Thread(target=awake.loop.run)
    running.start()
    assert awake.hangs.wait(30)
    listening.wait_for("READY")
    try:
        return listening.heard(1.0)
    finally:
        awake.let_go.set()
        running.join()


def test_a_loop_that_hangs_is_silent(tmp_path: Path) -> None:
    with Listening(str(tmp_path / "notify")) as listening:
        awake = Hanging(tmp_path)
        awake.loop.beat(pulse_for(listening.environment(0.2), 1, iter(range(10_000)).__next__))
        assert beats_while_it_hangs(awake, listening) == []


def test_a_beat_from_a_thread_would_go_on_for_a_loop_that_hangs(tmp_path: Path) -> None:
    """The control: what the test above is to catch."""
    with Listening(str(tmp_path / "notify")) as listening:
        awake, pulse = Hanging(tmp_path), pulse_for(listening.environment(0.2), 1, iter(range(10_000)).__next__)

        def beat() -> None:
            while not awake.let_go.wait(0.1):
                pulse.turn("screen attract")

        beating = threading.Thread(target=beat)
        beating.start()
        assert BEAT in beats_while_it_hangs(awake, listening)
        beating.join()


def test_a_screen_that_nothing_moves_beats_until_its_time_is_over_or_it_is_told_to_end() -> None:
    manager, wakes, now = RecordingManager(), WakePipe(), iter(range(1000))
    STILL_OPEN.append(wakes.close)
    seconds = lambda: float(next(now))  # noqa: E731
    pulse = Pulse(manager, 0.002, seconds)
    rest(pulse, "out of order: config", wakes.fileno(), 60, seconds)
    assert manager.told[:3] == ["READY=1", "STATUS=out of order: config", BEAT]
    assert manager.told.count(BEAT) > 3
    before = next(now)
    wakes.wake()
    rest(pulse, "out of order: config", wakes.fileno(), 60, seconds)
    assert next(now) - before < 10


def test_it_sleeps_until_what_comes_first() -> None:
    pulse = Pulse(RecordingManager(), PERIOD_S, lambda: 10.0)
    assert patience_s(None, 5000, unwatched()) is None
    assert patience_s(6000, 5000, unwatched()) == pytest.approx(1.0005)
    pulse.turn("screen attract")
    assert patience_s(None, 5000, pulse) == pytest.approx(3.0)
    assert patience_s(6000, 5000, pulse) == pytest.approx(1.0005)
    assert patience_s(60_000, 5000, pulse) == pytest.approx(3.0)


def test_trouble_is_told_by_its_code() -> None:
    state = State(screen=Screen.OUT_OF_ORDER, condition=Condition(printer="paper-out"))
    assert told(state) == "out of order: paper-out"
    assert told(State(screen=Screen.OUT_OF_ORDER)) == "out of order: not started"
    assert told(replace(state, screen=Screen.MY_TICKET)) == "screen my-ticket, in trouble: paper-out"


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    with Listening(str(tmp_path / "notify")) as manager:
        yield manager


def always_open(settings: Path) -> None:
    """At whatever hour the test runs, it invites."""
    text = settings.read_text("utf-8")
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith("calendar = ")]
    assert len(kept) == text.count("\n") - 1
    settings.write_text("".join(kept), "utf-8")


def test_the_process_beats_while_it_runs_and_not_while_it_is_frozen(folder: Path, listening: Listening) -> None:
    environment = {**os.environ, **listening.environment(1.0)}
    always_open(folder / "kiosk.toml")
    process = subprocess.Popen([*ARGUMENTS, str(folder / "kiosk.toml")], env=environment, stderr=subprocess.DEVNULL)
    try:
        drawn = ["STATUS=rehearses its tickets", "EXTEND_TIMEOUT_USEC=180000000", "WATCHDOG_USEC=180000000", BEAT]
        assert listening.wait_for("READY")[:10] == [*OPENS, *drawn, "READY=1", "STATUS=screen attract"]
        listening.wait_for(BEAT, 10)
        process.send_signal(signal.SIGSTOP)
        listening.heard(0.1)
        assert listening.heard(2.0) == []
        process.send_signal(signal.SIGCONT)
        listening.wait_for(BEAT, 10)
        process.terminate()
        assert "STOPPING=1" in listening.wait_for("STATUS=ends", 20)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(("broken", "told"), [("kiosk.toml", "config"), ("data/journal.db", "start")])
def test_a_kiosk_that_shows_what_is_the_matter_is_alive(
    folder: Path, listening: Listening, broken: str, told: str
) -> None:
    (folder / broken).parent.mkdir(exist_ok=True)
    (folder / broken).write_text("this is neither", encoding="utf-8")
    command = [sys.executable, "-m", "kiosk", "--window", "--config", str(folder / "kiosk.toml")]
    with VirtualScreen() as screen:
        environment = {**os.environ, **screen.environment, **listening.environment(0.5)}
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            assert listening.wait_for("READY")[:6] == [*OPENS, "READY=1", f"STATUS=out of order: {told}"]
            assert listening.wait_for(BEAT, 10) == [BEAT]
            process.terminate()
            listening.wait_for("STOPPING=1", 20)
            assert process.wait(20) == 2
        finally:
            process.kill()
            process.wait()
