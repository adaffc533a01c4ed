"""The offices for everybody and without a sign-in: which are open, how many wait, how long; each with its services.

Works without a script; with one the part that changes is asked for now and then. Routes: /offices, /o/OFFICE.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.exceptions import HTTPException

from server.door import address_of
from server.halls import Hall, Halls, Listed
from server.limit import NOT_THERE, TOO_MANY, Address, Limit
from server.listing import A_PAGE
from server.office_name import unheard
from server.pages import Pages, in_language
from server.services_page import found_in, notice_of, parts, sheet, told_now
from server.stands import Stands
from server.told_office import Age, Told, told
from sync.config_words import is_http
from sync.live import Live
from sync.types import UtcMs
from translations import N_, load
from translations.numerals import format_moment, format_time
from translations.told import below_still

# gettext: public

DRAWN, DRAWN_MS = 120, 250
"""Pages that are drawn for one address: so many at once, and one more in so many milliseconds. What was drawn just
before is free."""

STANDS_MS = 5_000
AGAIN_S, LIST_AGAIN_S = 15, 30
OPEN = {True: N_("Open"), False: N_("Closed"), None: N_("Opening hours are not known here")}


@dataclass(frozen=True, slots=True)
class Row:
    """An office in the words of a language. `grey`: what is said of figures that are not of now, else empty. Of the
    groups that are told: (name, how many wait, from and to minutes or None). `quiet`: it is closed and empty."""

    told: Told
    name: Any
    state: str
    more: str
    grey: str
    groups: tuple[tuple[str, int, Any], ...]
    quiet: bool = False


class OutsidePages:
    """Draws them, and adds their routes."""

    def __init__(self, pages: Pages, halls: Halls, now: Callable[[], UtcMs], address: Address = address_of) -> None:
        self._limit = Limit(DRAWN, DRAWN_MS, address, now)
        self._pages, self._halls, self._now = pages, halls, now
        self._drawn: Stands[str] = Stands(now, STANDS_MS)

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""

        @app.get(
            "/offices",
            response_class=HTMLResponse,
            responses=TOO_MANY,
            summary="Every office: open or closed, who waits, how long",
        )
        async def offices(request: Request, lang: str = "", q: str = "", page: int = 1) -> HTMLResponse:
            asked = self._pages.language(lang), q.strip()[:60], min(max(page, 1), 10_000)
            return _html(await self._get(request, ("offices", *asked), lambda: self._list(*asked)))

        @app.get(
            "/offices/now",
            response_class=HTMLResponse,
            responses=TOO_MANY,
            summary="The part of that page that changes",
        )
        async def offices_now(request: Request, lang: str = "", q: str = "", page: int = 1) -> HTMLResponse:
            asked = self._pages.language(lang), q.strip()[:60], min(max(page, 1), 10_000)
            html = await self._get(request, ("rows", *asked), lambda: self._rows(*asked))
            return self._changing(html, LIST_AGAIN_S)

        @app.get(
            "/o/{office}",
            response_class=HTMLResponse,
            responses=NOT_THERE | TOO_MANY,
            summary="One office: who waits for what, how long",
        )
        async def one(request: Request, office: str, lang: str = "") -> HTMLResponse:
            language = self._pages.language(lang)
            return _html(await self._get(request, ("o", language, office), lambda: self._one(office, language)))

        @app.get(
            "/o/{office}/now",
            response_class=HTMLResponse,
            responses=NOT_THERE | TOO_MANY,
            summary="The part of an office's page that changes",
        )
        async def now(request: Request, office: str, lang: str = "") -> HTMLResponse:
            language = self._pages.language(lang)
            html = await self._get(request, ("now", language, office), lambda: self._now_part(office, language))
            return self._changing(html, AGAIN_S)

        @app.get(
            "/o/{office}/services/{service}",
            response_class=HTMLResponse,
            responses=NOT_THERE | TOO_MANY,
            summary="Steps, documents, fee",
        )
        async def of_service(request: Request, office: str, service: str, lang: str = "") -> HTMLResponse:
            asked = office, service, self._pages.language(lang)
            return _html(await self._get(request, asked, lambda: self._service(*asked)))

    async def _get(self, request: Request, key: tuple[object, ...], make: Callable[[], Awaitable[str]]) -> str:
        """Raises ComeLater, and HTTPException(404)."""
        return await self._drawn.get(key, make, lambda: self._limit(request))

    def _changing(self, html: str, again_s: int) -> HTMLResponse:
        answer = _html(html)
        answer.headers["scorecard-as-of"] = self._pages.clock(self._now())
        answer.headers["scorecard-again"] = str(again_s)
        return answer

    async def _list(self, language: str, asked: str, number: int) -> str:
        listed = await self._named(asked)
        values = {
            "now": Markup(await self._rows(language, asked, number)),
            "asked": asked,
            "search": bool(asked) or len(listed) > A_PAGE,
            "number": number,
            "before": number - 1 if number > 1 else None,
            "after": number + 1 if number * A_PAGE < len(listed) else None,
            "as_of": self._pages.clock(self._now()),
            "again_s": LIST_AGAIN_S,
        }
        title = load(language, "public").gettext("Offices now")
        kept = urlencode({"q": asked, "page": number}) + "&"
        frame = {"script": "ticket.js", "again_s": LIST_AGAIN_S, "kept": kept}
        body = self._pages.render("outside_offices.html", language, values, "public")
        return framed(self._pages, language, title, body, **frame)

    async def _rows(self, language: str, asked: str, number: int) -> str:
        first = (number - 1) * A_PAGE
        here = (await self._named(asked))[first : first + A_PAGE]
        values = {"rows": [await self._row(each.office, language) for each in here], "asked": asked}
        return self._pages.render("outside_rows.html", language, values, "public").strip()

    async def _named(self, asked: str) -> list[Listed]:
        return [each for each in (await self._halls.all()).values() if _is_named(each, asked)]

    async def _row(self, office: str, language: str) -> Row:
        return row(told(await hall_of(self._halls, office), self._now()), language)

    async def _one(self, office: str, language: str) -> str:
        hall = await hall_of(self._halls, office)
        values = {
            "office_id": office,
            "own": hall.listed.own,
            "name": name_of(hall.listed.name, office, language),
            "notices": told_now(hall.around, self._now()),
            "now": Markup(self._part(hall, language)),
            "as_of": self._pages.clock(self._now()),
            "again_s": AGAIN_S,
        }
        frame = {"script": "ticket.js", "again_s": AGAIN_S}
        body = self._pages.render("outside_office.html", language, values, "public")
        return framed(self._pages, language, values["name"], body, **frame)

    async def _now_part(self, office: str, language: str) -> str:
        return self._part(await hall_of(self._halls, office), language)

    def _part(self, hall: Hall, language: str) -> str:
        seen = told(hall, self._now())
        listed = parts(seen.around, seen.live, language)
        values = {"row": row(seen, language), "parts": listed, "office_id": hall.listed.office}
        return self._pages.render("outside_now.html", language, values, "public").strip()

    async def _service(self, office: str, service: str, language: str) -> str:
        hall = await hall_of(self._halls, office)
        found, seen = found_in(hall.around, service), told(hall, self._now())
        values = {
            "sheet": sheet(found, seen.around, seen.live, language),
            "notice": notice_of(hall.around, language),
            "notices": told_now(hall.around, self._now()),
            "say": load(language, "report").gettext,
            "as_of": "" if seen.at is None or seen.age is Age.LOST else format_time(seen.at, language),
            "online": _elsewhere(seen.live, service),
            "back": f"/o/{office}",
            "of": name_of(hall.listed.name, office, language),
        }
        return self._pages.render("service.html", language, values, "pages")


def framed(pages: Pages, language: str, title: Any, body: str, **frame: Any) -> str:
    """A page of the public site: `body`, which is drawn, in the frame that all pages have. `frame`: `styles`, `script`
    and `again_s` (seconds until it looks again), `kept` (what its language links keep), `kind` (a class)."""
    whole = {"styles": (), "script": "", "again_s": 0, "kept": "", "kind": "", "title": title, "body": Markup(body)}
    return pages.render("outside.html", language, whole | frame, "pages")


async def hall_of(halls: Halls, office: str) -> Hall:
    """How this office stands. Raises HTTPException(404)."""
    hall = await halls.hall(office)
    if hall is None:
        raise HTTPException(404)
    return hall


def name_of(name: Mapping[str, str], office: str, language: str) -> Any:
    """What an office is called; before it said so, the beginning of its id, and that."""
    return in_language(name, language) if name else unheard(office, language)


def row(seen: Told, language: str) -> Row:
    """An office in the words of this language."""
    words = load(language, "public")
    at = "" if seen.at is None else format_moment(seen.at, language)
    grey = ""
    if seen.age is Age.EARLIER:
        grey = words.gettext("Last heard of at {time}. This is how it was then.").format(time=at)
    elif seen.age is Age.LOST:
        grey = words.gettext("Nothing was heard of this office yet.")
        if at:
            grey = words.gettext("Not heard of since {time}: how many wait is not known here.").format(time=at)
    hours = seen.hours
    state = N_("Break") if hours.back is not None else OPEN[hours.open]
    quiet = hours.open is False and not seen.waiting and not seen.counters
    groups = tuple((_group(each.names, language), each.waiting, each.range) for each in seen.waits)
    return Row(
        seen,
        name_of(seen.name, seen.office, language),
        words.gettext(state),
        below_still(language, hours.why.get(language), hours.opens, hours.back, None),
        grey,
        groups if not quiet and (len(groups) > 1 or any(span for _, _, span in groups)) else (),
        quiet,
    )


def _group(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or next(iter(names.values()), load(language, "public").gettext("All services"))


def _elsewhere(live: Live, service: str) -> dict[str, str] | None:
    """Where the office gives places for phones today, as it says itself; None: it said nothing of it."""
    terms = live.online.terms
    return None if terms is None or is_http(terms.url) is not None else {"elsewhere": f"{terms.url}/{service}"}


def _is_named(listed: Listed, asked: str) -> bool:
    wanted = asked.casefold()
    return not wanted or any(wanted in each.casefold() for each in listed.name.values())


def _html(text: str) -> HTMLResponse:
    return HTMLResponse(text, headers={"cache-control": "no-store"})
