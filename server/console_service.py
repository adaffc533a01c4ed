"""One service in the catalogue editor: its common fields, its text in a language, what it will look like."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from server import catalogue_draft as act
from server import catalogue_form as forms
from server.catalogue_shown import asked
from server.catalogue_view import beside_of, conflict_of, faults_of, frame_of, own_of, pictures
from server.console_pages import Filled, redirect
from server.document import seal
from server.door import Person
from server.drafts import CATALOGUE
from server.editor import Editor, fault_of
from server.editor_told import name_of
from server.editor_words import ACCENTS
from server.errors import ActRefused, PreviewFailed
from server.forms import Form, form_of
from server.people import Role
from sync.catalogue_kinds import MOST_CASES
from sync.config import LANGUAGES
from sync.services import SERIES
from translations import N_, load

# gettext: editor

TITLE = N_("Services")


def add_service(app: FastAPI, editor: Editor) -> None:
    """The routes /catalogue/services/ID, /catalogue/services/ID/LANGUAGE, /catalogue/looks and /catalogue/pictures."""
    _add_common(app, editor)
    _add_text(app, editor)
    _add_pictures(app, editor)


def _add_common(app: FastAPI, editor: Editor) -> None:
    """What a service says in no language."""
    Administrator = Annotated[Person, Depends(editor.door.require(Role.ADMINISTRATOR))]

    @app.get("/catalogue/services/{service}")
    async def one(request: Request, service: str, person: Administrator) -> Response:
        return await drawn(request, person, service)

    @app.post("/catalogue/services/{service}")
    async def change(request: Request, service: str, person: Administrator) -> Response:
        form = await form_of(request)
        filled, seen = forms.common_of(form), form.one("seen")
        try:
            await editor.change(person, CATALOGUE, lambda values: act.with_common(values, service, seen, filled))
        except ActRefused as error:
            return await drawn(request, person, service, filled, fault_of(error))
        return redirect(f"/catalogue/services/{service}?saved=1")

    async def drawn(
        request: Request, person: Person, service: str, typed: Mapping[str, Any] | None = None, refused: str = ""
    ) -> Response:
        values = (await editor.standing(CATALOGUE)).draft.values
        try:
            entry = act.entry(values, "services", service)
        except ActRefused:
            return redirect("/catalogue")
        now = act.common(entry)
        found = await editor.troubles(values)
        key, pictograms = await editor.pictograms()
        faults = {} if typed is not None else faults_of(found, values, service, "")
        words = load(person.language, "editor")
        return editor.page(
            request,
            person,
            "catalogue_service.html",
            TITLE,
            frame_of(values, entry, found, "", person.language)
            | {
                "seen": seal(now),
                "conflict": conflict_of(entry, "", {"id": service, **typed}, now, values, words) if typed else (),
                "groups": [(each["id"], name_of(each, person.language)) for each in act.entries(values, "groups")],
                "letters": [(each, each) for each in SERIES],
                "accents": [(each, words.gettext(ACCENTS.get(each, each))) for each in editor.accents],
                "pictograms": pictures(pictograms, person.language),
                "key": key,
                "cases": [(each, each) for each in range(1, MOST_CASES + 1)],
            },
            form=Filled(forms.common_filled(now if typed is None else typed), faults | _of_form(refused)),
            status=409 if refused else 200,
            here=f"/catalogue/services/{service}",
        )


def _add_text(app: FastAPI, editor: Editor) -> None:
    """A service in one language."""
    Administrator = Annotated[Person, Depends(editor.door.require(Role.ADMINISTRATOR))]

    @app.get("/catalogue/services/{service}/{language}")
    async def one(request: Request, service: str, language: str, person: Administrator) -> Response:
        return await drawn(request, person, service, _known(language))

    @app.post("/catalogue/services/{service}/{language}")
    async def change(request: Request, service: str, language: str, person: Administrator) -> Response:
        form, of_language = await form_of(request), _known(language)
        filled, seen = forms.text_of(form), form.one("seen")
        try:
            job = lambda values: act.with_text(values, service, of_language, seen, filled)  # noqa: E731
            await editor.change(person, CATALOGUE, job)
        except ActRefused as error:
            return await drawn(request, person, service, of_language, filled, fault_of(error))
        return redirect(f"{_next(service, of_language, form)}?saved=1")

    async def drawn(
        request: Request,
        person: Person,
        service: str,
        language: str,
        typed: Mapping[str, Any] | None = None,
        refused: str = "",
    ) -> Response:
        values = (await editor.standing(CATALOGUE)).draft.values
        try:
            entry = act.entry(values, "services", service)
        except ActRefused:
            return redirect("/catalogue")
        now = entry.get(language, {})
        found = await editor.troubles(values)
        faults = {} if typed is not None else faults_of(found, values, service, language)
        other = next(each for each in LANGUAGES if each != language)
        words = load(person.language, "editor")
        return editor.page(
            request,
            person,
            "catalogue_text.html",
            TITLE,
            frame_of(values, entry, found, language, person.language)
            | {
                "seen": seal(now),
                "conflict": conflict_of(entry, language, typed, now, values, words) if typed is not None else (),
                "other": other,
                "beside": beside_of(entry.get(other, {}), words.gettext("none")),
                "following": _following(language),
            },
            form=Filled(forms.text_filled(now if typed is None else typed), faults | _of_form(refused)),
            status=409 if refused else 200,
            here=f"/catalogue/services/{service}/{language}",
        )


def _add_pictures(app: FastAPI, editor: Editor) -> None:
    """What it will look like."""
    Administrator = Annotated[Person, Depends(editor.door.require(Role.ADMINISTRATOR))]

    @app.get("/catalogue/pictures/{key}/{name}")
    async def picture(key: str, name: str, person: Administrator) -> Response:
        content = editor.previews.picture(key, name)
        if content is None:
            raise HTTPException(404)
        headers = {"cache-control": "private, max-age=31536000, immutable"}
        return Response(content, media_type="image/png", headers=headers)

    @app.get("/catalogue/looks/{service}")
    async def looks(request: Request, service: str, person: Administrator) -> Response:
        values = (await editor.standing(CATALOGUE)).draft.values
        try:
            entry = act.entry(values, "services", service)
        except ActRefused:
            return redirect("/catalogue")
        found = await editor.troubles(values)
        office = dict(editor.desk.pages.shell.pages.names(person.language))
        key, names, trouble = "", tuple[str, ...](), ""
        try:
            key, names = await editor.previews.service(asked(values, service, office))
        except PreviewFailed as error:
            trouble = str(error)
        shown = [(each, [name for name in names if name.startswith(f"{each}-")]) for each in LANGUAGES]
        frame = frame_of(values, entry, found, "looks", person.language)
        drawn = {"key": key, "shown": shown, "trouble": trouble, "gaps": len(own_of(found, values, service))}
        return editor.page(request, person, "catalogue_looks.html", TITLE, frame | drawn)


def _of_form(refused: str) -> dict[str, str]:
    return {"form": refused} if refused else {}


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise HTTPException(404)
    return language


def _following(language: str) -> str:
    """The language behind this one, "" behind the last."""
    at = LANGUAGES.index(language) + 1
    return LANGUAGES[at] if at < len(LANGUAGES) else ""


def _next(service: str, language: str, form: Form) -> str:
    page = f"/catalogue/services/{service}"
    return f"{page}/{_following(language) or language}" if form.one("on") else f"{page}/{language}"
