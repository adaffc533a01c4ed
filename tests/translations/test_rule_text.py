"""The rule in words: every setting is in them, in every language, with the right plural; changing one changes them."""

import re

import pytest

from sync.facts_office import RuleAdopted
from sync.rule import NEWEST, VERSIONS
from sync.types import UtcMs
from translations import DIRECTORY, LANGUAGES, rule_text
from translations.errors import UnknownRuleError
from translations.rule_text import long, short, title
from translations.tool import read

KEYS = ["order", "priority", "cap", "missed", "errand", "visit", "closing", "exceptions", "proof"]


def rule(**settings: int) -> RuleAdopted:
    return RuleAdopted(UtcMs(0), **settings)


def paragraph(key: str, language: str = "en", **settings: int) -> str:
    return next(each.text for each in long(rule(**settings), language) if each.key == key)


def everything(language: str, **settings: int) -> str:
    adopted = rule(**settings)
    return "\n".join([title(adopted, language), *short(adopted, language), *(p.text for p in long(adopted, language))])


def test_the_rule_as_a_release_adopts_it_in_plain_english() -> None:
    assert short(rule(), "en") == (
        "Longest wait first",
        "With P, waiting counts 3 times",
        "At most 5 later tickets go first",
        "Missed the call: after 3 others",
    )
    assert paragraph("priority") == (
        "P on a ticket means priority: one minute of waiting counts as 3 minutes. Why is never asked, printed or shown."
    )
    assert paragraph("cap").startswith("At most 5 later tickets are called before an earlier one")
    assert paragraph("missed") == (
        "A number is called 3 times, over at least 90 seconds. Whoever comes back says so at the kiosk and is called"
        " after 3 others."
    )
    assert paragraph("errand").endswith("On coming back they are among the next to be called.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("setting", "value", "key"),
    [
        ("priority_rate", 7, "priority"),
        ("overtakes", 7, "cap"),
        ("returned_place", 7, "missed"),
        ("parked_place", 7, "errand"),
        ("recalls", 6, "missed"),
        ("no_show_ms", 7_000, "missed"),
    ],
)
def test_changing_a_setting_changes_its_paragraph_and_no_other(
    language: str, setting: str, value: int, key: str
) -> None:
    before, after = long(rule(), language), long(rule(**{setting: value}), language)
    assert [one.key for one, other in zip(before, after, strict=True) if one != other] == [key]
    assert "7" in paragraph(key, language, **{setting: value})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "settings",
    [{}, {"overtakes": 0}, {"priority_rate": 1}, {"returned_place": 0}, {"parked_place": 1}, {"recalls": 0}],
    ids=str,
)
def test_every_language_says_all_of_it_with_the_same_figures(language: str, settings: dict[str, int]) -> None:
    said = long(rule(**settings), language)
    assert [each.key for each in said] == KEYS
    assert all(each.title and each.text for each in said)
    assert "{" not in everything(language, **settings)

    def figures(of: str) -> list[list[str]]:
        return [sorted(set(re.findall(r"\d+", each.text)) - {"1"}) for each in long(rule(**settings), of)]

    assert figures(language) == figures("en")
    assert len(short(rule(**settings), language)) == len(short(rule(**settings), "en"))
    if language != "en":
        assert not re.search(r"[a-z]{3}", everything(language, **settings)), "a text is not translated"


def test_one_is_one_and_two_are_two_in_english() -> None:
    one = everything("en", overtakes=1, returned_place=1, parked_place=1, recalls=0, no_show_ms=1000)
    for part in ("1 later ticket goes", "1 later ticket is", "1 other.", "1 time,", "1 second."):
        assert part in one
    assert paragraph("missed", returned_place=1).endswith("after 1 other.")
    assert paragraph("errand", parked_place=1).endswith("after 1 other.")
    two = everything("en", overtakes=2, returned_place=2, parked_place=2, recalls=1, no_show_ms=2000)
    for part in ("2 later tickets go", "2 later tickets are", "2 others.", "2 times,", "2 seconds."):
        assert part in two


def test_without_a_difference_the_text_promises_none() -> None:
    assert "does not change the order" in paragraph("priority", priority_rate=1)
    assert "With P" not in everything("en", priority_rate=1)
    assert short(rule(overtakes=0), "en")[0] == "In the order of arrival"
    assert "does not change the order" in paragraph("priority", overtakes=0)
    assert "Nobody who came later" in paragraph("cap", overtakes=0)
    assert "among the next" in paragraph("missed", returned_place=0)


def test_a_started_second_counts_whole() -> None:
    assert "91 seconds" in paragraph("missed", no_show_ms=90_001)


def test_why_somebody_has_priority_is_said_nowhere() -> None:
    words = everything("en").lower()
    assert [
        each for each in ("age", "elder", "disab", "pregnan", "infant", "monk") if re.search(rf"\b{each}", words)
    ] == []


def test_every_released_version_of_the_rule_has_words_and_an_unknown_one_is_named() -> None:
    assert set(VERSIONS) == {NEWEST} == {rule_text.VERSION}
    for ask in (title, short, long):
        with pytest.raises(UnknownRuleError, match="version 99"):
            ask(rule(rule=99), "en")


@pytest.mark.parametrize("language", ["th", "my"])
def test_texts_that_no_native_speaker_has_read_say_so(language: str) -> None:
    path = DIRECTORY / language / "queue.po"
    assert "X-Review: not yet reviewed by a native speaker" in path.read_text(encoding="utf-8")
    assert len(read(path)) > 30
