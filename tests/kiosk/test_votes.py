from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.votes import (
    CONTACTS,
    Committed,
    Contact,
    Counter,
    Edge,
    Effect,
    EndTry,
    Event,
    Input,
    Refused,
    Stop,
    Tick,
    Timings,
    Try,
    VotesError,
    start,
    step,
)
from sync.facts import Body, ButtonStuck, ScoreGiven, ScoreRepeated
from sync.types import BootMs, Level, Seq

ACKNOWLEDGED = [Effect.LAMP_ON, Effect.CHIME]


class Box:
    """The loop in small: comes back at each deadline, stores facts, says so, and keeps what happened."""

    def __init__(self, timings: Timings | None = None, held: tuple[int, ...] = (), *, disk_full: bool = False) -> None:
        self.state = start(1, BootMs(0), held, timings)
        self.facts: list[tuple[int, Body]] = []
        self.effects: list[tuple[int, Effect]] = []
        self.disk_full = disk_full

    def edge(self, at: int, level: int, *, pressed: bool) -> None:
        self.until(at)
        self.give(Edge(level, pressed, BootMs(at)))

    def press(self, at: int, level: int, until: int) -> None:
        self.edge(at, level, pressed=True)
        self.edge(until, level, pressed=False)

    def until(self, at: int) -> None:
        while (deadline := self.state.deadline()) is not None and deadline <= at:
            self.give(Tick(deadline))

    def give(self, given_: Input) -> None:
        done = step(self.state, given_)
        self.state = done.state
        self.effects += [(given_.at, effect) for effect in done.effects]
        for body in done.facts:
            if isinstance(body, ScoreGiven) and self.disk_full:
                self.give(Refused(given_.at))
                continue
            self.facts.append((given_.at, body))
            if isinstance(body, ScoreGiven):
                self.give(Committed(Seq(100 + len(self.facts)), given_.at))

    @property
    def bodies(self) -> list[Body]:
        return [body for _, body in self.facts]


def score(level: int) -> ScoreGiven:
    return ScoreGiven(1, Level(level))


def test_a_press_counts_once_its_contact_has_settled_and_is_thanked_for_after_the_commit() -> None:
    state = start(1, BootMs(0))
    pressed = step(state, Edge(4, True, BootMs(100)))
    assert (pressed.facts, pressed.effects) == ((), ())
    assert pressed.state.deadline() == 130
    settled = step(pressed.state, Tick(BootMs(130)))
    assert (settled.facts, settled.state.deadline()) == ((), 280), "the other hand may be on its way"
    settled = step(settled.state, Tick(BootMs(280)))
    assert (settled.facts, settled.effects) == ((score(4),), ())
    thanked = step(settled.state, Committed(Seq(7), BootMs(284)))
    assert list(thanked.effects) == ACKNOWLEDGED
    assert thanked.state.deadline() == 284 + 1500
    dark = step(thanked.state, Tick(BootMs(1784)))
    assert dark.effects == (Effect.LAMP_OFF,)


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_the_thanks_are_the_same_for_every_level(level: int) -> None:
    box = Box()
    box.press(10, level, 200)
    box.until(60_000)
    assert box.effects == [(190, Effect.LAMP_ON), (190, Effect.CHIME), (1690, Effect.LAMP_OFF)]


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_a_press_that_ends_soon_counts_as_the_finger_leaves(level: int) -> None:
    box = Box()
    box.press(10, level, 110)
    assert box.facts == [(110, score(level))]


def test_a_score_that_could_not_be_stored_is_not_thanked_for_and_the_next_one_may_come_at_once() -> None:
    box = Box(disk_full=True)
    box.press(0, 5, 100)
    assert (box.facts, box.effects) == ([], [])
    box.disk_full = False
    box.press(200, 5, 300)
    box.until(9_000)
    assert box.bodies == [score(5)]


bounces = st.lists(st.integers(1, 29), min_size=0, max_size=12).filter(lambda gaps: len(gaps) % 2 == 0)


def bounced(box: Box, level: int, closing: list[int], held: int, opening: list[int]) -> Box:
    """One press: the contact closes and bounces, stays closed for `held`, opens and bounces."""
    at, pressed = 1000, True
    for gap in [*closing, held, *opening]:
        box.edge(at, level, pressed=pressed)
        at, pressed = at + gap, not pressed
    box.edge(at, level, pressed=False)
    box.until(at + 60_000)
    return box


@given(st.integers(1, 5), bounces, st.integers(30, 4_000), bounces)
def test_however_a_contact_bounces_a_press_is_one_score(
    level: int, closing: list[int], held: int, opening: list[int]
) -> None:
    assert bounced(Box(), level, closing, held, opening).bodies == [score(level)]


def test_control_without_settling_the_same_bounces_are_several_presses() -> None:
    hasty = bounced(Box(Timings(settle=0)), 3, [2, 3], 100, [2, 1])
    assert hasty.bodies != [score(3)]


@given(st.lists(st.tuples(st.integers(1, 29), st.integers(30, 100)), max_size=8))
def test_a_glitch_shorter_than_a_press_is_nothing(glitches: list[tuple[int, int]]) -> None:
    box, at = Box(), 0
    for closed, apart in glitches:
        box.press(at, 2, at + closed)
        at += closed + apart
    box.until(at + 60_000)
    assert (box.facts, box.effects) == ([], [])


def test_control_without_settling_a_glitch_is_a_score() -> None:
    box = Box(Timings(settle=0))
    box.press(5, 2, 6)
    box.until(100)
    assert box.bodies == [score(2)]


def test_a_contact_that_trembles_while_it_is_held_is_still_one_press() -> None:
    box = Box()
    box.edge(0, 2, pressed=True)
    for at in (500, 900, 1300):
        box.press(at + 10, 2, at)
        box.edge(at + 10, 2, pressed=True)
    box.edge(2_000, 2, pressed=False)
    box.until(60_000)
    assert box.bodies == [score(2)]


def test_presses_until_the_lockout_ends_become_one_fact_in_their_order() -> None:
    box = Box()
    box.press(0, 5, 100)
    for at, level in ((1_000, 1), (2_000, 5), (4_000, 3)):
        box.press(at, level, at + 100)
    box.until(60_000)
    repeated = ScoreRepeated(Seq(101), 1, (Level(1), Level(5), Level(3)))
    assert box.facts == [(100, score(5)), (5_100, repeated)]
    assert [effect for _, effect in box.effects] == [*ACKNOWLEDGED, Effect.LAMP_OFF]


def test_after_the_lockout_the_next_press_is_a_score_of_its_own() -> None:
    box = Box()
    box.press(0, 5, 100)
    box.press(5_101, 1, 5_200)
    box.until(60_000)
    assert box.bodies == [score(5), score(1)]


def test_control_a_lockout_of_nearly_nothing_counts_every_press() -> None:
    box = Box(Timings(lockout=31))
    for at in (0, 1_000, 2_000):
        box.press(at, 5, at + 100)
    assert box.bodies == [score(5)] * 3


def test_a_button_held_over_the_end_of_the_lockout_does_not_count_again() -> None:
    box = Box()
    box.press(0, 5, 9_000)
    box.until(60_000)
    assert box.bodies == [score(5)]


def test_of_two_buttons_at_once_the_first_to_settle_counts() -> None:
    box = Box()
    box.edge(0, 4, pressed=True)
    box.edge(1, 2, pressed=True)
    box.edge(100, 4, pressed=False)
    box.edge(100, 2, pressed=False)
    box.until(60_000)
    assert box.bodies == [score(4), ScoreRepeated(Seq(101), 1, (Level(2),))]


def test_a_press_while_the_score_is_being_stored_is_a_repeated_one() -> None:
    state = step(start(1, BootMs(0)), Edge(4, True, BootMs(0))).state
    state = step(state, Edge(1, True, BootMs(10))).state
    both = step(state, Tick(BootMs(190)))
    assert both.facts == (score(4),)
    after = step(both.state, Committed(Seq(3), BootMs(200))).state
    assert step(after, Tick(BootMs(5_200))).facts == (ScoreRepeated(Seq(3), 1, (Level(1),)),)


def test_a_button_that_stays_down_is_told_once_and_ignored_until_it_has_been_free_for_a_second() -> None:
    box = Box()
    box.edge(0, 3, pressed=True)
    box.until(15_000)
    box.press(15_500, 3, 15_400)
    box.edge(15_400, 3, pressed=False)
    box.press(15_900, 3, 16_100)
    box.until(17_099)
    assert box.facts == [(180, score(3)), (10_000, ButtonStuck(1, Level(3), True))]
    box.until(17_100)
    assert box.facts[2:] == [(17_100, ButtonStuck(1, Level(3), False))]
    box.press(20_000, 3, 20_100)
    assert box.bodies[3:] == [score(3)]


def test_a_stuck_button_does_not_stop_the_others() -> None:
    box = Box(held=(3,))
    box.until(12_000)
    box.press(12_000, 5, 12_100)
    assert box.bodies == [ButtonStuck(1, Level(3), True), score(5)]


def test_a_button_that_is_down_as_the_machine_begins_is_no_press() -> None:
    box = Box(held=(1,))
    box.edge(3_000, 1, pressed=False)
    box.until(60_000)
    assert box.facts == []


def test_a_shutdown_tells_what_was_pressed_and_turns_the_lamp_off() -> None:
    box = Box()
    box.press(0, 5, 100)
    box.press(300, 1, 400)
    box.until(450)
    box.give(Stop(BootMs(450)))
    assert box.bodies == [score(5), ScoreRepeated(Seq(101), 1, (Level(1),))]
    assert box.effects[-1] == (450, Effect.LAMP_OFF)
    assert box.state.phase is Counter.ARMED


def test_an_edge_that_comes_late_counts_from_now() -> None:
    state = step(start(1, BootMs(0)), Tick(BootMs(500))).state
    late = step(state, Edge(2, True, BootMs(498))).state
    assert late.deadline() == 530


@pytest.mark.parametrize(
    "given_",
    [Edge(0, True, BootMs(9)), Edge(6, False, BootMs(9)), Committed(Seq(1), BootMs(9)), Refused(BootMs(9))],
)
def test_an_illegal_input_raises_and_changes_nothing(given_: Input) -> None:
    state = start(1, BootMs(0))
    with pytest.raises(VotesError) as caught:
        step(state, given_)
    assert caught.value.hint
    assert state == start(1, BootMs(0))


def test_a_score_is_committed_once() -> None:
    counted = step(step(start(1, BootMs(0)), Edge(1, True, BootMs(0))).state, Tick(BootMs(180))).state
    locked = step(counted, Committed(Seq(4), BootMs(181))).state
    with pytest.raises(VotesError):
        step(locked, Committed(Seq(4), BootMs(182)))


def test_edges_are_legal_for_every_contact_and_no_contact_is_a_dead_end() -> None:
    for contact in Contact:
        assert (contact, Event.CLOSES) in CONTACTS
        assert (contact, Event.OPENS) in CONTACTS
        assert any(CONTACTS[key] is not contact for key in CONTACTS if key[0] is contact)
    assert set(CONTACTS.values()) == set(Contact)


inputs = st.lists(st.tuples(st.integers(0, 3_000), st.integers(1, 5), st.booleans()), max_size=40)


@given(inputs)
def test_whatever_is_pressed_scores_are_apart_by_the_lockout_and_every_thanks_has_its_fact(
    given_: list[tuple[int, int, bool]],
) -> None:
    box, at = Box(), 0
    for wait, level, pressed in given_:
        at += wait
        box.edge(at, level, pressed=pressed)
    box.until(at + 100_000)
    scores = [when for when, body in box.facts if isinstance(body, ScoreGiven)]
    assert all(later - earlier >= 5_000 for earlier, later in pairwise(scores))
    assert [when for when, effect in box.effects if effect is Effect.LAMP_ON] == scores
    assert box.state.lamp_until is None


@pytest.mark.parametrize(("released", "facts"), [(100, (score(2),)), (10, ())])
def test_a_busy_loop_that_sees_edges_late_judges_them_by_their_own_times(
    released: int, facts: tuple[Body, ...]
) -> None:
    state = step(start(1, BootMs(0)), Edge(2, True, BootMs(0))).state
    done = step(state, Edge(2, False, BootMs(released)))
    later = step(done.state, Tick(BootMs(500)))
    assert done.facts + later.facts == facts


@pytest.mark.parametrize(
    "wrong", [{"settle": -1}, {"settle": 5_000}, {"free": 0}, {"lamp": 0}, {"together": -1}, {"chord": 10_000}]
)
def test_timings_that_cannot_work_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(VotesError):
        Timings(**wrong)


# The technician's chord -----------------------------------------------------------------------------------------------


def chord(box: Box, first: int, apart: int, held: int, *, at: int = 1_000) -> Box:
    """Both buttons of the chord, `first` before the other one, let go one after the other `held` later."""
    other = 6 - first
    box.edge(at, first, pressed=True)
    box.edge(at + apart, other, pressed=True)
    box.edge(at + held, first, pressed=False)
    box.edge(at + held + apart, other, pressed=False)
    box.until(at + 60_000)
    return box


@given(st.sampled_from([1, 5]), st.integers(0, 150), st.integers(200, 9_000))
def test_the_chord_scores_nothing_and_asks_for_the_menu_once_it_was_held_for_five_seconds(
    first: int, apart: int, held: int
) -> None:
    box = chord(Box(), first, apart, held)
    assert box.facts == []
    both = held - apart
    if not 5_000 <= both < 5_000 + 30:  # within the settling of the contact that opens it may be either
        assert [effect for _, effect in box.effects] == ([Effect.MENU] if both >= 5_000 else [])


def test_control_without_a_moment_s_wait_the_chord_is_a_score() -> None:
    assert chord(Box(Timings(together=0)), 1, 40, 6_000).bodies[0] == score(1)


def test_hands_that_are_further_apart_than_two_hands_are_no_chord() -> None:
    box = chord(Box(), 5, 400, 7_000)
    assert box.bodies == [score(5), ScoreRepeated(Seq(101), 1, (Level(1),))], "disputed, and so outside the mean"
    assert Effect.MENU not in [effect for _, effect in box.effects]


def test_a_finger_that_slips_off_the_chord_and_comes_back_begins_the_five_seconds_anew() -> None:
    box = Box()
    box.edge(0, 1, pressed=True)
    box.edge(0, 5, pressed=True)
    box.edge(4_000, 5, pressed=False)
    box.edge(4_200, 5, pressed=True)
    box.until(9_229)
    assert (box.facts, box.effects) == ([], [])
    box.until(9_230)
    assert (box.facts, box.effects) == ([], [(9_230, Effect.MENU)])


def test_a_chord_during_the_lockout_repeats_nothing_and_disputes_nothing() -> None:
    box = Box()
    box.press(0, 3, 100)
    chord(box, 1, 20, 6_000)
    assert box.bodies == [score(3)]
    assert (6_050, Effect.MENU) in box.effects


def test_a_button_that_is_jammed_makes_no_chord_of_the_other_one_s_score() -> None:
    box = Box(held=(1,))
    box.until(12_000)
    box.press(12_000, 5, 12_200)
    box.until(30_000)
    assert box.bodies == [ButtonStuck(1, Level(1), True), score(5)]
    assert Effect.MENU not in [effect for _, effect in box.effects]


# A test of the buttons ------------------------------------------------------------------------------------------------


def test_while_a_technician_tests_presses_light_the_lamp_and_count_for_nobody() -> None:
    box = Box()
    box.give(Try(BootMs(0)))
    for at, level in ((1_000, 1), (1_300, 3), (9_000, 5)):
        box.edge(at, level, pressed=True)
        box.until(at + 50)
        assert box.state.down == {level}
        box.edge(at + 200, level, pressed=False)
    box.until(20_000)
    assert box.facts == []
    assert [effect for _, effect in box.effects].count(Effect.LAMP_ON) == 3
    box.edge(20_000, 4, pressed=True)
    box.give(EndTry(BootMs(20_100)))
    box.until(25_000)
    assert box.facts == [], "what was held as the test ended was no score"
    box.edge(25_000, 4, pressed=False)
    box.press(26_000, 4, 26_200)
    assert box.bodies == [score(4)]


def test_a_test_tells_first_what_was_pressed_before_it() -> None:
    box = Box()
    box.press(0, 5, 100)
    box.press(1_000, 1, 1_100)
    box.give(Try(BootMs(1_200)))
    assert box.bodies == [score(5), ScoreRepeated(Seq(101), 1, (Level(1),))]
    box.give(EndTry(BootMs(1_300)))
    assert box.state.phase is Counter.ARMED


def test_a_test_begins_and_ends_once() -> None:
    tested = step(start(1, BootMs(0)), Try(BootMs(1))).state
    for state, given_ in ((tested, Try(BootMs(2))), (start(1, BootMs(0)), EndTry(BootMs(2)))):
        with pytest.raises(VotesError):
            step(state, given_)
