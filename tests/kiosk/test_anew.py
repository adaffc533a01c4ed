"""A kiosk that begins anew is put together once more, and whoever ends it meanwhile is heard."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.__main__ import _awake
from kiosk.loop import WakePipe
from sync.notify import Pulse, RecordingManager, unwatched


class Running:
    """What is needed of an Appliance. `anew`: its loop ends to begin anew."""

    def __init__(self, *, anew: bool) -> None:
        self.wakes, self.loop, self.window = WakePipe(), self, self
        self.size, self.driver = (1, 1), "none"
        self.anew, self.ending, self.ran, self.closed = anew, False, False, False

    def run(self) -> None:
        """Nothing to wait for."""
        self.ran = not self.ending

    def beat(self, pulse: Pulse) -> None:
        """Whom it tells that it runs."""
        pulse.turn("screen attract")

    def close(self) -> None:
        """It is over."""
        self.closed = True
        self.wakes.close()


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """As they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_it_is_put_together_anew_as_often_as_it_asks() -> None:
    made = [Running(anew=True), Running(anew=True), Running(anew=False)]
    left = iter(made)
    assert _awake(lambda: next(left), "kiosk", unwatched()) == 0
    assert [each.ran and each.closed for each in made] == [True] * 3


def test_nobody_misses_it_while_it_is_put_together_anew() -> None:
    manager, left = RecordingManager(), iter([Running(anew=True), Running(anew=False)])
    assert _awake(lambda: next(left), "kiosk", Pulse(manager, 6.0, lambda: 1.0)) == 0
    assert manager.told == [
        "READY=1", "STATUS=screen attract", "WATCHDOG=1",
        "STATUS=begins anew", "WATCHDOG_USEC=180000000", "WATCHDOG=1",
        "STATUS=screen attract", "WATCHDOG_USEC=6000000", "WATCHDOG=1",
    ]  # fmt: skip


def test_whoever_ends_it_while_it_is_put_together_anew_is_heard() -> None:
    made: list[Running] = []

    def assemble() -> Any:
        if made:
            os.kill(os.getpid(), signal.SIGTERM)
        made.append(Running(anew=True))
        return made[-1]

    assert _awake(assemble, "kiosk", unwatched()) == 0
    assert [(each.ran, each.closed) for each in made] == [(True, True), (False, True)]


def test_no_signal_writes_into_a_file_that_is_closed() -> None:
    _awake(lambda: Running(anew=False), "kiosk", unwatched())
    assert signal.set_wakeup_fd(-1) == -1
