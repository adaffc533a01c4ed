"""Differences and mistakes of a catalogue's draft in words of a language, each with the way to its field. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from server.catalogue_check import Trouble
from server.catalogue_diff import Change, What
from server.document import Values
from server.editor_words import ACCENTS, FIELDS, NOTICE_LINE, PICTURES, WHATS
from sync.config import LANGUAGES
from sync.services import NONE, baht
from sync.toml_lines import Path
from translations import LANGUAGE_NAMES, Catalogue

# gettext: editor


@dataclass(frozen=True, slots=True)
class Line:
    """A field before and after; of a list, what is not in both. `language`: of the text, "" where it has none."""

    field: str
    language: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one thing: its name, in how many words (new, taken out …), field by field."""

    title: str
    marks: tuple[str, ...]
    lines: tuple[Line, ...]
    link: str = ""
    """Where all of it can be seen."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake: where it is, in words; the way there; what it is. `told`: as the file's reader says it, in English."""

    where: str
    link: str
    fault: str
    told: str


def told(found: Iterable[Change], before: Values, after: Values, words: Catalogue) -> list[Told]:
    """The differences, one entry for each thing."""
    known = [each for side in (before, after) for each in side.get("groups", ())]
    groups = {str(each.get("id")): name_of(each, words.language) for each in known}
    entries = []
    for (section, name), each in groupby(found, lambda change: (change.section, change.name)):
        of_one = list(each)
        marks = tuple(words.gettext(WHATS[one.what]) for one in of_one if one.what is not What.CHANGED)
        lines = tuple(_line(one, groups, words) for one in of_one if one.what is What.CHANGED)
        title = words.gettext(NOTICE_LINE) if section == "notice" else name_of(of_one[0].entry, words.language)
        if section == "groups":
            title = words.gettext("Group: {name}").format(name=title)
        new = section == "services" and any(one.what is What.ADDED for one in of_one)
        entries.append(Told(title or name, marks, lines, f"/catalogue/looks/{name}" if new else ""))
    return entries


def faults(found: Iterable[Trouble], values: Values, words: Catalogue) -> list[Fault]:
    """What has to be put right before it can be published."""
    return [
        Fault(place(each.path, values, words), link(each.path, values), words.gettext(each.fault), each.told)
        for each in found
    ]


def place(path: Path, values: Values, words: Catalogue) -> str:
    """A place of the document, as people name it: Moving in · ไทย · Steps, 2."""
    parts = []
    entry = _entry(path, values)
    if entry is not None:
        parts.append(name_of(entry, words.language) or str(entry.get("id", "?")))
    elif path[:1] == ("notice",):
        parts.append(words.gettext(NOTICE_LINE))
    for part in path[2:] if entry is not None else path[1:]:
        if part in LANGUAGES:
            parts.append(LANGUAGE_NAMES[str(part)])
        elif part in FIELDS:
            parts.append(words.gettext(FIELDS[str(part)]))
        elif isinstance(part, int):
            parts[-1] += f" {part + 1}"
    return " · ".join(parts) or words.gettext("The whole")


def link(path: Path, values: Values) -> str:
    """The page and the field that a place of the document is edited at."""
    entry = _entry(path, values)
    if path[:1] == ("notice",):
        return "/catalogue/line#" + (str(path[1]) if len(path) > 1 else LANGUAGES[0])
    if entry is None:
        return "/catalogue"
    page = f"/catalogue/{path[0]}/{entry.get('id')}"
    rest = [part for part in path[2:] if part not in LANGUAGES or path[0] == "groups"]
    language = next((f"/{part}" for part in path[2:3] if part in LANGUAGES and path[0] == "services"), "")
    return f"{page}{language}" + (f"#{field_of(rest)}" if rest else "")


def field_of(rest: list[Any]) -> str:
    """The id of the field that a place within a form is typed into."""
    if rest[0] == "documents" and len(rest) > 1:
        return f"{'when' if rest[-1] == 'when' else 'document'}-{rest[1]}"
    return {"documents": "document-0"}.get(str(rest[0]), str(rest[0]))


def name_of(entry: Mapping[str, Any], language: str) -> str:
    """The name of a group or service, in another language where it has none in this one; else its id."""
    for each in (language, *LANGUAGES):
        found = entry.get(each, {})
        name = found if isinstance(found, str) else found.get("name") if isinstance(found, Mapping) else None
        if name:
            return str(name)
    return str(entry.get("id", ""))


def fee_words(fee: Any, words: Catalogue) -> str:
    """What it costs, as far as that is filled in."""
    if fee == NONE:
        return words.gettext("no fee")
    if fee == "varies":
        return words.gettext("the fee varies")
    return words.gettext("{amount} baht").format(amount=baht(fee)) if isinstance(fee, int) else str(fee or "–")


def _line(change: Change, groups: Mapping[str, str], words: Catalogue) -> Line:
    label = words.gettext(FIELDS[change.key]) if change.key in FIELDS else change.key
    if change.section == "notice":
        label = ""
    sides = [_said(change.key, side, groups, words) for side in (change.before, change.after)]
    return Line(label, change.language, *sides)


def _said(key: str, value: Any, groups: Mapping[str, str], words: Catalogue) -> tuple[str, ...]:
    if value is None:
        return ()
    if key == "fee":
        return (fee_words(value, words),)
    if value == NONE:
        return (words.gettext("none"),)
    if key == "group":
        return (groups.get(str(value), str(value)),)
    if key == "accent":
        return (words.gettext(ACCENTS[value]) if value in ACCENTS else str(value),)
    if key == "pictogram":
        return (words.gettext(PICTURES[value]) if value in PICTURES else str(value),)
    if isinstance(value, list | tuple):
        return tuple(document_words(each) for each in value)
    return (str(value),)


def document_words(each: Any) -> str:
    """A document, and in which case it is needed."""
    if isinstance(each, Mapping):
        return f"{each.get('text', '')} ({each.get('when', '')})"
    return str(each)


def _entry(path: Path, values: Values) -> Mapping[str, Any] | None:
    if len(path) < 2 or path[0] not in ("groups", "services") or not isinstance(path[1], int):
        return None
    found: Mapping[str, Any] = values[str(path[0])][path[1]]
    return found
