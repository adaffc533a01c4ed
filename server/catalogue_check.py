"""What is still wrong with a catalogue's draft, each by its place. Pure, but for the typefaces.

The file's own strict reader decides (sync.catalogue), so that the editor passes nothing that a kiosk refuses; here its
findings get words in the editor's languages.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fonts.errors import FontsError
from fonts.legible import unshown
from server.document import Values
from sync.catalogue import catalogue_problems
from sync.catalogue_texts import left_open, wrong_letters, zawgyi
from sync.config import LANGUAGES
from sync.toml_lines import Path
from translations import N_

# gettext: editor

MISSING = N_("This is missing")
SAYS_NOTHING = N_("This says nothing. Write the text itself")
OTHER_LETTERS = N_("This is written in the letters of another language")
ZAWGYI = N_("This looks like Zawgyi, not Unicode. Convert it, then read it once more")
UNSHOWN = N_("A sign in it cannot be shown at the kiosk. Write it in words")
NOT_SO = N_("This cannot be so")
_WRONG = {
    "minutes": N_("A whole number of minutes, 1 to 480"),
    "fee": N_("An amount in baht, such as 20 or 1,250.50"),
    "series": N_("Services of two groups cannot have one letter"),
    "group": N_("Choose a group"),
    "accent": N_("Choose a colour"),
    "pictogram": N_("Choose a picture"),
    "steps": N_("One step a line, at most 9"),
    "documents": N_("At most 12 documents"),
    "spoken": N_("Small letters, digits and hyphens, a letter first"),
    "services": N_("There is no service yet"),
    "groups": N_("There is no group yet"),
}
NO_SERVICE = N_("No service is in this group")


@dataclass(frozen=True, slots=True)
class Trouble:
    """`path`: keys of the draft from the root down; `fault`: a msgid of `editor`; `told`: as the file's reader says."""

    path: Path
    fault: str
    told: str = ""


def troubles(
    values: Values, accents: Collection[str] | None = None, pictograms: Collection[str] | None = None
) -> tuple[Trouble, ...]:
    """Everything that is wrong with it, each place once, in the order of the document. None: it can be published."""
    found: dict[Path, Trouble] = {}
    for problem in catalogue_problems(values, accents=accents, pictograms=pictograms):
        path = problem.path or (("services",) if "service" in problem.text else ("groups",))
        found.setdefault(path, Trouble(path, fault_of(path, at(values, path)), problem.text))
    for path, text in _texts(values, ()):
        if path not in found and _strange(text):
            found[path] = Trouble(path, UNSHOWN)
    return tuple(sorted(found.values(), key=lambda each: _order(each.path)))


def fault_of(path: Path, value: Any) -> str:
    """What is wrong with a value at this place that the reader refused."""
    if path[:1] == ("groups",) and len(path) == 2 and value is not None:
        return NO_SERVICE
    key = next((str(part) for part in reversed(path) if isinstance(part, str) and part not in LANGUAGES), "")
    if isinstance(value, str) and key not in ("fee", "minutes", "series", "accent", "pictogram", "group", "spoken"):
        language = next((str(part) for part in path if part in LANGUAGES), "")
        if not value.strip():
            return MISSING
        if left_open(value):
            return SAYS_NOTHING
        if wrong_letters(value, language):
            return OTHER_LETTERS
        if language == "my" and zawgyi(value):
            return ZAWGYI
    if value is None and len(path) > 1:
        return MISSING
    return _WRONG.get(key, NOT_SO)


def at(values: Any, path: Path) -> Any:
    """What stands at this place; None: nothing."""
    for key in path:
        try:
            values = values[key]
        except (KeyError, IndexError, TypeError):
            return None
    return values


def of(found: Collection[Trouble], *path: str | int) -> tuple[Trouble, ...]:
    """Those at or below this place."""
    return tuple(each for each in found if each.path[: len(path)] == path)


def _order(path: Path) -> tuple[Any, ...]:
    section = ("notice", "groups", "services").index(str(path[0])) if path[0] in ("notice", "groups", "services") else 3
    return section, *(part if isinstance(part, int) else -1 for part in path[1:2])


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, (*path, key))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _texts(each, (*path, index))


_PLAIN = re.compile(r"[\x20-\x7e]*")


def _strange(text: str) -> bool:
    try:
        return _PLAIN.fullmatch(text) is None and bool(unshown(text))
    except FontsError:
        return False  # without typefaces nobody can say
