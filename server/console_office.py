"""The office's settings on the console: its counters, and the rule by which numbers are called."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from server import reading, settings
from server.console_pages import Filled, redirect
from server.decide import MOST_COUNTERS
from server.door import Person
from server.errors import ActRefused
from server.forms import Form, form_of
from server.office_desk import OfficeDesk
from server.office_pages import fault_of
from server.office_words import RULE_WORDS
from server.people import Role
from sync.facts_office import CounterSetup, RuleAdopted
from sync.live import Live
from translations import N_, rule_text

# gettext: office

MOST_CAMERA = 40
NUMBER = N_("A counter's number is 1 to 99, and each is there once")
SERVICES = N_("Choose at least one service")
CAMERA = N_("A camera's name has at most 40 characters")
LIMIT = N_("This is beyond the limits")


def add_office(app: FastAPI, desk: OfficeDesk) -> None:
    """The routes below /office."""
    door, pages, hall = desk.door, desk.pages, desk.hall
    Administrator = Annotated[Person, Depends(door.require(Role.ADMINISTRATOR))]

    async def office(
        request: Request, person: Person, form: Filled | None = None, status: int = 200, look: RuleAdopted | None = None
    ) -> Response:
        live, coming = hall.live, await door.read(reading.rule_next)
        names = await door.read(reading.services)
        shown = form or Filled(settings.values_of(coming or live.rule))
        values = {
            "counters": [
                (
                    each,
                    [
                        name
                        for id_, name in pages.shell.services(names, person.language, each.services)
                        if id_ in each.services
                    ],
                )
                for each in settings.in_order(live)
            ],
            "settings": [(name, *RULE_WORDS[name], *settings.LIMITS[name]) for name in settings.LIMITS],
            "rules": _rules(live, coming, look, person.language),
        }
        return pages.page(
            request, person, "settings.html", N_("Office"), values, form=shown, status=status, here="/office"
        )

    async def drawn(request: Request, person: Person, number: int | None, form: Filled, status: int = 200) -> Response:
        names = await door.read(reading.services)
        services = pages.shell.services(names, person.language, form.values.get("services", ()))
        here = "/office/counters/new" if number is None else f"/office/counters/{number}"
        values = {"number": number, "services": services}
        return pages.page(
            request, person, "office_counter.html", N_("Counter"), values, form=form, status=status, here=here
        )

    async def set_counters(person: Person, counters: list[CounterSetup]) -> None:
        at, seen = desk.now(person), settings.in_order(hall.live)
        await door.write(lambda ledger: settings.set_counters(ledger, counters, seen, person.staff, at))

    async def stored(request: Request, person: Person, number: int | None) -> Response:
        others = [each for each in settings.in_order(hall.live) if each.counter != number]
        setup, form = _read(await form_of(request), number, {each.counter for each in others})
        if setup is not None:
            try:
                await set_counters(person, [*others, setup])
                return redirect("/office")
            except ActRefused as error:
                form = Filled(form.values, {"form": fault_of(error)})
        return await drawn(request, person, number, form, 422)

    @app.get("/office")
    async def office_page(request: Request, person: Administrator) -> Response:
        return await office(request, person)

    @app.get("/office/counters/new")
    async def new(request: Request, person: Administrator) -> Response:
        known = hall.live.setups
        free = next((each for each in range(1, MOST_COUNTERS + 1) if each not in known), "")
        services = tuple(await door.read(reading.services))
        return await drawn(request, person, None, Filled({"number": free, "services": services}))

    @app.post("/office/counters")
    async def add(request: Request, person: Administrator) -> Response:
        return await stored(request, person, None)

    @app.get("/office/counters/{number}")
    async def one(request: Request, number: int, person: Administrator) -> Response:
        setup = _known(hall.live, number)
        return await drawn(request, person, number, Filled({"services": setup.services, "camera": setup.camera or ""}))

    @app.post("/office/counters/{number}")
    async def change(request: Request, number: int, person: Administrator) -> Response:
        _known(hall.live, number)
        return await stored(request, person, number)

    @app.post("/office/counters/{number}/remove")
    async def remove(request: Request, number: int, person: Administrator) -> Response:
        setup = _known(hall.live, number)
        try:
            await set_counters(person, [each for each in settings.in_order(hall.live) if each.counter != number])
        except ActRefused as error:
            form = Filled({"services": setup.services, "camera": setup.camera or ""}, {"form": fault_of(error)})
            return await drawn(request, person, number, form, 422)
        return redirect("/office")

    @app.post("/office/rule")
    async def rule(request: Request, person: Administrator) -> Response:
        form = await form_of(request)
        numbers, filled = _numbers(form)
        wanted = settings.rule_of(numbers)
        if wanted is None:
            return await office(request, person, filled, 422)
        if form.one("look"):
            return await office(request, person, filled, look=wanted)
        at = desk.now(person)
        await door.write(lambda ledger: settings.adopt_rule(ledger, wanted, at))
        return redirect("/office")


def _known(live: Live, number: int) -> CounterSetup:
    setup = live.setups.get(number)
    if setup is None:
        raise HTTPException(404)
    return setup


def _rules(
    live: Live, coming: RuleAdopted | None, look: RuleAdopted | None, language: str
) -> list[tuple[str, Any, Any]]:
    """(heading, the rule in short, at length) for each rule that is worth reading."""
    found = [(N_("In force today"), live.rule)]
    if coming is not None:
        found.append((N_("From the next office day on"), coming))
    if look is not None:
        found.insert(0, (N_("With these settings (not kept yet)"), look))
    return [(head, rule_text.short(rule, language), rule_text.long(rule, language)) for head, rule in found]


def _read(form: Form, number: int | None, others: set[int]) -> tuple[CounterSetup | None, Filled]:
    """The counter in a form, None where something is wrong with it. `number`: None, it is in the form too."""
    typed, services, camera = form.one("number").strip(), form.many("services"), form.one("camera").strip()
    wanted = number if number is not None else int(typed) if typed.isdecimal() and len(typed) <= 2 else 0
    faults = {}
    if not 1 <= wanted <= MOST_COUNTERS or wanted in others:
        faults["number"] = NUMBER
    if not services:
        faults["services"] = SERVICES
    if len(camera) > MOST_CAMERA or not camera.isprintable():
        faults["camera"] = CAMERA
    filled = Filled({"number": typed, "services": tuple(services), "camera": camera}, faults)
    known = tuple(dict.fromkeys(each for each in services if 0 < len(each) <= 64))
    return (None if faults else CounterSetup(wanted, known, camera or None)), filled


def _numbers(form: Form) -> tuple[dict[str, int], Filled]:
    """The settings of the rule in a form, as far as they are numbers, and what is wrong with which."""
    typed = {name: form.one(name).strip() for name in settings.LIMITS}
    numbers = {name: int(text) for name, text in typed.items() if text.isdecimal() and len(text) <= 4}
    faults = {name: LIMIT for name, (low, high) in settings.LIMITS.items() if not low <= numbers.get(name, -1) <= high}
    return numbers, Filled(typed, faults)
