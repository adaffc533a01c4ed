"""The keys of catalogue.toml and what each may hold. Pure."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sync.catalogue_texts import text_fault
from sync.errors import ConfigError
from sync.services import NONE, SERIES, DocumentNeeded, Fee
from sync.strict_toml import Choice, Document, Key, Kind, Text, Whole
from sync.toml_lines import Path

MOST_CASES = 9
MOST_STEPS = 9
MOST_DOCUMENTS = 12


class Several(ConfigError):
    """More than one mistake in one value."""

    def __init__(self, errors: tuple[ConfigError, ...], *, hint: str) -> None:
        super().__init__("; ".join(map(str, errors)), hint=hint, line=errors[0].line)
        self.errors = errors


def _all(readings: Iterable[Callable[[], Any]]) -> tuple[Any, ...]:
    """What all of these give. Raises Several with every mistake of every one."""
    found, errors = [], list[ConfigError]()
    for reading in readings:
        try:
            found.append(reading())
        except Several as error:
            errors += error.errors
        except ConfigError as error:
            errors.append(error)
    if errors:
        raise Several(tuple(errors), hint=errors[0].hint)
    return tuple(found)


def _named(path: Path) -> str:
    """How a problem names a text within its service, group or notice: `documents`, item 2, `when`."""
    within = path[{"services": 3, "groups": 2}.get(str(path[0]), 1) :]
    return ", ".join(f"item {part + 1}" if isinstance(part, int) else f"`{part}`" for part in within)


@dataclass(frozen=True, slots=True)
class Said:
    """A text for readers of a language: not blank, not left open, in its letters."""

    language: str

    def read(self, value: Any, path: Path, document: Document) -> str:
        if isinstance(value, str):
            fault = text_fault(value, self.language)
            if fault:
                raise document.wrong(path, f"{_named(path)} {fault[0]}", fault[1])
        text: str = Text().read(value, path, document)
        return text


@dataclass(frozen=True, slots=True)
class SaidOrNone:
    """A text, or "none" in so many words."""

    language: str

    def read(self, value: Any, path: Path, document: Document) -> str:
        return NONE if value == NONE else Said(self.language).read(value, path, document)


@dataclass(frozen=True, slots=True)
class _FeeKind:
    def read(self, value: Any, path: Path, document: Document) -> Fee:
        if type(value) is int:
            satang: int = Whole(1, 100_000_000, "satang").read(value, path, document)
            return satang
        hint = 'Write the satang as a number (20 baht: 2000), or "none", or "varies" with a `fee_note`.'
        if value == "none":
            return "none"
        if value == "varies":
            return "varies"
        raise document.wrong(path, '`fee` is neither an amount nor "none"', hint)


@dataclass(frozen=True, slots=True)
class _DocumentKind:
    """A document: a text, or { text = "…", when = "…" }."""

    language: str

    def read(self, value: Any, path: Path, document: Document) -> DocumentNeeded:
        said = Said(self.language)
        if not isinstance(value, dict):
            return DocumentNeeded(said.read(value, path, document))
        strange = [name for name in value if name not in {"text", "when"}]
        if strange or "text" not in value:
            told = f"unknown key `{strange[0]}`" if strange else "`text` is missing"
            raise document.wrong(path, f"{told} in a document", 'Write { text = "…", when = "…" }.')
        keys = ("text", "when") if "when" in value else ("text",)
        found = _all(partial(said.read, value[key], (*path, key), document) for key in keys)
        return DocumentNeeded(*found)


@dataclass(frozen=True, slots=True)
class _Each:
    """A list of values of one kind; every mistake in it is told."""

    kind: Kind
    most: int

    def read(self, value: Any, path: Path, document: Document) -> tuple[Any, ...]:
        name = _named(path)
        if not isinstance(value, list):
            raise document.wrong(path, f"{name} has to be a list", "Write [ … , … ].")
        if not value:
            raise document.wrong(path, f"{name} is empty", f"It needs 1 to {self.most}.")
        if len(value) > self.most:
            raise document.wrong(path, f"{name} has {len(value)} values", f"It needs 1 to {self.most}.")
        return _all(partial(self.kind.read, item, (*path, index), document) for index, item in enumerate(value))


@dataclass(frozen=True, slots=True)
class _DocumentsKind:
    language: str

    def read(self, value: Any, path: Path, document: Document) -> tuple[DocumentNeeded, ...]:
        if value == NONE:
            return ()
        if value == []:
            raise document.wrong(path, "`documents` is empty", 'Where none is needed, write documents = "none".')
        return _Each(_DocumentKind(self.language), MOST_DOCUMENTS).read(value, path, document)


def _is_id(text: str) -> tuple[str, str] | None:
    plain = re.fullmatch(r"[a-z][a-z0-9-]{0,31}", text)
    return None if plain else (f'"{text}" is no id', "Small letters, digits and hyphens, a letter first.")


ID = Text(_is_id)


def group_keys(accents: Collection[str] | None, pictograms: Collection[str] | None) -> tuple[Key, ...]:
    """The keys of [[groups]], but for the names."""
    return (
        Key("id", ID, "a short name for files and programs"),
        Key("accent", _one_of(accents), "its colour"),
        Key("pictogram", _one_of(pictograms), "its picture"),
    )


def service_keys(accents: Collection[str] | None, pictograms: Collection[str] | None) -> tuple[Key, ...]:
    """The keys of [[services]], but for the texts."""
    return (
        Key("id", ID, "a short name for files and programs"),
        Key("group", ID, "the id of its group"),
        Key("series", Choice(tuple(SERIES)), "the letter of its queue numbers"),
        Key("accent", _one_of(accents), "its own colour, where it is not that of its group", None),
        Key("pictogram", _one_of(pictograms), "its picture"),
        Key("minutes", Whole(1, 8 * 60, "minutes"), "its standard time in minutes"),
        Key("fee", _FeeKind(), 'its fee in satang, or "none"'),
        Key("cases", Whole(1, MOST_CASES), "how many cases of it one visit may have", None),
        Key("spoken", ID, "the id of its recorded name", None),
    )


def text_keys(language: str) -> tuple[Key, ...]:
    """The keys of [services.LANGUAGE]."""
    said = Said(language)
    return (
        Key("name", said, "the service's name"),
        Key("short", said, "a shorter name for narrow places", None),
        Key("steps", _Each(said, MOST_STEPS), "the list of steps"),
        Key("documents", _DocumentsKind(language), 'the list of documents, or "none"'),
        Key("hours", said, "the hours of service"),
        Key("channel", SaidOrNone(language), 'where else it can be done, or "none"'),
        Key("complaints", said, "where to complain"),
        Key("fee_note", said, "how the fee is made up", None),
    )


def _one_of(words: Collection[str] | None) -> Kind:
    return Text() if words is None else Choice(tuple(words))
