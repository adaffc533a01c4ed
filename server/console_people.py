"""The console's people: an administrator adds, changes, resets and disables accounts."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from server import queue, reading
from server.console_pages import ConsolePages, Filled, details_of, redirect
from server.door import Door, Person
from server.errors import AccountRefused, ActRefused
from server.forms import Form, form_of
from server.ledger import Ledger
from server.passwords import first_password
from server.people import (
    ROLES,
    Account,
    Details,
    Role,
    by_id,
    clean_skills,
    everybody,
    folded_login,
    login_fault,
    name_fault,
    new_staff,
)
from server.queue import Moment
from sync.facts_access import FiguresGranted
from translations import LANGUAGES, N_

# gettext: console

NO_CLOCK = N_("The server does not know the time yet. A supervisor confirms it first, under Day")
SERVES_NOTHING = N_("A counter would serve nothing any more, and somebody is there. Finish there first")


def add_people(app: FastAPI, door: Door, pages: ConsolePages, moment: Callable[[], Moment | None]) -> None:
    """The routes below /people. What somebody is trained for is said in the journal too, once the time is known."""
    Administrator = Annotated[Person, Depends(door.require(Role.ADMINISTRATOR))]

    async def drawn(
        request: Request, person: Person, account: Account | None, form: Filled, status: int = 200
    ) -> Response:
        names = await door.read(reading.services)
        chosen = form.values.get("skills", ())
        values = {"other": account, "services": pages.services(names, person.language, chosen)}
        here = "/people/new" if account is None else f"/people/{account.staff}"
        return pages.page(request, "console_person.html", values, status=status, form=form, here=here)

    async def write(person: Person, change: Callable[[Ledger], None]) -> None:
        at = moment()

        def job(ledger: Ledger) -> None:
            change(ledger)
            if at is not None and not queue.stands_still(ledger):
                now = queue.steady(ledger, at)
                queue.turn(ledger, now)
                queue.tell_skills(ledger, now, person.staff)

        try:
            await door.write(job)
        except ActRefused as error:
            raise AccountRefused(str(error), hint=SERVES_NOTHING) from error

    async def once(request: Request, account: Account | Details, password: str) -> Response:
        details = account.details if isinstance(account, Account) else account
        values = {"details": details, "password": password}
        return pages.page(request, "console_once.html", values, here="/people")

    async def known(staff: str) -> Account:
        account = await door.read(by_id, staff)
        if account is None:
            raise HTTPException(404)
        return account

    @app.get("/people")
    async def people(request: Request, person: Administrator) -> Response:
        names = await door.read(reading.services)
        rows = [(account, _skills(pages, account, names, person)) for account in await door.read(everybody)]
        return pages.page(request, "console_people.html", {"rows": rows, "now_ms": door.now()})

    @app.get("/people/new")
    async def new(request: Request, person: Administrator) -> Response:
        return await drawn(request, person, None, Filled({"role": Role.STAFF.word, "language": LANGUAGES[0]}))

    @app.post("/people")
    async def add(request: Request, person: Administrator) -> Response:
        details, form = _read(await form_of(request))
        if not form.faults:
            password, staff, now_ms = first_password(door.random), new_staff(door.random), door.now()
            kept = await door.make(password)
            try:
                await write(person, lambda ledger: ledger.people.add(details, kept, staff, now_ms))
                return await once(request, details, password)
            except AccountRefused as error:
                form = Filled(form.values, {error.field or "form": error.hint})
        return await drawn(request, person, None, form, 422)

    @app.get("/people/{staff}")
    async def one(request: Request, staff: str, person: Administrator) -> Response:
        account = await known(staff)
        return await drawn(request, person, account, Filled(details_of(account)))

    @app.post("/people/{staff}")
    async def change(request: Request, staff: str, person: Administrator) -> Response:
        account = await known(staff)
        details, form = _read(await form_of(request))
        if not form.faults:
            try:
                await write(person, lambda ledger: ledger.people.change(staff, details))
                return redirect("/people")
            except AccountRefused as error:
                form = Filled(form.values, {error.field or "form": error.hint})
        return await drawn(request, person, account, form, 422)

    @app.post("/people/{staff}/reset")
    async def reset(request: Request, staff: str, person: Administrator) -> Response:
        account, password, now_ms = await known(staff), first_password(door.random), door.now()
        kept = await door.make(password)
        await door.write(lambda ledger: ledger.people.reset(staff, kept, now_ms))
        return await once(request, account, password)

    @app.post("/people/{staff}/officers")
    async def officers(request: Request, staff: str, person: Administrator) -> Response:
        account, at = await known(staff), moment()
        granted = bool((await form_of(request)).one("granted"))
        if at is None:
            raise AccountRefused("nobody vouches for the clock", hint=NO_CLOCK)
        fact = FiguresGranted(at.now_ms, account.staff, granted, person.staff)

        def job(ledger: Ledger) -> None:
            ledger.people.grant(staff, granted=granted)
            ledger.append([fact], at.instant)

        if granted is not account.officers:
            await door.write(job)
        return redirect(f"/people/{staff}")

    @app.post("/people/{staff}/disable")
    async def disable(request: Request, staff: str, person: Administrator) -> Response:
        await door.write(lambda ledger: ledger.people.disable(staff))
        return redirect("/people")

    @app.post("/people/{staff}/enable")
    async def enable(request: Request, staff: str, person: Administrator) -> Response:
        await door.write(lambda ledger: ledger.people.enable(staff))
        return redirect("/people")


def _read(form: Form) -> tuple[Details, Filled]:
    """What an administrator filled in, and what is wrong with it."""
    login, name, skills = folded_login(form.one("login")), form.one("name").strip(), clean_skills(form.many("skills"))
    role = ROLES.get(form.one("role"), Role.STAFF)
    language = form.one("language") if form.one("language") in LANGUAGES else LANGUAGES[0]
    found = {"login": login_fault(login), "name": name_fault(name)}
    values = {"login": form.one("login"), "name": name, "role": role.word, "language": language, "skills": skills}
    faults = {field: fault for field, fault in found.items() if fault is not None}
    return Details(login, name, role, skills, language), Filled(values, faults)


def _skills(pages: ConsolePages, account: Account, names: Any, person: Person) -> list[Any]:
    chosen = account.details.skills
    return [name for service, name in pages.services(names, person.language, chosen) if service in chosen]
