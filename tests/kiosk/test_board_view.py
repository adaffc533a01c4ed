"""The display as it is seen: large enough for ten metres, nothing clipped or covered, on every size, in every order."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import combinations, permutations
from math import radians, tan

import pytest

from fonts.shaping import Typesetter
from fonts.tokens import CAPITAL_TO_EM
from fonts.tokens import load as load_tokens
from kiosk.board_specimens import slides_of, waits_of
from kiosk.board_told import ACROSS, shape
from kiosk.board_type import STEP, STEPS, Hand
from kiosk.board_view import CROWD, Hall, draw_board
from kiosk.board_watch import Sight
from kiosk.layout import Display, Rect
from kiosk.painter import picture
from kiosk.preview import OFFICE, example_catalogue
from kiosk.scene import Box, Scene, Text, changed_area
from sync.board import Board, Minutes, Shown, Waits
from sync.board import Scene as What
from sync.slides import Slide
from tests.kiosk.measure import contrast, ink_rect, shadow_of
from tests.kiosk.measure import found as seen_colours
from translations import LANGUAGES

TYPESETTER, TOKENS = Typesetter(cache_lines=20_000), load_tokens()
INCH = 25.4
SEVEN_TENTHS_AT_TEN_METRES = 2 * 10_000 * tan(radians(0.35))
NOW = datetime(2026, 11, 30, 10, 2, 40)  # noqa: DTZ001 the office's wall clock
OPENS = datetime(2027, 9, 29, 8, 30)  # noqa: DTZ001 the longest names of a day and a month
HALL = Hall(OFFICE, LANGUAGES)


def screen(inches: int, width_px: int = 1920, height_px: int = 1080, *, upright: bool = False) -> Display:
    """A 16:9 set."""
    wide, high = inches * INCH * 16 / (16**2 + 9**2) ** 0.5, inches * INCH * 9 / (16**2 + 9**2) ** 0.5
    return Display(height_px, width_px, high, wide) if upright else Display(width_px, height_px, wide, high)


SCREENS: Mapping[str, Display] = {
    f"{inches} inch{' upright' if upright else ''}": screen(inches, *px, upright=upright)
    for inches, px in ((24, (1280, 720)), (32, (1366, 768)), (43, (1920, 1080)), (65, (1920, 1080)))
    for upright in (False, True)
}


def calls(count: int, letters: str = "A", day: str | None = None) -> tuple[Shown, ...]:
    """So many calls; every second one with this day."""
    return tuple(Shown(f"{letters}{number:03}", number, day if number % 2 else None) for number in range(count, 0, -1))


def board(count: int, recent: int = 0, **changes: object) -> Board:
    """A hall with so many calls."""
    scene = What.CALLING if count else What.WAITING
    made = Board(scene, calls(count, day="2026-11-27"), calls(recent, day="2026-11-27"), (Waits("", {}, None, 1288),))
    return replace(made, **changes)  # type: ignore[arg-type]


def fresh(board: Board) -> Sight:
    return Sight(board, NOW, trying=False, lost=False)


CATALOGUE = example_catalogue()
SLIDES = slides_of(CATALOGUE, LANGUAGES)
LONG = Minutes(180, 330)
NAMED = tuple(replace(each, waiting=128, range=LONG) for each in waits_of(CATALOGUE))
"""The groups of the example, each with the longest figures."""


def longest(language: str) -> Slide:
    """The text with the most letters."""
    return max((each for each in SLIDES if each.language == language), key=lambda each: sum(map(len, each.lines)))


def telling(board: Board, slide: Slide | None, *waits: Waits) -> Sight:
    """A hall that also names its services, and tells this."""
    return replace(fresh(replace(board, waits=waits or NAMED)), slide=slide)


LUNCH = {"th": "พักกลางวัน", "en": "Lunch break", "my": "နေ့လယ်စာ စားချိန်"}
HOLIDAY = {
    "th": "วันคล้ายวันพระบรมราชสมภพ พระบาทสมเด็จพระบรมชนกาธิเบศร",
    "en": "Birthday of King Bhumibol Adulyadej the Great",
    "my": "ဘုမိဘော အဒူလျာဒက် ဘုရင်မင်းမြတ် မွေးနေ့တော်",
}
SIGHTS: Mapping[str, Sight] = {
    **{f"{count} calls": fresh(board(count)) for count in (1, 2, 3, 5, 9, 13, 41, 60)},
    **{f"{recent} before": fresh(board(4, recent)) for recent in (1, 3, 4, 6)},
    "two letters, again": fresh(board(3, 6, calls=(Shown("AB012", 88, "2026-11-27", True), *calls(6, "AB")))),
    "trying": replace(fresh(board(4, 6)), trying=True),
    "lost": replace(fresh(board(4, 6)), trying=True, lost=True),
    "lost, many": replace(fresh(board(41, 6)), trying=True, lost=True),
    "lost, nobody called": replace(fresh(board(0, 6)), trying=True, lost=True),
    "never met": Sight(),
    **{f"still, {scene}": fresh(board(0, scene=scene)) for scene in What if scene is not What.CALLING},
    "still, before": fresh(board(0, 6)),
    "holiday": fresh(board(0, scene=What.CLOSED, opens=OPENS, why=HOLIDAY, waits=())),
    **{f"tells, {language}": telling(board(4, 6), longest(language)) for language in LANGUAGES},
    "tells, a crowd": telling(board(CROWD, 6), longest("my"), *NAMED, *NAMED),
    "tells nothing, so many": telling(board(41, 6), longest("my"), *NAMED, *NAMED),
    "tells, nothing else": telling(board(1), longest("my"), Waits("", {}, None, 3, LONG), *NAMED),
    "tells, still": telling(board(0), longest("th"), *NAMED[:1]),
    "lunch": fresh(board(0, 2, scene=What.BREAK, back=OPENS, why=LUNCH)),
}


def drawn(sight: Sight, display: Display, hall: Hall = HALL, hand: type[Hand] = Hand) -> Scene:
    """The scene."""
    return draw_board(sight, hall, display, TYPESETTER, TOKENS, hand)


def inks(scene: Scene) -> Iterator[tuple[Text, Rect]]:
    """Each text, and where it really has ink."""
    for op in scene.ops:
        if isinstance(op, Text):
            for x, baseline, words in op.lines:
                line = TYPESETTER.line(words, op.language, op.size_px, op.weight)
                found = ink_rect(Rect(x, baseline - line.ascent, line.width, line.height), line)
                if found is not None:
                    yield op, found


def faults(scene: Scene, display: Display) -> list[str]:
    """Whatever is clipped by the glass, crosses the edge of a panel, or lies on another text."""
    found = [f"too small: {text}" for text in scene.tight]
    inked = list(inks(scene))
    boxes = [op.rect for op in scene.ops if isinstance(op, Box)]
    for op, ink in inked:
        for box in (display.rect, *boxes):
            if ink.overlaps(box) and ink.union(box) != box:
                found.append(f"crosses an edge: {op.text}")
    found += [f"{a.text} lies on {b.text}" for (a, one), (b, two) in combinations(inked, 2) if one.overlaps(two)]
    return found + [f"beyond the glass: {box}" for box in boxes if box.union(display.rect) != display.rect]


@pytest.mark.parametrize("size", SCREENS)
def test_nothing_is_clipped_or_covered_on_any_screen_whichever_language_is_first(size: str) -> None:
    orders = list(permutations(LANGUAGES)) if size.startswith("43") else [LANGUAGES, LANGUAGES[::-1], LANGUAGES[:1]]
    for order in orders:
        for name, sight in SIGHTS.items():
            scene = drawn(sight, SCREENS[size], Hall(OFFICE, tuple(order)))
            assert faults(scene, SCREENS[size]) == [], (size, order, name)


@pytest.mark.parametrize("upright", [False, True])
def test_every_text_that_is_told_fits_and_is_large_enough_to_be_read_from_the_first_rows(upright: bool) -> None:
    display = screen(43, 1280, 720, upright=upright)
    for slide in SLIDES:
        scene = drawn(telling(board(4, 6), slide), display)
        assert faults(scene, display) == [], slide
        told = [op for op in scene.ops if isinstance(op, Text) and op.text in slide.lines]
        assert sorted(op.text for op in told) == sorted(slide.lines)
        least = min(op.size_px * CAPITAL_TO_EM / display.dots_per_mm for op in told)
        assert least >= 6, f"{least:.1f} mm: {slide}"


def test_groups_fill_their_rows() -> None:
    assert [shape(groups, upright=False) for groups in (1, 5, ACROSS, 7, 15)] == [
        (1, 1),
        (5, 1),
        (6, 1),
        (4, 2),
        (5, 3),
    ]
    assert [shape(groups, upright=True) for groups in (1, 5, ACROSS, 7, 15)] == [(1, 1), (1, 5), (1, 6), (2, 4), (2, 8)]


def test_what_waits_is_told_by_group_and_a_range_only_where_one_is_known() -> None:
    one, other = replace(NAMED[0], waiting=41, range=Minutes(25, 50)), replace(NAMED[1], waiting=7, range=None)
    told = texts(telling(board(2), None, one, other)).split("\n")
    assert {"41", "7", "25–50", "นาที", *one.names.values(), *other.names.values()} <= set(told)
    assert "Minutes for a number taken now" in told
    assert "Minutes for a number taken now" not in texts(telling(board(2), None, replace(one, range=None), other))
    assert "Other services" in texts(telling(board(2), None, one, Waits("", {}, None, 3)))


class Careless(Hand):
    """Control: writes as large as it was told, whatever the place."""

    @staticmethod
    def fitted(capital: float, fits: Callable[[float], bool]) -> float:
        return capital


def test_control_letters_that_are_not_made_to_fit_are_caught() -> None:
    display = SCREENS["43 inch upright"]
    assert any(faults(drawn(sight, display, hand=Careless), display) for sight in SIGHTS.values())


def hero(sight: Sight, display: Display) -> dict[str, float]:
    """The height in millimetres of the ink of the number called last, and of its counter."""
    assert sight.board is not None
    call, scene = sight.board.calls[0], drawn(sight, display)
    tall: dict[str, float] = {}
    for op, ink in inks(scene):
        if op.text in (call.label, str(call.counter)):
            tall[op.text] = max(tall.get(op.text, 0.0), ink.h * display.height_mm / display.height_px)
    return tall


@pytest.mark.parametrize("upright", [False, True])
def test_the_number_called_last_is_read_at_ten_metres_from_43_inches_on(upright: bool) -> None:
    assert pytest.approx(122.2, abs=0.1) == SEVEN_TENTHS_AT_TEN_METRES
    for inches in (43, 55, 65):
        for name in ("1 calls", "3 calls", "41 calls", "6 before", "tells, my", "tells, nothing else"):
            heights = hero(SIGHTS[name], screen(inches, upright=upright))
            label = heights[SIGHTS[name].board.calls[0].label]  # type: ignore[union-attr]
            assert label >= SEVEN_TENTHS_AT_TEN_METRES, (inches, name)
    assert min(hero(SIGHTS["6 before"], screen(43)).values()) >= SEVEN_TENTHS_AT_TEN_METRES
    assert max(hero(SIGHTS["6 before"], screen(32)).values()) < SEVEN_TENTHS_AT_TEN_METRES


def test_all_languages_stand_together_and_the_first_one_first() -> None:
    for order in permutations(LANGUAGES):
        scene = drawn(SIGHTS["4 before"], SCREENS["43 inch"], Hall(OFFICE, order))
        for language in LANGUAGES:
            assert len([op for op in scene.ops if isinstance(op, Text) and op.language == language]) >= 6
        first = next(op for op in scene.ops if isinstance(op, Text))
        assert (first.language, first.weight, first.text) == (order[0], "bold", OFFICE[order[0]])


def texts(sight: Sight) -> str:
    """All that can be read."""
    return "\n".join(drawn(sight, SCREENS["43 inch"]).texts())


def test_what_is_old_is_never_shown_like_what_is_new() -> None:
    new, old = SIGHTS["6 before"], replace(SIGHTS["6 before"], lost=True, trying=True)
    for word in ("Connection lost, trying again", "ขาดการเชื่อมต่อ กำลังลองใหม่", "These numbers are as of", "10:02:40"):
        assert word in texts(old)
    assert "Connection lost" not in texts(new)
    assert "1288" in texts(new)
    assert "1288" not in texts(old), "how many wait has changed meanwhile"
    primary = TOKENS.colour.primary
    assert not [
        op for op in drawn(old, SCREENS["43 inch"]).ops if primary in (getattr(op, "colour", 0), getattr(op, "fill", 0))
    ]
    assert "10:02:40" not in texts(Sight())
    assert "Reconnecting" in texts(SIGHTS["trying"])
    assert "Reconnecting" not in texts(new)


def test_the_notice_for_the_technician_stands_in_the_top_row() -> None:
    hall = Hall(OFFICE, LANGUAGES, "kiosk.toml, line 3: unknown key `langauges`. Did you mean `languages`?")
    for size in SCREENS:
        scene = drawn(SIGHTS["3 calls"], SCREENS[size], hall)
        assert hall.notice in scene.texts()
        assert faults(scene, SCREENS[size]) == []


def test_another_minute_is_a_small_change_of_the_picture() -> None:
    display = SCREENS["43 inch"]
    before, after = SIGHTS["6 before"], replace(SIGHTS["6 before"], as_of=NOW.replace(second=50))
    areas = changed_area(drawn(before, display), drawn(after, display), display.rect)
    assert sum(area.w * area.h for area in areas) < display.width_px * display.height_px // 40


def test_every_text_is_seen_against_what_is_behind_it() -> None:
    display = screen(43, 1280, 720)
    for name in ("6 before", "lost", "trying", "holiday", "never met", "tells, th", "tells, nothing else"):
        scene = drawn(SIGHTS[name], display)
        image = picture(scene, display.rect, TYPESETTER)
        for op in scene.ops:
            if isinstance(op, Text):
                for x, baseline, words in op.lines:
                    line = TYPESETTER.line(words, op.language, op.size_px, op.weight)
                    shape = seen_colours(
                        image, Rect(x, baseline - line.ascent, line.width, line.height), shadow_of(line)
                    )
                    assert shape is None or contrast(shape.ink, shape.ground) >= 7, (name, op.text)


def test_the_largest_size_that_fits_is_found_and_the_smallest_where_none_does() -> None:
    sizes = [10 * STEP**step for step in range(STEPS + 1)]
    for wanted in sizes:
        assert Hand.fitted(10.0, lambda size, most=wanted: size <= most) == pytest.approx(wanted)  # type: ignore[misc]
    assert Hand.fitted(10.0, lambda size: False) == pytest.approx(sizes[-1])
