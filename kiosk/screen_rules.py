"""What each input does to the state: the handlers of the table in kiosk.screens. Pure."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from kiosk import screen_typing
from kiosk.screen_inputs import (
    Adjust,
    CallStaff,
    ChooseGroup,
    ChooseLanguage,
    ChooseService,
    CloseHelp,
    ConditionChanged,
    FindTicket,
    Found,
    Input,
    Issued,
    IssueTicket,
    NoteReturn,
    NotFound,
    PaperAsked,
    PaperFailed,
    PrintAgain,
    Printed,
    PrintSlip,
    RemoveErrand,
    Request,
    SetCases,
    SetClock,
    SetLook,
    SetPriority,
    Take,
    TakePlace,
    TooLate,
    TurnPage,
    Type,
)
from kiosk.screen_types import Errand, Field, IllegalInput, Moment, Paper, Screen, State, Typing, Unprinted

Outcome: TypeAlias = tuple[State, tuple[Request, ...]]
Handler: TypeAlias = Callable[[State, Input], Outcome]

REST = (Screen.ATTRACT, Screen.WRITE_DOWN, Screen.OUT_OF_ORDER, Screen.CONFIRM_DATE, Screen.CLOSED)
"""Where a state can come to rest."""
BOX_REST = (Screen.SCORE, Screen.CLOSED, Screen.OUT_OF_ORDER)
"""Where that of a score box can."""
OPEN_TO_ALL = (Screen.ATTRACT, Screen.CLOSED)
"""Where anybody can begin something."""
READING = (Screen.MY_TICKET, Screen.STANDING)
MOST_CASES = 9


class Rule(NamedTuple):
    """What an input does on a screen, and every screen it can lead to."""

    handle: Handler
    targets: tuple[Screen, ...]


def resting(state: State) -> State:
    """What is in sight when nobody is being served: the first number still owed, the trouble, or the invitation.

    A score box thanks even after hours: whoever was inside at closing time is served to the end.
    """
    clean = State(language=state.home, home=state.home, condition=state.condition, owed=state.owed)
    condition = state.condition
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
    if condition.config or condition.disk:
        return replace(clean, screen=Screen.OUT_OF_ORDER)
    if condition.box is not None:
        shut = condition.closed and not condition.box.thanked
        return replace(clean, screen=Screen.CLOSED if shut else Screen.SCORE)
    if condition.doubt:
        kept = state.moment if state.screen is Screen.CONFIRM_DATE else None
        return replace(clean, screen=Screen.CONFIRM_DATE, moment=kept or condition.doubt, refused=state.refused)
    if condition.closed:
        return replace(clean, screen=Screen.CLOSED)
    return replace(clean, screen=Screen.OUT_OF_ORDER if condition.printer else Screen.ATTRACT)


# Choosing ---------------------------------------------------------------------------------------------------------


def begin(state: State, given: Input) -> Outcome:
    """Touch 1 of 3."""
    assert isinstance(given, ChooseLanguage)
    return replace(state, screen=Screen.SERVICE, language=given.language), ()


def begin_next(state: State, given: Input) -> Outcome:
    """The next citizen's first touch, while the last one's number is still in sight."""
    assert isinstance(given, ChooseLanguage)
    at_rest = resting(state)
    if at_rest.screen is Screen.ATTRACT:
        return begin(at_rest, given)
    return speak(at_rest, given) if at_rest.screen is Screen.CLOSED else (at_rest, ())


def speak(state: State, given: Input) -> Outcome:
    """The same in another language."""
    assert isinstance(given, ChooseLanguage)
    return replace(state, language=given.language, page=0), ()


def browse(state: State, given: Input) -> Outcome:
    """Steps, fees and documents can be read while the office is closed."""
    return replace(state, screen=Screen.SERVICE), ()


def show_group(state: State, given: Input) -> Outcome:
    """The services of one group."""
    assert isinstance(given, ChooseGroup)
    return replace(state, group=given.group, page=0), ()


def open_service(state: State, given: Input) -> Outcome:
    """Touch 2 of 3."""
    assert isinstance(given, ChooseService)
    before = state.chosen(given.service)
    cases = before.cases if before else 1
    return replace(state, screen=Screen.DETAILS, service=given.service, cases=cases, page=0), ()


def turn(state: State, given: Input) -> Outcome:
    """Another page."""
    assert isinstance(given, TurnPage)
    return replace(state, page=max(given.page, 0)), ()


def set_cases(state: State, given: Input) -> Outcome:
    """How many cases of the service in sight, and of one in the visit at once: *back* takes nothing back. The view
    offers no more than the catalogue allows."""
    assert isinstance(given, SetCases)
    after = replace(state, cases=min(max(given.cases, 1), MOST_CASES))
    return (replace(after, visit=after.errands) if state.chosen(state.service or "") else after), ()


def add_errand(state: State, given: Input) -> Outcome:
    """The service in sight joins the visit, and another one is looked for."""
    return _at_services(replace(state, visit=state.errands)), ()


def remove_errand(state: State, given: Input) -> Outcome:
    """The service leaves the visit."""
    assert isinstance(given, RemoveErrand)
    return _at_services(replace(state, visit=_without(state.visit, given.service))), ()


def _without(visit: tuple[Errand, ...], service: str) -> tuple[Errand, ...]:
    return tuple(errand for errand in visit if errand.service != service)


def to_services(state: State, given: Input) -> Outcome:
    """Back from one service to all of them."""
    return _at_services(state), ()


def _at_services(state: State) -> State:
    return replace(state, screen=Screen.SERVICE, service=None, cases=1, page=0)


def open_priority(state: State, given: Input) -> Outcome:
    """The question, once a visit; an answer can be taken back."""
    return _over(state, Screen.PRIORITY), ()


def set_priority(state: State, given: Input) -> Outcome:
    """The answer: yes or no, and no reason."""
    assert isinstance(given, SetPriority)
    return uncover(replace(state, priority=given.priority), given)


def ask_for_ticket(state: State, given: Input) -> Outcome:
    """Touch 3 of 3. Nothing is asked for a service that is closed."""
    assert isinstance(given, Take)
    errands = state.errands
    if not errands or any(state.condition.shut(errand.service) for errand in errands):
        return state, ()
    return state, (IssueTicket(errands, state.language, state.priority, given.anyway),)


def warn_late(state: State, given: Input) -> Outcome:
    """Its turn may not come before the office closes: the citizen decides."""
    assert isinstance(given, TooLate)
    return replace(_over(state, Screen.LATE), closes=given.closes, closes_all=given.office), ()


# Ticket and paper -------------------------------------------------------------------------------------------------


def show_number(state: State, given: Input) -> Outcome:
    """The number is durable."""
    assert isinstance(given, Issued)
    shown = replace(state, screen=Screen.TICKET, ticket=given.ticket, paper=Paper.PRINTING, copy=False)
    return replace(shown, page=0, beneath=None), ()


def paper_ready(state: State, given: Input) -> Outcome:
    """The paper of the ticket in sight is out; or that of another one, which is no longer owed."""
    assert isinstance(given, Printed)
    mine = state.ticket is not None and state.ticket.seq == given.seq
    return (_printed(state, given) if mine else _no_longer_owed(state, given.seq)), ()


def _printed(state: State, given: Printed) -> State:
    return replace(state, paper=Paper.READY if given.told else Paper.SENT, copy=given.copy)


def paper_after_all(state: State, given: Input) -> Outcome:
    """The printer was mended while the number was being written down."""
    assert isinstance(given, Printed)
    if state.ticket is None or state.ticket.seq != given.seq:
        return _no_longer_owed(state, given.seq), ()
    return replace(_printed(state, given), screen=Screen.TICKET, reason=None, asking=False), ()


def ask_again(state: State, given: Input) -> Outcome:
    """No paper came: once more, where the machine has said that this is possible."""
    seq = seq_in_sight(state)
    if seq is None or not state.condition.again:
        return state, ()
    return state, (PrintAgain(seq),)


def ask_slip(state: State, given: Input) -> Outcome:
    """On paper that it was carried over, where the machine has said that this is possible."""
    mine = state.standing
    if mine is None or mine.first_on is None or not state.condition.slip:
        return state, ()
    return state, (PrintSlip(mine.seq, mine.first_on, state.language),)


def show_printing(state: State, given: Input) -> Outcome:
    """The same number, its paper on its way."""
    assert isinstance(given, PaperAsked)
    after = replace(state, screen=Screen.TICKET, ticket=given.ticket, paper=Paper.PRINTING, copy=given.copy)
    return replace(after, reason=None, standing=None, beneath=None), ()


def seq_in_sight(state: State) -> int | None:
    """The ticket that the screen in sight is about."""
    if state.screen in (Screen.TICKET, Screen.WRITE_DOWN):
        return state.ticket.seq if state.ticket is not None else None
    return state.standing.seq if state.screen is Screen.STANDING and state.standing is not None else None


def _no_longer_owed(state: State, seq: int) -> State:
    return replace(state, owed=tuple(each for each in state.owed if each.ticket.seq != seq))


def owe_unless_in_sight(state: State, given: Input) -> Outcome:
    """The number in sight turns into one to be written down; another one waits for its turn."""
    assert isinstance(given, PaperFailed)
    if state.ticket is not None and state.ticket.seq == given.ticket.seq:
        if state.screen is Screen.WRITE_DOWN:
            return state, ()
        return replace(state, screen=Screen.WRITE_DOWN, reason=given.reason, asking=False), ()
    return replace(state, owed=(*state.owed, Unprinted(given.ticket, given.reason))), ()


def owe_and_show(state: State, given: Input) -> Outcome:
    """A number without paper goes before everything else."""
    after, _ = owe_unless_in_sight(replace(state, ticket=None), given)
    return resting(after), ()


def paper_late(state: State, given: Input) -> Outcome:
    """No word from the printer for too long: the number is what counts, so it is to be written down."""
    if state.paper is Paper.PRINTING:
        return replace(state, screen=Screen.WRITE_DOWN, reason="uncertain", asking=False), ()
    return ask_or_rest(state, given)


# My ticket --------------------------------------------------------------------------------------------------------


def open_my_ticket(state: State, given: Input) -> Outcome:
    """Number and code are asked for."""
    return replace(state, screen=Screen.MY_TICKET, typing=Typing()), ()


def open_place(state: State, given: Input) -> Outcome:
    """The code of an online place is asked for."""
    return replace(state, screen=Screen.MY_TICKET, typing=Typing(Field.PLACE)), ()


def type_character(state: State, given: Input) -> Outcome:
    """With the last digit of the code the ticket is looked for."""
    assert isinstance(given, Type)
    typing = screen_typing.typed(state.typing, given.character)
    return replace(state, typing=typing), _find(typing, state.language)


def erase(state: State, given: Input) -> Outcome:
    """One character less."""
    return replace(state, typing=screen_typing.erased(state.typing)), ()


def enter(state: State, given: Input) -> Outcome:
    """On to the code, where the number can be one."""
    typing = screen_typing.entered(state.typing)
    return replace(state, typing=typing), _find(typing, state.language)


def _find(typing: Typing, language: str) -> tuple[FindTicket | TakePlace, ...]:
    if not screen_typing.complete(typing):
        return ()
    place = typing.field is Field.PLACE
    return (TakePlace(typing.code, language) if place else FindTicket(typing.label, typing.code),)


def refuse_ticket(state: State, given: Input) -> Outcome:
    """Said at the field where the mistake may be."""
    assert isinstance(given, NotFound)
    return replace(state, typing=screen_typing.refused(state.typing, given.reason)), ()


def show_standing(state: State, given: Input) -> Outcome:
    """The ticket's place."""
    assert isinstance(given, Found)
    return replace(state, screen=Screen.STANDING, standing=given.standing, typing=Typing()), ()


def ask_to_note_return(state: State, given: Input) -> Outcome:
    """Said once is enough."""
    if state.standing is None or state.standing.returned:
        return state, ()
    return state, (NoteReturn(state.standing),)


# Access and help --------------------------------------------------------------------------------------------------


def _over(state: State, screen: Screen) -> State:
    return replace(state, screen=screen, beneath=state.screen)


def uncover(state: State, given: Input) -> Outcome:
    """Back to what lies beneath, if that can still be had; look and language stay."""
    beneath, at_rest = state.beneath or Screen.ATTRACT, resting(state)
    able = at_rest.screen in OPEN_TO_ALL or (beneath in READING and _only_printer(state))
    if beneath not in REST and able:
        return replace(state, screen=beneath, beneath=None, closes=None, closes_all=True), ()
    if at_rest.screen in OPEN_TO_ALL:
        return replace(at_rest, look=state.look, language=state.language), ()
    return at_rest, ()


def open_access(state: State, given: Input) -> Outcome:
    """The ways to see and to reach."""
    if state.screen in (Screen.PRIORITY, Screen.LATE):
        state, _ = uncover(state, given)
    return _over(state, Screen.ACCESS), ()


def set_look(state: State, given: Input) -> Outcome:
    """Seen at once."""
    assert isinstance(given, SetLook)
    return replace(state, look=given.look), ()


def ask_help(state: State, given: Input) -> Outcome:
    """Shown as called only when the call is durable."""
    return state, (CallStaff(state.screen.value),)


def show_help(state: State, given: Input) -> Outcome:
    """Staff have been called."""
    if state.screen in (Screen.PRIORITY, Screen.LATE):
        state, _ = uncover(state, given)
    return _over(state, Screen.HELP), ()


def end_help(state: State, given: Input) -> Outcome:
    """Staff are here, or not needed."""
    after, _ = uncover(state, given)
    return after, (CloseHelp(),)


# Time and condition -----------------------------------------------------------------------------------------------


def rest(state: State, given: Input) -> Outcome:
    """Room for the next citizen."""
    return resting(state), ()


def stay(state: State, given: Input) -> Outcome:
    """Nothing but that somebody is there."""
    return state, ()


def ask_or_rest(state: State, given: Input) -> Outcome:
    """First the question "still there?", then room for the next citizen."""
    if not state.asking:
        return replace(state, asking=True), ()
    return resting(state), ()


def as_it_was(state: State, given: Input) -> Outcome:
    """At rest nobody is asked anything, unless somebody has changed look or language and may still be there."""
    return (resting(state), ()) if state.untouched else ask_or_rest(state, given)


def note_condition(state: State, given: Input) -> Outcome:
    """Kept for later: a number in sight is not taken away."""
    assert isinstance(given, ConditionChanged)
    return replace(state, condition=given.condition), ()


def condition_at_rest(state: State, given: Input) -> Outcome:
    """Shown at once; whoever has just changed look or language keeps them."""
    after, _ = note_condition(state, given)
    at_rest = resting(after)
    if at_rest.screen is not state.screen:
        return at_rest, ()
    return replace(at_rest, look=state.look, language=state.language, asking=state.asking), ()


def condition_while_choosing(state: State, given: Input) -> Outcome:
    """A citizen goes on choosing as long as there is something to choose; at closing time, reading."""
    after, _ = note_condition(state, given)
    at_rest = resting(after)
    return (after if at_rest.screen in OPEN_TO_ALL else at_rest), ()


def condition_while_warned(state: State, given: Input) -> Outcome:
    """Where no ticket can be had any more, nothing is left to decide: back to where it says why."""
    after, _ = condition_while_choosing(state, given)
    none = any(after.condition.shut(errand.service) for errand in after.errands)
    return uncover(after, given) if after.screen is Screen.LATE and none else (after, ())


def condition_aside(state: State, given: Input) -> Outcome:
    """Whoever reads about a ticket, or has called staff, needs no printer for it."""
    after, _ = note_condition(state, given)
    reads = state.screen is Screen.HELP or state.screen in READING or state.beneath in READING
    if reads and _only_printer(after):
        return after, ()
    return condition_while_choosing(state, given)


def _only_printer(state: State) -> bool:
    """Whether the printer alone stands between this kiosk and the next ticket."""
    return resting(replace(state, condition=replace(state.condition, printer=None))).screen in OPEN_TO_ALL


# The date, by staff -----------------------------------------------------------------------------------------------

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


def adjust(state: State, given: Input) -> Outcome:
    """One step on one field."""
    assert isinstance(given, Adjust)
    assert state.moment is not None
    return replace(state, moment=adjusted(state.moment, given.field, given.by), refused=False), ()


def confirm(state: State, given: Input) -> Outcome:
    """Staff vouch for it."""
    assert state.moment is not None
    return state, (SetClock(state.moment),)


def refuse_date(state: State, given: Input) -> Outcome:
    """That date is over."""
    return replace(state, refused=True), ()
