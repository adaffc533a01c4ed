"""The paper of the tickets: which attempt is made, what became of it. Drives the printer; kiosk.printing decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fonts.errors import FontsError
from hardware.errors import HardwareError
from hardware.printer import Bitmap, Finished, Met, Outcome, PaperStatus, Printer, PrintJob, StatusChanged
from kiosk.carried_slip import CarriedSlip
from kiosk.errors import KioskError
from kiosk.mending import Mending, mending
from kiosk.night import checked
from kiosk.printing import Phase, Prints, fresh, job_id
from kiosk.record import Recorder, TicketOnRecord
from kiosk.roll import taken_mm
from kiosk.screen_inputs import PaperFailed, Printed
from kiosk.screen_types import Ticket, Wait
from kiosk.ticket_layout import Ticket as TicketOnPaper
from sync.catalogue import Catalogue
from sync.clock import office_time
from sync.errors import CatalogueError
from sync.facts import (
    PaperRefilled,
    PrintEnded,
    PrinterChanged,
    PrinterMet,
    PrinterTested,
    SlipAsked,
    TicketIssued,
)
from sync.issuing import Secrets, secrets_of
from sync.journal import Instant
from sync.keys import DeviceKey
from sync.types import BootId, BootMs, JournalId, Seq


@dataclass(frozen=True, slots=True)
class Printhouse:
    """What stands on every ticket of this kiosk, and who draws it.

    `slip` draws what a new roll is tried with, from the time on the office's wall clock; None: it is not tried.
    `carried` draws the slip of a ticket that was carried over; None: there are none.
    `roll_mm`: millimetres of paper on a new roll. `taken_mm`: those that so many rows take. `met`: told of each
    printer that is met. `secret`: of the journal; None: no other kiosk is told the codes of the tickets given here.
    """

    draw: Callable[[TicketOnPaper], Bitmap]
    key: DeviceKey
    journal_id: JournalId
    catalogue: Catalogue
    office: Mapping[str, str]
    languages: tuple[str, ...]
    zone: ZoneInfo
    public_url: str | None
    roll_mm: int = 60_000
    slip: Callable[[datetime | None], Bitmap] | None = None
    carried: Callable[[CarriedSlip], Bitmap] | None = None
    taken_mm: Callable[[int], int] = taken_mm
    met: Callable[[Met], None] = lambda printer: None
    secret: bytes | None = None


@dataclass(frozen=True, slots=True)
class _UnderWay:
    ticket: Seq
    attempt: int
    job_id: int
    copy: bool
    mm: int = 0


@dataclass(frozen=True, slots=True)
class _Slip:
    job_id: int
    mm: int
    reason: str


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
        self._slip: _Slip | None = None
        self._new_roll: Seq | None = None
        self._failed: set[Seq] = set()
        self._told_of: tuple[Prints, str | None] | None = None
        self._status: PaperStatus | None = None
        self.mending: Mending | None = None
        """How far the repair of the printer is; None where it can print."""
        self.spoken: dict[Seq, str] = {}
        """The language that a slip was asked for in: never on record. After a start it is that of the ticket."""
        self.tested: str | None = None
        """What became of the last slip: passed, or the code of what stood in the way."""

    @property
    def fault(self) -> str | None:
        """Why nothing can be printed; None before the printer has said anything."""
        return self._status.fault if self._status is not None else None

    @property
    def heard(self) -> bool:
        """Whether the printer has said anything since the start."""
        return self._status is not None

    @property
    def free(self) -> bool:
        """Whether a ticket that is issued now can be sent at once."""
        return self.fault is None and not self.busy and self._record.prints.under_way is None

    @property
    def busy(self) -> bool:
        """Whether something is on its way to paper."""
        return self._under_way is not None or self._slip is not None

    def begin(self) -> None:
        """Say what a restart makes of attempts under way: nobody can tell. Who has left long ago is told nothing."""
        now, prints = self._instant(), self._record.prints
        self._failed |= {seq for seq, job in prints.jobs.items() if not fresh(job, now.boot_id, now.boottime_ms)}
        ended = prints.at_boot()
        if ended:
            self._record.keep(*ended)

    def can_ask(self, ticket: Seq) -> bool:
        """Whether whoever says that no paper came can have it printed now."""
        now = self._instant()
        return self._able and self._record.prints.can_ask(ticket, now.boot_id, now.boottime_ms)

    def can_slip(self, ticket: Seq, to_day: str) -> bool:
        """Whether a slip that says that this ticket was carried over to that day can be printed now."""
        slip = self._record.slips.get((ticket, to_day))
        if self._house.carried is None or not self._able or not ticket:  # 0: another machine gave it
            return False
        return slip is None or self.can_ask(slip)

    def asked(self, ticket: Seq) -> list[Printed | PaperFailed]:
        """Paper of it is waited for again, so that a failure is told again. It is printed now if it can be."""
        self._failed.discard(ticket)
        return self._next()

    def written_down(self, ticket: Seq) -> None:
        """The number is in sight without paper: no later failure of it is anybody's business."""
        self._failed.add(ticket)

    def send(self, ticket: Seq, attempt: int, *, copy: bool) -> list[Printed | PaperFailed]:
        """Hand a ticket whose `print.sending` is durable to the printer; an answer only where it cannot be drawn."""
        job = self._record.prints.jobs[ticket]
        self._under_way = _UnderWay(ticket, attempt, job.job_id, copy)
        try:
            picture = self._picture(ticket, copy=copy)
            self._under_way = replace(self._under_way, mm=self._house.taken_mm(picture.height))
            self._printer.submit(PrintJob(job.job_id, picture))
        except (KioskError, FontsError, HardwareError, CatalogueError) as error:
            self._say(f"ticket {ticket} cannot be drawn: {error}. {error.hint}")
            return self._ended(Outcome.NOT_STARTED, self._status)
        return []

    def _picture(self, seq: Seq, *, copy: bool) -> Bitmap:
        slip = self._record.slip(seq)
        if slip is None:
            return self._house.draw(self.on_paper(seq, copy=copy))
        if self._house.carried is None:
            raise KioskError("this kiosk prints no slips", hint="Give its Printhouse one who draws them.")
        return self._house.carried(self.slip_on_paper(seq, slip, copy=copy))

    def turn(self) -> list[Printed | PaperFailed]:
        """Take in what the printer says, and make the attempt that is due. Answers for the screens."""
        answers = [*self.take_in(), *self._next(), *self._without_paper()]
        self._try_new_roll()
        return answers

    def take_in(self) -> list[Printed | PaperFailed]:
        """What the printer says, made facts."""
        answers: list[Printed | PaperFailed] = []
        for event in self._printer.poll():
            match event:
                case StatusChanged(status=status):
                    self._note(status)
                case Met():
                    self._meet(event)
                case Finished() if self._under_way and self._under_way.job_id == event.job_id:
                    answers += self._ended(event.outcome, event.status)
                case Finished() if self._slip and self._slip.job_id == event.job_id:
                    self._tried(self._slip, event.outcome, event.status)
        return answers

    def check_at_night(self) -> None:
        """How the printer is goes on record, whether it has changed or not."""
        self._record.keep(checked(self._status))

    def _try_new_roll(self) -> None:
        """A slip for whoever has put it in, once no ticket is waited for."""
        if self._new_roll is None or self._house.slip is None or not self._can_print:
            return
        seq, self._new_roll = self._new_roll, None
        self._print_slip(seq, "refill")

    def test(self) -> str:
        """Print a slip because somebody asks for it: printing, or the code of why not. What became of it: `tested`."""
        if self.fault is not None or self._record.trouble is not None:
            return self.fault or self._record.trouble or ""
        if self._house.slip is None or not self._able:
            return Outcome.NOT_STARTED.value
        if self.busy:
            return "busy"
        begun = self._print_slip(self._record.journal.end.seq, "asked")
        return "printing" if begun else Outcome.NOT_STARTED.value

    def _print_slip(self, seq: Seq, reason: str) -> bool:
        assert self._house.slip is not None
        self.tested = None
        try:
            picture = self._house.slip(self._local())
            self._slip = _Slip(job_id(seq), self._house.taken_mm(picture.height), reason)
            self._printer.submit(PrintJob(self._slip.job_id, picture))
        except (KioskError, FontsError, HardwareError) as error:
            self._slip = None
            self._say(f"no test slip: {error}. {error.hint}")
        return self._slip is not None

    def _tried(self, slip: _Slip, outcome: Outcome, status: PaperStatus) -> None:
        self._slip = None
        self.tested = said = "passed" if outcome is Outcome.CONFIRMED else status.fault or outcome.value
        self._record.keep(PrinterTested(slip.reason, said, 0 if outcome is Outcome.NOT_STARTED else slip.mm))

    def _local(self) -> datetime | None:
        now = self._instant()
        return self._on_wall(now.boot_id, now.boottime_ms)

    def _on_wall(self, boot_id: BootId, boottime_ms: BootMs) -> datetime | None:
        """What the office's clock showed then; None where nobody vouches for it."""
        utc_ms = self._record.timeline.when(boot_id, boottime_ms).middle
        return None if utc_ms is None else office_time(utc_ms, self._house.zone).replace(tzinfo=None)

    def deadline(self) -> BootMs | None:
        """When an attempt is due."""
        now = self._instant()
        return self._record.prints.deadline(now.boot_id, now.boottime_ms, can_print=self._can_print)

    @property
    def _able(self) -> bool:
        """Whether printer and disk are ready, if not free."""
        return self._status is not None and self._status.can_print and self._record.trouble is None

    @property
    def _can_print(self) -> bool:
        return self._able and not self.busy

    def _next(self) -> list[Printed | PaperFailed]:
        now = self._instant()
        due = self._record.prints.next(now.boot_id, now.boottime_ms, can_print=self._can_print)
        if due is None or self._record.commit(due.fact) is None:
            return []
        return self.send(due.fact.ticket, due.fact.attempt, copy=due.copy)

    def _without_paper(self) -> list[PaperFailed]:
        """Numbers that wait in vain: the printer or the disk is at fault, or nobody can tell whether paper came out."""
        prints, fault = self._record.prints, self._record.trouble or self.fault
        if self._told_of is not None and prints is self._told_of[0] and fault == self._told_of[1]:
            return []
        self._told_of, answers = (prints, fault), []
        for job in prints.unprinted():
            reason = job.phase.value if job.phase is Phase.UNCERTAIN else fault
            if reason is not None and job.ticket not in self._failed:
                self._failed.add(job.ticket)
                answers.append(PaperFailed(self.shown(job.ticket), reason))
        return answers

    def _note(self, status: PaperStatus) -> None:
        self._status = status
        self.mending = mending(self.mending, status)
        if status.fault != self._record.printer_fault:
            self._record.keep(PrinterChanged(status.fault))
        news = self._record.roll.news(status, self._house.roll_mm)
        if news and self._record.keep(*news) and isinstance(news[-1], PaperRefilled):
            self._new_roll = self._record.journal.end.seq

    def _meet(self, printer: Met) -> None:
        """Another printer, or the same with other abilities, goes on record; tickets are drawn as wide as it prints."""
        self._house.met(printer)
        identity, abilities = printer.identity, printer.abilities
        able = tuple(sorted(field.name for field in fields(abilities) if getattr(abilities, field.name)))
        met = PrinterMet(identity.maker, identity.model, identity.firmware, printer.profile, able)
        if met != self._record.printer_met:
            self._record.keep(met)

    def _ended(self, outcome: Outcome, status: PaperStatus | None) -> list[Printed | PaperFailed]:
        """A failure is told once: further attempts at a number that was written down are no citizen's business."""
        assert self._under_way is not None
        job, self._under_way = self._under_way, None
        mm = 0 if outcome is Outcome.NOT_STARTED else job.mm
        self._record.keep(PrintEnded(job.ticket, job.attempt, outcome.value, mm))
        if outcome in (Outcome.CONFIRMED, Outcome.SENT):
            self._failed.discard(job.ticket)
            return [Printed(job.ticket, job.copy, told=outcome is Outcome.CONFIRMED)]
        if job.ticket in self._failed:
            return []
        self._failed.add(job.ticket)
        fault = status.fault if status is not None else None
        reason = outcome.value if outcome is Outcome.UNCERTAIN or fault is None else fault
        return [PaperFailed(self.shown(job.ticket), reason)]

    def shown(self, seq: Seq) -> Ticket:
        """The ticket as the screens show it, or that of a slip."""
        slip = self._record.slip(seq)
        if slip is not None:
            return replace(
                self.shown(slip.ticket), seq=seq, language=self._language(seq, slip), to_day=slip.to_day, wait=None
            )
        found = self._found(seq)
        body, promised = found.body, found.promised
        return Ticket(
            seq,
            body.label,
            body.services[0],
            found.language,
            body.services,
            found.priority,
            self.secrets(body).code,
            Wait(promised.ahead, promised.low, promised.high) if promised else None,
        )

    def secrets(self, body: TicketIssued) -> Secrets:
        """What only the paper of this ticket, and whoever reads it, knows."""
        house = self._house
        return secrets_of(house.key, house.journal_id, body.day, body.series, body.lane, body.n)

    def on_paper(self, seq: Seq, *, copy: bool) -> TicketOnPaper:
        """The ticket as it is printed. Raises CatalogueError where its service is no longer in the catalogue."""
        found, house = self._found(seq), self._house
        body, promised = found.body, found.promised
        secrets = self.secrets(body)
        return TicketOnPaper(
            label=body.label,
            services=tuple(house.catalogue.service(service) for service in body.services),
            cases=body.cases,
            language=found.language,
            issued=self._issued(found),
            office=house.office,
            languages=house.languages,
            code=secrets.code,
            witness=found.witness,
            url=f"{house.public_url}/t/{secrets.token}" if house.public_url else None,
            copy=copy,
            priority=found.priority,
            ahead=promised.ahead if promised else None,
            wait=(promised.low, promised.high) if promised else None,
        )

    def slip_on_paper(self, seq: Seq, slip: SlipAsked, *, copy: bool) -> CarriedSlip:
        """The slip as it is printed."""
        found, house = self._found(slip.ticket), self._house
        return CarriedSlip(
            label=found.body.label,
            language=self._language(seq, slip),
            issued=date.fromisoformat(found.body.day),
            to_day=date.fromisoformat(slip.to_day),
            office=house.office,
            languages=house.languages,
            code=self.secrets(found.body).code,
            witness=found.witness,
            copy=copy,
            priority=found.priority,
        )

    def _language(self, seq: Seq, slip: SlipAsked) -> str:
        return self.spoken.get(seq) or self._found(slip.ticket).language

    def _issued(self, found: TicketOnRecord) -> datetime:
        issued = self._on_wall(found.fact.boot_id, found.fact.boottime_ms)
        if issued is None:
            raise KioskError(f"ticket {found.body.label} has no time", hint="Anchor the clock before issuing.")
        return issued

    def _found(self, seq: Seq) -> TicketOnRecord:
        found = self._record.ticket(seq)
        if found is None:
            raise KioskError(f"fact {seq} is no ticket", hint="Run `python -m sync verify` on the journal.")
        known = self._house.languages
        # A ticket may be older than kiosk.toml: nothing has words in a language that has left it since.
        return found if found.language in known else replace(found, language=known[0])
