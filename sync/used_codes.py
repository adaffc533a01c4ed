"""The one-time pairing codes in a kiosk.toml: where they stand, and the same file without them. Pure.

All other bytes stay as whoever wrote the file left them: remarks, spaces, line ends, a byte order mark.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sync.config_words import USED, is_code
from sync.errors import ConfigError
from sync.strict_toml import parse
from sync.toml_lines import Path

PLACES: tuple[Path, ...] = (("server", "code"), ("serve", "upstream", "code"))
"""Where a code may stand: for the office's server, and for that server's centre."""


class Code(NamedTuple):
    """A code that was not used yet, as it is written, and where its bytes are."""

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
    for path in PLACES:
        text, line = _at(document.values, path), document.lines.of(path)
        if not isinstance(text, str) or text == USED or is_code(text) is not None or line is None:
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
