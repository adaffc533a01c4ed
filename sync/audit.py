"""The audit: one office day replayed from the office's own facts. Pure; docs/audit.md tells it in words.

It does what the office did: the same fold (sync.live), the same rule (sync.rule), fact by fact. Wherever the office
did something else, that is a violation with a name. It reads nothing but facts, so anybody who holds them can do it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sync import reasons
from sync.audit_idle import IdleWatch
from sync.audit_record import Record
from sync.audit_terms import Audit, Before, Kiosks, Violation, Wrong
from sync.audit_tickets import Admissions
from sync.body import Body, TicketName
from sync.codec import Fact
from sync.errors import NotUnderstood
from sync.facts import DayOpened, understand
from sync.facts_office import (
    ComplaintNoted,
    CounterFact,
    CounterOpened,
    CounterPaused,
    OfficeFact,
    RuleAdopted,
    ServiceTicketless,
    StaffSkilled,
    TicketAdmitted,
    TicketCalled,
    TicketCancelled,
    TicketFact,
    TicketNoShow,
    TicketParked,
    TicketPlaced,
    TicketPrioritised,
    TicketTransferred,
)
from sync.facts_restated import CounterRestated, TicketRestated
from sync.live import Live
from sync.rule import UnknownRule
from sync.tickets import AT_A_COUNTER, OPEN, IllegalStep, Status
from sync.types import BootId, Seq

CLOCK_MS = 60_000
"""A clock that was moved by more than this within a boot moved the queue with it."""
STEP_MS = 1000
"""So far back an honest clock steps when NTP sets it."""
_QUEUE = ("ticket.", "counter.", "counters.", "rule.", "day.", "service.", "staff.")


@dataclass(frozen=True, slots=True)
class Section:
    """The facts of one office day: from its `day.opened` to the next. `whole`: there is a next."""

    day: str
    facts: tuple[Fact, ...]
    whole: bool


def sections(facts: Iterable[Fact]) -> list[Section]:
    """The office days in these facts, in order. What comes before the first `day.opened` is of no day."""
    days: list[tuple[str, list[Fact]]] = []
    for fact in facts:
        day = fact.body.get("day") if fact.kind == DayOpened.kind else None
        if isinstance(day, str):
            days.append((day, []))
        if days:
            days[-1][1].append(fact)
    return [Section(day, tuple(of), number < len(days)) for number, (day, of) in enumerate(days, 1)]


def replay(
    section: Section, before: Before | None = None, kiosks: Kiosks | None = None, bounds: tuple[int, int] | None = None
) -> Audit:
    """Replay one office day. `kiosks` to hold admissions against, `bounds` of the day on the UTC (from, to), where
    they are known."""
    return _Replay(section, before or Before(), kiosks or Kiosks(), bounds).run()


def replay_all(facts: Iterable[Fact], kiosks: Kiosks | None = None) -> list[Audit]:
    """Every day in these facts, each behind the one before."""
    audits: list[Audit] = []
    for section in sections(facts):
        audits.append(replay(section, audits[-1].after if audits else None, kiosks))
    return audits


class _Replay:
    """One day on its way through the fold."""

    def __init__(self, section: Section, before: Before, kiosks: Kiosks, bounds: tuple[int, int] | None) -> None:
        self._section, self._before, self._bounds = section, before, bounds
        self._live = Live()
        self._rule: RuleAdopted | None = None
        self._wrong: list[Violation] = []
        self._record = Record()
        self._skills = dict(before.skills)
        self._admissions = Admissions(before, kiosks, section.day, self._say)
        self._idle = IdleWatch()
        self._clock: tuple[BootId, int] | None = None
        self._seq = Seq(0)
        self._strange = 0

    def run(self) -> Audit:
        """The whole of it."""
        if self._before.day is not None and self._before.day >= self._section.day:
            self._say(Wrong.DAY_ORDER, self._section.facts[0].seq, detail=self._section.day, other=self._before.day)
        for fact in self._section.facts:
            if self._seq and fact.seq != self._seq + 1:
                self._say(Wrong.ROW_MISSING, fact.seq, detail=f"{self._seq + 1}–{fact.seq - 1}")
            self._seq = fact.seq
            body = self._understood(fact)
            if body is not None:
                self._fact(body, fact)
        return self._ended()

    # One fact -----------------------------------------------------------------------------------------------------

    def _understood(self, fact: Fact) -> Body | None:
        try:
            body = understand(fact)
        except NotUnderstood:
            body = None
        if body is None:
            self._strange += 1
            if fact.kind.startswith(_QUEUE):
                self._say(Wrong.NOT_UNDERSTOOD, fact.seq, detail=f"{fact.kind} v{fact.version}")
        return body

    def _fact(self, body: Body, fact: Fact) -> None:
        seq = fact.seq
        if isinstance(body, OfficeFact):
            self._time(body, fact)
        self._own_checks(body, seq)
        live, conforming = self._live, self._is_by_rule(body, seq)
        try:
            self._live = live.after(body, seq)
        except IllegalStep as error:
            self._say(self._illegal(body, live), seq, body, detail=str(error))
            return
        self._idle.after(body, live, self._live)
        self._record.note(body, seq, live, self._live, conforming)

    def _time(self, body: OfficeFact, fact: Fact) -> None:
        if body.now_ms < self._live.now_ms - STEP_MS:
            self._say(Wrong.TIME_BACKWARDS, fact.seq, body, detail=str(self._live.now_ms - body.now_ms))
        ahead_ms = body.now_ms - fact.boottime_ms
        if self._clock is not None and self._clock[0] == fact.boot_id and abs(ahead_ms - self._clock[1]) > CLOCK_MS:
            self._say(Wrong.CLOCK_MOVED, fact.seq, body, detail=str(ahead_ms - self._clock[1]))
        self._clock = (fact.boot_id, ahead_ms)
        if isinstance(body, TicketAdmitted | TicketCalled | CounterOpened) and self._bounds is not None:
            begin, end = self._bounds
            if not begin <= body.now_ms < end:
                self._say(Wrong.OUTSIDE_DAY, fact.seq, body)

    def _is_by_rule(self, body: Body, seq: Seq) -> bool:
        """Whether this call is the one that the rule makes. Says so where it claims to be and is not."""
        if not isinstance(body, TicketCalled):
            return False
        try:
            named = self._live.choose(body.counter, body.now_ms)
        except UnknownRule:
            self._say(Wrong.RULE_UNKNOWN, seq, body, detail=str(self._live.rule.rule))
            return False
        same = named is not None and named.name == body.ticket
        counter = self._live.counter(body.counter)
        legal = self._waits(body.ticket) and counter.working and counter.ticket is None
        if body.why == "rule" and not same and legal and named is not None:
            self._say(Wrong.NOT_THE_RULE, seq, body, other=named.label, counter=str(body.counter))
        return same and body.why == "rule"

    def _waits(self, name: TicketName) -> bool:
        ticket = self._live.tickets.get(name)
        return ticket is not None and ticket.status is Status.WAITING

    def _illegal(self, body: Body, live: Live) -> Wrong:
        """Which kind of impossible step this is."""
        if isinstance(body, TicketAdmitted):
            return Wrong.ADMITTED_TWICE if body.ticket in live.tickets else Wrong.TICKET_CHANGED
        if isinstance(body, TicketFact):
            if body.ticket not in live.tickets:
                return Wrong.NEVER_ADMITTED
            if isinstance(body, TicketCalled):
                return self._illegal_call(body, live)
        if (
            isinstance(body, CounterFact)
            and not isinstance(body, CounterRestated)
            and not live.counter(body.counter).open
        ):
            return Wrong.COUNTER_CLOSED
        return Wrong.ILLEGAL_STEP

    def _illegal_call(self, body: TicketCalled, live: Live) -> Wrong:
        ticket, counter = live.tickets[body.ticket], live.counter(body.counter)
        if ticket.status in AT_A_COUNTER:
            return Wrong.TWO_COUNTERS
        if not counter.open:
            return Wrong.COUNTER_CLOSED
        if counter.pause is not None:
            return Wrong.COUNTER_PAUSED
        if counter.ticket is not None:
            return Wrong.COUNTER_BUSY
        return Wrong.COUNTER_UNABLE if ticket.service not in counter.services else Wrong.ILLEGAL_STEP

    # What every kind of fact has to keep -----------------------------------------------------------------------------

    def _own_checks(self, body: Body, seq: Seq) -> None:
        match body:
            case RuleAdopted():
                self._rule_adopted(body, seq)
            case StaffSkilled(staff=staff, services=services):
                self._skills[staff] = services
            case TicketAdmitted():
                self._admissions.admitted(body, seq)
            case TicketRestated():
                self._admissions.restated(body, seq)
            case CounterRestated():
                self._admissions.counter_restated(body, seq)
            case TicketCalled(why=why):
                if why != "rule" and why not in reasons.PICK:
                    self._say(Wrong.PICK_UNLISTED, seq, body, detail=why, counter=str(body.counter))
                self._admissions.called(body, self._live.tickets.get(body.ticket), seq)
            case TicketPrioritised(staff=staff):
                self._admissions.prioritised(body, seq)
            case TicketNoShow():
                self._no_show(body, seq)
            case TicketPlaced():
                self._place(body, seq)
            case CounterOpened():
                self._able(body, seq)
            case TicketParked(reason=reason):
                self._listed(reason, reasons.PARK, body, seq)
            case TicketTransferred(reason=reason):
                self._listed(reason, reasons.TRANSFER, body, seq)
            case TicketCancelled(reason=reason):
                self._listed(reason, reasons.CANCEL, body, seq)
            case CounterPaused(reason=reason):
                self._listed(reason, reasons.BREAK, body, seq)
            case ServiceTicketless(reason=reason):
                self._listed(reason, reasons.TICKETLESS, body, seq)
            case ComplaintNoted(category=category):
                self._listed(category, reasons.COMPLAINT, body, seq)
        if self._rule is None and isinstance(body, TicketFact | CounterFact):
            self._say(Wrong.RULE_MISSING, seq, body)
            self._rule = self._live.rule

    def _listed(self, reason: str, listed: Sequence[str], body: Body, seq: Seq) -> None:
        if reason not in listed:
            self._say(Wrong.REASON_UNLISTED, seq, body, detail=reason)

    def _rule_adopted(self, body: RuleAdopted, seq: Seq) -> None:
        # Before the first ticket of a day another rule does nobody wrong.
        changed = self._rule is not None and replace(body, now_ms=self._rule.now_ms) != self._rule
        if changed and self._live.admitted:
            self._say(Wrong.RULE_CHANGED, seq, body)
        self._rule = body

    def _no_show(self, body: TicketNoShow, seq: Seq) -> None:
        ticket, rule = self._live.tickets.get(body.ticket), self._live.rule
        if body.reason is not None:
            self._listed(body.reason, reasons.EARLY_NO_SHOW, body, seq)
        elif ticket is not None and ticket.called_ms is not None:
            after_ms = body.now_ms - ticket.called_ms
            if ticket.recalls < rule.recalls or after_ms < rule.no_show_ms:
                self._say(Wrong.NO_SHOW_EARLY, seq, body, detail=f"{after_ms // 1000} s, {ticket.recalls} ×")

    def _place(self, body: TicketPlaced, seq: Seq) -> None:
        ticket, rule = self._live.tickets.get(body.ticket), self._live.rule
        places = {Status.ABSENT: rule.returned_place, Status.PARKED: rule.parked_place, Status.CALLED: 0}
        published = places.get(ticket.status) if ticket is not None else None
        if published is not None and ticket is not None:
            withdrawn = ticket.status is Status.CALLED
            self._listed(body.how, ("withdrawn",) if withdrawn else ("kiosk", "console"), body, seq)
            if body.place != published:
                self._say(Wrong.OTHER_PLACE, seq, body, detail=str(body.place), other=str(published))

    def _able(self, body: CounterOpened, seq: Seq) -> None:
        """A counter serves what it is equipped for and its person is trained for."""
        setup, skills = self._live.setups.get(body.counter), self._skills.get(body.staff)
        beyond = [
            service
            for service in body.services
            if (setup is not None and service not in setup.services) or (skills and service not in skills)
        ]
        if beyond:
            self._say(Wrong.COUNTER_SERVICES, seq, body, detail=", ".join(beyond), counter=str(body.counter))

    # The end ----------------------------------------------------------------------------------------------------------

    def _ended(self) -> Audit:
        live = self._live
        self._admissions.ended(self._section.whole, live.now_ms)
        if self._section.whole:
            for each in live.tickets.values():
                if each.status in OPEN:
                    self._say(Wrong.EXPIRED, self._seq, ticket=each.label, detail=each.status.value)
        return Audit(
            day=self._section.day,
            first=self._section.facts[0].seq,
            last=self._seq,
            whole=self._section.whole,
            rule=live.rule,
            totals=self._record.totals(live),
            unchecked=self._admissions.unchecked,
            strange=self._strange,
            violations=tuple(self._wrong),
            calls=tuple(self._record.calls),
            journeys=self._record.journeys(live),
            deeds=tuple(self._record.deeds),
            idle=self._idle.ended(),
            last_ms=live.now_ms,
            after=Before(live.tickets, self._skills, self._section.day),
        )

    def _say(self, what: Wrong, seq: Seq, body: Body | None = None, **values: str) -> None:
        if isinstance(body, TicketFact) and "ticket" not in values:
            held = self._live.tickets.get(body.ticket)
            label = body.label if isinstance(body, TicketAdmitted) else held.label if held is not None else None
            values["ticket"] = label or f"{body.ticket.journal[:8]}:{body.ticket.seq}"
        if isinstance(body, CounterFact | TicketCalled):
            values.setdefault("counter", str(body.counter))
        self._wrong.append(Violation(what, seq, values))


def is_clean(audit: Audit) -> bool:
    """Whether the rule was kept all day, as far as the facts can tell."""
    return not audit.violations
