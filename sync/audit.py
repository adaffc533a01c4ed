"""The audit: one office day replayed from the office's own facts. Pure; docs/audit.md tells it in words.

It does what the office did: the same fold (sync.live), the same rule (sync.rule), fact by fact. Wherever the office
did something else, that is a violation with a name. It reads nothing but facts, so anybody who holds them can do it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sync import reasons
from sync.audit_idle import IdleWatch
from sync.audit_parts import Gap, Part, Section, sections
from sync.audit_record import Record
from sync.audit_terms import Audit, Before, Idle, Kiosks, Violation, Wrong
from sync.audit_tickets import Admissions
from sync.body import Body, TicketName
from sync.codec import Fact
from sync.facts import understood
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
from sync.facts_online import OnlineAdopted, OnlineAsked, OnlineRestated
from sync.facts_restated import RECORD, CounterRestated, TicketRestated
from sync.live import Live
from sync.rule import UnknownRule
from sync.tickets import AT_A_COUNTER, OPEN, IllegalStep, Status
from sync.types import BootId, Seq

CLOCK_MS = 60_000
"""A clock that was moved by more than this within a boot moved the queue with it."""
STEP_MS = 1000
"""So far back an honest clock steps when NTP sets it."""
_QUEUE = ("ticket.", "counter.", "counters.", "rule.", "day.", "service.", "staff.", "online.")


def replay(
    section: Section, before: Before | None = None, kiosks: Kiosks | None = None, bounds: tuple[int, int] | None = None
) -> Audit:
    """Replay one office day. `kiosks` to hold admissions against, `bounds` of the day on the UTC (from, to), where
    they are known."""
    return replay_parts([Part(section, before or Before())], kiosks, bounds)


def replay_parts(
    parts: Sequence[Part],
    kiosks: Kiosks | None = None,
    bounds: tuple[int, int] | None = None,
    gaps: Sequence[Gap] = (),
) -> Audit:
    """Replay one office day of one part or more, in order: each goes on with the sums of those before.

    `gaps`: what of the day nobody knows. It is a violation, whatever else is in order.
    """
    kiosks, last = kiosks or Kiosks(), None
    for part in parts:
        last = _Replay(part, kiosks, bounds, last)
        last.read()
    assert last is not None, "a day has a part"
    audit = last.ended()
    lost = (Violation(each.what, Seq(0), {"detail": f"{each.first}–{each.last}"}) for each in gaps)
    return replace(audit, violations=(*audit.violations, *lost))


def replay_all(facts: Iterable[Fact], kiosks: Kiosks | None = None) -> list[Audit]:
    """Every day in these facts, each behind the one before."""
    audits: list[Audit] = []
    for section in sections(facts):
        audits.append(replay(section, audits[-1].after if audits else None, kiosks))
    return audits


class _Replay:
    """One day on its way through the fold."""

    def __init__(
        self, part: Part, kiosks: Kiosks, bounds: tuple[int, int] | None, earlier: "_Replay | None" = None
    ) -> None:
        self._part, self._section, self._before, self._bounds = part, part.section, part.before, bounds
        self._earlier = earlier
        self._live = Live()
        self._rule: RuleAdopted | None = None
        self._wrong: list[Violation] = [] if earlier is None else earlier._wrong
        self._record: Record = Record() if earlier is None else earlier._record
        self._number: int = 0 if earlier is None else earlier._number + 1
        self._record.part = self._number
        self._skills: dict[str, tuple[str, ...]] = dict(part.before.skills if earlier is None else earlier._skills)
        admissions: Admissions | None = None if earlier is None else earlier._admissions
        self._admissions: Admissions = Admissions(
            part.before, kiosks, part.section.day, self._say, admissions, back=part.back
        )
        self._idle = IdleWatch()
        self._found: tuple[Idle, ...] = () if earlier is None else earlier._found
        self._clock: tuple[BootId, int] | None = None
        self._seq = Seq(0)
        self._strange: int = 0 if earlier is None else earlier._strange

    def read(self) -> None:
        """All facts of this part."""
        if self._before.day is not None and self._before.day >= self._section.day:
            self._say(Wrong.DAY_ORDER, self._section.facts[0].seq, detail=self._section.day, other=self._before.day)
        for fact in self._section.facts:
            if self._seq and fact.seq != self._seq + 1:
                self._say(Wrong.ROW_MISSING, fact.seq, detail=f"{self._seq + 1}–{fact.seq - 1}")
            self._seq = fact.seq
            body = self._understood(fact)
            if body is not None:
                self._fact(body, fact)
        self._admissions.closed()
        self._found += self._idle.ended()

    # One fact -----------------------------------------------------------------------------------------------------

    def _understood(self, fact: Fact) -> Body | None:
        body = understood(fact)
        if body is None:
            self._strange += fact.seq >= self._part.since
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
        if seq >= self._part.since:
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
        again = self._called_again(body, seq)
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
        return same and body.why == "rule" and not again

    def _called_again(self, body: TicketCalled, seq: Seq) -> bool:
        """Whether a copy called somebody whose turn had come by the record before it. Says so."""
        record = self._in_the_record()
        if record is self or record is None:
            return False
        held = record._live.tickets.get(body.ticket)
        if held is None or held.status is Status.WAITING:
            return False
        self._say(Wrong.CALLED_AGAIN, seq, body, counter=str(body.counter))
        return True

    def _in_the_record(self) -> "_Replay | None":
        """This part, or where it was written aside, the last one before it that was not."""
        part: _Replay | None = self
        while part is not None and part._part.aside:
            part = part._earlier
        return part

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
                self._admissions.admitted(body, seq, self._live.online)
            case OnlineAdopted() | OnlineAsked():
                self._places(body, seq)
            case OnlineRestated():
                self._admissions.place_restated(body, seq)
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

    def _places(self, body: OnlineAdopted | OnlineAsked, seq: Seq) -> None:
        """Places are given on the terms that the day was told, and no code is good for longer."""
        terms = self._live.online.terms
        if isinstance(body, OnlineAdopted):
            if terms is not None and replace(body, now_ms=terms.now_ms) != terms:
                self._say(Wrong.ONLINE_TERMS, seq, body)
        elif terms is None or body.until_ms > body.now_ms + terms.hold_ms:
            self._say(Wrong.ONLINE_TERMS, seq, body)

    def _listed(self, reason: str, listed: Sequence[str], body: Body, seq: Seq) -> None:
        if reason not in listed:
            self._say(Wrong.REASON_UNLISTED, seq, body, detail=reason)

    def _rule_adopted(self, body: RuleAdopted, seq: Seq) -> None:
        # Before the first ticket of a day another rule does nobody wrong.
        changed = self._rule is not None and replace(body, now_ms=self._rule.now_ms) != self._rule
        if changed and self._live.admitted:
            self._say(Wrong.RULE_CHANGED, seq, body)
        elif self._section.facts[0].body.get("by") == RECORD and self._rule is None:
            self._admissions.rule(body, seq)
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

    def ended(self) -> Audit:
        """The day, this being its last part. How it ended is told by the last one that was not written aside."""
        last = self._in_the_record() or self
        live = last._live
        self._admissions.ended(last._section.whole, live.now_ms)
        last._left_out()
        if last._section.whole:
            for each in live.tickets.values():
                if each.status in OPEN:
                    last._say(Wrong.EXPIRED, last._seq, ticket=each.label, detail=each.status.value)
        return Audit(
            day=self._section.day,
            first=last._section.facts[0].seq,
            last=last._seq,
            whole=last._section.whole,
            rule=live.rule,
            totals=self._record.totals(live),
            unchecked=self._admissions.unchecked,
            strange=self._strange,
            violations=tuple(self._wrong),
            calls=tuple(self._record.calls),
            journeys=self._record.journeys(live),
            deeds=tuple(self._record.deeds),
            idle=self._found,
            last_ms=live.now_ms,
            after=Before(live.tickets, self._skills, self._section.day),
        )

    def _left_out(self) -> None:
        """Whoever waited by an earlier part of the day is still known in the last one."""
        part, named = self._earlier, set(self._live.tickets)
        while part is not None:
            for name, each in part._live.tickets.items():
                if each.status in OPEN and name not in named and not part._part.aside:
                    named.add(name)
                    self._say(Wrong.RESTATED_OTHERWISE, Seq(0), ticket=each.label)
            part = part._earlier

    def _say(self, what: Wrong, seq: Seq, body: Body | None = None, **values: str) -> None:
        if self._seq < self._part.since:
            return
        if isinstance(body, TicketFact) and "ticket" not in values:
            held = self._live.tickets.get(body.ticket)
            label = body.label if isinstance(body, TicketAdmitted) else held.label if held is not None else None
            values["ticket"] = label or f"{body.ticket.journal[:8]}:{body.ticket.seq}"
        if isinstance(body, CounterFact | TicketCalled):
            values.setdefault("counter", str(body.counter))
        self._wrong.append(Violation(what, seq, values, self._number))


def is_clean(audit: Audit) -> bool:
    """Whether the rule was kept all day, as far as the facts can tell."""
    return not audit.violations


__all__ = ["Gap", "Part", "Section", "is_clean", "replay", "replay_all", "replay_parts", "sections"]
