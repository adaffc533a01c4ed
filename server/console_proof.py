# gettext: audit
"""The proof for who looks after the office: patterns, tickets with their cameras, complaints, checkpoints.

Patterns are something to look at, never a verdict: they stand behind the door, with figures and the smallest counts.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request, Response
from markupsafe import Markup

from server import notes
from server.audit_reading import DayAudit
from server.audit_text import window_words
from server.audit_words import pattern_words
from server.audits import Audits
from server.checkpoints import listed
from server.console_pages import ConsolePages, redirect
from server.console_proof_words import COMPLAINT, NOT_DONE, PATTERN_TITLES
from server.database import Db
from server.door import Door, Person
from server.errors import ActRefused, NoSuchDay, Refused
from server.forms import Form, form_of
from server.ledger import Ledger
from server.people import Role, called
from server.places import days
from server.proof_words import ENDED, STATUS, why
from server.queue import Moment
from server.reads import Reads
from sync.audit_terms import Journey
from sync.body import TicketName
from sync.clock import office_time
from sync.patterns import LEAST, LEAST_CHANCES, Name, Pattern, Sort, patterns, shares
from sync.types import JournalId, Seq, UtcMs
from translations import load
from translations.numerals import format_date, format_moment, format_time

SPANS = (1, 5, 10)
"""How many days patterns may be looked for in."""
BLANK_CAMERAS = 3


class ProofDesk:
    """The routes /patterns, /tickets, /cameras and /checkpoints. `reads` has the proof's thread."""

    def __init__(
        self,
        door: Door,
        pages: ConsolePages,
        reads: Reads,
        audits: Audits,
        moment: Callable[[], Moment | None],
        *,
        mails: bool = False,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """`mails`: checkpoints are mailed; `wake` has them tried now."""
        self._door, self._pages, self._reads, self._audits, self._moment = door, pages, reads, audits, moment
        self._zone, self._mails, self._wake = pages.pages.zone, mails, wake

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        Supervisor = Annotated[Person, Depends(self._door.require(Role.SUPERVISOR))]
        Administrator = Annotated[Person, Depends(self._door.require(Role.ADMINISTRATOR))]

        @app.get("/patterns")
        async def seen(request: Request, person: Supervisor, span: str = "") -> Response:
            return await self._patterns(request, person, int(span) if span in map(str, SPANS) else SPANS[1])

        @app.get("/tickets")
        async def tickets(request: Request, person: Supervisor, day: str = "", label: str = "") -> Response:
            return await self._tickets(request, person, day, label.strip().upper())

        @app.post("/tickets/complaint")
        async def complain(request: Request, person: Supervisor) -> Response:
            form = await form_of(request)
            day, label = form.one("day")[:10], form.one("label")[:16]
            try:
                await self._complain(form, person)
            except ActRefused as error:
                return await self._tickets(request, person, day, label, error.code)
            except NoSuchDay:
                return await self._tickets(request, person, day, label, "no-ticket")
            return redirect(f"/tickets?{urlencode({'day': day, 'label': label})}")

        @app.get("/cameras")
        async def cameras(request: Request, person: Administrator) -> Response:
            return await self._cameras(request, person)

        @app.post("/cameras")
        async def set_cameras(request: Request, person: Administrator) -> Response:
            form = await form_of(request)
            rows = list(zip(form.many("camera"), form.many("days"), strict=False))
            return await self._camera_note(
                request, person, form, lambda now: notes.cameras(now, [(n.strip(), d.strip()) for n, d in rows])
            )

        @app.post("/cameras/check")
        async def check(request: Request, person: Administrator) -> Response:
            form = await form_of(request)
            camera, ahead, give = form.one("camera"), form.one("ahead").strip(), form.one("give").strip()
            return await self._camera_note(
                request, person, form, lambda now: notes.check(now, camera, ahead, give, person.staff)
            )

        @app.get("/checkpoints")
        async def checkpoints(request: Request, person: Supervisor) -> Response:
            return await self._checkpoints(request, person)

        @app.post("/checkpoints")
        async def again(request: Request, person: Supervisor) -> Response:
            await self._door.write(lambda ledger: ledger.checkpoints.again())
            self._wake()
            return redirect("/checkpoints")

    # Patterns ---------------------------------------------------------------------------------------------------------

    async def _patterns(self, request: Request, person: Person, span: int) -> Response:
        found, tables, on = await self._reads.read(self._look, span)
        people = await self._door.read(called)
        words = load(person.language, "audit")
        values = {
            "span": span,
            "spans": SPANS,
            "from_day": on and self._date(on[0], person.language),
            "to_day": on and self._date(on[-1], person.language),
            "found": [pattern_words(_named(each, people), words) for each in found],
            "tables": [
                (words.gettext(PATTERN_TITLES[name]), [(sort.value, _rows(groups, people)) for sort, groups in by])
                for name, by in tables
            ],
            "least": LEAST,
            "chances": LEAST_CHANCES,
        }
        return await self._page(request, person, "console_patterns.html", values, words.gettext("To look at"))

    def _look(self, db: Db, span: int) -> tuple[list[Pattern], list[Any], list[str]]:
        on = sorted({place.day for place in days(db)})[-span:]
        audits = [self._audits.day(db, day).found.audit for day in on]
        tables = [
            (name, [(sort, table) for sort in Sort if (table := shares(audits, name, sort, self._zone))])
            for name in Name
        ]
        return patterns(audits, self._zone), tables, on

    # Tickets ----------------------------------------------------------------------------------------------------------

    async def _tickets(self, request: Request, person: Person, day: str, label: str, fault: str = "") -> Response:
        words, people = load(person.language, "audit"), await self._door.read(called)
        found: list[Any] = []
        on: list[str] = []
        last_ms = UtcMs(0)
        try:
            told, on = await self._reads.read(self._find, day)
            day = told.audit.day if told is not None else day
            if label and told is not None:
                last_ms = self._door.now()
                journeys = [each for each in told.audit.journeys if each.label == label]
                found = [self._journey(each, told, people, person.language, last_ms) for each in journeys]
                fault = fault or ("" if found else "no-ticket")
        except NoSuchDay:
            fault = "no-ticket"
        values = {
            "day": day,
            "label": label,
            "found": found,
            "days": [(each, self._date(each, person.language)) for each in on],
            "categories": [(code, words.gettext(said)) for code, said in COMPLAINT.items()],
            "fault": fault and words.gettext(NOT_DONE.get(fault, NOT_DONE["bad-key"])),
        }
        title = words.gettext("Tickets and complaints")
        return await self._page(request, person, "console_tickets.html", values, title, 422 if fault else 200)

    def _find(self, db: Db, day: str) -> tuple[DayAudit | None, list[str]]:
        on = sorted({place.day for place in days(db)}, reverse=True)
        if not on:
            return None, []
        return self._audits.day(db, day or on[0]).found, on[:31]

    def _journey(
        self, journey: Journey, day: DayAudit, people: dict[str, str], language: str, now_ms: UtcMs
    ) -> dict[str, Any]:
        words = load(language, "audit")
        calls = []
        for call in journey.calls:
            window, ended = day.cameras.window(call, day.audit.last_ms), ENDED.get(call.how or "")
            gone = window is not None and window.export_before is not None and window.export_before < now_ms
            calls.append(
                {
                    "time": self._time(call.at_ms, language),
                    "counter": call.counter,
                    "person": people.get(call.staff, call.staff),
                    "why": why(call, words),
                    "ended": ended and words.gettext(ended).format(time=self._time(call.ended_ms or 0, language)),
                    "window": window and window_words(window, words, self._zone),
                    "gone": gone,
                }
            )
        noted = [
            (words.gettext(COMPLAINT.get(each.category, each.category)), self._time(each.now_ms, language))
            for each in day.complaints.get(journey.name, ())
        ]
        return {
            "label": journey.label,
            "journal": journey.name.journal,
            "seq": int(journey.name.seq),
            "status": words.gettext(STATUS.get(journey.status, STATUS[None])),
            "calls": calls,
            "complaints": noted,
        }

    async def _complain(self, form: Form, person: Person) -> None:
        at, seq = self._now(), form.one("seq")
        told, _ = await self._reads.read(self._find, form.one("day"))
        name = TicketName(JournalId(form.one("journal")), Seq(int(seq) if seq.isdecimal() and len(seq) < 16 else 0))
        if told is None or told.audit.journey(name) is None:
            raise ActRefused("no-ticket", "there is no such ticket", hint="Look it up again.")
        body = notes.complaint(at.now_ms, name, form.one("category"), person.staff)
        await self._note(form.one("key"), body, at)

    # Cameras ----------------------------------------------------------------------------------------------------------

    async def _cameras(self, request: Request, person: Person, fault: str = "") -> Response:
        words = load(person.language, "audit")
        told, _ = await self._reads.read(self._find, "")
        setups = list(told.cameras.setups.values()) if told is not None else []
        checks = {each.camera: each for each in told.cameras.checks} if told is not None else {}
        seen = {each.camera: number for number, each in told.cameras.counters.items()} if told is not None else {}
        values = {
            "cameras": [
                {
                    "camera": each.camera,
                    "days": each.retention_days,
                    "check": checks.get(each.camera),
                    "checked": each.camera in checks and self._when(checks[each.camera].now_ms, person.language),
                    "counter": seen.get(each.camera),
                }
                for each in setups
            ],
            "blank": range(BLANK_CAMERAS),
            "now": self._pages.pages.clock(self._door.now()),
            "fault": fault and words.gettext(NOT_DONE.get(fault, NOT_DONE["bad-key"])),
        }
        title = words.gettext("Cameras")
        return await self._page(request, person, "console_cameras.html", values, title, 422 if fault else 200)

    async def _camera_note(
        self, request: Request, person: Person, form: Form, made: Callable[[UtcMs], notes.Note]
    ) -> Response:
        try:
            at = self._now()
            await self._note(form.one("key"), made(at.now_ms), at)
        except ActRefused as error:
            return await self._cameras(request, person, error.code)
        return redirect("/cameras")

    # Checkpoints ------------------------------------------------------------------------------------------------------

    async def _checkpoints(self, request: Request, person: Person) -> Response:
        rows = [
            {
                "day": row.day,
                "date": self._date(row.day, person.language),
                "sent": row.sent_ms and self._when(row.sent_ms, person.language),
                "tries": row.tries,
                "trouble": row.trouble,
                "text": row.text,
            }
            for row in await self._reads.read(listed)
        ]
        waiting = self._mails and any(row["sent"] is None for row in rows)
        values = {"rows": rows, "mails": self._mails, "waiting": waiting}
        title = load(person.language, "audit").gettext("Checkpoints")
        return await self._page(request, person, "console_checkpoints.html", values, title)

    # What all have ----------------------------------------------------------------------------------------------------

    def _now(self) -> Moment:
        at = self._moment()
        if at is None:
            raise ActRefused("no-clock", "nobody vouches for the clock", hint="Set the server's clock.")
        return at

    async def _note(self, key: str, body: notes.Note, at: Moment) -> None:
        def job(ledger: Ledger) -> int:
            return notes.note(ledger, key, body, at)

        await self._door.write(job)

    async def _page(
        self, request: Request, person: Person, template: str, values: dict[str, Any], title: str, status: int = 200
    ) -> Response:
        session = await self._door.session(request)
        if session is None:
            raise Refused(401, "sign-in", "Nobody is signed in here", hint="Sign in, then try again")
        own = values | {"csrf": session.csrf, "key": self._door.random(16).hex(), "title": title}
        body = Markup(self._pages.pages.render(template, person.language, own, "audit"))
        here = "/tickets" if request.url.path.startswith("/tickets") else request.url.path.removesuffix("/check")
        return self._pages.page(request, "console_proof.html", {"title": title, "body": body}, status=status, here=here)

    def _date(self, day: str, language: str) -> str:
        return format_date(date.fromisoformat(day), language)

    def _time(self, utc_ms: int, language: str) -> str:
        return format_time(office_time(utc_ms, self._zone), language)

    def _when(self, utc_ms: int, language: str) -> str:
        return format_moment(office_time(utc_ms, self._zone), language)


def _named(pattern: Pattern, people: dict[str, str]) -> Pattern:
    """With the person's name instead of the id."""
    return replace(pattern, group=people.get(pattern.group, pattern.group)) if pattern.sort is Sort.STAFF else pattern


def _rows(groups: dict[str, tuple[int, int]], people: dict[str, str]) -> list[tuple[str, int, int, bool]]:
    """(group, k, n, whether there are enough to say anything)."""
    order = sorted(groups, key=lambda group: (not group.isdecimal(), int(group) if group.isdecimal() else 0, group))
    return [(people.get(group, group), *groups[group], groups[group][1] >= LEAST_CHANCES) for group in order]
