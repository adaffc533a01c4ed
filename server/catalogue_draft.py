"""What can be done to a catalogue's draft: values in, values out. Pure.

A draft has the shape of catalogue.toml, with gaps: what is not filled in is not there.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from server.document import Values, same
from server.errors import ActRefused
from sync.config import LANGUAGES
from sync.services import SERIES

NOTHING: Values = {"groups": [], "services": []}
"""A catalogue that somebody has yet to write."""
RESERVED = ("new",)
"""Ids that addresses of the editor mean something else by."""
Entry = dict[str, Any]
_AGAIN = "Look at the list again."
_MOST = 32


def entries(values: Values, section: str) -> list[Entry]:
    """The groups or services, in order."""
    return [dict(each) for each in values.get(section, ())]


def entry(values: Values, section: str, name: str) -> Entry:
    """The group or service of this id. Raises ActRefused."""
    found = next((each for each in entries(values, section) if each.get("id") == name), None)
    if found is None:
        raise ActRefused("draft-gone", f"{name} is not in the draft", hint=_AGAIN)
    return found


def ids(values: Values, section: str) -> list[Any]:
    """The ids of the groups or services, in order."""
    return [each.get("id") for each in values.get(section, ())]


def common(service: Entry) -> Entry:
    """What a service says in no language."""
    return {key: each for key, each in service.items() if key not in LANGUAGES}


def with_common(values: Values, name: str, seen: str, filled: Mapping[str, Any]) -> Values:
    """With these fields of a service, in no language. Raises ActRefused."""
    before = entry(values, "services", name)
    same(common(before), seen)
    texts = {language: before[language] for language in LANGUAGES if language in before}
    return _replaced(values, "services", name, {"id": name, **filled, **texts})


def with_text(values: Values, name: str, language: str, seen: str, filled: Mapping[str, Any]) -> Values:
    """With this text of a service. Raises ActRefused."""
    before = entry(values, "services", name)
    same(before.get(language, {}), seen)
    texts = {**{each: before[each] for each in LANGUAGES if each in before}, language: dict(filled)}
    in_order = {each: texts[each] for each in LANGUAGES if texts.get(each)}
    return _replaced(values, "services", name, common(before) | in_order)


def with_group(values: Values, name: str, seen: str, filled: Mapping[str, Any]) -> Values:
    """With these fields of a group. Raises ActRefused."""
    same(entry(values, "groups", name), seen)
    return _replaced(values, "groups", name, {"id": name, **filled})


def with_notice(values: Values, seen: str, texts: Mapping[str, str]) -> Values:
    """With this line for every reader; none in any language: without one. Raises ActRefused."""
    same(values.get("notice", {}), seen)
    rest = {key: each for key, each in values.items() if key != "notice"}
    return {"notice": dict(texts), **rest} if texts else rest


def with_service(values: Values, group: str, names: Mapping[str, str]) -> tuple[Values, str]:
    """With another service at the end, and its id, made of its English name."""
    name = free_id(names.get("en", ""), ids(values, "services"), "service")
    known = [each for each in entries(values, "services") if each.get("group") == group]
    of_group: Entry = {key: known[-1][key] for key in ("series", "pictogram") if known and key in known[-1]}
    series: Entry = {"series": free_series(values)} if not known else {}
    texts = {language: {"name": names[language]} for language in LANGUAGES if names.get(language)}
    made: Entry = {"id": name, "group": group, **of_group, **series, **texts}
    return {**values, "services": [*entries(values, "services"), made]}, name


def with_new_group(values: Values, names: Mapping[str, str]) -> tuple[Values, str]:
    """With another group at the end, and its id."""
    name = free_id(names.get("en", ""), ids(values, "groups"), "group")
    texts = {language: names[language] for language in LANGUAGES if names.get(language)}
    return {**values, "groups": [*entries(values, "groups"), {"id": name, **texts}]}, name


def copied(values: Values, name: str) -> tuple[Values, str]:
    """With a copy of a service behind it, and the copy's id. Raises ActRefused."""
    found = entry(values, "services", name)
    known = entries(values, "services")
    again = free_id(name, ids(values, "services"), "service")
    at = ids(values, "services").index(name)
    rest = {key: each for key, each in found.items() if key != "spoken"}
    return {**values, "services": [*known[: at + 1], rest | {"id": again}, *known[at + 1 :]]}, again


def moved(values: Values, section: str, name: str, by: int) -> Values:
    """With a group, or a service within its group, one place up (-1) or down (1). At the end it stays."""
    found, known = entry(values, section, name), entries(values, section)
    beside = [each for each in known if section == "groups" or each.get("group") == found.get("group")]
    place = [each.get("id") for each in beside].index(name) + by
    if not 0 <= place < len(beside):
        return values
    one, other = (ids(values, section).index(each) for each in (name, beside[place].get("id")))
    known[one], known[other] = known[other], known[one]
    return {**values, section: known}


def retired(values: Values, name: str) -> Values:
    """Without this service. Raises ActRefused."""
    entry(values, "services", name)
    return {**values, "services": [each for each in entries(values, "services") if each.get("id") != name]}


def without_group(values: Values, name: str) -> Values:
    """Without this group. Raises ActRefused where a service is in it."""
    entry(values, "groups", name)
    if any(each.get("group") == name for each in entries(values, "services")):
        raise ActRefused("group-used", "services are in this group", hint="Put them into another group first.")
    return {**values, "groups": [each for each in entries(values, "groups") if each.get("id") != name]}


def taken_back(values: Values, name: str, held: Values) -> Values:
    """With a service again that was taken out, as it holds. Raises ActRefused."""
    found = entry(held, "services", name)
    if name in ids(values, "services"):
        return values
    before = ids(held, "services")
    later = before[before.index(name) + 1 :]
    known = entries(values, "services")
    at = next((place for place, each in enumerate(known) if each.get("id") in later), len(known))
    return {**values, "services": [*known[:at], found, *known[at:]]}


def free_id(words: str, taken: Sequence[Any], otherwise: str) -> str:
    """An id made of these words that nobody has."""
    taken = (*taken, *RESERVED)
    plain = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-").lstrip("0123456789-")[: _MOST - 4].strip("-")
    name = plain or otherwise
    return next(each for each in _numbered(name, len(taken)) if each not in taken)


def free_series(values: Values) -> str:
    """The first letter that no service has; the first of all where all are taken."""
    used = {each.get("series") for each in entries(values, "services")}
    return next((each for each in SERIES if each not in used), SERIES[0])


def _numbered(name: str, most: int) -> list[str]:
    stem = re.sub(r"-\d+$", "", name)
    return [name, *(f"{stem}-{number}" for number in range(2, most + 3))]


def _replaced(values: Values, section: str, name: str, after: Entry) -> Values:
    return {**values, section: [after if each.get("id") == name else each for each in entries(values, section)]}
