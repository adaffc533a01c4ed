"""Score buttons of several counters on one box: each has its own lockout, lamp and stuck state."""

from pathlib import Path

import pytest

from hardware.board import BoardState, RecordingBoard
from hardware.buttons import NEXT, Edge
from hardware.buttons import BootMs as HardwareBootMs
from kiosk.scores import Scores, Trial
from kiosk.votes import VotesError
from sync.disk import DiskTrouble
from sync.facts import BoardChanged, ButtonStuck, CounterPressed, ScoreGiven, ScoreRepeated
from sync.types import BootMs, Level
from tests.kiosk.fakes import Kiosk, opened


def scores(kiosk: Kiosk) -> list[tuple[int, int]]:
    return [(body.counter, body.level) for body in kiosk.facts() if isinstance(body, ScoreGiven)]


def both_press(kiosk: Kiosk) -> None:
    """Somebody at counter 1 presses, and while its buttons are locked somebody at counter 2."""
    kiosk.press(5, counter=1)
    kiosk.press(2, counter=2)
    kiosk.later(10_000)


def test_a_press_at_one_counter_never_locks_out_the_other(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    both_press(kiosk)
    assert scores(kiosk) == [(1, 5), (2, 2)]
    assert not any(isinstance(body, ScoreRepeated) for body in kiosk.facts())


class OneForAll(Scores):
    """The control: all counters share the buttons of the first."""

    def turn(self, edges: list[Edge], now: BootMs) -> None:  # type: ignore[override]
        super().turn([Edge(1, edge.level, edge.pressed, edge.boottime_ms) for edge in edges], now)


def test_control_one_machine_for_all_counters_loses_the_second_score(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.machine._scores.__class__ = OneForAll
    both_press(kiosk)
    assert scores(kiosk) == [(1, 5)]


def test_each_lamp_lights_for_its_own_counter_only(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.press(3, counter=2)
    assert (kiosk.lamps[1].changes, kiosk.lamps[2].changes, kiosk.sound.played) == ([], [True], 1)
    kiosk.later(2_000)
    assert (kiosk.lamps[1].changes, kiosk.lamps[2].changes) == ([], [True, False])


def test_a_counter_without_a_lamp_is_thanked_by_the_chime(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    del kiosk.lamps[2]
    kiosk.press(3, counter=2)
    assert (scores(kiosk), kiosk.sound.played) == ([(2, 3)], 1)


def test_repeats_belong_to_the_counter_at_which_they_were_pressed(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    for level, counter in ((1, 1), (2, 2), (5, 1), (4, 2)):
        kiosk.press(level, counter=counter)
    kiosk.later(10_000)
    repeats = [(body.counter, body.levels) for body in kiosk.facts() if isinstance(body, ScoreRepeated)]
    assert sorted(repeats) == [(1, (5,)), (2, (4,))]


def test_a_stuck_button_at_one_counter_is_told_for_that_counter_and_stops_no_other(tmp_path: Path) -> None:
    kiosk = opened(tmp_path, held=((2, 4),))
    kiosk.later(11_000)
    kiosk.press(4, counter=1)
    assert ButtonStuck(2, Level(4), True) in kiosk.facts()
    assert scores(kiosk) == [(1, 4)]


def test_a_score_that_the_disk_refused_is_not_thanked_for_at_any_counter(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.journal.refusing = DiskTrouble.FULL
    both_press(kiosk)
    assert (kiosk.lamps[1].changes, kiosk.lamps[2].changes, kiosk.sound.played) == ([], [], 0)
    kiosk.journal.refusing = None
    both_press(kiosk)
    assert scores(kiosk) == [(1, 5), (2, 2)]


def test_the_end_tells_the_repeats_of_all_counters_and_turns_their_lamps_off(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    for counter in (1, 2):
        kiosk.press(5, counter=counter)
        kiosk.press(1, counter=counter)
    kiosk.machine.end()
    repeats = [body.counter for body in kiosk.facts() if isinstance(body, ScoreRepeated)]
    assert repeats == [1, 2]
    assert (kiosk.lamps[1].changes[-1], kiosk.lamps[2].changes[-1]) == (False, False)


def test_an_edge_of_no_counter_is_an_error(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.edges.append(Edge(7, 1, True, HardwareBootMs(kiosk.clock.boottime_ms)))
    with pytest.raises(VotesError, match="no counter 7"):
        kiosk.machine.turn()


def test_the_deadline_is_that_of_the_counter_whose_time_comes_first(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    begun = kiosk.clock.boottime_ms
    for counter, after_ms in ((2, 0), (1, 20)):
        kiosk.clock.boottime_ms = begun + after_ms
        kiosk.edges.append(Edge(counter, 1, True, HardwareBootMs(kiosk.clock.boottime_ms)))
        kiosk.machine.turn()
        assert kiosk.machine.deadline() == begun + 30


# The board ------------------------------------------------------------------------------------------------------------

HOT = BoardState(temperature_c=83.0)


def told(kiosk: Kiosk) -> list[tuple[str, ...]]:
    return [body.problems for body in kiosk.facts() if isinstance(body, BoardChanged)]


def test_the_board_is_looked_at_once_a_minute_and_told_of_only_where_something_changes(tmp_path: Path) -> None:
    board = RecordingBoard()
    kiosk = opened(tmp_path, board=board)
    for state in (BoardState(), HOT, HOT, BoardState(temperature_c=60.0)):
        board.state = state
        kiosk.later(60_001)
    assert told(kiosk) == [("hot",), ()]
    assert board.looks <= 6


def test_a_machine_that_begins_again_tells_what_has_ended_meanwhile(tmp_path: Path) -> None:
    kiosk = opened(tmp_path, board=RecordingBoard(HOT))
    assert told(kiosk) == [("hot",)]
    kiosk.close()
    again = opened(tmp_path, clock=kiosk.clock, board=RecordingBoard(HOT))
    assert told(again) == [("hot",)], "it is known already"
    again.close()
    cooled = opened(tmp_path, clock=kiosk.clock, board=RecordingBoard())
    assert told(cooled) == [("hot",), ()]


def test_the_next_button_is_a_fact_of_its_own_and_no_score(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.press(NEXT, counter=2)
    kiosk.later(2_000)
    assert [body for body in kiosk.facts() if isinstance(body, CounterPressed)] == [CounterPressed(2, long=False)]
    assert scores(kiosk) == []
    kiosk.press(5, counter=2)
    assert scores(kiosk) == [(2, 5)]


def test_a_next_press_that_the_disk_refuses_calls_nobody_later(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    kiosk.journal.refusing = DiskTrouble.FULL
    kiosk.press(NEXT, counter=1)
    kiosk.journal.refusing = None
    kiosk.later(120_000)
    assert not any(isinstance(body, CounterPressed) for body in kiosk.facts())


def test_buttons_that_are_tested_call_nobody_and_those_of_another_counter_score(
    tmp_path: Path,
) -> None:
    kiosk = opened(tmp_path)
    tried = kiosk.machine._scores
    tried.test(1)
    kiosk.press(2, counter=1)
    kiosk.press(NEXT, counter=1)
    kiosk.press(4, counter=2)
    kiosk.later(10_000)
    assert scores(kiosk) == [(2, 4)]
    assert not any(isinstance(body, CounterPressed) for body in kiosk.facts())
    assert tried.tested == Trial(1, frozenset(), frozenset({NEXT, 2}))
    assert kiosk.lamps[1].changes == [True, False]
    kiosk.hold(NEXT, counter=1)
    tried.test(None)
    kiosk.let_go(NEXT, counter=1)
    kiosk.later(2_000)
    assert not any(isinstance(body, CounterPressed) for body in kiosk.facts()), "it was held as the test ended"
    kiosk.press(2, counter=1)
    assert scores(kiosk) == [(2, 4), (1, 2)]


def test_the_chord_is_told_of_whichever_counter_it_is_held_at_and_is_no_fact(tmp_path: Path) -> None:
    kiosk = opened(tmp_path)
    told: list[None] = []
    kiosk.machine._scores._menu = lambda: told.append(None)
    before = len(kiosk.facts())
    kiosk.hold(1, counter=2)
    kiosk.hold(5, counter=2)
    kiosk.later(6_000)
    kiosk.let_go(1, counter=2)
    kiosk.let_go(5, counter=2)
    kiosk.later(10_000)
    assert (len(told), len(kiosk.facts())) == (1, before)
