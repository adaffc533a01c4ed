"""What the screens ask of the machine, done: commit, then answer. An empty answer means: look at the condition."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from hardware.sound import Sound
from kiosk import closing, enquiry
from kiosk.desk import Desk, Printhouse
from kiosk.enquiry import Here
from kiosk.record import Recorder
from kiosk.screen_inputs import (
    CallStaff,
    ClerkRequest,
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
    PrintSlip,
    SetClock,
    TakePlace,
    TooLate,
)
from kiosk.screen_types import Errand, Standing, Ticket, Wait
from kiosk.story import Own
from kiosk.timekeeper import Timekeeper
from sync import facts
from sync.body import TicketName
from sync.codec import Fact
from sync.errors import CatalogueError
from sync.estimate import MINUTE_MS, Prospect, Taken
from sync.facts import HelpEnded, PrintAsked, PrintSending, SlipAsked, TicketIssued, TicketReturned
from sync.issuing import Wish, issue
from sync.journal import Instant
from sync.numbering import NumberingError, label, read_label
from sync.types import BootMs, Seq, UtcMs

CALL_AGAIN_MS = 60_000
"""While a call for staff is open, asking again is a new call, but not more often: children touch it too."""


class Clerk:
    """Answers requests with inputs for the screens. `lane`: of the numbers that this kiosk gives. `contact`: when the
    office last answered. `first(day, series)`: the least number that this kiosk may give."""

    def __init__(
        self,
        record: Recorder,
        desk: Desk,
        keeper: Timekeeper,
        house: Printhouse,
        hall: enquiry.Hall,
        sound: Sound,
        lane: Callable[[], int | None],
        contact: Callable[[], Instant | None],
        first: Callable[[str, str], int],
    ) -> None:
        self._record, self._desk, self._keeper, self._house = record, desk, keeper, house
        self._hall, self._sound, self._lane, self._contact = hall, sound, lane, contact
        self._first = first
        self._tries, self._place_tries = enquiry.Tries(), enquiry.Tries()
        self._called: BootMs | None = None
        self._waits: tuple[object, Wait | None] | None = None

    def answer(self, request: ClerkRequest) -> list[Input]:
        """What became of it, for the screens in this order."""
        match request:
            case IssueTicket():
                return self._issue(request)
            case SetClock(moment=moment):
                return [] if self._keeper.confirm(moment) else [DateRefused()]
            case FindTicket(label=typed, code=code):
                return [self._find(typed, code)]
            case TakePlace():
                return self._take_place(request)
            case NoteReturn(standing=standing):
                return self._note_return(standing)
            case PrintAgain(seq=seq):
                return self._print_again(Seq(seq))
            case PrintSlip(seq=seq, to_day=to_day, language=language):
                return self._print_slip(Seq(seq), to_day, language)
            case CallStaff(screen=screen):
                return self._call_staff(screen)
            case CloseHelp():
                if self._record.help is not None:
                    self._record.keep(HelpEnded(self._record.help))
                return []

    # Tickets ------------------------------------------------------------------------------------------------------

    def _take_place(self, wanted: TakePlace) -> list[Input]:
        """A ticket of an online place. Wrong codes are counted; nothing but a ticket ends a count of them."""
        here, now = self._here(), self._keeper.now()
        if here is None:
            return []
        if self._place_tries.waiting(now):
            return [NotFound("wait")]
        found = self._hall.coming(wanted.code, here)
        if found is None:
            self._place_tries = self._place_tries.after(False, now)
            return [NotFound("wait" if self._place_tries.waiting(now) else "no-place")]
        reason = self._no_ticket(found, here)
        if reason is not None:
            return [NotFound(reason)]
        errands = tuple(Errand(each) for each in found.services)
        answers = self._issue(IssueTicket(errands, wanted.language, anyway=True), found.name)
        if answers:
            self._place_tries = enquiry.Tries()
        return answers

    def _no_ticket(self, found: enquiry.Coming, here: Here) -> str | None:
        """Why this place makes no ticket here; None: it does."""
        hours, known = self._keeper.hours, {each.id for each in self._house.catalogue.services}
        if found.used or any(body.place == found.name for _, body in self._record.today.values()):
            return "used"
        if here.now_ms > found.until_ms:
            return "over"
        shut = hours is None or any(each not in known or hours.closed_for(each) for each in found.services)
        return "shut" if shut else None

    def _issue(self, wanted: IssueTicket, place: str | None = None) -> list[Input]:
        """Commit, then act: number, print job and screen follow only when the facts are durable."""
        self._keeper.keep()
        today, lane = self._keeper.today(), self._lane()
        hours = self._keeper.hours
        if (
            lane is None
            or today.day is None
            or hours is None
            or any(hours.closed_for(each.service) for each in wanted.errands)
        ):
            return []
        if self._record.trouble and not self._record.retry():
            return []
        told = self._told(tuple(each.service for each in wanted.errands), wanted.priority)
        closes = None if wanted.anyway else self._too_late(wanted.errands, told)
        if closes is not None:
            return [closes]
        before = self._keeper.opening(today)
        services = [self._house.catalogue.service(errand.service) for errand in wanted.errands]
        cases = tuple(errand.cases for errand in wanted.errands)
        ids = tuple(each.id for each in services)
        wish = Wish(services[0].series, ids, wanted.language, cases, wanted.priority, _wait(told), place)
        made = issue(
            wish,
            self._record.numbers,
            day=today.day,
            lane=lane,
            journal_id=self._house.journal_id,
            key=self._house.key,
            next_seq=Seq(self._record.next_seq + len(before)),
            print_now=self._desk.free,
            secret=self._house.secret,
            first=self._first(today.day, wish.series),
        )
        stored = self._record.commit(*before, *made)
        return [] if stored is None else self._shown(stored, wish, printing=isinstance(made[-1], PrintSending))

    def _shown(self, stored: list[Fact], wish: Wish, *, printing: bool) -> list[Input]:
        """The ticket is durable: on to the printer, and into sight."""
        issued = next(fact for fact in stored if fact.kind == TicketIssued.kind)
        answers = self._desk.send(issued.seq, 1, copy=False) if printing else []
        body = self._record.today[str(issued.body["label"])][1]
        code = self._desk.secrets(body).code
        first, of_all = wish.services[0], wish.services
        shown = Ticket(issued.seq, body.label, first, wish.language, of_all, wish.priority, code, wish.wait)
        return [Issued(shown), *answers]

    def _print_again(self, seq: Seq) -> list[Input]:
        """Commit, then print: the same number and code, and a copy where paper of it may be out already."""
        if not self._desk.can_ask(seq) or self._record.commit(PrintAsked(seq)) is None:
            return []
        copy = self._record.prints.jobs[seq].copy
        return [PaperAsked(self._desk.shown(seq), copy), *self._desk.asked(seq)]

    def _print_slip(self, ticket: Seq, to_day: str, language: str) -> list[Input]:
        """Commit, then print. A slip that may be out already is asked for again, and is a copy then."""
        if not self._desk.can_slip(ticket, to_day):
            return []
        slip = self._record.slips.get((ticket, to_day))
        if slip is not None:
            self._desk.spoken[slip] = language
            return self._print_again(slip)
        made = self._record.commit(SlipAsked(ticket, to_day))
        if made is None:
            return []
        slip = made[0].seq
        self._desk.spoken[slip] = language
        return [PaperAsked(self._desk.shown(slip), copy=False), *self._desk.asked(slip)]

    def _too_late(self, errands: tuple[Errand, ...], told: Prospect | None) -> TooLate | None:
        """When the office closes, where its turn may not come before; None: there is time, as far as one can tell."""
        now, calendar = self._keeper.local(), self._keeper.calendar
        if now is None:
            return None
        own = {each.service: self._minutes(each.service) * each.cases for each in errands}
        if told is not None and told.exact is not None:
            return closing.warning(own, now, calendar, closing.by_queue(told.exact[1], now, calendar))
        day = self._keeper.today().day
        todays = [(fact, body) for fact, body in self._record.today.values() if body.day == day]
        waiting = [taken for fact, body in todays if (taken := self._taken(fact, body))]
        return closing.warning(own, now, calendar, closing.by_work(waiting, now, calendar))

    # The hall ---------------------------------------------------------------------------------------------------------

    def wait(self, service: str, priority: bool) -> Wait | None:
        """Of whoever takes a ticket for this service now; None where nothing can be promised."""
        here = self._here()
        if here is None:
            return None
        # Looked up at every turn while the service is in sight, but reckoned when something is new, or the minute is.
        asked = service, priority, here.day, self._hall.version, here.last_own, here.now_ms // MINUTE_MS
        if self._waits is None or self._waits[0] != asked:
            self._waits = asked, _wait(self._hall.foretell((service,), priority, here))
        return self._waits[1]

    def again(self, standing: Standing) -> list[Input]:
        """The place of a ticket in sight, where it is another one by now."""
        now = self._anew(standing)
        if now is None or replace(now, as_of=standing.as_of) == standing:
            return []
        return [Found(now)]

    def _anew(self, standing: Standing) -> Standing | None:
        found = self._record.ticket(standing.seq) if standing.seq else None
        if found is not None:
            return self._standing(found.fact, found.body)
        here = self._here()
        if here is None or standing.seq:
            return None
        others = self._hall.others(standing.label, here)
        return next((self._of_other(each, here) for each in others if each.day == standing.day), None)

    def _told(self, services: tuple[str, ...], priority: bool) -> Prospect | None:
        here = self._here()
        return self._hall.foretell(services, priority, here) if here is not None else None

    def _here(self) -> Here | None:
        """This moment; None while nobody vouches for the clock."""
        today, wall = self._keeper.today(), self._keeper.local()
        if today.utc_ms is None or today.day is None or wall is None:
            return None
        instant, last = self._keeper.instant(), next(reversed(self._record.today.values()), None)
        last_own = last[0].seq if last else 0
        return Here(instant, today.utc_ms, wall, today.day, self._contact(), self._own, last_own)

    def _own(self) -> Iterator[Own]:
        """The tickets of this kiosk of today."""
        day = self._keeper.today().day
        for fact, body in self._record.today.values():
            since = self._record.timeline.when(fact.boot_id, fact.boottime_ms).middle
            if body.day == day and since is not None:
                name = TicketName(self._house.journal_id, fact.seq)
                asked = fact.seq in self._record.with_priority
                yield Own(name, body.label, body.services, body.cases, since, asked)

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
        here = self._here()
        known, printed = self._on_record(typed, here), _as_printed(typed)
        others = self._hall.others(printed, here) if here is not None and printed else []
        if not known and all(each.code is None for each in others):
            return NotFound("elsewhere" if others else "number")
        found = next((each for each in known if self._desk.secrets(each[1]).code == code), None)
        other = next((each for each in others if each.code == code), None) if found is None else None
        self._tries = self._tries.after(found is not None or other is not None, now)
        if other is not None and here is not None:
            return Found(self._of_other(other, here))
        if found is None:
            return NotFound("wait" if self._tries.waiting(now) else "code")
        standing = self._standing(*found)
        return NotFound("number") if standing is None else Found(standing)

    def _on_record(self, typed: str, here: Here | None) -> list[tuple[Fact, TicketIssued]]:
        """Tickets of this kiosk with this number: today's, and those that the office has carried over to today."""
        printed = _as_printed(typed)
        mine = self._record.today.get(printed)
        found = [mine] if mine is not None and mine[1].day == self._keeper.today().day else []
        over = self._hall.carried(printed, here) if here is not None and printed else []
        tickets = [self._record.ticket(seq) for seq in over]
        return [*found, *((each.fact, each.body) for each in tickets if each is not None)]

    def _standing(self, fact: Fact, body: TicketIssued) -> Standing | None:
        issued, as_of, here = self._when(fact), self._keeper.local(), self._here()
        if issued is None or as_of is None or here is None:
            return None
        earlier = [other for before, other in self._record.today.values() if before.seq < fact.seq]
        hall = self._hall.place(fact.seq, here)
        if hall is not None:
            as_of = self._keeper.at(Instant(here.instant.boot_id, hall.as_of)) or as_of
        return enquiry.standing(
            body,
            earlier,
            seq=fact.seq,
            issued=issued,
            as_of=as_of,
            returned=enquiry.is_noted(self._back(body), hall),
            hall=hall,
        )

    def _of_other(self, other: enquiry.Other, here: Here) -> Standing:
        """The place of a ticket that another machine gave."""
        told = self._keeper.at(Instant(here.instant.boot_id, other.hall.as_of)) if other.hall is not None else None
        returned = enquiry.is_noted(self._back(other), other.hall)
        return enquiry.standing_of(other, as_of=told or here.wall, returned=returned)

    def _back(self, body: TicketIssued | enquiry.Other) -> UtcMs | None:
        """When it was last said here that the holder is back."""
        fact = self._record.returned.get((body.day, body.label))
        return None if fact is None else self._record.timeline.when(fact.boot_id, fact.boottime_ms).middle

    def _note_return(self, standing: Standing) -> list[Input]:
        if self._record.commit(TicketReturned(standing.day, standing.label)) is None:
            return []
        again = self._anew(standing)
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


def _wait(told: Prospect | None) -> Wait | None:
    """What is promised, where a range is."""
    return Wait(told.ahead, told.range.low, told.range.high) if told is not None and told.range is not None else None


def _as_printed(typed: str) -> str:
    """A number as the paper has it; empty where it is none."""
    try:
        return label(*read_label(typed))
    except NumberingError:
        return ""
