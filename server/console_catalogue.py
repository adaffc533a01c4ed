"""The catalogue editor on the console: groups and services in order, and each service in every language."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response

from server import catalogue_draft as act
from server import catalogue_form as forms
from server import published, publishing
from server.catalogue_view import gone_of, groups_of, rows_of
from server.console_pages import Filled, redirect
from server.document import Values
from server.door import Person
from server.drafts import CATALOGUE, Act, held
from server.editor import Editor, not_done
from server.editor_told import name_of
from server.errors import ActRefused
from server.forms import form_of
from server.people import Role
from sync.config import LANGUAGES
from translations import N_

# gettext: editor

TITLE = N_("Services")
NAME_FIRST = N_("Give it a name in one language at least")


def add_catalogue(app: FastAPI, editor: Editor) -> None:
    """The routes /catalogue and /catalogue/services."""
    Administrator = Annotated[Person, Depends(editor.door.require(Role.ADMINISTRATOR))]

    @app.get("/catalogue")
    async def whole(request: Request, person: Administrator) -> Response:
        stands = await editor.standing(CATALOGUE)
        values = stands.draft.values
        found = await editor.troubles(values)
        holds = await editor.door.read(held, CATALOGUE)
        return editor.page(
            request,
            person,
            "catalogue.html",
            TITLE,
            {
                "state": editor.state_words(stands, person),
                "is_draft": stands.draft.by is not None,
                "groups": groups_of(values, found, person.language),
                "alone": rows_of(values, found, None, person.language),
                "gone": gone_of(values, holds, person.language),
                "missing": len(found),
                "key": (await editor.pictograms())[0],
                "whose": await whose(),
            },
        )

    async def whose() -> str:
        """Whose catalogue holds here; "" where there is no centre."""
        return await editor.door.read(published.chosen) if editor.desk.centre.relay is not None else ""

    @app.post("/catalogue/whose")
    async def choose(request: Request, person: Administrator) -> Response:
        wanted, at = (await form_of(request)).one("whose"), editor.desk.now(person)
        try:
            await editor.door.write(lambda ledger: publishing.choose_catalogue(ledger, wanted, person.staff, at))
        except ActRefused as error:
            if error.code != "nothing-new":
                raise not_done(error, person) from error
        return redirect("/catalogue?saved=1")

    @app.get("/catalogue/services/new")
    async def new(request: Request, person: Administrator, group: str = "") -> Response:
        return await _new(editor, request, person, Filled({"group": group}))

    @app.post("/catalogue/services")
    async def add(request: Request, person: Administrator) -> Response:
        form = await form_of(request)
        group, names, made = form.one("group"), forms.names_of(form), list[str]()
        if not names:
            filled = Filled({"group": group}, {LANGUAGES[0]: NAME_FIRST})
            return await _new(editor, request, person, filled, 422)

        def job(values: Values) -> Values:
            after, name = act.with_service(values, group, names)
            made.append(name)
            return after

        await editor.change(person, CATALOGUE, job)
        return redirect(f"/catalogue/services/{made[0]}")

    @app.post("/catalogue/services/{service}/move")
    async def move(request: Request, service: str, person: Administrator) -> Response:
        by = -1 if (await form_of(request)).one("by") == "up" else 1
        return await done(editor, person, lambda values: act.moved(values, "services", service, by))

    @app.post("/catalogue/services/{service}/copy")
    async def copy(request: Request, service: str, person: Administrator) -> Response:
        await form_of(request)
        return await done(editor, person, lambda values: act.copied(values, service)[0])

    @app.post("/catalogue/services/{service}/retire")
    async def retire(request: Request, service: str, person: Administrator) -> Response:
        await form_of(request)
        return await done(editor, person, lambda values: act.retired(values, service))

    @app.post("/catalogue/services/{service}/back")
    async def back(request: Request, service: str, person: Administrator) -> Response:
        await form_of(request)
        holds = await editor.door.read(held, CATALOGUE)
        return await done(editor, person, lambda values: act.taken_back(values, service, holds))


async def done(editor: Editor, person: Person, job: Act) -> Response:
    """The list again, once this was done to it. What is gone already needs nothing done."""
    try:
        await editor.change(person, CATALOGUE, job)
    except ActRefused as error:
        if error.code != "draft-gone":
            raise not_done(error, person) from error
    return redirect("/catalogue?saved=1")


async def _new(editor: Editor, request: Request, person: Person, form: Filled, status: int = 200) -> Response:
    values = (await editor.standing(CATALOGUE)).draft.values
    groups = [(each["id"], name_of(each, person.language)) for each in act.entries(values, "groups")]
    title = N_("Add a service")
    return editor.page(
        request,
        person,
        "catalogue_new.html",
        title,
        {"groups": groups, "what": "services"},
        form=form,
        status=status,
        here="/catalogue/services/new",
    )
