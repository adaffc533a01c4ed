"""The hall between kiosk and counters: who holds which number, who comes when called, who comes back and where.

It joins the officers' days (kiosk.officeday.counter) with the conductor's agenda.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kiosk.officeday import callees, staff
from kiosk.officeday.callees import Callee
from kiosk.officeday.counter import EVENING_S, Counter, Treatment, Turn
from kiosk.officeday.desk import Ask, Desk, View
from kiosk.officeday.notes import Acted, Note
from kiosk.officeday.personas import Citizen
from kiosk.officeday.staff import Aside, Officer
from kiosk.officeday.streams import stream

NOTICED_S = 2.0
"""Until an idle officer notices that the queue has moved."""
TRY_AGAIN_S = 30.0
"""Whoever finds no officer to tell that they are back looks around again."""


class Agenda(Protocol):
    """What is needed of kiosk.officeday.conductor.Conductor."""

    @property
    def now_s(self) -> float: ...

    def at(self, at_s: float, then: Callable[[], None]) -> None: ...

    def returns(self, citizen: Citizen, label: str) -> None:
        """Back at the kiosk, to say so there."""

    def scores(self, citizen: Citizen, counter: int) -> None:
        """Served here: a button is pressed."""


@dataclass
class Visit:
    """A number and its holder. `services` in order, `step` those that are done; `at` the counter where they are."""

    citizen: Citizen
    callee: Callee
    services: list[str]
    taken_s: float
    step: int = 0
    at: int | None = None
    errands: set[int] = field(default_factory=set)


class Room:
    """All counters of the day. `minutes`: the standard minutes of each service."""

    def __init__(self, seed: int, minutes: Mapping[str, int], agenda: Agenda, note: Callable[[Note], None]) -> None:
        self._seed, self._minutes, self._agenda, self._note = seed, minutes, agenda, note
        self.counters: dict[int, Counter] = {}
        self.visits: dict[str, Visit] = {}
        self._turns: dict[int, tuple[Turn, int]] = {}
        self._scored: set[int] = set()

    @property
    def now_s(self) -> float:
        """Seconds after the opening."""
        return self._agenda.now_s

    def begin(self, desks: Sequence[tuple[Officer, Desk]]) -> None:
        """Every officer's day is on the agenda."""
        for officer, desk in desks:
            counter = Counter(officer, desk, self, self._note)
            self.counters[counter.number] = counter
            self._turns[counter.number] = counter.day(), 0
            self._go_on_at(counter, officer.opens_s)

    def taken(self, citizen: Citizen, label: str, services: Sequence[str]) -> None:
        """This citizen has got this number, for these services."""
        callee = callees.callee(self._seed, citizen.number, tuple(self._minutes))
        self.visits[label] = Visit(citizen, callee, list(services), self.now_s)
        self.wake()

    def back_at_kiosk(self, label: str, *, told: bool) -> None:
        """Whoever came back to the kiosk has said so there, or could not: then an officer is told."""
        if told:
            self.wake()
        else:
            self._tell_officer(label)

    def wake(self) -> None:
        """The queue has moved: idle officers look."""
        for counter in self.counters.values():
            if counter.idle:
                counter.idle = False  # once is enough
                self._go_on_at(counter, self.now_s + NOTICED_S)

    # What officers meet -------------------------------------------------------------------------------------------

    def comes(self, label: str, counter: int, recalls: int) -> float | None:
        """Seconds until the holder is there; None: not at this call."""
        visit = self.visits.get(label)
        if visit is None or self._is_gone(visit) or self._is_busy(visit, counter):
            return None
        if visit.callee.hears is None and visit.at is None and visit.step == 0 and not visit.errands:
            return None
        hears = visit.callee.hears or 0
        return visit.callee.walk_s if recalls >= hears or visit.step or visit.errands else None

    def seen_leaving(self, label: str) -> bool:
        """Whether somebody saw that the holder went home."""
        visit = self.visits.get(label)
        return visit is not None and visit.callee.seen_leaving and self._is_gone(visit)

    def treatment(self, label: str, officer: Officer) -> Treatment:
        """How long it takes, and how it ends."""
        visit = self.visits[label]
        service, callee = visit.services[visit.step], visit.callee
        lasts_s = staff.service_s(self._seed, officer, visit.citizen.number, service, self._minutes)
        first = visit.step == 0 and not visit.errands
        if first and callee.errand_s is not None:
            return Treatment(lasts_s / 3, Ask("park", label, callee.errand))
        if first and callee.sent_on is not None and callee.sent_on not in visit.services:
            return Treatment(lasts_s / 3, Ask("transfer", label, "wrong-service", callee.sent_on))
        return Treatment(lasts_s, Ask("finish", label))

    def pick(self, officer: Officer, nth: int) -> Aside | None:
        """Whether this call is made by hand."""
        return staff.pick(self._seed, officer, nth)

    def ticketless(self, officer: Officer, nth: int) -> Aside | None:
        """Whether somebody without a ticket is served first."""
        return staff.ticketless(self._seed, officer, nth)

    def service_of(self, officer: Officer) -> str:
        """A service that this officer can do, for who has no ticket."""
        known = officer.skills or tuple(self._minutes)
        return stream(self._seed, "ticketless service", officer.number).choice(known)

    def did(self, acted: Acted, view: View) -> None:
        """What follows for the citizens."""
        if acted.ended is not None:
            self._ended(acted.ended, acted.counter)
        label = acted.label or ""
        visit = self.visits.get(label)
        if visit is None:
            return
        if acted.act == "came":
            visit.at = acted.counter
        elif acted.act == "no-show" and visit.callee.back_after_s is not None and not self._is_gone(visit):
            self._later(visit.callee.back_after_s, lambda: self._comes_back(label))
        elif acted.act == "park" and visit.callee.errand_s is not None:
            visit.at = None
            visit.errands.add(visit.step)
            self._later(visit.callee.errand_s, lambda: self._comes_back(label))
        elif acted.act == "transfer":
            visit.at = None
            visit.errands.add(visit.step)
            visit.services[visit.step] = visit.callee.sent_on or visit.services[visit.step]
            self.wake()
        elif acted.act == "back":
            self.wake()

    # What follows -------------------------------------------------------------------------------------------------

    def _ended(self, label: str, counter: int) -> None:
        visit = self.visits.get(label)
        if visit is None:
            return
        visit.step, visit.at = min(visit.step + 1, len(visit.services) - 1), None
        citizen = visit.citizen
        if citizen.score and citizen.number not in self._scored:
            self._scored.add(citizen.number)
            self._later(visit.callee.score_after_s, lambda: self._agenda.scores(citizen, counter))
        self.wake()

    def _comes_back(self, label: str) -> None:
        """In the hall again: it is said at the kiosk, or to an officer. Whoever missed a call once listens now."""
        visit = self.visits[label]
        visit.errands.add(visit.step)
        if self.now_s >= EVENING_S:
            return
        if visit.callee.at_kiosk:
            self._agenda.returns(visit.citizen, label)
        else:
            self._tell_officer(label)

    def _tell_officer(self, label: str) -> None:
        """The first counter that is open and not waiting for an answer."""
        free = [each for each in self.counters.values() if each.view.open and not each.asking]
        if free:
            self._run(free[0].back(label))
        elif self.now_s < EVENING_S:
            self._later(TRY_AGAIN_S, lambda: self._tell_officer(label))

    def _is_gone(self, visit: Visit) -> bool:
        leaves_s = visit.callee.leaves_after_s
        return leaves_s is not None and self.now_s >= visit.taken_s + leaves_s

    def _is_busy(self, visit: Visit, counter: int) -> bool:
        """At another counter with another number."""
        mine = [each for each in self.visits.values() if each.citizen.number == visit.citizen.number]
        return any(each.at not in (None, counter) for each in mine)

    # The agenda ---------------------------------------------------------------------------------------------------

    def _later(self, after_s: float, then: Callable[[], None]) -> None:
        self._agenda.at(self.now_s + after_s, then)

    def _go_on_at(self, counter: Counter, at_s: float) -> None:
        """Go on at this moment, and at none that was said before."""
        turn, order = self._turns[counter.number]
        self._turns[counter.number] = turn, order + 1
        self._agenda.at(at_s, lambda: self._go_on(counter, order + 1))

    def _go_on(self, counter: Counter, order: int) -> None:
        turn, newest = self._turns[counter.number]
        if order != newest:
            return
        at_s = next(turn, None)
        if at_s is not None:
            self._go_on_at(counter, at_s)

    def _run(self, turn: Turn) -> None:
        at_s = next(turn, None)
        if at_s is not None:
            self._agenda.at(at_s, lambda: self._run(turn))
