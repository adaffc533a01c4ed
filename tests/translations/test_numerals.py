"""Digits, years, dates and times read as each language writes them."""

import re
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translations import LANGUAGES, TranslationsError
from translations.breaks import break_opportunities
from translations.numerals import (
    LOCAL_DIGITS,
    MONTHS,
    NO_BREAK,
    Era,
    buddhist_year,
    format_date,
    format_moment,
    format_time,
    latin_digits,
    local_digits,
)

DAY = date(2026, 11, 3)
ROOT = Path(__file__).parents[2] / "translations"


@pytest.mark.parametrize(
    ("language", "era", "words", "short"),
    [
        ("th", None, "3 พฤศจิกายน พ.ศ.\u00a02569", "03/11/2569"),
        ("th", "gregorian", "3 พฤศจิกายน ค.ศ.\u00a02026", "03/11/2026"),
        ("en", None, "3 November 2026", "03/11/2026"),
        ("en", "buddhist", "3 November 2569 B.E.", "03/11/2569"),
        ("my", None, "2026 ခုနှစ် နိုဝင်ဘာလ 3 ရက်", "03/11/2026"),
        ("my", "buddhist", "ထိုင်း ဗုဒ္ဓနှစ် 2569 ခုနှစ် နိုဝင်ဘာလ 3 ရက်", "03/11/2569"),
    ],
)
def test_a_date_is_written_in_words_and_short(language: str, era: Era | None, words: str, short: str) -> None:
    assert format_date(DAY, language, era=era) == words
    assert format_date(DAY, language, era=era, month=False) == short


def era_parts(text: str) -> bool:
    """Whether a line may end between the era and its year."""
    return any(text[:at].rstrip().endswith(".ศ.") for at in break_opportunities(text, "th"))


@pytest.mark.parametrize("era", ["buddhist", "gregorian"])
def test_a_line_never_ends_between_the_era_and_its_year(era: Era) -> None:
    text = format_date(DAY, "th", era=era)
    assert not era_parts(f"ตั้งแต่ {text} ถึง {text}")
    assert era_parts(text.replace(NO_BREAK, " ")), "control: with a plain space it may"


def test_no_thai_text_of_the_catalogues_parts_an_era_from_its_year() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "th").glob("*.po")]
    assert any(f"พ.ศ.{NO_BREAK}{{" in each for each in texts)
    assert not any(re.search(r"[พค]\.ศ\. \{", each) for each in texts)


@pytest.mark.parametrize(
    ("language", "moment", "text"),
    [
        ("th", "๐๙:๐๕\N{NO-BREAK SPACE}น.", "09:05\N{NO-BREAK SPACE}น."),
        ("en", "09:05", "09:05"),
        ("my", "၀၉:၀၅", "09:05"),
    ],
)
def test_a_time_is_on_the_24_hour_clock(language: str, moment: str, text: str) -> None:
    assert format_time(time(9, 5), language) == text
    assert format_time(datetime.fromisoformat("2026-11-03T09:05:59+07:00"), language, digits="local") == moment


def test_a_line_never_ends_between_a_time_and_what_says_that_it_is_one() -> None:
    said = f"เปิดเวลา {format_time(time(9, 5), 'th')} ทุกวัน"
    before = said.index("น.")
    assert before not in break_opportunities(said, "th")
    assert before in break_opportunities(said.replace(NO_BREAK, " "), "th"), "control"


def test_midnight_and_the_last_minute_are_unambiguous() -> None:
    assert format_time(time(0, 0), "en") == "00:00"
    assert format_time(time(23, 59), "en") == "23:59"


@pytest.mark.parametrize(
    ("language", "text"),
    [("th", "03/11/2569 09:05\N{NO-BREAK SPACE}น."), ("en", "03/11/2026 09:05"), ("my", "03/11/2026 09:05")],
)
def test_a_moment_is_its_short_date_and_its_time(language: str, text: str) -> None:
    assert format_moment(datetime.fromisoformat("2026-11-03T09:05:59+07:00"), language) == text


def test_local_digits_replace_every_latin_one_and_nothing_else() -> None:
    assert local_digits("A-012 3456789", "th") == "A-๐๑๒ ๓๔๕๖๗๘๙"
    assert local_digits("A-012", "my") == "A-၀၁၂"
    assert local_digits("A-012", "en") == "A-012"


@given(st.text(), st.sampled_from(LANGUAGES))
def test_latin_digits_undo_local_digits(text: str, language: str) -> None:
    assert latin_digits(local_digits(latin_digits(text), language)) == latin_digits(text)


@given(st.dates(), st.sampled_from(LANGUAGES))
def test_the_buddhist_year_is_543_ahead_and_local_digits_keep_the_date(day: date, language: str) -> None:
    assert buddhist_year(day) == day.year + 543
    local = format_date(day, language, era="buddhist", digits="local")
    assert latin_digits(local) == format_date(day, language, era="buddhist")
    assert str(day.year + 543) in latin_digits(local)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_twelve_different_months_and_ten_different_digits(language: str) -> None:
    assert len(set(MONTHS[language])) == len(MONTHS[language]) == 12
    assert len(set(LOCAL_DIGITS[language])) == len(LOCAL_DIGITS[language]) == 10


def test_a_language_without_numerals_is_a_clear_error() -> None:
    with pytest.raises(TranslationsError, match="'shn'") as caught:
        format_date(DAY, "shn")
    assert "th" in caught.value.hint
