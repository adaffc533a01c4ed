"""A catalogue or a calendar as it is edited: what its file would say (sync.publication), with gaps where nothing was
filled in yet. Pure.

Whoever saves a part says what it looked like when they opened it (`seal`); where it looks otherwise by now, somebody
else was at it.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from server.errors import ActRefused

Values = Mapping[str, Any]
"""A document as tomllib reads it."""
_DATED = ("holidays", "special")


def seal(part: Any) -> str:
    """A short name for exactly this content."""
    text = json.dumps(part, ensure_ascii=False, sort_keys=True, default=date.isoformat)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def same(part: Any, seen: str) -> None:
    """Raises ActRefused where this part is not what somebody saw."""
    if seal(part) != seen:
        raise ActRefused("draft-changed", "somebody else changed this part meanwhile", hint="Compare both texts.")


def written(values: Values) -> str:
    """A document as JSON; days as text."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=date.isoformat)


def read(text: str) -> Values:
    """What `written` wrote. What was typed in the place of a day and is none stays text."""
    values: dict[str, Any] = json.loads(text)
    for section in _DATED:
        for entry in values.get(section, ()):
            entry["day"] = day_of(entry.get("day"))
    return values


def day_of(typed: Any) -> Any:
    """The day that was typed, else what was typed."""
    try:
        return date.fromisoformat(typed)
    except (TypeError, ValueError):
        return typed
