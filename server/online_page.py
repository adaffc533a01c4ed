"""Asking for a place from a phone: a form on the page of a service, and a page of the place at an address that only
whoever asked knows. Works without a script; no cookie is set and no address kept.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup
from starlette.exceptions import HTTPException

from server.around import Around
from server.door import address_of
from server.errors import ActRefused, LedgerRefused, Refused
from server.forms import Form, form_of
from server.ledger import Ledger
from server.limit import NOT_THERE
from server.online import Gate, Terms, ask
from server.pages import Pages
from server.queue import Moment
from sync.calendar import ALWAYS_OPEN, Open
from sync.clock import office_time
from sync.issuing import token_hash
from sync.live import Live
from sync.online import Place
from sync.online_code import TOKEN, code_of
from sync.types import JournalId, UtcMs
from translations import N_
from translations.numerals import format_time

MINUTE_MS = 60_000
LOOK_AGAIN_S = 30
OPEN, CAME, OVER = "open", "came", "over"
REFUSED: Mapping[str, str] = {
    "closed": N_("This service gives no places now: it is closed."),
    "full": N_("All places for phones are taken at this moment. Numbers are given at the kiosk as always."),
    "wait": N_("Too many places were asked for from here. Please try again later, or take a number at the kiosk."),
    "again": N_("Please press the button once more."),
    "not-now": N_("No places can be given at this moment. Numbers are given at the kiosk as always."),
}
"""Why no place was given."""


@dataclass(frozen=True, slots=True)
class OfficeSide:
    """What the pages need of the office. `write` has a job done on the ledger; `secret`: of one of its own
    journals, None: of the one that it writes; `moment`: now for the queue; None: nobody vouches for the clock.
    `random(n)` gives n unpredictable bytes."""

    around: Callable[[], Awaitable[Around]]
    live: Callable[[], Live]
    write: Callable[[Callable[[Ledger], None]], Awaitable[None]]
    secret: Callable[[JournalId | None], Awaitable[bytes]]
    moment: Callable[[], Moment | None]
    now: Callable[[], UtcMs]
    random: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Stands:
    """How a place stands. `label`: its number, once its holder came; `counts_ms`: since when that waits, None: the
    place counts for nothing."""

    state: str
    place: Place
    label: str | None = None
    counts_ms: UtcMs | None = None


def stands(live: Live, name: str, now_ms: UtcMs) -> Stands | None:
    """How the place with this name stands; None: today has no such place. Pure."""
    place = live.online.places.get(name)
    if place is None:
        return None
    ticket = live.tickets.get(place.ticket) if place.ticket is not None else None
    if ticket is not None:
        return Stands(CAME, place, ticket.label, ticket.since_ms if ticket.came_ms is not None else None)
    return Stands(OPEN if place.is_open(now_ms) else OVER, place)


class OnlinePages:
    """The routes /places and /p/TOKEN. `proxy`: the address of the machine before this listener that says who asks."""

    def __init__(self, pages: Pages, office: OfficeSide, terms: Terms, gate: Gate, proxy: str | None) -> None:
        self._pages, self._office, self._terms, self._gate, self._proxy = pages, office, terms, gate, proxy

    def offer(self, service: str, around: Around, sorry: str) -> dict[str, Any]:
        """What the page of a service says of places: with a `token` for the form, or `why` there is none now. `sorry`:
        the code of why none was given to whoever just asked."""
        closes = self._closes(service, around)
        why = None if closes is not None else "closed"
        if why is None and not self._office.live().online.has_room(service, self._office.now()):
            why = "full"
        token = self._office.random(16).hex() if why is None else None
        return {"token": token, "why": REFUSED[why] if why else None, "fault": REFUSED.get(sorry), **self._told()}

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""

        @app.post("/places", summary="Ask for a place in the queue of a service (form: place, service)")
        async def places(request: Request, lang: str = "") -> RedirectResponse:
            return await self._ask(request, self._pages.language(lang))

        @app.get("/p/{token}", response_class=HTMLResponse, summary="A place that was asked for, by its token")
        async def place(token: str, lang: str = "") -> HTMLResponse:
            return await self._page(self._found(token), token, self._pages.language(lang))

        @app.get(
            "/p/{token}/now", response_class=HTMLResponse, responses=NOT_THERE, summary="The part of it that changes"
        )
        async def now(token: str, lang: str = "") -> HTMLResponse:
            found, language = self._found(token), self._pages.language(lang)
            answer = _html(await self._now(found, token, language))
            answer.headers["scorecard-as-of"] = self._pages.clock(self._office.now())
            answer.headers["scorecard-again"] = str(_again_s(found) or 0)
            return answer

    def _found(self, token: str) -> Stands:
        """How the place with this token stands. Raises HTTPException(404)."""
        now_ms = self._office.now()
        found = stands(self._office.live(), token_hash(token), now_ms) if TOKEN.fullmatch(token) else None
        if found is None:
            raise HTTPException(404)
        return found

    async def _ask(self, request: Request, language: str) -> RedirectResponse:
        form = await our_form(request)
        token, service, around = form.one("place"), form.one("service"), await self._office.around()
        known = around.catalogue.services if around.catalogue is not None else ()
        if not TOKEN.fullmatch(token) or service not in {each.id for each in known}:
            raise HTTPException(404)
        where = f"/p/{token}?lang={language}"
        if token_hash(token) in self._office.live().online.places:
            return RedirectResponse(where, 303)
        why = await self._given(request, token, service, around)
        return RedirectResponse(where if why is None else f"/services/{service}?lang={language}&sorry={why}", 303)

    async def _given(self, request: Request, token: str, service: str, around: Around) -> str | None:
        """None where the place is durable; else the code of why not."""
        closes, at = self._closes(service, around), self._office.moment()
        if closes is None:
            return "closed"
        if self._gate.wait_s(asker(request, self._proxy), self._office.now()):
            return "wait"
        try:
            await self._office.write(lambda ledger: ask(ledger, token, service, at, self._terms, closes))
        except ActRefused as error:
            return error.code if error.code in REFUSED else "not-now"
        except LedgerRefused:  # the disk is full, or away
            return "not-now"
        return None

    def _closes(self, service: str, around: Around) -> UtcMs | None:
        """When the service closes; None: it gives no numbers now. Kiosks without a calendar give them always."""
        now_ms = self._office.now()
        wall = self._pages.wall(now_ms)
        hours = (around.calendar or ALWAYS_OPEN).at(wall, service)
        return UtcMs(now_ms + (hours.closes - wall) // timedelta(milliseconds=1)) if isinstance(hours, Open) else None

    async def _page(self, found: Stands, token: str, language: str) -> HTMLResponse:
        around, service = await self._office.around(), found.place.services[0]
        names = {each.id: each.text(language).name for each in around.catalogue.services} if around.catalogue else {}
        values = {
            "now": Markup(await self._now(found, token, language)),
            "token": token,
            "service": service,
            "name": names.get(service, service),
            "as_of": self._pages.clock(self._office.now()),
            "again_s": _again_s(found),
        }
        return _html(self._pages.render("place.html", language, values, "pages"))

    async def _now(self, found: Stands, token: str, language: str) -> str:
        """The part of its page that changes."""
        code = code_of(token, await self._office.secret(found.place.journal)) if found.state == OPEN else ""
        values = {
            "stands": found,
            "code": f"{code[:3]} {code[3:]}",
            "until": self._time(found.place.until_ms, language),
            "asked": self._time(found.place.asked_ms, language),
            "counts": found.counts_ms and self._time(found.counts_ms, language),
            **self._told(),
        }
        return self._pages.render("place_now.html", language, values, "pages").strip()

    def _told(self) -> dict[str, Any]:
        """The terms, as the pages tell them."""
        terms = self._office.live().online.terms or self._terms
        return {"share": terms.share, "head": terms.head_ms // MINUTE_MS, "hold": terms.hold_ms // MINUTE_MS}

    def _time(self, utc_ms: UtcMs, language: str) -> str:
        return format_time(office_time(utc_ms, self._pages.zone), language)


def _again_s(found: Stands) -> int | None:
    """After how many seconds its page looks again; None: nothing more will happen."""
    return LOOK_AGAIN_S if found.state == OPEN else None


def _html(text: str) -> HTMLResponse:
    return HTMLResponse(text, headers={"cache-control": "no-store"})


async def our_form(request: Request) -> Form:
    """What was sent from a page of ours. Raises HTTPException."""
    if not from_our_page(request.headers):
        raise HTTPException(403, "this form did not come from a page of this office")
    try:
        return await form_of(request)
    except Refused as error:
        raise HTTPException(error.status, error.message) from error


def from_our_page(headers: Mapping[str, str]) -> bool:
    """Whether nothing says that the form came from elsewhere.

    There is no session here: what another site can have a browser do is to ask for a place, whose address it never
    learns. Our pages send no referrer, for which browsers write the origin of a form as `null`.
    """
    site, origin = headers.get("sec-fetch-site", "same-origin"), headers.get("origin", "null")
    return site == "same-origin" and (origin == "null" or origin.partition("://")[2] == headers.get("host"))


def asker(request: Request, proxy: str | None) -> str:
    """The address that asks: the last one that our proxy, and nobody else, says it has the request from."""
    address = address_of(request)
    if proxy is None or address != proxy:
        return address
    return request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip() or address
