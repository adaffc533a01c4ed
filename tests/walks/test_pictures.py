"""The pictures and diagrams of the documents: there, small, whole, and made from what the code says."""

import re
from itertools import product
from pathlib import Path

import pytest
from PIL import Image

from kiosk import preview, screen_rules, screens
from kiosk.screen_types import Screen
from kiosk.specimens import example_states
from tests.walks import diagrams, diagrams_screens, pictures_screens
from tests.walks.diagrams import counter_arrows
from tests.walks.diagrams_screens import AT_REST, Arrow
from tests.walks.pictures_album import small
from translations import LANGUAGES

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PICTURES = sorted((ROOT / "docs" / "pictures").glob("*.png"))
GALLERY = (ROOT / "docs" / "screens.md").read_text(encoding="utf-8")
MOST_BYTES = 9_000_000
LEAST_INK = 0.005
"""The share of a picture that is not its commonest colour: less is a blank sheet."""


def ink(image: Image.Image) -> float:
    """The share of the picture that is not its commonest colour."""
    counted = image.convert("RGB").getcolors(1 << 24) or []
    return 1 - max(count for count, _ in counted) / (image.width * image.height)


def shown() -> set[str]:
    """The pictures that the documents show or link to, by file name."""
    told = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    return set(re.findall(r"\]\((?:docs/)?pictures/([^)#\s]+)\)", told))


# Diagrams ---------------------------------------------------------------------------------------------------------


def test_the_diagrams_on_the_page_are_made_from_the_tables() -> None:
    assert (ROOT / "docs" / "diagrams.md").read_text(encoding="utf-8") == diagrams.page(), (
        "python -m tests.walks.diagrams > docs/diagrams.md"
    )


def drawn() -> list[Arrow]:
    """The arrows of the screens as somebody reads them off the diagrams, screen by screen."""
    read = [
        Arrow(source, arrow.given, target)
        for found in diagrams_screens.views().values()
        for arrow in diagrams_screens.merged(found)
        for source, target in product(arrow.source.split(", "), arrow.target.split(", "))
    ]
    return [
        Arrow(arrow.source, arrow.given, rest)
        for arrow in read
        if arrow.source != AT_REST
        for rest in (screen_rules.REST if arrow.target == AT_REST else (arrow.target,))
        if rest != arrow.source
    ]


def test_the_diagrams_of_the_screens_together_are_their_table_and_no_arrow_stands_twice() -> None:
    table = [
        Arrow(screen.value, shape.__name__, target.value)
        for (screen, shape), rule in screens.TABLE.items()
        for target in rule.targets
        if target is not screen
    ]
    assert sorted(drawn()) == sorted(table)


def test_screens_that_differ_in_one_arrow_are_not_one_box() -> None:
    both = [Arrow("a", "Go", "c"), Arrow("b", "Go", "c")]
    assert diagrams_screens.merged(both) == [Arrow("a, b", "Go", "c")]
    assert diagrams_screens.merged([*both, Arrow("b", "Stop", "c")]) == [*both, Arrow("b", "Stop", "c")]


def test_every_diagram_of_the_screens_can_be_read_at_once() -> None:
    assert all(1 < len(diagrams_screens.merged(found)) <= 20 for found in diagrams_screens.views().values())


def test_the_phases_found_by_trying_are_those_that_the_buttons_are_meant_to_have() -> None:
    assert {(source, target) for source, _, target in counter_arrows()} == {
        ("armed", "counted"), ("counted", "lockout"), ("counted", "armed"), ("lockout", "armed"),
        ("armed", "tried"), ("lockout", "tried"), ("tried", "armed"),
    }  # fmt: skip


# Sheets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheets_show_every_screen_and_leave_out_nothing_but_more_of_the_same(language: str) -> None:
    catalogue = preview.example_catalogue()
    everything, shown_states = example_states(catalogue, language), pictures_screens.states(catalogue, language)
    shown_states |= pictures_screens.service_states(catalogue, language)
    box = {name for name, state in everything.items() if state.condition.box is not None}
    assert {state.screen for state in shown_states.values()} == set(Screen) - {Screen.SCORE}
    services = {service.id for service in catalogue.services}
    missing = {
        name.removeprefix("details-").removesuffix("-2") for name in everything.keys() - shown_states.keys() - box
    }
    assert missing == services - set(pictures_screens.DETAILS)
    assert set(pictures_screens.DETAILS) <= services
    assert set(pictures_screens.LOOKED_AT) <= everything.keys()


def test_a_sheet_lays_captions_and_pictures_beside_one_another_and_loses_none() -> None:
    kind = pictures_screens.KINDS["800x480"]
    colours = ["#ff0000", "#00ff00", "#0000ff", "#ffff00", "#ff00ff", "#00ffff", "#800000"]
    tiles = [(f"picture {number}", Image.new("RGB", kind.tile, colour)) for number, colour in enumerate(colours)]
    sheet = pictures_screens.sheet(tiles, kind)
    found = {colour for _, colour in sheet.getcolors(1 << 20) or []}
    wanted = {image.getpixel((0, 0)) for _, image in tiles}
    assert wanted <= found
    assert min(kind.tile_px for kind in pictures_screens.KINDS.values() if not kind.upright) >= 400


def test_a_picture_that_looks_like_an_earlier_one_is_left_out_and_no_other() -> None:
    white, spot = Image.new("RGB", (40, 40), "white"), Image.new("RGB", (40, 40), "white")
    spot.putpixel((39, 39), (254, 255, 255))
    assert [name for name, _ in pictures_screens.different([("a", white), ("b", spot), ("c", white.copy())])] == [
        "a",
        "b",
    ]


def test_fewer_colours_keep_one_that_few_pixels_have() -> None:
    ramp = Image.linear_gradient("L")
    many = Image.new("RGB", (256, 256))
    for number in range(32):
        many.paste((15 * (number % 16) + 20, 100 + 100 * (number // 16), 60), (0, 8 * number, 256, 8 * number + 8))
    many.paste(Image.merge("RGB", (ramp, ramp.rotate(90), Image.new("L", ramp.size, 200))).crop((0, 0, 8, 8)), (0, 0))
    few = small(many, 48).convert("RGB")
    red, _, blue = few.getpixel((4, 4))  # type: ignore[misc]
    assert blue - red > 100
    assert len(few.getcolors(1 << 16) or []) <= 48


def test_fewer_colours_keep_the_grounds_of_panels_as_they_are() -> None:
    ramp, flat = Image.linear_gradient("L"), Image.new("L", (256, 256), 160)
    many = Image.merge("HSV", (ramp, ramp.rotate(90), flat)).convert("RGB")
    many.paste((251, 246, 238), (0, 128, 256, 256))
    many.paste((247, 240, 230), (0, 128, 256, 160))
    assert small(many, 48).convert("RGB").getpixel((200, 200)) == (251, 246, 238)


# Files ------------------------------------------------------------------------------------------------------------


def test_all_pictures_together_are_small() -> None:
    assert PICTURES
    assert sum(path.stat().st_size for path in PICTURES) < MOST_BYTES


def test_the_pictures_there_are_those_that_the_documents_show() -> None:
    assert {path.name for path in PICTURES} == shown()


def test_there_is_a_sheet_for_every_language_and_display_and_for_the_looks() -> None:
    kinds = [*pictures_screens.KINDS, "looks", "service"]
    assert {"screens-scorebox.png", "starting.png"} <= shown()
    assert {f"screens-{kind}-{language}.png" for kind, language in product(kinds, LANGUAGES)} <= shown()


def test_the_gallery_says_what_each_screen_is_for() -> None:
    told = re.findall(r"^\| `([a-z-]+)` \| \S.*\. \|$", GALLERY, re.MULTILINE)
    assert sorted(told) == sorted(Screen)


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_a_picture_is_whole_and_not_empty(path: Path) -> None:
    with Image.open(path) as image:
        image.load()
        assert ink(image) > LEAST_INK


def test_a_blank_sheet_is_seen() -> None:
    """The control of the test above."""
    blank = Image.new("RGB", (1280, 720), "white")
    assert ink(blank) < LEAST_INK
    blank.paste((0, 0, 0), (0, 0, 30, 30))
    assert ink(blank) < LEAST_INK
