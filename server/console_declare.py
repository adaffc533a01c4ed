"""A day declared closed, or shorter, at the last minute: one press for day and reason, one more to publish it.

It is put into what holds, whatever else is in the draft; a draft that somebody works at gets it, too.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from server import calendar_draft as act
from server import published, publishing
from server.calendar_check import HOURS, troubles
from server.calendar_form import hours_of
from server.calendar_told import day_words, told
from server.console_pages import Filled, redirect
from server.document import Values, day_of
from server.door import Person
from server.drafts import CALENDAR, held
from server.editor import Editor, fault_of, version_of
from server.editor_words import READY
from server.errors import ActRefused
from server.forms import form_of
from server.ledger import Ledger
from server.people import Role
from server.publishing import By
from server.queue import Moment
from sync.config import LANGUAGES
from sync.errors import CalendarError
from sync.publication import calendar_of
from translations import N_, load

# gettext: editor

TITLE = N_("Declare a day")
FIRST_THE_WEEK = N_("Publish the calendar first: without its week nobody knows when the office is open")


def add_declare(app: FastAPI, editor: Editor) -> None:
    """The routes /calendar/declare and /calendar/declared."""
    door = editor.door
    Administrator = Annotated[Person, Depends(door.require(Role.ADMINISTRATOR))]

    @app.post("/calendar/declare")
    async def declare(request: Request, person: Administrator) -> Response:
        form = await form_of(request)
        return await drawn(request, person, form.one("day"), form.one("why"))

    @app.post("/calendar/declared")
    async def declared(request: Request, person: Administrator) -> Response:
        form = await form_of(request)
        day, why, hours = form.one("day"), form.one("why"), form.one("open")
        entry, after = entry_of(day, why, hours), version_of(form)
        if entry is None or not _soon(entry["day"], editor.today()):
            return redirect("/calendar")
        at = editor.desk.now(person)
        newest = await door.read(published.newest, CALENDAR)
        by = By(person.staff, None, newest.offices if newest is not None else None)
        try:
            number = await door.write(lambda ledger: publish_day(ledger, entry, after, by, at))
        except ActRefused as error:
            return await drawn(request, person, day, why, hours, {"form": fault_of(error)}, 409)
        except CalendarError:
            return await drawn(request, person, day, why, hours, {"open": HOURS}, 422)
        return redirect(f"/calendar/versions/{number}?saved=1")

    async def drawn(
        request: Request,
        person: Person,
        day: str,
        why: str,
        hours: str = "",
        faults: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        entry, words = entry_of(day, why, hours), load(person.language, "editor")
        if entry is None or not _soon(entry["day"], editor.today()):
            return redirect("/calendar")
        holds = await door.read(held, CALENDAR)
        newest = await door.read(published.newest, CALENDAR)
        after = act.with_entry(holds, "special", "", entry)
        able = not troubles(holds)
        found = dict(faults or {}) if able else {"form": FIRST_THE_WEEK}
        shown = {
            "day": day,
            "day_words": day_words(entry["day"], person.language),
            "why": why,
            "texts": [(each, entry[each]) for each in LANGUAGES],
            "changes": told(holds, after, {}, words),
            "after": newest.number if newest is not None else 0,
            "able": able,
        }
        return editor.page(
            request,
            person,
            "calendar_declare.html",
            TITLE,
            shown,
            form=Filled({"open": hours}, found),
            status=status,
            here="/calendar",
        )


def entry_of(day: str, why: str, hours: str) -> dict[str, Any] | None:
    """The day that differs, with its reason ready in every language; None where there is no such day or reason."""
    at = day_of(day)
    if not isinstance(at, date) or why not in READY:
        return None
    return {
        "day": at,
        "open": hours_of(hours),
        **{each: load(each, "editor").gettext(READY[why]) for each in LANGUAGES},
    }


def publish_day(ledger: Ledger, entry: Mapping[str, Any], after: int, by: By, at: Moment) -> int:
    """Publish what holds with this day in it; the number of the version. Raises ActRefused, CalendarError."""

    def job(values: Values) -> Values:
        return act.with_entry(values, "special", "", entry)

    holds = ledger.drafts.held(CALENDAR)
    version = publishing.publish_calendar(ledger, calendar_of(job(holds)), after, by, at)
    if ledger.drafts.current(CALENDAR).by is not None:
        ledger.drafts.change(CALENDAR, job, by.staff or "", at.now_ms)
    return version.number


def _soon(day: date, today: date) -> bool:
    return today <= day <= today + timedelta(1)
