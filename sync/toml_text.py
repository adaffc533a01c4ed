"""Writing a TOML document as people would: sections below each other, one line an item where lists are long. Pure.

For the documents of this house: text, whole numbers, true and false, dates, lists and sections.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = 100
"""A list up to so many characters stands on one line."""
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def toml_text(values: Mapping[str, Any]) -> str:
    """The document; `tomllib` reads the same values from it. Raises TypeError for a value that has no place in one."""
    return "\n\n".join("\n".join(part) for part in _parts(values, ())) + "\n"


def _parts(values: Mapping[str, Any], path: tuple[str, ...], head: str = "") -> Iterator[list[str]]:
    """A section and those below it, each with its lines."""
    own = {key: each for key, each in values.items() if not _is_section(each, path)}
    lines = [head] if head else []
    lines += [f"{_key(key)} = {_value(each)}" for key, each in own.items()]
    if lines:
        yield lines
    for key, each in values.items():
        where = (*path, key)
        name = ".".join(map(_key, where))
        if key in own:
            continue
        if isinstance(each, Mapping):
            yield from _parts(each, where, f"[{name}]")
        else:
            for item in each:
                yield from _parts(item, where, f"[[{name}]]")


def _is_section(value: Any, path: tuple[str, ...]) -> bool:
    """Lists of sections stand at the top of a document only; further down a list of tables is written in one line."""
    several = isinstance(value, list | tuple) and bool(value) and all(isinstance(item, Mapping) for item in value)
    return isinstance(value, Mapping) or (several and not path)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case date():
            return value.isoformat()
        case str():
            return _quoted(value)
        case list() | tuple():
            return _listed([_value(each) for each in value])
        case Mapping():
            return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    raise TypeError(f"no value of a document: {value!r}")


def _listed(items: list[str]) -> str:
    line = f"[{', '.join(items)}]"
    return line if len(line) <= _SHORT else "[\n" + "".join(f"    {each},\n" for each in items) + "]"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)


def _quoted(text: str) -> str:
    shown = (
        _ESCAPES.get(each) or (each if each.isprintable() or ord(each) > 0x9F else f"\\u{ord(each):04X}")
        for each in text
    )
    return '"' + "".join(shown) + '"'
