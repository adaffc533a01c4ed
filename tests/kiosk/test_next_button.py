"""The wired next button: one press is one fact, however the contact bounces, however long the hand stays."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.next_button import LONG_MS, SETTLE_MS, Contact, NextButton
from sync.facts import CounterPressed
from sync.types import BootMs

START = BootMs(10_000)


def play(*edges: tuple[int, bool], until: int = 20_000) -> list[bool]:
    """The presses that these (ms after the start, pressed) come to, long or not, driven as the loop drives it."""
    button, presses = NextButton(3), []
    for after, pressed in edges:
        at = BootMs(START + after)
        while (due := button.deadline()) is not None and due <= at:
            button, press = button.tick(due)
            presses += [press] if press else []
        button, press = button.edge(pressed, at)
        presses += [press] if press else []
    button, press = button.tick(BootMs(START + until))
    presses += [press] if press else []
    assert all(press == CounterPressed(3, press.long) for press in presses)
    return [press.long for press in presses]


def test_a_press_is_one_fact_when_the_finger_leaves() -> None:
    assert play((0, True), (200, False)) == [False]
    assert play((0, True), (200, False), (900, True), (1100, False)) == [False, False]


def test_a_long_press_is_told_while_the_finger_is_still_down_and_once() -> None:
    assert play((0, True)) == [True]
    assert play((0, True), (5000, False)) == [True]
    assert play((0, True), (LONG_MS - 1, False)) == [False]


def test_a_contact_that_bounces_is_one_press() -> None:
    bouncing = [(0, True), (2, False), (3, True), (9, False), (11, True), (250, False), (252, True), (254, False)]
    assert play(*bouncing) == [False]


def test_a_spike_is_no_press() -> None:
    assert play((0, True), (SETTLE_MS - 1, False)) == []


@given(st.lists(st.tuples(st.integers(0, 4000), st.booleans()), max_size=30))
def test_no_edges_come_to_more_presses_than_times_it_was_held(edges: list[tuple[int, bool]]) -> None:
    ordered = sorted(edges)
    closings = sum(1 for _, pressed in ordered if pressed)
    assert len(play(*ordered)) <= closings


def test_a_button_at_rest_needs_no_waking() -> None:
    button, _ = NextButton(1).edge(True, START)
    assert button.deadline() == START + SETTLE_MS
    button, _ = button.tick(BootMs(START + LONG_MS))
    assert (button.contact, button.deadline()) == (Contact.SPENT, None)
    assert NextButton(1).deadline() is None
