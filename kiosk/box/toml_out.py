"""Plain values as a TOML document. Pure. For files that programs read; a technician's own file is never rewritten."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def document(values: Mapping[str, Any]) -> str:
    """These values, sections last: text, whole numbers, truth values, lists, sections, lists of sections."""
    return "".join(_table(values, ()))


def _table(values: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    lines = [f"{_key(name)} = {_value(value)}\n" for name, value in values.items() if not _below(value)]
    for name, value in values.items():
        if isinstance(value, Mapping):
            lines += [f"\n[{_dotted((*path, name))}]\n", *_table(value, (*path, name))]
        elif _below(value):
            for item in value:
                lines += [f"\n[[{_dotted((*path, name))}]]\n", *_table(item, (*path, name))]
    return lines


def _below(value: Any) -> bool:
    """Whether it is written as sections."""
    if isinstance(value, Mapping):
        return True
    return isinstance(value, Sequence) and not isinstance(value, str) and bool(value) and isinstance(value[0], Mapping)


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(map(_key, path))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    return f"[{', '.join(map(_value, value))}]"


def _text(text: str) -> str:
    return f'"{"".join(map(_character, text))}"'


def _character(each: str) -> str:
    if each in _ESCAPED:
        return _ESCAPED[each]
    return each if each.isprintable() else f"\\U{ord(each):08X}"
