"""Citizens and technicians at the seams of the screens: what is left of the last, what changes under the next."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from hardware.printer import Outcome, PaperStatus
from kiosk import screens
from kiosk.scene import Target
from kiosk.screen_inputs import (
    AddErrand,
    AskHelp,
    Back,
    ChooseLanguage,
    ChooseService,
    ConditionChanged,
    Done,
    EndHelp,
    Enter,
    Input,
    OpenAccess,
    PaperFailed,
    RemoveErrand,
    SetCases,
    SetLook,
    Stay,
    Take,
    TimedOut,
    TooLate,
    Type,
)
from kiosk.screen_types import Condition, Errand, Hours, Look, Moment, Screen, Standing, State, Ticket
from kiosk.ui import LetGo, Pressed, Released, Touched
from sync.calendar import Calendar, Closed, ClosedWhy, Period
from sync.facts import HelpAsked
from sync.types import Seq
from tests.kiosk.fakes import Kiosk, opened
from tests.kiosk.test_loop import Awake

HOUR = 3_600_000
LANGUAGES = ("th", "en", "my")
FINE = Condition()
NO_PAPER = Condition(printer="paper-out")
NO_DISK = Condition(printer="paper-out", disk="disk-full")
TODAY = date(2026, 11, 23)
AFTER = Closed(ClosedWhy.AFTER, {}, datetime(2026, 11, 24, 8, 30))  # noqa: DTZ001 the wall clock
CLOSED = Condition(hours=Hours(TODAY, closed=AFTER))
LARGE = Look(large=True)
MINE = Ticket(7, "A012", "id-card", "my")
MOMENT = datetime(2026, 11, 23, 12, 0)  # noqa: DTZ001 the wall clock
PLACE = Standing("A012", "2026-11-23", ("id-card",), issued=MOMENT, as_of=MOMENT, taken_before=4)


def walk(*inputs: Input, state: State | None = None) -> State:
    state = state or screens.start(LANGUAGES, FINE)
    for each in inputs:
        state, _ = screens.step(state, each)
    return state


# What is left of the last citizen ---------------------------------------------------------------------------------


def test_the_invitation_is_in_the_office_s_language_again_after_a_citizen_of_another() -> None:
    assert walk(ChooseLanguage("my"), Back()) == screens.start(LANGUAGES, FINE)
    written = walk(PaperFailed(MINE, "paper-out"))
    assert written.language == "my", "whoever took the ticket reads it"
    assert walk(Done(), state=written).language == "th"


def test_a_language_chosen_at_a_closed_office_stays_while_somebody_reads_and_no_longer() -> None:
    state = walk(ConditionChanged(CLOSED), ChooseLanguage("my"))
    pause = Condition(hours=CLOSED.hours, help=True)
    assert walk(ConditionChanged(pause), state=state).language == "my"
    asked = walk(TimedOut(), state=state)
    assert asked.asking, "nobody loses the words they read without being asked"
    assert walk(Stay(), state=asked).language == "my"
    left = walk(TimedOut(), state=asked)
    assert (left.screen, left.language, screens.patience(left)) == (Screen.CLOSED, "th", None)


def test_look_and_language_chosen_over_the_invitation_are_both_there_when_it_is_back() -> None:
    state = walk(OpenAccess(), ChooseLanguage("en"), SetLook(LARGE), Back())
    assert (state.screen, state.look, state.language) == (Screen.ATTRACT, LARGE, "en")


def test_the_next_citizen_after_the_last_number_of_the_day_is_told_in_the_language_touched() -> None:
    state = walk(ChooseLanguage("en"), state=State(screen=Screen.TICKET, ticket=MINE, language="my", condition=CLOSED))
    assert (state.screen, state.language) == (Screen.CLOSED, "en")


# What changes under the citizen -----------------------------------------------------------------------------------


def test_closing_time_leaves_no_button_that_does_nothing() -> None:
    choosing = State(screen=Screen.DETAILS, service="id-card")
    warned = walk(TooLate(Moment(2026, 11, 23, 16, 30)), state=choosing)
    after = walk(ConditionChanged(CLOSED), state=warned)
    assert (after.screen, after.service, after.closes) == (Screen.DETAILS, "id-card", None), "which says why"
    shut = Condition(hours=Hours(TODAY, shut=(("id-card", AFTER),)))
    assert walk(ConditionChanged(shut), state=warned).screen is Screen.DETAILS
    other = Condition(hours=Hours(TODAY, shut=(("tax", AFTER),)))
    assert walk(ConditionChanged(other), state=warned).screen is Screen.LATE
    assert walk(ConditionChanged(NO_DISK), state=warned).screen is Screen.OUT_OF_ORDER


@pytest.mark.parametrize("screen", [Screen.MY_TICKET, Screen.STANDING])
def test_nobody_who_reads_about_a_ticket_is_sent_away_by_a_printer(screen: Screen) -> None:
    reading = State(screen=screen, standing=PLACE, language="my")
    for over in (reading, walk(OpenAccess(), state=reading), replace(reading, screen=Screen.HELP, beneath=screen)):
        broken = walk(ConditionChanged(NO_PAPER), state=over)
        assert broken.screen is over.screen
        back = walk(Back(), state=broken)
        assert back.screen is (Screen.OUT_OF_ORDER if over is reading else screen)
    assert walk(ConditionChanged(NO_DISK), state=reading).screen is Screen.OUT_OF_ORDER
    choosing = State(screen=Screen.SERVICE)
    assert walk(ConditionChanged(NO_PAPER), state=choosing).screen is Screen.OUT_OF_ORDER, "no paper, no number"


def test_a_citizen_whose_printer_breaks_while_staff_are_called_does_not_go_on_to_a_ticket() -> None:
    called = State(screen=Screen.HELP, beneath=Screen.DETAILS, service="id-card", look=LARGE)
    broken = walk(ConditionChanged(NO_PAPER), state=called)
    assert broken.screen is Screen.HELP, "that staff are called is true all the same"
    after = walk(Back(), state=broken)
    assert (after.screen, after.look) == (Screen.OUT_OF_ORDER, Look()), "which nobody's time-out would make small again"
    assert walk(EndHelp(), state=broken).screen is Screen.OUT_OF_ORDER


def test_a_call_for_staff_at_a_kiosk_without_paper_is_seen_to_be_made(tmp_path: Path) -> None:
    kiosk = _without_paper(tmp_path)
    kiosk.machine.give(AskHelp())
    kiosk.settle()
    assert kiosk.screen() is Screen.HELP
    kiosk.machine.give(EndHelp())
    kiosk.settle()
    assert (kiosk.screen(), kiosk.machine.record.help) == (Screen.OUT_OF_ORDER, None)


def _without_paper(folder: Path) -> Kiosk:
    kiosk = opened(folder)
    kiosk.printer.set_status(PaperStatus(True, "out", False, False, True))
    kiosk.settle()
    assert kiosk.screen() is Screen.OUT_OF_ORDER
    return kiosk


# Fingers and keys -------------------------------------------------------------------------------------------------


def test_a_double_tap_on_remove_takes_no_ticket(tmp_path: Path) -> None:
    """Where a shut service stood in the visit, *remove* gives way to *take* at the same place."""
    hours = tuple(((Period(510, 722),),) * 7)  # until 12:02; the kiosk's clock begins at 12:01
    calendar = Calendar("d" * 64, ((Period(510, 990),),) * 7, services={"move-in": hours})
    awake = Awake(tmp_path, calendar=calendar)
    for name in ("language-en", "service-move-in", "another", "group-revenue", "service-waste-fee", "another"):
        awake.touch(name)
    for _ in range(2):
        awake.event(Touched(1, 1), wait_ms=30_000)
    place = _target(awake, "remove").rect.centre
    awake.event(Touched(*place), Released())
    assert _target(awake, "take").rect.holds(*place), "the trap is there"
    awake.event(Touched(*place), Released(), wait_ms=120)
    assert awake.name == "service"
    awake.event(Touched(*place), Released())
    assert awake.name == "ticket"


def test_a_double_tap_on_a_group_opens_none_of_its_services(tmp_path: Path) -> None:
    awake = Awake(tmp_path)
    awake.touch("language-en")
    awake.touch("group-revenue")
    awake.touch("service-waste-fee", wait_ms=100)
    assert awake.name == "service"


def test_escape_pressed_twice_skips_no_number_that_is_still_to_be_written_down(tmp_path: Path) -> None:
    awake = Awake(tmp_path)
    awake.kiosk.printer.hold = True
    for _ in range(2):
        for name in ("language-en", "service-move-in", "take", "done"):
            awake.touch(name)
    for _ in range(2):
        awake.kiosk.printer.finish(Outcome.UNCERTAIN)
        awake.event()
    assert awake.kiosk.label == "A001"
    awake.event(Pressed("Escape"), wait_ms=2_000)
    awake.event(Pressed("Escape"), wait_ms=200)
    assert awake.kiosk.label == "A002"


def test_the_focus_is_never_on_a_target_that_has_gone(tmp_path: Path) -> None:
    """What a keypad chooses may vanish by being chosen: the focus stays in sight, near where it was."""
    awake = Awake(tmp_path)
    awake.event(Pressed("F2"))
    awake.touch("service-house-copy")
    _focus(awake, "more-cases")
    while "more-cases" in [target.name for target in awake.front.scene.targets]:
        awake.event(Pressed("Enter"), LetGo("Enter"))
        assert awake.front.focus in [target.name for target in awake.front.scene.targets]
    assert awake.name == "details"
    awake.event(Pressed("Escape"))
    _focus(awake, "group-revenue")
    awake.event(Pressed("Enter"), LetGo("Enter"))
    assert awake.front.scene.named(awake.front.focus or "") is not None


def _focus(awake: Awake, name: str) -> None:
    for _ in awake.front.scene.targets:
        if awake.front.focus == name:
            return
        awake.event(Pressed("Tab"))
    assert awake.front.focus == name


def _target(awake: Awake, name: str) -> Target:
    found = awake.front.scene.named(name)
    assert found is not None, [target.name for target in awake.front.scene.targets]
    return found


# Late, and staff --------------------------------------------------------------------------------------------------


def test_work_that_yesterday_left_undone_makes_nobody_late_today(tmp_path: Path) -> None:
    short = Calendar("d" * 64, ((Period(510, 780),),) * 7)  # 08:30-13:00; it is 12:01
    kiosk = opened(tmp_path, calendar=short)
    for _ in range(25):
        kiosk.machine.give(ChooseLanguage("en"))
        kiosk.machine.give(ChooseService("building-permit"))
        kiosk.machine.give(Take(anyway=True))
        kiosk.settle()
        kiosk.machine.give(Back())
    kiosk.later(21 * HOUR)
    kiosk.take(service="move-in")
    assert kiosk.screen() is Screen.TICKET, "the office has just opened"


def test_a_visit_is_late_where_one_of_its_services_is_and_says_until_when(tmp_path: Path) -> None:
    week = ((Period(510, 990),),) * 7
    early = ((Period(510, 750),),) * 7  # until 12:30; it is 12:01
    kiosk = opened(tmp_path, calendar=Calendar("d" * 64, week, services={"move-in": early}))
    kiosk.take(service="building-permit")
    kiosk.machine.give(Back())
    visit: list[Input] = [
        ChooseLanguage("en"),
        ChooseService("move-out"),
        AddErrand(),
        ChooseService("move-in"),
        Take(),
    ]
    for given in visit:
        kiosk.machine.give(given)
    assert (kiosk.screen(), kiosk.machine.state.closes) == (Screen.LATE, Moment(2026, 11, 23, 12, 30))
    kiosk.machine.give(Back())
    kiosk.machine.give(RemoveErrand("move-in"))
    kiosk.machine.give(Take())
    assert kiosk.screen() is Screen.TICKET


def test_a_service_that_closes_early_makes_only_itself_late(tmp_path: Path) -> None:
    week = ((Period(510, 990),),) * 7
    early = ((Period(510, 750),),) * 7  # until 12:30; it is 12:01
    kiosk = opened(tmp_path, calendar=Calendar("d" * 64, week, services={"move-in": early}))
    for given in (
        ChooseLanguage("en"),
        ChooseService("move-in"),
        AddErrand(),
        ChooseService("building-permit"),
        Take(),
    ):
        kiosk.machine.give(given)
    assert kiosk.screen() is Screen.TICKET, "what else there is to do has time until 16:30"


def test_a_call_that_nobody_has_ended_does_not_silence_the_next_citizen_s(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    for _ in range(5):
        kiosk.machine.give(AskHelp())
        kiosk.machine.give(Back())
    assert kiosk.sound.played == 1, "children touch it too"
    kiosk.later(20 * HOUR)
    kiosk.machine.give(AskHelp())
    kiosk.settle()
    assert (kiosk.sound.played, kiosk.kinds().count(HelpAsked.kind)) == (2, 2)
    kiosk.machine.give(EndHelp())
    kiosk.settle()
    assert kiosk.machine.record.help is None, "staff have come: for both"


def test_a_ticket_in_a_language_that_the_kiosk_no_longer_has_is_told_in_the_office_s(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.take("my")
    assert kiosk.machine.state.ticket is not None
    seq = Seq(kiosk.machine.state.ticket.seq)
    desk = kiosk.machine.desk
    desk._house = replace(desk._house, languages=("en", "th"))
    assert (desk.shown(seq).language, desk.on_paper(seq, copy=True).language) == ("en", "en")


def test_a_service_that_closes_before_the_office_is_not_said_to_close_it(tmp_path: Path) -> None:
    early = ((Period(510, 735),),) * 7  # until 12:15; it is 12:01
    calendar = Calendar("d" * 64, ((Period(510, 990),),) * 7, services={"move-in": early})
    awake = Awake(tmp_path, calendar=calendar)
    for name in ("language-en", "service-move-in", "take"):
        awake.touch(name)
    assert awake.name == "late"
    said = " ".join(awake.front.scene.texts())
    assert "Closes at 12:15" in said
    assert "The office closes" not in said


def test_back_takes_no_cases_of_a_chosen_service_back() -> None:
    state = walk(ChooseLanguage("en"), ChooseService("house-copy"), AddErrand())
    state = walk(ChooseService("house-copy"), SetCases(3), Back(), state=state)
    assert state.visit == (Errand("house-copy", 3),)
    assert walk(ChooseService("house-copy"), SetCases(3), Back(), state=walk(ChooseLanguage("en"))).visit == ()


def test_a_number_written_down_for_want_of_word_from_the_printer_comes_back_for_nobody_else(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.printer.hold = True
    kiosk.take()
    kiosk.later(31_000)
    assert (kiosk.screen(), kiosk.label) == (Screen.WRITE_DOWN, "A001")
    kiosk.machine.give(Done())
    kiosk.machine.give(ChooseLanguage("th"))
    kiosk.machine.give(ChooseService("move-in"))
    kiosk.printer.finish(Outcome.UNCERTAIN)
    kiosk.settle()
    assert (kiosk.screen(), kiosk.label) == (Screen.DETAILS, None), "the next citizen goes on choosing"


def test_no_key_is_offered_that_types_nothing(tmp_path: Path) -> None:
    awake = Awake(tmp_path)
    awake.touch("my-ticket")
    for character in "A12345":
        awake.kiosk.machine.give(Type(character))
    awake.event()
    given = [target.gives for target in awake.front.scene.targets]
    assert Enter() in given
    assert not [each for each in given if isinstance(each, Type)], "no number has six digits"
