"""What the screens ask of the machine, done: commit, then answer. An empty answer means: look at the condition."""

from collections.abc import Callable
from datetime import datetime

from hardware.sound import Sound
from kiosk import enquiry
from kiosk.desk import Desk, Printhouse
from kiosk.record import Recorder
from kiosk.screen_inputs import (
    CallStaff,
    CloseHelp,
    DateRefused,
    FindTicket,
    Found,
    HelpAsked,
    Input,
    Issued,
    IssueTicket,
    NoteReturn,
    NotFound,
    PaperAsked,
    PrintAgain,
    Request,
    SetClock,
    TooLate,
)
from kiosk.screen_types import Errand, Moment, Standing, Ticket
from kiosk.timekeeper import Timekeeper
from sync import facts
from sync.calendar import Open
from sync.codec import Fact
from sync.errors import CatalogueError
from sync.estimate import Taken, too_late, work_left
from sync.facts import HelpEnded, PrintAsked, PrintSending, TicketIssued, TicketReturned
from sync.issuing import Wish, issue
from sync.journal import Instant
from sync.numbering import NumberingError, label, read_label
from sync.types import BootMs, Seq

CALL_AGAIN_MS = 60_000
"""While a call for staff is open, asking again is a new call, but not more often: children touch it too."""


class Clerk:
    """Answers requests with inputs for the screens. `lane`: of the numbers that this kiosk gives."""

    def __init__(
        self,
        record: Recorder,
        desk: Desk,
        keeper: Timekeeper,
        house: Printhouse,
        hall: enquiry.Hall,
        sound: Sound,
        lane: Callable[[], int],
    ) -> None:
        self._record, self._desk, self._keeper, self._house = record, desk, keeper, house
        self._hall, self._sound, self._lane = hall, sound, lane
        self._tries = enquiry.Tries()
        self._called: BootMs | None = None

    def answer(self, request: Request) -> list[Input]:
        """What became of it, for the screens in this order."""
        match request:
            case IssueTicket():
                return self._issue(request)
            case SetClock(moment=moment):
                return [] if self._keeper.confirm(moment) else [DateRefused()]
            case FindTicket(label=typed, code=code):
                return [self._find(typed, code)]
            case NoteReturn(standing=standing):
                return self._note_return(standing)
            case PrintAgain(seq=seq):
                return self._print_again(Seq(seq))
            case CallStaff(screen=screen):
                return self._call_staff(screen)
            case CloseHelp():
                if self._record.help is not None:
                    self._record.keep(HelpEnded(self._record.help))
                return []

    # Tickets ------------------------------------------------------------------------------------------------------

    def _issue(self, wanted: IssueTicket) -> list[Input]:
        """Commit, then act: number, print job and screen follow only when the facts are durable."""
        self._keeper.keep()
        today = self._keeper.today()
        hours = self._keeper.hours
        if today.day is None or hours is None or any(hours.closed_for(each.service) for each in wanted.errands):
            return []
        if self._record.trouble and not self._record.retry():
            return []
        closes = None if wanted.anyway else self._too_late(wanted.errands)
        if closes is not None:
            return [closes]
        before = self._keeper.opening(today)
        services = [self._house.catalogue.service(errand.service) for errand in wanted.errands]
        cases = tuple(errand.cases for errand in wanted.errands)
        wish = Wish(
            services[0].series, tuple(each.id for each in services), wanted.language, cases, priority=wanted.priority
        )
        made = issue(
            wish,
            self._record.numbers,
            day=today.day,
            lane=self._lane(),
            journal_id=self._house.journal_id,
            key=self._house.key,
            next_seq=Seq(self._record.next_seq + len(before)),
            print_now=self._desk.free,
        )
        stored = self._record.commit(*before, *made)
        return [] if stored is None else self._shown(stored, wish, printing=isinstance(made[-1], PrintSending))

    def _shown(self, stored: list[Fact], wish: Wish, *, printing: bool) -> list[Input]:
        """The ticket is durable: on to the printer, and into sight."""
        issued = next(fact for fact in stored if fact.kind == TicketIssued.kind)
        answers = self._desk.send(issued.seq, 1, copy=False) if printing else []
        body = self._record.today[str(issued.body["label"])][1]
        code = self._desk.secrets(body).code
        shown = Ticket(issued.seq, body.label, wish.services[0], wish.language, wish.services, wish.priority, code)
        return [Issued(shown), *answers]

    def _print_again(self, seq: Seq) -> list[Input]:
        """Commit, then print: the same number and code, and a copy where paper of it may be out already."""
        if not self._desk.can_ask(seq) or self._record.commit(PrintAsked(seq)) is None:
            return []
        copy = self._record.prints.jobs[seq].copy
        return [PaperAsked(self._desk.shown(seq), copy), *self._desk.asked(seq)]

    def _too_late(self, errands: tuple[Errand, ...]) -> TooLate | None:
        """When the office closes, where its turn may not come before; None: there is time, as far as one can tell."""
        now, calendar = self._keeper.local(), self._keeper.calendar
        answer = calendar.at(now) if now is not None else None
        if now is None or not isinstance(answer, Open):
            return None
        day = self._keeper.today().day
        todays = [(fact, body) for fact, body in self._record.today.values() if body.day == day]
        waiting = [taken for fact, body in todays if (taken := self._taken(fact, body))]
        work = work_left(waiting, now, calendar.counters, calendar)
        own = {each.service: self._minutes(each.service) * each.cases for each in errands}
        # All of it before the office closes, and each service before its own hours are over.
        needed: list[tuple[str | None, int]] = [(None, sum(own.values())), *own.items()]
        ends = [
            (end.closes, service is None)
            for service, minutes in needed
            if too_late(work, minutes, calendar, now, calendar.counters, service)
            and isinstance(end := calendar.at(now, service), Open)
        ]
        if not ends:
            return None
        closes, office = min(ends)
        moment = Moment(closes.year, closes.month, closes.day, closes.hour, closes.minute)
        return TooLate(moment, office or closes == answer.closes)

    def _taken(self, fact: Fact, body: TicketIssued) -> Taken | None:
        at = self._when(fact)
        if at is None:
            return None
        cases = body.cases or (1,) * len(body.services)
        return Taken(at, sum(self._minutes(service) * n for service, n in zip(body.services, cases, strict=False)))

    def _minutes(self, service: str) -> int:
        try:
            return self._house.catalogue.service(service).minutes
        except CatalogueError:  # it has left the catalogue since
            return 0

    def _when(self, fact: Fact) -> datetime | None:
        return self._keeper.at(Instant(fact.boot_id, fact.boottime_ms))

    # My ticket ----------------------------------------------------------------------------------------------------

    def _find(self, typed: str, code: str) -> Input:
        now = self._keeper.now()
        if self._tries.waiting(now):
            return NotFound("wait")
        found = self._on_record(typed)
        if found is None:
            return NotFound("number")
        body = found[1]
        right = self._desk.secrets(body).code == code
        self._tries = self._tries.after(right, now)
        if not right:
            return NotFound("wait" if self._tries.waiting(now) else "code")
        standing = self._standing(*found)
        return NotFound("number") if standing is None else Found(standing)

    def _on_record(self, typed: str) -> tuple[Fact, TicketIssued] | None:
        """Today's ticket of this kiosk."""
        try:
            found = self._record.today.get(label(*read_label(typed)))
        except NumberingError:
            return None
        return found if found is not None and found[1].day == self._keeper.today().day else None

    def _standing(self, fact: Fact, body: TicketIssued) -> Standing | None:
        issued, as_of = self._when(fact), self._keeper.local()
        if issued is None or as_of is None:
            return None
        earlier = [other for before, other in self._record.today.values() if before.seq < fact.seq]
        return enquiry.standing(
            body,
            earlier,
            seq=fact.seq,
            issued=issued,
            as_of=as_of,
            returned=(body.day, body.label) in self._record.returned,
            hall=self._hall.look_up(body.day, body.label),
        )

    def _note_return(self, standing: Standing) -> list[Input]:
        found = self._on_record(standing.label)
        if found is None or self._record.commit(TicketReturned(standing.day, standing.label)) is None:
            return []
        again = self._standing(*found)
        return [Found(again)] if again is not None else []

    # Help ---------------------------------------------------------------------------------------------------------

    def _call_staff(self, screen: str) -> list[Input]:
        """One call at a time, until staff say that they have come. Who asks again later calls anew: staff may have
        come and not said so, and this may be another citizen."""
        now = self._keeper.now()
        if self._record.help is None or self._called is None or now >= self._called + CALL_AGAIN_MS:
            if self._record.commit(facts.HelpAsked(screen)) is None:
                return []
            self._called = now
            self._sound.play()
        return [HelpAsked()]
