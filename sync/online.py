"""What an online place is worth when its holder comes: the published rule, and the places of a day. Pure.

A place is no number. Whoever comes and types its code at a kiosk gets a number like anybody else, and its waiting
counts from when the place was asked for, but from no earlier than `head_ms` before they came. Only so many tickets of
an hour count so; and the order of admission, by which the calling rule counts overtakes, is that of everybody else, so
that its limit holds for online places as well (docs/online-ticket.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sync.body import Body, TicketName
from sync.changing import replace
from sync.facts_office import TicketAdmitted
from sync.facts_online import OnlineAdopted, OnlineAsked, OnlineRestated
from sync.types import JournalId, UtcMs

HOW = "online"
"""How the waiting-since of a ticket is known that counts from its place."""
HOUR_MS = 3_600_000
LEAST_OPEN = 3
"""So many places of a service may always be open at once."""


class Void(StrEnum):
    """Why a ticket's place counts for nothing: the ticket waits as if there were none."""

    UNKNOWN = "unknown"
    TWICE = "twice"
    SERVICE = "service"
    EXPIRED = "expired"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Place:
    """An online place of this day. `ticket`: the first that was admitted with it; None: nobody has come. `journal`:
    whose secret its digits follow from, None: of the one that it was asked for in."""

    services: tuple[str, ...]
    code: str
    asked_ms: UtcMs
    until_ms: UtcMs
    ticket: TicketName | None = None
    journal: JournalId | None = field(default=None, compare=False)

    def is_open(self, now_ms: int) -> bool:
        """Whether somebody may still come with it."""
        return self.ticket is None and now_ms <= self.until_ms


def _none() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Online:
    """The online places of an office day, a fold of its facts. `terms` None: the office has given none today.

    `lately`: by service, when tickets came into the queue in the last hour, since the terms were adopted, and whether
    each counts from its place.
    """

    terms: OnlineAdopted | None = None
    places: Mapping[str, Place] = field(default_factory=_none)
    lately: Mapping[str, tuple[tuple[UtcMs, bool], ...]] = field(default_factory=_none)

    def after(self, body: Body) -> "Online":
        """The places after this fact. Of two that ask for the same place the first counts."""
        match body:
            case OnlineAdopted():
                return replace(self, terms=body)
            case OnlineAsked(place=name) if name not in self.places:
                place = Place(body.services, body.code, body.now_ms, body.until_ms)
                return replace(self, places={**self.places, name: place})
            case OnlineRestated(place=name) if name not in self.places:
                of = Place(body.services, body.code, body.asked_ms, body.until_ms, body.ticket, body.journal)
                return replace(self, places={**self.places, name: of})
            case TicketAdmitted() if self.terms is not None and body.how != "carried" and body.services:
                return self._admitted(body)
            case _:
                return self

    def _admitted(self, body: TicketAdmitted) -> "Online":
        service = body.services[0]
        came = (*self._within(service, body.now_ms), (body.now_ms, body.how == HOW))
        places, place = self.places, self.places.get(body.place or "")
        if place is not None and place.ticket is None and body.place is not None:
            places = {**places, body.place: replace(place, ticket=body.ticket)}
        return replace(self, places=places, lately={**self.lately, service: came})

    def since(self, place: str, services: tuple[str, ...], came_ms: UtcMs, now_ms: UtcMs) -> UtcMs | Void:
        """Since when a ticket with this place waits, by the rule; or why the place counts for nothing.

        `came_ms`: since when it would wait without it. `now_ms`: when it comes into the queue.
        """
        found, terms = self.places.get(place), self.terms
        if found is None or terms is None:
            return Void.UNKNOWN
        if found.ticket is not None:
            return Void.TWICE
        if found.services != services:
            return Void.SERVICE
        if came_ms > found.until_ms:
            return Void.EXPIRED
        if sum(online for _, online in self._within(services[0], now_ms)) >= self._share(services[0], now_ms):
            return Void.SHARE
        return UtcMs(min(came_ms, max(found.asked_ms, came_ms - terms.head_ms)))

    def has_room(self, service: str, now_ms: UtcMs) -> bool:
        """Whether another place of this service can be given: no more are open than an hour can keep the word of."""
        held = sum(each.services[0] == service and each.is_open(now_ms) for each in self.places.values())
        return held < max(LEAST_OPEN, self._share(service, now_ms))

    def by_code(self, code: str) -> str | None:
        """The name of the place with this hashed code."""
        return next((name for name, each in self.places.items() if each.code == code), None)

    def _within(self, service: str, now_ms: int) -> tuple[tuple[UtcMs, bool], ...]:
        return tuple(each for each in self.lately.get(service, ()) if each[0] > now_ms - HOUR_MS)

    def _share(self, service: str, now_ms: int) -> int:
        """How many of the tickets of the hour may count from their places, the one that comes now among them."""
        share = self.terms.share if self.terms is not None else 0
        return max(1, (len(self._within(service, now_ms)) + 1) * share // 100)
