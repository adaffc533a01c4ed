"""The paper of the tickets: which attempt is made, what became of it. Drives the printer; kiosk.printing decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fonts.errors import FontsError
from hardware.errors import HardwareError
from hardware.printer import Bitmap, Outcome, PaperStatus, Printer, PrintJob, StatusChanged
from kiosk.errors import KioskError
from kiosk.issuing import secrets_of
from kiosk.record import Recorder, TicketOnRecord
from kiosk.screen_types import PaperFailed, Printed, Ticket
from kiosk.ticket_layout import Ticket as TicketOnPaper
from sync.catalogue import Catalogue
from sync.clock import office_time
from sync.errors import CatalogueError
from sync.facts import PrintEnded, PrinterChanged
from sync.journal import Instant
from sync.keys import DeviceKey
from sync.types import BootMs, JournalId, Seq


@dataclass(frozen=True, slots=True)
class Printhouse:
    """What stands on every ticket of this kiosk, and who draws it."""

    draw: Callable[[TicketOnPaper], Bitmap]
    key: DeviceKey
    journal_id: JournalId
    catalogue: Catalogue
    office: Mapping[str, str]
    languages: tuple[str, ...]
    zone: ZoneInfo
    public_url: str | None


@dataclass(frozen=True, slots=True)
class _UnderWay:
    ticket: Seq
    attempt: int
    job_id: int


class Desk:
    """One printer. What is done stays in mind until its fact is stored, so a refusing disk loses no outcome."""

    def __init__(
        self,
        record: Recorder,
        printer: Printer,
        house: Printhouse,
        instant: Callable[[], Instant],
        say: Callable[[str], None],
    ) -> None:
        self._record, self._printer, self._house, self._instant, self._say = record, printer, house, instant, say
        self._under_way: _UnderWay | None = None
        self._failed: set[Seq] = set()
        self._status: PaperStatus | None = None

    @property
    def fault(self) -> str | None:
        """Why nothing can be printed; None before the printer has said anything."""
        return self._status.fault if self._status is not None else None

    @property
    def free(self) -> bool:
        """Whether a ticket that is issued now can be sent at once."""
        return self.fault is None and self._under_way is None and self._record.prints.under_way is None

    def begin(self) -> None:
        """Say what a restart makes of the attempts under way: nobody can tell."""
        ended = self._record.prints.at_boot()
        if ended:
            self._record.keep(*ended)

    def send(self, ticket: Seq, attempt: int, *, copy: bool) -> list[Printed | PaperFailed]:
        """Hand a ticket whose `print.sending` is durable to the printer; an answer only where it cannot be drawn."""
        job = self._record.prints.jobs[ticket]
        self._under_way = _UnderWay(ticket, attempt, job.job_id)
        try:
            self._printer.submit(PrintJob(job.job_id, self._house.draw(self.on_paper(ticket, copy=copy))))
        except (KioskError, FontsError, HardwareError, CatalogueError) as error:
            self._say(f"ticket {ticket} cannot be drawn: {error}. {error.hint}")
            return self._ended(Outcome.NOT_STARTED, self._status)
        return []

    def turn(self) -> list[Printed | PaperFailed]:
        """Take in what the printer says, and make the attempt that is due. Answers for the screens."""
        return [*self.take_in(), *self._next()]

    def take_in(self) -> list[Printed | PaperFailed]:
        """What the printer says, made facts."""
        answers: list[Printed | PaperFailed] = []
        for event in self._printer.poll():
            if isinstance(event, StatusChanged):
                self._note(event.status)
            elif self._under_way and self._under_way.job_id == event.job_id:
                answers += self._ended(event.outcome, event.status)
        return answers

    def deadline(self) -> BootMs | None:
        """When an attempt is due."""
        now = self._instant()
        return self._record.prints.deadline(now.boot_id, now.boottime_ms, can_print=self._can_print)

    @property
    def _can_print(self) -> bool:
        ready = self._status is not None and self._status.can_print
        return ready and self._under_way is None and self._record.trouble is None

    def _next(self) -> list[Printed | PaperFailed]:
        now = self._instant()
        due = self._record.prints.next(now.boot_id, now.boottime_ms, can_print=self._can_print)
        if due is None or self._record.commit(due.fact) is None:
            return []
        return self.send(due.fact.ticket, due.fact.attempt, copy=due.copy)

    def _note(self, status: PaperStatus) -> None:
        self._status = status
        if status.fault != self._record.printer_fault:
            self._record.keep(PrinterChanged(status.fault))

    def _ended(self, outcome: Outcome, status: PaperStatus | None) -> list[Printed | PaperFailed]:
        """A failure is told once: further attempts at a number that was written down are no citizen's business."""
        assert self._under_way is not None
        job, self._under_way = self._under_way, None
        self._record.keep(PrintEnded(job.ticket, job.attempt, outcome.value))
        if outcome in (Outcome.CONFIRMED, Outcome.SENT):
            self._failed.discard(job.ticket)
            return [Printed(job.ticket)]
        if job.ticket in self._failed:
            return []
        self._failed.add(job.ticket)
        fault = status.fault if status is not None else None
        reason = outcome.value if outcome is Outcome.UNCERTAIN or fault is None else fault
        return [PaperFailed(self.shown(job.ticket), reason)]

    def shown(self, seq: Seq) -> Ticket:
        """The ticket as the screens show it."""
        found = self._found(seq)
        return Ticket(seq, found.body.label, found.body.services[0], found.language)

    def on_paper(self, seq: Seq, *, copy: bool) -> TicketOnPaper:
        """The ticket as it is printed. Raises CatalogueError where its service is no longer in the catalogue."""
        found, house = self._found(seq), self._house
        body = found.body
        secrets = secrets_of(house.key, house.journal_id, body.day, body.series, body.lane, body.n)
        return TicketOnPaper(
            label=body.label,
            service=house.catalogue.service(body.services[0]),
            language=found.language,
            issued=self._issued(found),
            office=house.office,
            languages=house.languages,
            code=secrets.code,
            witness=found.witness,
            url=f"{house.public_url}/t/{secrets.token}" if house.public_url else None,
            copy=copy,
        )

    def _issued(self, found: TicketOnRecord) -> datetime:
        utc_ms = self._record.timeline.when(found.fact.boot_id, found.fact.boottime_ms).middle
        if utc_ms is None:
            raise KioskError(f"ticket {found.body.label} has no time", hint="Anchor the clock before issuing.")
        return office_time(utc_ms, self._house.zone).replace(tzinfo=None)

    def _found(self, seq: Seq) -> TicketOnRecord:
        found = self._record.ticket(seq)
        if found is None:
            raise KioskError(f"fact {seq} is no ticket", hint="Run `python -m sync verify` on the journal.")
        return found
