"""Millimetres on real screens: everything inside, nothing overlapping, nothing too small to hit or to read."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fonts.shaping import Typesetter
from fonts.tokens import CAPITAL_TO_EM, Tokens
from fonts.tokens import load as load_tokens
from kiosk.layout import Display, Rect, columns, focus_after, focus_towards, grid, rows
from kiosk.painter import picture
from kiosk.preview import OFFICE, example_catalogue, example_states
from kiosk.scene import Scene, Text
from kiosk.screen_types import Condition, Screen, State
from kiosk.screens import step
from kiosk.view_parts import Exhibit
from kiosk.views import draw
from translations import LANGUAGES

SCREENS = {
    "15.6 inch": Display(1280, 720, 345, 194),
    "24 inch": Display(1920, 1080, 531, 299),
    "24 inch upright": Display(1080, 1920, 299, 531),
    "7 inch": Display(800, 480, 154, 86),
}
FULL = [name for name, display in SCREENS.items() if display.scale == 1]
LEAST_TARGET_MM = 20.0
LEAST_CAPITAL_MM = 7.3


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return load_tokens()


@pytest.fixture(scope="module")
def exhibit() -> Exhibit:
    return Exhibit(OFFICE, LANGUAGES, example_catalogue())


def scenes(exhibit: Exhibit, display: Display, typesetter: Typesetter, tokens: Tokens) -> Iterator[tuple[str, Scene]]:
    for language in LANGUAGES:
        for name, state in example_states(exhibit.catalogue, language).items():
            yield f"{language} {name}", draw(state, exhibit, display, typesetter, tokens)


def too_small(scene: Scene, display: Display) -> list[str]:
    """Targets with a side under 20 mm of the real glass."""
    across, down = display.width_mm / display.width_px, display.height_mm / display.height_px
    return [
        target.name
        for target in scene.targets
        if target.rect.w * across < LEAST_TARGET_MM or target.rect.h * down < LEAST_TARGET_MM
    ]


def overlapping(scene: Scene) -> list[tuple[str, str]]:
    pairs = [(a, b) for i, a in enumerate(scene.targets) for b in scene.targets[i + 1 :]]
    return [(a.name, b.name) for a, b in pairs if a.rect.overlaps(b.rect)]


def outside(scene: Scene, screen: Rect) -> list[str]:
    """Targets and texts that reach beyond the glass."""
    named = [(target.name, target.rect) for target in scene.targets]
    named += [(op.text, op.rect) for op in scene.ops if isinstance(op, Text)]
    return [
        name
        for name, rect in named
        if rect.x < 0 or rect.y < 0 or rect.right > screen.right or rect.bottom > screen.bottom
    ]


@pytest.mark.parametrize("size", SCREENS)
def test_nothing_overlaps_and_everything_is_on_the_glass(
    size: str, exhibit: Exhibit, typesetter: Typesetter, tokens: Tokens
) -> None:
    display = SCREENS[size]
    for name, scene in scenes(exhibit, display, typesetter, tokens):
        assert overlapping(scene) == [], name
        assert outside(scene, display.rect) == [], name


@pytest.mark.parametrize("size", FULL)
def test_targets_are_at_least_20_mm_and_capitals_7_3_mm(
    size: str, exhibit: Exhibit, typesetter: Typesetter, tokens: Tokens
) -> None:
    display = SCREENS[size]
    for name, scene in scenes(exhibit, display, typesetter, tokens):
        assert too_small(scene, display) == [], name
        assert scene.tight == (), name
        for op in scene.ops:
            if isinstance(op, Text):
                capital = op.size_px * CAPITAL_TO_EM * display.height_mm / display.height_px
                assert capital >= LEAST_CAPITAL_MM - 0.01, (name, op.text)


def test_the_rules_catch_a_screen_that_breaks_them(exhibit: Exhibit, typesetter: Typesetter, tokens: Tokens) -> None:
    display = SCREENS["15.6 inch"]
    scene = draw(State(), exhibit, display, typesetter, tokens)
    first, second, *rest = scene.targets
    near = replace(second, rect=first.rect._replace(x=first.rect.right - 1))
    small = replace(first, rect=first.rect._replace(w=73))
    off = replace(first, rect=first.rect._replace(x=-1))
    assert overlapping(replace(scene, targets=(first, near, *rest))) == [(first.name, second.name)]
    assert too_small(replace(scene, targets=(small,)), display) == [first.name]
    assert outside(replace(scene, targets=(off,)), display.rect) == [first.name]


def test_a_text_too_long_for_its_place_is_told(exhibit: Exhibit, typesetter: Typesetter, tokens: Tokens) -> None:
    endless = dict.fromkeys(LANGUAGES, "A name of an office that nobody could ever fit onto one screen " * 3)
    scene = draw(State(), replace(exhibit, office=endless), SCREENS["15.6 inch"], typesetter, tokens)
    assert scene.tight != ()


def test_every_target_of_a_screen_is_reached_by_tab_and_back(
    exhibit: Exhibit, typesetter: Typesetter, tokens: Tokens
) -> None:
    for _, scene in scenes(exhibit, SCREENS["15.6 inch"], typesetter, tokens):
        order = [target.name for target in scene.targets]
        assert len(set(order)) == len(order)
        seen, current = [], None
        for _ in order:
            current = focus_after(order, current, 1)
            seen.append(current)
        assert seen == order
        if order:
            assert focus_after(order, order[0], -1) == order[-1]


def test_arrows_go_to_the_nearest_target_in_their_direction() -> None:
    cells = grid(Rect(0, 0, 300, 200), 3, 2, 10)
    places = [(str(index), cell) for index, cell in enumerate(cells)]
    assert focus_towards(places, "0", 1, 0) == "1"
    assert focus_towards(places, "1", 0, 1) == "4"
    assert focus_towards(places, "4", -1, 0) == "3"
    assert focus_towards(places, "3", 0, 1) == "3", "there is nothing further down"
    assert focus_towards(places, None, 0, 1) == "0"


def test_columns_and_rows_fill_their_rectangle() -> None:
    for parts, size in ((columns(Rect(5, 5, 310, 100), 3, 5), 310), (rows(Rect(5, 5, 100, 310), 3, 5), 310)):
        spans = sum(part.w if size == 310 and part.h == 100 else part.h for part in parts)
        assert spans + 2 * 5 == size


def test_a_small_screen_shrinks_everything_alike_and_a_large_one_nothing() -> None:
    assert SCREENS["7 inch"].scale < 0.6
    assert all(SCREENS[name].scale == 1 for name in FULL)
    assert len(FULL) == 3


def test_a_fault_and_a_mistake_in_the_settings_are_told_on_the_screen(
    exhibit: Exhibit, typesetter: Typesetter, tokens: Tokens
) -> None:
    display = SCREENS["15.6 inch"]
    broken = State(screen=Screen.OUT_OF_ORDER, condition=Condition(config="config"))
    told = draw(broken, replace(exhibit, detail="kiosk.toml, line 7: unknown key"), display, typesetter, tokens).texts()
    assert "kiosk.toml, line 7: unknown key" in told
    assert any("The settings cannot be read" in text for text in told)
    notice = "The last good settings are in use. kiosk.toml, line 7: unknown key"
    assert notice in draw(State(), replace(exhibit, notice=notice), display, typesetter, tokens).texts()


def test_a_picture_has_the_size_of_its_screen_and_more_than_its_ground(
    exhibit: Exhibit, typesetter: Typesetter, tokens: Tokens
) -> None:
    display = SCREENS["15.6 inch"]
    image = picture(draw(State(), exhibit, display, typesetter, tokens), display.rect, typesetter)
    assert image.size == (1280, 720)
    assert len(image.getcolors(1 << 20) or []) > 20


def test_more_services_than_fit_are_all_reached_page_by_page(
    exhibit: Exhibit, typesetter: Typesetter, tokens: Tokens
) -> None:
    few = exhibit.catalogue.services
    services = tuple(replace(few[index % 3], id=f"service-{index}") for index in range(9))
    many = replace(exhibit, catalogue=replace(exhibit.catalogue, services=services))
    for name, display in SCREENS.items():
        state, seen = State(screen=Screen.SERVICE, language="my"), set()
        for _ in range(9):
            scene = draw(state, many, display, typesetter, tokens)
            assert overlapping(scene) == [], name
            assert outside(scene, display.rect) == [], name
            seen |= {target.name for target in scene.targets if target.name.startswith("service-")}
            more = scene.named("more")
            if more is None:
                break
            state, _ = step(state, more.gives)
        assert len(seen) == 9, name


def test_a_long_list_goes_on_to_further_pages_and_nothing_of_it_is_left_out(
    exhibit: Exhibit, typesetter: Typesetter, tokens: Tokens
) -> None:
    service = exhibit.catalogue.services[0]
    for name, display in SCREENS.items():
        for language in LANGUAGES:
            text = service.text(language)
            state, lines = State(screen=Screen.DETAILS, service=service.id, language=language), ""
            for _ in range(9):
                scene = draw(state, exhibit, display, typesetter, tokens)
                assert scene.named("take") is not None, "a ticket can be taken from each page"
                lines += "".join("".join(op.text.split()) for op in scene.ops if isinstance(op, Text))
                more = scene.named("more")
                if more is None:
                    break
                state, _ = step(state, more.gives)
            for wanted in [*text.steps, *(paper.text for paper in text.documents)]:
                assert "".join(wanted.replace("\u200b", "").split()) in lines.replace("\u200b", ""), (name, wanted)
