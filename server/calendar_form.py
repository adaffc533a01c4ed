"""The forms of the calendar editor: what is typed → what the draft holds, and back. Pure.

Hours are typed as people write them: 08:30-12:00, 13:00-16:30.
"""

import re
from collections.abc import Mapping
from typing import Any

from server.catalogue_form import names_of
from server.document import day_of
from server.forms import Form
from sync.calendar import WEEKDAYS

CLOSED = "closed"
NOT_THEN = "0"
"""What is typed where a service is not given on a day on which the office is open."""
_PERIOD = re.compile(r"(\d{1,2})[:.](\d\d)\s*[-–—]\s*(\d{1,2})[:.](\d\d)")


def week_of(form: Form) -> tuple[Any, dict[str, Any]]:
    """How many counters usually work, and the hours of each weekday."""
    typed = form.one("counters").strip()
    counters = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 3 else typed
    return counters, {day: hours_of(form.one(day)) for day in WEEKDAYS}


def service_of(form: Form) -> dict[str, Any]:
    """A service's own hours by weekday; nothing for a day on which they are the office's."""
    typed = {day: form.one(day).strip() for day in WEEKDAYS}
    return {day: hours_of("" if text == NOT_THEN else text) for day, text in typed.items() if text}


def entry_of(section: str, form: Form) -> dict[str, Any]:
    """A break, a holiday, or a day that differs."""
    if section == "breaks":
        days = [day for day in WEEKDAYS if day in form.many("days")]
        times = {"from": _clock(form.one("from")), "to": _clock(form.one("to"))}
        named: dict[str, Any] = {**times, "tickets": form.one("tickets") == "yes"}
        return named | ({"days": days} if days and len(days) < len(WEEKDAYS) else {}) | names_of(form)
    day: dict[str, Any] = {"day": day_of(form.one("day").strip())}
    return day | ({"open": hours_of(form.one("open"))} if section == "special" else {}) | names_of(form)


def hours_of(typed: str) -> list[str] | str:
    """The periods that were typed; none: closed. What is no period stays as it was typed."""
    parts = [part.strip() for part in re.split(r"[,;\n]", typed) if part.strip()]
    return [_period(part) for part in parts] or CLOSED


def hours_text(hours: Any) -> str:
    """The periods as one types them; nothing: closed."""
    return ", ".join(hours) if isinstance(hours, list | tuple) else "" if hours in (None, CLOSED) else str(hours)


def entry_filled(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the form of a break, a holiday or a day that differs."""
    return {**entry, "day": str(entry.get("day", "")), "open": hours_text(entry.get("open"))}


def _period(text: str) -> str:
    found = _PERIOD.fullmatch(text)
    if found is None:
        return text
    hour, minute, last_hour, last_minute = found.groups()
    return f"{int(hour):02}:{minute}-{int(last_hour):02}:{last_minute}"


def _clock(text: str) -> str:
    return re.sub(r"^(\d)[:.]", r"0\1:", text.strip()).replace(".", ":")
