"""The paired machines on the console: a broken one is replaced by another, which goes on with its numbers."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from markupsafe import Markup
from starlette.exceptions import HTTPException

from server import reading
from server.door import Person
from server.forms import form_of
from server.machine_words import more
from server.office_desk import OfficeDesk
from server.pairing import new_code
from server.people import Role
from server.reading import Clock, Device
from sync.numbering import label
from sync.paircode import make_code
from translations import N_

# gettext: office


TOLD = (
    N_("Write it into kiosk.toml of the new machine, under [server], as code. It is good once, for one day."),
    N_("On the day it is paired its numbers begin at the next free hundred, so that none is given twice."),
)
"""What is said below the code."""


def add_machines(app: FastAPI, desk: OfficeDesk) -> None:
    """The routes below /machines."""
    door, pages = desk.door, desk.pages
    Administrator = Annotated[Person, Depends(door.require(Role.ADMINISTRATOR))]

    @app.get("/machines")
    async def machines(request: Request, person: Administrator) -> Response:
        found = await door.read(reading.machines)
        known = await door.read(reading.devices)
        language = person.language
        rows = [
            (
                each,
                label("A", each.lane, 1),
                desk.seen(each.contact_ms, language),
                _fares(known.get(each.journal_id), desk, language),
            )
            for each in found
        ]
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
        values = {"back": ("/machines", N_("Machines")), "place": found.place, "code": str(code), "told": TOLD}
        return pages.page(request, person, "pairing_code.html", N_("Pairing code"), values, here="/machines")


def _fares(known: tuple[Device, Clock | None] | None, desk: OfficeDesk, language: str) -> Markup | None:
    """How a machine fares; None where another one goes on for it."""
    if known is None:
        return None
    device, clock = known
    return desk.pages.shell.pages.device(device, language, more(device, clock, desk, language))
