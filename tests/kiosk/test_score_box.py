"""A machine that takes scores and gives no numbers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from hardware.printer import Bitmap, Dots, Finished, NoPrinter, Outcome, PrintJob
from kiosk import screens
from kiosk.layout import Display
from kiosk.preview import OFFICE
from kiosk.score_appliance import NO_SERVICES
from kiosk.screen_inputs import ChooseLanguage, OpenMyTicket, TimedOut
from kiosk.screen_rules import BOX_REST, REST
from kiosk.screen_types import Condition, IllegalInput, ScoreBox, Screen, State
from kiosk.technician import Bench, NoPin
from kiosk.upkeep_inputs import OpenPin, PinRight, PrintTest
from kiosk.upkeep_rules import MENU
from kiosk.view_parts import Exhibit
from kiosk.views import draw
from sync.calendar_reader import parse_calendar
from sync.disk import DiskTrouble
from sync.facts import ScoreGiven, ScoreRepeated
from tests.kiosk.fakes import FakeClock, Kiosk, opened
from translations import LANGUAGES

LOCKOUT_MS = 5_000
WEEK = "".join(f'{day} = ["08:30-11:30"]\n' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
SHUT = parse_calendar("counters = 2\n[week]\n" + WEEK, LANGUAGES)
"""At noon, where the fake clock stands, the office is closed."""
DISPLAY = Display(800, 480, 155, 86)


def box(folder: Path, **given: Any) -> Kiosk:
    bench = Bench(NoPin(), None, prints=False, served=True)
    return opened(folder, box=True, bench=bench, catalogue=NO_SERVICES, **given)


def thanked(kiosk: Kiosk) -> tuple[int, ...]:
    asked = kiosk.machine.state.condition.box
    assert asked is not None
    return asked.thanked


def test_it_asks_and_thanks_the_counter_that_pressed_for_as_long_as_the_next_press_does_not_count(
    tmp_path: Path,
) -> None:
    kiosk = box(tmp_path)
    assert (kiosk.screen(), thanked(kiosk)) == (Screen.SCORE, ())
    kiosk.press(2, counter=2)
    assert (kiosk.screen(), thanked(kiosk)) == (Screen.SCORE, (2,))
    kiosk.press(4, counter=2)
    kiosk.press(5, counter=1)
    assert thanked(kiosk) == (1, 2)
    kiosk.later(LOCKOUT_MS)
    assert thanked(kiosk) == ()
    scores = [fact for fact in kiosk.facts() if isinstance(fact, ScoreGiven | ScoreRepeated)]
    assert [(each.counter, each.level if isinstance(each, ScoreGiven) else each.levels) for each in scores] == [
        (2, 2),
        (1, 5),
        (2, (4,)),
    ]


def test_the_screen_is_the_same_whatever_was_pressed(tmp_path: Path) -> None:
    typesetter, tokens, seen = Typesetter(), load_tokens(), []
    for level in (1, 2, 3, 4, 5):
        kiosk = box(tmp_path / str(level))
        before = kiosk.machine.state
        kiosk.press(level)
        exhibit = Exhibit(OFFICE, LANGUAGES, NO_SERVICES)
        seen += [draw(state, exhibit, DISPLAY, typesetter, tokens) for state in (before, kiosk.machine.state)]
    assert all(scene == seen[0] for scene in seen[::2])
    assert all(scene == seen[1] for scene in seen[1::2])
    assert seen[0] != seen[1]


def test_a_press_that_is_not_on_record_is_not_thanked_for(tmp_path: Path) -> None:
    kiosk = box(tmp_path)
    kiosk.journal.refusing = DiskTrouble.FULL
    kiosk.press(3)
    assert (kiosk.screen(), thanked(kiosk)) == (Screen.OUT_OF_ORDER, ())
    kiosk.journal.refusing = None
    kiosk.later(6_000)
    assert kiosk.screen() is Screen.SCORE
    kiosk.press(3)
    assert thanked(kiosk) == (1,)


def test_after_hours_it_says_so_and_thanks_whoever_is_still_served(tmp_path: Path) -> None:
    kiosk = box(tmp_path, calendar=SHUT)
    assert kiosk.screen() is Screen.CLOSED
    kiosk.press(4)
    assert (kiosk.screen(), thanked(kiosk)) == (Screen.SCORE, (1,))
    kiosk.later(LOCKOUT_MS)
    assert kiosk.screen() is Screen.CLOSED


def test_it_needs_no_date_opens_no_day_and_says_nothing_of_a_printer(tmp_path: Path) -> None:
    doubtful = FakeClock(utc_ms=0)
    kiosk = box(tmp_path, clock=doubtful, served=True)
    assert kiosk.screen() is Screen.SCORE, "neither a date nor a lane stands in the way of a score"
    kiosk.later(26 * 3_600_000)
    kiosk.press(1)
    told = set(kiosk.kinds())
    assert not told & {"day.opened", "catalogue.adopted", "printer.changed", "printer.tested"}
    assert {"machine.started", "score.given"} <= told


def test_control_a_kiosk_in_its_place_asks_for_the_date_and_opens_days(tmp_path: Path) -> None:
    assert "day.opened" in opened(tmp_path).kinds()


def test_the_menu_has_no_printer_and_its_buttons_count_for_nobody(tmp_path: Path) -> None:
    kiosk = box(tmp_path)
    kiosk.hold(1)
    kiosk.hold(5)
    kiosk.later(5_200)
    assert kiosk.screen() is Screen.SERVICE_MENU
    parts = {part.name: part.told for part in kiosk.machine.state.upkeep.parts}
    assert not {"printer", "paper"} & set(parts)
    assert (parts["buttons"], parts["office"]) == ("free", "unpaired")
    kiosk.let_go(1)
    kiosk.let_go(5)
    kiosk.machine.give(OpenPin())
    assert kiosk.machine.state.upkeep.refused == "unset"
    state, asked = screens.step(kiosk.machine.state, PinRight(True, False, False))
    assert state.screen is Screen.SERVICE_TOOLS
    assert screens.step(state, PrintTest()) == (state, ())
    assert asked == ()
    assert "score.given" not in kiosk.kinds()


@pytest.mark.parametrize("given", [ChooseLanguage("en"), OpenMyTicket()])
def test_no_key_leads_to_a_ticket(tmp_path: Path, given: ChooseLanguage | OpenMyTicket) -> None:
    kiosk = box(tmp_path)
    kiosk.machine.state = replace(kiosk.machine.state, language="my")
    if isinstance(given, ChooseLanguage):
        kiosk.machine.give(given)
    else:
        with pytest.raises(IllegalInput):
            kiosk.machine.give(given)
    assert kiosk.screen() is Screen.SCORE


def test_no_arrow_of_its_table_leaves_it() -> None:
    own = {*BOX_REST, *MENU}
    assert {screen for screen, _ in screens.BOX_TABLE} == own
    assert {target for rule in screens.BOX_TABLE.values() for target in rule.targets} <= {*own, *REST}
    asked = Condition(box=ScoreBox((1,)))
    for screen in own:
        state = State(screen=screen, condition=asked)
        while screens.patience(state) is not None:
            state, _ = screens.step(state, TimedOut())
        assert state.screen is Screen.SCORE or screen in BOX_REST


def test_a_machine_without_a_printer_prints_nothing() -> None:
    printer = NoPrinter()
    printer.start()
    assert printer.poll() == []
    printer.submit(PrintJob(7, Bitmap(Dots(8), Dots(1), b"\x00")))
    (ended,) = printer.poll()
    assert isinstance(ended, Finished)
    assert (ended.job_id, ended.outcome, printer.poll()) == (7, Outcome.NOT_STARTED, [])
    printer.close()
