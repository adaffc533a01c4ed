"""Fingers, keys and the control, through the loop, on a machine with fakes and a window that records."""

import os
import select
from pathlib import Path
from typing import Any

import pytest

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from hardware.buttons import MockButtons, open_pins
from hardware.errors import PinsError
from hardware.printer import Outcome
from kiosk.control import ControlError
from kiosk.front import Front
from kiosk.keypad import Keypad
from kiosk.layout import Display
from kiosk.loop import Fingers, Loop, WakePipe
from kiosk.pin_file import PinFile
from kiosk.preview import OFFICE
from kiosk.scene import Box, Scene, changed_area
from kiosk.screen_inputs import OpenPlace
from kiosk.screen_types import Field, Screen
from kiosk.technician import Bench
from kiosk.ui import Closed, Exposed, LetGo, Pressed, RecordingGlass, Released, Touched
from kiosk.view_parts import Exhibit
from sync.facts import ScoreGiven
from tests.kiosk.fakes import STILL_OPEN, Kiosk, opened
from translations import LANGUAGES

DISPLAY = Display(1280, 720, 345, 194)
TYPESETTER = Typesetter()


class Awake:
    """A kiosk with its loop, driven turn by turn."""

    def __init__(self, folder: Path, **given: Any) -> None:
        self.kiosk: Kiosk = opened(folder, **given)
        self.known_when_painted: list[list[str]] = []
        self.glass = RecordingGlass()
        exhibit = Exhibit(OFFICE, LANGUAGES, self.kiosk.catalogue)
        machine, now = self.kiosk.machine, lambda: self.kiosk.clock.boottime_ms
        self.front = Front(machine, exhibit, DISPLAY, TYPESETTER, load_tokens(), self._paint, now)
        self.wakes = WakePipe()
        STILL_OPEN.append(self.wakes.close)
        pins = open_pins("mock")
        levels = {1: (5, 6, 13, 19, 26), 2: (17, 27, 22, 23, 24)}
        self.fingers = Fingers({counter: MockButtons(pins, levels[counter]) for counter in levels}, now)
        self.loop = Loop(machine, self.front, self.glass, now, wakes=self.wakes, fingers=self.fingers)
        self.loop.turn()

    def event(self, *events: Any, wait_ms: int = 1000) -> None:
        self.kiosk.clock.boottime_ms += wait_ms
        self.glass.events += events
        while self.loop.turn():
            pass

    def _paint(self, scene: Scene) -> None:
        self.known_when_painted.append(self.kiosk.kinds())
        self.glass.paint(scene)

    def touch(self, name: str, *, wait_ms: int = 1000) -> None:
        target = self.front.scene.named(name)
        assert target is not None, name
        self.event(Touched(*target.rect.centre), Released(), wait_ms=wait_ms)

    @property
    def name(self) -> str:
        return self.kiosk.machine.state.screen.value


@pytest.fixture
def awake(tmp_path: Path) -> Awake:
    return Awake(tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_ticket_by_touch(awake: Awake, language: str) -> None:
    for name in (f"language-{language}", "group-revenue", "service-waste-fee", "take"):
        awake.touch(name)
    assert awake.name == "ticket"
    assert awake.kiosk.label == "B001"
    assert awake.kiosk.drawn[0].language == language
    awake.touch("done")
    assert awake.name == "attract"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_ticket_by_keys_alone(awake: Awake, language: str) -> None:
    for _ in range(LANGUAGES.index(language) + 1):
        awake.event(Pressed("Tab"))
    for key in ("Enter", "Down", "Enter", "Enter"):
        awake.event(Pressed(key), LetGo(key))
    assert awake.name == "ticket"
    assert (awake.kiosk.label, awake.kiosk.drawn[0].language) == ("A001", language)
    awake.event(Pressed("Enter"))
    assert awake.name == "attract"


def test_f_keys_pick_a_language_anywhere_and_escape_goes_back(awake: Awake) -> None:
    awake.event(Pressed("F3"))
    assert (awake.name, awake.kiosk.machine.state.language) == ("service", "my")
    awake.touch("service-move-in")
    awake.event(Pressed("F2"))
    assert (awake.name, awake.kiosk.machine.state.language) == ("details", "en")
    awake.event(Pressed("F4"))
    assert awake.kiosk.machine.state.language == "en", "there is no fourth language"
    awake.event(Pressed("Escape"))
    awake.event(Pressed("Escape"))
    awake.event(Pressed("Escape"))
    assert awake.name == "attract"


def test_a_press_is_seen_in_the_next_frame_before_anything_is_done(awake: Awake) -> None:
    awake.touch("language-en")
    awake.touch("service-move-in")
    awake.known_when_painted.clear()
    awake.touch("take")
    first, second, *_ = awake.known_when_painted
    assert "ticket.issued" not in first, "the first frame shows the pressed button"
    assert "ticket.issued" in second


def test_the_tail_of_a_touch_does_nothing(awake: Awake) -> None:
    awake.touch("language-en")
    awake.touch("service-move-in", wait_ms=100)
    assert awake.name == "service", "too soon to be meant"
    awake.touch("service-move-in")
    awake.touch("take")
    awake.event(Touched(10, 10), wait_ms=300)
    assert awake.name == "ticket", "a double tap on take does not hide the number"
    awake.event(Touched(10, 10), wait_ms=600)
    assert awake.name == "attract"


def test_a_touch_beside_everything_says_that_somebody_is_there(awake: Awake) -> None:
    awake.touch("language-en")
    awake.event(wait_ms=44_000)
    awake.event(Touched(1, 1), wait_ms=500)
    awake.event(wait_ms=44_000)
    assert not awake.kiosk.machine.state.asking
    awake.event(wait_ms=2_000)
    assert "Still there?" in awake.front.scene.texts()
    awake.event(Pressed("Tab"))
    assert "Still there?" not in awake.front.scene.texts()


def test_keys_1_to_5_are_fingers_on_the_buttons(awake: Awake) -> None:
    pressed: list[int] = []
    awake.fingers._buttons = {1: _Recorder(pressed), 2: _Recorder([])}  # type: ignore[dict-item]
    awake.event(Pressed("4"), LetGo("4"))
    assert pressed == [4]
    awake.event(wait_ms=100)
    assert pressed == [4], "no finger is that fast"
    awake.event(wait_ms=100)
    assert pressed == [4, -4]


def test_the_control_presses_the_first_counters_buttons_or_those_it_names(awake: Awake) -> None:
    first: list[int] = []
    second: list[int] = []
    awake.fingers._buttons = {1: _Recorder(first), 2: _Recorder(second)}  # type: ignore[dict-item]
    for line in ({"press": 5}, {"press": {"level": 4}}, {"press": {"counter": 2, "level": 3}}):
        assert awake.loop.handle(line)["ok"]
    assert awake.loop.handle({"pin": {"counter": 2, "level": 1, "pressed": True}})["ok"]
    awake.event()
    assert (sorted(first), sorted(second)) == ([-5, -4, 4, 5], [-3, 1, 3])
    with pytest.raises(PinsError, match="at counter 3"):
        awake.loop.handle({"press": {"counter": 3, "level": 1}})


def test_the_keys_of_a_kiosk_without_score_buttons_do_nothing(awake: Awake) -> None:
    awake.fingers._buttons = {}
    awake.event(Pressed("4"), LetGo("4"))
    assert awake.name == "attract"
    with pytest.raises(PinsError, match="there are no score buttons"):
        awake.loop.handle({"press": 4})


def test_a_keypad_key_does_what_kiosk_toml_says(awake: Awake) -> None:
    awake.event(Pressed("F13"), LetGo("F13"))
    assert awake.front._focus is None, "without [keypad] it means nothing"
    awake.loop._keypad = Keypad({"next": "F13", "choose": "Pad5", "back": "F2"})
    awake.event(Pressed("F13"), LetGo("F13"), Pressed("Pad5"), LetGo("Pad5"))
    assert awake.name == "service"
    awake.loop.handle({"key": "F2"})
    assert awake.name == "attract", "a key with an action has lost what it meant before"


class _Recorder:
    def __init__(self, pressed: list[int]) -> None:
        self._pressed = pressed

    def press(self, level: int) -> None:
        self._pressed.append(level)

    def release(self, level: int) -> None:
        self._pressed.append(-level)


def test_the_control_touches_presses_and_tells_the_screen(awake: Awake) -> None:
    handle = awake.loop.handle
    assert handle({"touch": "language-en"}) == {"ok": True, "screen": "service"}
    assert handle({"touch": "service-move-in"})["screen"] == "details"
    seen = handle({"screen": True})
    assert seen["name"] == "details"
    assert seen["language"] == "en"
    assert "Take a ticket" in seen["texts"]
    x, y, w, h = next(target["rect"] for target in seen["targets"] if target["id"] == "take")
    handle({"touch": [x + w // 2, y + h // 2]})
    awake.kiosk.settle()
    seen = handle({"screen": True})
    assert seen["ticket"] == {"seq": 6, "label": "A001", "service": "move-in"}
    handle({"key": "Escape"})
    assert awake.name == "attract"
    for no_key in ("", "12", "\ud800"):
        assert handle({"key": no_key}) == {"ok": True, "screen": "attract"}
    assert handle({"press": 5})["ok"]
    assert handle({"pin": {"level": 1, "pressed": False}})["ok"]


@pytest.mark.parametrize(
    "line",
    [
        {"touch": "nothing"},
        {"touch": [1]},
        {"touch": [1.5, 2]},
        {"press": "5"},
        {"pin": {"level": 1}},
        {"pin": {"level": 1, "pressed": 1}},
        {"pin": 5},
        {"press": {"counter": 1}},
        {"press": {"level": 1, "counter": "1"}},
        {"press": {"level": 1, "pressed": True}},
        {"key": 5},
        {"screen": False},
        {"dance": True},
        {},
        {"touch": "take", "key": "Enter"},
    ],
)
def test_a_line_that_asks_for_nothing_known_is_told_what_there_is(awake: Awake, line: dict[str, Any]) -> None:
    before = awake.kiosk.machine.state
    with pytest.raises(ControlError) as refused:
        awake.loop.handle(line)
    assert refused.value.hint
    assert awake.kiosk.machine.state == before


def test_the_loop_sleeps_until_a_thread_wakes_it_and_ends_when_the_window_is_closed(awake: Awake) -> None:
    assert select.select([awake.wakes.fileno()], [], [], 0)[0] == []
    awake.wakes.wake()
    assert select.select([awake.wakes.fileno()], [], [], 0)[0]
    awake.wakes.drain()
    assert select.select([awake.wakes.fileno()], [], [], 0)[0] == []
    patience = awake.loop._patience_s()
    assert patience is not None
    assert patience > 3000, "nothing is looked at on a clock's beat"
    awake.glass.events = [Exposed(), Closed()]
    awake.loop.run()
    assert awake.loop.ending


def test_a_full_wake_pipe_blocks_nobody() -> None:
    pipe = WakePipe()
    for _ in range(70_000):
        pipe.wake()
    pipe.drain()
    with pytest.raises(BlockingIOError):
        os.read(pipe.fileno(), 1)
    pipe.close()


def test_only_what_differs_is_drawn_again(awake: Awake) -> None:
    first = awake.front.scene
    assert changed_area(first, first, DISPLAY.rect) == []
    assert changed_area(None, first, DISPLAY.rect) == [DISPLAY.rect]
    target = first.targets[0]
    extra = Scene(first.ground, (*first.ops, Box(target.rect, "#000000")), first.targets, first.elsewhere)  # type: ignore[arg-type]
    assert changed_area(first, extra, DISPLAY.rect) == [target.rect]


def test_the_kiosk_begins_with_the_invitation(awake: Awake) -> None:
    assert awake.kiosk.screen() is Screen.ATTRACT
    assert len(awake.glass.scenes) == 1


def test_screens_are_drawn_before_anyone_asks_for_them_and_then_nothing_is_left_to_do(awake: Awake) -> None:
    count = 0
    while awake.front.warm():
        count += 1
    catalogue = awake.kiosk.catalogue
    assert count == 3 * (2 + len(catalogue.groups) + len(catalogue.services))
    assert len(awake.glass.scenes) == 1, "nothing of it is seen"


def test_a_double_tap_skips_no_number_that_is_still_to_be_written_down(awake: Awake) -> None:
    awake.kiosk.printer.hold = True
    for _ in range(2):
        for name in ("language-en", "service-move-in", "take", "done"):
            awake.touch(name)
    for _ in range(2):
        awake.kiosk.printer.finish(Outcome.UNCERTAIN)
        awake.event()
    assert (awake.name, awake.kiosk.label) == ("write-down", "A001")
    awake.touch("done", wait_ms=2_000)
    assert awake.kiosk.label == "A002"
    awake.touch("done", wait_ms=200)
    assert awake.kiosk.label == "A002", "the tail of the touch that led here"
    awake.touch("done", wait_ms=2_000)
    assert awake.name == "attract"


def test_a_double_tap_on_continue_takes_no_ticket(awake: Awake) -> None:
    awake.touch("language-en")
    awake.touch("service-move-in")
    awake.event(wait_ms=76_000)
    awake.touch("continue")
    awake.touch("take", wait_ms=100)
    assert awake.name == "details"
    awake.touch("take")
    assert awake.name == "ticket"


def test_the_code_of_a_place_is_typed_by_keys_which_are_no_score_buttons_meanwhile(awake: Awake) -> None:
    awake.kiosk.machine.give(OpenPlace())
    for key in ("2", "4", "Pad6", "8", "Backspace", "1"):
        awake.loop.handle({"key": key})
    typing = awake.kiosk.machine.state.typing
    assert (typing.field, typing.code) == (Field.PLACE, "2461")
    awake.event()
    assert not any(isinstance(body, ScoreGiven) for body in awake.kiosk.facts())


def test_a_key_opens_the_service_menu_and_the_pin_is_typed_by_keys_and_shown_nowhere(tmp_path: Path) -> None:
    pin = PinFile(tmp_path)
    pin.write("246801", lambda n: b"\x05" * n)
    awake = Awake(tmp_path / "kiosk", bench=Bench(pin, None))
    handle = awake.loop.handle
    handle({"key": "F12"})
    assert awake.name == "service-menu"
    handle({"touch": "pin"})
    empty = handle({"screen": True})
    for key in ("2", "4", "Pad6", "8", "Backspace", "8"):
        handle({"key": key})
    typed = handle({"screen": True})
    assert typed["texts"] == empty["texts"], "nothing of it is in sight"
    assert "2 4 6 8" not in str(typed["spoken"])
    assert "4 of 6 digits" in str(typed["spoken"]).replace("จาก", "of").replace("หลัก", "digits")
    assert awake.kiosk.machine.state.upkeep.digits == "2468"
    for key in ("0", "1"):
        handle({"key": key})
    assert awake.name == "service-tools"
    assert not any(isinstance(body, ScoreGiven) for body in awake.kiosk.facts()), "1 to 5 are no score buttons there"
    handle({"key": "Escape"})
    assert awake.name == "attract"
    handle({"touch": "language-en"})
    handle({"key": "F12"})
    assert awake.name == "service", "whoever is served is not interrupted"
