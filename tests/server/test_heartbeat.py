"""The service manager hears of a server while its event loop and its writer both come round."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from server.heartbeat import keep_beating, standing
from server.ledger import Ledger
from server.writer import Writer
from sync.notify import pulse_for
from tests.server.conftest import ZONE
from tests.server.device import seeded
from tests.server.places import place
from tests.server.running import RunningServer
from tests.sync.managers import Listening

BEAT = "WATCHDOG=1"


class Alone:
    """A writer without a thread behind it: nothing it is asked has an answer."""

    trouble: str | None = "Free some room."

    def come_round(self) -> "Future[None]":
        return Future()


class Deaf(Writer):
    """The broken variant: answers for its thread."""

    def come_round(self) -> "Future[None]":
        future: Future[None] = Future()
        future.set_result(None)
        return future


def beats(tmp_path: Path, kind: type[Writer]) -> tuple[list[str], list[str], list[str], int]:
    """What is heard at first, while the writer hangs in a job, and after it; and how often was committed."""
    commits, hangs, let_go = list[int](), threading.Event(), threading.Event()
    writer = kind(Ledger(place(tmp_path / "ledger.db"), ZONE, seeded(7)), lambda: commits.append(1))

    def hang(ledger: Ledger) -> None:
        hangs.set()
        let_go.wait(60)

    async def told(listening: Listening) -> tuple[list[str], list[str], list[str]]:
        clock = asyncio.get_running_loop().time
        beating = asyncio.create_task(keep_beating(pulse_for(listening.environment(0.2), 1, clock), writer))
        listen: Callable[[float], list[str]] = listening.heard
        first = await asyncio.to_thread(listen, 0.6)
        writer.submit(hang)
        assert await asyncio.to_thread(hangs.wait, 30)
        await asyncio.to_thread(listen, 0.3)  # what was already on its way
        silent = await asyncio.to_thread(listen, 1.0)
        let_go.set()
        later = await asyncio.to_thread(listening.wait_for, BEAT)
        beating.cancel()
        return first, silent, later

    writer.start()
    try:
        with Listening(str(tmp_path / "notify")) as listening:
            return *asyncio.run(told(listening)), len(commits)
    finally:
        let_go.set()
        writer.close()


def test_a_writer_that_hangs_is_not_vouched_for(tmp_path: Path) -> None:
    first, silent, later, commits = beats(tmp_path, Writer)
    assert first[:3] == ["READY=1", "STATUS=serves", BEAT]
    assert first.count(BEAT) > 2
    assert silent == []
    assert BEAT in later
    assert commits == 1, "to be asked is no commit: only the job that hung was one"


def test_a_writer_for_which_somebody_else_answers_would_be_vouched_for(tmp_path: Path) -> None:
    """The control."""
    assert BEAT in beats(tmp_path, Deaf)[1]


def test_a_writer_that_never_answers_is_not_even_ready(tmp_path: Path) -> None:
    async def wait(listening: Listening) -> list[str]:
        pulse = pulse_for(listening.environment(0.2), 1, asyncio.get_running_loop().time)
        beating = asyncio.create_task(keep_beating(pulse, Alone()))
        heard = await asyncio.to_thread(listening.heard, 0.5)
        beating.cancel()
        return heard

    with Listening(str(tmp_path / "notify")) as listening:
        assert asyncio.run(wait(listening)) == []
    assert standing(Alone()) == "serves, and cannot write: Free some room."


def test_the_server_says_that_it_listens_beats_and_says_that_it_ends(tmp_path: Path) -> None:
    with Listening(str(tmp_path / "notify")) as listening:
        server = RunningServer(tmp_path, environment={**os.environ, **listening.environment(1.0)})
        assert listening.wait_for(BEAT)[:2] == ["READY=1", "STATUS=serves"]
        with server.pages() as pages:
            assert pages.get("/healthz").status_code == 200
        server.process.send_signal(signal.SIGSTOP)
        listening.heard(0.1)
        assert listening.heard(2.0) == []
        server.process.send_signal(signal.SIGCONT)
        listening.wait_for(BEAT, 10)
        assert server.end() == 0
        assert "STOPPING=1" in listening.heard()
