"""The print jobs of the tickets, folded from facts: which goes next, and what a restart makes of one under way. Pure.

    queued → sending(k) → confirmed | sent | not-started | interrupted | uncertain
    not-started, interrupted → sending(k + 1)   while the ticket is fresh and the printer can print
    any of them but sending and confirmed → asked → sending(k + 1)   where somebody says that no paper came

One job is under way at a time. Nothing is sent before its `print.sending` is durable, so after a power cut a job that
was being sent is uncertain, and a job that was not is still queued. An uncertain job is never repeated by itself; an
interrupted one is, marked as a copy, because the printer itself said that it went wrong. Only a fresh ticket is printed
late: whoever took it has left after that, and paper that nobody waits for misleads the next citizen. Who asks for paper
waits for it: from then on the ticket is as fresh as a new one.

The slip of a ticket that was carried over is a job like that of a ticket, named by its `slip.asked`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from hardware.printer import MAX_JOB_ID
from kiosk.errors import KioskError
from sync.codec import Fact
from sync.facts import PrintAsked, PrintEnded, PrintSending, SlipAsked, TicketIssued, understand
from sync.types import BootId, BootMs, Seq

FRESH_MS = 120_000
"""How long after its issue, or after it was asked for, a ticket is still printed: two minutes, about as long as people
wait for one."""

RETRY_MS = 5_000
"""The wait before attempt 2; doubled for each further one, so that a printer that keeps refusing wears no card out."""

MAX_OPEN = 500
"""How many unprinted tickets are remembered; the journal has them all."""

MOST_SENT = 500
"""How many tickets are remembered that the printer took without a word: the last ones, about a day of them."""

MOST_COPIES = 2
"""How often paper of one ticket can be asked for. After that staff can tell why none comes; a copier it is not."""


class PrintingError(KioskError):
    """A fact or question that cannot be in this state. The state is as it was."""


class Phase(Enum):
    """Where a ticket's printing stands; CONFIRMED to UNCERTAIN have the values of hardware.printer.Outcome."""

    QUEUED = "queued"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    SENT = "sent"
    NOT_STARTED = "not-started"
    INTERRUPTED = "interrupted"
    UNCERTAIN = "uncertain"
    ASKED = "asked"


class Event(Enum):
    """What can happen to a job."""

    SENDING = "sending"
    ASKED = "asked"
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
        (Phase.ASKED, Event.SENDING): Phase.SENDING,
        (Phase.SENDING, Event.CONFIRMED): Phase.CONFIRMED,
        (Phase.SENDING, Event.SENT): Phase.SENT,
        (Phase.SENDING, Event.NOT_STARTED): Phase.NOT_STARTED,
        (Phase.SENDING, Event.INTERRUPTED): Phase.INTERRUPTED,
        (Phase.SENDING, Event.UNCERTAIN): Phase.UNCERTAIN,
        (Phase.QUEUED, Event.ASKED): Phase.ASKED,
        (Phase.SENT, Event.ASKED): Phase.ASKED,
        (Phase.NOT_STARTED, Event.ASKED): Phase.ASKED,
        (Phase.INTERRUPTED, Event.ASKED): Phase.ASKED,
        (Phase.UNCERTAIN, Event.ASKED): Phase.ASKED,
        (Phase.ASKED, Event.ASKED): Phase.ASKED,
    }
)
"""The whole life of a print job. A pair that is not here is illegal."""


@dataclass(frozen=True, slots=True)
class Job:
    """The printing of one ticket.

    `wanted`: boot time, within `boot_id`, at which it was issued or last asked for; `since`: of the last change.
    `copy`: paper of it may exist already. `asked`: how often it was asked for; `before`: its attempts before the last
    asking.
    """

    ticket: Seq
    boot_id: BootId
    wanted: BootMs
    since: BootMs
    phase: Phase = Phase.QUEUED
    attempt: int = 0
    sending: Seq | None = None
    copy: bool = False
    asked: int = 0
    before: int = 0

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


_HANDED_OVER = (Phase.SENDING, Phase.INTERRUPTED, Phase.UNCERTAIN)
_NONE: Mapping[Seq, Job] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Prints:
    """The jobs by the seq of their ticket. `jobs`: those that are not done, in the order of issue. `sent`: the last
    ones that the printer took without a word of what became of them, in the order of sending."""

    jobs: Mapping[Seq, Job] = field(default_factory=lambda: _NONE)
    sent: Mapping[Seq, Job] = field(default_factory=lambda: _NONE)

    @classmethod
    def fold(cls, facts: Iterable[Fact], since: "Prints | None" = None) -> "Prints":
        """The jobs after these facts; the same as `after` one by one, without a copy for each."""
        jobs: dict[Seq, Job] = dict(since.jobs) if since else {}
        sent: dict[Seq, Job] = dict(since.sent) if since else {}
        for fact in facts:
            _apply(jobs, sent, fact)
        return cls(MappingProxyType(jobs), MappingProxyType(sent))

    def after(self, fact: Fact) -> "Prints":
        """The jobs after one more fact. Raises PrintingError where it cannot be."""
        return Prints.fold((fact,), self) if fact.kind in _APPLY else self

    def job(self, ticket: Seq) -> Job | None:
        """The job of this ticket; None: its paper is confirmed, or it is too long ago to be remembered."""
        return self.jobs.get(ticket) or self.sent.get(ticket)

    @property
    def under_way(self) -> Job | None:
        """The job that is being sent."""
        return next((job for job in self.jobs.values() if job.phase is Phase.SENDING), None)

    @property
    def may_hang(self) -> bool:
        """Whether part of a ticket may hang from the printer as the machine begins: an attempt went wrong, or nobody
        can tell. Of one that went wrong long ago too: a strip of blank paper then costs less than to know better."""
        return any(job.phase in _HANDED_OVER for job in self.jobs.values())

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

    def can_ask(self, ticket: Seq, boot_id: BootId, now: BootMs) -> bool:
        """Whether `print.asked` is legal for this ticket and of any use: not where its paper is confirmed, on its way,
        or about to be."""
        job = self.job(ticket)
        if job is None or not _may_ask(job):
            return False
        coming = job.phase in (Phase.QUEUED, Phase.ASKED)
        return not (coming and fresh(job, boot_id, now))

    def unprinted(self) -> tuple[Job, ...]:
        """The jobs without paper that is known of and without an attempt under way, oldest first."""
        return tuple(job for job in self.jobs.values() if job.phase is not Phase.SENDING)


def fresh(job: Job, boot_id: BootId, now: BootMs) -> bool:
    """Whether the one who took the ticket, or asked for its paper, may still stand there."""
    return job.boot_id == boot_id and now < job.wanted + FRESH_MS


def _may_ask(job: Job) -> bool:
    """An asking of which nothing has come is renewed; it is no further one."""
    known = (job.phase, Event.ASKED) in TABLE
    return known and (job.phase is Phase.ASKED or job.asked < MOST_COPIES)


def _due(job: Job, boot_id: BootId, now: BootMs) -> BootMs | None:
    """When the next attempt at this job may begin; None: never by itself."""
    if (job.phase, Event.SENDING) not in TABLE:
        return None
    tried = job.attempt - job.before
    wait = RETRY_MS * 2 ** (tried - 1) if tried else 0
    due = BootMs(job.since + wait)
    return due if fresh(job, boot_id, max(due, now)) else None


def _apply(jobs: dict[Seq, Job], sent: dict[Seq, Job], fact: Fact) -> None:
    apply = _APPLY.get(fact.kind)
    if apply is not None:
        apply(jobs, sent, fact)


def _issued(jobs: dict[Seq, Job], sent: dict[Seq, Job], fact: Fact) -> None:
    if not isinstance(understand(fact), TicketIssued | SlipAsked):
        return
    jobs[fact.seq] = Job(fact.seq, fact.boot_id, fact.boottime_ms, fact.boottime_ms)
    while len(jobs) > MAX_OPEN:
        del jobs[next(seq for seq, job in jobs.items() if job.phase is not Phase.SENDING)]


def _sending(jobs: dict[Seq, Job], sent: dict[Seq, Job], fact: Fact) -> None:
    body = understand(fact)
    if isinstance(body, PrintSending):
        job = _job(jobs, body.ticket)
        phase = step(job, Event.SENDING)
        _same_attempt(job, job.attempt + 1, body.attempt)
        changed = replace(job, phase=phase, attempt=body.attempt, sending=fact.seq, since=fact.boottime_ms)
        jobs[job.ticket] = changed


def _ended(jobs: dict[Seq, Job], sent: dict[Seq, Job], fact: Fact) -> None:
    body = understand(fact)
    if not isinstance(body, PrintEnded):
        return
    job = _job(jobs, body.ticket)
    phase = step(job, _event(body.outcome))
    _same_attempt(job, job.attempt, body.attempt)
    copy = job.copy or phase is not Phase.NOT_STARTED
    ended = replace(job, phase=phase, copy=copy, since=fact.boottime_ms)
    if phase in (Phase.CONFIRMED, Phase.SENT):
        del jobs[job.ticket]
    else:
        jobs[job.ticket] = ended
    if phase is Phase.SENT:
        sent[job.ticket] = ended
        if len(sent) > MOST_SENT:
            del sent[next(iter(sent))]


def _asked(jobs: dict[Seq, Job], sent: dict[Seq, Job], fact: Fact) -> None:
    body = understand(fact)
    if not isinstance(body, PrintAsked):
        return
    job = jobs.get(body.ticket) or _job(sent, body.ticket)
    phase = step(job, Event.ASKED)
    if not _may_ask(job):
        message = f"paper of ticket {job.ticket} was asked for {job.asked} times already"
        raise PrintingError(message, hint="Ask Prints.can_ask before print.asked is committed.")
    sent.pop(job.ticket, None)
    jobs[job.ticket] = replace(
        job,
        boot_id=fact.boot_id,
        wanted=fact.boottime_ms,
        since=fact.boottime_ms,
        phase=phase,
        asked=job.asked + (job.phase is not Phase.ASKED),
        before=job.attempt,
    )


_APPLY = {
    TicketIssued.kind: _issued,
    SlipAsked.kind: _issued,
    PrintSending.kind: _sending,
    PrintEnded.kind: _ended,
    PrintAsked.kind: _asked,
}


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
