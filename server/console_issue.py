"""Numbers from a phone: where the kiosks cannot keep up, staff go along the line and give them (server.giving)."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from server import qr, reading
from server.console_pages import Filled, redirect
from server.door import Person
from server.errors import ActRefused
from server.forms import form_of
from server.giving import Asked, give
from server.office_desk import OfficeDesk
from server.office_pages import fault_of
from server.pages import named
from server.people import Role
from sync.body import TicketName
from sync.issuing import secrets_of
from sync.types import Seq
from translations import LANGUAGES, N_

# gettext: office

SHOWN = 6
"""How many of the last numbers can be looked at again."""


def add_issue(app: FastAPI, desk: OfficeDesk) -> None:
    """The routes below /issue."""
    door, pages = desk.door, desk.pages
    Staff = Annotated[Person, Depends(door.require(Role.STAFF))]

    async def drawn(request: Request, person: Person, form: Filled, status: int = 200) -> Response:
        names = await door.read(reading.services)
        at = desk.moment()
        values = {
            "services": pages.shell.services(names, person.language, ()),
            "key": door.random(16).hex(),
            "latest": await door.read(reading.own_tickets, at.day, SHOWN) if at is not None else [],
        }
        return pages.page(
            request, person, "issue.html", N_("Give a number"), values, form=form, status=status, here="/issue"
        )

    @app.get("/issue")
    async def issue_page(request: Request, person: Staff) -> Response:
        return await drawn(request, person, Filled({"language": LANGUAGES[0]}))

    @app.post("/issue")
    async def issue(request: Request, person: Staff) -> Response:
        form = await form_of(request)
        language = form.one("language") if form.one("language") in LANGUAGES else LANGUAGES[0]
        services = tuple(dict.fromkeys(form.many("services")))
        cases = tuple(_count(form.one(f"cases-{each}")) for each in services)
        asked = Asked(form.one("key"), services, language, bool(form.one("priority")), cases)
        at = desk.now(person)
        try:
            given = await door.write(lambda ledger: give(ledger, asked, person.staff, at))
        except ActRefused as error:
            counts = dict(zip(services, cases, strict=True))
            filled = {"language": language, "services": services, "priority": asked.priority, "cases": counts}
            where = "services" if error.code in ("no-service", "no-ticket") else "form"
            return await drawn(request, person, Filled(filled, {where: fault_of(error)}), 422)
        return redirect(f"/issue/{given.seq}")

    @app.get("/issue/{seq}")
    async def given(request: Request, seq: int, person: Staff) -> Response:
        at = desk.moment()
        found = await door.read(reading.own_tickets, at.day, 1, seq) if at is not None and seq < 2**53 else []
        if not found:
            raise HTTPException(404)
        (ticket,) = found
        paper = secrets_of(desk.key, ticket.journal_id, ticket.day, ticket.series, ticket.lane, ticket.n)
        names = await door.read(reading.services)
        waiting = desk.hall.live.tickets.get(TicketName(ticket.journal_id, Seq(ticket.seq)))
        values = {
            "ticket": ticket,
            "priority": waiting is not None and waiting.priority,
            "services": [named(names, each, person.language) for each in ticket.services],
            "cases": waiting.cases if waiting is not None else (),
            "code": paper.code,
            "qr": qr.code(f"{desk.public_url}/t/{paper.token}") if desk.public_url else None,
        }
        return pages.page(request, person, "issued.html", N_("Number given"), values)


def _count(text: str) -> int:
    """How many cases a form says; without a word one, and 0, which no ticket can have, for what is no number."""
    return int(text) if len(text) == 1 and text.isdecimal() else int(not text)
