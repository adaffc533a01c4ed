"""The summary equals what the machines kept, or it is said in what it does not. Every broken day is named."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.officeday import calls
from kiosk.officeday import notes as noting
from kiosk.officeday.notes import Acted, Came, Given, Looked, Note, NotesError, Paper, Pressed, Touched, Went, WroteDown
from kiosk.officeday.office_record import Deed, OfficeDay
from kiosk.officeday.reckoning import Printed, Record, differences, summary

NOTES: tuple[Note, ...] = (
    Came(1, "plain", "th", 0.0),
    Came(2, "hesitant", "my", 1.0),
    Came(3, "plain", "en", 2.0, stayed=False),
    Touched("attract", 4.0),
    Given(1, "A001", 18.0),
    Paper("0001", 19.0),
    Went(1, "plain", 0.0, 0.0, 20.0, 3, 4.0, ("A001",)),
    Touched("attract", 6.0),
    Given(2, "B001", 48.0),
    Given(2, "B002", 49.0, by_child=True),
    WroteDown(2, "B001", 50.0),
    Paper("0002", 51.0),
    Went(2, "hesitant", 1.0, 20.0, 60.0, 6, 5.0, ("B001",)),
    Pressed(1, 5, 600.0, True),
    Pressed(1, 2, 601.0, False),
)
RECORD = Record(
    tickets=("A001", "B001", "B002"),
    prints=(Printed("A001", "confirmed"), Printed("B001", "uncertain"), Printed("B002", "confirmed")),
    presses={1: ((5, True), (2, False))},
    sheets={"0001": "A001", "0002": "B002"},
    read=True,
    faulty_sheets=(),
    at_office=("A001", "B001", "B002"),
    facts=20,
    facts_differ=(),
    verdict=None,
)


def told(notes: tuple[Note, ...] = NOTES, record: Record = RECORD) -> dict[str, Any]:
    return summary(notes, record, seed=7, citizens=3)


def test_a_day_that_agrees_differs_in_nothing() -> None:
    assert differences(NOTES, RECORD) == []


def test_the_figures_are_those_of_the_day() -> None:
    found = told()
    assert {name: found[name] for name in ("issued", "printed", "confirmed", "scored", "pressed", "synced")} == {
        "issued": 3, "printed": 2, "confirmed": 2, "scored": 1, "pressed": 2, "synced": 3,
    }  # fmt: skip
    assert (found["lost"], found["duplicated"], found["written_down"], found["taken_by_children"]) == (0, 0, 1, 1)
    assert [found[name] for name in ("called", "served", "no_show")] == [None, None, None]
    assert found["gave_up"] == {"line too long": 1}
    assert found["before_kiosk_s"] == {"mean": 9.5, "p95": 19.0, "max": 19.0, "longest_line": 1}
    assert found["four_touch"] == {"mean": 11.5, "p95": 23.0, "max": 23.0, "longest_line": 1}
    assert found["shorter_than_four_touch"] is True
    assert (found["touches_per_ticket"], found["touches_median"]) == (4.5, 3)
    assert found["personas"]["plain"] == {
        "citizens": 2, "tickets": 1, "touches_per_ticket": 3.0, "seconds_at_kiosk": 20.0,
    }  # fmt: skip


def test_a_ticket_that_the_office_does_not_have_is_lost_and_named() -> None:
    record = replace(RECORD, at_office=("A001", "B002"), facts_differ=(9,))
    assert told(record=record)["lost"] == 1
    assert "B001 is in the kiosk's journal and not: is at the office" in differences(NOTES, record)
    assert "1 facts differ between kiosk and office, from 9 on" in differences(NOTES, record)


def test_a_number_that_a_citizen_saw_and_the_journal_does_not_have_is_lost() -> None:
    record = replace(RECORD, tickets=("A001", "B002"), at_office=("A001", "B002"))
    assert told(record=record)["lost"] == 1
    assert any(line.startswith("B001 was seen on the screen") for line in differences(NOTES, record))


def test_a_number_given_twice_is_duplicated() -> None:
    record = replace(RECORD, tickets=("A001", "B001", "B001", "B002"))
    assert told(record=record)["duplicated"] == 1
    assert "B001 was given 2 times" in differences(NOTES, record)


def test_a_sheet_that_is_gone_and_a_confirmed_number_on_no_sheet_are_named() -> None:
    record = replace(RECORD, sheets={"0002": "B002"}, faulty_sheets=("sheet 0001 has no png",))
    found = differences(NOTES, record)
    assert "sheet 0001 was seen to come out and not: lies in the tray" in found
    assert "sheet 0001 has no png" in found
    assert "A001 is called printed and is on no sheet" in found


def test_one_ticket_on_two_sheets_is_named_unless_it_was_printed_twice() -> None:
    notes = (*NOTES, Paper("0003", 52.0))
    twice = replace(RECORD, sheets={**RECORD.sheets, "0003": "B001", "0004": "B001"})
    assert "B001 is on 2 sheets and was printed 1 times" in differences(notes, twice)
    copy = replace(RECORD, sheets={**RECORD.sheets, "0003": "B001"})
    assert differences(notes, copy) == []


def test_where_nobody_can_read_a_qr_the_sheets_are_counted() -> None:
    unread = replace(RECORD, read=False, sheets={"0001": None, "0002": None})
    assert told(record=unread)["paper_read"] == "counted"
    assert differences(NOTES, unread) == []
    fewer = replace(unread, sheets={"0001": None})
    assert "1 sheets lie in the tray, 2 numbers are called printed" in differences(NOTES, fewer)


def test_a_press_more_or_of_another_level_is_named() -> None:
    assert differences(NOTES, replace(RECORD, presses={1: ((5, True),)})) == [
        "presses differ from the 2. on at counter 1: 2 were noted and 1 are in the journal (level 2 and nothing)"
    ]
    assert differences(NOTES, replace(RECORD, presses={1: ((4, True), (2, False))}))[0].startswith(
        "presses differ from the 1"
    )


def test_a_press_at_another_counter_is_named() -> None:
    found = differences(NOTES, replace(RECORD, presses={1: ((5, True),), 2: ((2, False),)}))
    assert [line.partition(":")[0] for line in found] == [
        "presses differ from the 2. on at counter 1", "presses differ from the 1. on at counter 2",
    ]  # fmt: skip


CALLED: tuple[Note, ...] = (
    Acted(1, "https", "open", 0.0),
    Acted(1, "https", "next", 100.0, called="A001"),
    Acted(1, "https", "came", 120.0, "A001"),
    Acted(1, "https", "next", 400.0, called="B001", ended="A001"),
    Acted(1, "https", "no-show", 500.0, "B001", tries=3),
    Acted(1, "https", "pick", 520.0, "B002", called="B002", reason="came-before"),
    Acted(1, "https", "next", 525.0, refused="was-called"),
)
OFFICE = OfficeDay(
    "2026-11-30",
    (
        Deed(1, "counter.opened"),
        Deed(1, "ticket.called", "A001", "rule"),
        Deed(1, "ticket.serving", "A001"),
        Deed(1, "ticket.finished", "A001"),
        Deed(1, "ticket.called", "B001", "rule"),
        Deed(1, "ticket.no_show", "B001"),
        Deed(1, "ticket.called", "B002", "came-before"),
    ),
    {"A001": "served", "B001": "absent", "B002": "called"},
)
AUDIT: dict[str, Any] = {"day": "2026-11-30", "violations": [], "totals": {"calls": 3, "by_rule": 2}}


def test_calls_are_figured_from_what_officers_noted() -> None:
    found = summary((*NOTES, *CALLED), replace(RECORD, office=OFFICE, audit=AUDIT), seed=7, citizens=3)
    assert {name: found[name] for name in ("called", "served", "no_show", "carried", "by_hand", "ticketless")} == {
        "called": 3, "served": 1, "no_show": 1, "carried": 1, "by_hand": 1, "ticketless": 0,
    }  # fmt: skip
    assert found["wait_s"] == {"mean": 301.7, "p50": 352.0, "p90": 471.0, "max": 471.0, "tickets": 3}
    assert found["counters"] == {"1": {"by": "https", "acts": 6, "called": 3, "asked_again": 1}}
    assert found["audit"] == {"day": "2026-11-30", "violations": 0, "calls": 3, "by_rule": 2}
    assert "calls 3 (1 by hand), served 1" in calls.told(found)
    assert "half within 6 min" in calls.told(found)


@pytest.mark.parametrize("place", range(len(CALLED) - 1))
def test_an_act_that_nobody_did_and_one_that_got_lost_are_named(place: int) -> None:
    record = replace(RECORD, office=OFFICE, audit=AUDIT)
    assert differences((*NOTES, *CALLED), record) == []
    less = (*NOTES, *CALLED[:place], *CALLED[place + 1 :])
    assert any(line.startswith("counter 1 differs from the") for line in differences(less, record))


@pytest.mark.parametrize("place", range(len(OFFICE.deeds)))
def test_a_fact_of_the_office_that_is_there_twice_or_gone_is_named(place: int) -> None:
    for deeds in (
        (*OFFICE.deeds[:place], *OFFICE.deeds[place:][:1], *OFFICE.deeds[place:]),
        (*OFFICE.deeds[:place], *OFFICE.deeds[place + 1 :]),
    ):
        found = differences((*NOTES, *CALLED), replace(RECORD, office=replace(OFFICE, deeds=deeds), audit=AUDIT))
        assert len(found) == 1
        assert "was done and" in found[0]


def test_a_violation_that_the_audit_names_and_a_display_that_was_wrong_are_named() -> None:
    violation = {"code": "not-the-rule", "sentence": "B002 was called; it was B001's turn"}
    record = replace(RECORD, office=OFFICE, audit=AUDIT | {"violations": [violation]})
    assert differences((*NOTES, *CALLED, Looked(600.0, ("the display shows no number",))), record) == [
        "the audit says not-the-rule: B002 was called; it was B001's turn", "the display shows no number",
    ]  # fmt: skip


def test_a_broken_chain_is_named() -> None:
    found = differences(NOTES, replace(RECORD, verdict="chain, last good seq 4"))
    assert found == ["the kiosk's journal does not hold: chain, last good seq 4"]


def test_a_turn_that_does_not_follow_from_the_line_is_named() -> None:
    notes = tuple(
        replace(note, began_s=25.0) if isinstance(note, Went) and note.citizen == 2 else note for note in NOTES
    )
    assert differences(notes, RECORD) == ["citizen 2 waited 24.0 s, the line says 19.0 s"]


@given(st.sampled_from([note for note in NOTES if isinstance(note, Given | Paper | Pressed)]))
def test_no_note_of_ticket_paper_or_press_can_be_left_out_unnoticed(note: Note) -> None:
    assert differences(tuple(each for each in NOTES if each is not note), RECORD)


def test_notes_are_read_as_they_were_written() -> None:
    assert tuple(noting.read(noting.line(note) for note in NOTES)) == NOTES


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"note": "rain"}', '{"note": "paper", "sheet": 1, "at_s": 2.0}'])
def test_a_line_that_is_no_note_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(NotesError, match="line 2 is no note"):
        noting.read([noting.line(NOTES[0]), line])
