"""The technician's manual: what of it the code makes is what the code says, and every message has a row."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from PIL import Image

from image.configure_sheet import GROUND, PHYSICAL, POWER, pins
from kiosk import upkeep_words, wording
from kiosk.view_tools import buttons as buttons_screen
from sync import exchange
from tests.walks.manual import drawings, messages, pages, wiring
from translations import LANGUAGES, load

ROWS = [(section, code) for section, found in messages.tables().items() for code in found]
SHEETS = [(name, language) for name in drawings.DRAWINGS for language in drawings.LANGUAGES]
THAI_MARK_ALONE = re.compile("(?:^|[^\u0e01-\u0e2e\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")


def rows_of(page: str, name: str) -> list[list[str]]:
    """The cells of a made table, without its head."""
    inside = page.partition(f"<!-- {name}: made by")[2].partition(f"<!-- end of {name} -->")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in inside.splitlines() if "|" in line][2:]


# Messages -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("section", "code"), ROWS, ids=lambda each: each)
def test_every_message_has_what_it_means_and_what_to_do_in_both_languages(section: str, code: str) -> None:
    for language in drawings.LANGUAGES:
        told = messages.advice(section, code, language)
        assert told is not None, f"add  {code}.{language} = [means, what to do]  under [{section}] in messages.toml"
        assert len(told.means) > 2


def without(lacking: Mapping[str, object], known: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    for section, rows in lacking.items():
        inside = rows.get("rows", rows) if isinstance(rows, Mapping) else {}
        yield from (f"{section}.{code}" for code in inside if code not in known.get(section, {}))


def test_no_row_is_about_a_message_that_nobody_shows_any_more() -> None:
    rows = {name: found for name, found in messages.ADVICE.items() if name != "titles"}
    assert list(without(rows, messages.tables())) == []
    assert list(without({"told": {"gone": {}}}, messages.tables())) == ["told.gone"]
    assert rows.keys() == messages.ADVICE["titles"].keys() == messages.tables().keys()


def test_the_tables_are_all_that_the_words_of_the_service_menu_and_the_doctor_have() -> None:
    found = messages.tables()
    assert set(found["reasons"]) == set(wording.REASONS)
    assert set(found["parts"]) == set(upkeep_words.PARTS)
    for code, text in upkeep_words.TOLD.items():
        assert code in found["told"] or text == wording.REASONS[code]
    assert {"printer", "counter N", "copy of the journals", "office's journal", "USB"} <= set(found["doctor"])
    assert set(found["stopped"]) >= exchange._FINAL


@pytest.mark.parametrize("text", [*messages.ADVICE["signs"]["rows"]])
def test_a_sign_of_the_list_is_one_that_the_screens_have(text: str) -> None:
    assert any(load("th", domain).gettext(text) != text for domain in ("kiosk", "display"))


@pytest.mark.parametrize("language", drawings.LANGUAGES)
def test_the_page_of_messages_is_made_from_the_tables(language: str) -> None:
    page = pages.MESSAGES[language].read_text(encoding="utf-8")
    assert page == messages.page(language), "./prove pictures manual"
    assert "| ? |" not in page
    assert "{" not in page
    for section, code in ROWS:
        text = messages.shown(messages.tables()[section][code], language, section)
        assert f"| {text} | " in page


# Wiring ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", drawings.LANGUAGES)
def test_the_tables_of_the_manual_are_made_from_the_code(language: str) -> None:
    page = pages.PAGES[language].read_text(encoding="utf-8")
    assert pages.put(page, wiring.parts(language)) == page, "./prove pictures manual"


def test_a_page_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no <!-- wiring"):
        pages.put("# A manual", {"wiring": "| a |"})


@pytest.mark.parametrize("language", drawings.LANGUAGES)
def test_every_pin_of_the_wiring_is_a_pin_of_the_header_that_kiosk_toml_names(language: str) -> None:
    page = pages.PAGES[language].read_text(encoding="utf-8")
    counter = drawings.example().counters[0]
    wired = {int(gpio): (int(physical), int(ground)) for _, _, gpio, physical, ground, _ in rows_of(page, "wiring")}
    assert set(wired) == {*counter.levels, counter.lamp, counter.next}
    for gpio, (physical, ground) in wired.items():
        assert PHYSICAL[gpio] == physical
        assert ground in GROUND
        assert gpio not in drawings.RESERVED
    assert [row[0][0] for row in rows_of(page, "wiring")[:5]] == list("54321")


def test_the_header_has_forty_pins_and_each_number_once() -> None:
    numbers = [*PHYSICAL.values(), *GROUND, *POWER]
    assert sorted(numbers) == list(range(1, 41))
    drawn = {entry["pin"]: entry for entry in drawings.header("en")}
    sheet = {entry["pin"]: entry for entry in pins(drawings.example())}
    for pin, entry in drawn.items():
        assert entry["gpio"] == sheet[pin]["gpio"]
        assert entry["kind"] == sheet[pin]["kind"] or entry["gpio"] in drawings.RESERVED


def test_the_row_of_buttons_is_that_of_the_test_at_the_service_menu() -> None:
    assert '["5", "4", "3", "2", "1"' in Path(buttons_screen.__code__.co_filename).read_text(encoding="utf-8")
    assert drawings.ROW == (5, 4, 3, 2, 1)


# Drawings -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "language"), SHEETS)
def test_a_drawing_is_made_from_the_tables_and_shown(name: str, language: str) -> None:
    assert drawings.path(name, language).read_bytes() == drawings.drawn(name, language), "./prove pictures manual"
    assert f"](drawings/{name}-{language}.svg)" in pages.PAGES[language].read_text(encoding="utf-8")


def test_there_is_no_other_drawing() -> None:
    assert {path.name for path in drawings.FOLDER.iterdir()} == {f"{name}-{language}.svg" for name, language in SHEETS}


@pytest.mark.parametrize(("name", "language"), SHEETS)
def test_nothing_is_drawn_at_the_edge_of_its_sheet(name: str, language: str, tmp_path: Path) -> None:
    """The margin stays white: what was clipped would reach it."""
    path = tmp_path / "drawn.png"
    path.write_bytes(drawings.drawn(name, language, "png"))
    with Image.open(path) as image:
        grey = image.convert("L")
    for edge in (
        grey.crop((0, 0, grey.width, 8)), grey.crop((0, grey.height - 8, grey.width, grey.height)),
        grey.crop((0, 0, 8, grey.height)), grey.crop((grey.width - 8, 0, grey.width, grey.height)),
    ):  # fmt: skip
        assert edge.getextrema() == (255, 255)


def test_no_thai_mark_stands_alone_in_words_of_the_manual() -> None:
    told = json.dumps([drawings.data(name, "th") for name in drawings.DRAWINGS], ensure_ascii=False)
    told += messages.page("th") + pages.PAGES["th"].read_text(encoding="utf-8")
    assert [found.group() for found in THAI_MARK_ALONE.finditer(told)] == []
    assert THAI_MARK_ALONE.search("a \u0e49")


def test_the_thai_pages_say_that_nobody_has_reviewed_them() -> None:
    assert "th" in LANGUAGES
    for page in (pages.PAGES["th"], pages.MESSAGES["th"]):
        assert "not yet reviewed by a native speaker" in page.read_text(encoding="utf-8").split("## ")[0]


def test_both_manuals_have_the_same_parts() -> None:
    heads = [re.findall(r"^(#+) ", path.read_text(encoding="utf-8"), re.MULTILINE) for path in pages.PAGES.values()]
    boxes = [path.read_text(encoding="utf-8").count("- [ ]") for path in pages.PAGES.values()]
    assert heads[0] == heads[1]
    assert boxes[0] == boxes[1] > 10
