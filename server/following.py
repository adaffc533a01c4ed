# gettext: audit
"""A ticket by the token in its QR code, followed on a phone: its place, the counters, the call, and how it ended.

Of this server's own office and of every office that relays to it. The phone asks now and then, more often when its turn
is near (server.status); without script the page loads itself anew. Everything is told as of a moment, and where the
office was not heard of lately, it says so.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.exceptions import HTTPException

from server.bucket import Buckets
from server.door import address_of
from server.errors import ComeLater
from server.halls import Hall, Halls
from server.limit import NOT_THERE, TOO_MANY, Address
from server.pages import Pages
from server.reading import Found, Ticket
from server.told_office import Age, age
from sync.body import TicketName
from sync.clock import office_day, office_time
from sync.estimate import AFTER_CLOSING, Prospect, at_work, prospect
from sync.live import Live
from sync.tickets import AT_A_COUNTER, OPEN, QueueTicket, Status
from sync.types import UtcMs
from translations.numerals import format_moment, format_time

NEAR = 3
"""Whoever has so few before them looks more often."""
SOON_S, LATER_S, UNHEARD_S = 5, 15, 60
RECKONED_MS = 10_000
"""A place in the queue stands for so long before it is reckoned anew: nobody reads it as fast as calls come."""
RECKONED_KEPT = 2000
AT_ONCE, OLD_MS = 4, 60_000
"""While so many places are being reckoned, one that was known stands on, for a minute at most."""
KNOWN_KEPT = 5000
"""Tickets that were found lately are not looked for again."""
TRIES, TRY_MS = 60, 2000
"""Of one address: so many tokens at once that are none, and one more in so many milliseconds. A hall may share one
address."""
PAST, NOT_YET, UNHEARD = "past", "not-yet", "unheard"
_TOKEN = re.compile(r"[0-9a-f]{32}")
ENDED = (PAST, Status.SERVED.value, Status.CANCELLED.value)
"""Nothing more will happen."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands: `state` is a sync.tickets.Status, PAST, NOT_YET or UNHEARD. `counters` at work serve it."""

    state: str
    ticket: QueueTicket | None = None
    counters: tuple[int, ...] = ()
    seen: Prospect | None = None

    @property
    def again_s(self) -> int | None:
        """After how many seconds a page looks again; None: nothing more will happen."""
        if self.state in ENDED:
            return None
        if self.state == UNHEARD:
            return UNHEARD_S
        near = self.seen is not None and self.seen.ahead <= NEAR
        return SOON_S if near or self.state in {each.value for each in AT_A_COUNTER} else LATER_S


@dataclass(frozen=True, slots=True)
class Fragment:
    """The part of a ticket's page that changes, made at `made_ms` from `held`, and told as of `as_of` (h:mm:ss)."""

    html: str
    as_of: str
    again_s: int | None
    made_ms: UtcMs
    found: Found
    held: QueueTicket | None


def standing(live: Live, ticket: Ticket, today: str) -> Standing:
    """How it stands by the queue alone. Pure."""
    held = live.tickets.get(ticket.name) if ticket.name is not None else None
    if held is None:
        return Standing(NOT_YET if ticket.day == today else PAST)
    if live.day != today and held.status in OPEN:
        return Standing(Status.CARRIED.value, held)  # it is first when the next day begins
    counters = tuple(each.counter for each in live.working() if held.service in each.services)
    return Standing(held.status.value, held, counters)


class Offers(Protocol):
    """Whether a survey is offered to this ticket now (server.survey_page)."""

    async def offers(self, found: Found, token: str) -> bool: ...


class Following:
    """The pages of tickets. `halls` finds a ticket by its token and tells how its office stands; `survey` is offered
    once that is over, None: there is none."""

    def __init__(
        self,
        halls: Halls,
        pages: Pages,
        now: Callable[[], UtcMs],
        address: Address = address_of,
        *,
        survey: Offers | None = None,
    ) -> None:
        """`address` says where a request comes from."""
        self.address, self._survey = address, survey
        self._halls, self._pages, self._now = halls, pages, now
        self._reckoned: dict[TicketName, tuple[UtcMs, QueueTicket, Standing]] = {}
        self._reckoning = 0
        self._known: dict[str, Found] = {}
        self._tries = Buckets(TRIES, TRY_MS)

    def add_to(self, app: FastAPI) -> None:
        """The page, as a route."""

        @app.get(
            "/t/{token}",
            response_class=HTMLResponse,
            responses=NOT_THERE | TOO_MANY,
            summary="A ticket by the token in its QR code",
        )
        async def ticket(request: Request, token: str, lang: str = "") -> HTMLResponse:
            found = await self.find(token, self.address(request))
            language = self._pages.language(lang)
            hall = await self._hall(found)
            part = await self._fragment(found, hall, language, token)
            html = self._pages.ticket(
                found.ticket,
                found.services,
                language,
                token,
                Markup(part.html),
                part.again_s,
                part.as_of,
                None if hall.listed.own else hall.listed,
            )
            return HTMLResponse(html, headers={"cache-control": "no-store"})

    async def find(self, token: str, address: str) -> Found:
        """The ticket with this token, for somebody at this address. Raises HTTPException(404) where there is none, and
        ComeLater where too many of theirs were none: whatever is no token is looked for all the same."""
        known = self._known.get(token)
        if known is not None:
            return known
        now_ms = self._now()
        wait_s = self._tries.take(address, now_ms)
        if wait_s:
            raise ComeLater(429, wait_s)
        found = await self._halls.ticket(_digest(token))
        if found is None:
            raise HTTPException(404)
        self._tries.give_back(address)
        while len(self._known) >= KNOWN_KEPT:
            del self._known[next(iter(self._known))]
        self._known[token] = found
        return found

    async def fragment(self, found: Found, language: str, token: str) -> Fragment:
        """The part of its page that changes, as it is now."""
        return await self._fragment(found, await self._hall(found), language, token)

    def holds(self, of: Fragment) -> bool:
        """Whether it is still true, as far as is known here: it is not old, and the ticket has not moved since."""
        if not 0 <= self._now() - of.made_ms < RECKONED_MS:
            return False
        live, name = self._halls.newest(of.found.office), of.found.ticket.name
        held = live.tickets.get(name) if live is not None and name is not None else None
        return (held and held.status) is (of.held and of.held.status)

    async def _fragment(self, found: Found, hall: Hall, language: str, token: str) -> Fragment:
        now_ms = self._now()
        told, at_ms = await self._stands(found.ticket, hall, now_ms)
        as_of = f"{office_time(at_ms, hall.listed.zone):%H:%M:%S}"
        ended = told.state in (PAST, Status.SERVED.value)
        offered = ended and self._survey is not None and await self._survey.offers(found, token)
        html = self._drawn(told, hall, at_ms, now_ms, language, token if offered else "")
        return Fragment(html, as_of, told.again_s, now_ms, found, told.ticket)

    async def _hall(self, found: Found) -> Hall:
        """The hall of its office; one that is listed no more is as one that was not heard of."""
        hall = await self._halls.hall(found.office)
        return hall if hall is not None else self._halls.nobodys(found.office or "")

    async def _stands(self, ticket: Ticket, hall: Hall, now_ms: UtcMs) -> tuple[Standing, UtcMs]:
        """How it stands, and as of when that is told."""
        listed = hall.listed
        old = age(listed.heard_ms, now_ms, own=listed.own)
        at_ms = now_ms if old is Age.NOW else listed.heard_ms or now_ms
        told = standing(hall.live, ticket, office_day(now_ms, listed.zone).isoformat())
        if (old is Age.LOST or hall.unclear) and told.state not in ENDED:
            return Standing(UNHEARD), at_ms
        held, around = told.ticket, hall.around
        if held is None or told.state != Status.WAITING.value or around.catalogue is None or around.calendar is None:
            return told, at_ms
        known = self._reckoned.get(held.name)
        if known is not None and known[1].status is held.status:
            stands_ms = OLD_MS if self._reckoning >= AT_ONCE else RECKONED_MS
            if 0 <= at_ms - known[0] < stands_ms:
                return known[2], known[0]
        wall = office_time(at_ms, listed.zone).replace(tzinfo=None)
        self._reckoning += 1
        try:
            seen = await asyncio.to_thread(prospect, hall.live, held, at_ms, wall, around.pace, around.calendar)
        finally:
            self._reckoning -= 1
        if old is not Age.NOW and seen is not None:
            seen = replace(seen, range=None)  # a range is for now
        serving = (each for each in at_work(hall.live, around.calendar, wall) if held.service in each.services)
        full = Standing(told.state, held, tuple(each.counter for each in serving), seen)
        while len(self._reckoned) >= RECKONED_KEPT:
            del self._reckoned[next(iter(self._reckoned))]
        self._reckoned.pop(held.name, None)
        self._reckoned[held.name] = at_ms, held, full
        return full, at_ms

    def _drawn(self, told: Standing, hall: Hall, at_ms: UtcMs, now_ms: UtcMs, language: str, survey: str = "") -> str:
        held, seen, zone = told.ticket, told.seen, hall.listed.zone
        earlier = age(hall.listed.heard_ms, now_ms, own=hall.listed.own) is Age.EARLIER
        values: Mapping[str, Any] = {
            "state": told.state,
            "counter": held.counter if held is not None else None,
            "called": held and _time(held.called_ms, zone, language),
            "since": held and _time(held.at_ms, zone, language),
            "counters": told.counters,
            "ahead": seen.ahead if seen is not None else None,
            "range": seen.range if seen is not None else None,
            "late": seen is not None and seen.why == AFTER_CLOSING,
            "back": held is not None and bool(held.hold),
            "step": (held.step + 1, len(held.services)) if held is not None and len(held.services) > 1 else None,
            "earlier": _time(at_ms, zone, language) if earlier and told.state not in ENDED else "",
            "survey": survey and f"/t/{survey}/survey?lang={language}",
            "heard": _moment(hall.listed.heard_ms, zone, language),
        }
        return self._pages.render("ticket_now.html", language, values, "audit").strip()


def _digest(token: str) -> str:
    """What the record has of a token: the SHA-256 of its bytes. Of what is no token, one that nobody has."""
    return hashlib.sha256(bytes.fromhex(token) if _TOKEN.fullmatch(token) else b"").hexdigest()


def _time(utc_ms: UtcMs | None, zone: ZoneInfo, language: str) -> str:
    return "" if utc_ms is None else format_time(office_time(utc_ms, zone), language)


def _moment(utc_ms: UtcMs | None, zone: ZoneInfo, language: str) -> str:
    if utc_ms is None:
        return ""
    return format_moment(office_time(utc_ms, zone), language)
