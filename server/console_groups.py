"""The catalogue editor's other parts: groups, the line for every reader, and the whole as a file."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from server import catalogue_draft as act
from server import catalogue_form as forms
from server.catalogue_check import at, of
from server.catalogue_view import pictures
from server.console_catalogue import NAME_FIRST, done
from server.console_pages import Filled, redirect
from server.document import Values, seal
from server.door import Person
from server.drafts import CATALOGUE
from server.editor import Editor, fault_of
from server.editor_told import field_of, name_of
from server.editor_words import ACCENTS, NOTICE_LINE
from server.errors import ActRefused
from server.forms import form_of
from server.people import Role
from server.uploads import upload_of
from sync.catalogue import parse_catalogue
from sync.config import LANGUAGES
from sync.errors import CatalogueError
from sync.strict_toml import parse
from sync.toml_text import toml_text
from translations import N_, load

# gettext: editor

GROUP = N_("Group")
FILE = N_("The catalogue as a file")
NO_FILE = N_("Choose a file")
REFUSED_FILE = N_("The file was not taken. Nothing was changed")


def add_groups(app: FastAPI, editor: Editor) -> None:
    """The routes below /catalogue/groups."""
    Administrator = Annotated[Person, Depends(editor.door.require(Role.ADMINISTRATOR))]

    @app.get("/catalogue/groups/new")
    async def new(request: Request, person: Administrator) -> Response:
        return _new(request, person, Filled())

    def _new(request: Request, person: Person, form: Filled, status: int = 200) -> Response:
        values = {"groups": [], "what": "groups"}
        title, here = N_("Add a group"), "/catalogue/groups/new"
        return editor.page(request, person, "catalogue_new.html", title, values, form=form, status=status, here=here)

    @app.post("/catalogue/groups")
    async def add(request: Request, person: Administrator) -> Response:
        names, made = forms.names_of(await form_of(request)), list[str]()
        if not names:
            return _new(request, person, Filled({}, {LANGUAGES[0]: NAME_FIRST}), 422)

        def job(values: Values) -> Values:
            after, name = act.with_new_group(values, names)
            made.append(name)
            return after

        await editor.change(person, CATALOGUE, job)
        return redirect(f"/catalogue/groups/{made[0]}")

    @app.get("/catalogue/groups/{group}")
    async def one(request: Request, group: str, person: Administrator) -> Response:
        return await drawn(request, person, group)

    @app.post("/catalogue/groups/{group}")
    async def change(request: Request, group: str, person: Administrator) -> Response:
        form = await form_of(request)
        filled, seen = forms.group_of(form), form.one("seen")
        try:
            await editor.change(person, CATALOGUE, lambda values: act.with_group(values, group, seen, filled))
        except ActRefused as error:
            return await drawn(request, person, group, filled, fault_of(error))
        return redirect(f"/catalogue/groups/{group}?saved=1")

    @app.post("/catalogue/groups/{group}/move")
    async def move(request: Request, group: str, person: Administrator) -> Response:
        by = -1 if (await form_of(request)).one("by") == "up" else 1
        return await done(editor, person, lambda values: act.moved(values, "groups", group, by))

    @app.post("/catalogue/groups/{group}/remove")
    async def remove(request: Request, group: str, person: Administrator) -> Response:
        await form_of(request)
        return await done(editor, person, lambda values: act.without_group(values, group))

    async def drawn(
        request: Request, person: Person, group: str, typed: Mapping[str, Any] | None = None, refused: str = ""
    ) -> Response:
        values = (await editor.standing(CATALOGUE)).draft.values
        try:
            now = act.entry(values, "groups", group)
        except ActRefused:
            return redirect("/catalogue")
        number = act.ids(values, "groups").index(group)
        found = () if typed is not None else of(await editor.troubles(values), "groups", number)
        faults = {field_of(list(each.path[2:])): each.fault for each in found if len(each.path) > 2}
        key, pictograms = await editor.pictograms()
        words = load(person.language, "editor").gettext
        shown = {
            "name": name_of(now, person.language),
            "group": group,
            "seen": seal(now),
            "now": now,
            "empty": all(each.get("group") != group for each in act.entries(values, "services")),
            "accents": [(each, words(ACCENTS.get(each, each))) for each in editor.accents],
            "pictograms": pictures(pictograms, person.language),
            "key": key,
        }
        form = Filled({**(now if typed is None else typed)}, faults | ({"form": refused} if refused else {}))
        here, status = f"/catalogue/groups/{group}", 409 if refused else 200
        return editor.page(request, person, "catalogue_group.html", GROUP, shown, form=form, status=status, here=here)


def add_line(app: FastAPI, editor: Editor) -> None:
    """The route /catalogue/line: a line for every reader of the catalogue."""
    Administrator = Annotated[Person, Depends(editor.door.require(Role.ADMINISTRATOR))]

    @app.get("/catalogue/line")
    async def line(request: Request, person: Administrator) -> Response:
        return await drawn(request, person)

    @app.post("/catalogue/line")
    async def change(request: Request, person: Administrator) -> Response:
        form = await form_of(request)
        texts, seen = forms.names_of(form), form.one("seen")
        try:
            await editor.change(person, CATALOGUE, lambda values: act.with_notice(values, seen, texts))
        except ActRefused as error:
            return await drawn(request, person, texts, fault_of(error))
        return redirect("/catalogue/line?saved=1")

    async def drawn(
        request: Request, person: Person, typed: Mapping[str, str] | None = None, refused: str = ""
    ) -> Response:
        values = (await editor.standing(CATALOGUE)).draft.values
        now = values.get("notice", {})
        found = () if typed is not None else of(await editor.troubles(values), "notice")
        faults = {str(each.path[1]): each.fault for each in found if len(each.path) > 1}
        form = Filled(now if typed is None else typed, faults | ({"form": refused} if refused else {}))
        shown = {"seen": seal(now), "now": now}
        return editor.page(
            request, person, "catalogue_line.html", NOTICE_LINE, shown, form=form, status=409 if refused else 200
        )


def add_file(app: FastAPI, editor: Editor) -> None:
    """The routes /catalogue/file: out of the draft, and into it."""
    door = editor.door
    Administrator = Annotated[Person, Depends(door.require(Role.ADMINISTRATOR))]

    @app.get("/catalogue/file")
    async def page(request: Request, person: Administrator) -> Response:
        return await drawn(request, person)

    @app.get("/catalogue/file/catalogue.toml")
    async def download(person: Administrator) -> Response:
        values = (await editor.standing(CATALOGUE)).draft.values
        headers = {"content-disposition": 'attachment; filename="catalogue.toml"', "cache-control": "no-store"}
        return Response(toml_text(values), media_type="text/plain; charset=utf-8", headers=headers)

    Uploader = Annotated[Person, Depends(door.require(Role.ADMINISTRATOR, reads=upload_of))]

    @app.post("/catalogue/file")
    async def upload(request: Request, person: Uploader) -> Response:
        content = (await upload_of(request)).files.get("file", b"")
        if not content:
            return await drawn(request, person, {"file": NO_FILE})
        drawable = await editor.drawable()
        try:
            parse_catalogue(content, accents=drawable.accents, pictograms=drawable.pictograms)
        except CatalogueError as error:
            return await drawn(request, person, {"file": REFUSED_FILE}, str(error).splitlines())
        taken = dict(parse(content).values)
        await editor.change(person, CATALOGUE, lambda values: taken)
        return redirect("/catalogue?saved=1")

    async def drawn(
        request: Request, person: Person, faults: Mapping[str, str] | None = None, told: list[str] | None = None
    ) -> Response:
        values = (await editor.standing(CATALOGUE)).draft.values
        shown = {"told": told or [], "empty": not at(values, ("services",))}
        form, status = Filled({}, faults or {}), 422 if faults else 200
        return editor.page(request, person, "catalogue_file.html", FILE, shown, form=form, status=status)
