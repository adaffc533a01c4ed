"""A month as a calendar's draft has it: each day with its hours, and why it differs. Pure."""

from calendar import Calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from server.calendar_form import hours_text
from server.document import Values
from sync.calendar import WEEKDAYS

_MONDAY_FIRST = Calendar(0)


class Why(StrEnum):
    """What says when the office is open on a day, the strongest first."""

    SPECIAL = "special"
    HOLIDAY = "holiday"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the month. `hours` empty: closed. `names`: of the holiday, or why it differs, by language."""

    day: date
    hours: str
    why: Why
    names: Mapping[str, str]


def month(values: Values, year: int, number: int) -> list[list[Cell | None]]:
    """The weeks from Monday; None for days of other months."""
    return [
        [cell(values, day) if day.month == number else None for day in week]
        for week in _MONDAY_FIRST.monthdatescalendar(year, number)
    ]


def cell(values: Values, day: date) -> Cell:
    """This day."""
    special = _of(values, "special", day)
    if special is not None:
        return Cell(day, hours_text(special.get("open")), Why.SPECIAL, special)
    holiday = _of(values, "holidays", day)
    if holiday is not None:
        return Cell(day, "", Why.HOLIDAY, holiday)
    return Cell(day, hours_text(values.get("week", {}).get(WEEKDAYS[day.weekday()])), Why.WEEK, {})


def beside(year: int, number: int, by: int) -> tuple[int, int]:
    """So many months on."""
    months = year * 12 + number - 1 + by
    return months // 12, months % 12 + 1


def _of(values: Values, section: str, day: date) -> Mapping[str, Any] | None:
    return next((each for each in values.get(section, ()) if each.get("day") == day), None)
