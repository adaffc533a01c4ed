"""What the office does, for everybody and without a sign-in: each service with its steps, documents, fee and time, how
many wait for it now and how long. Works without a script on a cheap telephone.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from server.around import Around
from server.pages import Pages
from server.signs import facts_of, fee_words, foot_of, minutes_words
from sync.board import Minutes
from sync.live import Live
from sync.notices import Notice
from sync.services import Service
from sync.types import UtcMs
from translations import load

# gettext: pages, report

Offer = Callable[[str, Around, str], Mapping[str, object]]
"""What a service's page says of places for phones: (service, around, the code of why the last try gave none)."""


@dataclass(frozen=True, slots=True)
class Row:
    """A service in one language. `range`: minutes for whoever takes a number now; None: not known."""

    id: str
    name: str
    series: str
    time: str
    fee: str
    waiting: int
    range: Minutes | None


@dataclass(frozen=True, slots=True)
class Part:
    """Services of one group; `name` empty where the catalogue has no groups."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is published of one service. A `when` says in which case a document is needed."""

    row: Row
    steps: tuple[str, ...]
    documents: tuple[tuple[str, str | None], ...]
    facts: tuple[tuple[str, str], ...]


def parts(around: Around, live: Live, language: str) -> tuple[Part, ...]:
    """Every service, by group, in the order of the catalogue."""
    catalogue = around.catalogue
    if catalogue is None:
        return ()
    rows = {each.id: row(each, around, live, language) for each in catalogue.services}
    found = [
        Part(
            group.names.get(language) or next(iter(group.names.values()), ""),
            tuple(rows[each.id] for each in catalogue.services_of(group)),
        )
        for group in catalogue.groups
    ]
    alone = tuple(rows[each.id] for each in catalogue.services if catalogue.group_of(each) is None)
    return (*found, Part("", alone)) if alone else tuple(found)


def row(service: Service, around: Around, live: Live, language: str) -> Row:
    """One line of the list."""
    text = service.text(language)
    waiting = sum(each.service == service.id for each in live.waiting())
    return Row(
        service.id,
        text.name,
        service.series,
        minutes_words(service.minutes, language),
        fee_words(service, text, language),
        waiting,
        around.ranges.get(service.id),
    )


def sheet(service: Service, around: Around, live: Live, language: str) -> Sheet:
    """The page of a service."""
    text = service.text(language)
    documents = tuple((each.text, each.when) for each in text.documents)
    facts = (*facts_of(service, language), *foot_of(service, language))
    return Sheet(row(service, around, live, language), text.steps, documents, facts)


def found_in(around: Around, service: str) -> Service:
    """The published service of this id. Raises HTTPException(404)."""
    known = around.catalogue.services if around.catalogue is not None else ()
    found = next((each for each in known if each.id == service), None)
    if found is None:
        raise HTTPException(404)
    return found


def notice_of(around: Around, language: str) -> str | None:
    """What the catalogue says beside all services."""
    notice = around.catalogue.notice if around.catalogue is not None else None
    return None if notice is None else notice.get(language)


def told_now(around: Around, now_ms: UtcMs) -> list[Notice]:
    """The notices whose time is now, the urgent ones first, then the newest."""
    return sorted((each for each in around.notices[::-1] if each.is_told(now_ms)), key=lambda each: not each.is_urgent)


class ServicePages:
    """The routes /services and /services/ID."""

    def __init__(
        self,
        pages: Pages,
        around: Callable[[], Awaitable[Around]],
        live: Callable[[], Live],
        now: Callable[[], UtcMs],
        offer: Offer | None = None,
    ) -> None:
        """`offer`: what is said of places for phones; None: none are given."""
        self._pages, self._around, self._live, self._now, self._offer = pages, around, live, now, offer

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""

        @app.get("/services", response_class=HTMLResponse, summary="Every service with its time, fee and wait")
        async def services(lang: str = "") -> HTMLResponse:
            language, around = self._pages.language(lang), await self._around()
            values = {"parts": parts(around, self._live(), language)}
            return self._drawn("services.html", language, around, values)

        @app.get("/services/{service}", response_class=HTMLResponse, summary="Steps, documents, fee of one service")
        async def one(service: str, lang: str = "", sorry: str = "") -> HTMLResponse:
            language, around = self._pages.language(lang), await self._around()
            found = found_in(around, service)
            values = {
                "sheet": sheet(found, around, self._live(), language),
                "online": self._offer and self._offer(found.id, around, sorry),
                "back": "/services",
                "of": "",
            }
            return self._drawn("service.html", language, around, values)

    def _drawn(self, template: str, language: str, around: Around, values: Mapping[str, object]) -> HTMLResponse:
        now_ms = self._now()
        kept: dict[str, object] = {
            "as_of": self._pages.clock(now_ms),
            "say": load(language, "report").gettext,
            "notice": notice_of(around, language),
            "notices": told_now(around, now_ms),
        }
        html = self._pages.render(template, language, {**values, **kept}, "pages")
        return HTMLResponse(html, headers={"cache-control": "no-store"})
