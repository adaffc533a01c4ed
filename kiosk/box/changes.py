"""What a technician changed at the service screen, laid over kiosk.toml: docs/decisions/service-screen.md. Pure.

The file on the card is the technician's and read-only for the box; a change lies beside it, and names the very file
that it changes. A newer kiosk.toml is therefore never held up by what was tapped on the screen before.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kiosk.box.source import Source, check_box
from sync.config import parse_kiosk
from sync.strict_toml import parse
from sync.toml_text import toml_text
from sync.used_codes import without_codes

PLACES: Mapping[str, tuple[str, ...]] = {
    "printer": ("printer",),
    "wifi": ("network", "wifi"),
    "code": ("server", "code"),
    "volume": ("sound", "volume"),
    "brightness": ("screen", "brightness"),
}
"""Where in kiosk.toml each thing stands that can be changed; nothing else can."""


@dataclass(frozen=True, slots=True)
class Changes:
    """`card`: the SHA-256 of the kiosk.toml that is changed, without pairing codes. `values` by the keys of PLACES."""

    card: str
    values: Mapping[str, Any] = field(repr=False)

    def text(self) -> bytes:
        """As it is kept."""
        return json.dumps({"card": self.card, "values": dict(self.values)}, ensure_ascii=False).encode() + b"\n"

    def over(self, before: "Changes | None") -> "Changes":
        """These and those before, as far as they change the same file."""
        kept = before.values if before is not None and before.card == self.card else {}
        return replace(self, values={**kept, **self.values})


def changes_in(data: bytes) -> Changes | None:
    """What was kept; None where it cannot be read: then nothing is changed."""
    try:
        told = json.loads(data)
        card, values = told["card"], dict(told["values"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    known = isinstance(card, str) and values.keys() <= PLACES.keys()
    return Changes(card, values) if known else None


def card_of(content: bytes) -> str:
    """The name of this kiosk.toml. A code that was used changes nothing about it."""
    return hashlib.sha256(without_codes(content)).hexdigest()


def changed(source: Source, changes: Changes | None) -> Source:
    """With what was changed; as it is where that belongs to another file, or where there is none that is good.

    Raises ConfigError where the file with the changes is not good.
    """
    if source.config is None or changes is None or changes.card != card_of(source.content):
        return source
    values: dict[str, Any] = dict(source.values)
    for name, value in changes.values.items():
        values = _put(values, PLACES[name], value)
    content = toml_text(values).encode()
    config = parse_kiosk(content)
    check_box(config, parse(content))
    return replace(source, values=values, config=config)


def _put(values: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    first, *rest = path
    within = values.get(first, {})
    return {**values, first: _put(within if isinstance(within, Mapping) else {}, tuple(rest), value) if rest else value}
