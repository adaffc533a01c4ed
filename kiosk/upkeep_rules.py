"""The service menu as a part of the table in kiosk.screens: status for anyone, the rest behind a PIN. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from kiosk import screen_rules as rules
from kiosk import upkeep_entry as entries
from kiosk.screen_inputs import (
    Adjust,
    Back,
    ConditionChanged,
    ConfirmDate,
    DateRefused,
    Enter,
    Erase,
    Input,
    PaperFailed,
    TimedOut,
    TurnPage,
    Type,
)
from kiosk.screen_rules import REST, Outcome, Rule
from kiosk.screen_types import Screen, State
from kiosk.upkeep_entry import Entry
from kiosk.upkeep_inputs import (
    AskFirstCode,
    ChooseKeys,
    ClockTold,
    FetchFirstCode,
    FirstCodeTold,
    LookAtClock,
    LookAtParts,
    LookAtPin,
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
    PrintSlip,
    PrintTest,
    RunTool,
    SlipTold,
    TakeTime,
    ToolTold,
    TouchPlace,
    TrialTold,
    TriedTold,
    TryPin,
    UseTool,
)
from kiosk.upkeep_types import Upkeep, Wish
from sync.box_words import PIN_DIGITS

MENU = (
    Screen.SERVICE_MENU,
    Screen.SERVICE_PIN,
    Screen.SERVICE_TOOLS,
    Screen.SERVICE_BUTTONS,
    Screen.SERVICE_CODE,
    Screen.SERVICE_ASK,
    Screen.SERVICE_TYPE,
    Screen.SERVICE_CLOCK,
    Screen.SERVICE_TOUCH,
)
BEHIND_PIN = MENU[2:]
AT_REST = (Screen.ATTRACT, Screen.CLOSED, Screen.OUT_OF_ORDER, Screen.CONFIRM_DATE)
"""Where the menu can be opened: whoever stands at the kiosk is not interrupted."""
CHOICES: Mapping[str, tuple[str, ...]] = {
    "restart": ("restart-kiosk", "restart-machine"),
    "update": ("update-stick", "update-now"),
    "levels": ("volume", "brightness"),
    "printer": ("printer",),
    "trial": ("keep", "revert", "reach"),
}
"""What can be chosen, and the tools that each choice is between: only those that the machine has."""
ENTRIES: Mapping[str, str] = {"pair": "pair", "ssid": "wifi", "passphrase": "wifi", "printer": "printer"}
"""What can be typed, and the tool that it is for."""
CHOSEN = frozenset({*(tool for tools in CHOICES.values() for tool in tools), *ENTRIES.values()}) - {"reach"}
"""Tools that no tile uses at once."""


def table(
    at_rest: tuple[Screen, ...] = AT_REST, rest: tuple[Screen, ...] = REST
) -> dict[tuple[Screen, type[Input]], Rule]:
    """(screen, input) → rule. `at_rest`: where the menu can be opened; `rest`: where a state can come to rest."""
    status, pin, tools, buttons, code, ask, entry, clock, touch = MENU
    made: dict[tuple[Screen, type[Input]], Rule] = {
        (status, PartsTold): Rule(show_parts, (status,)),
        (status, TurnPage): Rule(rules.turn, (status,)),
        (status, OpenPin): Rule(look_at_pin, (status,)),
        (status, PinTold): Rule(show_pin, (pin,)),
        (status, Back): Rule(rules.rest, rest),
        (pin, Type): Rule(type_digit, (pin,)),
        (pin, Erase): Rule(erase_digit, (pin,)),
        (pin, PinTold): Rule(show_pin, (pin,)),
        (pin, PinRight): Rule(open_tools, (tools,)),
        (pin, Back): Rule(to_status, (status,)),
        (tools, PrintTest): Rule(ask_to_print, (tools,)),
        (tools, OpenButtons): Rule(open_buttons, (buttons,)),
        (tools, AskFirstCode): Rule(ask_for_code, (tools,)),
        (tools, FirstCodeTold): Rule(show_code, (code,)),
        (tools, UseTool): Rule(use_tool, (tools,)),
        (tools, OpenAsk): Rule(open_ask, (tools, ask)),
        (tools, TurnPage): Rule(rules.turn, (tools,)),
        (tools, Back): Rule(rules.rest, rest),
        (tools, OpenEntry): Rule(open_entry, (tools, entry)),
        (tools, TrialTold): Rule(show_trial, (tools, ask)),
        (tools, OpenClock): Rule(look_at_clock, (tools,)),
        (tools, ClockTold): Rule(show_clock, (clock,)),
        (tools, OpenTouch): Rule(open_touch, (touch,)),
        (clock, Adjust): Rule(rules.adjust, (clock,)),
        (clock, ConfirmDate): Rule(take_time, (clock,)),
        (clock, DateRefused): Rule(rules.refuse_date, (clock,)),
        (clock, Back): Rule(to_tools, (tools,)),
        (touch, TouchPlace): Rule(touch_place, (touch,)),
        (touch, Back): Rule(to_tools, (tools,)),
        (ask, UseTool): Rule(use_chosen, (ask,)),
        (ask, PrintTest): Rule(ask_to_print, (ask,)),
        (ask, OpenEntry): Rule(open_entry, (ask, entry)),
        (ask, TrialTold): Rule(show_trial, (ask,)),
        (entry, Type): Rule(type_character, (entry,)),
        (entry, Erase): Rule(erase_character, (entry,)),
        (entry, ChooseKeys): Rule(choose_keys, (entry,)),
        (entry, TurnPage): Rule(rules.turn, (entry,)),
        (entry, Enter): Rule(enter, (entry, tools, ask)),
        (entry, Back): Rule(leave_entry, (tools, ask)),
        (ask, Back): Rule(to_tools, (tools,)),
        (buttons, TriedTold): Rule(show_tested, (buttons,)),
        (buttons, TurnPage): Rule(turn_to_counter, (buttons,)),
        (buttons, Back): Rule(to_tools, (tools,)),
        (code, FirstCodeTold): Rule(show_code, (code,)),
        (code, TurnPage): Rule(rules.turn, (code,)),
        (code, Back): Rule(to_tools, (tools,)),
    }
    for screen in at_rest:
        made[screen, OpenMenu] = Rule(open_menu, (screen,))
        made[screen, PartsTold] = Rule(show_parts, (status,))
    for screen in BEHIND_PIN:
        made[screen, SlipTold] = Rule(show_slip, (screen,))
        made[screen, ToolTold] = Rule(show_told, (screen, tools) if screen is clock else (screen,))
    for screen in MENU:
        made[screen, TimedOut] = Rule(rules.ask_or_rest, (screen, *rest))
        made[screen, ConditionChanged] = Rule(rules.note_condition, (screen,))
        made[screen, PaperFailed] = Rule(rules.owe_and_show, rest)
    return made


def _with(state: State, **changes: object) -> State:
    return replace(state, upkeep=replace(state.upkeep, **changes))  # type: ignore[arg-type]


def open_menu(state: State, given: Input) -> Outcome:
    """Shown as soon as every part has been looked at."""
    return state, (LookAtParts(),)


def show_parts(state: State, given: Input) -> Outcome:
    """For anyone; in the usual look, whatever a citizen has chosen."""
    assert isinstance(given, PartsTold)
    if state.screen is Screen.SERVICE_MENU:
        return _with(state, parts=given.parts), ()
    begun = rules.resting(replace(state, owed=()))
    menu = replace(begun, screen=Screen.SERVICE_MENU, language=state.language, owed=state.owed)
    return _with(menu, parts=given.parts), ()


def look_at_pin(state: State, given: Input) -> Outcome:
    """The pad comes with whether it can be used."""
    return state, (LookAtPin(),)


def show_pin(state: State, given: Input) -> Outcome:
    """What was typed is gone, right or wrong."""
    assert isinstance(given, PinTold)
    after = replace(state, screen=Screen.SERVICE_PIN, page=0)
    return _with(after, digits="", refused=given.refused, wait_s=given.wait_s), ()


def type_digit(state: State, given: Input) -> Outcome:
    """With the last digit the PIN is tried."""
    assert isinstance(given, Type)
    known = state.upkeep
    if known.refused in ("unset", "wait") or not given.character.isdecimal() or len(known.digits) >= PIN_DIGITS:
        return state, ()
    digits = known.digits + given.character
    return _with(state, digits=digits, refused=None), (TryPin(digits),) if len(digits) == PIN_DIGITS else ()


def erase_digit(state: State, given: Input) -> Outcome:
    """One digit less."""
    return _with(state, digits=state.upkeep.digits[:-1]), ()


def open_tools(state: State, given: Input) -> Outcome:
    """The PIN was right, and that is on record."""
    assert isinstance(given, PinRight)
    after = replace(state, screen=Screen.SERVICE_TOOLS, page=0, upkeep=Upkeep(parts=state.upkeep.parts))
    known = {"connected": given.connected, "prints": given.prints, "tools": given.tools, "able": given.able}
    return _with(after, counters=given.counters, **known), ()


def to_status(state: State, given: Input) -> Outcome:
    """Back to what is for anyone."""
    return replace(state, screen=Screen.SERVICE_MENU, page=0, upkeep=Upkeep(parts=state.upkeep.parts)), ()


def to_tools(state: State, given: Input) -> Outcome:
    """A code that was shown is forgotten."""
    return _with(replace(state, screen=Screen.SERVICE_TOOLS, page=0), tested=None, first=None, ask="", entry=None), ()


def ask_to_print(state: State, given: Input) -> Outcome:
    """One at a time."""
    able = state.upkeep.prints and state.upkeep.slip != "printing"
    return state, (PrintSlip(),) if able else ()


def show_slip(state: State, given: Input) -> Outcome:
    """What became of the test print."""
    assert isinstance(given, SlipTold)
    return _with(state, slip=given.outcome, told=None), ()


def use_tool(state: State, given: Input) -> Outcome:
    """Only one that the machine has, and that needs no choice."""
    assert isinstance(given, UseTool)
    able = given.wish.tool in state.upkeep.tools - CHOSEN
    return state, (RunTool(given.wish),) if able else ()


def open_ask(state: State, given: Input) -> Outcome:
    """Only what there is something to choose of."""
    assert isinstance(given, OpenAsk)
    if not state.upkeep.tools.intersection(CHOICES.get(given.ask, ())):
        return state, ()
    return _with(replace(state, screen=Screen.SERVICE_ASK, page=0), ask=given.ask, told=None, slip=None), ()


def use_chosen(state: State, given: Input) -> Outcome:
    """One of those that the choice is between."""
    assert isinstance(given, UseTool)
    able = given.wish.tool in state.upkeep.tools.intersection(CHOICES.get(state.upkeep.ask, ()))
    tried = able and given.wish.tool == "printer"
    return (_with(state, ask="trial") if tried else state), (RunTool(given.wish),) if able else ()


def show_told(state: State, given: Input) -> Outcome:
    """What became of the last tool; of a test print nothing is said any more, unless it is still under way."""
    assert isinstance(given, ToolTold)
    if state.screen is Screen.SERVICE_CLOCK and given.told.code == "clock-set":
        state = to_tools(state, given)[0]
    slip = state.upkeep.slip if state.upkeep.slip == "printing" else None
    told, able = given.told, state.upkeep.able
    if told.code == f"{told.tool}-set" and told.tool in ("volume", "brightness"):
        percent = int(told.figure)
        able = replace(able, volume=percent) if told.tool == "volume" else replace(able, brightness=percent)
    return _with(state, told=told, slip=slip, able=able), ()


def show_trial(state: State, given: Input) -> Outcome:
    """How long it is tried yet. Whoever comes in on one is led to it."""
    assert isinstance(given, TrialTold)
    begun = given.what and not state.upkeep.trial and state.screen is Screen.SERVICE_TOOLS
    after = _with(state, trial=given.what, trial_s=given.left_s)
    return (_with(replace(after, screen=Screen.SERVICE_ASK, page=0), ask="trial") if begun else after), ()


def look_at_clock(state: State, given: Input) -> Outcome:
    """Only where nobody vouches for it: what is known better is not set by hand."""
    return state, (LookAtClock(),) if "clock" in state.upkeep.tools else ()


def show_clock(state: State, given: Input) -> Outcome:
    """It begins with what the clock shows."""
    assert isinstance(given, ClockTold)
    shown = replace(state, screen=Screen.SERVICE_CLOCK, page=0, moment=given.moment, refused=False)
    return _with(shown, told=None, slip=None), ()


def take_time(state: State, given: Input) -> Outcome:
    """Whoever knows the PIN vouches for it."""
    return state, (TakeTime(state.moment),) if state.moment is not None else ()


def open_touch(state: State, given: Input) -> Outcome:
    """No place has been touched yet."""
    return _with(replace(state, screen=Screen.SERVICE_TOUCH, page=0), touched=frozenset(), told=None, slip=None), ()


def touch_place(state: State, given: Input) -> Outcome:
    """It stays marked."""
    assert isinstance(given, TouchPlace)
    return _with(state, touched=state.upkeep.touched | {given.place}), ()


def open_entry(state: State, given: Input) -> Outcome:
    """Only what there is a tool for."""
    assert isinstance(given, OpenEntry)
    if ENTRIES.get(given.topic) not in state.upkeep.tools or given.topic == "passphrase":
        return state, ()
    return _with(replace(state, screen=Screen.SERVICE_TYPE, page=0), entry=Entry(given.topic), told=None, slip=None), ()


def leave_entry(state: State, given: Input) -> Outcome:
    """What was typed is forgotten."""
    if not state.upkeep.ask:
        return to_tools(state, given)
    return _with(replace(state, screen=Screen.SERVICE_ASK, page=0), entry=None), ()


def type_character(state: State, given: Input) -> Outcome:
    """Where it can stand."""
    assert isinstance(given, Type)
    return _with(state, entry=entries.typed(state.upkeep.entry or Entry("pair"), given.character)), ()


def erase_character(state: State, given: Input) -> Outcome:
    """One less."""
    return _with(state, entry=entries.erased(state.upkeep.entry or Entry("pair"))), ()


def choose_keys(state: State, given: Input) -> Outcome:
    """Other keys for the same text."""
    assert isinstance(given, ChooseKeys)
    entry = state.upkeep.entry or Entry("pair")
    layer = given.layer if 0 <= given.layer < entry.layers else 0
    return _with(replace(state, page=0), entry=replace(entry, layer=layer)), ()


def enter(state: State, given: Input) -> Outcome:
    """On to the passphrase, or off to the tool; what was typed is then in its wish alone."""
    entry = state.upkeep.entry
    if entry is None or not entries.complete(entry):
        return state, ()
    match entry.topic:
        case "ssid":
            return _with(replace(state, page=0), entry=Entry("passphrase", before=entry.text)), ()
        case "pair":
            return to_tools(state, given)[0], (RunTool(Wish("pair", secret=entry.text)),)
        case "passphrase":
            wish = Wish("wifi", entry.before, entry.text)
        case _:
            wish = Wish("printer", entries.printer_address(entry))
    return _with(replace(state, screen=Screen.SERVICE_ASK, page=0), entry=None, ask="trial"), (RunTool(wish),)


def open_buttons(state: State, given: Input) -> Outcome:
    """From here on the buttons of the counter in sight count for nobody: the machine goes by the screen."""
    if not state.upkeep.counters:
        return state, ()
    return replace(state, screen=Screen.SERVICE_BUTTONS, page=0), ()


def turn_to_counter(state: State, given: Input) -> Outcome:
    """The next counter; what was pressed at the last one is forgotten."""
    after, _ = rules.turn(state, given)
    return _with(after, tested=None), ()


def show_tested(state: State, given: Input) -> Outcome:
    """Each press lights its row."""
    assert isinstance(given, TriedTold)
    return _with(state, tested=given.tested), ()


def ask_for_code(state: State, given: Input) -> Outcome:
    """Only where there is an office to ask."""
    return state, (FetchFirstCode(),) if state.upkeep.connected else ()


def show_code(state: State, given: Input) -> Outcome:
    """That it is being asked for, then the code or why there is none."""
    assert isinstance(given, FirstCodeTold)
    page = state.page if state.screen is Screen.SERVICE_CODE else 0
    return _with(replace(state, screen=Screen.SERVICE_CODE, page=page), first=given.first), ()
