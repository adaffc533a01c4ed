"""When a print job is over and what may be claimed of it. Pure: this is where a success could be made up,
and must not."""

from dataclasses import dataclass, replace
from enum import Enum

from hardware.acquaintance import STARTING_S
from hardware.printer import Outcome, PaperStatus
from hardware.profile import Abilities, Profile
from hardware.status import Answer, AutoStatus, Echo, Processed, Question, Reply, Unreadable, updated

_CUT_S = 0.5
"""A cut and what belongs to it, rather too long: 0.3 s is usual (FACTS §6)."""


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
    """All bytes are taken, the echo is missing, beside the time that the mechanism needs. A cutter may retry."""
    processed: float = 3.0
    """As `confirm`, where the job was read to its end and no echo was ever heard, or where none can come: an echo comes
    when the cut is done."""
    silent: float = 3.0
    """As `confirm`, for a device that has never said anything."""
    cooling: float = 60.0
    """The head is too hot. It goes on by itself where it stopped, and the paper has not moved."""
    taking: float = 10.0
    """The last ticket still hangs in the mouth. Then the next pushes it out: nobody shall wait for one who left."""
    longest: float = 180.0
    """A job from its first byte to its end, however it gets on."""
    answer: float = 2.0
    """DLE EOT, which printers answer in real time."""
    greeting: float = 1.0
    """The first DLE EOT on a new connection, after which a device counts as silent."""
    starting: float = STARTING_S
    """A printer that has come back where one used to answer: longer than a printer takes to start."""
    idle: float = 10.0
    """Between two DLE EOT rounds while nothing is printed; changes in between come by ASB."""
    closing: float = 2.0
    """The most for a job on its way once the worker is asked to end."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What the product always does. Each can be left off, for the proof alone, which shows what goes wrong without it.

    `resync`: NULs before a job (Lead). `automatic`: the printer is told to report changes by itself (GS a).
    `believe_only_printer`: only the echo confirms; without it, time-outs alone: all bytes taken and no complaint.
    """

    resync: bool = True
    automatic: bool = True
    believe_only_printer: bool = True


@dataclass(frozen=True, slots=True)
class Voice:
    """What the device has shown it can say on this connection, or is known to be able to say.

    `answers`: DLE EOT. `automatic`: status by itself. `speaks`: anything. `echoes`: it echoes, so that a missing echo
    means something. `ends`: it may tell that it has read or printed a job; False where its profile says that it knows
    neither GS r nor GS ( H.
    """

    answers: bool = False
    speaks: bool = False
    echoes: bool = False
    automatic: bool = False
    ends: bool = True

    def heard(self, reply: Reply) -> "Voice":
        """With this reply heard too."""
        match reply:
            case Answer():
                return replace(self, speaks=True, answers=True)
            case Echo():
                return replace(self, speaks=True, echoes=True)
            case AutoStatus():
                return replace(self, speaks=True, automatic=True)
            case Processed():
                return replace(self, speaks=True)
            case _:
                return self

    def told(self, profile: Profile, abilities: Abilities) -> "Voice":
        """With what profile and probe say of the end of a job. What neither knows changes nothing."""
        echoes = profile.echo == "yes" or (profile.echo == "ask" and abilities.echoes is True)
        return replace(self, echoes=self.echoes or echoes, ends=not profile.echo == profile.in_order == "no")


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job has come: bytes taken of `total`, of them `pending` in the system's hands, its echo heard, GS r
    answered behind it (`processed`), a fault reported by the printer since its first byte, or before it (`refused`),
    the head cooling just now, the device gone.

    `silent`: asked whether all is well, once it should be done, it gave no answer. `printing_s`: seconds that the
    mechanism needs. `stale`: GS r of jobs before that are still unanswered: so many answers are not of this job.
    `garbled`: something unreadable came since the first byte, which may have been a fault. `blind`: see Transport.
    """

    total: int
    token: bytes
    written: int = 0
    echoed: bool = False
    processed: bool = False
    fault: bool = False
    gone: bool = False
    pending: int = 0
    refused: bool = False
    cooling: bool = False
    silent: bool = False
    printing_s: float = 0.0
    stale: int = 0
    garbled: bool = False
    blind: bool = False

    @property
    def taken(self) -> bool:
        """Whether the device, or the system for it, has every byte."""
        return self.written == self.total

    @property
    def out(self) -> bool:
        """Whether the printer has said that this job is on paper: what goes wrong from then on is not its matter."""
        return self.echoed and self.taken

    def heard(self, reply: Reply, status: PaperStatus) -> "JobProgress":
        """After this reply; `status` is the status with it."""
        match reply:
            case Echo(token):
                return replace(self, echoed=self.echoed or token == self.token)
            case Processed() if self.stale:
                return replace(self, stale=self.stale - 1)
            case Processed():
                return replace(self, processed=self.processed or self.taken)
            case Unreadable(data) if self.written and not self.out and not _late_answer(data):
                return replace(self, garbled=True)
            case AutoStatus() | Answer() if not self.out:
                return self._told(_disturbed(reply, status), cooling=status.fault == "overheated")
            case _:
                return self

    def _told(self, disturbed: bool, *, cooling: bool) -> "JobProgress":
        if self.written:
            return replace(self, cooling=cooling, fault=self.fault or disturbed)
        return replace(self, refused=self.refused or disturbed or cooling)


def _late_answer(data: bytes) -> bool:
    """Whether this is an answer to a question of a connection before, which no noise makes of a report."""
    return len(data) == 1 and data[0] & 0x93 == 0x12


def _disturbed(reply: AutoStatus | Answer, status: PaperStatus) -> bool:
    """Whether the reply tells of something after which the paper may be in two pieces: all faults but a hot head.

    Only what the reply itself speaks of counts: after a hot head "offline" of the last round is still in the status
    when this round's cause is already gone.
    """
    fault = status.fault
    if fault is None or fault == "overheated":
        return False
    return fault != "offline" or not isinstance(reply, Answer) or reply.question is Question.PRINTER


def verdict(
    progress: JobProgress, voice: Voice, *, waited_out: bool, believe_only_printer: bool = True
) -> Outcome | None:
    """The outcome, or None while it is still worth waiting. Bytes taken by a socket prove nothing: only the
    echo does, and only where nothing has happened to the paper since the first byte, what the printer said could be
    read, and no byte in front of the echo can have been lost unseen.

    `believe_only_printer`: see Habits.
    """
    if progress.fault and progress.written:
        return Outcome.INTERRUPTED
    if progress.out:
        return _echoed(progress)
    over = progress.gone or waited_out or progress.silent
    if progress.written == 0:
        return Outcome.NOT_STARTED if over or progress.refused else None
    if not over:
        return None
    if not believe_only_printer and progress.taken:
        return Outcome.CONFIRMED
    if progress.gone or progress.silent or progress.cooling or not progress.taken or progress.pending:
        return Outcome.UNCERTAIN
    return Outcome.UNCERTAIN if voice.speaks and not _cannot_echo(progress, voice) else Outcome.SENT


def _echoed(progress: JobProgress) -> Outcome:
    if progress.garbled:
        return Outcome.UNCERTAIN
    return Outcome.SENT if progress.blind else Outcome.CONFIRMED


def _cannot_echo(progress: JobProgress, voice: Voice) -> bool:
    """No echo will come: the printer never gave one, and has read past the echo command, as many clones, or its profile
    says that it knows no way to tell the end of a job."""
    return not voice.echoes and (progress.processed or not voice.ends)


def patience_s(progress: JobProgress, voice: Voice, patience: Patience, *, deaf: bool, closing: bool) -> float:
    """Seconds to wait from the last progress on. `deaf`: the transport can carry no answer at all."""
    if progress.cooling:
        seconds = patience.cooling
    elif not progress.taken or progress.pending:
        seconds = patience.write
    elif deaf:
        seconds = 0.0
    elif _cannot_echo(progress, voice):
        seconds = patience.processed + progress.printing_s
    else:
        seconds = (patience.confirm if voice.speaks else patience.silent) + progress.printing_s
    return min(seconds, patience.closing) if closing else seconds


def printing_s(rows: int, profile: Profile) -> float:
    """How long the mechanism needs for so many rows, with the cut, if all goes well."""
    return rows * 25.4 / profile.dots_per_inch / profile.speed_mm_s + _CUT_S


def next_lead(lead: Lead, outcome: Outcome, *, echoed: bool = False) -> Lead:
    """How the next job on the same connection must begin. `echoed`: the last command of this one was obeyed."""
    match outcome:
        case Outcome.CONFIRMED:
            return Lead.CLEAN
        case Outcome.SENT:
            return Lead.CLEAN if echoed else Lead.RESYNC
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
