"""What can be done to a calendar's draft: values in, values out. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from server.document import Values, same, seal
from server.errors import ActRefused
from sync.calendar import WEEKDAYS

NO_HOURS: Values = {"counters": 1, "week": dict.fromkeys(WEEKDAYS, "closed")}
"""A calendar that somebody has yet to write."""
LISTS = ("breaks", "holidays", "special")
_AGAIN = "Look at the calendar again."


def with_week(values: Values, seen: str, counters: Any, week: Mapping[str, Any]) -> Values:
    """With these usual hours and so many counters. Raises ActRefused."""
    same([values.get("counters"), values.get("week")], seen)
    return {**values, "counters": counters, "week": dict(week)}


def with_services(values: Values, seen: str, services: Mapping[str, Any]) -> Values:
    """With these hours of single services. Raises ActRefused."""
    same(values.get("services", {}), seen)
    return {**values, "services": dict(services)}


def with_entry(values: Values, section: str, seen: str, filled: Mapping[str, Any]) -> Values:
    """With this break, holiday or special day instead of the one that somebody saw (""; one more). Raises ActRefused.

    One of the same day takes the place of the other: a day cannot differ twice.
    """
    known = (without_entry(values, section, seen) if seen else values).get(section, ())
    if section != "breaks":
        known = [each for each in known if each.get("day") != filled.get("day")]
    return {**values, section: _in_order([*known, dict(filled)])}


def without_entry(values: Values, section: str, seen: str) -> Values:
    """Without the one that somebody saw. Raises ActRefused."""
    known = [each for each in values.get(section, ()) if seal(each) != seen]
    if len(known) == len(values.get(section, ())):
        raise ActRefused("draft-changed", "somebody else changed this part meanwhile", hint=_AGAIN)
    return {**values, section: known}


def _in_order(entries: list[Any]) -> list[Any]:
    def place(entry: Mapping[str, Any]) -> tuple[Any, ...]:
        day = entry.get("day")
        return isinstance(day, date), day.isoformat() if isinstance(day, date) else str(entry.get("from", ""))

    return sorted(entries, key=place)
