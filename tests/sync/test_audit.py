"""The audit: honest days are clean, and every violation that it can name is named where it happened."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import pytest
from msgspec import structs

from sync.audit import Gap, Part, Section, is_clean, replay, replay_all, replay_parts, sections
from sync.audit_terms import Audit, Before, Dated, Kiosks, Taken, Wrong
from sync.body import Body, TicketName
from sync.codec import Fact
from sync.facts import DayOpened
from sync.facts_office import (
    ComplaintNoted,
    CounterClosed,
    CounterOpened,
    CounterPaused,
    CounterResumed,
    CounterSetup,
    CountersSet,
    RuleAdopted,
    ServedByHand,
    ServiceTicketless,
    StaffSkilled,
    TicketAdmitted,
    TicketCalled,
    TicketCancelled,
    TicketCarried,
    TicketFinished,
    TicketNoShow,
    TicketParked,
    TicketPlaced,
    TicketPrioritised,
    TicketRecalled,
    TicketServing,
    TicketTransferred,
)
from sync.facts_online import OnlineAdopted, OnlineAsked
from sync.facts_restated import TicketRestated
from sync.live import fold
from sync.types import BootId, BootMs, JournalId, Seq, UtcMs
from tests.sync import officedays
from tests.sync.officedays import OfficeDay

DAY, NEXT = "2026-11-30", "2026-12-01"
KIOSK = JournalId("aa" * 16)
START = 100 * 60_000


def t(minutes: float) -> UtcMs:
    """So many minutes into the tests' day."""
    return UtcMs(int(START + minutes * 60_000))


def name(number: int) -> TicketName:
    return TicketName(KIOSK, Seq(number))


def admitted(number: int, minutes: float, **changes: object) -> TicketAdmitted:
    body = TicketAdmitted(t(minutes), name(number), DAY, f"A{number:03}", ("a",), t(minutes), "issued")
    return replace(body, **changes)  # type: ignore[arg-type]


def taken(number: int, minutes: float, **changes: object) -> Taken:
    """The kiosk's own word for that ticket."""
    made = Taken(name(number), DAY, f"A{number:03}", ("a",), dated=(Dated(t(minutes), 50),))
    return replace(made, **changes)  # type: ignore[arg-type]


def call(number: int, minutes: float, counter: int = 1, why: str = "rule") -> TicketCalled:
    return TicketCalled(t(minutes), name(number), counter, f"s{counter}", why)


def served(number: int, minutes: float, counter: int = 1) -> tuple[Body, ...]:
    """Called and served to the end, in one minute."""
    here = f"s{counter}"
    return (
        call(number, minutes, counter),
        TicketServing(t(minutes + 0.5), name(number), here),
        TicketFinished(t(minutes + 1), name(number), here),
    )


OPENED: tuple[Body, ...] = (
    DayOpened(DAY, "clock"),
    RuleAdopted(t(0)),
    CountersSet(t(0), (CounterSetup(1, ("a", "b")), CounterSetup(2, ("a", "b")))),
    CounterOpened(t(0), 1, "s1", ("a",)),
    CounterOpened(t(0), 2, "s2", ("a", "b")),
)
LATE = UtcMs(t(200))


def facts_of(bodies: Sequence[Body], first: int = 1) -> list[Fact]:
    """These bodies as rows; the boot clock goes with the office's."""
    found, now = [], START
    for seq, body in enumerate(bodies, first):
        now = getattr(body, "now_ms", now)
        found.append(structs.replace(officedays.fact(seq, body, now), boottime_ms=BootMs(max(now, 0))))
    return found


@dataclass
class Case:
    """A day, with whatever is known beside it."""

    bodies: Sequence[Body]
    kiosks: Kiosks = field(default_factory=Kiosks)
    before: Before = field(default_factory=Before)
    bounds: tuple[int, int] | None = None
    opened: Sequence[Body] = OPENED
    whole: bool = False

    def facts(self) -> list[Fact]:
        return facts_of([*self.opened, *self.bodies])

    def audit(self) -> Audit:
        section = Section(DAY, tuple(self.facts()), self.whole)
        return replay(section, self.before, self.kiosks, self.bounds)


def with_kiosk(bodies: Sequence[Body], *tickets: Taken) -> Case:
    return Case(bodies, Kiosks({each.name: each for each in tickets}, frozenset({KIOSK})))


TWO = (admitted(1, 1), admitted(2, 2))


@cache
def evening() -> Before:
    """The evening before: number 1 and 2 of the day before were carried over."""
    carried = (TicketCarried(t(9), name(1), NEXT), TicketCarried(t(9), name(2), NEXT))
    after = replay(Section("2026-11-29", tuple(facts_of([*OPENED, *TWO, *carried])), whole=True)).after
    return replace(after, day="2026-11-29")


def carried_in(number: int, minutes: float = 0, **changes: object) -> TicketAdmitted:
    return admitted(number, minutes, since_ms=t(number), how="carried", **changes)


NO_SHOW = (admitted(1, 1), call(1, 2))
RECALLED = (*NO_SHOW, TicketRecalled(t(3), name(1), "s1"), TicketRecalled(t(3.5), name(1), "s1"))

WAITS = fold(facts_of([*OPENED[:3], admitted(1, 1)]))
"""What the journal before left: number 1 waits."""


def again(number: int, status: str) -> TicketRestated:
    """It stands there by the record before."""
    held = admitted(number, number)
    return TicketRestated(
        t(2), name(number), held.label, held.day, held.services, held.since_ms, 1, t(number), status, False, held.cases
    )


TERMS = OnlineAdopted(t(0), share=20, hold_ms=60 * 60_000, head_ms=20 * 60_000, url="https://q.test/services")
PLACE = OnlineAsked(t(0), "p", "#", ("a",), t(60))


def by_place(number: int, minutes: float, since: float, **changes: object) -> TicketAdmitted:
    """It counts from its place, which was asked for at the start of the day."""
    return admitted(number, minutes, since_ms=t(since), how="online", came_ms=t(minutes), place="p", **changes)


WRONG: dict[Wrong, Case] = {
    Wrong.NOT_THE_RULE: Case([*TWO, call(2, 3)]),
    Wrong.RULE_CHANGED: Case([*TWO, RuleAdopted(t(3), overtakes=50)]),
    Wrong.RULE_MISSING: Case([], opened=[OPENED[0], *OPENED[3:]]),
    Wrong.RULE_UNKNOWN: Case([*TWO, call(1, 3)], opened=[OPENED[0], RuleAdopted(t(0), rule=99), *OPENED[2:]]),
    Wrong.NEVER_ADMITTED: Case([*TWO, call(77, 3)]),
    Wrong.TWO_COUNTERS: Case([*TWO, call(1, 3), call(1, 4, 2)]),
    Wrong.COUNTER_BUSY: Case([*TWO, call(1, 3), call(2, 4)]),
    Wrong.COUNTER_CLOSED: Case([*TWO, CounterClosed(t(3), 1, "s1"), call(1, 4)]),
    Wrong.COUNTER_PAUSED: Case([*TWO, CounterPaused(t(3), 1, "s1", "lunch"), call(1, 4)]),
    Wrong.COUNTER_UNABLE: Case([admitted(1, 1, services=("b",)), call(1, 3, why="came-before")]),
    Wrong.COUNTER_SERVICES: Case([CounterOpened(t(1), 1, "s1", ("a", "passport"))]),
    Wrong.PICK_UNLISTED: Case([*TWO, call(2, 3, why="my cousin")]),
    Wrong.REASON_UNLISTED: Case([*TWO, CounterPaused(t(3), 1, "s1", "tired")]),
    Wrong.NO_SHOW_EARLY: Case([*NO_SHOW, TicketNoShow(t(2.5), name(1), "s1")]),
    Wrong.OTHER_PLACE: Case(
        [*RECALLED, TicketNoShow(t(5), name(1), "s1"), TicketPlaced(t(6), name(1), 0, "console", "s1")]
    ),
    Wrong.ONLINE_TERMS: Case([TERMS, PLACE, replace(TERMS, now_ms=t(1), share=50)]),
    Wrong.ONLINE_UNFOUNDED: Case([TERMS, by_place(1, 5, 0)]),
    Wrong.ONLINE_DENIED: Case([TERMS, PLACE, admitted(1, 5, place="p", void="share")]),
    Wrong.SINCE_EARLIER: with_kiosk([admitted(1, 9, since_ms=t(1))], taken(1, 8)),
    Wrong.SINCE_LATER: with_kiosk([admitted(1, 9, since_ms=t(9))], taken(1, 5)),
    Wrong.PRIORITY_UNASKED: with_kiosk([admitted(1, 9, priority=True)], taken(1, 9)),
    Wrong.PRIORITY_LOST: with_kiosk([admitted(1, 9), call(1, 10)], taken(1, 9, priority=True)),
    Wrong.TICKET_CHANGED: with_kiosk([admitted(1, 9, label="A002")], taken(1, 9)),
    Wrong.NEVER_ISSUED: with_kiosk([admitted(2, 9)]),
    Wrong.VANISHED: with_kiosk([admitted(2, 9)], taken(1, 8), taken(2, 9)),
    Wrong.NUMBER_TWICE: Case([admitted(1, 1), admitted(2, 2, label="A001")]),
    Wrong.ADMITTED_TWICE: Case([admitted(1, 1), admitted(1, 2)]),
    Wrong.ADMISSION_ORDER: Case([admitted(2, 1), admitted(1, 2)]),
    Wrong.CARRIED_LOST: Case([carried_in(1), admitted(3, 1), call(1, 2)], before=evening()),
    Wrong.CARRIED_CHANGED: Case([carried_in(1, priority=True), carried_in(2)], before=evening()),
    Wrong.EXPIRED: Case([admitted(1, 1)], whole=True),
    Wrong.TIME_BACKWARDS: Case([admitted(1, 5), admitted(2, 4)]),
    Wrong.CLOCK_MOVED: Case([admitted(1, 5)]),
    Wrong.OUTSIDE_DAY: Case([admitted(1, 5)], bounds=(t(-10), t(4))),
    Wrong.DAY_ORDER: Case([], before=Before(day=NEXT)),
    Wrong.ROW_MISSING: Case([admitted(1, 5)]),
    Wrong.NOT_UNDERSTOOD: Case([admitted(1, 5)]),
    Wrong.ILLEGAL_STEP: Case([admitted(1, 5), TicketFinished(t(6), name(1), "s1")]),
    Wrong.CALLED_AGAIN: Case([]),
    Wrong.TAIL_FORGED: Case([]),
    Wrong.RECORD_LOST: Case([]),
    Wrong.RESTATED_OTHERWISE: Case([], opened=[*OPENED[:3], again(1, "served")], before=Before(record=WAITS)),
}
"""Every violation, in the smallest day that has it."""


OFFICE = JournalId("0f" * 16)


def copied(called_aside: int = 1) -> list[Part]:
    """A copy of the record was made when number 1 and 2 waited. Number 1 was called after it, at counter 1; then, from
    the copy, this number was called by hand at counter 2."""
    copy, begin = [*OPENED, *TWO], Seq(len(OPENED) + len(TWO) + 1)
    record, aside = [*copy, call(1, 3)], [*copy, call(called_aside, 4, 2, "came-before")]
    return [
        Part(Section(DAY, tuple(facts_of(record)), whole=False), Before()),
        Part(Section(DAY, tuple(facts_of(aside)), whole=False), Before(), begin, aside=True),
    ]


def test_a_day_in_several_parts_is_counted_once() -> None:
    audit = replay_parts(copied(called_aside=2))
    assert [each.what for each in audit.violations] == []
    assert (audit.totals.calls, audit.totals.by_rule, audit.totals.admitted) == (2, 1, 2)
    assert [(each.label, each.part) for each in audit.calls] == [("A001", 0), ("A002", 1)]
    assert audit.totals.by_hand == {"came-before": 1}


def test_whoever_waits_and_is_left_out_of_a_restated_queue_is_named() -> None:
    main, aside = copied(called_aside=2)
    for opened, missing in ((OPENED[:3], ["A001", "A002"]), ([*OPENED[:3], again(1, "waiting")], ["A002"])):
        taken_up = Part(Section(DAY, tuple(facts_of(opened)), whole=False), Before())
        left = replay_parts([main, aside, taken_up]).violations
        assert [(each.what, each.values["ticket"]) for each in left] == [
            (Wrong.RESTATED_OTHERWISE, label) for label in missing
        ]


def test_a_queue_is_not_taken_up_with_another_rule() -> None:
    before = Before(record=WAITS)
    for rule, expected in ((RuleAdopted(t(1)), []), (RuleAdopted(t(1), overtakes=50), [Wrong.RULE_CHANGED])):
        opened = [DayOpened(DAY, "record"), rule, CountersSet(t(1), ()), again(1, "waiting")]
        section = Section(DAY, tuple(facts_of(opened)), whole=False)
        assert [each.what for each in replay(section, before).violations] == expected


def told(what: Wrong) -> list[Wrong]:
    """What the audit says of that day."""
    case = WRONG[what]
    facts = case.facts()
    match what:
        case Wrong.CLOCK_MOVED:
            facts[-1] = structs.replace(facts[-1], boottime_ms=BootMs(facts[-1].boottime_ms - 600_000))
        case Wrong.ROW_MISSING:
            facts[-1] = structs.replace(facts[-1], seq=Seq(facts[-1].seq + 1))
        case Wrong.NOT_UNDERSTOOD:
            facts.append(structs.replace(facts[-1], seq=Seq(facts[-1].seq + 1), kind="ticket.beamed"))
        case Wrong.CALLED_AGAIN:
            return [each.what for each in replay_parts(copied()).violations]
        case Wrong.TAIL_FORGED | Wrong.RECORD_LOST:
            gap = Gap(OFFICE, Seq(9), Seq(20), None, t(5), forged=what is Wrong.TAIL_FORGED)
            assert gap.what is what
            part = Part(Section(DAY, tuple(facts), whole=False), case.before)
            return [each.what for each in replay_parts([part], gaps=[gap]).violations]
    section = Section(DAY, tuple(facts), case.whole)
    return [each.what for each in replay(section, case.before, case.kiosks, case.bounds).violations]


def test_every_violation_has_a_day_that_shows_it() -> None:
    assert set(WRONG) == set(Wrong)


@pytest.mark.parametrize("what", list(Wrong), ids=lambda what: what.value)
def test_a_violation_is_named_and_nothing_else_is(what: Wrong) -> None:
    assert told(what) == [what]


GOOD: dict[str, Case] = {
    "by the rule": Case([*TWO, *served(1, 3), *served(2, 5)]),
    "by hand with a listed reason": Case([*TWO, call(2, 3, why="came-before")]),
    "a no-show in its time": Case([*RECALLED, TicketNoShow(t(5), name(1), "s1")]),
    "an early no-show with a listed reason": Case([*NO_SHOW, TicketNoShow(t(2.5), name(1), "s1", "gave-up")]),
    "back at the published place": Case(
        [*RECALLED, TicketNoShow(t(5), name(1), "s1"), TicketPlaced(t(6), name(1), 3, "kiosk")]
    ),
    "a call that was taken back": Case([*NO_SHOW, TicketPlaced(t(3), name(1), 0, "withdrawn", "s1")]),
    "as old as the kiosk says": with_kiosk([admitted(1, 9, since_ms=t(5))], taken(1, 5)),
    "as old as an anchor says that came before": with_kiosk(
        [admitted(1, 9, since_ms=t(5))], taken(1, 5, dated=(Dated(t(5), 30_000), Dated(t(5) + 4000, 20)))
    ),
    "heard of late, nothing dated it": with_kiosk([admitted(1, 9, how="arrived")], taken(1, 5, dated=())),
    "heard of late, dated afterwards": with_kiosk(
        [admitted(1, 9, how="arrived")], taken(1, 5, dated=(Dated(t(5), 50, before=False),))
    ),
    "priority as it was asked for": with_kiosk([admitted(1, 9, priority=True)], taken(1, 9, priority=True)),
    "priority that staff gave": with_kiosk([admitted(1, 9), TicketPrioritised(t(10), name(1), "s1")], taken(1, 9)),
    "on its way to the office": with_kiosk([admitted(1, 9)], taken(1, 9), taken(2, 9)),
    "carried over, first in the morning": Case([carried_in(1), carried_in(2), call(1, 2)], before=evening()),
    "taken up as the record before has it": Case(
        [CounterOpened(t(2), 1, "s1", ("a",)), call(1, 3)],
        opened=[*OPENED[:3], again(1, "waiting")],
        before=Before(record=WAITS),
    ),
    "the rule restated": Case([*TWO, RuleAdopted(t(3))]),
    "carried over at closing": Case([admitted(1, 1), TicketCarried(t(9), name(1), NEXT)], whole=True),
    "the rule of the day is another one": Case(
        [*TWO, call(1, 3)], opened=[OPENED[0], RuleAdopted(t(0), overtakes=2), *OPENED[2:]]
    ),
}


@pytest.mark.parametrize("what", list(GOOD))
def test_what_is_allowed_is_no_violation(what: str) -> None:
    assert GOOD[what].audit().violations == ()


def test_a_call_against_the_rule_says_who_should_have_been_called() -> None:
    (violation,) = WRONG[Wrong.NOT_THE_RULE].audit().violations
    assert violation.values == {"ticket": "A002", "other": "A001", "counter": "1"}
    assert violation.seq == len(OPENED) + 3


def test_people_are_not_called_for_what_they_are_not_trained_for() -> None:
    skilled = StaffSkilled(t(0), "s9", ("b",))
    opened = [*OPENED[:3], skilled, CounterOpened(t(0), 1, "s9", ("a", "b"))]
    assert [each.what for each in Case([], opened=opened).audit().violations] == [Wrong.COUNTER_SERVICES]
    known = Before(skills={"s9": ("b",)})
    opened = [*OPENED[:3], CounterOpened(t(0), 1, "s9", ("a",))]
    assert [each.what for each in Case([], opened=opened, before=known).audit().violations] == [Wrong.COUNTER_SERVICES]


UNLISTED: dict[str, tuple[Body, ...]] = {
    "park": (*served(1, 3)[:2], TicketParked(t(4), name(1), "s1", "tea")),
    "transfer": (*served(1, 3)[:2], TicketTransferred(t(4), name(1), "s1", "b", "tired")),
    "cancel": (TicketCancelled(t(4), name(1), "s1", "rude"),),
    "early no-show": (call(1, 3), TicketNoShow(t(4), name(1), "s1", "did not look up")),
    "no ticket": (ServiceTicketless(t(4), 1, "s1", "a", "a friend"),),
    "back": (*served(1, 3)[:2], TicketParked(t(4), name(1), "s1", "copy"), TicketPlaced(t(5), name(1), 0, "phone")),
    "admission": (admitted(3, 4, how="guessed"),),
    "complaint": (ComplaintNoted(t(4), name(1), "he shouted at me", "s1"),),
}


@pytest.mark.parametrize("where", list(UNLISTED))
def test_a_reason_that_is_not_listed_is_named_wherever_it_stands(where: str) -> None:
    assert [each.what for each in Case([*TWO, *UNLISTED[where]]).audit().violations] == [Wrong.REASON_UNLISTED]


def test_the_sums_of_a_day() -> None:
    bodies = [
        *TWO, admitted(3, 2.5), admitted(4, 2.6), *served(1, 3), call(3, 5, why="came-before"),
        TicketNoShow(t(5.2), name(3), "s1", "gave-up"), call(2, 6), TicketRecalled(t(6.5), name(2), "s1"),
        TicketServing(t(7), name(2), "s1"), TicketTransferred(t(8), name(2), "s1", "b", "wrong-service"),
        call(2, 9, 2), TicketServing(t(9.5), name(2), "s2"), TicketParked(t(10), name(2), "s2", "copy"),
        ServiceTicketless(t(11), 1, "s1", "a", "question-only"), TicketPrioritised(t(12), name(4), "s1"),
        TicketCancelled(t(13), name(4), "s1", "citizen-asked"), ServedByHand(t(14), "s9", "E", 1, 12, t(1), t(2)),
        TicketCarried(t(15), name(2), NEXT),
    ]  # fmt: skip
    audit = Case(bodies, whole=True).audit()
    assert is_clean(audit)
    total = audit.totals
    assert (total.calls, total.by_rule, total.by_hand) == (4, 3, {"came-before": 1})
    assert (total.admitted, total.finished, total.recalls, total.no_shows, total.early) == (4, 1, 1, 1, {"gave-up": 1})
    assert (total.transfers, total.parked, total.cancelled, total.prioritised) == (1, 1, 1, 1)
    assert (total.ticketless, total.power_cut) == ({"question-only": 1}, 12)
    assert (total.carried_in, total.carried_over, total.unserved) == (0, 1, 1)


def test_numbers_served_in_a_power_cut_are_neither_by_the_rule_nor_a_violation() -> None:
    audit = Case([*TWO, call(1, 3), ServedByHand(t(14), "s9", "E", 1, 12, t(4), t(13))]).audit()
    assert (audit.totals.power_cut, audit.totals.by_rule, audit.totals.calls) == (12, 1, 1)
    assert audit.violations == ()


def test_a_tickets_way_is_told_call_by_call() -> None:
    bodies = [*RECALLED, TicketNoShow(t(5), name(1), "s1"), TicketPlaced(t(6), name(1), 3, "kiosk"), *served(1, 7)]
    audit = Case(bodies).audit()
    journey = audit.journey(name(1))
    assert journey is not None
    first, second = journey.calls
    assert (first.how, first.ended_ms, first.recalls, first.back_ms) == ("no-show", t(5), 2, t(6))
    assert (second.how, second.came_ms, second.ended_ms, second.conforming) == ("finished", t(7.5), t(8), True)
    assert audit.journey(name(9)) is None


def test_a_counter_that_stands_free_while_somebody_waits_is_told() -> None:
    bodies = [
        admitted(1, 1), call(1, 2), admitted(2, 3), CounterPaused(t(4), 2, "s2", "lunch"),
        TicketServing(t(4), name(1), "s1"), TicketFinished(t(5), name(1), "s1"), call(2, 25),
        CounterResumed(t(26), 2, "s2"),
    ]  # fmt: skip
    idle = Case(bodies).audit().idle
    assert [(each.counter, each.from_ms, each.to_ms, each.called) for each in idle] == [
        (1, t(1), t(2), True),
        (2, t(1), t(2), False),
        (2, t(3), t(4), False),
        (1, t(5), t(25), True),
    ]


def test_days_are_told_apart_and_follow_each_other() -> None:
    day = OfficeDay(3, citizens=12, counters=2).run()
    first, second = sections(day.facts)
    assert (first.day, first.whole, second.day, second.whole) == (officedays.DAY, True, officedays.NEXT_DAY, False)
    assert [each.day for each in replay_all(day.facts, day.kiosks)] == [first.day, second.day]


@pytest.mark.parametrize("seed", range(4))
def test_an_honest_day_is_clean_to_the_last_call(seed: int) -> None:
    audit = OfficeDay(seed, citizens=60, counters=4).run().audit()
    assert audit.violations == ()
    assert audit.unchecked == audit.strange == 0
    assert audit.totals.calls > 55
    assert audit.totals.by_rule + sum(audit.totals.by_hand.values()) == audit.totals.calls


def test_a_fact_of_another_release_that_concerns_no_queue_is_counted_only() -> None:
    facts = [*Case(TWO).facts()]
    facts.append(Fact(Seq(len(facts) + 1), "display.shown", 1, BootId("ab" * 16), BootMs(1), {}))
    audit = replay(Section(DAY, tuple(facts), whole=False))
    assert (audit.strange, audit.violations) == (1, ())
