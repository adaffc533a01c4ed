"""Publishing a draft on the console: what is missing, what changes, once more *publish*; and every version before.

The same for the catalogue and the calendar; `Sheet` says what differs.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from server import calendar_check, calendar_told, catalogue_diff, drafting, editor_told, published, whom
from server.console_pages import Filled, redirect
from server.database import Db
from server.document import Values, seal
from server.door import Person
from server.drafts import CALENDAR, CATALOGUE, at_version, held
from server.editor import Editor, fault_of, named, not_done, version_of, who_of
from server.editor_told import Fault, Told
from server.errors import ActRefused
from server.followers import followers
from server.forms import form_of
from server.people import Role
from server.published import Version
from server.publishing import By, Drawable
from server.regain import next_number
from sync.errors import CalendarError, CatalogueError
from translations import N_, Catalogue, load

# gettext: editor

TITLE = N_("Publish")
VERSIONS = N_("Versions")
STILL_MISSING = N_("Something is still missing. Nothing was published")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of document. `path`: of its pages; `faults`: what keeps it from being published; `told`: the differences
    between two."""

    kind: str
    path: str
    title: str
    faults: Callable[[Values, Catalogue], Awaitable[list[Fault]]]
    told: Callable[[Values, Values, Catalogue], Awaitable[list[Told]]]


def sheets(editor: Editor) -> tuple[Sheet, Sheet]:
    """Catalogue and calendar."""

    async def catalogue_faults(values: Values, words: Catalogue) -> list[Fault]:
        return editor_told.faults(await editor.troubles(values), values, words)

    async def catalogue_told(before: Values, after: Values, words: Catalogue) -> list[Told]:
        return editor_told.told(catalogue_diff.changes(before, after), before, after, words)

    async def calendar_faults(values: Values, words: Catalogue) -> list[Fault]:
        return calendar_told.faults(calendar_check.troubles(values, await services()), values, words)

    async def calendar_said(before: Values, after: Values, words: Catalogue) -> list[Told]:
        return calendar_told.told(before, after, await editor.services(words.language), words)

    async def services() -> list[str] | None:
        newest = await editor.door.read(published.newest_catalogue)
        return None if newest is None else [each.id for each in newest[1].services]

    return (
        Sheet(CATALOGUE, "/catalogue", N_("Services"), catalogue_faults, catalogue_told),
        Sheet(CALENDAR, "/calendar", N_("Calendar"), calendar_faults, calendar_said),
    )


def add_publish(app: FastAPI, editor: Editor) -> None:
    """The routes publish, discard and versions below /catalogue and /calendar."""
    for sheet in sheets(editor):
        _add_draft(app, editor, sheet)
        _add_versions(app, editor, sheet)


def _add_draft(app: FastAPI, editor: Editor, sheet: Sheet) -> None:
    door = editor.door
    Administrator = Annotated[Person, Depends(door.require(Role.ADMINISTRATOR))]

    @app.get(f"{sheet.path}/publish")
    async def page(request: Request, person: Administrator) -> Response:
        return await drawn(request, person)

    @app.post(f"{sheet.path}/publish")
    async def publish(request: Request, person: Administrator) -> Response:
        form = await form_of(request)
        at, seen, behind = editor.desk.now(person), form.one("seen"), version_of(form)
        drawable = await editor.drawable() if sheet.kind == CATALOGUE else Drawable()
        by = By(person.staff, None, await editor.whom(form, person.language))
        try:
            version = await door.write(
                lambda ledger: drafting.publish(ledger, sheet.kind, seen, behind, by, at, drawable)
            )
        except ActRefused as error:
            return await drawn(request, person, fault_of(error), 409)
        except (CatalogueError, CalendarError):
            return await drawn(request, person, STILL_MISSING, 422)
        return redirect(f"{sheet.path}/versions/{version.number}?saved=1")

    @app.post(f"{sheet.path}/discard")
    async def discard(request: Request, person: Administrator) -> Response:
        seen = (await form_of(request)).one("seen")
        try:
            await door.write(lambda ledger: ledger.drafts.drop(sheet.kind, seen))
        except ActRefused as error:
            return await drawn(request, person, fault_of(error), 409)
        return redirect(sheet.path)

    async def drawn(request: Request, person: Person, refused: str = "", status: int = 200) -> Response:
        words = load(person.language, "editor")
        stands, holds = await editor.standing(sheet.kind), await door.read(held, sheet.kind)
        values = stands.draft.values
        changes = await sheet.told(holds, values, words)
        shown = {
            "sheet": sheet,
            "state": editor.state_words(stands, person),
            "is_draft": stands.draft.by is not None,
            "missing": await sheet.faults(values, words),
            "changes": changes,
            "first": stands.newest is None,
            "after": stands.newest.number if stands.newest is not None else 0,
            "number": await door.read(next_number, sheet.kind),
            "seen": seal(values),
            "offices": await editor.offices(person.language),
        }
        for_whom = stands.newest.offices if stands.newest is not None else None
        form = Filled(whom.filled(for_whom), {"form": refused} if refused else {})
        here = f"{sheet.path}/publish"
        return editor.page(request, person, "publish.html", TITLE, shown, form=form, status=status, here=here)


def _add_versions(app: FastAPI, editor: Editor, sheet: Sheet) -> None:
    door = editor.door
    Administrator = Annotated[Person, Depends(door.require(Role.ADMINISTRATOR))]

    @app.get(f"{sheet.path}/versions")
    async def versions(request: Request, person: Administrator) -> Response:
        found, who = await door.read(_history, sheet.kind)
        words = load(person.language, "editor")
        rows = [
            (
                each,
                editor.desk.seen(each.now_ms, person.language),
                who_of(each, who, words),
            )
            for each in found
        ]
        return editor.page(request, person, "versions.html", VERSIONS, {"sheet": sheet, "rows": rows})

    @app.get(f"{sheet.path}/versions/{{number}}")
    async def one(request: Request, number: int, person: Administrator) -> Response:
        try:
            version, values = await door.read(at_version, sheet.kind, number)
        except ActRefused:
            return redirect(f"{sheet.path}/versions")
        words = load(person.language, "editor")
        before = await _before(editor, sheet, number)
        who = await door.read(named, [version.staff])
        shown = {
            "sheet": sheet,
            "version": version,
            "when": editor.desk.seen(version.now_ms, person.language),
            "who": who_of(version, who, words),
            "changes": None if before is None else await sheet.told(before, values, words),
            "machines": await _machines(editor, sheet, version, person.language),
        }
        return editor.page(request, person, "version.html", VERSIONS, shown)

    @app.post(f"{sheet.path}/versions/{{number}}/draft")
    async def again(request: Request, number: int, person: Administrator) -> Response:
        await form_of(request)
        try:
            _, values = await door.read(at_version, sheet.kind, number)
            await editor.change(person, sheet.kind, lambda _: values)
        except ActRefused as error:
            if error.code == "no-version":
                return redirect(f"{sheet.path}/versions")
            raise not_done(error, person) from error
        return redirect(f"{sheet.path}/publish")


async def _before(editor: Editor, sheet: Sheet, number: int) -> Any:
    """What the version before said; None where there is none, or another release wrote it."""
    numbers = [each.number for each in await editor.door.read(published.history, sheet.kind)]
    try:
        return (
            await editor.door.read(at_version, sheet.kind, max([each for each in numbers if each < number] or [0]))
        )[1]
    except ActRefused:
        return None


def _history(db: Db, kind: str) -> Any:
    found = published.history(db, kind)
    return found, named(db, {each.staff for each in found})


async def _machines(editor: Editor, sheet: Sheet, version: Version, language: str) -> list[tuple[str, bool, str]]:
    """(place, whether it has taken it up, when it was last heard of) of each machine; nothing of an older version."""
    if await editor.door.read(published.newest, sheet.kind) != version:
        return []
    found = await editor.door.read(followers, sheet.kind, version)
    return [(each.place, each.follows, editor.desk.seen(each.contact_ms, language)) for each in found]
