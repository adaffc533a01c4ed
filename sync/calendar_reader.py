"""An office's calendar.toml, read strictly. Pure.

Every mistake is told at once, each with its line and what to write instead: whoever edits the file has one try before
the hall opens. docs/calendar.md is for them.
"""

import difflib
import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

from sync.calendar import WEEKDAYS, Break, Calendar, Period, ServiceWeek, Special, periods_of, time_of
from sync.config import LANGUAGES
from sync.errors import CalendarError, ConfigError
from sync.strict_toml import Choice, Document, Flag, ListOf, Problem, Text, Whole, parse
from sync.toml_lines import Lines, Path

MAX_NAME = 120
"""Characters that a name or a reason may have, so that it fits a screen."""

BUDDHIST_FROM = 2400
"""A year from here on was written in the Buddhist era (543 years ahead): such a holiday would never come."""

_HINT = "Mend every line named here; docs/calendar.md and the example calendar show how."
_HOURS = 'Write ["08:30-12:00", "13:00-16:30"], or "closed".'
_AROUND = 'Hours go around a break: "08:30-16:30", not "08:30-12:00" and "13:00-16:30".'
_EVERY = "every"
_Got = TypeVar("_Got")


def parse_calendar(
    data: bytes | str, languages: tuple[str, ...] = LANGUAGES, *, services: Collection[str] | None = None
) -> Calendar:
    """The calendar in a TOML file. `services`: ids of the catalogue (None: any id is taken).

    Raises CalendarError whose message lists every problem, one a line, with its line in the file.
    """
    raw = data.encode() if isinstance(data, str) else data
    try:
        document = parse(data)
    except ConfigError as error:
        raise CalendarError(_told(error), hint=error.hint) from error
    return read_calendar(document, hashlib.sha256(raw).hexdigest(), languages, services=services)


def read_calendar(
    document: Document,
    digest: str,
    languages: tuple[str, ...] = LANGUAGES,
    *,
    services: Collection[str] | None = None,
) -> Calendar:
    """The calendar in a document. Raises CalendarError as `parse_calendar` does."""
    reader = _Reader(document, languages, services)
    calendar = reader.calendar(digest)
    if reader.problems:
        from_the_top = sorted(reader.problems, key=lambda problem: problem.line)
        raise CalendarError("\n".join(each.text for each in from_the_top), hint=_HINT)
    return calendar


def calendar_problems(
    values: Mapping[str, Any], languages: tuple[str, ...] = LANGUAGES, *, services: Collection[str] | None = None
) -> tuple[Problem, ...]:
    """What `parse_calendar` would refuse of a file with these values (as tomllib gives them), each by its path."""
    reader = _Reader(Document(values, Lines()), languages, services)
    reader.calendar("")
    return tuple(reader.problems)


def _told(error: ConfigError) -> str:
    return (f"line {error.line}: " if error.line else "") + str(error)


def _name(text: str) -> tuple[str, str] | None:
    if len(text) > MAX_NAME:
        return f"{len(text)} characters are too long for a screen", f"At most {MAX_NAME}."
    return None if text.isprintable() else ("a line break or control character is in it", "Write it on one line.")


class _Reader:
    """Reads entry by entry, so that one mistake does not hide the next. What could not be read is left out."""

    def __init__(self, document: Document, languages: tuple[str, ...], services: Collection[str] | None) -> None:
        self.document = document
        self.languages = languages
        self.known_services = services
        self.problems: list[Problem] = []

    def calendar(self, digest: str) -> Calendar:
        values = self.document.values
        self.keys(values, (), ("counters", "week"), ("breaks", "holidays", "special", "services"))
        counters = self.one(("counters",), values.get("counters", 1), Whole(1, 99, "counters").read) or 1
        week = self.week()
        services = {name: self.service(name, value) for name, value in self.table("services").items()}
        calendar = Calendar(
            digest,
            tuple(week.get(name, ()) for name in WEEKDAYS),
            counters,
            tuple(taken for taken in map(self.taken, *self.entries("breaks")) if taken),
            self.days("holidays", lambda value, path: self.names(value, path)),
            self.days("special", self.declared),
            services,
        )
        self.breaks_fit(calendar)
        self.services_fit(calendar)
        return calendar

    # Parts of the file.

    def week(self) -> dict[str, tuple[Period, ...]]:
        if "week" not in self.document.values:
            return {}
        value = self.table("week")
        self.keys(value, ("week",), WEEKDAYS, ())
        return {name: self.hours(value[name], ("week", name)) for name in WEEKDAYS if name in value}

    def taken(self, value: dict[str, Any], path: Path) -> Break | None:
        before = len(self.problems)
        self.keys(value, path, ("from", "to", "tickets"), ("days", *LANGUAGES))
        names = self.names(value, path)
        begins, ends = (self.one((*path, key), value.get(key), self.clock) for key in ("from", "to"))
        tickets = self.one((*path, "tickets"), value.get("tickets"), Flag().read)
        weekdays = ListOf(Choice(WEEKDAYS), 1, 7, distinct=True)
        days = self.one((*path, "days"), value["days"], weekdays.read) if "days" in value else ()
        if begins and ends and begins >= ends:
            self.problem(path, f'the break from "{begins:%H:%M}" to "{ends:%H:%M}" ends before it begins', "")
        if len(self.problems) > before or begins is None or ends is None or tickets is None:
            return None
        return Break(begins, ends, tickets, names, tuple(WEEKDAYS.index(day) for day in days or ()))

    def declared(self, value: dict[str, Any], path: Path) -> Special:
        hours = self.hours(value["open"], (*path, "open")) if "open" in value else ()
        return Special(hours, self.names(value, path))

    def service(self, name: str, value: Any) -> ServiceWeek:
        path: Path = ("services", name)
        known = self.known_services
        if known is not None and name not in known:
            self.problem(path, f"the catalogue has no service `{name}`", _near(name, list(known)))
        if not isinstance(value, dict):
            self.problem(path, f"[services.{name}] has to be a section", "Its keys stand below it.")
            return (None,) * 7
        self.keys(value, path, (), (_EVERY, *WEEKDAYS))
        if not value:
            self.problem(path, f"[services.{name}] is empty", f"Give `{_EVERY}` or days their hours, or take it out.")
        read = {key: self.hours(value[key], (*path, key)) for key in (_EVERY, *WEEKDAYS) if key in value}
        return tuple(read.get(day, read.get(_EVERY)) for day in WEEKDAYS)

    def days(self, section: str, read: Callable[[dict[str, Any], Path], _Got]) -> dict[date, _Got]:
        """The entries of a section by their day; a day that stands twice is a mistake."""
        found: dict[date, _Got] = {}
        lines: dict[date, int | None] = {}
        more = ("open",) if section == "special" else ()
        for value, path in zip(*self.entries(section), strict=True):
            self.keys(value, path, ("day", *more), LANGUAGES)
            day = self.one((*path, "day"), value.get("day"), self.as_date)
            item = read(value, path)
            if day in lines:
                self.problem((*path, "day"), f"{day} stands twice: also on line {lines[day]}", "Keep one of them.")
            elif day is not None:
                found[day], lines[day] = item, self.document.lines.of((*path, "day"))
        return dict(sorted(found.items()))

    # What has to fit together.

    def breaks_fit(self, calendar: Calendar) -> None:
        if self.problems:
            return  # Hours that could not be read would be told a second time.
        for index, taken in enumerate(calendar.breaks):
            path: Path = ("breaks", index)
            for day, hours in enumerate(calendar.week):
                stated = day in taken.days
                if (stated or (not taken.days and _crosses(taken.period, hours))) and not _inside(taken.period, hours):
                    message = f"the break {taken.period} is not inside a period of {WEEKDAYS[day]}"
                    self.problem(path, message, _AROUND if stated else f"{_AROUND} Or give it `days`.")
            if not taken.days and not any(_crosses(taken.period, hours) for hours in calendar.week):
                self.problem(path, f"the break {taken.period} is not inside the hours of any day", _AROUND)
            for other in calendar.breaks[:index]:
                shared = not taken.days or not other.days or set(taken.days) & set(other.days)
                if shared and taken.begins <= other.ends and other.begins <= taken.ends:
                    self.problem(path, f"the breaks {other.period} and {taken.period} overlap or touch", "Make it one.")

    def services_fit(self, calendar: Calendar) -> None:
        if self.problems:
            return
        for name, section in self.table("services").items():
            for key in section:
                of_days = calendar.week if key == _EVERY else (calendar.week[WEEKDAYS.index(key)],)
                for period in self.hours(section[key], ("services", name, key)):
                    if not any(_crosses(period, hours) for hours in of_days):
                        message = f"{name}: the office is closed all through {period}"
                        self.problem(("services", name, key), message, "Its hours lie within the office's.")

    # Values.

    def hours(self, value: Any, path: Path) -> tuple[Period, ...]:
        if value == "closed":
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            self.problem(path, f"`{path[-1]}` is no list of hours", _HOURS)
            return ()
        try:
            return periods_of(value)
        except ValueError as error:
            self.problem(path, f"`{path[-1]}`: {error.args[0]}", error.args[1])
            return ()

    def clock(self, value: Any, path: Path, document: Document) -> time:
        try:
            return time_of(value)
        except (ValueError, TypeError) as error:
            raise document.wrong(path, f"`{path[-1]}` is no time of the day", 'Write it as "12:00".') from error

    def as_date(self, value: Any, path: Path, document: Document) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            if value.year >= BUDDHIST_FROM:
                hint = f"Write the year of the Gregorian calendar: {value.year - 543}, not {value.year}."
                raise document.wrong(path, f"`{path[-1]}` = {value} is a year of the Buddhist era", hint)
            return value
        hint = "Write year-month-day of the Gregorian calendar, without quotes: 2026-12-05."
        raise document.wrong(path, f"`{path[-1]}` is no date", hint)

    def names(self, value: dict[str, Any], path: Path) -> dict[str, str]:
        names = {}
        for language in self.languages:
            if language not in value:
                self.problem((*path, language), f"{self.of(path)}: no text in {language}", f'Add {language} = "…".')
            elif text := self.one((*path, language), value[language], Text(_name).read):
                names[language] = text
        return names

    def table(self, section: str) -> dict[str, Any]:
        value = self.document.values.get(section, {})
        if isinstance(value, dict):
            return value
        self.problem((section,), f"`{section}` has to be a section", f"Write [{section}], and its keys below.")
        return {}

    def entries(self, section: str) -> tuple[list[dict[str, Any]], list[Path]]:
        """The tables of a list, and their paths."""
        listed = self.document.values.get(section, [])
        if not isinstance(listed, list) or not all(isinstance(value, dict) for value in listed):
            self.problem((section,), f"`{section}` is no list of sections", f"Each entry begins with [[{section}]].")
            return [], []
        return listed, [(section, index) for index in range(len(listed))]

    def keys(self, value: Any, path: Path, needed: tuple[str, ...], others: tuple[str, ...]) -> None:
        for name in value:
            if name not in (*needed, *others):
                hint = _near(name, [*needed, *others])
                self.problem((*path, name), f"{self.of(path)}: unknown key `{name}`", hint)
        for name in needed:
            if name not in value:
                self.problem((*path, name), f"{self.of(path)}: `{name}` is missing", "")

    def one(self, path: Path, value: Any, read: Callable[[Any, Path, Document], _Got]) -> _Got | None:
        """The value, or None where it is wrong (noted) or missing (`keys` has noted it)."""
        try:
            return read(value, path, self.document) if value is not None else None
        except ConfigError as error:
            self.problem(path, str(error), error.hint)
            return None

    def of(self, path: Path) -> str:
        """How a problem names its place: holidays 2026-12-05."""
        if not path:
            return "the file"
        if len(path) == 2 and isinstance(path[1], int):
            value = self.document.values[str(path[0])][path[1]]
            return f"{path[0]} {value.get('day', value.get('from', f'entry {path[1] + 1}'))}"
        return f"[{'.'.join(map(str, path))}]"

    def problem(self, path: Path, message: str, hint: str) -> None:
        error = self.document.wrong(path, f"{message}. {hint}" if hint else message, hint)
        self.problems.append(Problem(path, error.line or 0, _told(error)))


def _near(name: str, known: list[str]) -> str:
    """A hint from the keys that are known: a weekday is known by its first letters."""
    begun = [each for each in known if each in WEEKDAYS and name[:3].casefold() == each]
    near = begun or difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"Did you mean `{near[0]}`?" if near else "Known here: " + ", ".join(f"`{each}`" for each in known) + "."


def _inside(period: Period, hours: tuple[Period, ...]) -> bool:
    return any(each.begins < period.begins and period.ends < each.ends for each in hours)


def _crosses(period: Period, hours: tuple[Period, ...]) -> bool:
    """Whether they have a minute in common."""
    return any(each.begins < period.ends and period.begins < each.ends for each in hours)
