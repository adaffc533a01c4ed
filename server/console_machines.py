"""The paired machines on the console: a broken one is replaced by another, which goes on with its numbers."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from server import reading
from server.door import Person
from server.forms import form_of
from server.office_desk import OfficeDesk
from server.pairing import new_code
from server.people import Role
from sync.clock import office_time
from sync.numbering import label
from sync.paircode import make_code
from translations import N_
from translations.numerals import format_date, format_time

# gettext: office


def add_machines(app: FastAPI, desk: OfficeDesk) -> None:
    """The routes below /machines."""
    door, pages = desk.door, desk.pages
    Administrator = Annotated[Person, Depends(door.require(Role.ADMINISTRATOR))]

    def seen(machine: reading.Machine, language: str) -> str:
        if machine.contact_ms is None:
            return "–"
        at = office_time(machine.contact_ms, desk.zone)
        return f"{format_date(at.date(), language, month=False)} {format_time(at, language)}"

    @app.get("/machines")
    async def machines(request: Request, person: Administrator) -> Response:
        found = await door.read(reading.machines)
        rows = [(each, label("A", each.lane, 1), seen(each, person.language)) for each in found]
        return pages.page(request, person, "machines.html", N_("Machines"), {"rows": rows})

    @app.post("/machines/{journal}/replace")
    async def replace(request: Request, journal: str, person: Administrator) -> Response:
        await form_of(request)
        found = next((each for each in await door.read(reading.machines) if each.journal_id == journal), None)
        if found is None or found.revoked:
            raise HTTPException(404)
        code = make_code(desk.certificate, door.random)
        record = new_code(code.secret, found.place, door.now(), found.journal_id)
        await door.write(lambda ledger: ledger.add_code(record))
        values = {"machine": found, "code": str(code)}
        return pages.page(request, person, "machine_code.html", N_("Pairing code"), values, here="/machines")
