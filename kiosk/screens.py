"""What the kiosk shows, as a table: (screen, input) → the next state and what it asks of the machine. Pure.

Nothing here prints, stores or draws. *Take* asks the machine to issue; only when the facts are durable does the machine
answer with `Issued`, and only then is a number on the screen. Time-outs are inputs too: `patience` says how long the
machine waits before it sends `TimedOut`. What the inputs do is in kiosk.screen_rules.
"""

from collections.abc import Mapping
from dataclasses import replace

from kiosk import screen_rules as rules
from kiosk import upkeep_rules
from kiosk.screen_inputs import (
    AddErrand,
    Adjust,
    AskAgain,
    AskHelp,
    AskSlip,
    Back,
    Browse,
    ChooseGroup,
    ChooseLanguage,
    ChooseService,
    ConditionChanged,
    ConfirmDate,
    DateRefused,
    Done,
    EndHelp,
    Enter,
    Erase,
    Found,
    HelpAsked,
    ImBack,
    Input,
    Issued,
    NotFound,
    OpenAccess,
    OpenMyTicket,
    OpenPlace,
    OpenPriority,
    PaperAsked,
    PaperFailed,
    Printed,
    RemoveErrand,
    SetCases,
    SetLook,
    SetPriority,
    Stay,
    Take,
    TimedOut,
    TooLate,
    TurnPage,
    Type,
)
from kiosk.screen_rules import REST, Outcome, Rule, resting
from kiosk.screen_types import Condition, IllegalInput, Paper, Screen, State


def start(languages: tuple[str, ...], condition: Condition) -> State:
    """The state of a kiosk that begins."""
    return resting(State(language=languages[0], home=languages[0], condition=condition))


def step(state: State, given: Input) -> Outcome:
    """The next state and the requests. Raises IllegalInput where the table has no rule; nothing has changed then."""
    rule = _table_of(state).get((state.screen, type(given)))
    if rule is None:
        raise IllegalInput(
            f"{type(given).__name__} cannot happen on the screen {state.screen.value}",
            hint="send only the inputs of the targets in sight",
        )
    after, requests = rule.handle(state, given)
    touched = not isinstance(given, TimedOut | Printed | PaperFailed | ConditionChanged)
    return (replace(after, asking=False) if touched else after), requests


def knows(state: State, given: type[Input]) -> bool:
    """Whether such an input can happen now."""
    return (state.screen, given) in _table_of(state)


def _table_of(state: State) -> Mapping[tuple[Screen, type[Input]], Rule]:
    return TABLE if state.condition.box is None else BOX_TABLE


def patience(state: State) -> float | None:
    """Seconds without a touch until `TimedOut`; None where the screen waits for ever."""
    if state.asking:
        return EXTEND_S
    if state.screen is Screen.TICKET:
        return PRINTING_S if state.paper is Paper.PRINTING else TICKET_S
    if state.screen in (Screen.ATTRACT, Screen.SCORE, Screen.CLOSED):
        return None if state.untouched else PATIENCE_S[Screen.ACCESS]
    return PATIENCE_S.get(state.screen)


EXTEND_S = 25.0
"""Time to say "still there" after the question: at least 20 s (WCAG 2.2, 2.2.1; EN 301 549)."""
PRINTING_S = 30.0
TICKET_S = 12.0
PATIENCE_S: Mapping[Screen, float] = {
    Screen.SERVICE: 45.0,
    Screen.DETAILS: 75.0,
    Screen.PRIORITY: 45.0,
    Screen.LATE: 60.0,
    Screen.WRITE_DOWN: 60.0,
    Screen.MY_TICKET: 60.0,
    Screen.STANDING: 60.0,
    Screen.ACCESS: 45.0,
    Screen.HELP: 60.0,
    Screen.SERVICE_MENU: 90.0,
    Screen.SERVICE_PIN: 45.0,
    Screen.SERVICE_TOOLS: 120.0,
    Screen.SERVICE_BUTTONS: 120.0,
    Screen.SERVICE_CODE: 180.0,
    Screen.SERVICE_ASK: 120.0,
    Screen.SERVICE_TYPE: 180.0,
    Screen.SERVICE_CLOCK: 120.0,
    Screen.SERVICE_TOUCH: 60.0,
}

SETTLE_S: Mapping[Screen, float] = {Screen.TICKET: 0.8, Screen.WRITE_DOWN: 1.5}
SETTLE_ELSE_S = 0.25


def settling(screen: Screen) -> float:
    """Seconds after a screen appears in which a finger is taken for the tail of the touch that led there."""
    return SETTLE_S.get(screen, SETTLE_ELSE_S)


_CHOOSING = (Screen.SERVICE, Screen.DETAILS, Screen.PRIORITY, Screen.LATE)
_ASIDE = (Screen.MY_TICKET, Screen.STANDING, Screen.ACCESS, Screen.HELP)
_AT_REST = (Screen.ATTRACT, Screen.CLOSED, Screen.OUT_OF_ORDER, Screen.CONFIRM_DATE)
_OPEN_TO_ALL = rules.OPEN_TO_ALL


def _table() -> dict[tuple[Screen, type[Input]], Rule]:
    table: dict[tuple[Screen, type[Input]], Rule] = {
        **upkeep_rules.table(),
        (Screen.ATTRACT, ChooseLanguage): Rule(rules.begin, (Screen.SERVICE,)),
        (Screen.ATTRACT, OpenPlace): Rule(rules.open_place, (Screen.MY_TICKET,)),
        (Screen.CLOSED, Browse): Rule(rules.browse, (Screen.SERVICE,)),
        (Screen.SERVICE, ChooseGroup): Rule(rules.show_group, (Screen.SERVICE,)),
        (Screen.SERVICE, ChooseService): Rule(rules.open_service, (Screen.DETAILS,)),
        (Screen.SERVICE, RemoveErrand): Rule(rules.remove_errand, (Screen.SERVICE,)),
        (Screen.SERVICE, Back): Rule(rules.rest, REST),
        (Screen.DETAILS, SetCases): Rule(rules.set_cases, (Screen.DETAILS,)),
        (Screen.DETAILS, AddErrand): Rule(rules.add_errand, (Screen.SERVICE,)),
        (Screen.DETAILS, RemoveErrand): Rule(rules.remove_errand, (Screen.SERVICE,)),
        (Screen.DETAILS, Back): Rule(rules.to_services, (Screen.SERVICE,)),
        (Screen.PRIORITY, SetPriority): Rule(rules.set_priority, (Screen.SERVICE, Screen.DETAILS)),
        (Screen.PRIORITY, Back): Rule(rules.uncover, (Screen.SERVICE, Screen.DETAILS)),
        (Screen.LATE, Take): Rule(rules.ask_for_ticket, (Screen.LATE,)),
        (Screen.LATE, Back): Rule(rules.uncover, (Screen.SERVICE, Screen.DETAILS)),
        (Screen.TICKET, ChooseLanguage): Rule(rules.begin_next, (Screen.SERVICE, *REST)),
        (Screen.TICKET, Done): Rule(rules.rest, REST),
        (Screen.TICKET, Back): Rule(rules.rest, REST),
        (Screen.TICKET, TimedOut): Rule(rules.paper_late, (Screen.TICKET, *REST)),
        (Screen.TICKET, PaperFailed): Rule(rules.owe_unless_in_sight, (Screen.TICKET, Screen.WRITE_DOWN)),
        (Screen.WRITE_DOWN, Done): Rule(rules.rest, REST),
        (Screen.WRITE_DOWN, Back): Rule(rules.rest, REST),
        (Screen.WRITE_DOWN, TimedOut): Rule(rules.ask_or_rest, (Screen.WRITE_DOWN, *REST)),
        (Screen.WRITE_DOWN, PaperFailed): Rule(rules.owe_unless_in_sight, (Screen.WRITE_DOWN,)),
        (Screen.WRITE_DOWN, Printed): Rule(rules.paper_after_all, (Screen.WRITE_DOWN, Screen.TICKET)),
        (Screen.MY_TICKET, Type): Rule(rules.type_character, (Screen.MY_TICKET,)),
        (Screen.MY_TICKET, Erase): Rule(rules.erase, (Screen.MY_TICKET,)),
        (Screen.MY_TICKET, Enter): Rule(rules.enter, (Screen.MY_TICKET,)),
        (Screen.MY_TICKET, Issued): Rule(rules.show_number, (Screen.TICKET,)),
        (Screen.MY_TICKET, Found): Rule(rules.show_standing, (Screen.STANDING,)),
        (Screen.MY_TICKET, NotFound): Rule(rules.refuse_ticket, (Screen.MY_TICKET,)),
        (Screen.MY_TICKET, Back): Rule(rules.rest, REST),
        (Screen.STANDING, AskSlip): Rule(rules.ask_slip, (Screen.STANDING,)),
        (Screen.STANDING, ImBack): Rule(rules.ask_to_note_return, (Screen.STANDING,)),
        (Screen.STANDING, Found): Rule(rules.show_standing, (Screen.STANDING,)),
        (Screen.STANDING, Done): Rule(rules.rest, REST),
        (Screen.STANDING, Back): Rule(rules.rest, REST),
        (Screen.ACCESS, SetLook): Rule(rules.set_look, (Screen.ACCESS,)),
        (Screen.HELP, EndHelp): Rule(rules.end_help, (*_CHOOSING, Screen.MY_TICKET, Screen.STANDING, *REST)),
        (Screen.CONFIRM_DATE, Adjust): Rule(rules.adjust, (Screen.CONFIRM_DATE,)),
        (Screen.CONFIRM_DATE, ConfirmDate): Rule(rules.confirm, (Screen.CONFIRM_DATE,)),
        (Screen.CONFIRM_DATE, DateRefused): Rule(rules.refuse_date, (Screen.CONFIRM_DATE,)),
    }
    for screen in (Screen.SERVICE, Screen.DETAILS):
        table[screen, TurnPage] = Rule(rules.turn, (screen,))
        table[screen, OpenPriority] = Rule(rules.open_priority, (Screen.PRIORITY,))
        table[screen, Take] = Rule(rules.ask_for_ticket, (screen,))
        table[screen, TooLate] = Rule(rules.warn_late, (Screen.LATE,))
    for screen in (Screen.SERVICE, Screen.DETAILS, Screen.LATE):
        table[screen, Issued] = Rule(rules.show_number, (Screen.TICKET,))
    for screen in (Screen.ACCESS, Screen.HELP):
        table[screen, Back] = Rule(rules.uncover, (*_CHOOSING, Screen.MY_TICKET, Screen.STANDING, *REST))
    for screen in (*_CHOOSING, *_ASIDE):
        table[screen, TimedOut] = Rule(rules.ask_or_rest, (screen, *REST))
        changed = rules.condition_while_choosing if screen in _CHOOSING else rules.condition_aside
        table[screen, ConditionChanged] = Rule(changed, (screen, *REST))
        table[screen, PaperFailed] = Rule(rules.owe_and_show, REST)
    late_no_more = (Screen.LATE, Screen.SERVICE, Screen.DETAILS, *REST)
    table[Screen.LATE, ConditionChanged] = Rule(rules.condition_while_warned, late_no_more)
    for screen in (Screen.TICKET, Screen.WRITE_DOWN, Screen.STANDING):
        table[screen, AskAgain] = Rule(rules.ask_again, (screen,))
        table[screen, PaperAsked] = Rule(rules.show_printing, (Screen.TICKET,))
    for screen in (*_CHOOSING, Screen.MY_TICKET, Screen.STANDING, *_OPEN_TO_ALL):
        table[screen, OpenAccess] = Rule(rules.open_access, (Screen.ACCESS,))
    for screen in (*_CHOOSING, Screen.MY_TICKET, Screen.STANDING, *_OPEN_TO_ALL, Screen.OUT_OF_ORDER):
        table[screen, AskHelp] = Rule(rules.ask_help, (screen,))
        table[screen, HelpAsked] = Rule(rules.show_help, (Screen.HELP,))
    for screen in _OPEN_TO_ALL:
        table[screen, OpenMyTicket] = Rule(rules.open_my_ticket, (Screen.MY_TICKET,))
        table[screen, TimedOut] = Rule(rules.as_it_was, (screen, *REST))
    for screen in _AT_REST:
        table[screen, ConditionChanged] = Rule(rules.condition_at_rest, REST)
        table[screen, PaperFailed] = Rule(rules.owe_and_show, REST)
    for screen in (Screen.TICKET, Screen.WRITE_DOWN):
        table[screen, ConditionChanged] = Rule(rules.note_condition, (screen,))
    for screen in [each for each in Screen if each is not Screen.SCORE]:
        table.setdefault((screen, ChooseLanguage), Rule(rules.speak, (screen,)))
        table.setdefault((screen, Printed), Rule(rules.paper_ready, (screen,)))
        table.setdefault((screen, Stay), Rule(rules.stay, (screen,)))
    return table


def _box_table() -> dict[tuple[Screen, type[Input]], Rule]:
    """A score box asks, thanks, is closed or out of order; all else is the service menu."""
    table = upkeep_rules.table(rules.BOX_REST, rules.BOX_REST)
    for screen in rules.BOX_REST:
        table[screen, ConditionChanged] = Rule(rules.condition_at_rest, rules.BOX_REST)
        table[screen, TimedOut] = Rule(rules.as_it_was, (screen, *rules.BOX_REST))
    for screen in (*rules.BOX_REST, *upkeep_rules.MENU):
        table[screen, ChooseLanguage] = Rule(rules.speak, (screen,))
        table[screen, Stay] = Rule(rules.stay, (screen,))
    return table


TABLE: Mapping[tuple[Screen, type[Input]], Rule] = _table()
BOX_TABLE: Mapping[tuple[Screen, type[Input]], Rule] = _box_table()
"""That of a machine that takes scores alone."""


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> attract"]
    arrows: dict[tuple[Screen, Screen], list[str]] = {}
    for (screen, shape), rule in TABLE.items():
        for target in rule.targets:
            arrows.setdefault((screen, target), []).append(shape.__name__)
    names = {screen: screen.value.replace("-", "_") for screen in Screen}
    lines += [f"    {names[screen]} : {screen.value}" for screen in Screen]
    for (source, target), inputs in sorted(arrows.items()):
        lines.append(f"    {names[source]} --> {names[target]} : {', '.join(sorted(inputs))}")
    return "\n".join(lines) + "\n"
