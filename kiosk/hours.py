"""Why no numbers are given, and when they are again, in words for citizens. Pure."""

from collections.abc import Mapping
from datetime import date, datetime

from kiosk.wording import texts
from sync.calendar import Break, Closed, ClosedWhy
from translations import N_
from translations.numerals import format_date, format_time, weekday_name

NAMED: Mapping[ClosedWhy, str] = {
    ClosedWhy.HOLIDAY: N_("The office is closed today: {name}"),
    ClosedWhy.DECLARED: N_("The office is closed: {name}"),
    ClosedWhy.BREAK: N_("No numbers are given now: {name}"),
}
"""What is said where the calendar has a name for the reason."""

PLAIN: Mapping[ClosedWhy, str] = {
    ClosedWhy.BEFORE: N_("The office is not open yet"),
    ClosedWhy.AFTER: N_("The office is closed for today"),
    ClosedWhy.HOLIDAY: N_("The office is closed today"),
    ClosedWhy.CLOSED_DAY: N_("The office is closed today"),
    ClosedWhy.BREAK: N_("The office is having a break"),
    ClosedWhy.DECLARED: N_("The office is closed"),
}
"""What is said without a name."""

SERVICE: Mapping[ClosedWhy, str] = {
    ClosedWhy.BEFORE: N_("This service is not open yet"),
    ClosedWhy.AFTER: N_("This service is closed for today"),
    ClosedWhy.CLOSED_DAY: N_("This service is closed today"),
    ClosedWhy.BREAK: N_("This service is having a break"),
}
"""What is said of one service while the office is open."""


def why(closed: Closed, language: str, *, service: bool = False) -> str:
    """Why no numbers are given. `service`: the answer is about one service, not about the whole office."""
    name = closed.names.get(language)
    if name and closed.why in NAMED:
        return texts(language).gettext(NAMED[closed.why]).format(name=name)
    plain = SERVICE.get(closed.why, PLAIN[closed.why]) if service else PLAIN[closed.why]
    return texts(language).gettext(plain)


def opening(closed: Closed, now: date, language: str) -> str:
    """The next opening, seen from `now` (a day, or a moment of it): "today 13:00", "Monday 7 December 2026 08:30".

    "" where none is known.
    """
    if closed.opens is None:
        return ""
    today = now.date() if isinstance(now, datetime) else now
    day, spoken = closed.opens.date(), texts(language)
    words = {0: spoken.gettext("today {time}"), 1: spoken.gettext("tomorrow {time}")}
    form = words.get((day - today).days, spoken.gettext("{weekday} {date} {time}"))
    return form.format(
        weekday=weekday_name(day, language),
        date=format_date(day, language),
        time=format_time(closed.opens, language),
    )


def opens_again(closed: Closed, now: date, language: str) -> str:
    """The whole sentence: "Opens again: tomorrow 08:30", or that no opening is known."""
    spoken, at = texts(language), opening(closed, now, language)
    if not at:
        return spoken.gettext("The next opening is not known yet")
    return spoken.gettext("Opens again: {opening}").format(opening=at)


def pause(taken: Break, language: str) -> str:
    """A break during which numbers are given: "Lunch break until 13:00. Numbers are given"."""
    said = texts(language).gettext("{name} until {time}. Numbers are given")
    return said.format(name=taken.names.get(language, ""), time=format_time(taken.ends, language)).strip()
