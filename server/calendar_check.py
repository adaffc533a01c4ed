"""What is still wrong with a calendar's draft, each by its place, in words of the editor. Pure.

The file's own strict reader decides (sync.calendar_reader), so that the editor passes nothing that a kiosk refuses.
"""

from collections.abc import Collection, Mapping
from typing import Any

from server.catalogue_check import MISSING, NOT_SO, Trouble, at
from server.document import Values
from sync.calendar_reader import calendar_problems
from sync.config import LANGUAGES
from sync.toml_lines import Path
from translations import N_

# gettext: editor

HOURS = N_("Hours are written as 08:30-12:00, 13:00-16:30, with time between them")
_WRONG = {
    "counters": N_("A number of counters, 1 to 99"),
    "day": N_("Choose a day"),
    "from": N_("A time such as 12:00"),
    "to": N_("A time such as 13:00"),
    "open": HOURS,
    "week": HOURS,
}
BREAK = N_("A break lies within the hours of its days, and no two touch")
TOO_LONG = N_("At most 120 characters, on one line")
NO_SERVICE = N_("This service is not in the catalogue, or the office is closed then")


def troubles(values: Values, services: Collection[str] | None = None) -> tuple[Trouble, ...]:
    """Everything that is wrong with it, each place once. `services`: ids of the catalogue (None: any). None: it can be
    published."""
    found: dict[Path, Trouble] = {}
    for problem in calendar_problems(_of_sections(values), services=services):
        fault = fault_of(problem.path, at(values, problem.path))
        found.setdefault(problem.path, Trouble(problem.path, fault, problem.text))
    return tuple(found.values())


def fault_of(path: Path, value: Any) -> str:
    """What is wrong with a value at this place that the reader refused."""
    key = str(path[-1]) if path else ""
    if key in LANGUAGES:
        return TOO_LONG if value else MISSING
    if value in (None, ""):
        return MISSING
    if path[:1] == ("breaks",) and len(path) == 2:
        return BREAK
    if path[:1] == ("services",):
        return HOURS if len(path) > 2 else NO_SERVICE
    return _WRONG.get(key, HOURS if path[:1] == ("week",) else NOT_SO)


def _of_sections(values: Values) -> Mapping[str, Any]:
    """Without the sections that are empty: a file would not have them."""
    return {key: each for key, each in values.items() if each or key in ("counters", "week")}
