import threading
from itertools import count

import pytest

from hardware.buttons import BootMs, Closed, Edge, EdgeQueue, MockButtons, ScoreButtons, open_pins
from hardware.errors import PinsError
from hardware.lamps import PinLamp, RecordingLamp

PINS = (5, 6, 13, 19, 26)


def clock() -> BootMs:
    return BootMs(1234)


def test_a_press_and_its_release_are_two_edges_with_level_and_time() -> None:
    factory = open_pins("mock")
    ticks = count(100)
    edges: list[Edge] = []
    buttons = ScoreButtons(factory, 3, PINS, edges.append, lambda: BootMs(next(ticks)))
    fingers = MockButtons(factory, PINS)
    for level in (1, 5):
        fingers.press(level)
        fingers.release(level)
    buttons.close()
    fingers.press(2)
    assert edges == [
        Edge(3, 1, True, BootMs(100)),
        Edge(3, 1, False, BootMs(101)),
        Edge(3, 5, True, BootMs(102)),
        Edge(3, 5, False, BootMs(103)),
    ]


def test_bouncing_contacts_are_passed_on_raw() -> None:
    factory = open_pins("mock")
    edges: list[Edge] = []
    buttons = ScoreButtons(factory, 1, PINS, edges.append, clock)
    fingers = MockButtons(factory, PINS)
    for _ in range(4):
        fingers.press(3)
        fingers.release(3)
    buttons.close()
    assert [edge.pressed for edge in edges] == [True, False] * 4


def test_a_button_held_at_start_is_known_although_it_has_no_edge() -> None:
    factory = open_pins("mock")
    first = ScoreButtons(factory, 1, PINS, lambda edge: None, clock)
    assert first.held() == frozenset()
    MockButtons(factory, PINS).press(4)
    assert first.held() == {4}
    first.close()


def test_edges_cross_threads_in_order_and_wake_the_loop() -> None:
    wakes = threading.Semaphore(0)
    edges = EdgeQueue(wakes.release)

    def press() -> None:
        for at in range(1000):
            edges.put(Edge(1, 1, True, BootMs(at)))

    thread = threading.Thread(target=press)
    thread.start()
    seen: list[Edge] = []
    while len(seen) < 1000 and wakes.acquire(timeout=10):
        seen += edges.drain()
    thread.join()
    assert [edge.boottime_ms for edge in seen] == list(range(1000))
    assert edges.drain() == []


@pytest.mark.parametrize("name", ["", "Mock", "gpiochip", "gpiochip0/../1", "bcm", "raspberry pi"])
def test_pins_of_an_unknown_name_are_refused_with_the_choices(name: str) -> None:
    with pytest.raises(PinsError) as refused:
        open_pins(name)
    assert "gpiochip0" in refused.value.hint


def test_real_pins_on_a_machine_without_them_are_an_error_that_says_what_to_do() -> None:
    with pytest.raises(PinsError) as refused:
        open_pins("gpiochip254")
    assert refused.value.hint


@pytest.mark.parametrize("pins", [(1, 2, 3, 4), (5, 6, 13, 19, 19), (5, 6, 13, 19, 9999)])
def test_pins_that_are_not_five_different_real_ones_are_refused(pins: tuple[int, ...]) -> None:
    with pytest.raises(PinsError) as refused:
        ScoreButtons(open_pins("mock"), 1, pins, lambda edge: None, clock)
    assert refused.value.hint


def test_a_pin_has_one_user_and_is_free_after_close() -> None:
    factory = open_pins("mock")
    buttons = ScoreButtons(factory, 1, PINS, lambda edge: None, clock)
    with pytest.raises(PinsError):
        PinLamp(factory, PINS[0])
    buttons.close()
    buttons.close()
    PinLamp(factory, PINS[0]).close()


@pytest.mark.parametrize("level", [0, 6, -1])
def test_there_is_no_sixth_button(level: int) -> None:
    factory = open_pins("mock")
    with pytest.raises(PinsError):
        MockButtons(factory, PINS).press(level)


def test_the_lamp_follows_and_goes_dark_at_the_end() -> None:
    factory = open_pins("mock")
    lamp = PinLamp(factory, 21)
    pin = factory.pin(21)
    lamp.on()
    assert (lamp.lit, pin.state) == (True, True)
    lamp.off()
    assert (lamp.lit, pin.state) == (False, False)
    lamp.on()
    lamp.close()
    assert pin.function == "input"


def test_the_recording_lamp_keeps_what_was_done() -> None:
    lamp = RecordingLamp()
    lamp.on()
    lamp.off()
    assert lamp.changes == [True, False]


@pytest.mark.parametrize("closed", ["low", "high"])
def test_a_button_wired_either_way_is_closed_when_it_is_pressed(closed: Closed) -> None:
    factory = open_pins("mock")
    edges: list[Edge] = []
    buttons = ScoreButtons(factory, 1, PINS, edges.append, clock, closed)
    assert buttons.held() == frozenset(), "nobody presses yet"
    fingers = MockButtons(factory, PINS, closed)
    fingers.press(2)
    assert buttons.held() == {2}
    assert factory.pin(PINS[1]).state == (closed == "high")
    fingers.release(2)
    buttons.close()
    assert [edge.pressed for edge in edges] == [True, False]


def test_control_a_button_taken_for_the_other_wiring_is_held_all_the_time() -> None:
    factory = open_pins("mock")
    buttons = ScoreButtons(factory, 1, PINS, lambda edge: None, clock, "high")
    fingers = MockButtons(factory, PINS, "low")
    fingers.release(3)
    assert buttons.held() == {3}
    buttons.close()
