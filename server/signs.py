"""Signs for the wall: what the catalogue says of a service, as the data of a printed sheet (templates/sign.typ). Pure.

A service has a sign with its steps, documents, fee, time, channel and where to complain; a group has one with all its
services. "None" is said, never left blank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from fonts.tokens import Tokens
from sync.services import NONE, Catalogue, Group, Service, ServiceText, baht
from translations import N_, load
from translations.numerals import format_date

# gettext: report

Paper = Literal["a4", "a3"]
PAPERS: tuple[Paper, ...] = ("a4", "a3")
PAINTS = ("ink", "ink_soft", "sunken", "rule")
NO_FEE = N_("no fee")


@dataclass(frozen=True, slots=True)
class Setting:
    """What all signs of a run share. `office`: its names by language; `day`: on which they are made."""

    catalogue: Catalogue
    office: Mapping[str, str]
    day: date
    tokens: Tokens
    paper: Paper = "a4"


@dataclass(frozen=True, slots=True)
class Sign:
    """A sheet of paper. `name` tells it from the others in a folder; `data` is what the template reads of it."""

    name: str
    data: Mapping[str, Any]


def signs(setting: Setting, language: str) -> tuple[Sign, ...]:
    """All of them in the order of the catalogue: of each group its overview, then its services."""
    catalogue = setting.catalogue
    found: list[Sign] = []
    for group in catalogue.groups:
        services = catalogue.services_of(group)
        found.append(Sign(f"group-{group.id}", _overview(group, services, setting, language)))
        found += [Sign(each.id, _service(each, group, setting, language)) for each in services]
    alone = [each for each in catalogue.services if catalogue.group_of(each) is None]
    return (*found, *(Sign(each.id, _service(each, None, setting, language)) for each in alone))


def paper(sheets: Sequence[Sign], setting: Setting, language: str) -> dict[str, Any]:
    """The data of one PDF with these signs."""
    office = _named(setting.office, language)
    colours = setting.tokens.colour
    return {
        "paper": setting.paper,
        "language": language,
        "office": office,
        "title": sheets[0].data["name"] if len(sheets) == 1 else office,
        "imprint": _imprint(setting, language),
        "colours": {name: getattr(colours, name) for name in PAINTS},
        "sheets": [sheet.data for sheet in sheets],
    }


def fee_words(service: Service, text: ServiceText, language: str) -> str:
    """What it costs, in words."""
    words = load(language, "report")
    if service.fee == "none":
        return words.gettext(NO_FEE)
    if service.fee == "varies":
        return text.fee_note or words.gettext("the fee varies")
    amount = words.gettext("{amount} baht").format(amount=baht(service.fee))
    return f"{amount} {text.fee_note}" if text.fee_note else amount


def minutes_words(minutes: int, language: str) -> str:
    """So many minutes, in words."""
    return load(language, "report").ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)


def facts_of(service: Service, language: str) -> tuple[tuple[str, str], ...]:
    """(label, value) of how long it takes and what it costs."""
    words = load(language, "report")
    return (
        (words.gettext("Standard time"), minutes_words(service.minutes, language)),
        (words.gettext("Fee"), fee_words(service, service.text(language), language)),
    )


def foot_of(service: Service, language: str) -> tuple[tuple[str, str], ...]:
    """(label, value) of when and where else it is done, and where to complain. None is said, never left out."""
    words, text = load(language, "report"), service.text(language)
    return (
        (words.gettext("Hours of service"), text.hours),
        (words.gettext("Where else"), _or_none(text.channel, language)),
        (words.gettext("Complaints"), _or_none(text.complaints, language)),
    )


def _service(service: Service, group: Group | None, setting: Setting, language: str) -> dict[str, Any]:
    words, text = load(language, "report"), service.text(language)
    documents = [{"text": each.text, "when": each.when and f"({each.when})"} for each in text.documents]
    return _sheet(setting, service.accent or (group.accent if group else "")) | {
        "name": text.name,
        "group": _named(group.names, language) if group else _named(setting.office, language),
        "series": service.series,
        "series-label": words.gettext("Queue"),
        "facts": [{"label": label, "value": value} for label, value in facts_of(service, language)],
        "sections": [
            _part(words.gettext("Steps"), [{"text": step, "when": None} for step in text.steps], language, True),
            _part(words.gettext("Documents"), documents, language),
        ],
        "foot": [{"label": label, "value": value} for label, value in foot_of(service, language)],
    }


def _overview(group: Group, services: Sequence[Service], setting: Setting, language: str) -> dict[str, Any]:
    words = load(language, "report")
    texts = [(each, each.text(language)) for each in services]
    complaints = list(dict.fromkeys(_or_none(text.complaints, language) for _, text in texts))
    return _sheet(setting, group.accent) | {
        "name": _named(group.names, language),
        "group": _named(setting.office, language),
        "columns": [words.gettext(each) for each in COLUMNS],
        "rows": [
            {
                "series": each.series,
                "name": text.name,
                "time": minutes_words(each.minutes, language),
                "fee": fee_words(each, text, language),
            }
            for each, text in texts
        ],
        "foot": [{"label": words.gettext("Complaints"), "value": each} for each in complaints],
    }


COLUMNS = (N_("Queue"), N_("Service"), N_("Standard time"), N_("Fee"))


def _sheet(setting: Setting, accent: str) -> dict[str, Any]:
    """What every sheet has; the services' and the groups' put their own over it."""
    found = setting.tokens.accent.get(accent) or next(iter(setting.tokens.accent.values()))
    paint = {"fill": found.fill, "on": found.on, "tint": found.tint, "ink": found.ink}
    return {"accent": paint, "series": "", "series-label": "", "facts": [], "sections": [], "columns": [], "rows": []}


def _part(label: str, items: list[dict[str, Any]], language: str, numbered: bool = False) -> dict[str, Any]:
    none = load(language, "report").gettext("none")
    return {"label": label, "items": items, "none": none, "numbered": numbered}


def _or_none(text: str, language: str) -> str:
    return load(language, "report").gettext("none") if text in ("", NONE) else text


def _named(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or next(iter(names.values()))


def _imprint(setting: Setting, language: str) -> str:
    words = load(language, "report")
    made = words.gettext("{office}. As of {date}.").format(
        office=_named(setting.office, language), date=format_date(setting.day, language)
    )
    notice = (setting.catalogue.notice or {}).get(language)
    return f"{made} {notice}" if notice else made
