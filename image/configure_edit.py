"""Changing single values of a kiosk.toml, every other line left as it is: remarks are the technician's own. Pure."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from image.errors import ImageError
from sync.box_words import PIN_DIGITS, pin_weakness
from sync.config import KIOSK_ROLE, ROLES
from sync.config_roles import shape_of
from sync.strict_toml import Choice, Flag, ListOf, Sections, Table, Text
from sync.toml_lines import Path, lines_of
from sync.toml_text import toml_text
from sync.used_codes import SERVER, SERVICE_PIN

NEW = "new"
"""Written for a PIN: one is made up."""
LEAST_PIN = 10 ** (PIN_DIGITS - 1)
"""A spreadsheet would drop a zero before the other digits."""

SHORT: Mapping[str, Path] = {
    "code": SERVER,
    "pin": SERVICE_PIN,
    "url": ("server", "url"),
    "hostname": ("network", "hostname"),
    "address": ("network", "address"),
    "gateway": ("network", "gateway"),
    "dns": ("network", "dns"),
    "ssid": ("network", "wifi", "ssid"),
    "passphrase": ("network", "wifi", "passphrase"),
    "width_mm": ("screen", "width_mm"),
    "height_mm": ("screen", "height_mm"),
}
"""What may be said without its section; "counter" is the number of the first [[counters]]."""
_ASSIGNED = re.compile(
    r"""^(\s*[\w."'-]+\s*=\s*)("(?:[^"\\]|\\.)*"|'[^']*'|\[[^\[\]#]*\]|[^\s"'\[{#]+)(\s*(?:#.*)?)$"""
)


def path_of(name: str) -> Path:
    """The keys from the root down: "screen.width_mm", "counters.1.counter" (counted from 1), or a short name."""
    if name == "counter":
        return ("counters", 0, "counter")
    if name in SHORT:
        return SHORT[name]
    return tuple(int(part) - 1 if part.isdecimal() else part for part in name.split("."))


def known_names() -> list[str]:
    """Every key that may be set, as it is written."""
    found = {"role", "counter", *SHORT}
    for role in ROLES:
        for place, table in shape_of(role).table.sections():
            for key in table.keys:
                names = key.kind.names if isinstance(key.kind, Sections) else (None,)
                if isinstance(key.kind, Table) or (isinstance(key.kind, ListOf) and isinstance(key.kind.kind, Table)):
                    continue
                parts = ["1" if part == -1 else str(part) for part in (*place, key.name)]
                found |= {".".join([*parts, name] if name else parts) for name in names}
    return sorted(found)


def is_known(name: str) -> bool:
    """Whether a key may be called so; the number of a counter is any."""
    return re.sub(r"\b[1-9]\b", "1", name) in known_names()


def value_of(path: Path, text: str, below: Callable[[int], int]) -> Any:
    """What this text means for the key: a number, a truth value, a list ("th; en"), or the text itself. `below(n)` is
    an unpredictable number from 0 to n - 1."""
    if (path, text.strip()) == (SERVICE_PIN, NEW):
        return new_pin(below)
    kind = _kind(path)
    if isinstance(kind, ListOf):
        return [_single(kind.kind, part.strip()) for part in text.split(";") if part.strip()]
    return _single(kind, text.strip())


def new_pin(below: Callable[[int], int]) -> str:
    """A PIN that a box takes."""
    while True:
        pin = str(LEAST_PIN + below(9 * LEAST_PIN))
        if pin_weakness(pin) is None:
            return pin


def _single(kind: Any, text: str) -> Any:
    if isinstance(kind, Flag) and text in ("true", "false"):
        return text == "true"
    plain = isinstance(kind, Text | Choice | Sections)
    return text if plain or not re.fullmatch(r"-?\d{1,9}", text) else int(text)


def _kind(path: Path) -> Any:
    for role in (KIOSK_ROLE, *ROLES):
        kind: Any = shape_of(role).table
        for part in path:
            if isinstance(part, int):
                kind = kind.kind if isinstance(kind, ListOf) else None
            elif isinstance(kind, Table):
                kind = next((key.kind for key in kind.keys if key.name == part), None)
            elif isinstance(kind, Sections):
                kind = kind.kind
            else:
                kind = None
        if kind is not None:
            return kind
    return Text()


def edited(text: str, changes: Sequence[tuple[Path, Any]]) -> str:
    """The same file with these values. Raises ImageError where a value cannot be changed without touching others."""
    for path, value in changes:
        before = tomllib.loads(text)
        text = _placed(text, path, value)
        expected = _with(before, path, value)
        try:
            right = tomllib.loads(text) == expected
        except tomllib.TOMLDecodeError:
            right = False
        if not right:
            name = ".".join(map(str, path))
            raise ImageError(f"`{name}` cannot be changed in this file by itself", hint="Change it with an editor.")
    return text


def without(text: str, names: set[str]) -> str:
    """The same file without these keys and sections at its top level; remarks stay."""
    kept, skipping = list[str](), False
    for line in text.split("\n"):
        header = re.match(r"\s*\[+\s*([\w-]+)", line)
        if header:
            skipping = header[1] in names
        key = re.match(r"\s*([\w-]+)\s*=", line)
        top = key is not None and not any(re.match(r"\s*\[", each) for each in kept)
        if skipping or (top and key is not None and key[1] in names):
            continue
        kept.append(line)
    return "\n".join(kept)


def _placed(text: str, path: Path, value: Any) -> str:
    lines, found = text.split("\n"), lines_of(text).first
    written = toml_text({"x": value}).removeprefix("x = ").rstrip("\n")
    if path in found:
        assigned = _ASSIGNED.match(lines[found[path] - 1])
        if assigned:
            lines[found[path] - 1] = assigned[1] + written + assigned[3]
        return "\n".join(lines)
    section, line = path[:-1], f"{path[-1]} = {written}"
    if not section:
        lines.insert(_first_section(lines), line)
    elif section in found and any(part for part in section):
        lines.insert(found[section], line)
    elif not any(isinstance(part, int) for part in section):
        lines += (
            [f"[{'.'.join(map(str, section))}]", line, ""]
            if lines[-1] == ""
            else ["", f"[{'.'.join(map(str, section))}]", line, ""]
        )
    return "\n".join(lines)


def _first_section(lines: Sequence[str]) -> int:
    return next((at for at, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))


def _with(values: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    made: Any = {**values}
    here: Any = made
    for part in path[:-1]:
        if isinstance(part, int):
            if not isinstance(here, list) or part >= len(here):
                raise ImageError(f"there is no [[{path[0]}]] number {part + 1}", hint="Write it into the file first.")
            here[part] = {**here[part]}
        else:
            inner = here.get(part, {})
            here[part] = list(inner) if isinstance(inner, list) else {**inner}
        here = here[part]
    here[path[-1]] = value
    return dict(made)
