"""Letters that no typeface of the kiosk has, found in an office's file before it is used.

Office texts are typed and pasted: "m²", a telephone sign, a check mark. A screen cannot show what no typeface has, and
finding that out while a citizen waits is too late. So such a file is refused with its lines, and the last good copy
runs on.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from fonts.errors import FontsError
from fonts.legible import unshown
from sync.errors import ConfigError
from sync.strict_toml import Document, parse
from sync.toml_lines import Path

HINT = "Write it in words, or with other letters."
_ESCAPES = ("\\", '"""', "'''", "\t")
"""With these a value may hold a character that its file does not show."""


def illegible(content: bytes, section: str | None = None) -> tuple[ConfigError, ...]:
    """What cannot be shown of a TOML file's texts (those of one section), by line; remarks may hold anything.

    Raises ConfigError where the file cannot be read at all. Without typefaces nothing is found.
    """
    try:
        return _illegible(content, section)
    except FontsError:
        return ()


def illegible_in(values: object) -> list[str]:
    """What cannot be shown of the texts in these values, a line for each. Without typefaces nothing is found."""
    try:
        found = [(path, bad) for path, text in _texts(values, ()) if (bad := unshown(text))]
    except FontsError:
        return []
    return [f"{'.'.join(map(str, path))}: no typeface of the kiosk has {_names(bad)}" for path, bad in found]


def _illegible(content: bytes, section: str | None) -> tuple[ConfigError, ...]:
    plain = content.decode("utf-8", "replace")
    if not any(mark in plain for mark in _ESCAPES) and not unshown(plain.replace("\r\n", "").replace("\n", "")):
        return ()
    document = parse(content)
    values = document.values if section is None else {section: document.values.get(section)}
    return tuple(_wrong(document, path, bad) for path, text in _texts(values, ()) if (bad := unshown(text)))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, (*path, index))


def _wrong(document: Document, path: Path, bad: str) -> ConfigError:
    return document.wrong(path, f"no typeface of the kiosk has {_names(bad)}", HINT)


def _names(bad: str) -> str:
    return ", ".join(_called(each) for each in bad)


def _called(character: str) -> str:
    if character == "\n":
        return "a line break"
    name = unicodedata.name(character, "a control character")
    return f"{character} ({name})" if character.isprintable() else f"U+{ord(character):04X} ({name})"
