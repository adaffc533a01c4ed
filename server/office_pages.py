"""Pages for supervisors and administrators: a part in the words of `office`, within the console's frame."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response
from starlette.requests import Request

from server.console_pages import ConsolePages, Filled
from server.door import Person
from server.errors import ActRefused, Refused
from server.office_words import OTHER, REFUSED
from translations import load

# gettext: office


class OfficePages:
    """Draws them."""

    def __init__(self, shell: ConsolePages) -> None:
        self.shell = shell

    def page(
        self,
        request: Request,
        person: Person,
        template: str,
        title: str,
        values: Mapping[str, Any] | None = None,
        *,
        form: Filled | None = None,
        status: int = 200,
        here: str | None = None,
    ) -> Response:
        """A whole page. `title` and the form's faults are msgids of `office`; `here`: where its language links lead."""
        words, filled = load(person.language, "office"), form or Filled()
        own = {
            "values": filled.values,
            "faults": {name: words.gettext(fault) for name, fault in filled.faults.items()},
            "_n": words.ngettext,
        }
        return self.shell.part(request, "office", template, title, own | dict(values or {}), status=status, here=here)


def fault_of(error: ActRefused) -> str:
    """Why it is not done, a msgid of `office`."""
    return REFUSED.get(error.code, OTHER)


def no_clock(person: Person) -> Refused:
    """Nothing is written while nobody vouches for the time."""
    words = load(person.language, "office").gettext
    return Refused(409, "no-clock", words(REFUSED["no-clock"]), hint=words(OTHER))
