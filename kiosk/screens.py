"""What the kiosk shows, as a table: (screen, input) → the next state and what it asks of the machine. Pure.

Nothing here prints, stores or draws. *Take* asks the machine to issue; only when the facts are durable does the machine
answer with `Issued`, and only then is a number on the screen. Time-outs are inputs too: `patience` says how long the
machine waits before it sends `TimedOut`.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeAlias

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
    Request,
    Screen,
    SetClock,
    State,
    Stay,
    Take,
    TimedOut,
    TurnPage,
    Unprinted,
)

Outcome: TypeAlias = tuple[State, tuple[Request, ...]]
Handler: TypeAlias = Callable[[State, Input], Outcome]


class Rule(NamedTuple):
    """What an input does on a screen, and every screen it can lead to (None: whatever `resting` says)."""

    handle: Handler
    targets: tuple[Screen, ...]


def start(languages: tuple[str, ...], condition: Condition) -> State:
    """The state of a kiosk that begins."""
    return resting(State(language=languages[0], condition=condition))


def resting(state: State) -> State:
    """What is in sight when nobody is being served: the first number still owed, the trouble, or the invitation."""
    clean = State(language=state.language, condition=state.condition, owed=state.owed)
    if state.owed:
        first = state.owed[0]
        language = first.ticket.language
        return replace(
            clean,
            screen=Screen.WRITE_DOWN,
            language=language,
            ticket=first.ticket,
            reason=first.reason,
            owed=state.owed[1:],
        )
    if state.condition.config or state.condition.disk:
        return replace(clean, screen=Screen.OUT_OF_ORDER)
    if state.condition.doubt:
        kept = state.moment if state.screen is Screen.CONFIRM_DATE else None
        return replace(clean, screen=Screen.CONFIRM_DATE, moment=kept or state.condition.doubt, refused=state.refused)
    return replace(clean, screen=Screen.OUT_OF_ORDER if state.condition.printer else Screen.ATTRACT)


def step(state: State, given: Input) -> Outcome:
    """The next state and the requests. Raises IllegalInput where the table has no rule; nothing has changed then."""
    rule = TABLE.get((state.screen, type(given)))
    if rule is None:
        raise IllegalInput(
            f"{type(given).__name__} cannot happen on the screen {state.screen.value}",
            hint="send only the inputs of the targets in sight",
        )
    after, requests = rule.handle(state, given)
    touched = not isinstance(given, TimedOut | Printed | PaperFailed | ConditionChanged)
    return (replace(after, asking=False) if touched else after), requests


def patience(state: State) -> float | None:
    """Seconds without a touch until `TimedOut`; None where the screen waits for ever."""
    if state.asking:
        return EXTEND_S
    if state.screen is Screen.TICKET:
        return PRINTING_S if state.paper is Paper.PRINTING else TICKET_S
    return PATIENCE_S.get(state.screen)


EXTEND_S = 25.0
"""Time to say "still there" after the question: at least 20 s (WCAG 2.2, 2.2.1; EN 301 549)."""
PRINTING_S = 30.0
TICKET_S = 12.0
PATIENCE_S: Mapping[Screen, float] = {Screen.SERVICE: 45.0, Screen.DETAILS: 75.0, Screen.WRITE_DOWN: 60.0}
ASKS_FIRST = (Screen.SERVICE, Screen.DETAILS, Screen.WRITE_DOWN)
"""Screens that ask "still there?" before they give up on a citizen."""

SETTLE_S: Mapping[Screen, float] = {Screen.TICKET: 0.8, Screen.WRITE_DOWN: 1.5}
SETTLE_ELSE_S = 0.25


def settling(screen: Screen) -> float:
    """Seconds after a screen appears in which a finger is taken for the tail of the touch that led there."""
    return SETTLE_S.get(screen, SETTLE_ELSE_S)


FIELDS = ("day", "month", "year", "hour", "minute")


def adjusted(moment: Moment, field: str, by: int) -> Moment:
    """`moment` with one field stepped, going round at its ends; the day is kept inside its month."""
    if field not in FIELDS or abs(by) != 1:
        raise IllegalInput(f"the date has no step {by} of {field!r}", hint=f"fields are {', '.join(FIELDS)}")
    low, high = {
        "year": (2000, 2099),
        "month": (1, 12),
        "day": (1, monthrange(moment.year, moment.month)[1]),
        "hour": (0, 23),
        "minute": (0, 59),
    }[field]
    within = min(max(getattr(moment, field), low), high)
    value = low + (within + by - low) % (high - low + 1)
    changed = moment._replace(**{field: value})
    return changed._replace(day=min(changed.day, monthrange(changed.year, changed.month)[1]))


# Handlers ---------------------------------------------------------------------------------------------------------


def _begin(state: State, given: Input) -> Outcome:
    assert isinstance(given, ChooseLanguage)
    return replace(state, screen=Screen.SERVICE, language=given.language), ()


def _speak(state: State, given: Input) -> Outcome:
    assert isinstance(given, ChooseLanguage)
    return replace(state, language=given.language, page=0), ()


def _open(state: State, given: Input) -> Outcome:
    assert isinstance(given, ChooseService)
    return replace(state, screen=Screen.DETAILS, service=given.service, page=0), ()


def _turn(state: State, given: Input) -> Outcome:
    assert isinstance(given, TurnPage)
    return replace(state, page=max(given.page, 0)), ()


def _ask_for_ticket(state: State, given: Input) -> Outcome:
    assert state.service is not None
    return state, (IssueTicket(state.service, state.language),)


def _to_services(state: State, given: Input) -> Outcome:
    return replace(state, screen=Screen.SERVICE, service=None, page=0), ()


def _rest(state: State, given: Input) -> Outcome:
    return resting(state), ()


def _stay(state: State, given: Input) -> Outcome:
    return state, ()


def _ask_or_rest(state: State, given: Input) -> Outcome:
    if state.screen in ASKS_FIRST and not state.asking:
        return replace(state, asking=True), ()
    return resting(state), ()


def _show_number(state: State, given: Input) -> Outcome:
    assert isinstance(given, Issued)
    return replace(state, screen=Screen.TICKET, ticket=given.ticket, paper=Paper.PRINTING, page=0), ()


def _paper_ready(state: State, given: Input) -> Outcome:
    assert isinstance(given, Printed)
    mine = state.ticket is not None and state.ticket.seq == given.seq
    return (replace(state, paper=Paper.READY) if mine else _no_longer_owed(state, given.seq)), ()


def _paper_after_all(state: State, given: Input) -> Outcome:
    """The printer was mended while the number was being written down."""
    assert isinstance(given, Printed)
    if state.ticket is None or state.ticket.seq != given.seq:
        return _no_longer_owed(state, given.seq), ()
    return replace(state, screen=Screen.TICKET, paper=Paper.READY, reason=None, asking=False), ()


def _no_longer_owed(state: State, seq: int) -> State:
    return replace(state, owed=tuple(each for each in state.owed if each.ticket.seq != seq))


def _owe_unless_in_sight(state: State, given: Input) -> Outcome:
    """The number in sight turns into one to be written down; another one waits for its turn."""
    assert isinstance(given, PaperFailed)
    if state.ticket is not None and state.ticket.seq == given.ticket.seq:
        if state.screen is Screen.WRITE_DOWN:
            return state, ()
        return replace(state, screen=Screen.WRITE_DOWN, reason=given.reason, asking=False), ()
    return replace(state, owed=(*state.owed, Unprinted(given.ticket, given.reason))), ()


def _owe_and_show(state: State, given: Input) -> Outcome:
    after, _ = _owe_unless_in_sight(state, given)
    return resting(after), ()


def _paper_late(state: State, given: Input) -> Outcome:
    """No word from the printer for too long: the number is what counts, so it is to be written down."""
    if state.paper is Paper.PRINTING:
        return replace(state, screen=Screen.WRITE_DOWN, reason="uncertain"), ()
    return resting(state), ()


def _note_condition(state: State, given: Input) -> Outcome:
    assert isinstance(given, ConditionChanged)
    return replace(state, condition=given.condition), ()


def _condition_at_rest(state: State, given: Input) -> Outcome:
    after, _ = _note_condition(state, given)
    return resting(after), ()


def _condition_while_choosing(state: State, given: Input) -> Outcome:
    """A citizen goes on choosing as long as a ticket can still be had."""
    after, _ = _note_condition(state, given)
    rest = resting(after)
    return (after if rest.screen is Screen.ATTRACT else rest), ()


def _adjust(state: State, given: Input) -> Outcome:
    assert isinstance(given, Adjust)
    assert state.moment is not None
    return replace(state, moment=adjusted(state.moment, given.field, given.by), refused=False), ()


def _confirm(state: State, given: Input) -> Outcome:
    assert state.moment is not None
    return state, (SetClock(state.moment),)


def _refuse_date(state: State, given: Input) -> Outcome:
    return replace(state, refused=True), ()


# Where a state can come to rest.
REST = (Screen.ATTRACT, Screen.WRITE_DOWN, Screen.OUT_OF_ORDER, Screen.CONFIRM_DATE)
_CHOOSING = (Screen.SERVICE, Screen.DETAILS)
_AT_REST = (Screen.ATTRACT, Screen.OUT_OF_ORDER, Screen.CONFIRM_DATE)


def _table() -> dict[tuple[Screen, type[Input]], Rule]:
    table: dict[tuple[Screen, type[Input]], Rule] = {
        (Screen.ATTRACT, ChooseLanguage): Rule(_begin, (Screen.SERVICE,)),
        (Screen.SERVICE, ChooseService): Rule(_open, (Screen.DETAILS,)),
        (Screen.SERVICE, Back): Rule(_rest, REST),
        (Screen.DETAILS, Back): Rule(_to_services, (Screen.SERVICE,)),
        (Screen.DETAILS, Take): Rule(_ask_for_ticket, (Screen.DETAILS,)),
        (Screen.DETAILS, Issued): Rule(_show_number, (Screen.TICKET,)),
        (Screen.TICKET, Done): Rule(_rest, REST),
        (Screen.TICKET, Back): Rule(_rest, REST),
        (Screen.TICKET, TimedOut): Rule(_paper_late, REST),
        (Screen.TICKET, PaperFailed): Rule(_owe_unless_in_sight, (Screen.TICKET, Screen.WRITE_DOWN)),
        (Screen.WRITE_DOWN, Done): Rule(_rest, REST),
        (Screen.WRITE_DOWN, Back): Rule(_rest, REST),
        (Screen.WRITE_DOWN, TimedOut): Rule(_ask_or_rest, REST),
        (Screen.WRITE_DOWN, PaperFailed): Rule(_owe_unless_in_sight, (Screen.WRITE_DOWN,)),
        (Screen.WRITE_DOWN, Printed): Rule(_paper_after_all, (Screen.WRITE_DOWN, Screen.TICKET)),
        (Screen.CONFIRM_DATE, Adjust): Rule(_adjust, (Screen.CONFIRM_DATE,)),
        (Screen.CONFIRM_DATE, ConfirmDate): Rule(_confirm, (Screen.CONFIRM_DATE,)),
        (Screen.CONFIRM_DATE, DateRefused): Rule(_refuse_date, (Screen.CONFIRM_DATE,)),
    }
    for screen in _CHOOSING:
        table[screen, TurnPage] = Rule(_turn, (screen,))
        table[screen, TimedOut] = Rule(_ask_or_rest, (screen, *REST))
        table[screen, ConditionChanged] = Rule(_condition_while_choosing, (screen, *REST))
        table[screen, PaperFailed] = Rule(_owe_and_show, REST)
    for screen in _AT_REST:
        table[screen, ConditionChanged] = Rule(_condition_at_rest, REST)
        table[screen, PaperFailed] = Rule(_owe_and_show, REST)
    for screen in (Screen.TICKET, Screen.WRITE_DOWN):
        table[screen, ConditionChanged] = Rule(_note_condition, (screen,))
    for screen in Screen:
        table.setdefault((screen, ChooseLanguage), Rule(_speak, (screen,)))
        table.setdefault((screen, Printed), Rule(_paper_ready, (screen,)))
        table.setdefault((screen, Stay), Rule(_stay, (screen,)))
    return table


TABLE: Mapping[tuple[Screen, type[Input]], Rule] = _table()


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
