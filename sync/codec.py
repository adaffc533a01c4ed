"""The one true form of a fact in bytes (docs/journal.md, "Row").

A row is a JSON array in the canonical form of RFC 8785, narrowed further: integers only, object keys that are plain
lower-case names, a limited depth and size. Because the form is unique, the bytes themselves are kept, hashed, signed
and moved; nothing is ever encoded a second time on the way.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import GenericAlias
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec

from sync.errors import NotCanonical
from sync.types import BootId, BootMs, Seq

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

MAX_ROW_BYTES = 256 * 1024
MAX_DEPTH = 8
MAX_INT = 2**53 - 1
"""Largest integer that every JSON reader keeps exactly (RFC 7493, 2.2)."""

_KIND = re.compile(r"[a-z]+(?:\.[a-z_]+)+")
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_HEX32 = re.compile(r"[0-9a-f]{32}")


def _value(depth: int) -> Any:
    """What may stand at this depth of a body, for msgspec to refuse all else while it reads. What is deepest is left
    to `_decode_slowly`."""
    scalar: Any = None | bool | Annotated[int, msgspec.Meta(ge=-MAX_INT, le=MAX_INT)] | str
    if depth == MAX_DEPTH:
        return scalar
    within = _value(depth + 1)
    return scalar | GenericAlias(list, within) | GenericAlias(dict, (str, within))


if TYPE_CHECKING:
    _Seq: TypeAlias = Seq
    _Version: TypeAlias = int
    _BootMs: TypeAlias = BootMs
    _Body: TypeAlias = Mapping[str, Json]
else:
    _Seq = _Version = Annotated[int, msgspec.Meta(ge=1, le=MAX_INT)]
    _BootMs = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT)]
    _Body = dict[str, _value(2)]


class Fact(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """One row of a journal: what happened (`kind`, `version`, `body`) and when (`boot_id`, `boottime_ms`)."""

    seq: _Seq
    kind: str
    version: _Version
    boot_id: BootId
    boottime_ms: _BootMs
    body: _Body


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact that has no place in a journal yet."""

    kind: str
    version: int
    body: Mapping[str, Json]


def encode(fact: Fact) -> bytes:
    """The canonical bytes of a fact, without a line end.

    Raises NotCanonical where the fact holds something that has no canonical form.
    """
    body = dict(fact.body)
    _check_frame(fact)
    _check_value(body, depth=1)
    try:
        data = _dump([fact.seq, fact.kind, fact.version, fact.boot_id, fact.boottime_ms, body])
    except (UnicodeEncodeError, TypeError, ValueError) as error:
        raise NotCanonical(f"fact {fact.kind}: {error}", hint=_HINT) from error
    if len(data) > MAX_ROW_BYTES:
        raise NotCanonical(f"fact {fact.kind} takes {len(data)} bytes", hint=f"At most {MAX_ROW_BYTES} bytes.")
    return data


def decode(data: bytes) -> Fact:
    """The fact that these canonical bytes stand for. Raises NotCanonical for any other bytes."""
    if len(data) > MAX_ROW_BYTES:
        raise NotCanonical(f"a row of {len(data)} bytes", hint=f"At most {MAX_ROW_BYTES} bytes.")
    try:
        fact = _read(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_slowly(data)  # which says what is wrong
    if not (_is_kind(fact.kind) and _is_boot(fact.boot_id)):
        _check_frame(fact)
    body = fact.body
    if not _are_keys(tuple(body)):
        _check_value(body, depth=1)
    if data.count(b"{") > 1 or data.find(b"[", 1) > 0:  # there may be more names within
        for value in body.values():
            if type(value) is dict:
                if not _are_keys(tuple(value)) or not _NESTING.isdisjoint(map(type, value.values())):
                    _check_value(value, depth=2)
            elif type(value) is list and value and not _NESTING.isdisjoint(map(type, value)):
                _check_value(value, depth=2)
    if _dump(fact) != data:
        raise NotCanonical("the same fact has another canonical form", hint=_HINT)
    return fact


def _decode_slowly(data: bytes) -> Fact:
    try:
        row = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotCanonical(f"not JSON: {error}", hint=_HINT) from error
    if not isinstance(row, list) or len(row) != 6 or not isinstance(row[5], dict):
        raise NotCanonical("a row is an array of six: seq, kind, version, boot_id, boottime_ms, body", hint=_HINT)
    fact = Fact(*row)
    _check_frame(fact)
    _check_value(row[5], depth=1)
    if _dump(row) != data:
        raise NotCanonical("the same fact has another canonical form", hint=_HINT)
    return fact


def parse(data: bytes) -> Fact:
    """The fact in a row that was judged before (it lies in our own journal): not held to its canonical form again.

    Four times as fast as `decode`, for the fold at a machine's start. Raises NotCanonical where it is no row at all.
    """
    try:
        return Fact(*msgspec.json.decode(data))
    except (msgspec.DecodeError, TypeError, UnicodeDecodeError) as error:
        raise NotCanonical(f"no row: {error}", hint="Run `python -m sync verify` on the journal.") from error


_HINT = "See docs/journal.md, 'Row'. The sender has to be mended; nothing was stored."


_read = msgspec.json.Decoder(Fact).decode
_dump = msgspec.json.Encoder(order="sorted").encode
"""Keys are plain lower-case names, so that their order by bytes is that of RFC 8785; a test holds every letter to
another encoder."""


@lru_cache(4096)
def _is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


@lru_cache(4096)
def _is_kind(text: str) -> bool:
    return len(text) <= 64 and _KIND.fullmatch(text) is not None


@lru_cache(4096)
def _is_boot(text: str) -> bool:
    return _HEX32.fullmatch(text) is not None


@lru_cache(4096)
def _are_keys(names: tuple[str, ...]) -> bool:
    return all(map(_is_key, names))


def _is_int(value: object, low: int) -> bool:
    return type(value) is int and low <= value <= MAX_INT


def _check_frame(fact: Fact) -> None:
    if not _is_int(fact.seq, 1):
        wrong = "seq is not a whole number from 1"
    elif not _is_int(fact.version, 1):
        wrong = "version is not a whole number from 1"
    elif not _is_int(fact.boottime_ms, 0):
        wrong = "boottime_ms is not a whole number from 0"
    elif type(fact.kind) is not str or not _is_kind(fact.kind):
        wrong = "kind has no name"
    elif type(fact.boot_id) is not str or not _is_boot(fact.boot_id):
        wrong = "boot_id is not 32 hex digits"
    else:
        return
    raise NotCanonical(f"{wrong}: {str(fact)[:200]}", hint=_HINT)


_NESTING = frozenset({dict, list})


def _check_value(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotCanonical(f"a body nested deeper than {MAX_DEPTH}", hint=_HINT)
    kind = type(value)
    if kind is str or value is None or kind is bool or _is_int(value, -MAX_INT):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not str or not _is_key(key):
                raise NotCanonical(f"key {key!r} is not a plain lower-case name", hint=_HINT)
            _check_value(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_value(item, depth + 1)
    else:
        raise NotCanonical(f"{value!r} has no canonical form", hint=_HINT)
