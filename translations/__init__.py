"""The catalogues of every text a citizen reads, with line breaking, numerals and dates.

One gettext domain per place: `kiosk` (screens), `ticket` (paper), `pages` (the server's public pages), `console` (what
the office's staff see), `counter` (what they do at a counter), `audit` (the replay of a day), `queue` (the
calling rule on wall, display and web), `display` (what the hall sees and hears), `office` (what
supervisors and administrators see), `report` (printed signs and official reports),
`figures` (figures of a period on the console), `alerts` (what went wrong, and what is to be answered),
`sheet` (the page printed for each box). The msgid is the English text.
"""

import gettext
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from translations.errors import CatalogueMissingError, TranslationsError

__all__ = [
    "DOMAINS",
    "DRAWN",
    "LANGUAGES",
    "LANGUAGE_NAMES",
    "N_",
    "Catalogue",
    "CatalogueMissingError",
    "Domain",
    "TranslationsError",
    "fallback",
    "load",
]

Domain = Literal[
    "kiosk",
    "ticket",
    "pages",
    "console",
    "counter",
    "audit",
    "queue",
    "display",
    "office",
    "report",
    "figures",
    "public",
    "alerts",
    "editor",
    "sheet",
]

LANGUAGES: tuple[str, ...] = ("th", "en", "my")
DOMAINS: tuple[Domain, ...] = get_args(Domain)
DRAWN: tuple[Domain, ...] = ("kiosk", "ticket", "queue", "display")
"""The domains that screens and paper draw. The others are drawn by browsers, and `report` by typst."""
DIRECTORY = Path(__file__).parent
# Each language's name for itself: what a citizen who reads nothing else looks for.
LANGUAGE_NAMES = {"th": "ไทย", "en": "English", "my": "မြန်မာ"}


def N_(msgid: str) -> str:
    """Mark a text for translation where it stands and return it as it is; translate it where it is shown."""
    return msgid


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one domain in one language. A text that is not in it comes back in English, its msgid."""

    language: str
    domain: Domain
    translations: gettext.NullTranslations

    def gettext(self, msgid: str) -> str:
        """The translation of `msgid`."""
        return self.translations.gettext(msgid)

    def pgettext(self, context: str, msgid: str) -> str:
        """The translation of `msgid` in `context`, for one English text that means several things."""
        return self.translations.pgettext(context, msgid)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The translation that goes with the count `n`."""
        return self.translations.ngettext(singular, plural, n)


@lru_cache(maxsize=64)
def load(language: str, domain: Domain, directory: Path = DIRECTORY) -> Catalogue:
    """The compiled catalogue. CatalogueMissingError where there is none: see `fallback` for a language not built in."""
    path = directory / language / f"{domain}.mo"
    try:
        with path.open("rb") as file:
            found = gettext.GNUTranslations(file)
    except (OSError, UnicodeDecodeError, struct.error) as error:
        raise CatalogueMissingError(
            f"there is no catalogue {domain!r} for the language {language!r} ({path})",
            hint="run `python -m translations compile`, or choose one of: " + ", ".join(LANGUAGES),
        ) from error
    return Catalogue(language, domain, found)


def fallback(language: str, available: tuple[str, ...] = LANGUAGES) -> str:
    """The language to show where `language` is not available: its base ("my-MM" → "my"), else English."""
    base = language.replace("_", "-").split("-")[0].lower()
    if base in available:
        return base
    return "en" if "en" in available else available[0]
