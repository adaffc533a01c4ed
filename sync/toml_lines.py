"""Where each key of a TOML document stands. tomllib tells values only; a message to a technician needs the line.

The walker follows TOML 1.0 closely enough for documents that tomllib accepts, and never fails on others: it stops where
it no longer understands, and what it found up to there is right.
"""

import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys from the root down; an int is the place in an array, from 0."""

_SPACE = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}#\n]+")


@dataclass(slots=True)
class Lines:
    """`first` is the line of each path, from 1; `twice` the first key that is given a second value, with both lines."""

    first: dict[Path, int] = field(default_factory=dict)
    twice: tuple[Path, int, int] | None = None

    def of(self, path: Path) -> int | None:
        """The line of this path, else of the nearest table around it that has one."""
        while path and path not in self.first:
            path = path[:-1]
        return self.first.get(path)


def lines_of(text: str) -> Lines:
    """The line of every key, table and array item in `text` (line ends: line feeds)."""
    walker = _Walker(text)
    with suppress(_Lost, RecursionError):
        walker.document()
    return walker.lines


class _Lost(Exception):
    """The walker met something that is not TOML."""


class _Walker:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines = Lines()
        self.counted, self.counted_to = 1, 0
        self.items: dict[Path, int] = {}
        self.leaves: set[Path] = set()

    def document(self) -> None:
        table: Path = ()
        self.skip(_SPACE)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(_SPACE)

    def header(self) -> Path:
        line = self.line()
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        path = self.inside(self.key())
        self.expect("]]" if array else "]")
        if array:
            self.note(path, line)
            self.items[path] = self.items.get(path, -1) + 1
            path = (*path, self.items[path])
        elif path in self.leaves:
            self.again(path, line)
        else:
            self.leaves.add(path)
        self.note(path, line)
        return path

    def inside(self, keys: list[str]) -> Path:
        """The path of a header: a step through an array of tables goes to its newest table."""
        path: Path = ()
        for key in keys:
            if path in self.items:
                path = (*path, self.items[path])
            path = (*path, key)
        return path

    def pair(self, table: Path) -> None:
        line = self.line()
        path: Path = table
        for key in self.key():
            path = (*path, key)
            self.note(path, line)
        if path in self.leaves:
            self.again(path, line)
        self.leaves.add(path)
        self.expect("=")
        self.skip(_BLANK)
        self.value(path)

    def key(self) -> list[str]:
        keys = []
        while True:
            self.skip(_BLANK)
            keys.append(self.simple_key())
            self.skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def simple_key(self) -> str:
        if self.text[self.at : self.at + 1] in {'"', "'"}:
            try:
                return str(tomllib.loads("k = " + self.take(_STRING))["k"])
            except tomllib.TOMLDecodeError as error:
                raise _Lost from error
        return self.take(_BARE)

    def value(self, path: Path) -> None:
        start = self.text[self.at : self.at + 1]
        if start == "[":
            self.array(path)
        elif start == "{":
            self.inline_table(path)
        else:
            self.take(_STRING if start in {'"', "'"} else _PLAIN)

    def array(self, path: Path) -> None:
        self.at += 1
        index = 0
        self.skip(_SPACE)
        while not self.text.startswith("]", self.at):
            self.note((*path, index), self.line())
            self.value((*path, index))
            index += 1
            self.skip(_SPACE)
            if self.text.startswith(",", self.at):
                self.at += 1
                self.skip(_SPACE)
            elif not self.text.startswith("]", self.at):
                raise _Lost
        self.at += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        self.skip(_SPACE)
        while not self.text.startswith("}", self.at):
            self.pair(path)
            self.skip(_SPACE)
            if self.text.startswith(",", self.at):
                self.at += 1
                self.skip(_SPACE)
            elif not self.text.startswith("}", self.at):
                raise _Lost
        self.at += 1

    def line(self) -> int:
        self.counted += self.text.count("\n", self.counted_to, self.at)
        self.counted_to = self.at
        return self.counted

    def note(self, path: Path, line: int) -> None:
        self.lines.first.setdefault(path, line)

    def again(self, path: Path, line: int) -> None:
        if self.lines.twice is None:
            self.lines.twice = (path, self.lines.first[path], line)

    def take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise _Lost
        self.at = found.end()
        return found[0]

    def skip(self, pattern: re.Pattern[str]) -> None:
        self.take(pattern)

    def expect(self, mark: str) -> None:
        self.skip(_BLANK)
        if not self.text.startswith(mark, self.at):
            raise _Lost
        self.at += len(mark)
