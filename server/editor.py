"""What the pages of the editors share: the draft, who changed it, and how a page of theirs is drawn."""

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Response
from starlette.requests import Request

from fonts import tokens
from server import drafts, published, whom
from server.calendar_draft import NO_HOURS
from server.catalogue_check import Trouble, troubles
from server.catalogue_draft import NOTHING
from server.console_pages import Filled
from server.database import Db
from server.document import Values, seal
from server.door import Person
from server.drafts import Act, Draft
from server.editor_told import name_of
from server.editor_words import OTHER, REFUSED
from server.errors import ActRefused, PreviewFailed, Refused
from server.forms import Form
from server.office_desk import OfficeDesk
from server.people import by_id
from server.previews import Previews
from server.published import Version
from server.publishing import Drawable
from server.whom import Offered
from sync.clock import office_time
from translations import N_, Catalogue, load

# gettext: editor


@dataclass(frozen=True, slots=True)
class Standing:
    """A draft, and what holds: `newest`, None where nothing was published yet. `who`: the names of people by id."""

    draft: Draft
    newest: Version | None
    who: Mapping[str, str]


def standing(db: Db, kind: str) -> Standing:
    """How it stands with a draft."""
    draft, newest = drafts.current(db, kind), published.newest(db, kind)
    return Standing(draft, newest, named(db, [draft.by, newest.staff if newest is not None else None]))


def who_of(version: Version, who: Mapping[str, str], words: Catalogue) -> str:
    """Who published it, in words."""
    if version.staff is not None:
        return who.get(version.staff, version.staff)
    return words.gettext("the centre") if version.source is not None else words.gettext("a command on the server")


def named(db: Db, staff: Collection[str | None]) -> dict[str, str]:
    """The names of these people by their ids."""
    found = {each: by_id(db, each) for each in staff if each is not None}
    return {each: account.details.name for each, account in found.items() if account is not None}


class Editor:
    """One office's."""

    def __init__(self, desk: OfficeDesk, previews: Previews) -> None:
        self.desk, self.previews = desk, previews
        self.door = desk.door
        self.accents = tuple(tokens.load().accent)
        self._judged: tuple[str, tuple[Trouble, ...]] | None = None

    async def standing(self, kind: str) -> Standing:
        """How it stands with a draft."""
        return await self.door.read(standing, kind)

    async def change(self, person: Person, kind: str, act: Act) -> None:
        """Let the draft be what `act` makes of it. Raises ActRefused."""
        now_ms = self.door.now()
        await self.door.write(lambda ledger: ledger.drafts.change(kind, act, person.staff, now_ms))

    def today(self) -> date:
        """The day on the office's wall."""
        return office_time(self.door.now(), self.desk.zone).date()

    async def services(self, language: str) -> dict[str, str]:
        """The names of the services that there are, by id, in the order of the catalogue."""
        holds = await self.door.read(drafts.held, drafts.CATALOGUE)
        return {str(each["id"]): name_of(each, language) for each in holds.get("services", ())}

    async def pictograms(self) -> tuple[str, tuple[str, ...]]:
        """The key of the pictures to choose from, and their names; none where they cannot be drawn."""
        with contextlib.suppress(PreviewFailed):
            key, names = await self.previews.pictograms()
            return key, tuple(sorted(names))
        return "", ()

    async def drawable(self) -> Drawable:
        """What a kiosk can draw."""
        _, names = await self.pictograms()
        return Drawable(self.accents, names or None)

    async def troubles(self, values: Values) -> tuple[Trouble, ...]:
        """What is still wrong with a catalogue. Reckoned aside, once for each content: calls wait for nobody."""
        drawable = await self.drawable()
        key = seal([values, sorted(drawable.pictograms or ())])
        if self._judged is None or self._judged[0] != key:
            found = await asyncio.to_thread(troubles, values, drawable.accents, drawable.pictograms)
            self._judged = key, found
        return self._judged[1]

    def page(
        self,
        request: Request,
        person: Person,
        template: str,
        title: str,
        values: Mapping[str, Any] | None = None,
        *,
        form: Filled | None = None,
        status: int = 200,
        here: str | None = None,
        kept: str = "",
    ) -> Response:
        """A whole page. `title` and the form's faults are msgids of `editor`; `here`, `kept`: where its language links
        lead."""
        words, filled = load(person.language, "editor"), form or Filled()
        own = {
            "values": filled.values,
            "faults": {name: words.gettext(fault) for name, fault in filled.faults.items()},
            "saved": "saved" in request.query_params,
            "ngettext": words.ngettext,
            "title": words.gettext(title),
        }
        drawn, style = own | dict(values or {}), "editor.css"
        return self.desk.pages.shell.part(
            request, "editor", template, title, drawn, status=status, here=here, style=style, kept=kept
        )

    async def offices(self, language: str, typed: str = "") -> Offered:
        """The offices that this server may publish for; of many those that were `typed`. Raises Refused."""
        return await self.desk.everywhere.read(whom.known, language, typed)

    async def whom(self, form: Form, language: str) -> whom.Offices:
        """For whom this form says. Raises Refused."""
        offered = await self.offices(language, form.one("named") if form.one("whom") == whom.SOME else "")
        return whom.whom_of(form, offered.rows, typed=offered.many)

    def state_words(self, stands: Standing, person: Person) -> str:
        """In a sentence: what is drawn here, and whose it is."""
        words = load(person.language, "editor")
        draft, newest = stands.draft, stands.newest
        if draft.by is not None:
            said = words.gettext("A draft, not published yet. Changed last on {when} by {who}.")
            when, who = self.desk.seen(draft.at_ms, person.language), stands.who.get(draft.by, draft.by)
            return said.format(when=when, who=who)
        if newest is None:
            if draft.values in (NOTHING, NO_HOURS):
                return words.gettext("Nothing was published from here yet, and no kiosk brought anything along.")
            return words.gettext("Nothing was published from here yet. This is what the kiosks brought along.")
        said = words.gettext("This is version {number}, published on {when} by {who}.")
        who = who_of(newest, stands.who, words)
        return said.format(number=newest.number, when=self.desk.seen(newest.now_ms, person.language), who=who)


def version_of(form: Form) -> int:
    """The number of the version that was edited; one that there never is, where none was sent."""
    typed = form.one("after")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else -1


def fault_of(error: ActRefused) -> str:
    """Why it is not done, a msgid of `editor`."""
    return REFUSED.get(error.code, OTHER)


def not_done(error: ActRefused, person: Person, status: int = 409) -> Refused:
    """The same as a page."""
    words = load(person.language, "editor").gettext
    return Refused(status, error.code, words(fault_of(error)), hint=words(N_("Go back and look at it again")))
