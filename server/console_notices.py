"""Notices on the console: what every kiosk, display and page tells citizens for a while; published and withdrawn."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, FastAPI, Request, Response

from server import published, publishing, whom
from server.console_pages import Filled, redirect
from server.door import Person
from server.editor import Editor, fault_of
from server.errors import ActRefused
from server.forms import Form, form_of
from server.people import Role
from server.publishing import By
from sync.clock import office_time
from sync.config import LANGUAGES
from sync.facts_published import INFORMATION, LEVELS, URGENT
from sync.notices import Notice
from sync.types import UtcMs
from translations import N_

# gettext: editor

TITLE = N_("Notices")
LEVEL_WORDS = {INFORMATION: N_("Information"), URGENT: N_("Urgent")}
HOURS_SHOWN = 24
"""So long a notice stands, where nobody says otherwise."""
_ID_BYTES = 8


def add_notices(app: FastAPI, editor: Editor) -> None:
    """The routes below /notices."""
    door, zone = editor.door, editor.desk.zone
    Administrator = Annotated[Person, Depends(door.require(Role.ADMINISTRATOR))]

    @app.get("/notices")
    async def notices(request: Request, person: Administrator) -> Response:
        now = office_time(door.now(), zone)
        filled: dict[str, Any] = {
            "level": INFORMATION,
            "from": _typed(now),
            "until": _typed(now + timedelta(hours=HOURS_SHOWN)),
        }
        filled |= whom.filled(None)
        return await drawn(request, person, Filled(filled))

    @app.post("/notices")
    async def publish(request: Request, person: Administrator) -> Response:
        form = await form_of(request)
        notice = _notice(form, door.random(_ID_BYTES).hex(), zone)
        at, offices = editor.desk.now(person), await editor.whom(form, person.language)
        by = By(person.staff, None, offices)
        try:
            await door.write(lambda ledger: publishing.publish_notice(ledger, notice, by, at))
        except ActRefused as error:
            fault = {_field(error): fault_of(error)}
            typed = {name: form.one(name) for name in (*LANGUAGES, "level", "from", "until")}
            return await drawn(request, person, Filled(typed | whom.filled(offices), fault), 422)
        return redirect("/notices?saved=1")

    @app.post("/notices/{notice}/withdraw")
    async def withdraw(request: Request, notice: str, person: Administrator) -> Response:
        await form_of(request)
        at = editor.desk.now(person)
        standing = {each.notice: each for each in await door.read(published.notices)}
        of = standing[notice].version.offices if notice in standing else None
        by = By(person.staff, None, of)
        try:
            await door.write(lambda ledger: publishing.withdraw_notice(ledger, notice, by, at))
        except ActRefused as error:
            if error.code != "notice-gone":
                return await drawn(request, person, Filled(whom.filled(None), {"form": fault_of(error)}), 409)
        return redirect("/notices?saved=1")

    async def drawn(request: Request, person: Person, form: Filled, status: int = 200) -> Response:
        now_ms = door.now()
        standing = [each for each in await door.read(published.notices) if each.until_ms > now_ms]
        shown = {
            "rows": [_row(each, editor, person, now_ms) for each in standing],
            "levels": [(each, LEVEL_WORDS[each]) for each in LEVELS],
            "most": publishing.NOTICE_CHARACTERS,
            "offices": await editor.offices(person.language),
            "full": len(publishing.own_notices(standing, now_ms)) >= publishing.MOST_NOTICES,
        }
        return editor.page(
            request, person, "console_notices.html", TITLE, shown, form=form, status=status, here="/notices"
        )


def _row(each: Notice, editor: Editor, person: Person, now_ms: int) -> Mapping[str, Any]:
    return {
        "notice": each.notice,
        "texts": [(language, each.texts.get(language, "")) for language in LANGUAGES],
        "level": LEVEL_WORDS.get(each.level, each.level),
        "urgent": each.is_urgent,
        "from": editor.desk.seen(each.from_ms, person.language),
        "until": editor.desk.seen(each.until_ms, person.language),
        "shown": each.is_told(now_ms),
    }


def _notice(form: Form, name: str, zone: ZoneInfo) -> Notice:
    texts = {each: form.one(each).strip() for each in LANGUAGES}
    begins, ends = _moment(form.one("from"), zone), _moment(form.one("until"), zone)
    return Notice(name, texts, begins, ends, form.one("level"))


def _moment(typed: str, zone: ZoneInfo) -> UtcMs:
    """The moment that was typed on the office's wall; long ago, where it is none."""
    try:
        return UtcMs(int(datetime.fromisoformat(typed).replace(tzinfo=zone).timestamp() * 1000))
    except (ValueError, OverflowError):
        return UtcMs(0)


def _typed(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


def _field(error: ActRefused) -> str:
    """Where on the form it belongs: the message begins with the language of a text."""
    language = str(error).partition(":")[0]
    if error.code == "notice-text":
        return language if language in LANGUAGES else LANGUAGES[0]
    return {"notice-level": "level", "notice-time": "until"}.get(error.code, "form")
