"""Texts that a machine can tell to be wrong: left open, in other letters, in Zawgyi."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.catalogue import parse_catalogue
from sync.catalogue_texts import left_open, text_fault, wrong_letters, zawgyi
from translations.wording import wording_faults

EXAMPLE = Path(__file__).parents[2] / "kiosk" / "example" / "catalogue.toml"

ZAWGYI = {
    "thanks": "\u1031\u1000\u103a\u1038\u1007\u1030\u1038\u1010\u1004\u1039\u1015\u102b\u1010\u101a\u1039",
    "Myanmar": "\u103b\u1019\u1014\u1039\u1019\u102c",
    "pay the tax": "\u1021\u1001\u103c\u1014\u1039\u1031\u1015\u1038\u1031\u1006\u102c\u1004\u1039\u101b\u1014\u1039",
    "sea": "\u1015\u1004\u1039\u101c\u101a\u1039",
    "give a letter": "\u1005\u102c\u1031\u1015\u1038",
    "stacked": "\u1019\u1014\u1071\u1031\u101c\u1038",
}
"""As Zawgyi stores them; each as its own typeface would show it rightly."""
UNICODE = {
    "thanks": "ကျေးဇူးတင်ပါတယ်",
    "Myanmar": "မြန်မာ",
    "pay the tax": "အခွန်ပေးဆောင်ရန်",
    "sea": "ပင်လယ်",
    "give a letter": "စာပေး",
    "stacked": "မန္တလေး",
}


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "\u00a0\u2060", "-", "–", "…", "...", "TODO", "to do", "xxx", "?", "N/A"]
)
def test_a_text_that_says_nothing_is_left_open(text: str) -> None:
    assert left_open(text) is not None


@pytest.mark.parametrize("text", ["1567", "ข.1", "To the door", "Go", "8:30–16:30", "XL"])
def test_a_short_text_is_still_a_text(text: str) -> None:
    assert left_open(text) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("th", "Monday to Friday"),
        ("th", "အမှိုက်သိမ်းခ"),
        ("th", "အမှိုက်သိမ်းခ ပေးဆောင်ခြင်း ข.1"),
        ("my", "Monday to Friday"),
        ("my", "ชำระค่าเก็บขนขยะ"),
        ("my", "ชำระค่าเก็บขนขยะมูลฝอย ကို"),
        ("en", "ชำระค่าเก็บขนขยะ"),
        ("en", "အမှိုက်သိမ်းခ"),
        ("en", "LINE: ชำระค่าเก็บขนขยะมูลฝอย"),
    ],
)
def test_a_text_in_another_language_s_letters_is_told(language: str, text: str) -> None:
    fault = wrong_letters(text, language)
    assert fault is not None
    assert "letters" in fault[0]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("th", "ออนไลน์: แอปพลิเคชัน ThaID หรือ Traffy Fondue"),
        ("th", "08:30–16:30"),
        ("th", "www.example.go.th"),
        ("th", "office@example.go.th"),
        ("en", "Online: https://example.go.th/บริการ"),
        ("en", "Request for a permit, form ข.1"),
        ("my", "လျှောက်လွှာ ข.1 ယူရန်"),
        ("my", "1567"),
        ("ksw", "anything"),
    ],
)
def test_names_forms_addresses_and_digits_may_stand_in_any_language(language: str, text: str) -> None:
    assert wrong_letters(text, language) is None


@pytest.mark.parametrize("word", ZAWGYI)
def test_zawgyi_is_told_and_the_same_word_in_unicode_is_not(word: str) -> None:
    assert zawgyi(ZAWGYI[word]) is not None
    assert text_fault(UNICODE[word], "my") is None


def test_no_burmese_text_of_the_example_looks_like_zawgyi() -> None:
    catalogue = parse_catalogue(EXAMPLE.read_bytes())
    texts = [service.text("my") for service in catalogue.services]
    said = [part for text in texts for part in (text.name, *text.steps, *(each.text for each in text.documents))]
    assert len(said) > 100
    assert [zawgyi(each) for each in said] == [None] * len(said)


@pytest.mark.parametrize("text", [*ZAWGYI.values(), *UNICODE.values()])
def test_the_office_s_texts_and_ours_are_held_to_one_rule(text: str) -> None:
    """sync imports nothing of ours, so the rule stands twice; this holds the two together."""
    assert any("Zawgyi" in each for each in wording_faults(text, "my")) == (zawgyi(text) is not None)


def test_a_karen_text_may_have_the_letters_that_zawgyi_misuses() -> None:
    assert zawgyi("\u1000\u1062\u103a") is not None
    assert text_fault("\u1000\u1062\u103a", "ksw") is None


@given(st.text(max_size=40), st.sampled_from(["th", "en", "my"]))
def test_any_text_gets_an_answer(text: str, language: str) -> None:
    fault = text_fault(text, language)
    assert fault is None or all(fault)
