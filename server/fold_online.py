"""Online places, one row each: when they were asked for, and what became of them. A part of the fold. Pure."""

from typing import Any

from server.change import Change
from sync.facts_office import TicketAdmitted
from sync.facts_online import OnlineAsked, OnlineRestated

COUNTED, VOID = "counted", "void"
"""Outcomes of tickets that were let in with a place; else it is why the place is void. VOID: in a journal before."""
_ASKED = """INSERT INTO online_places (journal_id, place, day, service)
    SELECT journal_id, CAST(:place AS TEXT), day, CAST(:service AS TEXT)
    FROM (SELECT journal_id, day FROM days WHERE journal_id = :journal_id AND seq <= :seq ORDER BY seq DESC LIMIT 1)
        AS begun
    WHERE true ON CONFLICT (journal_id, place) DO NOTHING"""
_RESTATED = """INSERT INTO online_places (journal_id, place, day, service, outcome)
    SELECT journal_id, CAST(:place AS TEXT), day, CAST(:service AS TEXT), CAST(:outcome AS TEXT)
    FROM (SELECT journal_id, day FROM days WHERE journal_id = :journal_id AND seq <= :seq ORDER BY seq DESC LIMIT 1)
        AS begun
    WHERE true ON CONFLICT (journal_id, place) DO NOTHING"""
_CAME = """UPDATE online_places SET outcome = :outcome
    WHERE journal_id = :journal_id AND place = :place AND outcome IS NULL"""


def asked(body: OnlineAsked, place: dict[str, Any]) -> Change:
    """A place of the day that has begun; asked for again it is the same one."""
    service = body.services[0] if body.services else ""
    return Change(_ASKED, place | {"place": body.place, "service": service})


def restated(body: OnlineRestated, place: dict[str, Any]) -> Change:
    """A place of the running day by the record before."""
    outcome = None if body.ticket is None else COUNTED if body.counts else VOID
    service = body.services[0] if body.services else ""
    return Change(_RESTATED, place | {"place": body.place, "service": service, "outcome": outcome})


def came(body: TicketAdmitted, place: dict[str, Any]) -> Change:
    """The first ticket that was let in with it: whether it counts, or why not."""
    return Change(_CAME, place | {"place": body.place, "outcome": body.void or COUNTED})
