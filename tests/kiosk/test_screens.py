"""The table of screens: every rule, every refusal, and no way to get stuck."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk import screens
from kiosk.screen_types import (
    Adjust,
    Back,
    ChooseLanguage,
    ChooseService,
    Condition,
    ConditionChanged,
    ConfirmDate,
    DateRefused,
    Done,
    IllegalInput,
    Input,
    Issued,
    IssueTicket,
    Moment,
    Paper,
    PaperFailed,
    Printed,
    Screen,
    SetClock,
    State,
    Stay,
    Take,
    TimedOut,
    TurnPage,
    Unprinted,
)
from kiosk.screen_types import Ticket as Shown

FINE = Condition()
NOON = Moment(2026, 11, 23, 12, 0)
TICKET = Shown(7, "A012", "id-card", "my")
OTHER = Shown(9, "A013", "tax", "en")

INPUTS: dict[type[Input], list[Input]] = {
    ChooseLanguage: [ChooseLanguage("my"), ChooseLanguage("en")],
    ChooseService: [ChooseService("id-card")],
    TurnPage: [TurnPage(1), TurnPage(0)],
    Take: [Take()],
    Back: [Back()],
    Stay: [Stay()],
    Done: [Done()],
    TimedOut: [TimedOut()],
    Issued: [Issued(TICKET)],
    Printed: [Printed(7), Printed(9)],
    PaperFailed: [PaperFailed(TICKET, "paper-out"), PaperFailed(OTHER, "uncertain")],
    ConditionChanged: [
        ConditionChanged(FINE),
        ConditionChanged(Condition(printer="paper-out")),
        ConditionChanged(Condition(disk="disk-full")),
        ConditionChanged(Condition(doubt=NOON)),
    ],
    Adjust: [Adjust(field, by) for field in screens.FIELDS for by in (-1, 1)],
    ConfirmDate: [ConfirmDate()],
    DateRefused: [DateRefused()],
}
SAMPLES = {
    Screen.ATTRACT: State(),
    Screen.SERVICE: State(screen=Screen.SERVICE),
    Screen.DETAILS: State(screen=Screen.DETAILS, service="id-card"),
    Screen.TICKET: State(screen=Screen.TICKET, service="id-card", ticket=TICKET),
    Screen.WRITE_DOWN: State(screen=Screen.WRITE_DOWN, ticket=TICKET, reason="paper-out"),
    Screen.OUT_OF_ORDER: State(screen=Screen.OUT_OF_ORDER, condition=Condition(printer="cover-open")),
    Screen.CONFIRM_DATE: State(screen=Screen.CONFIRM_DATE, moment=NOON, condition=Condition(doubt=NOON)),
}


def walk(*inputs: Input, state: State | None = None) -> State:
    state = state or screens.start(("th", "en", "my"), FINE)
    for each in inputs:
        state, _ = screens.step(state, each)
    return state


def test_every_pair_of_screen_and_input_either_follows_its_rule_or_is_refused() -> None:
    for screen, state in SAMPLES.items():
        for shape, examples in INPUTS.items():
            for example in examples:
                rule = screens.TABLE.get((screen, shape))
                if rule is None:
                    with pytest.raises(IllegalInput):
                        screens.step(state, example)
                else:
                    after, _ = screens.step(state, example)
                    assert after.screen in rule.targets, (screen, example)


def test_a_ticket_takes_three_touches() -> None:
    state = walk(ChooseLanguage("my"), ChooseService("id-card"))
    assert (state.screen, state.language, state.service) == (Screen.DETAILS, "my", "id-card")
    state, requests = screens.step(state, Take())
    assert requests == (IssueTicket("id-card", "my"),)
    assert (state.screen, state.ticket) == (Screen.DETAILS, None), "no number before its fact is durable"
    state = walk(Issued(TICKET), state=state)
    assert (state.screen, state.ticket, state.paper) == (Screen.TICKET, TICKET, Paper.PRINTING)
    assert walk(Printed(7), state=state).paper is Paper.READY
    assert walk(Printed(8), state=state).paper is Paper.PRINTING, "another ticket's paper"
    assert walk(Done(), state=state).screen is Screen.ATTRACT, "the next citizen need not wait for the paper"


def test_nobody_is_sent_away_without_being_asked() -> None:
    for screen in screens.ASKS_FIRST:
        asked = walk(TimedOut(), state=SAMPLES[screen])
        assert (asked.screen, asked.asking) == (screen, True)
        assert (screens.patience(asked) or 0) >= 20
        assert not walk(Stay(), state=asked).asking
        assert walk(TimedOut(), state=asked).screen is Screen.ATTRACT


def test_a_ticket_without_paper_is_written_down() -> None:
    shown = walk(PaperFailed(TICKET, "paper-out"), state=SAMPLES[Screen.TICKET])
    assert (shown.screen, shown.ticket, shown.reason) == (Screen.WRITE_DOWN, TICKET, "paper-out")
    assert walk(ConditionChanged(Condition(printer="paper-out")), state=shown).screen is Screen.WRITE_DOWN
    late = walk(TimedOut(), state=SAMPLES[Screen.TICKET])
    assert (late.screen, late.reason) == (Screen.WRITE_DOWN, "uncertain")


def test_a_number_that_failed_out_of_sight_is_still_shown() -> None:
    state = walk(PaperFailed(OTHER, "interrupted"), state=SAMPLES[Screen.TICKET])
    assert state.ticket == TICKET
    state = walk(Done(), state=state)
    assert (state.screen, state.ticket, state.language) == (Screen.WRITE_DOWN, OTHER, "en")
    assert walk(Done(), state=state).screen is Screen.ATTRACT
    assert walk(PaperFailed(OTHER, "uncertain")).screen is Screen.WRITE_DOWN


@pytest.mark.parametrize("screen", [Screen.TICKET, Screen.WRITE_DOWN])
def test_a_number_whose_paper_came_after_all_is_no_longer_owed(screen: Screen) -> None:
    state = State(screen=screen, ticket=OTHER, owed=(Unprinted(TICKET, "paper-out"),))
    state, _ = screens.step(state, Printed(TICKET.seq))
    assert state.screen is screen
    state, _ = screens.step(state, Done())
    assert state.screen is Screen.ATTRACT


def test_a_printer_fault_puts_the_kiosk_out_of_order_until_it_is_mended() -> None:
    broken = walk(ConditionChanged(Condition(printer="paper-out")))
    assert (broken.screen, broken.condition.trouble) == (Screen.OUT_OF_ORDER, "paper-out")
    assert walk(ConditionChanged(FINE), state=broken).screen is Screen.ATTRACT
    choosing = walk(ConditionChanged(Condition(disk="disk-full")), state=SAMPLES[Screen.DETAILS])
    assert choosing.screen is Screen.OUT_OF_ORDER


def test_a_doubtful_clock_is_confirmed_by_staff_before_the_first_ticket() -> None:
    state = screens.start(("th",), Condition(doubt=Moment(1970, 1, 1, 7, 0)))
    assert (state.screen, state.moment) == (Screen.CONFIRM_DATE, Moment(1970, 1, 1, 7, 0))
    state = replace(state, moment=NOON)
    state, requests = screens.step(state, ConfirmDate())
    assert requests == (SetClock(NOON),)
    refused = walk(DateRefused(), state=state)
    assert refused.refused
    assert not walk(Adjust("minute", 1), state=refused).refused
    kept = walk(ConditionChanged(Condition(printer="offline", doubt=Moment(1970, 1, 1, 7, 1))), state=state)
    assert kept.moment == NOON, "what staff have entered is not overwritten by a ticking wrong clock"
    assert walk(ConditionChanged(FINE), state=state).screen is Screen.ATTRACT, "by itself, when the time arrives"


@pytest.mark.parametrize(
    ("moment", "field", "by", "expected"),
    [
        (Moment(2026, 1, 31, 0, 0), "month", 1, Moment(2026, 2, 28, 0, 0)),
        (Moment(2028, 2, 29, 0, 0), "year", 1, Moment(2029, 2, 28, 0, 0)),
        (Moment(2026, 11, 30, 0, 0), "day", 1, Moment(2026, 11, 1, 0, 0)),
        (Moment(2026, 11, 1, 0, 0), "hour", -1, Moment(2026, 11, 1, 23, 0)),
        (Moment(1970, 1, 1, 0, 59), "minute", 1, Moment(1970, 1, 1, 0, 0)),
        (Moment(1970, 1, 1, 0, 0), "year", 1, Moment(2001, 1, 1, 0, 0)),
    ],
)
def test_the_date_steps_field_by_field_and_stays_a_date(moment: Moment, field: str, by: int, expected: Moment) -> None:
    assert screens.adjusted(moment, field, by) == expected


def test_a_step_that_is_none_is_refused() -> None:
    for field, by in (("second", 1), ("day", 2)):
        with pytest.raises(IllegalInput):
            screens.adjusted(NOON, field, by)


anything = st.sampled_from([each for examples in INPUTS.values() for each in examples])


@settings(max_examples=300)
@given(st.lists(anything, max_size=30))
def test_from_wherever_a_walk_ends_the_kiosk_finds_its_way_back(inputs: list[Input]) -> None:
    state = screens.start(("th", "en", "my"), FINE)
    for each in inputs:
        try:
            state, _ = screens.step(state, each)
        except IllegalInput:
            continue
        assert (screens.patience(state) is None) == (
            state.screen in (Screen.ATTRACT, Screen.OUT_OF_ORDER, Screen.CONFIRM_DATE)
        )
        assert not state.asking or state.screen in screens.ASKS_FIRST
    state = walk(ConditionChanged(FINE), state=state)
    for _ in range(4 + 3 * len(inputs)):
        if screens.patience(state) is None:
            break
        state = walk(TimedOut(), state=state)
    assert state.screen is Screen.ATTRACT
    assert state.ticket is None, "the last citizen's number is not left standing"


def test_the_diagram_names_every_screen_and_comes_from_the_table() -> None:
    drawn = screens.diagram()
    for screen in Screen:
        assert screen.value in drawn
    assert "details --> ticket : Issued" in drawn
