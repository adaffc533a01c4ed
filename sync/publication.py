"""The catalogue and the calendar as they are edited: values in the shape of their files, and back. Pure.

What is published was read by the same rules as a file, so that an editor refuses nothing and passes nothing that the
kiosk would not.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sync import calendar_fact, catalogue
from sync.calendar import WEEKDAYS, Calendar, Period, ServiceWeek
from sync.calendar_reader import read_calendar
from sync.catalogue import read_catalogue
from sync.config import LANGUAGES
from sync.services import NONE, Catalogue, DocumentNeeded, ServiceText
from sync.strict_toml import Document
from sync.toml_lines import Lines


def sealed_catalogue(found: Catalogue) -> Catalogue:
    """With the digest of what it says, whatever file it came from."""
    return replace(found, digest=_digest(catalogue.to_body(found).catalogue))


def sealed_calendar(found: Calendar) -> Calendar:
    """With the digest of what it says, whatever file it came from."""
    return replace(found, digest=_digest(calendar_fact.to_body(found).calendar))


def catalogue_of(
    values: Mapping[str, Any],
    languages: tuple[str, ...] = LANGUAGES,
    *,
    accents: Collection[str] | None = None,
    pictograms: Collection[str] | None = None,
) -> Catalogue:
    """The catalogue in values of the shape of catalogue.toml, sealed. Raises CatalogueError with every problem."""
    document = Document(values, Lines())
    return sealed_catalogue(read_catalogue(document, "", languages, accents=accents, pictograms=pictograms))


def calendar_of(
    values: Mapping[str, Any], languages: tuple[str, ...] = LANGUAGES, *, services: Collection[str] | None = None
) -> Calendar:
    """The calendar in values of the shape of calendar.toml, sealed. Raises CalendarError with every problem."""
    return sealed_calendar(read_calendar(Document(values, Lines()), "", languages, services=services))


def catalogue_values(found: Catalogue) -> dict[str, Any]:
    """What catalogue.toml would say: what `catalogue_of` reads."""
    accents = {group.id: group.accent for group in found.groups}
    values: dict[str, Any] = {} if found.notice is None else {"notice": dict(found.notice)}
    values["groups"] = [
        {"id": group.id, "accent": group.accent, "pictogram": group.pictogram, **group.names} for group in found.groups
    ]
    values["services"] = [
        {
            "id": service.id,
            "group": service.group,
            "series": service.series,
            "pictogram": service.pictogram,
            "minutes": service.minutes,
            "fee": service.fee,
            **({} if service.accent == accents.get(service.group) else {"accent": service.accent}),
            **({} if service.cases == 1 else {"cases": service.cases}),
            **({"spoken": service.spoken} if service.spoken else {}),
            **{language: _text_values(text) for language, text in service.texts.items()},
        }
        for service in found.services
    ]
    return values


def calendar_values(found: Calendar) -> dict[str, Any]:
    """What calendar.toml would say: what `calendar_of` reads."""
    breaks = [
        {
            "from": f"{taken.begins:%H:%M}",
            "to": f"{taken.ends:%H:%M}",
            "tickets": taken.tickets,
            **({"days": [WEEKDAYS[day] for day in taken.days]} if taken.days else {}),
            **taken.names,
        }
        for taken in found.breaks
    ]
    return {
        "counters": found.counters,
        "week": {name: _hours(hours) for name, hours in zip(WEEKDAYS, found.week, strict=True)},
        "breaks": breaks,
        "holidays": [{"day": day, **names} for day, names in found.holidays.items()],
        "special": [{"day": day, "open": _hours(each.open), **each.names} for day, each in found.special.items()],
        "services": {service: _own_hours(week) for service, week in found.services.items()},
    }


def with_days_of(own: Calendar | None, theirs: Calendar, before: Calendar | None) -> Calendar:
    """An office's hours with the holidays and the days that differ of its centre; without any, the centre's whole.

    `before`: what was taken over of the centre last: days of it that are gone there are gone here. A day that the
    office declared itself stays as it is.
    """
    if own is None:
        return sealed_calendar(theirs)
    old = before or replace(theirs, holidays={}, special={})
    holidays = {day: names for day, names in own.holidays.items() if old.holidays.get(day) != names}
    declared = {day: special for day, special in own.special.items() if old.special.get(day) != special}
    merged = replace(
        own,
        holidays=dict(sorted({**holidays, **theirs.holidays}.items())),
        special=dict(sorted({**theirs.special, **declared}.items())),
    )
    return sealed_calendar(merged)


def _text_values(text: ServiceText) -> dict[str, Any]:
    documents = [_document(each) for each in text.documents]
    return {
        "name": text.name,
        **({"short": text.short} if text.short is not None else {}),
        "steps": list(text.steps),
        "documents": documents or NONE,
        **({"fee_note": text.fee_note} if text.fee_note is not None else {}),
        "hours": text.hours,
        "channel": text.channel,
        "complaints": text.complaints,
    }


def _document(each: DocumentNeeded) -> str | dict[str, str]:
    return each.text if each.when is None else {"text": each.text, "when": each.when}


def _hours(hours: tuple[Period, ...]) -> list[str] | str:
    return [str(period) for period in hours] or "closed"


def _own_hours(week: ServiceWeek) -> dict[str, Any]:
    return {name: _hours(hours) for name, hours in zip(WEEKDAYS, week, strict=True) if hours is not None}


def _digest(whole: Mapping[str, Any]) -> str:
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
