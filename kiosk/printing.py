"""The print jobs of the tickets, folded from facts: which goes next, and what a restart makes of one under way. Pure.

    queued → sending(k) → confirmed | sent | not-started | interrupted | uncertain
    not-started, interrupted → sending(k + 1)   while the ticket is fresh and the printer can print

One job is under way at a time. Nothing is sent before its `print.sending` is durable, so after a power cut a job that
was being sent is uncertain, and a job that was not is still queued. An uncertain job is never repeated by itself; an
interrupted one is, marked as a copy, because the printer itself said that it went wrong. Only a fresh ticket is printed
late: whoever took it has left after that, and paper that nobody waits for misleads the next citizen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from hardware.printer import MAX_JOB_ID
from kiosk.errors import KioskError
from sync.codec import Fact
from sync.facts import PrintEnded, PrintSending, TicketIssued, understand
from sync.types import BootId, BootMs, Seq

FRESH_MS = 120_000
"""How long after its issue a ticket is still printed: two minutes, about as long as people wait for one."""

RETRY_MS = 5_000
"""The wait before attempt 2; doubled for each further one, so that a printer that keeps refusing wears no card out."""

MAX_OPEN = 500
"""How many unprinted tickets are remembered; the journal has them all."""


class PrintingError(KioskError):
    """A fact or question that cannot be in this state. The state is as it was."""


class Phase(Enum):
    """Where a ticket's printing stands; from CONFIRMED on the values are those of hardware.printer.Outcome."""

    QUEUED = "queued"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    SENT = "sent"
    NOT_STARTED = "not-started"
    INTERRUPTED = "interrupted"
    UNCERTAIN = "uncertain"


class Event(Enum):
    """What can happen to a job."""

    SENDING = "sending"
    CONFIRMED = "confirmed"
    SENT = "sent"
    NOT_STARTED = "not-started"
    INTERRUPTED = "interrupted"
    UNCERTAIN = "uncertain"


TABLE: Mapping[tuple[Phase, Event], Phase] = MappingProxyType(
    {
        (Phase.QUEUED, Event.SENDING): Phase.SENDING,
        (Phase.NOT_STARTED, Event.SENDING): Phase.SENDING,
        (Phase.INTERRUPTED, Event.SENDING): Phase.SENDING,
        (Phase.SENDING, Event.CONFIRMED): Phase.CONFIRMED,
        (Phase.SENDING, Event.SENT): Phase.SENT,
        (Phase.SENDING, Event.NOT_STARTED): Phase.NOT_STARTED,
        (Phase.SENDING, Event.INTERRUPTED): Phase.INTERRUPTED,
        (Phase.SENDING, Event.UNCERTAIN): Phase.UNCERTAIN,
    }
)
"""The whole life of a print job. A pair that is not here is illegal."""

DONE = frozenset({Phase.CONFIRMED, Phase.SENT})


@dataclass(frozen=True, slots=True)
class Job:
    """The printing of one ticket. `since`: boot time of the last change; `copy`: paper of it may exist already."""

    ticket: Seq
    boot_id: BootId
    issued: BootMs
    since: BootMs
    phase: Phase = Phase.QUEUED
    attempt: int = 0
    sending: Seq | None = None
    copy: bool = False

    @property
    def job_id(self) -> int:
        """The id by which printer and kiosk know the attempt under way, 1 … MAX_JOB_ID.

        From the seq of its `print.sending`. Raises PrintingError where no attempt was made.
        """
        if self.sending is None:
            raise PrintingError(f"ticket {self.ticket} was never sent", hint="Commit print.sending first.")
        return job_id(self.sending)


def job_id(sending: Seq) -> int:
    """The printer's id of the attempt whose `print.sending` has this seq."""
    return (sending - 1) % MAX_JOB_ID + 1


def step(job: Job, event: Event) -> Phase:
    """The phase after this event. Raises PrintingError where it is illegal."""
    phase = TABLE.get((job.phase, event))
    if phase is None:
        message = f"the print job of ticket {job.ticket} is {job.phase.value} and cannot become {event.value}"
        raise PrintingError(message, hint="See TABLE in kiosk/printing.py.")
    return phase


@dataclass(frozen=True, slots=True)
class Printing:
    """An attempt to make: commit `fact`, then submit. `copy`: mark the paper as a copy."""

    fact: PrintSending
    copy: bool


@dataclass(frozen=True, slots=True)
class Prints:
    """The jobs that are not done, by the seq of their ticket, in the order of issue."""

    jobs: Mapping[Seq, Job] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def fold(cls, facts: Iterable[Fact], since: "Prints | None" = None) -> "Prints":
        """The jobs after these facts; the same as `after` one by one, without a copy for each."""
        jobs: dict[Seq, Job] = dict(since.jobs) if since else {}
        for fact in facts:
            _apply(jobs, fact)
        return cls(MappingProxyType(jobs))

    def after(self, fact: Fact) -> "Prints":
        """The jobs after one more fact. Raises PrintingError where it cannot be."""
        if fact.kind not in _KINDS:
            return self
        jobs = dict(self.jobs)
        _apply(jobs, fact)
        return Prints(MappingProxyType(jobs))

    @property
    def under_way(self) -> Job | None:
        """The job that is being sent."""
        return next((job for job in self.jobs.values() if job.phase is Phase.SENDING), None)

    def at_boot(self) -> tuple[PrintEnded, ...]:
        """What a machine that begins has to say of jobs that were being sent: nobody can tell what became of them."""
        return tuple(
            PrintEnded(job.ticket, job.attempt, Event.UNCERTAIN.value)
            for job in self.jobs.values()
            if job.phase is Phase.SENDING
        )

    def next(self, boot_id: BootId, now: BootMs, *, can_print: bool) -> Printing | None:
        """The attempt to make now: of the oldest ticket that is due; none while one is under way."""
        if not can_print or self.under_way is not None:
            return None
        for job in self.jobs.values():
            due = _due(job, boot_id, now)
            if due is not None and due <= now:
                return Printing(PrintSending(job.ticket, job.attempt + 1), job.copy)
        return None

    def deadline(self, boot_id: BootId, now: BootMs, *, can_print: bool) -> BootMs | None:
        """When `next` will have an answer if nothing happens before."""
        if not can_print or self.under_way is not None:
            return None
        due = [at for job in self.jobs.values() if (at := _due(job, boot_id, now)) is not None]
        return min(due, default=None)

    def unprinted(self) -> tuple[Job, ...]:
        """The jobs without paper that is known of and without an attempt under way, oldest first."""
        return tuple(job for job in self.jobs.values() if job.phase is not Phase.SENDING)


_KINDS = {TicketIssued.kind, PrintSending.kind, PrintEnded.kind}


def _due(job: Job, boot_id: BootId, now: BootMs) -> BootMs | None:
    """When the next attempt at this job may begin; None: never by itself."""
    if (job.phase, Event.SENDING) not in TABLE or job.boot_id != boot_id:
        return None
    wait = RETRY_MS * 2 ** (job.attempt - 1) if job.attempt else 0
    due = BootMs(job.since + wait)
    return due if max(due, now) < job.issued + FRESH_MS else None


def _apply(jobs: dict[Seq, Job], fact: Fact) -> None:
    if fact.kind not in _KINDS:
        return
    body = understand(fact)
    if isinstance(body, TicketIssued):
        jobs[fact.seq] = Job(fact.seq, fact.boot_id, fact.boottime_ms, fact.boottime_ms)
        if len(jobs) > MAX_OPEN:
            del jobs[next(seq for seq, job in jobs.items() if job.phase is not Phase.SENDING)]
    elif isinstance(body, PrintSending):
        job = _job(jobs, body.ticket)
        phase = step(job, Event.SENDING)
        _same_attempt(job, job.attempt + 1, body.attempt)
        changed = replace(job, phase=phase, attempt=body.attempt, sending=fact.seq, since=fact.boottime_ms)
        jobs[job.ticket] = changed
    elif isinstance(body, PrintEnded):
        job = _job(jobs, body.ticket)
        phase = step(job, _event(body.outcome))
        _same_attempt(job, job.attempt, body.attempt)
        if phase in DONE:
            del jobs[job.ticket]
        else:
            copy = job.copy or phase is not Phase.NOT_STARTED
            jobs[job.ticket] = replace(job, phase=phase, copy=copy, since=fact.boottime_ms)


def _job(jobs: Mapping[Seq, Job], ticket: Seq) -> Job:
    if ticket not in jobs:
        hint = "Each print fact follows its ticket, and none follows its success."
        raise PrintingError(f"there is no print job for fact {ticket}", hint=hint)
    return jobs[ticket]


def _event(outcome: str) -> Event:
    try:
        return Event(outcome)
    except ValueError as error:
        raise PrintingError(f"{outcome!r} is no outcome of printing", hint="See hardware.printer.Outcome.") from error


def _same_attempt(job: Job, expected: int, found: int) -> None:
    if expected != found:
        message = f"attempt {found} of ticket {job.ticket} follows attempt {job.attempt}"
        raise PrintingError(message, hint="Attempts are counted from 1 without gaps.")
