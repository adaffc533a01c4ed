"""Officers at their counters before a console made of a few lines: every call once, whatever happens to the answers."""

import heapq
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.officeday import callees, calls, staff
from kiosk.officeday.aftermath import wrong
from kiosk.officeday.counter import ENDING, EVENING_S
from kiosk.officeday.desk import Ask, ConsoleRefused, Unreachable, View
from kiosk.officeday.notes import Acted, Given, Note
from kiosk.officeday.office_record import Deed, OfficeDay
from kiosk.officeday.personas import Citizen, citizen
from kiosk.officeday.room import Room
from kiosk.officeday.staff import officer

ROOT = Path(__file__).parents[3]
SERVICES = ("move-in", "waste-fee", "building-advice")
MINUTES = {"move-in": 10, "waste-fee": 5, "building-advice": 20}


@dataclass
class Number:
    """A ticket at the console."""

    label: str
    services: int = 1
    status: str = "waiting"
    counter: int = 0


@dataclass
class Office:
    """All counters of a console: first come, first called. `deeds` as the office's journal would have them."""

    numbers: list[Number] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    paused: set[int] = field(default_factory=set)
    deeds: list[Deed] = field(default_factory=list)
    gate: dict[int, int] = field(default_factory=dict)

    def at(self, counter: int) -> Number | None:
        return next((each for each in self.numbers if each.counter == counter), None)

    def named(self, label: str | None) -> Number:
        return next(each for each in self.numbers if each.label == label)

    def view(self, counter: int) -> View:
        held = self.at(counter)
        return View(
            counter in self.open,
            counter in self.paused,
            held.label if held else None,
            held.status if held else None,
            tuple(each.label for each in self.numbers if each.status == "waiting"),
            tuple(each.label for each in self.numbers if each.status in ("absent", "parked")),
            bool(held and held.status == "called" and self.gate.get(counter, 0) >= 2),
        )

    def deed(self, counter: int, what: str, label: str | None = None, why: str | None = None) -> None:
        self.deeds.append(Deed(counter, what, label, why))

    def do(self, counter: int, asked: Ask) -> None:
        held = self.at(counter)
        act, why = asked.act, asked.reason if asked.act == "ticketless" else None
        if held is not None and held.status == "called" and act not in ("came", "recall", "no-show", "back"):
            raise ConsoleRefused("was-called", "somebody is called", hint="Say whether they came.")
        if held is not None and held.status == "serving" and act in ENDING:
            held.services -= 1
            held.status, held.counter = ("waiting" if held.services else "served"), 0
            self.deed(counter, "ticket.finished", held.label)
        if act in ("next", "pick"):
            waiting = [each for each in self.numbers if each.status == "waiting"]
            if waiting:
                called = self.named(asked.label) if act == "pick" else waiting[0]
                called.status, called.counter, self.gate[counter] = "called", counter, 0
                self.deed(counter, "ticket.called", called.label, asked.reason or "rule")
            return
        if act in ("open", "resume"):
            (self.open.add if act == "open" else self.paused.discard)(counter)
        elif act in ("close", "pause"):
            (self.open.discard if act == "close" else self.paused.add)(counter)
        after = {"came": "serving", "no-show": "absent", "park": "parked", "transfer": "waiting", "back": "waiting"}
        if act in after:
            number = self.named(asked.label) if act == "back" else held
            if number is None or (act == "back" and number.status not in ("absent", "parked")):
                raise ConsoleRefused("counter-free", "nobody is at the counter", hint="Look again.")
            number.status = after[act]
            number.counter = counter if act == "came" else 0
        self.gate[counter] = self.gate.get(counter, 0) + (act == "recall")
        if act in calls.FACT_OF:
            self.deed(0 if act == "back" else counter, calls.FACT_OF[act], asked.label, why)


class Wire:
    """A desk whose requests or answers get lost now and then. `keyed` False: the control, a retry does it again."""

    kind = "https"

    def __init__(self, office: Office, counter: int, lost: Callable[[], str], *, keyed: bool = True) -> None:
        self.office, self.counter, self.lost, self.keyed = office, counter, lost, keyed
        self.asked, self.is_done = Ask("open"), False

    def look(self) -> View:
        if self.lost() != "":
            raise Unreachable("no answer", hint="Ask again.")
        return self.office.view(self.counter)

    def ask(self, asked: Ask) -> View:
        self.asked, self.is_done = asked, False
        return self.again()

    def again(self) -> View:
        lost = self.lost()
        if lost != "request" and not (self.is_done and self.keyed):
            self.office.do(self.counter, self.asked)
            self.is_done = True
        if lost:
            raise Unreachable("no answer", hint="Ask again.")
        return self.office.view(self.counter)

    def close(self) -> None:
        """Nothing to hang up."""


class Agenda:
    """The day's agenda without a kiosk: whoever returns there says so at once."""

    def __init__(self) -> None:
        self.now_s, self._heap, self._order = -120.0, list[tuple[float, int, Callable[[], None]]](), count()
        self.scored: list[tuple[int, int]] = []
        self.returned: list[str] = []

    def at(self, at_s: float, then: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (at_s, next(self._order), then))

    def returns(self, citizen: Citizen, label: str) -> None:
        self.returned.append(label)

    def scores(self, citizen: Citizen, counter: int) -> None:
        self.scored.append((citizen.number, counter))

    def run(self) -> None:
        while self._heap:
            at_s, _, then = heapq.heappop(self._heap)
            self.now_s = max(self.now_s, at_s)
            then()


class Day:
    """Two officers, so many citizens with a number each, and what came of it."""

    def __init__(self, seed: int, people: int, lost: Callable[[], str] = lambda: "", *, keyed: bool = True) -> None:
        self.office, self.agenda, self.notes = Office(), Agenda(), list[Note]()
        self.room = Room(seed, MINUTES, self.agenda, self.notes.append)
        for number in range(1, people + 1):
            self.agenda.at(300.0 * number, lambda number=number: self._take(seed, number))  # type: ignore[misc]
        staffed = [(officer(seed, number, SERVICES), Wire(self.office, number, lost, keyed=keyed)) for number in (1, 2)]
        self.room.begin([(each, wire) for each, wire in staffed])
        self.agenda.run()

    def _take(self, seed: int, number: int) -> None:
        label = f"A{number:03}"
        who = citizen(seed, number, SERVICES)
        self.office.numbers.append(Number(label, len(who.errands)))
        self.notes.append(Given(number, label, self.agenda.now_s))
        self.room.taken(who, label, who.errands)

    @property
    def record(self) -> OfficeDay:
        status = {each.label: each.status for each in self.office.numbers}
        return OfficeDay("2026-11-30", tuple(self.office.deeds), status)

    def differences(self) -> list[str]:
        return calls.differences(self.notes, self.record, {"violations": ()})


def test_a_quiet_day_serves_whoever_stays_and_closes_every_counter() -> None:
    day = Day(7, 30)
    assert day.differences() == []
    found = calls.figures(day.notes, day.record, None)
    gone = found["no_show"] + found["carried"]
    assert found["served"] >= 30 - gone
    assert found["called"] >= 30
    assert day.office.open == set()
    assert day.agenda.scored
    assert len({number for number, _ in day.agenda.scored}) == len(day.agenda.scored)


def test_the_same_seed_brings_the_same_acts() -> None:
    assert Day(7, 20).notes == Day(7, 20).notes
    assert Day(8, 20).notes != Day(7, 20).notes


def losing(every: int) -> Callable[[], str]:
    """Every so many times a request is lost, or its answer."""
    turns = count(1)

    def lost() -> str:
        turn = next(turns)
        return "" if turn % every else "answer" if turn // every % 2 else "request"

    return lost


@pytest.mark.parametrize("every", [2, 3, 5])
def test_whatever_is_lost_on_the_way_every_act_is_done_once(every: int) -> None:
    day = Day(7, 20, losing(every))
    assert any(isinstance(note, Acted) and note.tries > 1 for note in day.notes)
    assert day.differences() == []
    assert day.office.open == set()


def test_without_the_request_key_an_act_is_done_twice_and_named() -> None:
    """The control of the test above."""
    assert any("differs from the" in line for line in Day(7, 20, losing(3), keyed=False).differences())


def test_breaks_are_taken_and_lunch_is_over_at_one() -> None:
    day = Day(7, 10)
    own = [note for note in day.notes if isinstance(note, Acted) and note.counter == 1]
    assert [note.reason for note in own if note.act == "pause"] == ["break", "lunch", "break"]
    resumed = [note.at_s for note in own if note.act == "resume"]
    assert resumed[1] == pytest.approx(4.5 * 3600)
    assert own[0].act == "open"
    assert own[-1].act == "close"
    assert own[-1].at_s >= EVENING_S


def test_whoever_missed_the_call_was_called_three_times_and_for_the_published_time() -> None:
    day = Day(7, 60)
    acts = calls.done(day.notes)
    missed = [note for note in acts if note.act == "no-show"]
    assert missed
    for note in (each for each in missed if each.reason is None):
        before = [each for each in acts if each.counter == note.counter and each.at_s <= note.at_s]
        called = [each for each in before if each.called == note.label][-1]
        assert note.at_s - called.at_s >= 90
        assert sum(each.act == "recall" and each.at_s >= called.at_s for each in before) == 2


def test_a_number_that_nobody_holds_is_called_and_given_up() -> None:
    day = Day(7, 0)
    assert calls.figures(day.notes, day.record, None)["called"] == 0
    agenda = Agenda()
    office, notes = Office(numbers=[Number("A001")]), list[Note]()
    room = Room(7, MINUTES, agenda, notes.append)
    room.begin([(officer(7, 1, SERVICES), Wire(office, 1, lambda: ""))])
    agenda.run()
    assert office.named("A001").status == "absent"


def test_console_and_display_that_show_something_else_are_named() -> None:
    day = Day(7, 3)
    counter = day.room.counters[1]
    counter.view = replace(counter.view, open=True, label="A001", status="called")
    nobody: dict[str, Any] = {"open": True, "pause": None, "next": [], "away": [], "no_show_ms": 1, "recalls_left": 2}
    state = nobody | {"ticket": {"label": "A001", "status": "called"}}
    shown = '<p class="number" data-fit>A001</p><p class="plate" data-fit>1</p>'
    assert wrong([counter], lambda number: state, shown) == ()
    assert "the display calls A002" in wrong([counter], lambda number: state, shown.replace("A001", "A002"))[0]
    assert "the display shows no number" in wrong([counter], lambda number: state, "")[0]
    other = state | {"ticket": {"label": "A003", "status": "called"}}
    assert wrong([counter], lambda number: other, shown) == (
        "the console shows counter 1 as label A003, and it is A001",
    )


@given(st.integers(), st.integers(1, 99))
def test_an_officer_is_the_same_however_many_others_there_are(seed: int, number: int) -> None:
    one = officer(seed, number, SERVICES)
    assert staff.officers(seed, number, SERVICES)[-1] == one
    assert all(each in SERVICES for each in one.skills)
    assert one.opens_s < 1800
    assert [each.begins_s for each in one.breaks] == sorted(each.begins_s for each in one.breaks)


def test_services_take_about_their_standard_minutes() -> None:
    who = replace(officer(7, 1, SERVICES), pace=1.0)
    taken = sorted(staff.service_s(7, who, number, "move-in", MINUTES) for number in range(2000))
    assert sum(taken) / len(taken) == pytest.approx(600, rel=0.08)
    assert taken[1000] < 600 < taken[1800]


def test_most_come_at_the_first_call_and_some_never() -> None:
    people = [callees.callee(7, number, SERVICES) for number in range(2000)]
    hears = [each.hears for each in people]
    assert hears.count(0) > 1700
    assert 0 < hears.count(None) < 200
    assert 0 < hears.count(2) < hears.count(1)
    assert any(each.back_after_s is None for each in people if each.hears is None)


def test_a_seed_means_the_same_staff_in_every_release() -> None:
    """Written down: a change here changes every day that was ever reported by its seed."""
    two, first = officer(7, 2, SERVICES), callees.callee(7, 1, SERVICES)
    assert (two.role, two.language, two.skills) == ("staff", "th", ("move-in", "building-advice"))
    assert (round(two.pace, 6), round(first.walk_s, 6), first.hears) == (0.932654, 21.66284, 0)
    assert round(staff.service_s(7, two, 1, "move-in", MINUTES), 3) == 531.485


def test_without_playwright_it_is_said_what_to_install() -> None:
    program = """if True:
        import sys
        sys.modules["playwright"] = None
        from kiosk.officeday.browser import browser
        from kiosk.officeday.desk import ConsoleFailed
        try:
            with browser():
                pass
        except ConsoleFailed as error:
            print(error, error.hint)
    """
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Playwright is not installed" in done.stdout, done.stderr
    assert "./test" in done.stdout
