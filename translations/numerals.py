"""Digits, dates and times as citizens read them.

The Buddhist year is the Gregorian one + 543 (Thailand, since 1941 with the same new year). Burmese public notices
use the Gregorian calendar. Times are on the 24 hour clock. Latin digits unless local ones are asked for: a ticket
number is always in Latin digits.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Literal, TypeVar

from translations.errors import TranslationsError

Digits = Literal["latin", "local"]
Era = Literal["gregorian", "buddhist"]

BUDDHIST_YEARS_AHEAD = 543
LOCAL_DIGITS = {"th": "๐๑๒๓๔๕๖๗๘๙", "my": "၀၁၂၃၄၅၆၇၈၉", "en": "0123456789"}
MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "th": [
        "มกราคม",
        "กุมภาพันธ์",
        "มีนาคม",
        "เมษายน",
        "พฤษภาคม",
        "มิถุนายน",
        "กรกฎาคม",
        "สิงหาคม",
        "กันยายน",
        "ตุลาคม",
        "พฤศจิกายน",
        "ธันวาคม",
    ],
    "my": [
        "ဇန်နဝါရီ",
        "ဖေဖော်ဝါရီ",
        "မတ်",
        "ဧပြီ",
        "မေ",
        "ဇွန်",
        "ဇူလိုင်",
        "ဩဂုတ်",
        "စက်တင်ဘာ",
        "အောက်တိုဘာ",
        "နိုဝင်ဘာ",
        "ဒီဇင်ဘာ",
    ],
}
WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "th": ["วันจันทร์", "วันอังคาร", "วันพุธ", "วันพฤหัสบดี", "วันศุกร์", "วันเสาร์", "วันอาทิตย์"],
    "my": ["တနင်္လာနေ့", "အင်္ဂါနေ့", "ဗုဒ္ဓဟူးနေ့", "ကြာသပတေးနေ့", "သောကြာနေ့", "စနေနေ့", "တနင်္ဂနွေနေ့"],
}
NO_BREAK = "\N{NO-BREAK SPACE}"
_Value = TypeVar("_Value")
_LATIN = LOCAL_DIGITS["en"]


def local_digits(text: str, language: str) -> str:
    """`text` with every Latin digit in the digits of `language`."""
    return text.translate(str.maketrans(_LATIN, _of(LOCAL_DIGITS, language)))


def latin_digits(text: str) -> str:
    """`text` with Thai and Burmese digits in Latin ones."""
    for digits in LOCAL_DIGITS.values():
        text = text.translate(str.maketrans(digits, _LATIN))
    return text


def buddhist_year(day: date) -> int:
    """The year of the Buddhist era (พ.ศ.)."""
    return day.year + BUDDHIST_YEARS_AHEAD


def format_date(
    day: date, language: str, *, era: Era | None = None, digits: Digits = "latin", month: bool = True
) -> str:
    """The date in words (`month` true) or as day/month/year; the era is พ.ศ. in Thai and Gregorian else.
    An era never ends a line.

    th "23 พฤศจิกายน พ.ศ. 2569", en "23 November 2026", my "2026 ခုနှစ် နိုဝင်ဘာလ 23 ရက်"; short "23/11/2569".
    """
    months = _of(MONTHS, language)
    buddhist = (era or ("buddhist" if language == "th" else "gregorian")) == "buddhist"
    year = buddhist_year(day) if buddhist else day.year
    if not month:
        text = f"{day.day:02}/{day.month:02}/{year:04}"
    elif language == "th":
        text = f"{day.day} {months[day.month - 1]} {'พ.ศ.' if buddhist else 'ค.ศ.'}{NO_BREAK}{year}"
    elif language == "my":
        # Burmese counts its own Buddhist era from another year: the Thai one is named as such.
        text = f"{'ထိုင်း ဗုဒ္ဓနှစ် ' if buddhist else ''}{year} ခုနှစ် {months[day.month - 1]}လ {day.day} ရက်"
    else:
        text = f"{day.day} {months[day.month - 1]} {year}{' B.E.' if buddhist else ''}"
    return local_digits(text, language) if digits == "local" else text


def format_time(moment: time | datetime, language: str, *, digits: Digits = "latin") -> str:
    """Hours and minutes on the 24 hour clock: th "14:05 น." (its space never ends a line), others "14:05"."""
    text = f"{moment.hour:02}:{moment.minute:02}{NO_BREAK + 'น.' if language == 'th' else ''}"
    return local_digits(text, language) if digits == "local" else text


def format_moment(moment: datetime, language: str) -> str:
    """The short date and the time: th "23/11/2569 14:05 น.", others "23/11/2026 14:05"."""
    return f"{format_date(moment.date(), language, month=False)} {format_time(moment, language)}"


def weekday_name(day: date, language: str) -> str:
    """The day of the week, with the word for "day" where the language says it: th "วันจันทร์", en "Monday"."""
    return _of(WEEKDAYS, language)[day.weekday()]


def _of(table: Mapping[str, _Value], language: str) -> _Value:
    if language not in table:
        raise TranslationsError(
            f"there are no numerals for the language {language!r}", hint="choose one of: " + ", ".join(table)
        )
    return table[language]
