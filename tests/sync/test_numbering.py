from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.catalogue import SERIES
from sync.codec import Fact
from sync.facts import Body, MachineStarted, TicketIssued, draft
from sync.numbering import NumberingError, Numbers, label, read_label
from sync.types import BootId, BootMs, Seq

DAY = "2026-11-23"

series = st.sampled_from(SERIES)
lanes = st.integers(0, 700)
numbers = st.integers(1, 99_999)
tickets = st.tuples(series, lanes, numbers)


def fact(body: Body, seq: int = 2) -> Fact:
    made = draft(body)
    return Fact(Seq(seq), made.kind, made.version, BootId("0" * 32), BootMs(0), made.body)


def issued(day: str, letter: str, lane: int, n: int) -> Fact:
    return fact(TicketIssued(day, letter, lane, n, label(letter, lane, n), ("x",), "0" * 64))


def test_numbers_begin_at_one_and_go_on_from_the_last() -> None:
    state = Numbers()
    assert state.next_number(DAY, "A", 0) == 1
    state = state.after(issued(DAY, "A", 0, 1)).after(issued(DAY, "A", 0, 2))
    assert state.next_number(DAY, "A", 0) == 3


def test_days_series_and_lanes_count_apart() -> None:
    state = Numbers.fold([issued(DAY, "A", 0, 7)])
    assert state.next_number("2026-11-24", "A", 0) == 1
    assert state.next_number(DAY, "B", 0) == 1
    assert state.next_number(DAY, "A", 1) == 1


def test_a_lower_number_after_a_higher_one_is_accepted_and_never_given_again() -> None:
    state = Numbers.fold([issued(DAY, "A", 0, 9), issued(DAY, "A", 0, 4)])
    assert state.next_number(DAY, "A", 0) == 10


def test_other_facts_change_nothing() -> None:
    state = Numbers.fold([issued(DAY, "A", 0, 9)])
    assert state.after(fact(MachineStarted("1", "2"))) is state


@given(st.lists(st.tuples(st.sampled_from([DAY, "2026-11-24"]), st.sampled_from("AB"), st.integers(0, 1), numbers)))
def test_folding_at_once_equals_one_by_one(given_: list[tuple[str, str, int, int]]) -> None:
    facts = [issued(*each) for each in given_]
    state = Numbers()
    for each in facts:
        state = state.after(each)
    assert state == Numbers.fold(facts)


def test_labels_are_what_the_citizen_reads() -> None:
    assert label("A", 0, 12) == "A012"
    assert label("A", 2, 12) == "AB012"
    assert label("B", 0, 1000) == "B1000"
    assert label("A", 24, 1) == "AZ001"
    assert label("A", 25, 1) == "AAA001"


def spoken(text: str) -> str:
    """What is left of a label when it is called out or typed: letters and digits."""
    return "".join(character for character in text if character.isalnum())


def collide(make: Callable[[str, int, int], str], a: tuple[str, int, int], b: tuple[str, int, int]) -> bool:
    return a != b and spoken(make(*a)) == spoken(make(*b))


@given(tickets, tickets)
def test_no_two_tickets_have_the_same_label_even_spoken(a: tuple[str, int, int], b: tuple[str, int, int]) -> None:
    assert not collide(label, a, b)


def test_control_lanes_in_digits_would_collide_once_spoken() -> None:
    def in_digits(letter: str, lane: int, n: int) -> str:
        return f"{letter}{lane}-{n:03}" if lane else f"{letter}{n:03}"

    assert collide(in_digits, ("A", 2, 12), ("A", 0, 2012))


@given(tickets)
def test_a_label_is_read_back_however_it_was_typed(ticket: tuple[str, int, int]) -> None:
    text = label(*ticket)
    assert read_label(text) == ticket
    assert read_label(f" {text[0].lower()} {text[1:].lower()} ") == ticket


@pytest.mark.parametrize("text", ["", "A", "A12", "012", "A000", "I001", "A01B", "Ä012", "A٠١٢"])
def test_what_is_no_label_is_refused(text: str) -> None:
    with pytest.raises(NumberingError) as caught:
        read_label(text)
    assert "A012" in caught.value.hint


@pytest.mark.parametrize(("letter", "lane", "n"), [("", 0, 1), ("I", 0, 1), ("AB", 0, 1), ("A", -1, 1), ("A", 0, 0)])
def test_no_label_is_made_of_what_no_ticket_can_have(letter: str, lane: int, n: int) -> None:
    with pytest.raises(NumberingError):
        label(letter, lane, n)
