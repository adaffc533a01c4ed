"""The kinds of printers in a file: printers.toml, which ships, and an office's own. Strict: every mistake is told with
its line and what to write instead."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

from hardware.errors import PrintersFileError
from hardware.profile import GENERIC, Profile

SHIPPED_FILE: Final = Path(__file__).with_name("printers.toml")
MOST_BYTES: Final = 256 * 1024
AUTO: Final = "auto"
"""Not a kind of printer: take the one that the printer's own words fit."""

_CLAIMS = ("yes", "no", "ask")
_WORDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("questions", "automatic", "in_order", "echo", "identify", "full_status"), _CLAIMS),
    "cut": ("full", "partial", "none"),
}
_NUMBERS: Mapping[str, tuple[int, int, str]] = {
    "width": (128, 1280, "dots"),
    "dots_per_inch": (100, 600, "dots an inch"),
    "feed_to_edge": (0, 800, "dots"),
    "band_rows": (8, 2000, "rows"),
    "unsafe_rows": (0, 2000, "rows"),
    "buffer_bytes": (64, 16 * 1024 * 1024, "bytes"),
    "speed_mm_s": (10, 1000, "millimetres a second"),
}
_FLAGS = tuple(field.name for field in fields(Profile) if field.type is bool)
KEYS: Final = tuple(field.name for field in fields(Profile) if field.name != "name")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def shipped() -> tuple[Profile, ...]:
    """The kinds that ship, the generic one first. Raises PrintersFileError where the installation is damaged."""
    try:
        content = SHIPPED_FILE.read_bytes()
    except OSError as error:
        hint = "Install the kiosk's software again."
        raise PrintersFileError(f"{SHIPPED_FILE} cannot be read: {error.strerror}", hint=hint) from error
    return read_kinds(content, (GENERIC,))


def kinds(own: bytes | None) -> tuple[Profile, ...]:
    """All kinds, those of the office's `own` file (None: it has none) before the others, so that they recognise first;
    the generic one is always among them. Raises PrintersFileError."""
    base = shipped()
    if own is None:
        return base
    mine = read_kinds(own, base)
    names = {profile.name for profile in mine}
    return (*mine, *(profile for profile in base if profile.name not in names))


def chosen(name: str, known: tuple[Profile, ...]) -> tuple[Profile, tuple[Profile, ...]]:
    """What `printer_profile` means: the kind to begin with, and those by which the printer may be recognised instead;
    none where a kind is named. Raises PrintersFileError for a name that is not among the known."""
    by_name = {profile.name: profile for profile in known}
    if name == AUTO:
        return by_name[GENERIC.name], known
    if name not in by_name:
        raise PrintersFileError(
            f'there is no kind of printer named "{name}"', hint=_did_you_mean(name, [*by_name, AUTO], '"{}"')
        )
    return by_name[name], ()


def read_kinds(content: bytes, base: tuple[Profile, ...]) -> tuple[Profile, ...]:
    """The kinds in this file; one that is in `base` too begins as it is there, others as the generic one. Raises
    PrintersFileError for the first mistake."""
    text = _text(content)
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"\(at line (\d+)", str(error))
        raise PrintersFileError(
            f"this is not TOML: {re.sub(r' *[(]at .*', '', str(error))}",
            hint='Each line is  key = value ; text is in quotes "…"; each printer begins with its [name].',
            line=int(found[1]) if found else None,
        ) from error
    begin = {profile.name: profile for profile in base}
    return tuple(_profile(name, table, begin.get(name), text) for name, table in tables.items())


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise PrintersFileError("the file is too large", hint=f"At most {MOST_BYTES // 1024} KiB.")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        hint = "Save the file again as plain text in UTF-8."
        raise PrintersFileError("the file is not in UTF-8", hint=hint, line=line) from error


def _profile(name: str, table: Any, begin: Profile | None, text: str) -> Profile:
    if not isinstance(table, dict):
        hint = f"Write it below the [name] of a printer; known there: {_listed(KEYS)}."
        raise PrintersFileError(f"`{name}` belongs to no printer", hint=hint, line=_line(text, "", name))
    if not _NAME.fullmatch(name) or name == AUTO:
        hint = "Name a kind of printer in small letters, digits and hyphens, such as [my-printer]."
        raise PrintersFileError(f"[{name}] is no name for a kind of printer", hint=hint, line=_line(text, name))
    for key in table:
        if key not in KEYS:
            hint = _did_you_mean(key, list(KEYS), "`{}`")
            raise PrintersFileError(f"unknown key `{key}` in [{name}]", hint=hint, line=_line(text, name, key))
    if begin is None and "title" not in table:
        hint = 'Say in words what it is: title = "…".'
        raise PrintersFileError(f"missing key `title` in [{name}]", hint=hint, line=_line(text, name))
    values: dict[str, Any] = {}
    for key, value in table.items():
        try:
            values[key] = _value(key, value)
        except _BadValueError as bad:
            line = _line(text, name, key)
            raise PrintersFileError(f"`{key}` in [{name}] cannot be {value!r}", hint=str(bad), line=line) from None
    return replace(begin or replace(GENERIC, name=name), **values)


class _BadValueError(Exception):
    """Its text is what to write instead."""


def _value(key: str, value: Any) -> Any:
    if key in _WORDS:
        if not isinstance(value, str) or value not in _WORDS[key]:
            known = ", ".join(f'"{word}"' for word in _WORDS[key])
            raise _BadValueError(f"Write one of {known}.")
    elif key in _NUMBERS:
        low, high, unit = _NUMBERS[key]
        if type(value) is not int or not low <= value <= high or (key == "width" and value % 8):
            more = ", a multiple of 8" if key == "width" else ""
            raise _BadValueError(f"Write a whole number from {low} to {high} {unit}{more}, without quotes.")
    elif key in _FLAGS:
        if not isinstance(value, bool):
            raise _BadValueError("Write true or false, without quotes.")
    elif key == "models":
        if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
            raise _BadValueError('Write a list of beginnings of model names: ["TM-T88", "TM-m30"].')
        return tuple(value)
    elif not isinstance(value, str) or not value.strip():
        raise _BadValueError('Write a text in quotes "…".')
    return value


def _did_you_mean(word: str, known: list[str], form: str) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {form.format(near[0])}?"
    return "Known here: " + ", ".join(form.format(each) for each in known) + "."


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _line(text: str, table: str, key: str | None = None) -> int | None:
    """The line of a table's head, or of a key in it. None where it stands in a form that is not looked for."""
    here = ""
    for number, line in enumerate(text.split("\n"), 1):
        head = re.match(r"\s*\[\s*[\"']?([^\]\"']+?)[\"']?\s*\]", line)
        if head:
            here = head[1]
            if key is None and here == table:
                return number
        elif key is not None and here == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return None
