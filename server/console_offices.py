"""The offices that relay to this server, on the console: paired by a code, replaced by another one, withdrawn."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from server import listing, regain
from server.door import Person
from server.forms import form_of
from server.listing import A_PAGE, Around, asked_of
from server.office_desk import OfficeDesk
from server.office_name import unheard
from server.office_words import GIVEN_BACK, in_the_way
from server.offices import Kept, kept, kept_one
from server.pairing import new_code
from server.people import Role
from server.regain import GivenBack
from server.way_down import Why
from sync.exchange_terms import Phase
from sync.paircode import make_code
from sync.types import JournalId
from translations import N_, load

# gettext: office


TOLD = (N_("Write it into server.toml of the office, under [upstream], as code. It is good once, for one day."),)
"""What is said below the code."""


def add_offices(app: FastAPI, desk: OfficeDesk) -> None:
    """The routes below /offices."""
    door, pages = desk.door, desk.pages
    Administrator = Annotated[Person, Depends(door.require(Role.ADMINISTRATOR))]

    def name(each: Kept, language: str) -> str:
        names = each.office.name
        return (
            names.get(language)
            or names.get("th")
            or next(iter(names.values()), "")
            or unheard(each.office.office, language)
        )

    async def code_for(request: Request, person: Person, title: str, replaces: JournalId | None) -> Response:
        code = make_code(desk.certificate, door.random)
        record = new_code(code.secret, None, door.now(), replaces)
        await door.write(lambda ledger: ledger.add_code(record))
        values = {"back": ("/offices", N_("Offices")), "place": title, "code": str(code), "told": TOLD}
        return pages.page(request, person, "pairing_code.html", N_("Pairing code"), values, here="/offices")

    async def one(office: str) -> Kept:
        found = await desk.everywhere.read(kept_one, office)
        if found is None:
            raise HTTPException(404)
        return found

    @app.get("/offices")
    async def offices(request: Request, person: Administrator) -> Response:
        asked, language = asked_of(request.query_params), person.language
        found = await desk.everywhere.read(kept, asked)
        back = await desk.everywhere.read(regain.told)
        rows = [
            (
                each,
                name(each, language),
                desk.seen(each.office.contact_ms, language),
                [_came_back(desk, one, language) for one in back.get(each.office.office, ())],
            )
            for each in found[:A_PAGE]
        ]
        more = len(found) > A_PAGE
        around = Around("/offices", asked, more, more or asked.number > 1)
        find, turn = listing.shown(pages.shell.pages, around, language)
        values = {
            "rows": rows,
            "centre": _centre(desk),
            "in_the_way": in_the_way,
            "find": find,
            "turn": turn,
            "asked": asked.words,
        }
        return pages.page(request, person, "offices.html", N_("Offices"), values)

    @app.post("/offices/code")
    async def another(request: Request, person: Administrator) -> Response:
        await form_of(request)
        return await code_for(request, person, "", None)

    @app.post("/offices/{office}/replace")
    async def replace(request: Request, office: str, person: Administrator) -> Response:
        await form_of(request)
        found = await one(office)
        return await code_for(request, person, name(found, person.language), found.journal_id)

    @app.post("/offices/{office}/revoke")
    async def revoke(request: Request, office: str, person: Administrator) -> Response:
        await form_of(request)
        found = await one(office)
        await door.write(lambda ledger: ledger.revoke(found.journal_id, door.now()))
        return RedirectResponse("/offices", 303)


def _came_back(desk: OfficeDesk, back: GivenBack, language: str) -> tuple[str, list[str]]:
    """What is told of a loss that this office knows of: a sentence, and what came back."""
    words, found = load(language, "office"), desk.seen(back.found_ms, language)
    said = [
        words.gettext(GIVEN_BACK[what]).format(number=number, when=desk.seen(at, language))
        for what, number, at in back.said
    ]
    return words.gettext(_BACK if back.whole else _LACKS).format(time=found), said


_BACK = N_("This server was restored from an old copy. On {time} this office gave back what was missing here:")
_LACKS = N_(
    "This server was restored from an old copy. On {time} this office showed that it has more of what was published "
    "here. Not all of it has come back yet; it is asked for as soon as the office is reached."
)


def _centre(desk: OfficeDesk) -> tuple[str, Why | None] | None:
    """How this office stands with its own centre: (word, what is in the way); None where there is none."""
    if desk.centre.relay is None:
        return None
    reached = desk.centre.reached.values()
    trouble = next((Why(each.reason or "", each.message) for each in reached if each.message), None)
    if not reached or any(each.phase is Phase.UNPAIRED for each in reached):
        return N_("This office is not paired with its centre"), trouble
    if trouble is not None:
        return N_("Not everything reaches the centre"), trouble
    if desk.centre.down is not None:
        return N_("What the centre publishes does not come here"), desk.centre.down
    return N_("Everything is at the centre"), None
