"""The table of screens: every rule, every refusal, and no way to get stuck."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk import screen_rules, screens
from kiosk.screen_inputs import (
    AddErrand,
    Adjust,
    AskAgain,
    AskHelp,
    AskSlip,
    Back,
    Browse,
    CallStaff,
    ChooseGroup,
    ChooseLanguage,
    ChooseService,
    CloseHelp,
    ConditionChanged,
    ConfirmDate,
    DateRefused,
    Done,
    EndHelp,
    Enter,
    Erase,
    FindTicket,
    Found,
    HelpAsked,
    ImBack,
    Input,
    Issued,
    IssueTicket,
    NoteReturn,
    NotFound,
    OpenAccess,
    OpenMyTicket,
    OpenPriority,
    PaperAsked,
    PaperFailed,
    PrintAgain,
    Printed,
    RemoveErrand,
    SetCases,
    SetClock,
    SetLook,
    SetPriority,
    Stay,
    Take,
    TimedOut,
    TooLate,
    TurnPage,
    Type,
)
from kiosk.screen_types import (
    Condition,
    Errand,
    Field,
    Hours,
    IllegalInput,
    Look,
    Moment,
    Paper,
    Screen,
    Standing,
    State,
    Theme,
    Typing,
    Unprinted,
)
from kiosk.screen_types import Ticket as Shown
from kiosk.specimens import FIRST_CODE, GOOD_PARTS
from kiosk.upkeep_entry import Entry
from kiosk.upkeep_inputs import (
    AskFirstCode,
    ChooseKeys,
    ClockTold,
    FirstCodeTold,
    OpenAsk,
    OpenButtons,
    OpenClock,
    OpenEntry,
    OpenMenu,
    OpenPin,
    OpenTouch,
    PartsTold,
    PinRight,
    PinTold,
    PrintTest,
    SlipTold,
    ToolTold,
    TouchPlace,
    TrialTold,
    TriedTold,
    UseTool,
)
from kiosk.upkeep_rules import CHOSEN
from kiosk.upkeep_types import Told, Tried, Upkeep, Wish
from sync.calendar import Closed, ClosedWhy

FINE = Condition()
NOON = Moment(2026, 11, 23, 12, 0)
TODAY = date(2026, 11, 23)
HOLIDAY = Closed(ClosedWhy.HOLIDAY, {"en": "a holiday"}, datetime(2026, 11, 24, 8, 30))  # noqa: DTZ001 the wall clock
CLOSED = Condition(hours=Hours(TODAY, closed=HOLIDAY))
LARGE = Look(Theme.DARK, large=True)
TICKET = Shown(7, "A012", "id-card", "my")
OTHER = Shown(9, "A013", "tax", "en")
PLACE = Standing(
    "A012",
    "2026-11-23",
    ("id-card",),
    issued=datetime(2026, 11, 23, 11, 0),  # noqa: DTZ001
    as_of=datetime(2026, 11, 23, 12, 0),  # noqa: DTZ001
    taken_before=4,
    seq=7,
)

INPUTS: dict[type[Input], list[Input]] = {
    ChooseLanguage: [ChooseLanguage("my"), ChooseLanguage("en")],
    Browse: [Browse()],
    ChooseGroup: [ChooseGroup("revenue")],
    ChooseService: [ChooseService("id-card"), ChooseService("tax")],
    TurnPage: [TurnPage(1), TurnPage(0)],
    SetCases: [SetCases(2), SetCases(0), SetCases(99)],
    AddErrand: [AddErrand()],
    RemoveErrand: [RemoveErrand("id-card"), RemoveErrand("never-chosen")],
    OpenPriority: [OpenPriority()],
    SetPriority: [SetPriority(True), SetPriority(False)],
    Take: [Take(), Take(anyway=True)],
    Back: [Back()],
    Stay: [Stay()],
    Done: [Done()],
    TimedOut: [TimedOut()],
    Issued: [Issued(TICKET)],
    TooLate: [TooLate(NOON)],
    Printed: [Printed(7), Printed(9), Printed(7, copy=True, told=False)],
    PaperFailed: [PaperFailed(TICKET, "paper-out"), PaperFailed(OTHER, "uncertain")],
    AskAgain: [AskAgain()],
    AskSlip: [AskSlip()],
    PaperAsked: [PaperAsked(TICKET, copy=True)],
    OpenMyTicket: [OpenMyTicket()],
    Type: [Type("A"), Type("7"), Type("?")],
    Erase: [Erase()],
    Enter: [Enter()],
    Found: [Found(PLACE)],
    NotFound: [NotFound("number"), NotFound("code"), NotFound("wait")],
    ImBack: [ImBack()],
    OpenAccess: [OpenAccess()],
    SetLook: [SetLook(LARGE), SetLook(Look(reach=True)), SetLook(Look())],
    AskHelp: [AskHelp()],
    HelpAsked: [HelpAsked()],
    EndHelp: [EndHelp()],
    ConditionChanged: [
        ConditionChanged(FINE),
        ConditionChanged(CLOSED),
        ConditionChanged(Condition(printer="paper-out")),
        ConditionChanged(Condition(disk="disk-full")),
        ConditionChanged(Condition(doubt=NOON)),
        ConditionChanged(Condition(again=True)),
    ],
    Adjust: [Adjust(field, by) for field in screen_rules.FIELDS for by in (-1, 1)],
    ConfirmDate: [ConfirmDate()],
    DateRefused: [DateRefused()],
    OpenMenu: [OpenMenu()],
    PartsTold: [PartsTold(GOOD_PARTS)],
    OpenPin: [OpenPin()],
    PinTold: [PinTold(), PinTold("wrong"), PinTold("wait", 30), PinTold("unset")],
    PinRight: [PinRight(counters=True, connected=True), PinRight(counters=False, connected=False)],
    PrintTest: [PrintTest()],
    SlipTold: [SlipTold("printing"), SlipTold("passed")],
    OpenButtons: [OpenButtons()],
    TriedTold: [TriedTold(Tried(1, frozenset({5}), frozenset({5})))],
    AskFirstCode: [AskFirstCode()],
    FirstCodeTold: [FirstCodeTold("asking"), FirstCodeTold(FIRST_CODE)],
    UseTool: [UseTool(Wish("reach")), UseTool(Wish("restart-machine")), UseTool(Wish("unheard-of"))],
    OpenAsk: [OpenAsk("restart"), OpenAsk("unheard-of")],
    OpenEntry: [OpenEntry("ssid"), OpenEntry("pair"), OpenEntry("unheard-of")],
    OpenClock: [OpenClock()],
    ClockTold: [ClockTold(NOON)],
    OpenTouch: [OpenTouch()],
    TouchPlace: [TouchPlace(3)],
    ChooseKeys: [ChooseKeys(1), ChooseKeys(7)],
    TrialTold: [TrialTold(("wifi",), 270), TrialTold((), 0)],
    ToolTold: [
        ToolTold(Told("reach", "working")),
        ToolTold(Told("clock", "clock-set")),
        ToolTold(Told("usb", "unlocked", "10")),
    ],
}
TOOLS = frozenset({"reach", "usb", "clock", "diagnosis", *CHOSEN})
SAMPLES = {
    Screen.ATTRACT: State(),
    Screen.SERVICE: State(screen=Screen.SERVICE),
    Screen.DETAILS: State(screen=Screen.DETAILS, service="id-card"),
    Screen.PRIORITY: State(screen=Screen.PRIORITY, service="id-card", beneath=Screen.DETAILS),
    Screen.LATE: State(screen=Screen.LATE, service="id-card", beneath=Screen.DETAILS, closes=NOON),
    Screen.TICKET: State(screen=Screen.TICKET, service="id-card", ticket=TICKET),
    Screen.WRITE_DOWN: State(screen=Screen.WRITE_DOWN, ticket=TICKET, reason="paper-out"),
    Screen.MY_TICKET: State(screen=Screen.MY_TICKET),
    Screen.STANDING: State(screen=Screen.STANDING, standing=PLACE),
    Screen.ACCESS: State(screen=Screen.ACCESS, beneath=Screen.ATTRACT),
    Screen.HELP: State(screen=Screen.HELP, service="id-card", beneath=Screen.DETAILS),
    Screen.CLOSED: State(screen=Screen.CLOSED, condition=CLOSED),
    Screen.OUT_OF_ORDER: State(screen=Screen.OUT_OF_ORDER, condition=Condition(printer="cover-open")),
    Screen.CONFIRM_DATE: State(screen=Screen.CONFIRM_DATE, moment=NOON, condition=Condition(doubt=NOON)),
    Screen.SERVICE_MENU: State(screen=Screen.SERVICE_MENU),
    Screen.SERVICE_PIN: State(screen=Screen.SERVICE_PIN),
    Screen.SERVICE_TOOLS: State(screen=Screen.SERVICE_TOOLS, upkeep=Upkeep(counters=True, connected=True, tools=TOOLS)),
    Screen.SERVICE_BUTTONS: State(screen=Screen.SERVICE_BUTTONS, upkeep=Upkeep(counters=True)),
    Screen.SERVICE_CODE: State(screen=Screen.SERVICE_CODE, upkeep=Upkeep(connected=True, first=FIRST_CODE)),
    Screen.SERVICE_CLOCK: State(screen=Screen.SERVICE_CLOCK, moment=NOON, upkeep=Upkeep(tools=TOOLS)),
    Screen.SERVICE_TOUCH: State(screen=Screen.SERVICE_TOUCH, upkeep=Upkeep(touched=frozenset({1}))),
    Screen.SERVICE_TYPE: State(screen=Screen.SERVICE_TYPE, upkeep=Upkeep(tools=TOOLS, entry=Entry("ssid", "Hall"))),
    Screen.SERVICE_ASK: State(screen=Screen.SERVICE_ASK, upkeep=Upkeep(tools=TOOLS, ask="restart")),
}
AT_REST = (Screen.ATTRACT, Screen.SCORE, Screen.CLOSED, Screen.OUT_OF_ORDER, Screen.CONFIRM_DATE)
ASKS_FIRST = [screen for screen in Screen if screen not in AT_REST]


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
    assert requests == (IssueTicket((Errand("id-card"),), "my"),)
    assert (state.screen, state.ticket) == (Screen.DETAILS, None), "no number before its fact is durable"
    state = walk(Issued(TICKET), state=state)
    assert (state.screen, state.ticket, state.paper) == (Screen.TICKET, TICKET, Paper.PRINTING)
    assert walk(Printed(7), state=state).paper is Paper.READY
    assert walk(Printed(8), state=state).paper is Paper.PRINTING, "another ticket's paper"
    assert walk(Done(), state=state).screen is Screen.ATTRACT, "the next citizen need not wait for the paper"


@pytest.mark.parametrize("screen", ASKS_FIRST)
def test_nobody_is_sent_away_without_being_asked(screen: Screen) -> None:
    sample = replace(SAMPLES[screen], paper=Paper.READY)
    assert screens.patience(sample) is not None
    asked = walk(TimedOut(), state=sample)
    assert (asked.screen, asked.asking) == (screen, True)
    assert (screens.patience(asked) or 0) >= 20
    for _ in range(12):
        assert not walk(Stay(), state=asked).asking, "it can be extended again and again"
        asked = walk(Stay(), TimedOut(), state=asked)
    assert walk(TimedOut(), state=asked).screen is Screen.ATTRACT


def test_whoever_made_the_letters_larger_is_asked_too_before_they_are_small_again() -> None:
    state = walk(OpenAccess(), SetLook(LARGE), Back())
    assert (state.screen, state.look) == (Screen.ATTRACT, LARGE)
    asked = walk(TimedOut(), state=state)
    assert (asked.asking, asked.look) == (True, LARGE)
    assert walk(TimedOut(), state=asked) == walk(), "the next citizen finds the kiosk as it was"
    assert screens.patience(walk()) is None, "a kiosk at rest waits for ever"


def test_the_next_citizen_begins_while_the_last_number_is_in_sight() -> None:
    state = walk(ChooseLanguage("en"), state=replace(SAMPLES[Screen.TICKET], priority=True, look=LARGE))
    assert (state.screen, state.language, state.ticket) == (Screen.SERVICE, "en", None)
    assert (state.priority, state.look, state.visit) == (False, Look(), ()), "nothing of the last citizen is left"
    owed = replace(SAMPLES[Screen.TICKET], owed=(Unprinted(OTHER, "uncertain"),))
    assert walk(ChooseLanguage("en"), state=owed).screen is Screen.WRITE_DOWN, "a number without paper goes first"


def test_several_errands_make_one_visit() -> None:
    state = walk(ChooseLanguage("th"), ChooseService("id-card"), SetCases(3), AddErrand())
    assert (state.screen, state.service, state.visit) == (Screen.SERVICE, None, (Errand("id-card", 3),))
    state = walk(ChooseService("tax"), state=state)
    assert state.cases == 1
    _, requests = screens.step(state, Take())
    assert requests == (IssueTicket((Errand("id-card", 3), Errand("tax")), "th"),)
    back = walk(Back(), state=state)
    _, requests = screens.step(back, Take())
    assert requests == (IssueTicket((Errand("id-card", 3),), "th"),), "looked at is not chosen"
    again = walk(ChooseService("id-card"), state=back)
    assert again.cases == 3
    assert walk(SetCases(2), state=again).errands == (Errand("id-card", 2),), "a service stands once in a visit"
    assert walk(RemoveErrand("id-card"), state=again).visit == ()
    assert screens.step(walk(RemoveErrand("id-card"), state=again), Take())[1] == (), "a ticket for nothing"


def test_a_visit_has_no_more_than_five_services() -> None:
    state = walk(ChooseLanguage("th"))
    for n in range(7):
        state = walk(ChooseService(f"service-{n}"), AddErrand(), state=state)
    assert len(state.visit) == 5


def test_priority_is_asked_once_and_never_why() -> None:
    state = walk(OpenPriority(), state=SAMPLES[Screen.DETAILS])
    assert state.screen is Screen.PRIORITY
    yes = walk(SetPriority(True), state=state)
    assert (yes.screen, yes.service, yes.priority) == (Screen.DETAILS, "id-card", True)
    more = walk(AddErrand(), ChooseService("tax"), state=yes)
    assert more.priority, "the answer holds for the whole visit"
    assert screens.step(more, Take())[1] == (IssueTicket((Errand("id-card"), Errand("tax")), "th", True),)
    assert not walk(OpenPriority(), SetPriority(False), state=yes).priority


def test_whoever_comes_late_is_warned_before_the_ticket_and_decides() -> None:
    warned = walk(TooLate(NOON), state=SAMPLES[Screen.DETAILS])
    assert (warned.screen, warned.closes, warned.ticket) == (Screen.LATE, NOON, None)
    assert walk(Back(), state=warned) == SAMPLES[Screen.DETAILS]
    _, requests = screens.step(warned, Take(anyway=True))
    assert requests == (IssueTicket((Errand("id-card"),), "th", anyway=True),)
    assert walk(Issued(TICKET), state=warned).screen is Screen.TICKET


def test_a_closed_office_gives_no_numbers_but_can_be_read() -> None:
    closed = walk(ConditionChanged(CLOSED))
    assert closed.screen is Screen.CLOSED
    reading = walk(Browse(), ChooseService("id-card"), state=closed)
    assert reading.screen is Screen.DETAILS
    assert screens.step(reading, Take())[1] == ()
    assert walk(Back(), Back(), state=reading).screen is Screen.CLOSED
    assert walk(ConditionChanged(FINE), state=closed).screen is Screen.ATTRACT
    caught = walk(ConditionChanged(CLOSED), state=SAMPLES[Screen.DETAILS])
    assert caught.screen is Screen.DETAILS, "closing time takes nothing out of sight"
    assert screens.step(caught, Take())[1] == ()


def test_a_service_that_is_shut_gives_no_numbers_while_the_others_do() -> None:
    shut = Condition(hours=Hours(TODAY, shut=(("tax", HOLIDAY),)))
    state = replace(SAMPLES[Screen.DETAILS], condition=shut)
    assert screens.step(state, Take())[1] != ()
    assert screens.step(replace(state, service="tax"), Take())[1] == ()


def test_a_ticket_is_found_by_number_and_code() -> None:
    state = walk(OpenMyTicket(), *map(Type, "A012"), Enter(), *map(Type, "123"))
    assert (state.typing.label, state.typing.code, state.typing.field) == ("A012", "123", Field.CODE)
    state, requests = screens.step(state, Type("4"))
    assert requests == (FindTicket("A012", "1234"),)
    wrong = walk(NotFound("code"), state=state)
    assert wrong.typing == Typing(Field.CODE, "A012", "", "code"), "the number need not be typed again"
    assert walk(NotFound("number"), state=state).typing.field is Field.LABEL
    found = walk(Found(PLACE), state=state)
    assert (found.screen, found.standing, found.typing) == (Screen.STANDING, PLACE, Typing())
    assert screens.step(found, ImBack())[1] == (NoteReturn(PLACE),)
    noted = walk(Found(replace(PLACE, returned=True)), state=found)
    assert screens.step(noted, ImBack())[1] == (), "said once is enough"


@pytest.mark.parametrize(
    ("keys", "label", "code"),
    [
        ("1A", "A", ""),
        ("A0B12", "A012", ""),
        ("ABCD01", "ABC01", ""),
        ("A123456", "A12345", ""),
        ("IO", "", ""),
        ("A01<<<<2B2", "B2", ""),
        ("A12>", "A12", ""),
        ("A012>12345<", "A012", "123"),
        ("A012>1<<3", "A0123", ""),
    ],
)
def test_only_what_can_be_a_number_and_a_code_is_typed(keys: str, label: str, code: str) -> None:
    given: dict[str, Input] = {"<": Erase(), ">": Enter()}
    state = walk(OpenMyTicket(), *(given.get(key, Type(key)) for key in keys))
    assert (state.typing.label, state.typing.code) == (label, code)


def test_what_is_no_number_is_said_before_the_code_is_asked_for() -> None:
    assert walk(OpenMyTicket(), Type("A"), Enter()).typing == Typing(Field.LABEL, "A", "", "number")


def test_staff_are_called_before_the_screen_says_so() -> None:
    state, requests = screens.step(SAMPLES[Screen.DETAILS], AskHelp())
    assert (state.screen, requests) == (Screen.DETAILS, (CallStaff("details"),))
    called = walk(HelpAsked(), state=state)
    assert called.screen is Screen.HELP
    assert walk(Back(), state=called) == SAMPLES[Screen.DETAILS], "the citizen goes on where help was asked for"
    after, requests = screens.step(called, EndHelp())
    assert (after.screen, requests) == (Screen.DETAILS, (CloseHelp(),))


def test_larger_letters_stay_for_one_citizen() -> None:
    state = walk(ChooseLanguage("th"), OpenAccess(), SetLook(LARGE), Back(), ChooseService("id-card"))
    assert (state.screen, state.look) == (Screen.DETAILS, LARGE)
    shown = walk(Issued(TICKET), state=state)
    assert shown.look == LARGE
    assert walk(Done(), state=shown).look == Look()


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
    assert screen_rules.adjusted(moment, field, by) == expected


def test_a_step_that_is_none_is_refused() -> None:
    for field, by in (("second", 1), ("day", 2)):
        with pytest.raises(IllegalInput):
            screen_rules.adjusted(NOON, field, by)


@pytest.mark.parametrize("screen", [Screen.TICKET, Screen.WRITE_DOWN, Screen.STANDING])
def test_paper_is_asked_for_again_only_where_the_machine_offers_it(screen: Screen) -> None:
    assert screens.step(SAMPLES[screen], AskAgain()) == (SAMPLES[screen], ())
    offered = walk(ConditionChanged(Condition(again=True)), state=SAMPLES[screen])
    assert screens.step(offered, AskAgain()) == (offered, (PrintAgain(7),))
    asked = walk(PaperAsked(TICKET, copy=True), state=offered)
    assert (asked.screen, asked.ticket, asked.paper, asked.copy) == (Screen.TICKET, TICKET, Paper.PRINTING, True)


def test_the_screen_says_no_more_of_the_paper_than_the_printer_did() -> None:
    state = SAMPLES[Screen.TICKET]
    assert walk(Printed(7), state=state).paper is Paper.READY
    assert walk(Printed(7, told=False), state=state).paper is Paper.SENT
    late = walk(Printed(7, copy=True, told=False), state=SAMPLES[Screen.WRITE_DOWN])
    assert (late.screen, late.paper, late.copy) == (Screen.TICKET, Paper.SENT, True)


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
        changed = state.look != Look() or (state.screen in screen_rules.OPEN_TO_ALL and state.language != state.home)
        assert (screens.patience(state) is None) == (state.screen in AT_REST and not changed)
        assert not state.asking or screens.patience(state) is not None
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
