"""How the conductor reaches the machines: the kiosk's control, the shared clock, the tray, the cable."""

import socket
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kiosk.control import ControlError
from kiosk.officeday.hall import Hall, Place, Seen
from kiosk.officeday.mind import Sight
from kiosk.officeday.notes import Given, Note, Paper, Pressed
from kiosk.officeday.relay import Relay
from kiosk.officeday.timekeeper import BEFORE_OPENING_S, Timekeeper, TimeStands, opening, opening_day
from kiosk.screen_types import Screen
from kiosk.screens import settling
from sync.simulated_clock import SimulatedClock
from tests.kiosk.test_loop import Awake

BANGKOK = ZoneInfo("Asia/Bangkok")
MONDAY = date(2026, 11, 30)


# The kiosk's control ----------------------------------------------------------------------------------------------


def finger_on(awake: Awake, name: str) -> None:
    target = awake.front.scene.named(name)
    assert target is not None
    awake.loop.handle({"finger": list(target.rect.centre)})


def test_a_finger_that_comes_too_soon_is_the_tail_of_the_last_touch_and_a_touch_is_meant(tmp_path: Path) -> None:
    awake = Awake(tmp_path)
    awake.kiosk.clock.boottime_ms += 1000
    finger_on(awake, "language-en")
    assert awake.name == "service"
    finger_on(awake, "back")
    assert awake.name == "service"
    awake.kiosk.clock.boottime_ms += int(settling(Screen.SERVICE) * 1000)
    finger_on(awake, "back")
    assert awake.name == "attract"


@pytest.mark.parametrize("place", ["take", [1], [1, 2, 3], ["1", 2], None])
def test_a_finger_without_a_place_is_refused(tmp_path: Path, place: Any) -> None:
    with pytest.raises(ControlError, match="no place to touch"):
        Awake(tmp_path).loop.handle({"finger": place})


def test_the_screen_tells_the_time_and_when_the_kiosk_will_do_something_by_itself(tmp_path: Path) -> None:
    awake = Awake(tmp_path)
    awake.touch("language-en")
    seen = awake.loop.handle({"screen": True})
    assert seen["now_ms"] == awake.kiosk.clock.boottime_ms
    assert seen["deadline_ms"] > seen["now_ms"]
    assert seen["busy"] is False
    awake.kiosk.clock.boottime_ms = seen["deadline_ms"]
    assert awake.loop.handle({"wake": True})["ok"]
    awake.loop.turn()
    assert awake.loop.handle({"screen": True})["deadline_ms"] > seen["deadline_ms"]


# The clock --------------------------------------------------------------------------------------------------------


class FakeKiosk:
    """Answers like a kiosk with these deadlines (seconds after the opening); `busy` for so many looks."""

    def __init__(self, clock: Path, opens: datetime, deadlines: tuple[float, ...], busy: int = 0) -> None:
        self._clock, self._opens, self._left, self._busy = SimulatedClock(clock), opens, list(deadlines), busy
        self.late_s: list[float] = []
        self.now_when_busy: list[float] = []

    @property
    def now_s(self) -> float:
        return self._clock.read().utc_ms / 1000 - self._opens.timestamp()

    def screen(self) -> dict[str, Any]:
        now, busy = self.now_s, self._busy > 0
        if busy:
            self._busy -= 1
            self.now_when_busy.append(now)
        elif self._left and self._left[0] <= now:
            self.late_s.append(now - self._left.pop(0))
        due = self._clock.boottime_ms() + round((self._left[0] - now) * 1000) if self._left else None
        return {"busy": busy, "deadline_ms": due}

    def ask(self, **asked: Any) -> dict[str, Any]:
        assert asked == {"wake": True}
        return {"ok": True}


def meeting(tmp_path: Path, *deadlines: float, busy: int = 0) -> tuple[Timekeeper, FakeKiosk]:
    opens = opening(opening_day(datetime.now(UTC), BANGKOK, frozenset()), BANGKOK)
    timekeeper = Timekeeper(tmp_path / "clock", opens)
    kiosk = FakeKiosk(tmp_path / "clock", opens, deadlines, busy)
    timekeeper.meet(kiosk, tmp_path, lambda: False)
    return timekeeper, kiosk


def test_no_deadline_of_the_kiosk_is_jumped_over(tmp_path: Path) -> None:
    timekeeper, kiosk = meeting(tmp_path, 10.0, 10.05, 75.0, 3600.0)
    with timekeeper:
        timekeeper.until(4000.0)
        assert 4000.0 <= timekeeper.now_s < 4001.0
    assert len(kiosk.late_s) == 4
    assert max(kiosk.late_s) < 0.5


def test_a_deadline_behind_the_moment_is_not_reached(tmp_path: Path) -> None:
    timekeeper, kiosk = meeting(tmp_path, 100.0)
    with timekeeper:
        timekeeper.until(50.0)
        assert 50.0 <= timekeeper.now_s < 51.0
    assert kiosk.late_s == []


def test_no_time_is_jumped_over_while_paper_is_on_its_way(tmp_path: Path) -> None:
    timekeeper, kiosk = meeting(tmp_path, busy=20)
    with timekeeper:
        timekeeper.until(500.0)
    assert len(kiosk.now_when_busy) == 20
    assert kiosk.now_when_busy[-1] - kiosk.now_when_busy[0] < 5.0


def test_a_kiosk_that_never_comes_to_rest_ends_the_day(tmp_path: Path) -> None:
    timekeeper, _ = meeting(tmp_path, busy=10**9)
    with timekeeper, pytest.raises(TimeStands):
        timekeeper.until(500.0, patience_s=0.05)


def test_the_day_begins_before_the_opening_of_a_weekday_that_is_still_to_come(tmp_path: Path) -> None:
    timekeeper, _ = meeting(tmp_path)
    with timekeeper:
        assert -BEFORE_OPENING_S <= timekeeper.now_s < -BEFORE_OPENING_S + 5


@pytest.mark.parametrize(
    ("now", "closed", "wanted"),
    [
        (datetime(2026, 11, 30, 6, 0, tzinfo=BANGKOK), frozenset(), MONDAY),
        (datetime(2026, 11, 30, 8, 29, tzinfo=BANGKOK), frozenset(), MONDAY + timedelta(days=1)),
        (datetime(2026, 11, 27, 12, 0, tzinfo=BANGKOK), frozenset(), MONDAY),
        (datetime(2026, 11, 28, 12, 0, tzinfo=BANGKOK), frozenset({MONDAY}), MONDAY + timedelta(days=1)),
    ],
)
def test_the_opening_day_is_the_next_one_that_the_calendar_opens(
    now: datetime, closed: frozenset[date], wanted: date
) -> None:
    assert opening_day(now, BANGKOK, closed) == wanted


# The hall ---------------------------------------------------------------------------------------------------------


class Box:
    """A kiosk with buttons and a clock of its own."""

    def __init__(self) -> None:
        self.now_s, self.pressed = 0.0, list[int]()
        self.answer: dict[str, Any] = {
            "name": "ticket", "language": "th", "asking": False, "targets": [], "texts": [], "busy": False,
            "trouble": None, "ticket": {"label": "A001"},
        }  # fmt: skip

    def screen(self) -> dict[str, Any]:
        return self.answer

    def ask(self, **asked: Any) -> dict[str, Any]:
        self.pressed += [asked["press"]["level"]] if "press" in asked else []
        return {"ok": True}


def hall_of(tmp_path: Path) -> tuple[Hall, Box, list[Note]]:
    box, taken = Box(), list[Note]()
    return Hall(box, box, taken.append, data=tmp_path, tray=tmp_path, size=(1280, 720)), box, taken


def test_presses_within_the_lockout_belong_to_the_score_before_them(tmp_path: Path) -> None:
    hall, box, taken = hall_of(tmp_path)
    for box.now_s, level in ((10.0, 5), (12.0, 2), (17.0, 4)):
        hall.press(level)
    assert [(note.level, note.counted) for note in taken if isinstance(note, Pressed)] == [
        (5, True), (2, False), (4, True),
    ]  # fmt: skip
    assert hall.box_free_s(1) > 17.0 + 5.0


def test_nobody_presses_where_nobody_could_tell_what_it_counts_for(tmp_path: Path) -> None:
    hall, box, taken = hall_of(tmp_path)
    for box.now_s, level in ((10.0, 5), (10.1, 5), (15.0, 4)):
        hall.press(level)
    assert box.pressed == [5]
    assert len(taken) == 1


def test_a_new_number_in_sight_and_a_new_sheet_in_the_tray_are_noted_once(tmp_path: Path) -> None:
    hall, box, taken = hall_of(tmp_path)
    hall.actor, box.now_s = 3, 4.0
    hall.look()
    for name in ("0001.png", "0002-torn.png", "0003.png"):
        (tmp_path / name).touch()
    hall.look()
    hall.look()
    assert taken == [Given(3, "A001", 4.0), Paper("0001", 4.0), Paper("0003", 4.0)]


def test_beside_a_target_is_on_no_other_one(tmp_path: Path) -> None:
    hall, _, _ = hall_of(tmp_path)
    places = {"one": Place(100, 100, 50, 50), "below": Place(100, 150, 50, 50), "all": Place(0, 400, 1280, 320)}
    x, y = hall.place_beside(Seen(Sight("service"), places), "one")
    assert not any(place.holds(x, y) for place in places.values())
    assert abs(y - 100) < 10
    alone = {"all": Place(0, 0, 1280, 720)}
    assert hall.place_beside(Seen(Sight("ticket"), alone), "all") == (640, 360)


# The cable --------------------------------------------------------------------------------------------------------


def test_a_cable_that_is_pulled_tears_and_refuses_and_works_again_when_it_is_back() -> None:
    with socket.create_server(("127.0.0.1", 0)) as office:
        threading.Thread(target=_echo, args=(office,), daemon=True).start()
        with Relay(("127.0.0.1", office.getsockname()[1])) as relay:
            with socket.create_connection(("127.0.0.1", relay.port), timeout=5) as line:
                line.sendall(b"facts")
                assert line.recv(16) == b"facts"
                relay.cut()
                assert line.recv(16) == b""
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", relay.port), timeout=5)
            relay.mend()
            with socket.create_connection(("127.0.0.1", relay.port), timeout=5) as line:
                line.sendall(b"again")
                assert line.recv(16) == b"again"


def test_a_cable_that_goes_with_an_answer_has_brought_the_question() -> None:
    heard = list[bytes]()
    with socket.create_server(("127.0.0.1", 0)) as office:
        threading.Thread(target=_echo, args=(office, heard), daemon=True).start()
        with Relay(("127.0.0.1", office.getsockname()[1]), with_an_answer=True) as relay:
            with socket.create_connection(("127.0.0.1", relay.port), timeout=5) as line:
                relay.cut()
                line.sendall(b"call the next one")
                assert line.recv(16) == b""
            assert heard[:1] == [b"call the next one"]
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", relay.port), timeout=5)
            relay.mend()
            with socket.create_connection(("127.0.0.1", relay.port), timeout=5) as line:
                line.sendall(b"again")
                assert line.recv(16) == b"again"


def test_the_boxes_of_two_counters_know_nothing_of_each_other(tmp_path: Path) -> None:
    hall, box, taken = hall_of(tmp_path)
    for box.now_s, counter in ((10.0, 1), (11.0, 2)):
        hall.press(5, counter)
    assert [(note.counter, note.counted) for note in taken if isinstance(note, Pressed)] == [(1, True), (2, True)]


def _echo(office: socket.socket, heard: list[bytes] | None = None) -> None:
    for _ in range(2):
        line, _ = office.accept()
        with line:
            line.settimeout(5)
            while data := line.recv(1024):
                if heard is not None:
                    heard.append(data)
                line.sendall(data)
