"""When a print job is over and what may be claimed of it. Pure: this is where a success could be made up,
and must not."""

from dataclasses import dataclass, replace
from enum import Enum

from hardware.printer import Outcome, PaperStatus
from hardware.status import Answer, AutoStatus, Echo, Processed, Reply, updated


class Lead(Enum):
    """What must happen before a job so that its first command is read as a command."""

    CLEAN = "clean"
    """The printer confirmed the job before on this connection."""
    RESYNC = "resync"
    """Unknown what the printer is in the middle of: fill the longest band it may wait for with NUL."""
    SEPARATE = "separate"
    """As RESYNC, and cut, because part of a ticket may hang there."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds without any progress are waited out, by what is waited for."""

    write: float = 10.0
    """The device takes no more bytes: longer than a ticket's printing time, shorter than a citizen's
    patience."""
    confirm: float = 10.0
    """All bytes are taken, the echo is missing. A ticket takes 0.4–0.9 s (FACTS §6); a cutter may retry."""
    processed: float = 3.0
    """As `confirm`, where the job was read to its end and no echo was ever heard: an echo comes when the
    cut is done."""
    silent: float = 3.0
    """As `confirm`, for a device that has never said anything."""
    fault: float = 2.0
    """A fault is reported, the echo may still be on its way: paper may end right behind the ticket."""
    answer: float = 2.0
    """DLE EOT, which printers answer in real time."""
    greeting: float = 1.0
    """The first DLE EOT on a new connection, after which a device counts as silent."""
    idle: float = 10.0
    """Between two DLE EOT rounds while nothing is printed; changes in between come by ASB."""
    closing: float = 2.0
    """The most for a job on its way once the worker is asked to end."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What the device has shown it can say on this connection."""

    answers: bool = False
    speaks: bool = False
    echoes: bool = False

    def heard(self, reply: Reply) -> "Voice":
        """With this reply heard too."""
        match reply:
            case Answer():
                return replace(self, speaks=True, answers=True)
            case Echo():
                return replace(self, speaks=True, echoes=True)
            case AutoStatus() | Processed():
                return replace(self, speaks=True)
            case _:
                return self


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job has come: bytes taken of `total`, its echo heard, a fault reported by the printer since
    its first byte, the device gone."""

    total: int
    token: bytes
    written: int = 0
    echoed: bool = False
    processed: bool = False
    fault: bool = False
    gone: bool = False

    def heard(self, reply: Reply, status: PaperStatus) -> "JobProgress":
        """After this reply; `status` is the status with it."""
        if isinstance(reply, Echo):
            return replace(self, echoed=self.echoed or reply.token == self.token)
        if isinstance(reply, Processed):
            return replace(self, processed=True)
        if isinstance(reply, AutoStatus | Answer) and self.written and not status.can_print:
            return replace(self, fault=True)
        return self


def verdict(progress: JobProgress, voice: Voice, *, waited_out: bool) -> Outcome | None:
    """The outcome, or None while it is still worth waiting. Bytes taken by a socket prove nothing: only the
    echo does."""
    if progress.echoed and progress.written == progress.total:
        return Outcome.CONFIRMED
    if not (progress.gone or waited_out):
        return None
    if progress.written == 0:
        return Outcome.NOT_STARTED
    if progress.fault:
        return Outcome.INTERRUPTED
    if progress.gone or progress.written < progress.total:
        return Outcome.UNCERTAIN
    return Outcome.UNCERTAIN if voice.speaks and not _cannot_echo(progress, voice) else Outcome.SENT


def _cannot_echo(progress: JobProgress, voice: Voice) -> bool:
    """The printer read past the echo command without an echo, and never gave one on this connection: as
    many clones."""
    return progress.processed and not voice.echoes


def patience_s(progress: JobProgress, voice: Voice, patience: Patience, *, deaf: bool, closing: bool) -> float:
    """Seconds to wait from the last progress on. `deaf`: the transport can carry no answer at all."""
    if progress.fault:
        seconds = patience.fault if progress.written == progress.total else 0.0
    elif progress.written < progress.total:
        seconds = patience.write
    elif deaf:
        seconds = 0.0
    else:
        seconds = patience.confirm if voice.speaks else patience.silent
        if _cannot_echo(progress, voice):
            seconds = min(seconds, patience.processed)
    return min(seconds, patience.closing) if closing else seconds


def next_lead(lead: Lead, outcome: Outcome) -> Lead:
    """How the next job on the same connection must begin."""
    match outcome:
        case Outcome.CONFIRMED:
            return Lead.CLEAN
        case Outcome.SENT:
            return Lead.RESYNC
        case Outcome.NOT_STARTED:
            return lead
        case Outcome.INTERRUPTED | Outcome.UNCERTAIN:
            return Lead.SEPARATE


def absorbed(
    status: PaperStatus, voice: Voice, progress: JobProgress | None, replies: list[Reply]
) -> tuple[PaperStatus, Voice, JobProgress | None]:
    """All three after these replies, in order: a fault that comes and goes within one read is not missed."""
    for reply in replies:
        status, voice = updated(status, reply), voice.heard(reply)
        progress = progress.heard(reply, status) if progress else None
    return status, voice, progress
