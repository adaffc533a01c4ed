"""The calendar editor on the console: the week, breaks, holidays, days that differ; a month of what results."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from server import calendar_draft as act
from server import calendar_form as forms
from server.calendar_check import troubles
from server.calendar_told import day_words, hours_words, title
from server.calendar_view import month_drawn, month_of, own_filled, section_drawn, week_drawn
from server.console_pages import Filled, redirect
from server.document import Values, seal
from server.door import Person
from server.drafts import CALENDAR
from server.editor import Editor, fault_of, not_done
from server.editor_words import READY, SECTIONS, WEEKDAYS
from server.errors import ActRefused
from server.forms import form_of
from server.people import Role
from sync.calendar import WEEKDAYS as NAMES
from translations import N_, Catalogue, load

# gettext: editor

TITLE = N_("Calendar")
COUNTERS = SECTIONS["counters"]


def add_calendar(app: FastAPI, editor: Editor) -> None:
    """The routes /calendar and /calendar/week, /calendar/hours."""
    door = editor.door
    Administrator = Annotated[Person, Depends(door.require(Role.ADMINISTRATOR))]

    @app.get("/calendar")
    async def whole(request: Request, person: Administrator, month: str = "") -> Response:
        stands = await editor.standing(CALENDAR)
        values, today, words = stands.draft.values, editor.today(), load(person.language, "editor")
        year, number = month_of(month, today)
        services = await editor.services(person.language)
        shown = {
            "state": editor.state_words(stands, person),
            "is_draft": stands.draft.by is not None,
            "missing": len(troubles(values)),
            "month": month_drawn(values, year, number, today, words),
            "ready": [(name, words.gettext(text)) for name, text in READY.items()],
            "days": [(each.isoformat(), day_words(each, person.language)) for each in (today, today + timedelta(1))],
            "counters": values.get("counters", ""),
            "week": week_drawn(values, words),
            "sections": [section_drawn(each, values, today, words) for each in act.LISTS],
            "own": [
                (each, services.get(each, each), each in values.get("services", {}))
                for each in dict.fromkeys((*services, *values.get("services", {})))
            ],
        }
        kept = f"month={year:04}-{number:02}&"
        return editor.page(request, person, "calendar.html", TITLE, shown, kept=kept)

    @app.get("/calendar/week")
    async def week(request: Request, person: Administrator) -> Response:
        return await week_page(request, person)

    @app.post("/calendar/week")
    async def change_week(request: Request, person: Administrator) -> Response:
        form = await form_of(request)
        (counters, hours), seen = forms.week_of(form), form.one("seen")
        try:
            await editor.change(person, CALENDAR, lambda values: act.with_week(values, seen, counters, hours))
        except ActRefused as error:
            return await week_page(request, person, (counters, hours), fault_of(error))
        return redirect("/calendar/week?saved=1")

    async def week_page(
        request: Request, person: Person, typed: tuple[Any, Mapping[str, Any]] | None = None, refused: str = ""
    ) -> Response:
        values, words = (await editor.standing(CALENDAR)).draft.values, load(person.language, "editor")
        counters, hours = typed or (values.get("counters"), values.get("week", {}))
        filled = {"counters": counters, **{day: forms.hours_text(hours.get(day)) for day in NAMES}}
        faults = {str(each.path[-1]): each.fault for each in troubles(values) if each.path[0] in ("week", "counters")}
        now = {day: hours_words(values.get("week", {}).get(day), words) for day in NAMES}
        shown = {
            "seen": seal([values.get("counters"), values.get("week")]),
            "days": list(zip(NAMES, WEEKDAYS, strict=True)),
            "labels": _labels(words) | {"counters": words.gettext(COUNTERS)},
            "now": now | {"counters": values.get("counters")},
        }
        form = Filled(filled, {"form": refused} if refused else faults)
        return editor.page(
            request, person, "calendar_week.html", SECTIONS["week"], shown, form=form, status=409 if refused else 200
        )

    _add_hours(app, editor)
    _add_entries(app, editor)


def _add_hours(app: FastAPI, editor: Editor) -> None:
    """The hours of a service that has its own."""
    Administrator = Annotated[Person, Depends(editor.door.require(Role.ADMINISTRATOR))]

    @app.get("/calendar/hours/{service}")
    async def hours(request: Request, service: str, person: Administrator) -> Response:
        return await drawn(request, person, service)

    @app.post("/calendar/hours/{service}")
    async def change(request: Request, service: str, person: Administrator) -> Response:
        form = await form_of(request)
        own, seen = forms.service_of(form), form.one("seen")

        def job(values: Values) -> Values:
            rest = {name: each for name, each in values.get("services", {}).items() if name != service}
            return act.with_services(values, seen, {**rest, service: own} if own else rest)

        try:
            await editor.change(person, CALENDAR, job)
        except ActRefused as error:
            return await drawn(request, person, service, own, fault_of(error))
        return redirect(f"/calendar/hours/{service}?saved=1")

    async def drawn(
        request: Request, person: Person, service: str, typed: Mapping[str, Any] | None = None, refused: str = ""
    ) -> Response:
        values = (await editor.standing(CALENDAR)).draft.values
        services = await editor.services(person.language)
        if service not in services and service not in values.get("services", {}):
            return redirect("/calendar")
        now = values.get("services", {}).get(service, {})
        found = [each for each in troubles(values) if each.path[:2] == ("services", service)]
        faults = {str(each.path[-1]) if len(each.path) > 2 else "form": each.fault for each in found}
        own, words = (now if typed is None else typed), load(person.language, "editor")
        shown = {
            "name": services.get(service, service),
            "service": service,
            "seen": seal(values.get("services", {})),
            "days": week_drawn(values, words),
            "labels": _labels(words),
        }
        form, status = Filled(own_filled(own), {"form": refused} if refused else faults), 409 if refused else 200
        return editor.page(
            request,
            person,
            "calendar_hours.html",
            SECTIONS["services"],
            shown,
            form=form,
            status=status,
            here=f"/calendar/hours/{service}",
        )


def _add_entries(app: FastAPI, editor: Editor) -> None:
    """Breaks, holidays, days that differ."""
    Administrator = Annotated[Person, Depends(editor.door.require(Role.ADMINISTRATOR))]

    @app.get("/calendar/{section}/new")
    async def new(request: Request, section: str, person: Administrator, day: str = "") -> Response:
        return await drawn(request, person, section, None, {"day": day} if day else {})

    @app.get("/calendar/{section}/{number}")
    async def one(request: Request, section: str, number: int, person: Administrator) -> Response:
        return await drawn(request, person, section, number)

    @app.post("/calendar/{section}/new")
    async def add(request: Request, section: str, person: Administrator) -> Response:
        return await stored(request, person, section, None)

    @app.post("/calendar/{section}/{number}")
    async def change(request: Request, section: str, number: int, person: Administrator) -> Response:
        return await stored(request, person, section, number)

    @app.post("/calendar/{section}/{number}/remove")
    async def remove(request: Request, section: str, number: int, person: Administrator) -> Response:
        seen = (await form_of(request)).one("seen")
        if section in act.LISTS:
            try:
                await editor.change(person, CALENDAR, lambda values: act.without_entry(values, section, seen))
            except ActRefused as error:
                raise not_done(error, person) from error
        return redirect("/calendar?saved=1")

    async def stored(request: Request, person: Person, section: str, number: int | None) -> Response:
        if section not in act.LISTS:
            return redirect("/calendar")
        form = await form_of(request)
        filled, seen, placed = forms.entry_of(section, form), form.one("seen"), list[int]()

        def job(values: Values) -> Values:
            after = act.with_entry(values, section, seen, filled)
            placed.append(after[section].index(filled))
            return after

        try:
            await editor.change(person, CALENDAR, job)
        except ActRefused as error:
            return await drawn(request, person, section, number, filled, fault_of(error))
        return redirect(f"/calendar/{section}/{placed[0]}?saved=1")

    async def drawn(
        request: Request,
        person: Person,
        section: str,
        number: int | None,
        typed: Mapping[str, Any] | None = None,
        refused: str = "",
    ) -> Response:
        values, words = (await editor.standing(CALENDAR)).draft.values, load(person.language, "editor")
        known = values.get(section, ()) if section in act.LISTS else ()
        if section not in act.LISTS or (number is not None and not 0 <= number < len(known)):
            return redirect("/calendar")
        now: Mapping[str, Any] = known[number] if number is not None else {}
        found = [each for each in troubles(values) if number is not None and each.path[:2] == (section, number)]
        faults = {str(each.path[2]) if len(each.path) > 2 else "form": each.fault for each in found}
        shown = {
            "section": section,
            "number": number,
            "heading": title(section, now, words) if now else words.gettext("Add"),
            "seen": seal(now) if number is not None else "",
            "now": now,
            "weekdays": list(zip(NAMES, WEEKDAYS, strict=True)),
        }
        form = Filled(forms.entry_filled(now if typed is None else typed), {"form": refused} if refused else faults)
        here = f"/calendar/{section}/{'new' if number is None else number}"
        status, heading = 409 if refused else 200, SECTIONS[section]
        return editor.page(request, person, "calendar_entry.html", heading, shown, form=form, status=status, here=here)


def _labels(words: Catalogue) -> dict[str, str]:
    """The weekdays by their names in a file."""
    return {name: words.gettext(day) for name, day in zip(NAMES, WEEKDAYS, strict=True)}
