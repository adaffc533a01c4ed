"""The line, the turns and what follows from them, before a kiosk made of a few lines."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from kiosk.officeday.conductor import Conductor
from kiosk.officeday.faults import Fault
from kiosk.officeday.hall import Hall
from kiosk.officeday.notes import Broke, Came, Given, Note, Pressed, Touched, Went
from kiosk.officeday.personas import Child, Citizen, citizen
from kiosk.officeday.room import Room
from tests.kiosk.officeday.test_behaviour import SERVICES, Screens, somebody

SIDE = 50


class Desk:
    """A kiosk of three touches whose targets lie side by side; `dead`: nothing does anything any more."""

    def __init__(self, *, dead: bool = False) -> None:
        self.screens, self.dead, self.pressed = Screens(), dead, list[int]()
        self.broken: str | None = None

    def screen(self) -> dict[str, Any]:
        sight = self.screens.sight()
        names = () if self.dead else sight.targets
        return {
            "name": "blank" if self.dead else sight.name,
            "language": sight.language,
            "asking": False,
            "busy": False,
            "trouble": self.broken,
            "texts": [],
            "ticket": {"label": sight.ticket} if sight.ticket and not self.dead else None,
            "targets": [{"id": name, "rect": [n * SIDE, 0, SIDE, SIDE]} for n, name in enumerate(names)],
        }

    def ask(self, **asked: Any) -> dict[str, Any]:
        if "press" in asked:
            self.pressed.append(asked["press"]["level"])
        elif not self.dead:
            x, y = asked["finger"]
            names = self.screens.sight().targets
            if y < SIDE and x // SIDE < len(names):
                self.screens.touch(names[x // SIDE])
        return {"ok": True}


class Hours:
    """Time that passes when it is told to."""

    now_s = 0.0
    behind = 0

    def until(self, at_s: float) -> None:
        self.now_s = max(self.now_s, at_s)

    def caught_up(self) -> bool:
        self.behind -= 1
        return self.behind < 0


class Faults:
    """Notes what is broken and mended."""

    def __init__(self) -> None:
        self.on_line, self.done = True, list[str]()

    def begin(self, fault: Fault) -> tuple[str, ...]:
        self.on_line = False
        self.done.append(f"broke {fault.kind}")
        return ()

    def says(self) -> tuple[str, ...]:
        return ("unreachable",)

    def end(self, fault: Fault) -> None:
        self.done.append(f"mended {fault.kind}")


class Reading(Hall):
    """A hall whose tickets all have the same code."""

    def read_off(self, label: str) -> str:
        return f"{label} 1234"


class Day:
    """A conductor, its kiosk and everything that was noted."""

    def __init__(self, folder: Path, *, dead: bool = False, behind: int = 0) -> None:
        self.notes, self.desk, self.hours, self.faults = list[Note](), Desk(dead=dead), Hours(), Faults()
        self.hours.behind = behind
        hall = Reading(self.desk, self.hours, self.notes.append, data=folder, tray=folder, size=(1000, 500))
        self.conductor = Conductor(hall, self.hours, self.faults, self.notes.append)

    def run(self, people: list[Citizen], arrivals: list[float], *faults: Fault) -> None:
        self.conductor.run(people, arrivals, faults)

    def of(self, shape: type[Any]) -> list[Any]:
        return [note for note in self.notes if isinstance(note, shape)]


def person(number: int, persona: str = "plain", **traits: Any) -> Citizen:
    known = {"line": None, "score": (), "child": None, **traits}
    return replace(somebody(persona), number=number, **known)


def test_the_line_is_first_come_first_served_and_nobody_stands_at_the_kiosk_twice_at_once(tmp_path: Path) -> None:
    day = Day(tmp_path)
    day.run([person(n) for n in (1, 2, 3, 4)], [0.0, 1.0, 2.0, 500.0])
    went = day.of(Went)
    assert [each.citizen for each in went] == [1, 2, 3, 4]
    assert [each.joined_s for each in went] == [0.0, 1.0, 2.0, 500.0]
    assert all(later.began_s >= each.ended_s for each, later in pairwise(went))
    assert went[3].began_s == 500.0
    assert [each.tickets for each in went] == [("A001",), ("A002",), ("A003",), ("A004",)]
    assert [each.label for each in day.of(Given)] == ["A001", "A002", "A003", "A004"]
    assert {each.touches for each in went} == {3}


def test_a_line_that_is_too_long_turns_away_only_who_minds(tmp_path: Path) -> None:
    day = Day(tmp_path)
    day.run([person(1), person(2), person(3, line=2), person(4)], [0.0, 0.1, 0.2, 0.3])
    assert [(each.citizen, each.stayed) for each in day.of(Came)] == [(1, True), (2, True), (3, False), (4, True)]
    assert [each.citizen for each in day.of(Went)] == [1, 2, 4]


def test_a_screen_on_which_nothing_does_anything_is_dead_and_named(tmp_path: Path) -> None:
    day = Day(tmp_path, dead=True)
    day.run([person(1)], [0.0])
    (went,) = day.of(Went)
    assert (went.reason, went.dead) == ("stuck on blank", "blank")


def test_a_living_kiosk_has_no_dead_screen(tmp_path: Path) -> None:
    day = Day(tmp_path)
    day.run([person(1, errands=("nowhere",)), person(2)], [0.0, 1.0])
    first, second = day.of(Went)
    assert (first.reason, first.dead) == ("service not found", None)
    assert second.tickets == ("A001",)


def test_a_child_touches_and_presses_before_the_parent_and_its_touches_are_not_the_parents(tmp_path: Path) -> None:
    child = Child(touches=((0.0, 0.01, 0.01), (0.5, 0.9, 0.9)), presses=((0.2, 4),))
    day = Day(tmp_path)
    day.run([person(1, "parent", child=child)], [0.0])
    (went,) = day.of(Went)
    assert day.desk.pressed == [4]
    assert len(day.of(Touched)) == went.touches + 2
    assert went.tickets == ("A001",)


def test_a_number_that_a_child_took_is_nobodys(tmp_path: Path) -> None:
    middle = 0.5 * SIDE / 1000
    service = next(n for n, name in enumerate(("th", "en", "my", *SERVICES)) if name == SERVICES[0])
    take = 3
    spots = [(0.0, middle, 0.01), (1.0, middle + service * SIDE / 1000, 0.01), (2.0, middle + take * SIDE / 1000, 0.01)]
    day = Day(tmp_path)
    day.run([person(1, "parent", child=Child(tuple(spots), ()))], [0.0])
    assert [(each.label, each.by_child) for each in day.of(Given)] == [("A001", True), ("A002", False)]
    assert day.of(Went)[0].tickets == ("A002",)


def test_a_score_follows_the_ticket_and_who_presses_twice_does_so_in_one_go(tmp_path: Path) -> None:
    day = Day(tmp_path)
    day.run([person(1, score=(5, 2), score_after_s=600.0), person(2, score=(4,), score_after_s=580.0)], [0.0, 0.0])
    first, second, third = day.of(Pressed)
    assert [(each.citizen, each.level, each.counted) for each in (first, second, third)] == [
        (2, 4, True), (1, 5, True), (1, 2, False),
    ] or [(each.citizen, each.level, each.counted) for each in (first, second, third)] == [
        (1, 5, True), (1, 2, False), (2, 4, True),
    ]  # fmt: skip
    given = {each.citizen: each.at_s for each in day.of(Given)}
    assert first.at_s - given[first.citizen] >= 580.0


def test_who_wants_to_know_comes_back_and_stands_in_the_line_again(tmp_path: Path) -> None:
    day = Day(tmp_path)
    day.run([person(1, "asks-later")], [0.0])
    assert [each.asks for each in day.of(Came)] == [False, True]
    assert [(each.asks, each.reason) for each in day.of(Went)] == [(False, None), (True, "no way to ask for a ticket")]


class Told(Room):
    """A room without counters that notes what it is told."""

    def __init__(self, day: Day) -> None:
        super().__init__(7, {}, day.conductor, day.notes.append)
        self.heard: list[tuple[str, object]] = []

    def taken(self, citizen: Citizen, label: str, services: Sequence[str]) -> None:
        self.heard.append((label, tuple(services)))

    def back_at_kiosk(self, label: str, *, told: bool) -> None:
        self.heard.append((label, told))


def test_the_counters_hear_of_every_number_and_of_who_could_not_say_at_the_kiosk_that_they_are_back(
    tmp_path: Path,
) -> None:
    day = Day(tmp_path)
    day.conductor.room = room = Told(day)
    one = person(1, score=(5,))
    day.conductor.at(100.0, lambda: day.conductor.returns(one, "A001"))
    day.run([one], [0.0])
    assert room.heard == [("A001", one.errands), ("A001", False)]
    assert day.of(Pressed) == []


def test_who_was_served_presses_at_that_counter_where_it_has_a_box(tmp_path: Path) -> None:
    day = Day(tmp_path)
    one = person(1, score=(5,))
    for counter in (1, 4):
        day.conductor.at(10.0, lambda counter=counter: day.conductor.scores(one, counter))  # type: ignore[misc]
    day.run([], [])
    assert [(each.counter, each.level) for each in day.of(Pressed)] == [(1, 5)]


def test_a_fault_is_over_when_everything_has_caught_up(tmp_path: Path) -> None:
    day = Day(tmp_path, behind=3)
    day.run([person(1)], [0.0], Fault("server-down", 10, 100))
    (broke,) = day.of(Broke)
    assert day.faults.done == ["broke server-down", "mended server-down"]
    assert (broke.began_s, broke.ended_s, broke.well_s) == (10, 100, 115)
    assert broke.said == ("unreachable",)
    assert day.faults.on_line


def test_everybody_of_a_day_comes_to_the_kiosk_or_turns_away(tmp_path: Path) -> None:
    day = Day(tmp_path)
    people = [citizen(3, number, SERVICES) for number in range(1, 41)]
    people = [replace(each, persona="plain" if each.persona == "asks-later" else each.persona) for each in people]
    day.run(people, [float(number) for number in range(40)])
    stayed = [each.citizen for each in day.of(Came) if each.stayed]
    assert [each.citizen for each in day.of(Went)] == stayed
    assert len(day.of(Came)) == 40
