"""Differences and mistakes of a calendar's draft in words of a language, each with the way to its field. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from server.calendar_draft import LISTS
from server.calendar_form import hours_text
from server.catalogue_check import Trouble
from server.document import Values
from server.editor_told import Fault, Line, Told
from server.editor_words import SECTIONS, WEEKDAYS, WHATS
from sync.calendar import WEEKDAYS as NAMES
from sync.config import LANGUAGES
from sync.toml_lines import Path
from translations import LANGUAGE_NAMES, Catalogue
from translations.numerals import format_date

# gettext: editor

Entry = Mapping[str, Any]
COUNTERS, WEEK = SECTIONS["counters"], SECTIONS["week"]
_PLACES = {"counters": "/calendar/week#counters", "week": "/calendar/week"}


def told(before: Values, after: Values, services: Mapping[str, str], words: Catalogue) -> list[Told]:
    """The differences, one entry for each thing. `services`: names by id."""
    return [
        *_week(before, after, words),
        *_breaks(before, after, words),
        *_days("holidays", before, after, words),
        *_days("special", before, after, words),
        *_services(before, after, services, words),
    ]


def faults(found: Iterable[Trouble], values: Values, words: Catalogue) -> list[Fault]:
    """What has to be put right before it can be published."""
    return [
        Fault(place(each.path, values, words), link(each.path), words.gettext(each.fault), each.told) for each in found
    ]


def place(path: Path, values: Values, words: Catalogue) -> str:
    """A place of the calendar, as people name it: Holidays · 5 December 2026 · မြန်မာ."""
    section = str(path[0]) if path else ""
    parts = [words.gettext(SECTIONS.get(section, section))]
    if section in LISTS and len(path) > 1 and isinstance(path[1], int):
        parts.append(title(section, values[section][path[1]], words))
    elif len(path) > 1:
        parts.append(_weekday(str(path[1]), words))
    last = path[-1] if len(path) > 2 else None
    if last in LANGUAGES:
        parts.append(LANGUAGE_NAMES[str(last)])
    elif last in NAMES:
        parts.append(_weekday(str(last), words))
    return " · ".join(parts)


def link(path: Path) -> str:
    """The page and the field that a place of the calendar is edited at."""
    section = str(path[0]) if path else ""
    if section in LISTS and len(path) > 1:
        return f"/calendar/{section}/{path[1]}" + (f"#{path[2]}" if len(path) > 2 else "")
    if section == "services" and len(path) > 1:
        return f"/calendar/hours/{path[1]}" + (f"#{path[2]}" if len(path) > 2 else "")
    if section == "week" and len(path) > 1:
        return f"/calendar/week#{path[1]}"
    return _PLACES.get(section, "/calendar")


def title(section: str, entry: Entry, words: Catalogue) -> str:
    """How a break, a holiday or a day that differs is called."""
    name = next((str(entry[each]) for each in (words.language, *LANGUAGES) if entry.get(each)), "–")
    if section == "breaks":
        return f"{entry.get('from', '?')}–{entry.get('to', '?')} {name}"
    return f"{day_words(entry.get('day'), words.language)}: {name}"


def day_words(day: Any, language: str) -> str:
    """A day of the draft; as it was typed where it is none."""
    return format_date(day, language) if isinstance(day, date) else str(day or "?")


def hours_words(hours: Any, words: Catalogue) -> str:
    """Hours in words: closed, where there are none."""
    return hours_text(hours) or words.gettext("closed")


def _week(before: Values, after: Values, words: Catalogue) -> Iterator[Told]:
    lines = []
    if before.get("counters") != after.get("counters"):
        sides = [(str(side["counters"]),) if side.get("counters") else () for side in (before, after)]
        lines.append(Line(words.gettext(COUNTERS), "", *sides))
    lines += _hours(before.get("week", {}), after.get("week", {}), words)
    if lines:
        yield Told(words.gettext(WEEK), (), tuple(lines))


def _hours(one: Entry, other: Entry, words: Catalogue) -> list[Line]:
    return [
        Line(
            _weekday(name, words),
            "",
            *((hours_words(side[name], words),) if name in side else () for side in (one, other)),
        )
        for name in ("every", *NAMES)
        if one.get(name) != other.get(name)
    ]


def _breaks(before: Values, after: Values, words: Catalogue) -> Iterator[Told]:
    old, new = before.get("breaks", ()), after.get("breaks", ())
    for what, each, others in (("added", new, old), ("gone", old, new)):
        for entry in each:
            if entry not in others:
                yield Told(title("breaks", entry, words), (words.gettext(WHATS[what]),), ())


def _days(section: str, before: Values, after: Values, words: Catalogue) -> Iterator[Told]:
    old = {str(each.get("day")): each for each in before.get(section, ())}
    new = {str(each.get("day")): each for each in after.get(section, ())}
    for day in sorted({*old, *new}):
        one, other = old.get(day), new.get(day)
        if one == other:
            continue
        shown = other or one or {}
        mark = WHATS["added" if other else "gone"]
        marks = () if one and other else (words.gettext(mark),)
        lines = _open(one, other, words) if section == "special" else []
        lines += _names(one, other) if one and other else []
        yield Told(title(section, shown, words), marks, tuple(lines))


def _open(one: Entry | None, other: Entry | None, words: Catalogue) -> list[Line]:
    before, after = (() if side is None else (hours_words(side.get("open"), words),) for side in (one, other))
    return [Line(words.gettext("Open"), "", before, after)] if before != after else []


def _names(one: Entry, other: Entry) -> list[Line]:
    lines = []
    for language in LANGUAGES:
        before, after = ((str(side[language]),) if side.get(language) else () for side in (one, other))
        lines += [Line("", language, before, after)] if before != after else []
    return lines


def _services(before: Values, after: Values, names: Mapping[str, str], words: Catalogue) -> Iterator[Told]:
    old, new = before.get("services", {}), after.get("services", {})
    for service in [*new, *(each for each in old if each not in new)]:
        lines = _hours(old.get(service, {}), new.get(service, {}), words)
        if lines:
            yield Told(names.get(service, service), (words.gettext("own hours"),), tuple(lines))


def _weekday(name: str, words: Catalogue) -> str:
    if name == "every":
        return words.gettext("Every day")
    return words.gettext(WEEKDAYS[NAMES.index(name)]) if name in NAMES else name
