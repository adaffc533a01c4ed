"""What the pages of the calendar editor show of a draft. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from server import calendar_form as forms
from server.calendar_month import Cell, beside, month
from server.calendar_told import hours_words, title
from server.document import Values
from server.editor_words import SECTIONS, WEEKDAYS
from server.pages import in_language
from server.report_period import period_of, period_words
from sync.calendar import WEEKDAYS as NAMES
from sync.config import LANGUAGES
from translations import Catalogue

# gettext: editor

MOST_MONTHS = 36
"""So far from this month one can leaf."""


def month_of(typed: str, today: date) -> tuple[int, int]:
    """The year and month that are asked for; these where none are, or ones too far away."""
    try:
        asked = date.fromisoformat(f"{typed}-01")
    except ValueError:
        return today.year, today.month
    apart = (asked.year - today.year) * 12 + asked.month - today.month
    return (asked.year, asked.month) if abs(apart) <= MOST_MONTHS else (today.year, today.month)


def month_drawn(values: Values, year: int, number: int, today: date, words: Catalogue) -> dict[str, Any]:
    """A month as a table."""
    before, after = (beside(year, number, by) for by in (-1, 1))
    return {
        "title": period_words(period_of(f"{year:04}-{number:02}"), words.language),
        "weeks": [[_cell(each, today, words) for each in week] for week in month(values, year, number)],
        "before": f"{before[0]:04}-{before[1]:02}",
        "after": f"{after[0]:04}-{after[1]:02}",
        "weekdays": [words.gettext(each) for each in WEEKDAYS],
    }


def section_drawn(section: str, values: Values, today: date, words: Catalogue) -> dict[str, Any]:
    """A list of breaks or days: those to come, and those that are over."""
    rows = [
        (number, title(section, each, words), _more(section, each, words), _over(each.get("day"), today))
        for number, each in enumerate(values.get(section, ()))
    ]
    return {
        "name": section,
        "title": words.gettext(SECTIONS[section]),
        "rows": [row for row in rows if not row[3]],
        "over": [row for row in rows if row[3]],
    }


def week_drawn(values: Values, words: Catalogue) -> list[tuple[str, str, str]]:
    """(name in the file, weekday, hours) of each day."""
    week = values.get("week", {})
    return [(name, words.gettext(WEEKDAYS[at]), hours_words(week.get(name), words)) for at, name in enumerate(NAMES)]


def own_filled(own: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the form of a service's own hours."""
    hours = {name: own.get(name, own.get("every")) for name in NAMES}
    return {name: "" if each is None else forms.hours_text(each) or forms.NOT_THEN for name, each in hours.items()}


def _cell(cell: Cell | None, today: date, words: Catalogue) -> dict[str, Any] | None:
    if cell is None:
        return None
    names = {each: str(cell.names[each]) for each in LANGUAGES if cell.names.get(each)}
    return {
        "day": cell.day.day,
        "date": cell.day.isoformat(),
        "today": cell.day == today,
        "why": cell.why.value,
        "hours": cell.hours.replace("-", "–"),
        "name": in_language(names, words.language),
    }


def _over(day: Any, today: date) -> bool:
    return isinstance(day, date) and day < today


def _more(section: str, entry: Mapping[str, Any], words: Catalogue) -> str:
    if section == "special":
        return hours_words(entry.get("open"), words)
    if section == "breaks":
        return words.gettext("numbers are given") if entry.get("tickets") else words.gettext("no numbers")
    return ""
