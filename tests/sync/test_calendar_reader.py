"""An office's file is read whole, or refused with everything that is wrong in it, each with its line."""

import hashlib
import re
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.calendar import WEEKDAYS, Break, Closed, Open, Period, Special
from sync.calendar_reader import MAX_NAME, parse_calendar
from sync.config import LANGUAGES
from sync.errors import CalendarError
from translations.wording import wording_faults

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "kiosk" / "example" / "calendar.toml"
PAGE = ROOT / "docs" / "calendar.md"

ONE = """\
counters = 2
[week]
mon = ["08:30-16:30"]
tue = ["08:30-12:00", "13:00-16:30"]
wed = "closed"
thu = "closed"
fri = "closed"
sat = "closed"
sun = "closed"
"""
LUNCH = '[[breaks]]\nfrom = "12:00"\nto = "13:00"\ntickets = true\nen = "lunch"\ndays = ["mon"]\n'
HOLIDAY = '[[holidays]]\nday = 2026-12-07\nen = "holiday"\n'
SPECIAL = '[[special]]\nday = 2026-12-08\nopen = "closed"\nen = "flood"\n'
SERVICE = '[services.tax]\nevery = ["09:00-12:00"]\ntue = "closed"\n'


def problems(text: str, *, languages: tuple[str, ...] = ("en",), services: tuple[str, ...] | None = None) -> list[str]:
    with pytest.raises(CalendarError) as caught:
        parse_calendar(text, languages, services=services)
    assert caught.value.hint
    return str(caught.value).split("\n")


def test_a_calendar_is_read_whole() -> None:
    text = ONE + LUNCH + HOLIDAY + SPECIAL + SERVICE
    calendar = parse_calendar(text, ("en",), services=("tax",))
    assert calendar.digest == hashlib.sha256(text.encode()).hexdigest()
    assert calendar.counters == 2
    assert calendar.week[:3] == ((Period(510, 990),), (Period(510, 720), Period(780, 990)), ())
    assert calendar.breaks == (Break(time(12), time(13), True, {"en": "lunch"}, (0,)),)
    assert calendar.holidays == {date(2026, 12, 7): {"en": "holiday"}}
    assert calendar.special == {date(2026, 12, 8): Special((), {"en": "flood"})}
    assert calendar.services == {"tax": ((Period(540, 720),), (), *((Period(540, 720),),) * 5)}


def test_the_least_that_an_office_has_to_say_is_its_week() -> None:
    calendar = parse_calendar(ONE)
    assert (calendar.breaks, calendar.holidays, calendar.special, calendar.services) == ((), {}, {}, {})


def test_a_refusal_lists_everything_in_the_order_of_the_file() -> None:
    text = (
        ONE.replace('mon = ["08:30-16:30"]', 'mon = ["8:30-16:30"]').replace("wed", "wensday").replace("= 2", '= "2"')
    )
    assert problems(text + HOLIDAY + HOLIDAY, languages=("en", "th")) == [
        'line 1: `counters` has to be a whole number, not the text "2". Write the number without quotes.',
        "line 2: [week]: `wed` is missing",
        'line 3: `mon`: "8:30-16:30" is no time as it is written here. Two digits each: "08:30-12:00".',
        "line 5: [week]: unknown key `wensday`. Did you mean `wed`?",
        'line 10: holidays 2026-12-07: no text in th. Add th = "…".',
        'line 13: holidays 2026-12-07: no text in th. Add th = "…".',
        "line 14: 2026-12-07 stands twice: also on line 11. Keep one of them.",
    ]


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (
            '["16:30-08:30"]',
            '`mon`: "16:30-08:30" ends before it begins. Work past midnight is written under both days',
        ),
        ('["08:30-08:30"]', '`mon`: "08:30-08:30" has no length'),
        ('["08:30-12:30", "12:00-16:30"]', '`mon`: "08:30-12:30" and "12:00-16:30" overlap or touch'),
        ('["08:30-12:00", "12:00-16:30"]', "overlap or touch. Leave time between them, or make one of them."),
        ('["08:30-24:30"]', '`mon`: "08:30-24:30" is no time of the day'),
        ('["08:60-12:00"]', '`mon`: "08:60-12:00" is no time of the day'),
        ('["08:30–12:00"]', "is no time as it is written here"),  # a dash, as word processors write it
        ("[]", "`mon` is no list of hours"),
        ('"08:30-12:00"', '`mon` is no list of hours. Write ["08:30-12:00", "13:00-16:30"], or "closed".'),
        ('"close"', 'or "closed".'),
        ("[830]", "`mon` is no list of hours"),
    ],
)
def test_hours_that_are_no_hours_are_refused(hours: str, told: str) -> None:
    (problem,) = problems(ONE.replace('["08:30-16:30"]', hours))
    assert problem.startswith("line 3: ")
    assert told in problem


@pytest.mark.parametrize("name", ["wednesday", "Wed", "wednes"])
def test_a_weekday_is_known_by_its_first_letters(name: str) -> None:
    assert f"line 5: [week]: unknown key `{name}`. Did you mean `wed`?" in problems(ONE.replace("wed", name))


def test_breaks_of_different_days_may_lie_at_the_same_time() -> None:
    text = ONE.replace('["08:30-12:00", "13:00-16:30"]', '["08:30-16:30"]')
    assert len(parse_calendar(text + LUNCH + LUNCH.replace("mon", "tue"), ("en",)).breaks) == 2


def test_a_day_may_last_until_midnight() -> None:
    assert parse_calendar(ONE.replace("16:30", "24:00")).week[0] == (Period(510, 1440),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LUNCH.replace('to = "13:00"', 'to = "11:00"'), 'the break from "12:00" to "11:00" ends before it begins'),
        (LUNCH.replace('"12:00"', '"noon"'), '`from` is no time of the day. Write it as "12:00".'),
        (LUNCH.replace('"12:00"', "12:00:00"), '`from` is no time of the day. Write it as "12:00".'),
        (LUNCH.replace("true", '"yes"'), "`tickets` in [breaks] has to be true or false"),
        (LUNCH.replace("tickets = true\n", ""), "breaks 12:00: `tickets` is missing"),
        (LUNCH.replace('"mon"', '"monday"'), 'Did you mean "mon"?'),
        (
            LUNCH.replace('"mon"', '"tue"'),
            "the break 12:00-13:00 is not inside a period of tue. Hours go around a break",
        ),
        (LUNCH.replace('"mon"', '"mon", "sun"'), "the break 12:00-13:00 is not inside a period of sun"),
        (LUNCH.replace('"13:00"', '"16:30"'), "the break 12:00-16:30 is not inside a period of mon"),
        (LUNCH.replace('days = ["mon"]', "").replace('"13:00"', '"13:30"'), "inside a period of tue"),
        (
            LUNCH.replace('days = ["mon"]', "").replace("12:", "17:").replace("13:", "18:"),
            "not inside the hours of any",
        ),
        (LUNCH + LUNCH.replace("12:00", "12:30"), "the breaks 12:00-13:00 and 12:30-13:00 overlap or touch"),
        (HOLIDAY.replace("2026-12-07", '"2026-12-07"'), "`day` is no date. Write year-month-day"),
        (HOLIDAY.replace("2026-12-07", "2026-12-07T08:00:00"), "`day` is no date"),
        (
            HOLIDAY.replace("2026-12-07", "2569-12-07"),
            "is a year of the Buddhist era. Write the year of the Gregorian calendar: 2026, not 2569.",
        ),
        (HOLIDAY.replace("day = 2026-12-07\n", ""), "holidays entry 1: `day` is missing"),
        (HOLIDAY + 'open = "closed"', "holidays 2026-12-07: unknown key `open`"),
        (HOLIDAY.replace('"holiday"', '" "'), "`en` in [holidays] is empty"),
        (HOLIDAY.replace('"holiday"', '"a\\nb"'), "Write it on one line."),
        (HOLIDAY.replace('holiday"', "h" * (MAX_NAME + 1) + '"'), f"At most {MAX_NAME}."),
        (SPECIAL.replace('open = "closed"\n', ""), "special 2026-12-08: `open` is missing"),
        (SPECIAL + SPECIAL, "2026-12-08 stands twice: also on line 11. Keep one of them."),
        (SERVICE.replace("09:00-12:00", "17:00-18:00"), "tax: the office is closed all through 17:00-18:00"),
        (SERVICE + 'wed = ["09:00-12:00"]', "tax: the office is closed all through 09:00-12:00"),
        (SERVICE.replace("tax", "tex"), "the catalogue has no service `tex`. Did you mean `tax`?"),
        (SERVICE + "evry = 1", "[services.tax]: unknown key `evry`. Did you mean `every`?"),
        ("[services.tax]", "[services.tax] is empty"),
        ("[services]\ntax = 1", "[services.tax] has to be a section"),
        ("[holiday]", "the file: unknown key `holiday`. Did you mean `holidays`?"),
        ("[holidays]\nday = 2026-12-07", "`holidays` is no list of sections. Each entry begins with [[holidays]]."),
    ],
)
def test_what_does_not_fit_is_told_with_its_line_and_what_to_write(text: str, told: str) -> None:
    found = problems(ONE + text, services=("tax",))
    assert [problem for problem in found if told in problem], found
    assert all(re.match(r"line \d+: ", problem) for problem in found)


@pytest.mark.parametrize("text", ["[week", "x = \x00", "", "week = 1\ncounters = 1", "counters = 1\nweek = []"])
def test_a_file_that_is_no_calendar_is_a_clear_error(text: str) -> None:
    assert problems(text)


@given(
    st.text()
    | st.lists(st.sampled_from([*ONE.splitlines(), *LUNCH.splitlines(), *SERVICE.splitlines()])).map("\n".join)
)
def test_any_text_is_read_or_refused_with_a_hint(text: str) -> None:
    try:
        assert parse_calendar(text, ("en",)).week
    except CalendarError as error:
        hint, told = error.hint, str(error)
    else:
        return
    assert hint
    assert told


def test_a_text_in_a_language_that_is_not_shown_does_no_harm() -> None:
    text = ONE + HOLIDAY + 'th = "วันหยุด"\n'
    assert parse_calendar(text, ("en",)).holidays[date(2026, 12, 7)] == {"en": "holiday"}


# The example that ships.


def test_the_example_is_open_in_municipal_hours_with_numbers_during_lunch() -> None:
    calendar = parse_calendar(EXAMPLE.read_bytes())
    friday = datetime.fromisoformat("2026-12-04T12:15")
    found = calendar.at(friday)
    assert isinstance(found, Open)
    assert found.pause
    assert (found.until.hour, found.closes.hour, found.closes.minute) == (13, 16, 30)
    evening = calendar.at(friday.replace(hour=16, minute=30))
    assert isinstance(evening, Closed)
    assert evening.opens == datetime.fromisoformat("2026-12-08T08:30"), "the 7th stands in for the 5th"


@pytest.mark.parametrize("year", [2026, 2027])
def test_the_example_has_every_holiday_that_stands_on_a_fixed_date(year: int) -> None:
    calendar = parse_calendar(EXAMPLE.read_bytes())
    fixed = [
        "01-01",
        "04-06",
        "04-13",
        "04-14",
        "04-15",
        "05-04",
        "06-03",
        "07-28",
        "08-12",
        "10-13",
        "10-23",
        "12-05",
        "12-10",
        "12-31",
    ]
    assert [day for day in fixed if date.fromisoformat(f"{year}-{day}") not in calendar.holidays] == []


def test_a_holiday_of_the_example_on_a_weekend_has_its_substitute_on_the_next_working_day() -> None:
    holidays = parse_calendar(EXAMPLE.read_bytes()).holidays
    substitutes = {day for day, names in holidays.items() if names["en"].startswith("Substitution")}
    wanted = set()
    for day in (day for day in holidays if day.weekday() >= 5):
        name = holidays[day]["en"]
        while day.weekday() >= 5 or (day in holidays and holidays[day]["en"] != f"Substitution for {name}"):
            day += timedelta(days=1)
        wanted.add(day)
    assert substitutes == wanted
    assert len(wanted) == 6


def test_the_example_s_days_of_the_moon_fall_near_a_full_moon() -> None:
    """Counted from the full moon of 3 January 2026, 10:03 UTC: at most a day and a half off."""
    holidays = parse_calendar(EXAMPLE.read_bytes()).holidays
    full, month = datetime.fromisoformat("2026-01-03T17:03"), timedelta(days=29.530588)
    for day, names in holidays.items():
        if names["en"] in ("Makha Bucha Day", "Visakha Bucha Day", "Asalha Bucha Day"):
            off = (datetime.combine(day, time(12)) - full) / month
            assert abs(off - round(off)) * 29.53 < 1.5, day


def test_the_lent_of_the_example_begins_the_day_after_asalha_bucha() -> None:
    named = [(day, names["en"]) for day, names in parse_calendar(EXAMPLE.read_bytes()).holidays.items()]
    after = [after[0] - day for (day, name), after in pairwise(named) if name == "Asalha Bucha Day"]
    assert after == [timedelta(days=1)] * 2
    assert all(after[1].startswith("Khao Phansa") for (_, name), after in pairwise(named) if name == "Asalha Bucha Day")


def test_the_example_names_every_day_in_three_languages_with_allowed_words() -> None:
    calendar = parse_calendar(EXAMPLE.read_bytes())
    for names in [*calendar.holidays.values(), *(taken.names for taken in calendar.breaks)]:
        assert set(names) == set(LANGUAGES)
        assert [wording_faults(text, language) for language, text in names.items()] == [[]] * 3


def test_the_remarks_of_the_example_are_right_when_the_mark_is_taken_away() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    begin = lines.index("# [[special]]")
    block = "\n".join(line.removeprefix("# ") for line in lines[begin:] if line.startswith("# "))
    block = block[: block.index("\nA service with")]
    special = parse_calendar(EXAMPLE.read_bytes() + b"\n" + block.encode()).special
    assert special[date(2026, 12, 18)].open == (Period(510, 720),)


# The page that tells how.


def samples() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_every_sample_of_the_page_is_read() -> None:
    whole = "\n".join(samples())
    calendar = parse_calendar(whole)
    assert calendar.breaks
    assert calendar.holidays
    assert calendar.special
    assert calendar.services


def test_the_page_shows_what_the_kiosk_says_of_a_mistake() -> None:
    wrong = samples()[0].replace("sat =", "stat =").replace('"08:30-16:30"', '"8:30-16:30"', 1)
    shown = re.search(r"```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert shown
    assert shown[1].splitlines() == problems(wrong, languages=LANGUAGES)


def test_the_page_names_every_key_there_is() -> None:
    page = PAGE.read_text("utf-8")
    keys = ("counters", "week", *WEEKDAYS, "breaks", "from", "to", "tickets", "days", "holidays", "day")
    assert [key for key in (*keys, "special", "open", "services", "every", *LANGUAGES) if key not in page] == []
