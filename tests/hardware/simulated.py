"""A printer and its time, simulated: a keeper runs in one thread and waits for nothing real."""

import heapq
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hardware.errors import TransportError
from hardware.outcome import Habits, Patience
from hardware.print_keeper import Keeper
from hardware.printer import Bitmap, Dots, Finished, PaperStatus, PrinterEvent, PrintJob, StatusChanged
from hardware.profile import GENERIC, Profile
from tests.hardware.pictures import plain_ticket

WELL = {1: b"\x12", 2: b"\x12", 3: b"\x12", 4: b"\x12"}
"""Answers to DLE EOT n of a printer that nothing ails."""
ALL_WELL, PAPER_OUT, HOT = b"\x10\x00\x00\x00", b"\x18\x00\x0c\x00", b"\x18\x40\x00\x00"
"""Automatic status blocks."""


class PowerCut(BaseException):
    """The machine is off: no code runs any more."""


class Speaking(Protocol):
    """What stands at the other end of a connection."""

    @property
    def inbox(self) -> bytes:
        """What is to be read; also something where the device is gone, which the reading then says."""


class Time:
    """A Waiting. What is planned `at` a time happens when somebody waits until then."""

    def __init__(self) -> None:
        self.now = 0.0
        self.device: Speaking | None = None
        self._plans: list[tuple[float, int, Callable[[], object]]] = []
        self._counter = itertools.count()
        self._nudged = False

    def at(self, when: float, what: Callable[[], object]) -> None:
        heapq.heappush(self._plans, (when, next(self._counter), what))

    def monotonic(self) -> float:
        return self.now

    def readable(self, fd: int | None, seconds: float, *, wakeable: bool = False) -> bool:
        def speaks() -> bool:
            return fd is not None and self.device is not None and bool(self.device.inbox)

        self.wait(lambda: speaks() or (wakeable and self._nudged), seconds)
        if not speaks():
            self._nudged = self._nudged and not wakeable
        return speaks()

    def wait(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Lets time pass until this holds, at most so long; whether it holds."""
        end = self.now + max(seconds, 0.0)
        while not ready():
            if not self._plans or self._plans[0][0] > end:
                self.now = end
                return False
            self._next()
        return True

    def pass_by(self, seconds: float) -> None:
        """So long nobody looks at anything."""
        end = self.now + seconds
        while self._plans and self._plans[0][0] <= end:
            self._next()
        self.now = end

    def pause(self, seconds: float) -> None:
        self.readable(None, seconds, wakeable=True)

    def nudge(self) -> None:
        self._nudged = True

    def forget(self) -> None:
        """Nobody was nudged: whom it was meant for is no more."""
        self._nudged = False

    def close(self) -> None:
        return

    def _next(self) -> None:
        when, _, what = heapq.heappop(self._plans)
        self.now = max(self.now, when)
        what()


@dataclass
class Device:
    """A Transport to a printer that takes every byte at once. Its abilities are those that are not None or False.

    `answers`: by DLE EOT n. `automatic`: what it says when automatic status is switched on. `echoes`, `in_order`: after
    so many seconds. `takes`: how many bytes it ever takes. `on_write`: called before each write. `blind`: its line is.
    """

    time: Time
    answers: dict[int, bytes] = field(default_factory=lambda: dict(WELL))
    automatic: bytes | None = ALL_WELL
    echoes: float | None = 0.1
    in_order: float | None = 0.1
    takes: int | None = None
    on_write: Callable[[bytes], None] = lambda data: None
    inbox: bytes = b""
    received: bytes = b""
    writes: list[bytes] = field(default_factory=list)
    closed: int = 0
    blind: bool = False

    def fileno(self) -> int | None:
        return 1

    def say(self, data: bytes) -> None:
        self.inbox += data

    def write(self, data: bytes, timeout_s: float) -> int:
        self.on_write(data)
        room = len(data) if self.takes is None else max(self.takes - len(self.received), 0)
        taken = data[:room]
        if len(taken) < len(data):
            self.time.pass_by(timeout_s)
        self.writes.append(taken)
        before = len(self.received)
        self.received += taken
        self._obey(before)
        return len(taken)

    def _obey(self, start: int) -> None:
        for at in range(max(start - 10, 0), len(self.received)):
            self._command(self.received[at:], start - at)

    def _command(self, data: bytes, old: int) -> None:
        """`data` may begin with a command; the first `old` bytes of it were there before."""

        def whole(length: int) -> bool:
            return max(old, 0) < length <= len(data)

        if data.startswith(b"\x10\x04") and whole(3):
            self.say(self.answers.get(data[2], b""))
        elif data.startswith(b"\x1da\x0e") and whole(3) and self.automatic is not None:
            self.say(self.automatic)
        elif data.startswith(b"\x1d(H\x06\x00\x30\x30") and whole(11) and self.echoes is not None:
            echo = b"\x37\x22" + data[7:11] + b"\x00"
            self.time.at(self.time.now + self.echoes, lambda: self.say(echo))
        elif data.startswith(b"\x1dr\x01") and whole(3) and self.in_order is not None:
            self.time.at(self.time.now + self.in_order, lambda: self.say(b"\x00"))

    def read(self) -> bytes:
        data, self.inbox = self.inbox, b""
        return data

    def pending(self) -> int:
        return 0

    def paper_out(self) -> bool | None:
        return None

    def close(self) -> None:
        self.closed += 1


class Bench:
    """A keeper with a device of this kind. `device` is the connection that stands."""

    def __init__(
        self,
        *,
        make: Callable[[Time], Device] = Device,
        profile: Profile = GENERIC,
        profiles: Sequence[Profile] = (),
        paper_width: Dots | None = None,
        unfinished: bool = False,
        habits: Habits | None = None,
    ) -> None:
        self.time = Time()
        self.make = make
        self.device = make(self.time)
        self.connections = 0
        self.events: list[PrinterEvent] = []
        self.keeper = Keeper(
            self._open,
            lambda: None,
            self.time,
            profile=profile,
            profiles=profiles,
            paper_width=paper_width,
            patience=Patience(),
            unfinished=unfinished,
            habits=habits,
        )

    def _open(self) -> Device:
        if self.connections:
            self.device = self.make(self.time)
        self.connections += 1
        self.time.device = self.device
        return self.device

    def gone(self) -> None:
        """The device is unplugged at its next write."""

        def refuse(data: bytes) -> None:
            raise TransportError("it is gone", hint="plug it in", absent=True)

        self.device.on_write = refuse

    def print(self, job_id: int = 1, bitmap: Bitmap | None = None, *, at: float = 5.0) -> None:
        """Submits this job then."""
        job = PrintJob(job_id, bitmap or plain_ticket())
        self.time.at(at, lambda: self.keeper.submit(job))

    def run(self, seconds: float = 300.0) -> list[Finished]:
        """What became of the jobs."""
        self.time.at(seconds, self.keeper.stop)
        self.keeper.run()
        self.events += self.keeper.poll()
        return [event for event in self.events if isinstance(event, Finished)]

    @property
    def statuses(self) -> list[PaperStatus]:
        return [event.status for event in self.events if isinstance(event, StatusChanged)]
