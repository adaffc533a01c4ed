"""Scores by officer on the console, for those who hold the right to see them. Each look is on record before it is
shown."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from server import officers
from server.console_pages import ConsolePages
from server.door import Door, Person
from server.episodes import Look, looks
from server.errors import Refused
from server.forms import form_of
from server.officers import MONTH_LEAST, Officer
from server.people import Role, called
from server.queue import Moment
from server.reads import Reads
from server.report_period import period_of, period_words
from sync.clock import office_day, office_time
from sync.facts_access import FiguresSeen
from translations import N_, load
from translations.numerals import format_moment

# gettext: figures

LOOKS = 20
"""So many of the last looks are shown."""


class OfficerDesk:
    """The route /officers. `reads` has a thread on which seconds do not matter, and sees this server's own journals."""

    def __init__(self, door: Door, pages: ConsolePages, reads: Reads, moment: Callable[[], Moment | None]) -> None:
        self._door, self._pages, self._reads, self._moment = door, pages, reads, moment
        self._zone = pages.pages.zone

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        Holder = Annotated[Person, Depends(self._door.require(Role.SUPERVISOR, officers=True))]

        @app.get("/officers")
        async def choose(request: Request, person: Holder) -> Response:
            return await self._page(request, person, "")

        @app.post("/officers")
        async def look(request: Request, person: Holder) -> Response:
            month = (await form_of(request)).one("month")
            if month not in await self._months():
                return await self._page(request, person, "", status=422)
            await self._note(month, person)
            return await self._page(request, person, month)

    async def _months(self) -> list[str]:
        return await self._reads.read(officers.months, office_day(self._door.now(), self._zone))

    async def _note(self, month: str, person: Person) -> None:
        at = self._moment()
        if at is None:
            message = N_("The server does not know the time yet. Its clock has to be set first.")
            words = load(person.language, "figures").gettext
            raise Refused(409, "no-clock", words(message), hint=words(N_("Every look is on record, with its time.")))
        of = period_of(month)
        fact = FiguresSeen(at.now_ms, person.staff, of.first.isoformat(), of.last.isoformat())
        await self._door.write(lambda ledger: ledger.append([fact], at.instant))

    async def _page(self, request: Request, person: Person, month: str, status: int = 200) -> Response:
        language = person.language
        people = await self._door.read(called)
        found: list[Officer] = await self._reads.read(officers.read, month) if month else []
        values: dict[str, Any] = {
            "months": [(each, period_words(period_of(each), language)) for each in await self._months()],
            "month": month,
            "told": month and period_words(period_of(month), language),
            "rows": sorted(((people.get(each.staff, each.staff), each) for each in found), key=lambda row: row[0]),
            "least": MONTH_LEAST,
            "looks": [self._look(each, people, language) for each in await self._reads.read(looks, LOOKS)],
        }
        title, here, style = N_("Scores by officer"), "/officers", "figures.css"
        return self._pages.part(
            request, "figures", "officers.html", title, values, status=status, here=here, style=style
        )

    def _look(self, of: Look, people: dict[str, str], language: str) -> tuple[str, str, str]:
        when = format_moment(office_time(of.at_ms, self._zone), language)
        first = date.fromisoformat(of.first)
        return when, people.get(of.staff, of.staff), period_words(period_of(f"{first:%Y-%m}"), language)
