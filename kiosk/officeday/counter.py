"""An officer's day at the counter: opens, calls, waits for whoever was called, serves, rests, closes.

A generator that gives the moments at which to go on, like a citizen's turn at the kiosk. Whatever the officer does goes
through a Desk (the console); what citizens do about it comes from a Room.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Protocol

from kiosk.officeday.arrivals import CLOSES_S, OPENS_S
from kiosk.officeday.desk import Ask, ConsoleRefused, Desk, Unreachable, View
from kiosk.officeday.notes import Acted, Note
from kiosk.officeday.staff import Aside, Break, Officer

EVENING_S = float(CLOSES_S - OPENS_S)
RECALL_AFTER_S = 30.0
RECALLS = 2
GIVE_UP_AFTER_S = 91.0
"""The published time after which a call counts as missed is 90 s."""
LOOK_AGAIN_S = 5.0
IDLE_S = 300.0
"""An idle officer is told when the queue moves; this long, at most, until they look by themselves."""
FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 160.0
"""Until the same is asked again where no answer came: twice as long each time."""

Doing = Generator[float, None, View | None]
Turn = Generator[float, None, None]


@dataclass(frozen=True, slots=True)
class Treatment:
    """What it takes: `lasts_s`, then `ask`: finish, park, transfer."""

    lasts_s: float
    ask: Ask


class Room(Protocol):
    """What an officer meets: citizens, chance, and the other counters."""

    @property
    def now_s(self) -> float: ...

    def comes(self, label: str, counter: int, recalls: int) -> float | None:
        """Seconds until whoever holds this number stands at the counter; None: nobody comes at this call."""

    def seen_leaving(self, label: str) -> bool: ...

    def treatment(self, label: str, officer: Officer) -> Treatment: ...

    def did(self, acted: Acted, view: View) -> None:
        """An act is done."""

    def pick(self, officer: Officer, nth: int) -> Aside | None: ...

    def ticketless(self, officer: Officer, nth: int) -> Aside | None: ...

    def service_of(self, officer: Officer) -> str: ...


class Counter:
    """One counter. `idle`: nobody waits. `asking`: an answer is owed. `view`: as it was seen last."""

    def __init__(self, officer: Officer, desk: Desk, room: Room, note: Callable[[Note], None]) -> None:
        self.officer, self.desk, self._room, self._note = officer, desk, room, note
        self.number = officer.number
        self.idle = self.asking = False
        self.view = View(False, False, None, None, (), ())
        self._breaks: Iterator[Break] = iter(officer.breaks)
        self._break = next(self._breaks, None)
        self._calls = 0

    def day(self) -> Turn:
        """From opening to closing."""
        yield from self._look()
        yield from self._do(Ask("open"))
        while self._room.now_s < EVENING_S:
            if self._break is not None and self._room.now_s >= self._break.begins_s:
                yield from self._rest(self._break)
            else:
                yield from self._work()
        yield from self._do(Ask("close"))

    def back(self, label: str) -> Turn:
        """Somebody stands before the counter who was called before, or comes back from an errand."""
        if label in self.view.away or label in (yield from self._look()).away:
            yield from self._do(Ask("back", label))

    # Between calls ------------------------------------------------------------------------------------------------

    def _work(self) -> Turn:
        """One after the other, until a break is due, the evening comes, or nobody waits."""
        while not self._is_due():
            label = yield from self._call()
            if label is None:
                yield from self._idle()
            elif (yield from self._receive(label)):
                yield from self._serve(label)
        if self.view.status == "serving":
            yield from self._do(Ask("finish", self.view.label))

    def _is_due(self) -> bool:
        now_s = self._room.now_s
        return now_s >= EVENING_S or (self._break is not None and now_s >= self._break.begins_s)

    def _idle(self) -> Turn:
        self.idle = True
        due_s = EVENING_S if self._break is None else min(self._break.begins_s, EVENING_S)
        yield min(self._room.now_s + IDLE_S, due_s)
        self.idle = False
        yield from self._look()

    def _rest(self, pause: Break) -> Turn:
        """A tea break is as long as it is whenever it begins; lunch ends with the office's lunch."""
        if (yield from self._do(Ask("pause", reason=pause.reason))) is not None:
            ends_s = pause.begins_s + pause.lasts_s
            late_s = self._room.now_s + pause.lasts_s
            yield ends_s if pause.reason == "lunch" and ends_s > self._room.now_s else late_s
            yield from self._do(Ask("resume"))
        self._break = next(self._breaks, None)

    # A call -------------------------------------------------------------------------------------------------------

    def _call(self) -> Generator[float, None, str | None]:
        """Finish with the one who is here, and call: by the rule, or now and then another one by hand."""
        if self.view.status == "called":  # what was to be done about it was refused
            return self.view.label
        if self.view.waiting:
            yield from self._question()
        self._calls += 1
        aside = self._room.pick(self.officer, self._calls)
        if aside is not None and len(self.view.waiting) > 1:
            view = yield from self._do(Ask("pick", self.view.waiting[1], aside.reason))
        elif self.view.waiting or self.view.status == "serving":
            view = yield from self._do(Ask("next"))
        else:
            return None
        return view.label if view is not None and view.status == "called" else None

    def _question(self) -> Turn:
        """Now and then somebody without a ticket comes first."""
        aside = self._room.ticketless(self.officer, self._calls)
        if aside is not None:
            service = self._room.service_of(self.officer)
            yield from self._do(Ask("ticketless", reason=aside.reason, service=service))
            yield self._room.now_s + aside.lasts_s
            yield from self._look()

    def _receive(self, label: str) -> Generator[float, None, bool]:
        """Whether somebody came: at the call, or when it was said again."""
        called_s = self._room.now_s
        for recalls in range(RECALLS + 1):
            until_s = called_s + (recalls + 1) * RECALL_AFTER_S
            comes_s = self._room.comes(label, self.number, recalls)
            if comes_s is not None:
                yield self._room.now_s + comes_s
                return (yield from self._do(Ask("came", label))) is not None
            yield until_s
            if recalls == 0 and self._room.seen_leaving(label):
                yield from self._do(Ask("no-show", label, "left-the-hall"))
                return self._is_served()
            if recalls < RECALLS:
                yield from self._do(Ask("recall", label))
        yield max(called_s + GIVE_UP_AFTER_S, self._room.now_s)
        while not (yield from self._look()).may_give_up and self.view.status == "called":
            yield self._room.now_s + LOOK_AGAIN_S
        yield from self._do(Ask("no-show", label))
        return self._is_served()

    def _is_served(self) -> bool:
        return self.view.status == "serving"

    def _serve(self, label: str) -> Turn:
        treatment = self._room.treatment(label, self.officer)
        yield self._room.now_s + treatment.lasts_s
        if treatment.ask.act != "finish":
            yield from self._do(treatment.ask)

    # The console --------------------------------------------------------------------------------------------------

    def _look(self) -> Generator[float, None, View]:
        wait_s = FIRST_WAIT_S
        while True:
            try:
                self.view = self.desk.look()
                return self.view
            except Unreachable:
                yield self._room.now_s + wait_s
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    def _do(self, asked: Ask) -> Doing:
        """Ask until there is an answer; None where it was refused: then the counter is looked at again."""
        while self.asking:  # somebody who came back is being entered
            yield self._room.now_s + 1.0
        before, tries, wait_s = self.view, 0, FIRST_WAIT_S
        self.asking = True
        try:
            while True:
                tries += 1
                try:
                    view = self.desk.ask(asked) if tries == 1 else self.desk.again()
                    break
                except Unreachable:
                    yield self._room.now_s + wait_s
                    wait_s = min(2 * wait_s, LONGEST_WAIT_S)
                except ConsoleRefused as error:
                    self._note(self._acted(asked, tries, refused=error.code))
                    yield from self._look()
                    return None
        finally:
            self.asking = False
        ended = before.label if before.status == "serving" and asked.act in ENDING else None
        self.view = view
        called = view.label if asked.act in ("next", "pick") and view.status == "called" else None
        acted = self._acted(asked, tries, called=called, ended=ended)
        self._note(acted)
        self._room.did(acted, view)
        return view

    def _acted(self, asked: Ask, tries: int, **came_of_it: str | None) -> Acted:
        at_s, by = self._room.now_s, self.desk.kind
        return Acted(self.number, by, asked.act, at_s, asked.label, reason=asked.reason, tries=tries, **came_of_it)


ENDING = frozenset({"next", "pick", "finish", "pause", "close", "ticketless"})
"""Acts that finish with whoever is served."""
