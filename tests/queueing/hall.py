"""One day of the hall as discrete events. There is no second queue: whom a counter calls, `Live` says; what happens
comes to it as the facts that an office writes. Pure and seeded.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sync.body import Body, TicketName
from sync.calendar import Break, Calendar, Period
from sync.estimate import Pace, Prospect, prospect
from sync.facts import DayOpened
from sync.facts_office import (
    CounterOpened,
    CounterPaused,
    CounterResumed,
    RuleAdopted,
    TicketAdmitted,
    TicketCalled,
    TicketFinished,
    TicketNoShow,
    TicketParked,
    TicketPlaced,
    TicketRecalled,
    TicketServing,
    TicketTransferred,
)
from sync.live import Live
from sync.took import Calls, Took
from sync.types import JournalId, Seq, UtcMs
from tests.queueing.office import CLOSES, HOUR, LUNCH, MINUTE, OPENS, STANDARD, Person, Plan

DAY = "2026-11-30"
MIDNIGHT = datetime(2026, 11, 30)  # noqa: DTZ001 - the office's wall clock
KIOSK = JournalId("aa" * 16)
GOES_HOME = CLOSES + 2 * HOUR
"""Staff serve on after the closing, but not for ever; who still waits then is carried over."""
CALENDAR = Calendar(
    "",
    ((Period(OPENS // MINUTE, CLOSES // MINUTE),),) * 7,
    breaks=(Break(time(LUNCH[0] // HOUR), time(LUNCH[1] // HOUR), True, {}),),
)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a ticket was told, and, for the controls, how long the one had waited who was called last before it."""

    told: Prospect
    last_ms: int | None


@dataclass(frozen=True, slots=True)
class Done:
    """A day that is over. `missed_ms`, `errand_ms`: for those who came back from a missed call, or from an errand, how
    long until they were called."""

    live: Live
    took: Took
    promises: Mapping[TicketName, Promise]
    missed_ms: tuple[int, ...]
    errand_ms: tuple[int, ...]


@dataclass
class Hall:
    """A day being played. `tells`: each ticket is told its range, reckoned with `before` and the day so far.

    `facts`: all that happened, in order.
    """

    plan: Plan
    rule: RuleAdopted
    tells: bool = False
    before: Mapping[str, Calls] = field(default_factory=dict)
    live: Live = field(default_factory=Live)
    took: Took = field(default_factory=Took)
    now: int = 0

    def __post_init__(self) -> None:
        self._events: list[tuple[int, int, str, int]] = []
        self._number = 0
        self.facts: list[Body] = []
        self._pause_until: dict[int, int] = {}
        self._coming: dict[TicketName, int] = {}
        self._missed: set[int] = set()
        self._sent: set[int] = set()
        self._errands: set[int] = set()
        self._promises: dict[TicketName, Promise] = {}
        self._missed_ms: list[int] = []
        self._errand_ms: list[int] = []
        self._last_ms: int | None = None

    def play(self) -> Done:
        """The whole day."""
        self._do(DayOpened(DAY, "clock"))
        self._do(self.rule)
        for counter, opens in enumerate(self.plan.opens, 1):
            self._at(opens, "open", counter)
            for begins, length in (*self.plan.pauses[counter - 1], (LUNCH[0], LUNCH[1] - LUNCH[0])):
                self._at(begins, "pause", counter * 100_000_000 + begins + length)
        for number, person in enumerate(self.plan.people, 1):
            self._at(person.at, "arrive", number)
        while self._events:
            self.now, _, what, which = heapq.heappop(self._events)
            if self.now > GOES_HOME:
                break
            getattr(self, f"_{what}")(which)
            for free in self.live.working():
                self._next(free.counter)
        return Done(self.live, self.took, self._promises, tuple(self._missed_ms), tuple(self._errand_ms))

    # People --------------------------------------------------------------------------------------------------------

    def _arrive(self, number: int) -> None:
        person, name = self._person(number), _name(number)
        label = f"A{number:03}"
        now = UtcMs(self.now)
        self._do(TicketAdmitted(now, name, DAY, label, person.services, now, "issued", person.priority))
        if self.tells:
            pace = Pace(STANDARD, self.before, self.took.services)
            clock = MIDNIGHT + timedelta(milliseconds=self.now)
            told = prospect(self.live, self.live.tickets[name], now, clock, pace, CALENDAR)
            if told is not None:
                self._promises[name] = Promise(told, self._last_ms)

    def _come(self, number: int) -> None:
        name = _name(number)
        held = self.live.tickets[name]
        self._do(TicketServing(UtcMs(self.now), name, f"s{held.counter}"))
        self._at(self.now + self._person(number).takes[held.step], "over", number)

    def _recall(self, number: int) -> None:
        self._do(TicketRecalled(UtcMs(self.now), _name(number), "s"))

    def _absent(self, number: int) -> None:
        name, person = _name(number), self._person(number)
        counter = self.live.tickets[name].counter or 0
        self._do(TicketNoShow(UtcMs(self.now), name, "s"))
        if person.back_after is not None:
            self._at(self.now + person.back_after, "back", number)
        self._free(counter)

    def _back(self, number: int) -> None:
        name = _name(number)
        place = self.rule.parked_place if number in self._errands else self.rule.returned_place
        self._do(TicketPlaced(UtcMs(self.now), name, place, "kiosk"))
        self._coming[name] = self.now

    def _over(self, number: int) -> None:
        name, person = _name(number), self._person(number)
        held = self.live.tickets[name]
        now, staff = UtcMs(self.now), f"s{held.counter}"
        if held.step == 0 and number not in self._sent and (person.errand or person.sent_on):
            self._sent.add(number)
            if person.errand:
                self._errands.add(number)
                self._do(TicketParked(now, name, staff, "copy"))
                self._at(self.now + person.errand, "back", number)
            else:
                self._do(TicketTransferred(now, name, staff, person.sent_on or "", "wrong-service"))
        else:
            self._do(TicketFinished(now, name, staff))
        self._free(held.counter or 0)

    # Counters ------------------------------------------------------------------------------------------------------

    def _open(self, counter: int) -> None:
        self._do(CounterOpened(UtcMs(self.now), counter, f"s{counter}", self.plan.office.skills[counter - 1]))

    def _pause(self, which: int) -> None:
        """As soon as the counter is free."""
        counter, until = divmod(which, 100_000_000)
        if until <= LUNCH[0] < self.now or not self.live.counter(counter).open:
            return
        self._pause_until[counter] = until
        if self.live.counter(counter).working and self.live.counter(counter).ticket is None:
            self._free(counter)

    def _resume(self, counter: int) -> None:
        self._do(CounterResumed(UtcMs(self.now), counter, f"s{counter}"))

    def _free(self, counter: int) -> None:
        until = self._pause_until.pop(counter, 0)
        if until > self.now:
            self._do(CounterPaused(UtcMs(self.now), counter, f"s{counter}", "break"))
            self._at(until, "resume", counter)

    def _next(self, counter: int) -> None:
        if self.live.counter(counter).ticket is not None:
            return
        found = self.live.choose(counter, UtcMs(self.now))
        if found is None:
            return
        self._do(TicketCalled(UtcMs(self.now), found.name, counter, f"s{counter}"))
        number = int(found.name.seq)
        person, returned = self._person(number), self._coming.pop(found.name, None)
        if returned is not None:
            (self._errand_ms if number in self._errands else self._missed_ms).append(self.now - returned)
        self._last_ms = self.now - found.since_ms
        if not person.misses or number in self._missed:
            self._at(self.now + person.walk, "come", number)
            return
        self._missed.add(number)
        for each in range(1, self.rule.recalls + 1):
            self._at(self.now + each * self.rule.no_show_ms // (self.rule.recalls + 1), "recall", number)
        self._at(self.now + self.rule.no_show_ms, "absent", number)

    # -----------------------------------------------------------------------------------------------------------------

    def _person(self, number: int) -> Person:
        return self.plan.people[number - 1]

    def _at(self, ms: int, what: str, which: int) -> None:
        self._number += 1
        heapq.heappush(self._events, (ms, self._number, what, which))

    def _do(self, body: Body) -> None:
        self.facts.append(body)
        before, self.live = self.live, self.live.after(body, Seq(len(self.facts)))
        self.took = self.took.after(before, body)


def _name(number: int) -> TicketName:
    return TicketName(KIOSK, Seq(number))
