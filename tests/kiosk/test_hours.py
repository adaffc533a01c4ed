"""The reason and the next opening read as each language writes them."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hours import opening, opens_again, pause, why
from sync.calendar import Break, Closed, ClosedWhy
from translations import LANGUAGES
from translations.numerals import WEEKDAYS, weekday_name

NOW = datetime.fromisoformat("2026-12-04T17:00")
NAMES = {"th": "วันพ่อแห่งชาติ", "en": "Father's Day", "my": "အဖေများနေ့"}


def closed(why_: ClosedWhy, opens: str | None = None, *, named: bool = False) -> Closed:
    return Closed(why_, NAMES if named else {}, datetime.fromisoformat(opens) if opens else None)


@pytest.mark.parametrize(
    ("opens", "th", "en", "my"),
    [
        ("2026-12-04T18:00", "วันนี้ เวลา 18:00\N{NO-BREAK SPACE}น.", "today 18:00", "ယနေ့ 18:00"),
        ("2026-12-05T08:30", "พรุ่งนี้ เวลา 08:30\N{NO-BREAK SPACE}น.", "tomorrow 08:30", "မနက်ဖြန် 08:30"),
        (
            "2026-12-07T08:30",
            "วันจันทร์ที่ 7 ธันวาคม พ.ศ.\u00a02569 เวลา 08:30\N{NO-BREAK SPACE}น.",
            "Monday 7 December 2026 08:30",
            "2026 ခုနှစ် ဒီဇင်ဘာလ 7 ရက် တနင်္လာနေ့ 08:30",
        ),
    ],
)
def test_the_next_opening_is_told_in_words(opens: str, th: str, en: str, my: str) -> None:
    found = closed(ClosedWhy.AFTER, opens)
    assert [opening(found, NOW, language) for language in ("th", "en", "my")] == [th, en, my]
    assert opening(found, NOW.date(), "en") == en
    assert opens_again(found, NOW, "en") == f"Opens again: {en}"
    assert opens_again(found, NOW, "th") == f"เปิดอีกครั้ง: {th}"


def test_an_opening_that_nobody_knows_is_not_guessed() -> None:
    never = closed(ClosedWhy.CLOSED_DAY)
    assert opening(never, NOW, "en") == ""
    assert opens_again(never, NOW, "en") == "The next opening is not known yet"
    assert len({opens_again(never, NOW, language) for language in LANGUAGES}) == 3


def test_tomorrow_is_the_next_day_also_shortly_before_midnight() -> None:
    late = datetime.fromisoformat("2026-12-31T23:59")
    assert opening(closed(ClosedWhy.AFTER, "2027-01-01T08:30"), late, "en") == "tomorrow 08:30"


@pytest.mark.parametrize(
    ("reason", "named", "th", "en"),
    [
        ("holiday", True, "วันนี้สำนักงานปิดทำการ: วันพ่อแห่งชาติ", "The office is closed today: Father's Day"),
        ("declared", True, "สำนักงานปิดทำการ: วันพ่อแห่งชาติ", "The office is closed: Father's Day"),
        ("break", True, "ขณะนี้งดออกบัตรคิว: วันพ่อแห่งชาติ", "No numbers are given now: Father's Day"),
        ("before-hours", False, "สำนักงานยังไม่เปิดทำการ", "The office is not open yet"),
        ("after-hours", False, "วันนี้หมดเวลาทำการแล้ว", "The office is closed for today"),
        ("closed-day", False, "วันนี้สำนักงานปิดทำการ", "The office is closed today"),
        ("break", False, "สำนักงานอยู่ในช่วงพัก", "The office is having a break"),
    ],
)
def test_the_reason_is_told_with_its_name_where_it_has_one(reason: str, named: bool, th: str, en: str) -> None:
    found = closed(ClosedWhy(reason), named=named)
    assert [why(found, "th"), why(found, "en")] == [th, en]
    assert why(found, "my") not in (th, en)


@given(st.sampled_from(ClosedWhy), st.booleans(), st.booleans(), st.sampled_from(LANGUAGES))
def test_every_reason_has_words_in_every_language(reason: ClosedWhy, named: bool, service: bool, language: str) -> None:
    said = why(closed(reason, named=named), language, service=service)
    assert said
    assert "{" not in said
    assert said.isascii() == (language == "en")


def test_a_service_that_is_closed_does_not_close_the_office() -> None:
    for reason in (ClosedWhy.BEFORE, ClosedWhy.AFTER, ClosedWhy.CLOSED_DAY, ClosedWhy.BREAK):
        assert "This service" in why(closed(reason), "en", service=True)


def test_a_break_says_until_when_and_that_numbers_are_given() -> None:
    lunch = Break(time(12), time(13), True, {"th": "พักกลางวัน", "en": "Lunch break", "my": "နေ့လယ် နားချိန်"})
    assert [pause(lunch, language) for language in ("th", "en", "my")] == [
        "พักกลางวันถึงเวลา 13:00\N{NO-BREAK SPACE}น. รับบัตรคิวได้",
        "Lunch break until 13:00. Numbers are given",
        "နေ့လယ် နားချိန် - 13:00 အထိ။ တိုကင်နံပါတ် ယူနိုင်သည်",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_seven_different_weekdays(language: str) -> None:
    assert len(set(WEEKDAYS[language])) == len(WEEKDAYS[language]) == 7


def test_the_weekday_is_that_of_the_date() -> None:
    sunday = date(2026, 12, 6)
    assert [weekday_name(sunday, language) for language in LANGUAGES] == ["วันอาทิตย์", "Sunday", "တနင်္ဂနွေနေ့"]
