"""What a printer is to the rest of the product: jobs go in, outcomes and paper status come out. Pure
values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal, Protocol

from hardware.dots import Dots as Dots
from hardware.errors import PictureError
from hardware.profile import Abilities, Identity

MAX_JOB_ID = 2**28 - 1

PaperLevel = Literal["ok", "near-end", "out"]
Fault = Literal["unreachable", "paper-out", "cover-open", "cutter", "mechanism", "overheated", "offline"]


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A picture of 1 bit a dot: rows from the top, each `width // 8` bytes, most significant bit left, 1 =
    black.

    Raises PictureError where the width is not a multiple of 8, a side is not positive or `rows` has another
    length.
    """

    width: Dots
    height: Dots
    rows: bytes

    def __post_init__(self) -> None:
        if self.width <= 0 or self.height <= 0 or self.width % 8:
            raise PictureError(
                f"a bitmap of {self.width} × {self.height} dots cannot be printed",
                hint="both sides must be positive and the width a multiple of 8",
            )
        expected = self.width // 8 * self.height
        if len(self.rows) != expected:
            raise PictureError(
                f"{self.width} × {self.height} dots need {expected} bytes, not {len(self.rows)}",
                hint="give width // 8 bytes for each row, 1 bit a dot",
            )

    def row(self, y: int) -> bytes:
        """The bytes of row `y`, counted from the top."""
        stride = self.width // 8
        return self.rows[y * stride : (y + 1) * stride]


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One picture to put on paper and cut off. `job_id` (1 … 2**28 - 1) must differ from those of recent
    jobs: it is what the printer echoes when the picture is out."""

    job_id: int
    bitmap: Bitmap

    def __post_init__(self) -> None:
        if not 1 <= self.job_id <= MAX_JOB_ID:
            raise PictureError(
                f"print job id {self.job_id} is out of range", hint=f"use a number from 1 to {MAX_JOB_ID}"
            )


class Outcome(Enum):
    """What is known of a job when it is over. Only the printer's own word makes CONFIRMED."""

    CONFIRMED = "confirmed"
    """The printer echoed this job's id behind its last row."""
    SENT = "sent"
    """The device took every byte and has no way to say more."""
    NOT_STARTED = "not-started"
    """No byte of it left: safe to try again."""
    INTERRUPTED = "interrupted"
    """The printer itself reported a fault while the job was on its way: wait for the repair."""
    UNCERTAIN = "uncertain"
    """Nobody can tell: a reprint must be marked as a copy."""


@dataclass(frozen=True, slots=True)
class PaperStatus:
    """What the printer last said of itself. None means unknown and is never guessed.

    `overheated`: it waits until its head has cooled, and goes on by itself. `mechanism_error`: jammed, or defect.
    `ticket_waiting`: the last ticket still hangs in its mouth; only printers with that sensor say so.
    """

    reachable: bool
    paper: PaperLevel | None = None
    cover_open: bool | None = None
    cutter_error: bool | None = None
    online: bool | None = None
    overheated: bool | None = None
    mechanism_error: bool | None = None
    ticket_waiting: bool | None = None

    @property
    def fault(self) -> Fault | None:
        """The first known reason why nothing can be printed, the one to repair first; None if no reason is
        known."""
        if not self.reachable:
            return "unreachable"
        if self.cover_open:
            return "cover-open"
        if self.paper == "out":
            return "paper-out"
        if self.cutter_error:
            return "cutter"
        if self.mechanism_error:
            return "mechanism"
        if self.overheated:
            return "overheated"
        if self.online is False:
            return "offline"
        return None

    @property
    def can_print(self) -> bool:
        """Whether the device is reachable and nothing bad is known of it."""
        return self.fault is None


UNREACHABLE = PaperStatus(reachable=False)


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The printer's condition differs from the last StatusChanged."""

    status: PaperStatus


@dataclass(frozen=True, slots=True)
class Finished:
    """A job is over, with the condition of the printer at that moment. Exactly one for each job submitted."""

    job_id: int
    outcome: Outcome
    status: PaperStatus


@dataclass(frozen=True, slots=True)
class Met:
    """A printer was asked what it is and can do: once for each connection that tells something new. `profile`: the name
    of the profile it is treated by."""

    identity: Identity
    abilities: Abilities
    profile: str


PrinterEvent = StatusChanged | Finished | Met


class Printer(Protocol):
    """What the kiosk holds. No method waits for the device."""

    def start(self, *, unfinished: bool = False) -> None:
        """Begins; a StatusChanged follows within about two seconds whatever the device does.

        `unfinished`: part of a ticket may hang there, and is cut off in front of the next.
        """

    def submit(self, job: PrintJob) -> None:
        """Queues a job; jobs are printed in this order."""

    def poll(self) -> list[PrinterEvent]:
        """All events since the last call, oldest first; at once, empty if there are none."""

    def close(self) -> None:
        """Ends; a job on its way gets its outcome first, jobs not begun end as NOT_STARTED. Can be called
        twice."""


class NoPrinter:
    """Of a machine that has none: it says nothing, and prints nothing."""

    def __init__(self) -> None:
        self._events: list[PrinterEvent] = []

    def start(self, *, unfinished: bool = False) -> None:
        """Nothing begins."""

    def submit(self, job: PrintJob) -> None:
        """Over at once."""
        self._events.append(Finished(job.job_id, Outcome.NOT_STARTED, UNREACHABLE))

    def poll(self) -> list[PrinterEvent]:
        """How the jobs ended."""
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        """Nothing ends."""


class RecordingPrinter:
    """A printer without a device: keeps every job in `jobs` and answers as told. Not for use from several
    threads.

    A job is answered at once with `answers` in turn, then with CONFIRMED; while `status` has a fault it is
    NOT_STARTED. With `hold` set, jobs wait until `finish` is called.
    """

    def __init__(
        self,
        wake: Callable[[], None] = lambda: None,
        *,
        answers: Sequence[Outcome] = (),
        hold: bool = False,
        status: PaperStatus | None = None,
    ) -> None:
        self.jobs: list[PrintJob] = []
        self.status = status or PaperStatus(True, "ok", False, False, True)
        self.started = self.unfinished = False
        self.closed = False
        self.hold = hold
        self._answers = list(answers)
        self._wake = wake
        self._waiting: list[int] = []
        self._events: list[PrinterEvent] = []

    def start(self, *, unfinished: bool = False) -> None:
        self.started, self.unfinished = True, unfinished
        self._post(StatusChanged(self.status))

    def submit(self, job: PrintJob) -> None:
        self.jobs.append(job)
        if self.closed or not self.status.can_print:
            self._post(Finished(job.job_id, Outcome.NOT_STARTED, self.status))
            return
        self._waiting.append(job.job_id)
        if not self.hold:
            self.finish(self._answers.pop(0) if self._answers else Outcome.CONFIRMED)

    def finish(self, outcome: Outcome) -> None:
        """Ends the oldest waiting job with this outcome. Raises IndexError if none is waiting."""
        self._post(Finished(self._waiting.pop(0), outcome, self.status))

    def set_status(self, status: PaperStatus) -> None:
        """From now on the device is in this condition."""
        if status != self.status:
            self.status = status
            self._post(StatusChanged(status))

    def meet(self, met: Met) -> None:
        """The device has said what it is and can do."""
        self._post(met)

    def poll(self) -> list[PrinterEvent]:
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        self.closed = True
        while self._waiting:
            self.finish(Outcome.NOT_STARTED)

    def _post(self, event: PrinterEvent) -> None:
        self._events.append(event)
        self._wake()
