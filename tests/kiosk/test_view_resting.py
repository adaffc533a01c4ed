"""The resting and closing screens, measured from what is drawn: every size, language, theme and layout."""

from dataclasses import replace
from itertools import product

import pytest

from fonts.tokens import Hex
from kiosk import screens
from kiosk.scene import Box, Scene, Text
from kiosk.screen_inputs import Done, Found, HelpAsked, Input, NotFound, SetLook, Stay
from kiosk.screen_types import Field, Look, Moment, Screen, Stage, State, Theme
from kiosk.view_standing import place, ranges
from kiosk.views import draw
from kiosk.wording import PASSED, spelled, texts
from tests.kiosk.resting import (
    EXHIBIT,
    GAP_MM,
    HOLIDAY,
    IN_HALL,
    LAYOUTS,
    MINE,
    NAMES,
    SIZES,
    TARGET_MM,
    TOKENS,
    TYPESETTER,
    cut_by_edges,
    every,
    faint,
    illegal,
    ink_of,
    outside,
    scene_of,
    states,
    too_low,
    too_near,
    too_small,
    touching,
)
from translations import LANGUAGES


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_clipped_overlapping_outside_or_too_small(size: str) -> None:
    found = []
    for what, scene, within, display in every(size):
        faults = {
            "tight": list(scene.tight),
            "touching": touching(scene),
            "cut": cut_by_edges(scene),
            "outside": outside(scene, within),
            "small": too_small(scene, display),
            "near": too_near(scene, display),
            "low": too_low(scene, display),
            "faint": faint(scene),
        }
        found += [f"{what}: {kind}: {those}" for kind, those in faults.items() if those]
    assert found == []


def test_every_text_has_7_to_1_in_the_dark_theme_too() -> None:
    for language, name in product(LANGUAGES, NAMES):
        for look in (Look(Theme.DARK), Look(Theme.DARK, large=True, reach=True)):
            scene = scene_of(name, language, "7 inch", look)
            assert faint(scene) == [], (language, name)
            assert scene.tight == (), (language, name)


def test_every_target_gives_what_its_screen_takes_and_says_its_name() -> None:
    for size, (language, name) in product(SIZES, product(LANGUAGES, NAMES)):
        scene = scene_of(name, language, size, Look())
        assert illegal(states(language)[name], scene) == [], name
        said = {piece.target for piece in scene.spoken if piece.target and piece.text}
        assert said >= {target.name for target in scene.targets}, name


def test_each_rule_catches_what_breaks_it() -> None:
    display, whole = SIZES["15.6 inch"], SIZES["15.6 inch"].rect
    scene = scene_of("attract", "th", "15.6 inch", Look())
    first, second, *_ = scene.targets
    assert not touching(scene) + cut_by_edges(scene) + outside(scene, whole) + too_near(scene, display)
    texts_in_sight = [op for op in scene.ops if isinstance(op, Text)]
    high, low = texts_in_sight[:2]
    meets = replace(
        low, lines=tuple((x, y, line) for (x, y, _), (*_, line) in zip(high.lines, low.lines, strict=False))
    )
    assert touching(replace(scene, ops=(high, meets))) == [f"{high.text} / {low.text}"]
    edge = Box(ink_of(high)[0]._replace(w=9), first_fill(scene))
    assert cut_by_edges(replace(scene, ops=(edge, high), targets=())) == [high.text]
    beyond = replace(high, lines=((whole.right - 5, high.lines[0][1], high.text),))
    assert outside(replace(scene, ops=(beyond,), targets=()), whole) == [high.text]
    small = replace(first, rect=first.rect._replace(w=display.px(TARGET_MM) - 1))
    assert too_small(replace(scene, targets=(small,)), display) == [first.name]
    near = replace(second, rect=first.rect._replace(x=first.rect.right + display.px(GAP_MM) - 1))
    assert too_near(replace(scene, targets=(first, near)), display) == [f"{first.name} / {second.name}"]
    assert too_low(replace(scene, ops=(replace(high, size_px=display.em(7.0)),)), display) == [high.text]
    assert faint(replace(scene, ops=(replace(high, colour=Hex("#8A8172")),))) == [high.text]
    wrong = replace(first, gives=Done())
    assert illegal(states("th")["attract"], replace(scene, targets=(wrong,))) == [first.name]


def first_fill(scene: Scene) -> Hex:
    """Some colour of this scene."""
    return next(op.fill for op in scene.ops if isinstance(op, Box) and op.fill)


# What is in sight -------------------------------------------------------------------------------------------------


def touched(state: State, name: str, size: str, *answers: Input) -> State:
    """The state after a finger on this target, and after the machine's answers."""
    target = draw(state, EXHIBIT, SIZES[size], TYPESETTER, TOKENS).named(name)
    assert target is not None, f"{name} is not in sight on {state.screen} ({size})"
    state, _ = screens.step(state, target.gives)
    for answer in answers:
        state, _ = screens.step(state, answer)
    return state


def typed(state: State, keys: str, size: str) -> State:
    for key in keys:
        state = touched(state, f"key-{key}", size)
    return state


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("look", LAYOUTS)
def test_each_of_these_screens_is_reached_and_left_by_touching_what_is_in_sight(size: str, look: Look) -> None:
    rest = State(language="my", look=look)
    asked = touched(typed(touched(rest, "my-ticket", size), "AB012", size), "enter", size)
    assert asked.typing.field is Field.CODE
    assert touched(touched(touched(asked, "erase", size), "erase", size), "back", size).screen is Screen.ATTRACT
    wrong, _ = screens.step(typed(asked, "1234", size), NotFound("code"))
    known, _ = screens.step(typed(wrong, "5678", size), Found(MINE))
    back = touched(known, "im-back", size, Found(replace(MINE, returned=True)))
    assert back.standing == replace(MINE, returned=True)
    assert draw(back, EXHIBIT, SIZES[size], TYPESETTER, TOKENS).named("im-back") is None
    assert touched(back, "done", size).screen is Screen.ATTRACT

    ways = touched(rest, "access", size)
    for name in ("layout-large", "layout-reach", "theme-dark"):
        assert touched(ways, name, size).look != ways.look
        assert touched(touched(ways, name, size), name, size).look == ways.look
    assert touched(ways, "close", size).screen is Screen.ATTRACT

    called = touched(rest, "help", size, HelpAsked())
    assert touched(called, "close", size).screen is Screen.ATTRACT
    assert touched(called, "end-help", size).screen is Screen.ATTRACT

    closed = states("en")["closed, holiday"].seen(look=look)
    assert touched(closed, "services", size).screen is Screen.SERVICE
    assert touched(closed, "my-ticket", size).screen is Screen.MY_TICKET
    assert touched(closed, "access", size).screen is Screen.ACCESS
    assert touched(closed, "help", size, HelpAsked()).screen is Screen.HELP
    assert touched(states("en")["write down"].seen(look=look), "done", size).screen is Screen.ATTRACT
    broken = states("en")["out of order, paper"].seen(look=look)
    assert touched(broken, "help", size, HelpAsked()).screen is Screen.HELP
    assert touched(states("en")["date"].seen(look=look), "month-plus", size).moment == Moment(2026, 12, 23, 8, 30)
    assert touched(states("en")["date"].seen(look=look), "confirm", size).screen is Screen.CONFIRM_DATE


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("look", LAYOUTS)
def test_the_next_citizen_begins_in_any_language_while_the_last_number_is_in_sight(size: str, look: Look) -> None:
    for name, language in product(("attract", "ticket", "ticket, priority", "ticket, asking"), LANGUAGES):
        after = touched(states("en")[name].seen(look=look), f"language-{language}", size)
        assert (after.screen, after.language, after.ticket) == (Screen.SERVICE, language, None)


@pytest.mark.parametrize("size", SIZES)
def test_the_question_still_reading_moves_nothing_and_one_touch_answers_it(size: str) -> None:
    for language in LANGUAGES:
        before, asking = states(language)["ticket, priority"], states(language)["ticket, asking"]
        calm, asked = (draw(each, EXHIBIT, SIZES[size], TYPESETTER, TOKENS) for each in (before, asking))
        assert {(t.name, t.rect) for t in calm.targets} < {(t.name, t.rect) for t in asked.targets}
        assert asked.elsewhere == Stay()
        after = touched(asking, "continue", size)
        assert (after.asking, after.screen) == (False, Screen.TICKET)


def test_priority_is_a_p_and_nothing_else_in_sight() -> None:
    for size, look, language in product(SIZES, LAYOUTS, LANGUAGES):
        for name in ("ticket, priority", "write down"):
            state = states(language)[name].seen(look=look)
            assert state.ticket is not None
            usual = state.seen(ticket=replace(state.ticket, priority=False))
            marked, plain = (set(_said(each, size)) for each in (state, usual))
            assert marked - plain == {"P", texts(language).gettext("Priority")}
            assert plain <= marked


def _said(state: State, size: str) -> list[str]:
    scene = draw(state, EXHIBIT, SIZES[size], TYPESETTER, TOKENS)
    return [*scene.texts(), *(piece.text for piece in scene.spoken)]


def test_what_the_office_does_not_tell_is_not_guessed() -> None:
    told = [piece for name in ("standing, alone",) for piece in _said(states("en")[name], "15.6 inch")]
    assert any("4 of the same kind" in piece for piece in told)
    assert not any("before it" in piece and "kind" not in piece for piece in told)
    assert not any("Counters at work" in piece for piece in told)
    assert place(IN_HALL, "en") == ["17 people before it"]
    assert place(replace(IN_HALL, ahead=1), "en") == ["1 person before it"]
    assert place(replace(IN_HALL, ahead=0), "en") == ["Next to be called"]
    assert place(replace(MINE, taken_before=0), "en") == ["No number of the same kind was taken before it today"]
    assert place(replace(IN_HALL, stage=Stage.CALLED, counter=3), "en") == ["Called: counter 3"]


def test_who_went_first_is_told_with_why_and_the_rest_is_counted() -> None:
    scene = draw(states("en")["standing, in the hall"], EXHIBIT, SIZES["24 inch"], TYPESETTER, TOKENS)
    shown = [text for text in scene.texts() if text.startswith("B0")]
    assert shown[0] == "B001: priority ticket"
    assert f"and {len(PASSED) * 2 - len(shown)} more" in scene.texts()


def test_a_number_is_said_sign_by_sign_in_the_language_of_its_screen() -> None:
    assert spelled("A012") == "A 0 1 2"
    assert spelled("1 2 _ _") == "1 2 _ _"
    assert spelled("") == ""
    wanted = {
        "ticket": "A 0 1 2",
        "write down": "A A B 1 0 1 2",
        "standing, alone": "A 0 1 2",
        "my ticket, no such number": "A B C 0 1 2 3 4",
    }
    for size, language, (name, number) in product(SIZES, LANGUAGES, wanted.items()):
        said = [(piece.text, piece.language) for piece in scene_of(name, language, size, Look()).spoken]
        assert said.count((number, language)) == 1, (size, name)
        assert number.replace(" ", "") not in {text for text, _ in said}, (size, name)


def test_counters_are_told_as_ranges() -> None:
    assert ranges((1, 2, 3, 6)) == "1–3, 6"
    assert ranges((4,)) == "4"
    assert ranges((7, 1, 2)) == "1–2, 7"


def test_a_call_for_staff_looks_and_sounds_different_from_no_call() -> None:
    for language in LANGUAGES:
        usual, called = (scene_of(f"attract{more}", language, "7 inch", Look()) for more in ("", ", staff called"))
        names = [[piece.text for piece in scene.spoken if piece.target == "help"] for scene in (usual, called)]
        assert names == [
            [texts(language).gettext("Call the staff")],
            [texts(language).gettext("Staff have been called")],
        ]
        boxes = [
            next(op.fill for op in scene.ops if isinstance(op, Box) and op.rect == target.rect)
            for scene in (usual, called)
            if (target := scene.named("help"))
        ]
        assert boxes[0] != boxes[1]


def test_on_and_off_are_told_by_words_and_sign_not_by_colour_alone() -> None:
    off, on = (states("en")["access"].seen(look=look) for look in (Look(), Look(reach=True)))
    said = [[piece.text for piece in _scene(each).spoken if piece.target == "layout-reach"] for each in (off, on)]
    assert said == [["Everything within reach of a chair: off"], ["Everything within reach of a chair: on"]]
    assert _scene(off).texts().count("on") == 0
    assert _scene(on).texts().count("on") == 1
    assert [target.gives for target in _scene(off).targets if target.name == "theme-dark"] == [
        SetLook(Look(Theme.DARK))
    ]


def _scene(state: State) -> Scene:
    return draw(state, EXHIBIT, SIZES["15.6 inch"], TYPESETTER, TOKENS)


UNASKED = [name for name in NAMES if name.startswith(("attract", "closed", "out of order", "date"))]
"""Screens that meet people who have not chosen a language."""


def _unreadable(scene: Scene) -> list[str]:
    """Languages of the office that are neither in sight, as words, nor one touch away."""
    in_sight = {op.language for op in scene.ops if isinstance(op, Text) and len(op.text) > 3}
    return [each for each in EXHIBIT.languages if each not in in_sight and scene.named(f"language-{each}") is None]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("look", LAYOUTS)
def test_where_nobody_chose_a_language_each_is_in_sight_or_one_touch_away(size: str, look: Look) -> None:
    scenes = {(name, each): scene_of(name, each, size, look) for name, each in product(UNASKED, LANGUAGES)}
    assert {what: missing for what, scene in scenes.items() if (missing := _unreadable(scene))} == {}
    one = scenes["attract", "th"]
    without = replace(one, targets=tuple(each for each in one.targets if each.name != "language-my"))
    written = replace(without, ops=tuple(op for op in one.ops if not isinstance(op, Text) or op.language != "my"))
    assert _unreadable(written) == ["my"]


def test_a_long_name_of_a_holiday_gives_way_to_when_the_office_opens() -> None:
    for language, look in product(LANGUAGES, LAYOUTS):
        shown = " ".join(scene_of("closed, holiday", language, "7 inch", look).texts())
        assert "08:30" in shown
        assert any(day in shown for day in ("7 ", "07/12"))
    roomy = " ".join(scene_of("closed, holiday", "en", "24 inch", Look()).texts())
    assert all(name in roomy.replace("\n", "") for name in HOLIDAY.names.values())
