"""What became of a document between two versions: as data, for people to read (server.editor_words). Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from server.document import Values
from sync.config import LANGUAGES


class What(StrEnum):
    """What became of it."""

    ADDED = "added"
    GONE = "gone"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """`section` and `name`: of which group or service (of the notice: no name), named by `entry` as it is, or was.

    `key`: of a changed field, "" where the whole is meant; `language`: of a text. `before` and `after`: what it said;
    of a list, the items that are not in both.
    """

    what: What
    section: str
    name: str
    entry: Mapping[str, Any]
    key: str = ""
    language: str = ""
    before: Any = None
    after: Any = None


def changes(before: Values, after: Values) -> tuple[Change, ...]:
    """Every difference, in the order of the document as it is."""
    return (*_notice(before, after), *_section("groups", before, after), *_section("services", before, after))


def _notice(before: Values, after: Values) -> Iterator[Change]:
    one, other = before.get("notice", {}), after.get("notice", {})
    yield from _fields("notice", {}, "", one, other, LANGUAGES)


def _section(section: str, before: Values, after: Values) -> Iterator[Change]:
    old = {str(each.get("id")): each for each in before.get(section, ())}
    new = {str(each.get("id")): each for each in after.get(section, ())}
    away = moved([each for each in old if each in new], [each for each in new if each in old])
    for name, entry in new.items():
        if name not in old:
            yield Change(What.ADDED, section, name, entry)
            continue
        if name in away:
            yield Change(What.MOVED, section, name, entry)
        if section == "groups":
            yield from _fields(section, entry, "", old[name], entry, _keys(old[name], entry))
        else:
            yield from _service(entry, old[name])
    for name, entry in old.items():
        if name not in new:
            yield Change(What.GONE, section, name, entry)


def _service(entry: Mapping[str, Any], old: Mapping[str, Any]) -> Iterator[Change]:
    one, other = ({key: each for key, each in side.items() if key not in LANGUAGES} for side in (old, entry))
    yield from _fields("services", entry, "", one, other, _keys(one, other))
    for language in LANGUAGES:
        one, other = old.get(language, {}), entry.get(language, {})
        yield from _fields("services", entry, language, one, other, _keys(one, other))


def _keys(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return [*other, *(key for key in one if key not in other)]


def _fields(
    section: str,
    entry: Mapping[str, Any],
    language: str,
    one: Mapping[str, Any],
    other: Mapping[str, Any],
    keys: Sequence[str],
) -> Iterator[Change]:
    """The fields that differ. Names by language are in that language, whatever they belong to."""
    name = str(entry.get("id", ""))
    for key in keys:
        if one.get(key) == other.get(key):
            continue
        was, now = apart(one.get(key), other.get(key))
        field, of_language = ("name", key) if key in LANGUAGES else (key, language)
        yield Change(What.CHANGED, section, name, entry, field, of_language, was, now)


def apart(before: Any, after: Any) -> tuple[Any, Any]:
    """Two values; of two lists only what is not in both, or both whole where the order alone differs."""
    if not isinstance(before, list | tuple) or not isinstance(after, list | tuple):
        return before, after
    was = [each for each in before if each not in after]
    now = [each for each in after if each not in before]
    return (was, now) if was or now else (before, after)


def moved(before: Sequence[str], after: Sequence[str]) -> frozenset[str]:
    """As few as possible of these, the same in both, that stand elsewhere."""
    kept: set[str] = set()
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        kept.update(before[block.a : block.a + block.size])
    return frozenset(after) - kept
