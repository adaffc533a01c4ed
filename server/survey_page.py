"""The short survey behind the QR of a ticket: four questions once its service is done, once a ticket, for some days.

Only at the ticket's own office, which alone writes its journal. Nothing is asked in words; what was answered is kept
without the ticket, and the language of the page is not kept.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from server import survey
from server.bucket import Buckets
from server.errors import ActRefused, LedgerRefused
from server.forms import Form
from server.ledger import Ledger
from server.limit import NOT_THERE, TOO_MANY, Address
from server.online_page import our_form
from server.pages import Pages
from server.queue import Moment
from server.reading import Found
from server.reads import Reads
from server.survey_words import NOT_NOW, QUESTIONS, REFUSED
from server.words import LEVEL_WORDS
from sync.body import TicketName
from sync.clock import office_day
from sync.facts_survey import DIMENSIONS
from sync.issuing import token_hash
from sync.live import Live
from sync.tickets import Status
from sync.types import UtcMs
from translations import load

# gettext: pages

ANSWERS, ANSWER_MS = 30, 10_000
"""Of one address: so many answers at once, and one more in so many milliseconds. A hall may share one address."""
OPEN, ANSWERED, EARLY, OVER = "open", "answered", "early", "over"


class Finds(Protocol):
    """Finds a ticket by its token (server.following)."""

    async def find(self, token: str, address: str) -> Found: ...


class Survey:
    """What the survey is of: the tickets of this server's own office. `reads` sees the whole ledger; `days`: for how
    long after its service a ticket answers."""

    def __init__(
        self, reads: Reads, live: Callable[[], Live], now: Callable[[], UtcMs], pages: Pages, days: int
    ) -> None:
        self._reads, self._live, self._now, self._pages, self.days = reads, live, now, pages, days
        self._served: dict[str, frozenset[TicketName]] = {}

    async def stands(self, found: Found, token: str) -> str:
        """How it stands for this ticket: one of OPEN, ANSWERED, EARLY, OVER; OVER also for another office's."""
        name = found.ticket.name
        if found.office is not None or name is None:
            return OVER
        if await self._reads.read(survey.has_answered, token_hash(token)):
            return ANSWERED
        live, today = self._live(), office_day(self._now(), self._pages.zone)
        held = live.tickets.get(name) if live.day == today.isoformat() else None
        if held is not None:
            return OPEN if held.status is Status.SERVED else EARLY
        for back in range(1, self.days + 1):
            day = (today - timedelta(days=back)).isoformat()
            if day >= found.ticket.day and name in await self._served_on(day):
                return OPEN
        return EARLY if found.ticket.day == today.isoformat() else OVER

    async def offers(self, found: Found, token: str) -> bool:
        """Whether this ticket may answer now."""
        return await self.stands(found, token) == OPEN

    async def _served_on(self, day: str) -> frozenset[TicketName]:
        """Of a day that is over: read once."""
        if day not in self._served:
            while len(self._served) > self.days:
                del self._served[min(self._served)]
            self._served[day] = await self._reads.read(survey.served_on, day)
        return self._served[day]


class SurveyPages:
    """The routes /t/TOKEN/survey. `write` has something done on the ledger; `moment`: now for the queue, None: nobody
    vouches for the clock."""

    def __init__(
        self,
        of: Survey,
        finds: Finds,
        pages: Pages,
        write: Callable[[Callable[[Ledger], None]], Awaitable[None]],
        moment: Callable[[], Moment | None],
        now: Callable[[], UtcMs],
        address: Address,
    ) -> None:
        self._survey, self._finds, self._pages, self._write = of, finds, pages, write
        self._moment, self._now, self._address = moment, now, address
        self._answers = Buckets(ANSWERS, ANSWER_MS)

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""

        @app.get(
            "/t/{token}/survey",
            response_class=HTMLResponse,
            responses=NOT_THERE | TOO_MANY,
            summary="A short survey for whoever was served with this ticket",
        )
        async def page(request: Request, token: str, lang: str = "") -> HTMLResponse:
            found = await self._finds.find(token, self._address(request))
            return await self._page(found, token, self._pages.language(lang))

        @app.post(
            "/t/{token}/survey",
            response_class=Response,
            responses=_ANSWERS | NOT_THERE | TOO_MANY,
            status_code=303,
            summary="Answer the survey (form: process, staff, facilities, information; 1 to 5, or nothing)",
        )
        async def answer(request: Request, token: str, lang: str = "") -> Response:
            language, address = self._pages.language(lang), self._address(request)
            found = await self._finds.find(token, address)
            form = await our_form(request)
            why = await self._answer(found, token, form, address)
            if why is None:
                return RedirectResponse(f"/t/{token}/survey?lang={language}", 303)
            return await self._page(found, token, language, why, form)

    async def _answer(self, found: Found, token: str, form: Form, address: str) -> str | None:
        """None where it is durable, or was before; else the code of why not."""
        at = self._moment()
        try:
            answers = survey.judged({each: form.one(each) for each in DIMENSIONS})
            if not await self._survey.offers(found, token):
                return None
            if self._answers.take(address, self._now()):
                return "wait"
            if at is None:
                return "not-now"
            await self._write(
                partial(survey.answer, token_hash=token_hash(token), answers=answers, days=self._survey.days, at=at)
            )
        except ActRefused as error:
            return None if error.code == "answered" else error.code
        except LedgerRefused:
            return "not-now"
        return None

    async def _page(
        self, found: Found, token: str, language: str, why: str = "", form: Form | None = None
    ) -> HTMLResponse:
        catalogue = load(language, "pages")
        words = catalogue.gettext
        values = {
            "_n": catalogue.ngettext,
            "label": found.ticket.label,
            "token": token,
            "state": await self._survey.stands(found, token),
            "days": self._survey.days,
            "fault": why and words(REFUSED.get(why, NOT_NOW)),
            "chosen": {each: form.one(each) if form is not None else "" for each in DIMENSIONS},
            "questions": [(each, words(QUESTIONS[each])) for each in DIMENSIONS],
            "levels": [(level, words(text)) for level, text in LEVEL_WORDS.items()],
        }
        html = self._pages.render("survey.html", language, values, "pages")
        return HTMLResponse(html, 422 if why else 200, headers={"cache-control": "no-store"})


_ANSWERS: dict[int | str, dict[str, Any]] = {
    422: {"description": "The page again: nothing was chosen, or not now", "content": {"text/html": {}}},
}
