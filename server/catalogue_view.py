"""What the pages of the catalogue editor show of a draft. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from server import catalogue_draft as act
from server.catalogue_check import Trouble, of
from server.catalogue_diff import Change, What, apart
from server.document import Values
from server.editor_told import Told, document_words, fee_words, field_of, name_of, told
from server.editor_words import PICTURES
from sync.config import LANGUAGES
from sync.services import NONE
from translations import LANGUAGE_NAMES, Catalogue, load

# gettext: editor

LACKING = ("name", "steps", "document-0", "hours", "channel", "complaints")
"""The fields that a language lacks of which nothing is there."""


def groups_of(values: Values, found: Sequence[Trouble], language: str) -> list[dict[str, Any]]:
    """The groups with their services, and how much each lacks."""
    return [
        {
            "id": each["id"],
            "name": name_of(each, language),
            "pictogram": each.get("pictogram", ""),
            "missing": len(of(found, "groups", number)),
            "rows": rows_of(values, found, each["id"], language),
        }
        for number, each in enumerate(act.entries(values, "groups"))
    ]


def rows_of(values: Values, found: Sequence[Trouble], group: str | None, language: str) -> list[dict[str, Any]]:
    """The services of a group; None: those of no group that there is."""
    known = {each["id"] for each in act.entries(values, "groups")}
    words = load(language, "editor")
    return [
        {
            "id": each["id"],
            "name": name_of(each, language),
            "pictogram": each.get("pictogram", ""),
            "series": each.get("series", "?"),
            "minutes": each.get("minutes", "?"),
            "fee": fee_words(each.get("fee"), words),
            "missing": len(of(found, "services", number)),
        }
        for number, each in enumerate(act.entries(values, "services"))
        if each.get("group") == group or (group is None and each.get("group") not in known)
    ]


def gone_of(values: Values, holds: Values, language: str) -> list[tuple[str, str]]:
    """(id, name) of services that hold and are not in the draft."""
    there = set(act.ids(values, "services"))
    return [
        (str(each["id"]), name_of(each, language)) for each in act.entries(holds, "services") if each["id"] not in there
    ]


def frame_of(
    values: Values, entry: Mapping[str, Any], found: Sequence[Trouble], here: str, language: str
) -> dict[str, Any]:
    """What every page of a service has: its name, and the ways to its other pages with how much each lacks."""
    own, service = own_of(found, values, str(entry["id"])), entry["id"]
    by_page = dict.fromkeys(("", *LANGUAGES), 0)
    for each in own:
        by_page[str(each.path[2]) if len(each.path) > 2 and each.path[2] in LANGUAGES else ""] += 1
    page = f"/catalogue/services/{service}"
    languages = [(f"{page}/{each}", LANGUAGE_NAMES[each], each, by_page[each]) for each in LANGUAGES]
    words = load(language, "editor")
    return {
        "name": name_of(entry, language),
        "tabs": [
            (page, words.gettext("All languages"), "", by_page[""]),
            *languages,
            (f"/catalogue/looks/{service}", words.gettext("What it looks like"), "looks", 0),
        ],
        "at": here,
    }


def own_of(found: Sequence[Trouble], values: Values, service: str) -> tuple[Trouble, ...]:
    """What is wrong with this service."""
    return of(found, "services", act.ids(values, "services").index(service))


def faults_of(found: Sequence[Trouble], values: Values, service: str, language: str) -> dict[str, str]:
    """What is wrong with which field of a form. A language of which nothing is there lacks every field."""
    faults: dict[str, str] = {}
    for each in own_of(found, values, service):
        rest = list(each.path[2:])
        if (rest[0] if rest and rest[0] in LANGUAGES else "") != language or not rest:
            continue
        within = rest[1:] if language else rest
        for field in [field_of(within)] if within else LACKING:
            faults.setdefault(field, each.fault)
    return faults


def conflict_of(
    entry: Mapping[str, Any],
    language: str,
    typed: Mapping[str, Any],
    now: Mapping[str, Any],
    values: Values,
    words: Catalogue,
) -> list[Told]:
    """What the draft says by now, beside what was typed: before, and after."""
    found = []
    for key in [*now, *(each for each in typed if each not in now)]:
        if now.get(key) != typed.get(key):
            was, wanted = apart(now.get(key), typed.get(key))
            found.append(Change(What.CHANGED, "services", str(entry["id"]), entry, key, language, was, wanted))
    return told(found, values, values, words)


def pictures(names: Sequence[str], language: str) -> list[tuple[str, str]]:
    """(id, words) of the pictures to choose from, in the order of the words."""
    words = load(language, "editor").gettext
    return sorted(((each, words(PICTURES.get(each, each))) for each in names), key=lambda pair: pair[1])


def beside_of(text: Mapping[str, Any], none: str) -> dict[str, str]:
    """The same in another language, to be read while one translates."""
    said = {}
    for key, each in text.items():
        if key == "documents" and each != NONE:
            each = [document_words(one) for one in each]
        said[key] = none if each == NONE else " · ".join(each) if isinstance(each, list) else str(each)
    return said
