"""What can be done to a calendar's draft, what is told of it, and the month that results."""

import copy
from datetime import date
from typing import Any

import pytest

from server import calendar_draft as act
from server import calendar_form as forms
from server.calendar_check import HOURS, troubles
from server.calendar_month import Why, beside, cell, month
from server.calendar_told import faults, link, told
from server.calendar_view import month_of, own_filled
from server.catalogue_check import MISSING
from server.console_declare import entry_of
from server.document import Values, seal
from server.editor_words import READY
from server.errors import ActRefused
from server.forms import Form
from sync.calendar import WEEKDAYS
from sync.catalogue_texts import text_fault
from sync.config import LANGUAGES
from sync.publication import calendar_of, calendar_values
from tests.server.publishing_office import CALENDAR
from translations import load

VALUES: Values = calendar_values(CALENDAR)
WORDS = load("en", "editor")
DAY = date(2026, 12, 18)
SPECIAL = {"day": DAY, "open": ["08:30-12:00"], "th": "ไฟฟ้า", "en": "Power", "my": "မီး"}

UNTOLD = {key: each for key, each in SPECIAL.items() if key != "my"}


def form(**fields: Any) -> Form:
    return Form({key: (each,) if isinstance(each, str) else tuple(each) for key, each in fields.items()})


def test_a_day_that_differs_was_added_in_order_changed_and_taken_out() -> None:
    one = act.with_entry(VALUES, "special", "", SPECIAL)
    earlier = {**SPECIAL, "day": date(2026, 12, 1)}
    two = act.with_entry(one, "special", "", earlier)
    assert [each["day"] for each in two["special"]] == [earlier["day"], DAY]
    moved = act.with_entry(two, "special", seal(SPECIAL), {**SPECIAL, "open": "closed"})
    assert [each["open"] for each in moved["special"]] == [["08:30-12:00"], "closed"]
    assert act.without_entry(one, "special", seal(SPECIAL)) == {**VALUES, "special": []}


def test_one_of_the_same_day_took_the_place_of_the_other() -> None:
    twice = act.with_entry(act.with_entry(VALUES, "special", "", SPECIAL), "special", "", {**SPECIAL, "th": "อื่น"})
    assert [each["th"] for each in twice["special"]] == ["อื่น"]


def test_an_entry_that_somebody_else_changed_was_not_overwritten() -> None:
    one = act.with_entry(VALUES, "special", "", SPECIAL)
    other = act.with_entry(one, "special", seal(SPECIAL), {**SPECIAL, "en": "Works"})
    for again in (act.with_entry, lambda *given: act.without_entry(*given[:3])):
        with pytest.raises(ActRefused) as refused:
            again(other, "special", seal(SPECIAL), SPECIAL)
        assert refused.value.code == "draft-changed"


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("8.30 - 12.00, 13:00–16:30", ["08:30-12:00", "13:00-16:30"]),
        ("", "closed"),
        ("mornings", ["mornings"]),
    ],
)
def test_hours_were_read_as_people_type_them(typed: str, hours: Any) -> None:
    assert forms.hours_of(typed) == hours


def test_a_form_that_nobody_touched_changed_nothing() -> None:
    for section in act.LISTS:
        for each in VALUES.get(section, ()):
            filled = forms.entry_filled(each)
            typed = {key: value for key, value in filled.items() if isinstance(value, str)}
            sent = form(**typed, days=each.get("days", ()), tickets="yes" if each.get("tickets") else "no")
            assert forms.entry_of(section, sent) == each
    week = form(counters=str(VALUES["counters"]), **{day: forms.hours_text(VALUES["week"][day]) for day in WEEKDAYS})
    assert forms.week_of(week) == (VALUES["counters"], VALUES["week"])
    own = {"mon": ["09:00-12:00"], "fri": "closed"}
    assert own_filled(own)["fri"] == "0"
    assert forms.service_of(form(**own_filled(own))) == own
    every = forms.service_of(form(**own_filled({"every": ["09:00-12:00"]})))
    assert every == {day: ["09:00-12:00"] for day in WEEKDAYS}


def broken(section: str, value: Any) -> Values:
    values = copy.deepcopy(dict(VALUES))
    values[section] = value
    return values


@pytest.mark.parametrize(
    ("values", "fault", "way"),
    [
        (broken("week", {**VALUES["week"], "mon": ["mornings"]}), HOURS, "/calendar/week#mon"),
        (broken("special", [{**SPECIAL, "my": ""}]), MISSING, "/calendar/special/0#my"),
        (
            broken("special", [{key: SPECIAL[key] for key in ("day", "open", "th", "en")}]),
            MISSING,
            "/calendar/special/0#my",
        ),
        (broken("special", [{**SPECIAL, "open": ["12:00"]}]), HOURS, "/calendar/special/0#open"),
        (broken("special", [{**SPECIAL, "day": ""}]), MISSING, "/calendar/special/0#day"),
        (broken("services", {"house": {"mon": ["x"]}}), HOURS, "/calendar/hours/house#mon"),
    ],
)
def test_what_keeps_a_calendar_from_being_published_was_named_with_the_way_to_its_field(
    values: Values, fault: str, way: str
) -> None:
    found = troubles(values)
    assert [(each.fault, link(each.path)) for each in found] == [(fault, way)]
    assert faults(found, values, WORDS)[0].where


def test_control_the_example_lacked_nothing() -> None:
    assert troubles(VALUES) == ()
    assert calendar_of(VALUES).digest == CALENDAR.digest


def test_every_difference_was_told_and_nothing_else() -> None:
    values = act.with_entry(VALUES, "special", "", SPECIAL)
    values = act.with_week(values, seal([VALUES["counters"], VALUES["week"]]), 4, {**VALUES["week"], "fri": "closed"})
    values = {**values, "services": {"house": {"mon": "closed"}}, "holidays": VALUES["holidays"][1:]}
    said = told(VALUES, values, {"house": "House"}, WORDS)
    titles = [each.title for each in said]
    assert titles[0] == "The week"
    assert [(line.field, line.before, line.after) for line in said[0].lines] == [
        ("Counters that usually work", (str(VALUES["counters"]),), ("4",)),
        ("Friday", ("08:30-16:30",), ("closed",)),
    ]
    assert [each.marks for each in said[1:]] == [("taken out",), ("new",), ("own hours",)]
    assert titles[2] == "18 December 2026: Power"
    assert told(VALUES, copy.deepcopy(dict(VALUES)), {}, WORDS) == []


def test_the_month_had_each_day_once_and_the_strongest_reason() -> None:
    values = act.with_entry(VALUES, "special", "", SPECIAL)
    cells = [each for week in month(values, 2026, 12) for each in week if each is not None]
    assert [each.day.day for each in cells] == list(range(1, 32))
    assert (cell(values, DAY).why, cell(values, DAY).hours) == (Why.SPECIAL, "08:30-12:00")
    assert cell(values, date(2026, 12, 10)).why is Why.HOLIDAY
    assert cell(act.with_entry(values, "special", "", {**SPECIAL, "day": date(2026, 12, 10)}), date(2026, 12, 10)).hours
    assert (beside(2026, 12, 1), beside(2026, 1, -1)) == ((2027, 1), (2025, 12))
    assert month_of("2999-01", DAY) == month_of("x", DAY) == (2026, 12)


def test_every_ready_reason_was_a_text_of_its_language() -> None:
    for why in READY:
        entry = entry_of("2026-12-18", why, "")
        assert entry is not None
        assert [text_fault(entry[each], each) for each in LANGUAGES] == [None] * len(LANGUAGES)
        assert troubles(act.with_entry(VALUES, "special", "", entry)) == ()
    assert entry_of("2026-12-18", "ghosts", "") is None
    assert entry_of("soon", "flood", "") is None
