"""Every text of the screens, at every size and width it is set in: whole, without a box, broken where it may be.

What is set is what the screens of tests.kiosk.measure set: each text of the kiosk's catalogue and of the example
catalogue is met there (the first test says so), on five screens in four looks. That nothing is set below its least size
or leaves its place is in test_layout; here is how texts are broken, and what glyphs they have. That each is HarfBuzz's
own at its own place is asked of 15.6 inches in test_glyphs, that none is .notdef of every line here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from kiosk.scene import Text
from kiosk.wording import texts
from sync.catalogue import NONE
from tests.fonts.oracle import assert_same_glyphs, harfbuzz_glyphs
from tests.kiosk.measure import EXHIBIT, LOOKS, SIZES, Break, compositor, everything, parted, screens, states
from translations import DIRECTORY, LANGUAGES
from translations.breaks import break_opportunities, starts_syllable, syllables

UNSEEN = frozenset(
    {
        "Touch a language to begin",
        "Choose a language",
        "The staff must confirm the date first",
        "Please score the service",
        "Thank you",
        "most satisfied",
        "very satisfied",
        "moderately satisfied",
        "slightly satisfied",
        "least satisfied",
        "Starting",
    }
)
"""Texts of the kiosk's catalogue that no view asks for: what stands before the first screen, and what the display and
the score buttons are to say."""


def letters(text: str) -> str:
    """Without what a break may swallow."""
    return re.sub(r"[\s\u200b]+", "", text)


@cache
def told(language: str) -> str:
    """All that is in sight or said on any screen, each text once, as one."""
    found = {
        text
        for each in everything()
        if each.language == language
        for text in (*each.scene.texts(), *(said.text for said in each.scene.spoken))
    }
    return "\n".join(sorted(letters(text) for text in found))


def msgids(path: Path) -> list[str]:
    """The texts of a catalogue, singular and plural."""
    return list(re.findall(r'^msgid(?:_plural)? "(.+)"$', path.read_text("utf-8"), re.MULTILINE))


def unmet(wanted: Iterable[str], sight: str) -> list[str]:
    """Texts that are not in sight, with anything for what is filled in."""
    return [text for text in wanted if not re.search(re.sub(r"\\\{\w+\\\}", ".+", re.escape(letters(text))), sight)]


def test_every_text_of_the_kiosk_is_met_on_some_screen() -> None:
    """Of shorter forms one language may have no need: each is met in one at least."""
    known = [each for each in msgids(DIRECTORY / "en" / "kiosk.po") if each not in UNSEEN]
    assert len(known) > 140
    assert [each for each in known if all(unmet([texts(one).gettext(each)], told(one)) for one in LANGUAGES)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_example_catalogue_is_met_on_some_screen(language: str) -> None:
    wanted = [group.names[language] for group in EXHIBIT.catalogue.groups]
    for service in EXHIBIT.catalogue.services:
        text = service.text(language)
        wanted += [text.name, text.short or "", text.fee_note or "", *text.steps]
        wanted += [part for paper in text.documents for part in (paper.text, paper.when or "")]
        wanted += [each for each in (text.channel, text.hours, text.complaints) if each and each != NONE]
    assert unmet(wanted, told(language)) == []


def test_a_text_that_no_screen_shows_is_told() -> None:
    assert unmet(["Take a ticket", "Never said"], told("en")) == ["Never said"]


# Breaks -------------------------------------------------------------------------------------------------------------


def misbroken(text: str, language: str, lines: tuple[str, ...], cut: bool) -> list[str]:
    """What is wrong with these lines of a text. `cut`: a word wider than its place may be cut between syllables."""
    wrong = [line for line in lines if hanging(line)]
    allowed = {index for part, at in _parts(text) for index in _allowed(part, at, language, cut)}
    at = 0
    for line in lines:
        begin = text.find(line, at)
        if begin < 0 or letters(text[at:begin]):
            return [*wrong, f"not the words of the text: {line!r}"]
        if at and begin not in allowed:
            wrong.append(f"{lines} broken before {line!r}")
        at = begin + len(line)
    return [*wrong, f"lost: {text[at:]!r}"] if letters(text[at:]) else wrong


def _parts(text: str) -> Iterator[tuple[str, int]]:
    at = 0
    for part in text.split("\n"):
        yield part, at
        at += len(part) + 1


def _allowed(part: str, at: int, language: str, cut: bool) -> Iterator[int]:
    for index in (0, *break_opportunities(part, language), *(syllables(part, language) if cut else ())):
        rest = part[index:]
        yield at + index + len(rest) - len(rest.lstrip(" \u200b"))


def orphans(lines: Iterable[str]) -> list[str]:
    """Lines that are one letter or mark only. A syllable or a figure may stand alone: they are words."""
    single = [line for line in lines if len(letters(line)) == 1 and not line.isdecimal()]
    return [line for line in single if not starts_syllable(line, 0)]


def hanging(line: str) -> bool:
    """Whether a line begins with a mark that hangs on the letter before it."""
    return bool(line) and unicodedata.category(line[0]) in {"Mn", "Mc", "Me"}


def breaks() -> Iterator[Break]:
    """Every text of several lines as it was broken on any screen, each way once."""
    for _ in everything():
        pass
    found = {each for size in SIZES for each in compositor(size).broken}
    yield from sorted(found)


def test_every_line_ends_where_its_language_allows_it() -> None:
    found = list(breaks())
    assert {language for _, language, _, _ in found} == set(LANGUAGES)
    assert len(found) > 1000
    assert [wrong for each in found for wrong in misbroken(*each)] == []


def test_no_letter_stands_alone_on_a_line() -> None:
    """Of texts that have several lines; an entry of a list has a line for each (view_manual), a key is one letter."""
    several = [op for each in everything() for op in each.ops if isinstance(op, Text) and len(op.lines) > 1]
    assert len(several) > 1000
    assert [op.text for op in several if orphans(line for _, _, line in op.lines)] == []
    assert orphans(("Licence for", "a", "shop")) == ["a"]


def test_no_line_of_any_screen_begins_with_the_unit_of_a_number() -> None:
    several = [op for each in everything() for op in each.ops if isinstance(op, Text) and len(op.lines) > 1]
    assert [op.text for op in several if parted(op.lines)] == []


def test_a_number_parted_from_its_unit_is_caught() -> None:
    assert parted(((0, 0, "not more than 20"), (0, 9, "litres a day")))
    assert not parted(((0, 0, "not more than"), (0, 9, "20\u00a0litres a day")))


@pytest.mark.parametrize(
    ("text", "language", "lines"),
    [
        ("สำนักทะเบียน", "th", ("สำนักทะเบีย", "น")),
        ("สำนักทะเบียน", "th", ("สำนักทะเบ", "ียน")),
        ("สำนักทะเบียนกลาง", "th", ("สำนักทะเบี", "ยนกลาง")),
        ("နေရပ်လိပ်စာ", "my", ("နေရပ", "်လိပ်စာ")),
        ("နေရပ်လိပ်စာ", "my", ("နေရ", "ပ်လိပ်စာ")),
        ("Take a ticket", "en", ("Take a tick", "et")),
        ("Take a ticket", "en", ("Take", "ticket")),
        ("Take a ticket", "en", ("Take a",)),
    ],
)
def test_a_bad_break_is_caught(text: str, language: str, lines: tuple[str, ...]) -> None:
    assert misbroken(text, language, lines, cut=False) != []
    assert misbroken("Take a ticket", "en", ("Take a", "ticket"), cut=False) == []


# Glyphs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_no_line_of_any_screen_has_a_box_or_begins_with_a_hanging_mark(size: str) -> None:
    lines = {
        (line, op.language, op.weight)
        for look in LOOKS
        for each in screens(size, look)
        for op in each.scene.ops
        if isinstance(op, Text)
        for _, _, line in op.lines
    }
    assert [line for line, _, _ in lines if hanging(line)] == []
    assert [each for each in sorted(lines) if boxed(*each[:2])] == []


@cache
def boxed(line: str, language: str) -> bool:
    """Whether HarfBuzz has no glyph for a character of it."""
    return any(glyph.identity == 0 for glyph in harfbuzz_glyphs(line, language))


def test_a_line_with_a_box_is_caught() -> None:
    with pytest.raises(Exception, match="no font has"):
        assert_same_glyphs("\u2713", "th", "regular")


# Dates --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["confirm-date", "closed-holiday", "closed+before-hours-272"])
def test_dates_are_drawn_whole_with_their_years_in_both_eras_where_thai_is_read(size: str, name: str) -> None:
    for look in LOOKS:
        for each in screens(size, look):
            if each.name == name:
                lines = [line for op in each.scene.ops if isinstance(op, Text) for _, _, line in op.lines]
                assert _years_whole(lines, _year(name), each.language), each.what


def _year(name: str) -> int:
    return 2027 if name.endswith("272") else 2026


def _years_whole(lines: list[str], year: int, language: str) -> bool:
    """The year of the Buddhist Era on a Thai screen, of the common era on others."""
    wanted = str(year + 543) if language == "th" else str(year)
    return any(re.search(rf"(?<!\d){wanted}(?!\d)", line) for line in lines)


def test_a_year_that_is_cut_is_caught() -> None:
    assert _years_whole(["4 ธันวาคม 2569"], 2026, "th")
    assert not _years_whole(["4 ธันวาคม 25", "69"], 2026, "th")
    assert not _years_whole(["4 ธันวาคม 2026"], 2026, "th")


def test_the_screens_that_are_named_here_exist() -> None:
    assert {"confirm-date", "closed-holiday", "closed+before-hours-272"} <= set(states("th"))
