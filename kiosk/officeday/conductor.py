"""Conducts the day: who comes when, the line before the kiosk, one citizen at a time, scores, faults.

Every act is an entry of one agenda, and the time passes from entry to entry (timekeeper). Whoever stands before the
kiosk sees only what is in sight there, and decides by kiosk.officeday.behaviour.
"""

import heapq
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol

from kiosk.officeday.behaviour import decide
from kiosk.officeday.faults import NETWORK, Fault
from kiosk.officeday.flow import FOURTH_TOUCH_READ_S, FOURTH_TOUCH_S
from kiosk.officeday.hall import Hall, Seen
from kiosk.officeday.mind import Leave, Mind, Touch, done_by, noticed
from kiosk.officeday.notes import Broke, Came, Note, Went, WroteDown
from kiosk.officeday.personas import Child, Citizen
from kiosk.officeday.room import Room

WALK_UP_S = 2.0
"""From the head of the line to the kiosk."""
ASKS_AFTER_S = 900.0
"""When whoever wants to know where the ticket stands comes back to the kiosk."""
BETWEEN_PRESSES_S = 0.8
CHECK_EVERY_S = 5.0
"""How often it is looked whether everything has caught up after a fault."""

Then = Callable[[], None]
Turn = Generator[float, None, float]


@dataclass(frozen=True, slots=True)
class Visitor:
    """A citizen in the line, since when; `asks`: came back to ask for the ticket of this number; `returns`: to say that
    they are back in the hall."""

    citizen: Citizen
    joined_s: float
    asks: str = ""
    returns: bool = False


class Hours(Protocol):
    """What is needed of kiosk.officeday.timekeeper.Timekeeper."""

    @property
    def now_s(self) -> float: ...

    def until(self, at_s: float) -> object: ...

    def caught_up(self) -> bool: ...


class Faults(Protocol):
    """What is needed of kiosk.officeday.breakage.Breakage."""

    on_line: bool

    def begin(self, fault: Fault) -> tuple[str, ...]: ...

    def says(self) -> tuple[str, ...]: ...

    def end(self, fault: Fault) -> None: ...


class Conductor:
    """One kiosk, one line. `run` returns when the last citizen has gone and the last score is pressed."""

    def __init__(
        self,
        hall: Hall,
        timekeeper: Hours,
        breakage: Faults,
        note: Callable[[Note], None],
        progress: Callable[["Conductor"], None] = lambda conductor: None,
        *,
        desks: Mapping[str, str] | None = None,
    ) -> None:
        """`desks`: the group of each service, which people know by its name."""
        self._desks = desks or {}
        self.room: Room | None = None
        """Where numbers are called; None: nowhere, and scores come some time after the ticket."""
        self.after_fault: Callable[[], None] = lambda: None
        """What is done once everything has caught up after a fault of server or network."""
        self._hall, self._time, self._breakage, self._note, self._progress = hall, timekeeper, breakage, note, progress
        self._agenda: list[tuple[float, int, Then]] = []
        self._order = count()
        self._line: deque[Visitor] = deque()
        self._turn: Turn | None = None
        self.come = 0

    @property
    def now_s(self) -> float:
        """Seconds after the opening."""
        return self._time.now_s

    @property
    def waiting(self) -> int:
        """Citizens in the line, without the one before the kiosk."""
        return len(self._line)

    def run(self, people: Sequence[Citizen], arrivals: Sequence[float], faults: Sequence[Fault]) -> None:
        """The whole day. Raises KioskError where kiosk or machines fail."""
        for citizen, at_s in zip(people, arrivals, strict=True):
            self.at(at_s, lambda citizen=citizen, at_s=at_s: self._arrive(citizen, at_s))  # type: ignore[misc]
        for fault in faults:
            self.at(fault.begins_s, lambda fault=fault: self._break(fault))  # type: ignore[misc]
        while self._agenda:
            at_s, _, then = heapq.heappop(self._agenda)
            self._time.until(at_s)
            then()
            self._progress(self)

    def at(self, at_s: float, then: Then) -> None:
        """Do this at that moment."""
        heapq.heappush(self._agenda, (at_s, next(self._order), then))

    # The line -----------------------------------------------------------------------------------------------------

    def returns(self, citizen: Citizen, label: str) -> None:
        """Back in the hall, in the line before the kiosk, to say so there."""
        self._arrive(citizen, self.now_s, label, returns=True)

    def _arrive(self, citizen: Citizen, at_s: float, asks: str = "", *, returns: bool = False) -> None:
        self.come += not asks
        before = len(self._line) + (self._turn is not None)
        stays = citizen.line is None or before < citizen.line
        if returns and not stays:
            self._told_back(asks, told=False)
        self._note(Came(citizen.number, citizen.persona, citizen.language, at_s, stays, bool(asks)))
        if stays:
            self._line.append(Visitor(citizen, at_s, asks, returns))
            if self._turn is None:
                self._next_turn(at_s)

    def _next_turn(self, at_s: float) -> None:
        self._turn = None
        if self._line:
            self._turn = self._act(self._line.popleft(), at_s)
            self._go_on()

    def _go_on(self) -> None:
        assert self._turn is not None
        try:
            self.at(next(self._turn), self._go_on)
        except StopIteration as ended:
            self._next_turn(ended.value)

    # One citizen --------------------------------------------------------------------------------------------------

    def _act(self, visitor: Visitor, began_s: float) -> Turn:
        """A turn at the kiosk: gives the moments at which to go on, and returns the one at which it ended."""
        citizen, hall = visitor.citizen, self._hall
        yield began_s + WALK_UP_S
        if citizen.child is not None and not visitor.asks:
            yield from self._mash(citizen.number, citizen.child)
        asks = hall.read_off(visitor.asks) if visitor.asks else ""
        mind = Mind(() if asks else citizen.errands, asks, visitor.returns, desks=self._desks)
        while True:
            hall.actor = citizen.number
            seen = hall.look()
            mine = hall.given.get(seen.sight.ticket or "") == citizen.number
            sight = replace(seen.sight, fresh=mine and seen.sight.ticket not in mind.tickets and not asks)
            before = mind
            mind, act = decide(citizen, mind, sight)
            if mind.tickets != before.tickets:
                self._plan_after(citizen, mind.tickets, done_by(before, mind))
            yield self._time.now_s + act.after_s
            if isinstance(act, Leave):
                break
            if isinstance(act, Touch):
                mind = self._touch(citizen, mind, seen, act)
        return self._gone(visitor, began_s, mind, act)

    def _touch(self, citizen: Citizen, mind: Mind, seen: Seen, act: Touch) -> Mind:
        """The finger goes where the target was when it was seen."""
        hall = self._hall
        hall.actor = citizen.number
        before = hall.look()
        where = hall.place_beside(seen, act.target) if act.beside else seen.places[act.target].middle
        after = hall.touch(*where, before.sight.name)
        if before.sight.name == "write-down" and before.sight.ticket in mind.tickets:
            self._note(WroteDown(citizen.number, before.sight.ticket or "", self._time.now_s))
        return mind if act.beside else noticed(mind, act.target, changed=after.changed(before))

    def _gone(self, visitor: Visitor, began_s: float, mind: Mind, act: Leave) -> float:
        citizen, ended_s = visitor.citizen, self._time.now_s
        if visitor.returns:
            self._told_back(visitor.asks, told=mind.told)
        dead = None
        if act.reason is not None and act.reason.startswith("stuck"):
            dead = self._dead(citizen)
            ended_s = self._time.now_s
        extra = FOURTH_TOUCH_READ_S * citizen.reading + FOURTH_TOUCH_S
        self._note(
            Went(
                citizen.number,
                citizen.persona,
                visitor.joined_s,
                began_s,
                ended_s,
                mind.touches,
                round(extra * len(mind.tickets), 3),
                mind.tickets,
                act.reason,
                bool(visitor.asks),
                dead,
            )
        )
        return ended_s

    def _dead(self, citizen: Citizen) -> str | None:
        """Touch everything once, and beside it: the name of the screen where nothing at all happens."""
        hall = self._hall
        hall.actor = citizen.number
        before = hall.look()
        for place in [*before.places.values()]:
            if hall.touch(*place.middle, before.sight.name).changed(before):
                return None
        width, height = hall.size
        if hall.touch(width // 2, height // 2, before.sight.name).changed(before):
            return None
        return before.sight.name

    def _mash(self, number: int, child: Child) -> Generator[float, None, None]:
        """A child's hands, wherever they land; the parent follows."""
        hall, began_s = self._hall, self._time.now_s
        acts: list[tuple[float, tuple[float, float] | int]] = [(at, (x, y)) for at, x, y in child.touches]
        acts += child.presses
        for at, act in sorted(acts, key=lambda each: each[0]):
            yield began_s + at
            hall.actor, hall.child = number, True
            if isinstance(act, int):
                hall.press(act)
            else:
                width, height = hall.size
                hall.touch(int(act[0] * width), int(act[1] * height), hall.look().sight.name)
            hall.child = False

    # What follows -------------------------------------------------------------------------------------------------

    def _plan_after(self, citizen: Citizen, tickets: tuple[str, ...], services: tuple[str, ...]) -> None:
        """The call for the last ticket; the question where the first one stands; without counters, the score."""
        now_s = self._time.now_s
        if self.room is not None:
            self.room.taken(citizen, tickets[-1], services)
        if len(tickets) != 1:
            return
        if citizen.score and self.room is None:
            self.at(now_s + citizen.score_after_s, lambda: self._score(citizen, citizen.score, 1))
        if citizen.persona == "asks-later":
            back_s = now_s + ASKS_AFTER_S
            self.at(back_s, lambda: self._arrive(citizen, back_s, tickets[0]))

    def scores(self, citizen: Citizen, counter: int) -> None:
        """Served at this counter: its box, where it has one."""
        if counter in self._hall.boxes:
            self._score(citizen, citizen.score, counter)

    def _score(self, citizen: Citizen, levels: tuple[int, ...], counter: int, *, first: bool = True) -> None:
        """At the box too, one waits for the other."""
        now_s, hall = self._time.now_s, self._hall
        free_s = hall.box_free_s(counter)
        if first and now_s < free_s:
            self.at(free_s, lambda: self._score(citizen, levels, counter))
            return
        hall.actor = citizen.number
        hall.press(levels[0], counter)
        if levels[1:]:
            self.at(now_s + BETWEEN_PRESSES_S, lambda: self._score(citizen, levels[1:], counter, first=False))

    def _told_back(self, label: str, *, told: bool) -> None:
        if self.room is not None:
            self.room.back_at_kiosk(label, told=told)

    def _break(self, fault: Fault) -> None:
        began_s = self._time.now_s
        said = self._breakage.begin(fault)
        self.at(fault.ends_s, lambda: self._mend(fault, began_s, said))

    def _mend(self, fault: Fault, began_s: float, said: tuple[str, ...]) -> None:
        said = said or self._breakage.says()
        self._breakage.end(fault)
        self._await_well(fault, began_s, self._time.now_s, said)

    def _await_well(self, fault: Fault, began_s: float, ended_s: float, said: tuple[str, ...]) -> None:
        """Note the fault once everything has caught up."""
        if fault.kind in NETWORK and not self._time.caught_up():
            self.at(self._time.now_s + CHECK_EVERY_S, lambda: self._await_well(fault, began_s, ended_s, said))
            return
        if fault.kind in NETWORK:
            self._breakage.on_line = True
            self.after_fault()
        self._note(Broke(str(fault), began_s, ended_s, self._time.now_s, said))
