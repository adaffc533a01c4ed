"""Requests on the console, for supervisors and administrators: what a centre asks of this office, and how that is
answered; at a centre what it asks of all its offices, and what became of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from server import alert_words, asked, asking, listing, whom
from server.alert_words import Names
from server.alerts import Code
from server.asked import Asked, Show
from server.asking import judged_reply, judged_wish
from server.console_pages import ConsolePages, redirect
from server.database import Db
from server.door import Door, Person
from server.errors import ActRefused
from server.forms import Form, form_of
from server.listing import A_PAGE, Around
from server.people import Role, called
from server.queue import Moment
from server.reading import services_at
from server.reads import Reads
from server.request_words import CANNOT_WORDS, OTHER, REFUSED, SHOWN, STATES, VERDICTS, WHAT
from server.telling import names_of
from sync.clock import office_day, office_time
from translations import N_, load
from translations.numerals import format_date, format_moment

# gettext: alerts

TITLE = N_("Requests")
LISTED = 200
"""So many that were asked of this office are shown where it asks others, too: the list that is turned is that one."""
TICKED = 100
"""So many offices can be ticked on one page; others are found by a part of their name."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of a new request."""

    what: str = ""
    about: str = ""
    text: str = ""
    due: str = ""
    whom: str = whom.SOME
    offices: tuple[str, ...] = ()


class RequestDesk:
    """The routes below /requests. `everywhere` reads all offices' journals; `seen` has what nobody has taken note of
    counted anew."""

    def __init__(
        self,
        door: Door,
        pages: ConsolePages,
        everywhere: Reads,
        moment: Callable[[], Moment | None],
        *,
        seen: Callable[[], Awaitable[None]],
    ) -> None:
        self._door, self._pages, self._everywhere, self._moment, self._seen = door, pages, everywhere, moment, seen
        self._zone = pages.pages.zone

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        Supervisor = Annotated[Person, Depends(self._door.require(Role.SUPERVISOR))]

        @app.get("/requests")
        async def listed(request: Request, person: Supervisor, show: str = "") -> Response:
            chosen = Show(show) if show in {each.value for each in Show} else Show.OPEN
            return await self._listed(request, person, chosen, listing.asked_of(request.query_params).number)

        @app.get("/requests/new")
        async def new(
            request: Request, person: Supervisor, what: str = "", about: str = "", office: str = "", find: str = ""
        ) -> Response:
            typed = Typed(what, about, offices=(office,) if office else ())
            return await self._form(request, person, typed, office, find)

        @app.post("/requests/new")
        async def ask(request: Request, person: Supervisor) -> Response:
            form = await form_of(request)
            known = await self._everywhere.read(whom.every, person.language)
            try:
                await self._ask(form, known, person)
            except ActRefused as error:
                return await self._form(request, person, _typed(form, known), form.one("office"), fault=error.code)
            return redirect("/requests")

        @app.post("/requests/{name}/withdraw/{office}")
        async def withdraw(request: Request, name: str, office: str, person: Supervisor) -> Response:
            await form_of(request)
            try:
                at = self._at()
                await self._door.write(partial(asking.withdraw, request=name, office=office, staff=person.staff, at=at))
            except ActRefused as error:
                return await self._listed(request, person, Show.OPEN, 1, error.code)
            return redirect("/requests")

        @app.get("/requests/{name}")
        async def one(request: Request, name: str, person: Supervisor) -> Response:
            return await self._one(request, person, name)

        @app.post("/requests/{name}/{step}")
        async def act(request: Request, name: str, step: str, person: Supervisor) -> Response:
            if step not in ("seen", "answer"):
                raise HTTPException(404)
            form = await form_of(request)
            try:
                await self._act(step, name, form, person)
            except ActRefused as error:
                return await self._one(request, person, name, error.code, form)
            await self._seen()
            return redirect(f"/requests/{name}" if step == "answer" else "/requests")

    # Pages ------------------------------------------------------------------------------------------------------------

    async def _listed(self, request: Request, person: Person, show: Show, page: int, fault: str = "") -> Response:
        language, today = person.language, self._today().isoformat()
        several, on = await self._everywhere.read(_has_offices), listing.Asked(number=page)
        most, skip = (LISTED, 0) if several else (A_PAGE + 1, on.first)
        here = await self._door.read(asked.asked_here, most, skip)
        found: list[Asked] = []
        counts: Mapping[Show, int] = {}
        if several:
            found = await self._everywhere.read(asked.asked_of_offices, show, today, A_PAGE + 1, on.first)
            counts = await self._everywhere.read(asked.counts, today)
        more, kept = len(found if several else here) > A_PAGE, {"show": show.value} if several else {}
        here = here if several else here[:A_PAGE]
        names = await self._everywhere.read(_names, (*here, *found[:A_PAGE]))
        people = await self._door.read(called)
        words = load(language, "alerts").gettext
        around = Around("/requests", on, more, False, kept)
        values = {
            "here": [self._row(each, names, people, language) for each in here],
            "several": several,
            "rows": [self._row(each, names, people, language) for each in found[:A_PAGE]],
            "shown": [(each.value, words(text), counts.get(each, 0), each is show) for each, text in SHOWN.items()],
            "show": show.value,
            "turn": listing.shown(self._pages.pages, around, language)[1],
            "fault": fault and self._fault(fault, language),
        }
        return self._page(request, "requests.html", values, "/requests", 409 if fault else 200)

    async def _form(
        self, request: Request, person: Person, typed: Typed, office: str, find: str = "", fault: str = ""
    ) -> Response:
        language = person.language
        known = await self._everywhere.read(whom.every, language)
        alone = next((name for id, name in known if id == office), "")
        matching = [each for each in known if find.casefold() in each[1].casefold() or each[0] in typed.offices]
        words = load(language, "alerts").gettext
        values = {
            "typed": typed,
            "office": office if alone else "",
            "alone": alone,
            "whats": [(each, words(text)) for each, text in WHAT.items()],
            "abouts": await self._everywhere.read(_abouts, office, language) if alone else [],
            "offices": matching[:TICKED],
            "more": len(matching) > TICKED,
            "find": find,
            "most": asking.MOST_ASKED,
            "today": self._today().isoformat(),
            "key": self._door.random(16).hex(),
            "fault": fault and self._fault(fault, language),
        }
        return self._page(request, "request_new.html", values, "/requests/new", 422 if fault else 200)

    async def _one(
        self, request: Request, person: Person, name: str, fault: str = "", form: Form | None = None
    ) -> Response:
        found = await self._door.read(asked.one_here, name)
        if found is None:
            raise HTTPException(404)
        language = person.language
        names, people = await self._everywhere.read(_names, (found,)), await self._door.read(called)
        words = load(language, "alerts").gettext
        values = {
            "row": self._row(found, names, people, language),
            "verdicts": [(each, words(text)) for each, text in VERDICTS.items()],
            "reasons": [(each, words(text)) for each, text in CANNOT_WORDS.items()],
            "typed": {each: form.one(each) if form is not None else "" for each in ("verdict", "reason", "text")},
            "most": asking.MOST_ANSWERED,
            "key": self._door.random(16).hex(),
            "fault": fault and self._fault(fault, language, asking.MOST_ANSWERED),
        }
        return self._page(request, "request.html", values, f"/requests/{name}", 422 if fault else 200)

    def _row(self, of: Asked, names: Names, people: Mapping[str, str], language: str) -> dict[str, Any]:
        words = load(language, "alerts").gettext
        journal, _, seq = of.about.partition(":")
        overdue = of.is_overdue(self._today().isoformat())
        return {
            "request": of.request,
            "whose": of.whose,
            "office": of.whose and alert_words.office_named(names, of.whose, language),
            "says": words(WHAT.get(of.what, OTHER)),
            "about": "" if seq else names.of("", of.about, language),
            "followup": f"/followups/{journal}/{seq}" if seq else "",
            "text": of.text,
            "due": of.due and format_date(date.fromisoformat(of.due), language),
            "overdue": overdue,
            "open": of.is_open,
            "state": words(STATES[of.state]),
            "asked": self._when(of.asked_ms, language),
            "by": people.get(of.by or "", of.by or ""),
            "seen": of.seen_ms and self._when(of.seen_ms, language),
            "seen_by": people.get(of.seen_by or "", "") if not of.whose else "",
            "answered": of.answered_ms and self._when(of.answered_ms, language),
            "verdict": words(VERDICTS.get(of.verdict, OTHER)) if of.verdict else "",
            "reason": words(CANNOT_WORDS.get(of.reason, OTHER)) if of.reason else "",
            "answer": of.answer,
        }

    # Acts -------------------------------------------------------------------------------------------------------------

    async def _ask(self, form: Form, known: list[tuple[str, str]], person: Person) -> None:
        at, typed = self._at(), _typed(form, known)
        wish = judged_wish(typed.what, typed.about, typed.text, typed.due, self._today())
        offices = tuple(id for id, _ in known) if typed.whom == whom.ALL else typed.offices
        name, key = self._door.random(8).hex(), form.one("key")
        await self._door.write(
            lambda ledger: asking.ask(ledger, key, name, wish, offices, person.staff, at),
        )

    async def _act(self, step: str, name: str, form: Form, person: Person) -> None:
        at, key = self._at(), form.one("key")
        if step == "seen":
            await self._door.write(lambda ledger: asking.note_seen(ledger, name, person.staff, at))
            return
        reply = judged_reply(form.one("verdict"), form.one("reason"), form.one("text"))
        await self._door.write(lambda ledger: asking.answer(ledger, key, name, reply, person.staff, at))

    def _at(self) -> Moment:
        at = self._moment()
        if at is None:
            raise ActRefused("no-clock", "nobody vouches for the clock", hint="Set the server's clock.")
        return at

    def _today(self) -> date:
        return office_day(self._door.now(), self._zone)

    def _fault(self, code: str, language: str, most: int = asking.MOST_ASKED) -> str:
        return load(language, "alerts").gettext(REFUSED.get(code, OTHER)).format(most=most)

    def _page(self, request: Request, template: str, values: dict[str, Any], here: str, status: int = 200) -> Response:
        return self._pages.part(
            request, "alerts", template, TITLE, values, status=status, here=here, style="alerts.css"
        )

    def _when(self, utc_ms: int, language: str) -> str:
        return format_moment(office_time(utc_ms, self._zone), language)


def _typed(form: Form, known: list[tuple[str, str]]) -> Typed:
    """What was filled in. `office`, where one alone is asked, comes before what was ticked."""
    alone = form.one("office")
    ticked = (alone,) if alone else form.many("offices")
    offices = tuple(id for id, _ in known if id in ticked)
    wanted = form.one("whom") if not alone else whom.SOME
    what, about, text, due = (form.one(each) for each in ("what", "about", "text", "due"))
    return Typed(what, about, text, due, whom.ALL if wanted == whom.ALL else whom.SOME, offices)


def _names(db: Db, of: Sequence[Asked]) -> Names:
    """What these are about can be a service or a machine."""
    return names_of(db, [(code, each.about, each.whose) for each in of for code in ("", Code.WAITING.value)])


def _has_offices(db: Db) -> bool:
    return db.execute("SELECT 1 FROM offices LIMIT 1").fetchone() is not None


def _abouts(db: Db, office: str, language: str) -> list[tuple[str, str]]:
    """(id, name) of the machines and services of an office that relays here."""
    query = """SELECT journal_id, place FROM journals
        WHERE office = ? AND own = 0 AND role <> 'office' AND successor IS NULL ORDER BY place, journal_id"""
    machines = [(str(name), str(place) or str(name)[:8]) for name, place in db.execute(query, (office,))]
    names = Names(services_at(db, office))
    return machines + sorted((each, names.of("", each, language)) for each in names.services)
