# gettext: audit
"""A ticket by the token in its QR code, followed on a phone: its place, the counters, the call, and how it ended.

The phone asks now and then, more often when its turn is near; without script the page loads itself anew. Everything is
told as of a moment, and the page says when it has lost the office.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.exceptions import HTTPException

from server.around import Around
from server.pages import Pages
from server.reading import Ticket
from sync.body import TicketName
from sync.clock import office_time
from sync.estimate import AFTER_CLOSING, Prospect, at_work, prospect
from sync.live import Live
from sync.tickets import AT_A_COUNTER, OPEN, QueueTicket, Status
from sync.types import UtcMs
from translations.numerals import format_time

NEAR = 3
"""Whoever has so few before them looks more often."""
SOON_S, LATER_S = 5, 15
RECKONED_MS = 10_000
"""A place in the queue stands for so long before it is reckoned anew: nobody reads it as fast as calls come."""
RECKONED_KEPT = 2000
PAST, NOT_YET = "past", "not-yet"
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands: `state` is a sync.tickets.Status, PAST or NOT_YET. `counters` at work serve it."""

    state: str
    ticket: QueueTicket | None = None
    counters: tuple[int, ...] = ()
    seen: Prospect | None = None

    @property
    def again_s(self) -> int | None:
        """After how many seconds a page looks again; None: nothing more will happen."""
        if self.state in (PAST, Status.SERVED.value, Status.CANCELLED.value):
            return None
        near = self.seen is not None and self.seen.ahead <= NEAR
        return SOON_S if near or self.state in {each.value for each in AT_A_COUNTER} else LATER_S


def standing(live: Live, ticket: Ticket, today: str) -> Standing:
    """How it stands by the queue alone. Pure."""
    held = live.tickets.get(ticket.name) if ticket.name is not None else None
    if held is None:
        return Standing(NOT_YET if ticket.day == today else PAST)
    if live.day != today and held.status in OPEN:
        return Standing(Status.CARRIED.value, held)  # it is first when the next day begins
    counters = tuple(each.counter for each in live.working() if held.service in each.services)
    return Standing(held.status.value, held, counters)


class Following:
    """The pages of tickets. `find` gives (ticket, names of services) for a token; `live` the queue as it stands."""

    def __init__(
        self,
        find: Callable[[str], Awaitable[Any]],
        live: Callable[[], Live],
        around: Callable[[], Awaitable[Around]],
        pages: Pages,
        now: Callable[[], UtcMs],
    ) -> None:
        self._find, self._live, self._around, self._pages, self._now = find, live, around, pages, now
        self._reckoned: dict[TicketName, tuple[UtcMs, QueueTicket, Standing]] = {}

    def add_to(self, app: FastAPI) -> None:
        """The page, and the part of it that changes, as routes."""

        @app.get("/t/{token}", response_class=HTMLResponse, summary="A ticket by the token in its QR code")
        async def ticket(token: str, lang: str = "") -> HTMLResponse:
            seen, services = await self._known(token)
            language = self._pages.language(lang)
            told, at_ms = await self._stands(seen)
            now = Markup(self._drawn(told, at_ms, language))
            return _html(self._pages.ticket(seen, services, language, token, now, told.again_s, at_ms))

        @app.get("/t/{token}/now", response_class=HTMLResponse, summary="The part of a ticket's page that changes")
        async def now(token: str, lang: str = "") -> HTMLResponse:
            seen, _ = await self._known(token)
            told, at_ms = await self._stands(seen)
            answer = _html(self._drawn(told, at_ms, self._pages.language(lang)))
            answer.headers["scorecard-as-of"] = self._pages.clock(at_ms)
            answer.headers["scorecard-again"] = str(told.again_s or 0)
            return answer

    async def _known(self, token: str) -> Any:
        found = await self._find(token) if _TOKEN.fullmatch(token) else None
        if found is None:
            raise HTTPException(404)
        return found

    async def _stands(self, ticket: Ticket) -> tuple[Standing, UtcMs]:
        """How it stands, and as of when that is told."""
        live, now_ms = self._live(), self._now()
        told = standing(live, ticket, self._pages.day(now_ms))
        held = told.ticket
        if held is None or told.state != Status.WAITING.value:
            return told, now_ms
        known = self._reckoned.get(held.name)
        if known is not None and known[1].status is held.status and 0 <= now_ms - known[0] < RECKONED_MS:
            return known[2], known[0]
        around = await self._around()
        if around.catalogue is None or around.calendar is None:
            return told, now_ms
        wall = self._pages.wall(now_ms)
        seen = await asyncio.to_thread(prospect, live, held, now_ms, wall, around.pace, around.calendar)
        serving = (each for each in at_work(live, around.calendar, wall) if held.service in each.services)
        full = Standing(told.state, held, tuple(each.counter for each in serving), seen)
        while len(self._reckoned) >= RECKONED_KEPT:
            del self._reckoned[next(iter(self._reckoned))]
        self._reckoned.pop(held.name, None)
        self._reckoned[held.name] = now_ms, held, full
        return full, now_ms

    def _drawn(self, told: Standing, at_ms: UtcMs, language: str) -> str:
        held, seen = told.ticket, told.seen
        values: Mapping[str, Any] = {
            "state": told.state,
            "counter": held.counter if held is not None else None,
            "called": held and self._time(held.called_ms, language),
            "since": held and self._time(held.at_ms, language),
            "counters": told.counters,
            "ahead": seen.ahead if seen is not None else None,
            "range": seen.range if seen is not None else None,
            "late": seen is not None and seen.why == AFTER_CLOSING,
            "back": held is not None and bool(held.hold),
            "step": (held.step + 1, len(held.services)) if held is not None and len(held.services) > 1 else None,
            "as_of": self._pages.clock(at_ms),
        }
        return self._pages.render("ticket_now.html", language, values, "audit").strip()

    def _time(self, utc_ms: UtcMs | None, language: str) -> str:
        if utc_ms is None:
            return ""
        local: datetime = office_time(utc_ms, self._pages.zone)
        return format_time(local, language)


def _html(text: str) -> HTMLResponse:
    return HTMLResponse(text, headers={"cache-control": "no-store"})
