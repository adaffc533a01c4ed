"""What stands in a kiosk.toml until it was used: pairing codes, the PIN. Where they are, and the same file without
them. Pure.

All other bytes stay as whoever wrote the file left them: remarks, spaces, line ends, a byte order mark.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sync.box_words import is_pin
from sync.config_words import USED, is_code
from sync.errors import ConfigError
from sync.strict_toml import parse
from sync.toml_lines import Path

SERVER: Path = ("server", "code")
UPSTREAM: Path = ("serve", "upstream", "code")
SERVICE_PIN: Path = ("service", "pin")
PLACES: Mapping[Path, Callable[[str], object | None]] = {SERVER: is_code, UPSTREAM: is_code, SERVICE_PIN: is_pin}
"""Where one may stand, and what is wrong with a text there: the code for the office's server, that for this server's
centre, the technician's PIN."""


class Code(NamedTuple):
    """A code or PIN that was not used yet, as it is written, and where its bytes are."""

    path: Path
    text: str
    start: int
    end: int


def codes_in(content: bytes) -> tuple[Code, ...]:
    """The codes in this file. One that is written with escapes is not found, nor any in a file that is no TOML."""
    try:
        document = parse(content)
    except ConfigError:
        return ()
    found = []
    for path, wrong in PLACES.items():
        text, line = _at(document.values, path), document.lines.of(path)
        if not isinstance(text, str) or text == USED or wrong(text) is not None or line is None:
            continue
        raw = text.encode()
        start = content.find(raw, _beginning(content, line))
        if start >= 0:
            found.append(Code(path, text, start, start + len(raw)))
    return tuple(found)


def without_codes(content: bytes, used: Callable[[Code], bool] = lambda code: True) -> bytes:
    """The same file with the mark USED in the place of every code that is `used`."""
    for code in sorted(codes_in(content), key=lambda each: each.start, reverse=True):
        if used(code):
            content = content[: code.start] + USED.encode() + content[code.end :]
    return content


def _at(values: Mapping[str, Any], path: Path) -> Any:
    found: Any = values
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _beginning(content: bytes, line: int) -> int:
    """Where a line begins, counted from 1."""
    at = 0
    for _ in range(line - 1):
        at = content.index(b"\n", at) + 1
    return at
