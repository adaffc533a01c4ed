"""Lines break between words, never inside a syllable, and where the text itself says."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icu4py.breakers import LineBreaker

from translations.breaks import break_opportunities, starts_syllable, syllables

MYANMAR = st.text([chr(c) for c in (*range(0x1000, 0x10A0), *range(0xAA60, 0xAA80))] + [" ", "a"], max_size=30)
THAI = st.text([chr(c) for c in (*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E4F))] + [" ", "a"], max_size=30)


def pieces(text: str, language: str) -> list[str]:
    ends = [0, *break_opportunities(text, language), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(ends)]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("th", ["กรุณา", "รับ", "บัตร", "คิว", "ที่", "เครื่องพิมพ์ "]),
        ("th", ["ต่าง ๆ ", "กัน"]),
        ("my", ["ကျေးဇူးပြု၍ ", "လက်မှတ်ကို", "ယူပါ။ ", "အင်္ဂလိပ်", "ဘာသာ"]),
        ("my", ["တက္ကသိုလ် ", "ယောက်ျား"]),
        ("en", ["take ", "the ", "well-", "known ", "ticket"]),
        ("en", ["😀 ", "then ", "words"]),
        ("th", ["😀", "ทดสอบ", "ภาษา"]),
    ],
)
def test_breaks_are_between_words(language: str, words: list[str]) -> None:
    assert pieces("".join(words), language) == words


@pytest.mark.parametrize(("language", "text"), [("shn", "မိူင်းတႆး ၸွင်ႇၼႆႉ"), ("ksw", "ကညီကျိာ် ကွၢ်နှၢ်"), ("mnw", "ဘာသာမန် ဂကူမန်")])
def test_languages_without_a_dictionary_keep_their_syllables_whole(language: str, text: str) -> None:
    breaks = break_opportunities(text, language)
    assert breaks
    assert all(starts_syllable(text, index) for index in breaks)


def test_control_icu_alone_would_cut_a_shan_syllable() -> None:
    text = "မိူင်းတႆး ၸွင်ႇၼႆႉ"
    ends = {end for _, end in LineBreaker(text, "shn").segments()} - {len(text)}
    assert [index for index in sorted(ends) if text[index - 1] != " " and not starts_syllable(text, index)]


def test_a_zero_width_space_adds_a_break() -> None:
    assert pieces("ab\u200bcd", "en") == ["ab\u200b", "cd"]
    assert pieces("ဂြို\u200bဟ်", "my") == ["ဂြို\u200b", "ဟ်"]


@pytest.mark.parametrize("glue", ["\u00a0", "\u2060"])
@pytest.mark.parametrize(("language", "a", "b"), [("en", "10", "baht"), ("th", "รับ", "บัตร"), ("my", "ကို", "ယူ")])
def test_a_no_break_space_or_word_joiner_forbids_one(glue: str, language: str, a: str, b: str) -> None:
    assert pieces(a + glue + b, language) == [a + glue + b]
    assert not {len(a), len(a) + 1} & set(syllables(a + glue + b, language))


def test_there_is_always_a_break_after_a_line_feed() -> None:
    assert pieces("a\nb", "th") == ["a\n", "b"]


@pytest.mark.parametrize("text", ["", "a", "ก", "က"])
def test_a_text_without_an_inside_has_no_breaks(text: str) -> None:
    assert break_opportunities(text, "th") == []


@given(MYANMAR, st.sampled_from(["my", "shn", "ksw", "mnw"]))
def test_no_break_is_inside_a_burmese_syllable(text: str, language: str) -> None:
    for index in (*break_opportunities(text, language), *syllables(text, language)):
        burmese = "\u1000" <= text[index] <= "\u109f" or "\uaa60" <= text[index] <= "\uaa7f"
        assert not burmese or text[index - 1] == " " or starts_syllable(text, index)


@given(THAI)
def test_no_break_parts_a_thai_mark_or_vowel_from_its_consonant(text: str) -> None:
    for index in (*break_opportunities(text, "th"), *syllables(text, "th")):
        assert text[index] not in "ะัาำิีึืฺุูๅๆ็่้๊๋์ํ๎ฯ"
        assert text[index - 1] not in "เแโใไ"


@given(st.text(max_size=40), st.sampled_from(["th", "en", "my"]))
def test_breaks_are_ascending_and_inside_the_text(text: str, language: str) -> None:
    for found in (break_opportunities(text, language), syllables(text, language)):
        assert found == sorted(set(found))
        assert all(0 < index < len(text) for index in found)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("အင်္ဂလိပ်", [0, 5]),
        ("တက္ကသိုလ်", [0, 4]),
        ("ယောက်ျား", [0]),
        ("နံပါတ်", [0, 2]),
        ("ကျွန်ုပ်", [0]),
        ("၁၂", [0, 1]),
        ("ပြု၍", [0]),
    ],
)
def test_syllables_start_where_burmese_spelling_says(text: str, starts: list[int]) -> None:
    assert [index for index in range(len(text)) if starts_syllable(text, index)] == starts


def alone(text: str) -> set[int]:
    """Where ICU alone would break it."""
    return {end for _, end in LineBreaker(text, "my").segments()} - {len(text)}


def test_the_burmese_not_stays_with_its_verb() -> None:
    """Control: ICU alone parts them."""
    text = "ဦးစားပေး မလို"
    assert text.index("မ") + 1 in alone(text)
    assert text.index("မ") + 1 not in break_opportunities(text, "my")
    assert break_opportunities("မလို", "my") == [], "at the beginning too"
    assert break_opportunities("ဆရာမ ကြီး", "my") == [5], "a word may end with that letter"


@pytest.mark.parametrize(
    "words",
    [["ပြောင်း", "ဝင်ခြင်း"], ["တိုကင် ", "ယူရန်"], ["လက်မှတ်ကို", "ယူပါ။"], ["ကတ်များ ", "(ကိုယ်စား)"], ["မြေနှင့် ", "အဆောက်အအုံ"]],
)
def test_a_burmese_ending_stays_with_its_word(words: list[str]) -> None:
    """Control: ICU alone parts them."""
    text = "".join(words)
    assert len(alone(text)) > len(words) - 1
    assert pieces(text, "my") == words


def test_a_burmese_word_that_begins_like_an_ending_may_begin_a_line() -> None:
    assert pieces("သူ ကိုယ်ဝန်ဆောင်", "my") == ["သူ ", "ကိုယ်ဝန်ဆောင်"]
    assert pieces("သူ ပါ", "my") == ["သူ ", "ပါ"], "a space says that it is a word"
