"""How long people waited and what they said of it, month by month, for everybody: /results. No counter and no officer.

The figures are the dashboard's and the report's own (server.dashboard), with what is left out and why beside each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from server import apart, figures_view, reading, told_answers
from server.console_proof_words import COMPLAINT as CATEGORIES
from server.dashboard import Board, board
from server.dashboard_reading import Made, read
from server.database import Db
from server.door import address_of
from server.figures_view import Names, month_name
from server.figures_words import TOPICS
from server.halls import Halls, Listed
from server.limit import NOT_THERE, TOO_MANY, Address, Limit
from server.listing import A_PAGE
from server.offices_page import framed, name_of
from server.pages import Pages, named
from server.periods import EARLIEST, Kind, Period, earlier, later, period
from server.reads import Reads
from server.scoring import GROUP
from server.stands import Stands
from server.sums import EVERY
from server.told_answers import Answers, Told
from sync.clock import office_day
from sync.types import UtcMs
from translations import LANGUAGE_NAMES, LANGUAGES, load

# gettext: figures

STANDS_MS = 60_000
DRAWN, DRAWN_MS = 60, 1000
"""As of server.offices_page."""
TABLES = ("office", "service", "hour")
"""What is set side by side for everybody: nothing by counter."""


@dataclass(frozen=True, slots=True)
class Results:
    """A month as it is read. `services`: names by id and language."""

    period: Period
    board: Board
    made: Made
    services: Mapping[str, Mapping[str, str]]
    answers: Answers


class ResultPages:
    """The route /results. `reads` sees the whole ledger."""

    def __init__(
        self, pages: Pages, halls: Halls, reads: Reads, now: Callable[[], UtcMs], address: Address = address_of
    ) -> None:
        self._limit = Limit(DRAWN, DRAWN_MS, address, now)
        self._pages, self._halls, self._reads, self._now = pages, halls, reads, now
        self._drawn: Stands[str] = Stands(now, STANDS_MS)

    def add_to(self, app: FastAPI) -> None:
        """Add the route."""

        @app.get(
            "/results",
            response_class=HTMLResponse,
            responses=NOT_THERE | TOO_MANY,
            summary="Times and satisfaction of a month, by office and service",
        )
        async def results(
            request: Request, lang: str = "", office: str = "", month: str = "", page: int = 1
        ) -> HTMLResponse:
            asked = office, _month(month), min(max(page, 1), 10_000), self._pages.language(lang)
            html = await self._drawn.get(asked, lambda: self._page(*asked), lambda: self._limit(request))
            return HTMLResponse(html, headers={"cache-control": f"public, max-age={STANDS_MS // 1000}"})

    async def _page(self, office: str, month: date | None, number: int, language: str) -> str:
        listed = await self._halls.all()
        if not office and len(listed) == 1:
            office = next(iter(listed))
        if office and office not in listed:
            raise HTTPException(404)
        first = (number - 1) * A_PAGE
        among = [] if office else list(listed)[first : first + A_PAGE]
        zone = listed[office].zone if office else self._pages.zone
        today = office_day(self._now(), zone)
        of = period(Kind.MONTH, month or today, today)
        found = await self._reads.read(read_results, office or EVERY, of, among, today, zone)
        words = load(language, "figures")
        values = self._values(found, listed, words.language, office, today)
        values |= {
            "before": number - 1 if among and number > 1 else None,
            "after": number + 1 if among and first + A_PAGE < len(listed) else None,
        }
        body = self._pages.render("results.html", language, values, "figures")
        kept = urlencode({"office": office, "month": of.first.isoformat()[:7], "page": number}) + "&"
        frame = {"kept": kept, "styles": ("figures.css",), "kind": "figures"}
        return framed(self._pages, language, words.gettext("Times and satisfaction"), body, **frame)

    def _values(
        self, found: Results, listed: Mapping[str, Listed], language: str, office: str, today: date
    ) -> dict[str, Any]:
        words, of = load(language, "figures"), found.period
        told = {office, *(row.name for row in found.board.tables.get("office", ()))} & listed.keys()
        offices = {each: name_of(listed[each].name, each, language) for each in told}
        names = Names(lambda service: named(found.services, service, language), offices)
        before, after = earlier(of, today), later(of, today)
        tables = {by: rows for by, rows in found.board.tables.items() if by in TABLES}
        return figures_view.shown(replace(found.board, tables=tables), names, words) | {
            "office_id": office,
            "office_name": offices.get(office, "") if office else (words.gettext("All offices") if listed else ""),
            "several": len(listed) > 1,
            "month": month_name(of.first.isoformat()[:7], language),
            "earlier": _link(before, office) if before is not None and before.first >= EARLIEST else "",
            "later": _link(after, office) if after is not None else "",
            "as_of": self._pages.moment(found.made.at_ms, language),
            "waiting": found.made.waiting,
            "answers": [self._answer(each, names, language) for each in found.answers.told],
            "untold": found.answers.untold,
            "left_out": lambda each: sum(n for _, n in each.left_out),
        }

    def _answer(self, of: Told, names: Names, language: str) -> dict[str, Any]:
        """One answer that is told, with the text in this language, or in another one where it lacks."""
        words = load(language, "figures").gettext
        category = load(language, "audit").gettext(CATEGORIES.get(of.about, of.about))
        text_language = next(each for each in (language, *LANGUAGES, *of.texts) if each in of.texts)
        return {
            "topic": words(TOPICS[of.topic]).format(about=category),
            "service": names.services(of.service) if of.service is not None else "",
            "days": of.days,
            "language": text_language,
            "lacks": "" if text_language == language else LANGUAGE_NAMES.get(text_language, text_language),
            "text": of.texts[text_language],
        }


def read_results(db: Db, office: str, of: Period, among: Sequence[str], today: date, zone: ZoneInfo) -> Results:
    """A month of an office, or of all of them (EVERY) with `among` told apart. Times of fewer than five are those of
    single people: they are not told."""
    sums, made = read(db, office, of, among, apart.told_among(db, of) if office == EVERY else None)
    told = board(of, replace(sums, counters=None), today, GROUP)
    over = of.last < today and office != EVERY
    answers = told_answers.read(db, office, of.first, of.last, zone) if over else Answers()
    services = {row.name for row in told.tables["service"]} | {each.service for each in answers.told if each.service}
    return Results(of, told, made, reading.services_told(db, office, services), answers)


def _link(of: Period, office: str) -> str:
    return urlencode({"month": of.first.isoformat()[:7], "office": office})


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
