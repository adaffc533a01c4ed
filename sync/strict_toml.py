"""Reading a configuration so that every mistake is told: what, on which line, and what to write instead. Pure.

A file's shape is data: a `Table` of `Key`s, each with the kind of its value and a sentence of help. `read` gives plain
values (dict, list → tuple, str, int, bool), with defaults filled in, or the first mistake as a ConfigError.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sync.errors import ConfigError
from sync.toml_lines import Lines, Path, lines_of

MAX_BYTES = 256 * 1024
REQUIRED: Any = object()
"""The default of a key that must be there."""
ANY = -1
"""In a path: whichever table of a list."""

_CURLY = re.compile("[“”„‟‘’‚«»]")


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file that could be read: its values, the line of each key, and the shape it is read by."""

    values: Mapping[str, Any]
    lines: Lines
    shape: "Table | None" = None

    def wrong(self, path: Path, message: str, hint: str) -> ConfigError:
        """The error for a mistake at this key."""
        return ConfigError(message, hint=hint, line=self.lines.of(path), path=path)


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in a document: its keys from the root down, its line (0: of the whole file), and what it is."""

    path: Path
    line: int
    text: str


class Kind(Protocol):
    """What a value must be. `read` gives the value to keep or raises the ConfigError that `document.wrong` makes."""

    def read(self, value: Any, path: Path, document: Document) -> Any: ...


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table. `help` completes the sentence "`key` is …"; without `default` it must be there."""

    name: str
    kind: Kind
    help: str
    default: Any = REQUIRED


def parse(data: bytes | str) -> Document:
    """The document in these bytes. A byte order mark and CR LF line ends, as Windows editors make them, are accepted.

    Raises ConfigError for bytes that are not UTF-8 or hold a NUL, broken TOML and a key given twice.
    """
    text = _decoded(data) if isinstance(data, bytes) else data
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise ConfigError("the file is too large to be a configuration", hint=f"At most {MAX_BYTES // 1024} KiB.")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ConfigError("there is a NUL character in the file", hint=_SAVE_UTF8, line=line)
    lines = lines_of(text)
    try:
        return Document(tomllib.loads(text), lines)
    except RecursionError as error:
        raise ConfigError("the file is nested too deeply", hint=_SEE_EXAMPLE) from error
    except ValueError as error:
        raise _broken(str(error), text, lines) from error


def read(document: Document, table: "Table") -> dict[str, Any]:
    """The values of the whole document by this table. Raises ConfigError for the first mistake."""
    return table.read(document.values, (), replace(document, shape=table))


@dataclass(frozen=True, slots=True)
class Table:
    """A table with exactly these keys; others are mistakes."""

    keys: tuple[Key, ...]

    def read(self, value: Any, path: Path, document: Document) -> dict[str, Any]:
        where = name_of(path)
        if not isinstance(value, Mapping):
            shown = name_of((*path[:-1], ANY) if isinstance(path[-1], int) else path)
            hint = f"Write it as a section: {shown}, and its keys below."
            raise document.wrong(path, f"{where} has to be a section, not {_what(value)}", hint)
        known = {key.name: key for key in self.keys}
        for name in value:
            if name not in known:
                hint = _unknown_hint(name, path, list(known), document.shape)
                raise document.wrong((*path, name), f"unknown key `{name}` {_within(path)}", hint)
        return {key.name: self._one(key, value, path, document) for key in self.keys}

    def _one(self, key: Key, value: Mapping[str, Any], path: Path, document: Document) -> Any:
        if key.name in value:
            return key.kind.read(value[key.name], (*path, key.name), document)
        if key.default is not REQUIRED:
            return key.default
        message = f"missing key `{key.name}` {_within(path)}"
        astray = [found for found in document.lines.first if found[-1] == key.name and found[:-1] != path]
        if astray:
            hint = f"It stands in {name_of(astray[0][:-1])}: move it {_to(path)}."
            raise document.wrong(astray[0], message, hint)
        raise document.wrong(path, message, f"`{key.name}` is {key.help}.")

    def sections(self) -> list[tuple[Path, "Table"]]:
        """This table and the tables below it, with their paths."""
        found: list[tuple[Path, Table]] = [((), self)]
        for key in self.keys:
            kind = key.kind
            place: Path = (key.name,)
            if isinstance(kind, ListOf):
                kind, place = kind.kind, (key.name, ANY)
            if isinstance(kind, Table):
                found += [((*place, *path), table) for path, table in kind.sections()]
        return found


@dataclass(frozen=True, slots=True)
class Text:
    """A string, not blank. `check` gives None or (what is wrong, hint). `secret`: it is in no message."""

    check: Callable[[str], tuple[str, str] | None] = lambda _: None
    convert: Callable[[str], Any] = str
    secret: bool = False

    def read(self, value: Any, path: Path, document: Document) -> Any:
        name = key_of(path)
        if not isinstance(value, str):
            what = "" if self.secret else f", not {_what(value)}"
            raise document.wrong(path, f"{name} has to be text{what}", 'Put it in quotes: "…".')
        if not value.strip():
            raise document.wrong(path, f"{name} is empty", "Fill it in, or take the line out.")
        if "\0" in value:
            raise document.wrong(path, f"{name} has a NUL character in it", "Take it out.")
        wrong = self.check(value)
        if wrong:
            raise document.wrong(path, f"{name}: {wrong[0]}", wrong[1])
        return self.convert(value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: Any, path: Path, document: Document) -> str:
        if isinstance(value, str) and value in self.words:
            return value
        near = difflib.get_close_matches(value, self.words, n=1) if isinstance(value, str) else []
        known = ", ".join(f'"{word}"' for word in self.words)
        hint = f'Did you mean "{near[0]}"?' if near else f"One of: {known}."
        shown = f'"{value}"' if isinstance(value, str) else _what(value)
        raise document.wrong(path, f"{key_of(path)} cannot be {shown}", hint)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `low` to `high`, in `unit`."""

    low: int
    high: int
    unit: str = ""

    def read(self, value: Any, path: Path, document: Document) -> int:
        name = key_of(path)
        span = f"from {self.low} to {self.high}{' ' + self.unit if self.unit else ''}"
        if type(value) is not int:
            hint = "Write the number without quotes." if isinstance(value, str) else f"Write a whole number {span}."
            raise document.wrong(path, f"{name} has to be a whole number, not {_what(value)}", hint)
        if not self.low <= value <= self.high:
            raise document.wrong(path, f"{name} = {value} is out of range", f"Write a whole number {span}.")
        return value


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    def read(self, value: Any, path: Path, document: Document) -> bool:
        if isinstance(value, bool):
            return value
        hint = "Write true or false, without quotes."
        raise document.wrong(path, f"{key_of(path)} has to be true or false, not {_what(value)}", hint)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of `low` to `high` values of one kind, no value twice where `distinct`."""

    kind: Kind
    low: int = 1
    high: int = 100
    distinct: bool = False

    def read(self, value: Any, path: Path, document: Document) -> tuple[Any, ...]:
        name = key_of(path)
        if not isinstance(value, list):
            several = isinstance(self.kind, Table)
            hint = f"Head each one with {name_of((*path, ANY))}." if several else "Write [ … , … ]."
            raise document.wrong(path, f"{name} has to be a list, not {_what(value)}", hint)
        items = tuple(self.kind.read(item, (*path, index), document) for index, item in enumerate(value))
        if not self.low <= len(items) <= self.high:
            wanted = f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"
            raise document.wrong(path, f"{name} has {len(items)} values", f"It needs {wanted}.")
        if self.distinct and len(set(items)) < len(items):
            twice = next(item for index, item in enumerate(items) if item in items[:index])
            raise document.wrong(path, f"{name} has {twice!r} twice", "Every value may stand once.")
        return items


def _unknown_hint(name: str, path: Path, known: list[str], shape: Table | None) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean `{near[0]}`?"
    for place, table in shape.sections() if shape else ():
        if place != path and name in {key.name for key in table.keys}:
            return f"`{name}` belongs {_to(place)}."
    return "Known here: " + ", ".join(f"`{each}`" for each in known) + "."


def key_of(path: Path) -> str:
    """How a message names a value: `levels` in [buttons], item 2."""
    keys = [part for part in path if isinstance(part, str)]
    item = f", item {path[-1] + 1}" if path and isinstance(path[-1], int) else ""
    return f"`{keys[-1]}`{' in [' + '.'.join(keys[:-1]) + ']' if len(keys) > 1 else ''}{item}"


def name_of(path: Path) -> str:
    """How a message names a table: [screen]; of a list of tables [[counters]] number 2."""
    if not path:
        return "the file"
    name = ".".join(part for part in path if isinstance(part, str))
    if not isinstance(path[-1], int):
        return f"[{name}]"
    return f"[[{name}]]" if path[-1] == ANY else f"[[{name}]] number {path[-1] + 1}"


def _within(path: Path) -> str:
    return f"in {name_of(path)}" if path else "at the top of the file"


def _to(path: Path) -> str:
    return f"under {name_of(path)}" if path else "above the first [section]"


def _what(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the text "{value}"'
    if isinstance(value, int | float):
        return f"the number {value}"
    return "a list" if isinstance(value, list) else "a section" if isinstance(value, Mapping) else "a date or time"


_SAVE_UTF8 = "Save the file again as plain text in UTF-8."
_SEE_EXAMPLE = "Compare it with the example file."


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError("the file is in UTF-16, not in UTF-8", hint=_SAVE_UTF8, line=1)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02X} is not UTF-8"
        raise ConfigError(message, hint=_SAVE_UTF8, line=line) from error


def _broken(error: str, text: str, lines: Lines) -> ConfigError:
    if lines.twice and ("overwrite" in error or "twice" in error or "Cannot" in error):
        path, first, second = lines.twice
        dotted = ".".join(map(str, path))
        return ConfigError(f"`{dotted}` stands twice: on line {first} and here", hint="Keep one of them.", line=second)
    found = re.search(r"\(at line (\d+), column (\d+)\)", error)
    line = int(found[1]) if found else text.rstrip("\n").count("\n") + 1
    reason = re.sub(r"\s*\(at .*\)$", "", error)
    shown = text.split("\n")[line - 1] if line <= text.count("\n") + 1 else ""
    if _CURLY.search(shown):
        hint = 'Curly quotes do not count: use straight ones, "…".'
    elif "\r" in shown:
        hint = "Save the file with Unix or Windows line ends."
    else:
        hint = 'Each line is  key = value ; text is in quotes "…"; a list in [ ]. ' + _SEE_EXAMPLE
    return ConfigError(f"this line is not TOML: {reason}", hint=hint, line=line)


@dataclass(frozen=True, slots=True)
class Sections:
    """A table whose keys are names of the author's choice out of `names`, each of one kind; all `needed` must be."""

    kind: Kind
    names: tuple[str, ...]
    needed: tuple[str, ...] = ()

    def read(self, value: Any, path: Path, document: Document) -> dict[str, Any]:
        keys = tuple(Key(name, self.kind, "needed", REQUIRED if name in self.needed else None) for name in self.names)
        found = Table(keys).read(value, path, document)
        return {name: item for name, item in found.items() if item is not None}
