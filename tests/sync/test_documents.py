"""A catalogue and a calendar go into their files and come back whole; mistakes are told by their place."""

import copy
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.calendar_reader import calendar_problems, parse_calendar
from sync.catalogue import catalogue_problems, parse_catalogue
from sync.publication import calendar_values, catalogue_values
from sync.toml_text import toml_text

EXAMPLES = Path(__file__).parents[2] / "kiosk" / "example"
CATALOGUE = (EXAMPLES / "catalogue.toml").read_bytes()
CALENDAR = (EXAMPLES / "calendar.toml").read_bytes()
VALUES: dict[str, Any] = tomllib.loads(CATALOGUE.decode())


def test_the_example_catalogue_came_back_from_its_own_values() -> None:
    catalogue = parse_catalogue(CATALOGUE)
    again = parse_catalogue(toml_text(catalogue_values(catalogue)))
    assert replace(again, digest=catalogue.digest) == catalogue


def test_the_example_calendar_came_back_from_its_own_values() -> None:
    calendar = parse_calendar(CALENDAR)
    again = parse_calendar(toml_text(calendar_values(calendar)))
    assert replace(again, digest=calendar.digest) == calendar


def test_control_a_value_that_is_left_out_is_missed() -> None:
    values = catalogue_values(parse_catalogue(CATALOGUE))
    del values["services"][3]["cases" if "cases" in values["services"][3] else "fee"]
    try:
        again = parse_catalogue(toml_text(values))
    except Exception:  # noqa: BLE001 refused is noticed as well
        return
    assert replace(again, digest="") != replace(parse_catalogue(CATALOGUE), digest="")


SCALARS = st.text() | st.integers(-(2**40), 2**40) | st.booleans() | st.dates(date(1900, 1, 1))
TABLES = st.dictionaries(st.text(min_size=1), SCALARS | st.lists(SCALARS), max_size=4)


@given(st.dictionaries(st.text(min_size=1), SCALARS | st.lists(SCALARS) | TABLES | st.lists(TABLES, min_size=1)))
def test_any_document_was_read_as_it_was_written(values: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(values)) == values


def broken(*path: str | int, value: Any = None) -> dict[str, Any]:
    """The example with this value at this place, or without one."""
    values = copy.deepcopy(VALUES)
    within: Any = values
    for key in path[:-1]:
        within = within[key]
    if value is None:
        del within[path[-1]]
    else:
        within[path[-1]] = value
    return values


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("services", 2, "my", "name"), None),
        (("services", 2, "fee"), None),
        (("services", 2, "fee"), "20 baht"),
        (("services", 2, "minutes"), 0),
        (("services", 2, "th", "steps", 1), "…"),
        (("services", 2, "en", "documents", 0), {"text": "A book", "when": "-"}),
        (("services", 2, "en"), None),
        (("groups", 1, "my"), None),
        (("notice", "th"), ""),
    ],
)
def test_what_was_missing_was_named_by_its_place(path: tuple[str | int, ...], value: Any) -> None:
    assert catalogue_problems(VALUES) == ()
    found = catalogue_problems(broken(*path, value=value))
    assert [each.path[: len(path)] for each in found] == [path]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("week", "mon"), ["8:30-16:30"]),
        (("week", "sat"), None),
        (("breaks", 0, "my"), None),
        (("holidays", 0, "day"), date(2569, 1, 1)),
        (("counters",), 0),
    ],
)
def test_what_was_wrong_with_a_calendar_was_named_by_its_place(path: tuple[str | int, ...], value: Any) -> None:
    values: dict[str, Any] = tomllib.loads(CALENDAR.decode())
    assert calendar_problems(values) == ()
    within: Any = values
    for key in path[:-1]:
        within = within[key]
    if value is None:
        del within[path[-1]]
    else:
        within[path[-1]] = value
    assert [each.path for each in calendar_problems(values)] == [path]
