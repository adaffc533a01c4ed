"""Alerts and follow-ups on the console, for supervisors and administrators; at a centre those of all offices."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from server import episodes, followups, listing
from server.alert_words import OTHER, REFUSED, Names, alert_words, by_whom, office_named, remedy, why_words
from server.alerts import LASTING, Code
from server.console_pages import ConsolePages, redirect
from server.database import Db
from server.deliveries import Standing, troubles
from server.door import Door, Person
from server.episodes import Alert, Followup, Row, Shelf
from server.errors import ActRefused
from server.forms import Form, form_of
from server.ledger import Ledger
from server.listing import A_PAGE, Around, Asked, asked_of
from server.people import Role, called, everybody
from server.queue import Moment
from server.reads import Reads
from server.request_words import FOR_ALERT
from server.telling import names_of
from sync.body import FactName
from sync.clock import office_day, office_time
from sync.codec import MAX_INT
from sync.facts_alerts import AlertEnded, AlertRaised, AlertSeen, FollowupClosed, FollowupOpened
from sync.types import JournalId, Seq, UtcMs
from translations import LANGUAGES, load
from translations.numerals import format_date, format_moment

# gettext: alerts

DAYS_BACK = 30
"""Alerts and follow-ups that are over are shown for so long."""
Of = TypeVar("Of", Alert, Followup)


class AlertDesk:
    """The routes /alerts and /followups. `everywhere` reads all offices' journals; `seen` has the alerts that nobody
    has seen counted anew; `refusing`: since when the ledger takes nothing, None: it does."""

    def __init__(
        self,
        door: Door,
        pages: ConsolePages,
        everywhere: Reads,
        moment: Callable[[], Moment | None],
        *,
        seen: Callable[[], Awaitable[None]],
        refusing: Callable[[], UtcMs | None] = lambda: None,
    ) -> None:
        self._door, self._pages, self._everywhere, self._moment = door, pages, everywhere, moment
        self._seen, self._refusing, self._zone = seen, refusing, pages.pages.zone

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        Supervisor = Annotated[Person, Depends(self._door.require(Role.SUPERVISOR))]

        @app.get("/alerts")
        async def alerts(request: Request, person: Supervisor) -> Response:
            return await self._alerts(request, person)

        @app.post("/alerts/seen")
        async def seen(request: Request, person: Supervisor) -> Response:
            form, at = await form_of(request), self._moment()
            if at is None:
                return await self._alerts(request, person, "no-clock")
            name = _name(form)
            await self._door.write(lambda ledger: note_seen(ledger, name, person.staff, at))
            await self._seen()
            return redirect("/alerts")

        @app.get("/followups")
        async def listed(request: Request, person: Supervisor) -> Response:
            return await self._followups(request, person)

        @app.get("/followups/{journal}/{seq}")
        async def one(request: Request, journal: str, seq: int, person: Supervisor) -> Response:
            return await self._one(request, person, _named(journal, seq))

        @app.post("/followups/{journal}/{seq}/{step}")
        async def act(request: Request, journal: str, seq: int, step: str, person: Supervisor) -> Response:
            if step not in _STEPS:
                raise HTTPException(404)
            form, name = await form_of(request), _named(journal, seq)
            try:
                await self._act(step, name, form, person)
            except ActRefused as error:
                return await self._one(request, person, name, error.code, form)
            return redirect(f"/followups/{journal}/{seq}")

    # Alerts -----------------------------------------------------------------------------------------------------------

    async def _alerts(self, request: Request, person: Person, fault: str = "") -> Response:
        language, since_ms = person.language, self._door.now() - DAYS_BACK * 86_400_000
        asked = asked_of(request.query_params)
        found = await self._everywhere.read(read_alerts, since_ms, asked)
        people = await self._door.read(called)
        refusing = self._refusing()
        values = self._around("/alerts", asked, found, language) | {
            "open": [self._alert(each, found.names, people, language) for each in found.lists[0]],
            "over": [self._alert(each, found.names, people, language) for each in found.lists[1]],
            "refusing": refusing
            and {
                "says": alert_words(Code.LEDGER.value, "", 0, 0, Names(), language),
                "remedy": remedy(Code.LEDGER.value, language),
                "since": self._when(refusing, language),
            },
            "stuck": [(each, self._when(each.tried_ms, language)) for each in found.stuck],
            "days": DAYS_BACK,
            "fault": fault,
        }
        return self._page(request, "alerts.html", "Alerts", values, "/alerts", 409 if fault else 200)

    def _alert(self, of: Alert, names: Names, people: dict[str, str], language: str) -> dict[str, Any]:
        return {
            "journal": of.name.journal,
            "seq": of.name.seq,
            "own": of.office is None,
            "office": _office(names, of.office, language),
            "says": alert_words(of.code, of.about, of.value, of.bound, names, language),
            "remedy": remedy(of.code, language),
            "asks": _asking(FOR_ALERT.get(of.code), of.about, of.office),
            "open": of.ended_ms is None,
            "since": self._when(of.raised_ms, language),
            "seen": of.seen_ms and self._when(of.seen_ms, language),
            "by": by_whom(people, of.seen_by, language),
            "ended": of.ended_ms and self._when(of.ended_ms, language),
        }

    # Follow-ups -------------------------------------------------------------------------------------------------------

    async def _followups(self, request: Request, person: Person) -> Response:
        since_ms, asked = self._door.now() - DAYS_BACK * 86_400_000, asked_of(request.query_params)
        found = await self._everywhere.read(read_followups, since_ms, asked)
        people, today = await self._door.read(called), office_day(self._door.now(), self._zone)
        open_, closed = (
            [self._followup(each, found.names, people, today, person.language) for each in listed]
            for listed in found.lists
        )
        open_.sort(key=lambda row: row["due"])
        values = self._around("/followups", asked, found, person.language) | {
            "waiting": [row for row in open_ if not row["answered"]],
            "answered": [row for row in open_ if row["answered"]],
            "closed": closed,
            "days": followups.DAYS,
            "back": DAYS_BACK,
        }
        return self._page(request, "followups.html", "Follow-up", values, "/followups")

    def _followup(
        self, of: Followup, names: Names, people: dict[str, str], today: date, language: str
    ) -> dict[str, Any]:
        left, words = followups.left(of, today), load(language, "alerts")
        late = words.ngettext("{count} day late", "{count} days late", -left).format(count=-left)
        days = words.ngettext("{count} day left", "{count} days left", left).format(count=left)
        return {
            "journal": of.name.journal,
            "seq": of.name.seq,
            "own": of.office is None,
            "office": _office(names, of.office, language),
            "says": why_words(of.why, of.about, names, language),
            "due": of.due,
            "due_on": format_date(date.fromisoformat(of.due), language),
            "left": late if left < 0 else days,
            "overdue": left < 0,
            "opened": self._when(of.opened_ms, language),
            "to": by_whom(people, of.to, language),
            "answered": of.answered_ms and self._when(of.answered_ms, language),
            "by": by_whom(people, of.answered_by, language),
            "asks": _asking("answer-followup", f"{of.name.journal}:{of.name.seq}", of.office),
            "in_time": followups.fate(of, self._zone, today) == followups.IN_TIME,
            "closed": of.closed_ms and self._when(of.closed_ms, language),
        }

    async def _one(
        self, request: Request, person: Person, name: FactName, fault: str = "", form: Form | None = None
    ) -> Response:
        found = episodes.followups_of(await self._everywhere.read(episodes.one, name))
        if len(found) != 1:
            raise HTTPException(404)
        about = [(found[0].why, found[0].about, found[0].office)]
        names = await self._everywhere.read(names_of, about)
        text = await self._door.read(episodes.answer_of, found[0].digest) if found[0].digest else None
        people, today = await self._door.read(called), office_day(self._door.now(), self._zone)
        words = load(person.language, "alerts").gettext
        values = {
            "row": self._followup(found[0], names, people, today, person.language),
            "text": text,
            "filled": (form.one("inside"), _outside(form)) if form is not None else text or ("", {}),
            "people": await self._answerers(),
            "to": found[0].to,
            "fault": fault and words(REFUSED.get(fault, OTHER)),
            "key": self._door.random(16).hex(),
            "most": followups.MOST_CHARACTERS,
        }
        here = f"/followups/{name.journal}/{name.seq}"
        return self._page(request, "followup.html", "Follow-up", values, here, 422 if fault else 200)

    async def _act(self, step: str, name: FactName, form: Form, person: Person) -> None:
        at, key = self._moment(), form.one("key")
        if at is None:
            raise ActRefused("no-clock", "nobody vouches for the clock", hint="Set the server's clock.")
        if step == "answer":
            text, salt = followups.judged(form.one("inside"), _outside(form)), self._door.random(16)
            job = partial(followups.answer, text=text, salt=salt)
        elif step == "assign":
            to = form.one("to")
            if to not in dict(await self._answerers()):
                raise ActRefused("not-listed", "there is no such person", hint="Choose one from the list.")
            job = partial(followups.assign, to=to)
        else:
            job = partial(followups.close)
        await self._door.write(partial(job, key=key, name=name, staff=person.staff, at=at))

    async def _answerers(self) -> list[tuple[str, str]]:
        accounts = await self._door.read(everybody)
        return [
            (each.staff, each.details.name)
            for each in accounts
            if not each.disabled and each.details.role >= Role.SUPERVISOR
        ]

    def _around(self, path: str, asked: Asked, found: "Listed[Any]", language: str) -> dict[str, Any]:
        """The search and the links of a page among others."""
        find, turn = listing.shown(
            self._pages.pages, Around(path, asked, found.more, found.more or asked.number > 1), language
        )
        return {"find": find, "turn": turn, "asked": asked.words}

    # What both have ---------------------------------------------------------------------------------------------------

    def _page(
        self, request: Request, template: str, title: str, values: dict[str, Any], here: str, status: int = 200
    ) -> Response:
        return self._pages.part(
            request, "alerts", template, title, values, status=status, here=here, style="alerts.css"
        )

    def _when(self, utc_ms: int, language: str) -> str:
        return format_moment(office_time(utc_ms, self._zone), language)


_STEPS = ("assign", "answer", "close")


def note_seen(ledger: Ledger, name: FactName, staff: str, at: Moment) -> None:
    """Somebody has taken note of an own alert that is open; what lasts is over with that. In a transaction."""
    found = next((each for each in ledger.episodes.open_alerts().values() if each.name == name), None)
    if found is None or found.seen_ms is not None:
        return
    ledger.append([AlertSeen(at.now_ms, name, staff)], at.instant)
    if found.code in LASTING:
        ledger.append([AlertEnded(at.now_ms, name)], at.instant)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Of]):
    """A page of episodes: those that go on, and those that are over; `more` follow. This server's own stand first."""

    lists: tuple[list[Of], list[Of]]
    more: bool
    names: Names
    stuck: Sequence[Standing] = ()


def read_alerts(db: Db, since_ms: int, asked: Asked) -> Listed[Alert]:
    """A page of alerts."""
    on, over, more = _page(db, AlertRaised.kind, AlertEnded.kind, episodes.alerts_of, since_ms, asked)
    names = names_of(db, [(each.code, each.about, each.office) for each in (*on, *over)])
    return Listed((on, over), more, names, troubles(db))


def read_followups(db: Db, since_ms: int, asked: Asked) -> Listed[Followup]:
    """A page of follow-ups."""
    on, over, more = _page(db, FollowupOpened.kind, FollowupClosed.kind, episodes.followups_of, since_ms, asked)
    return Listed((on, over), more, names_of(db, [(each.why, each.about, each.office) for each in (*on, *over)]))


def _page(
    db: Db, began: str, ended: str, fold: Callable[[Iterable[Row]], list[Of]], since_ms: int, asked: Asked
) -> tuple[list[Of], list[Of], bool]:
    """(those of this page that go on, those that are over and were begun since then, whether more follow)."""
    lists, more = [], False
    for over in (False, True):
        found: list[Of] = []
        for own in (True, False):
            if own and asked.words:
                continue
            due = began == FollowupOpened.kind and not over
            shelf = Shelf(began, ended, over, own, asked.words, since_ms if over else 0, oldest=due)
            some = fold(episodes.rows_of(db, shelf, asked.first, A_PAGE + 1))
            more |= len(some) > A_PAGE
            found += (some if due else some[::-1])[:A_PAGE]
        lists.append(found)
    return lists[0], lists[1], more


def _name(form: Form) -> FactName:
    seq = form.one("seq")
    return _named(form.one("journal"), int(seq) if seq.isdecimal() and len(seq) < 16 else 0)


def _named(journal: str, seq: int) -> FactName:
    """The fact of this name; beyond what a journal counts to there is none, and no database is asked."""
    return FactName(JournalId(journal), Seq(seq if 0 <= seq <= MAX_INT else 0))


def _outside(form: Form) -> dict[str, str]:
    """What may be told to everybody, by language, as it was filled in."""
    return {language: form.one(f"outside-{language}") for language in LANGUAGES}


def _asking(what: str | None, about: str, office: str | None) -> str:
    """What the form of a new request is opened with; empty: nothing is asked of an office for that."""
    return urlencode({"what": what, "about": about, "office": office}) if what is not None and office else ""


def _office(names: Names, office: str | None, language: str) -> str:
    """Whose it is, at a centre; empty for this server's own."""
    return "" if office is None else office_named(names, office, language)
