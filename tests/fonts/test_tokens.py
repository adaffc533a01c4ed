"""The design tokens are well formed, and every combination of colours that the designs use can be read."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fonts.errors import TokensError
from fonts.tokens import (
    PATH,
    Hex,
    Mm,
    contrast,
    control_pairs,
    css_variables,
    em_px,
    load,
    luminance,
    parse,
    rgb,
    text_pairs,
)

TOKENS = load()
THEMES = {name: TOKENS.themed(name) for name in ("light", *TOKENS.themes)}
COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: Hex(f"#{value:06X}"))


@pytest.mark.parametrize(
    ("a", "b", "ratio"),
    [
        ("#000000", "#FFFFFF", 21.0),
        ("#777777", "#FFFFFF", 4.48),
        ("#FF0000", "#FFFFFF", 4.00),
        ("#0000FF", "#FFFFFF", 8.59),
        ("#123456", "#123456", 1.0),
    ],
)
def test_contrast_gives_the_published_ratios(a: str, b: str, ratio: float) -> None:
    assert contrast(Hex(a), Hex(b)) == pytest.approx(ratio, abs=0.005)


@given(COLOURS, COLOURS)
def test_contrast_is_the_same_both_ways_and_between_1_and_21(a: Hex, b: Hex) -> None:
    assert contrast(a, b) == contrast(b, a)
    assert 1 <= contrast(a, b) <= 21.000001


def test_there_is_a_dark_theme_and_the_light_one_is_what_there_is_without() -> None:
    assert sorted(THEMES) == ["dark", "light"]
    assert THEMES["light"] == TOKENS
    dark, light = THEMES["dark"], THEMES["light"]
    assert luminance(dark.colour.ground) < 0.02 < 0.9 < luminance(light.colour.ground)
    assert sorted(dark.accent) == sorted(light.accent), "a service has a colour in every theme"
    assert (dark.score, dark.screen, dark.shape) == (light.score, light.screen, light.shape)


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_has_7_to_1_on_its_ground(theme: str) -> None:
    pairs = text_pairs(THEMES[theme])
    assert len(pairs) > 40
    assert [(what, round(contrast(a, b), 2)) for what, a, b in pairs if contrast(a, b) < 7] == []


@pytest.mark.parametrize("theme", THEMES)
def test_every_control_has_3_to_1_on_its_ground(theme: str) -> None:
    pairs = control_pairs(THEMES[theme])
    assert len(pairs) > 20
    assert [(what, round(contrast(a, b), 2)) for what, a, b in pairs if contrast(a, b) < 3] == []


@pytest.mark.parametrize(("theme", "paler"), [("light", "#77705F"), ("dark", "#8A8172")])
def test_control_a_paler_ink_is_noticed(theme: str, paler: str) -> None:
    was, now = f'ink_soft = "{THEMES[theme].colour.ink_soft}"', f'ink_soft = "{paler}"'
    pale = parse(PATH.read_text("utf-8").replace(was, now)).themed(theme)
    found = [what for what, a, b in text_pairs(pale) if contrast(a, b) < 7]
    assert [f"ink_soft on {ground}" for ground in ("ground", "surface", "sunken")] == found[:3]


@pytest.mark.parametrize(("theme", "paler"), [("light", "#B9AF9C"), ("dark", "#4A443B")])
def test_control_a_paler_edge_is_noticed(theme: str, paler: str) -> None:
    was, now = f'outline = "{THEMES[theme].colour.outline}"', f'outline = "{paler}"'
    pale = parse(PATH.read_text("utf-8").replace(was, now)).themed(theme)
    found = [what for what, a, b in control_pairs(pale) if contrast(a, b) < 3]
    assert [f"outline on {ground}" for ground in ("ground", "surface", "sunken")] == found


def test_every_colour_that_writes_on_a_ground_of_its_own_is_in_the_pairs() -> None:
    written = {a for _, a, _ in text_pairs(TOKENS)}
    assert {accent.on for accent in TOKENS.accent.values()} <= written
    assert {accent.ink for accent in TOKENS.accent.values()} <= written
    assert {score.on for score in TOKENS.score.values()} <= written


def test_the_five_score_colours_differ_by_more_than_hue_from_their_neighbours() -> None:
    assert sorted(TOKENS.score) == [1, 2, 3, 4, 5]
    ordered = [rgb(TOKENS.score[level].fill) for level in range(1, 6)]
    for one, next_one in itertools.pairwise(ordered):
        assert sum(abs(a - b) for a, b in zip(one, next_one, strict=True)) > 80
    lights = [luminance(TOKENS.score[level].fill) for level in range(1, 6)]
    assert abs(lights[0] - lights[1]) > 0.2
    assert abs(lights[4] - lights[3]) > 0.2


def test_capitals_and_targets_are_as_large_as_accessibility_asks() -> None:
    screen = TOKENS.screen
    assert min(screen.label, screen.body, screen.title, screen.display, screen.number) >= 7.3
    assert screen.number >= 37
    assert TOKENS.shape.target >= 20


@given(st.floats(2, 40), st.floats(1, 20))
def test_the_em_in_pixels_never_makes_capitals_smaller_than_asked(capital: float, dots_per_mm: float) -> None:
    assert em_px(Mm(capital), dots_per_mm) * 0.714 >= capital * dots_per_mm - 1e-6


def test_the_pages_get_the_same_colours() -> None:
    css = css_variables(TOKENS)
    assert f"--ground: {TOKENS.colour.ground};" in css
    assert f"--accent-teal-fill: {TOKENS.accent['teal'].fill};" in css
    assert f"--score-5-on: {TOKENS.score[5].on};" in css
    names = [line.split(":")[0] for line in css.splitlines()[1:-1]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('ground = "#FBF7EF"', 'ground = "cream"'),
        ('ground = "#FBF7EF"', ""),
        ('ground = "#FBF7EF"', 'ground = "#FBF7EF"\nmood = "#FBF7EF"'),
        ("target = 20.0", "target = -20.0"),
        ("target = 20.0", 'target = "20"'),
        ("target = 20.0", "target = = 20"),
        ("[score.5]", "[score.best]"),
        ("[space_mm]", "[spaces]"),
    ],
)
def test_badly_formed_tokens_are_a_clear_error(right: str, wrong: str) -> None:
    text = PATH.read_text("utf-8")
    assert right in text
    with pytest.raises(TokensError, match="not well formed") as caught:
        parse(text.replace(right, wrong, 1))
    assert caught.value.hint
