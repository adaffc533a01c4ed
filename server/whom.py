"""For whom a server publishes: for its own machines, or as a centre also for offices that relay to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.database import Db
from server.forms import Form
from server.offices import kept

OWN, ALL, SOME = "own", "all", "some"
Offices = tuple[str, ...] | None
"""As sync.facts_published: none for every office; None: for this office alone."""


def known(db: Db, language: str) -> list[tuple[str, str]]:
    """(id, name) of each office that relays here."""
    found = [each.office for each in kept(db) if not each.revoked]
    return [(each.office, _name(each.name, language) or each.office[:8]) for each in found]


def whom_of(form: Form, offices: Sequence[tuple[str, str]]) -> Offices:
    """For whom, as it was filled in. Where no office relays here, for its own machines."""
    chosen = form.one("whom") if offices else OWN
    ticked = tuple(each for each, _ in offices if each in form.many("offices"))
    if chosen == ALL:
        return ()
    return ticked if chosen == SOME and ticked else None


def filled(offices: Offices) -> dict[str, Any]:
    """What stands in the form."""
    return {"whom": OWN if offices is None else SOME if offices else ALL, "offices": offices or ()}


def _name(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or next(iter(names.values()), "")
