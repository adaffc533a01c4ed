"""A long list, a page of it at a time, with a search by the name of the office: what the address asks for, and the form
and the links around it. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from markupsafe import Markup

if TYPE_CHECKING:
    from server.pages import Pages

# gettext: public

A_PAGE = 25
"""So many offices on one page: a first load on a cheap telephone stays small, and nobody reads more at once."""
LONGEST, LAST = 60, 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose name is looked for (empty: everybody's), and which page, from 1 on."""

    words: str = ""
    number: int = 1

    @property
    def kept(self) -> dict[str, str]:
        """What stands of it in an address."""
        number = {"page": str(self.number)} if self.number > 1 else {}
        return ({"q": self.words} if self.words else {}) | number

    @property
    def first(self) -> int:
        """How many stand before this page."""
        return (self.number - 1) * A_PAGE


@dataclass(frozen=True, slots=True)
class Around:
    """A page among others. `more`: something follows; `search`: there are so many that a name is looked for. `kept`:
    what else stands in the address."""

    path: str
    asked: Asked
    more: bool
    search: bool
    kept: Mapping[str, str] = field(default_factory=dict)


def asked_of(query: Mapping[str, str]) -> Asked:
    """What an address asks for; whatever it cannot mean is the first page."""
    number = query.get("page", "")
    known = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1
    return Asked(query.get("q", "").strip()[:LONGEST], min(max(known, 1), LAST))


def shown(pages: "Pages", of: Around, language: str) -> tuple[Markup, Markup]:
    """(the form that looks for a name, the links to the pages beside this one); empty where there is no need."""
    asked = of.asked

    def to(number: int) -> str:
        query = urlencode({**of.kept, **Asked(asked.words, number).kept})
        return f"{of.path}?{query}" if query else of.path

    values = {
        "path": of.path,
        "kept": of.kept,
        "asked": asked.words,
        "before": to(asked.number - 1) if asked.number > 1 else "",
        "after": to(asked.number + 1) if of.more else "",
    }
    drawn = {
        name: Markup(pages.render(f"list_{name}.html", language, values, "public").strip()) for name in ("find", "turn")
    }
    return drawn["find"] if of.search or asked.words else Markup(""), drawn["turn"]
