"""The edges of a day, for supervisors: the time where nobody vouches for it, closing, numbers without machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from server import acts, dayend, reading, standstill
from server.around import adopted
from server.closing import closing, next_open_day
from server.console_pages import Filled, redirect
from server.decide import MOST_BY_HAND, Who
from server.door import Person
from server.errors import ActRefused
from server.forms import Form, form_of
from server.office_desk import OfficeDesk
from server.office_pages import fault_of
from server.office_words import SLIP
from server.people import Role
from sync.clock import office_day, office_time
from sync.numbering import label
from sync.services import SERIES
from translations import LANGUAGES, N_, load
from translations.numerals import format_date

# gettext: office

A_SHEET = 21
"""Emergency numbers on a sheet of A4: three across, seven down."""
NO_TIME = N_("Write the date and the time")
NO_NUMBERS = N_("First and last number, at most 500 at once")


@dataclass(frozen=True, slots=True)
class Slip:
    """A piece of paper: the number, and (language, above, below) in every language."""

    number: str
    texts: Sequence[tuple[str, str, str]]


def add_day(app: FastAPI, desk: OfficeDesk) -> None:
    """The routes below /day."""
    door, pages = desk.door, desk.pages
    Supervisor = Annotated[Person, Depends(door.require(Role.SUPERVISOR))]

    async def drawn(request: Request, person: Person, form: Filled, status: int = 200) -> Response:
        at, live = desk.moment(), desk.hall.live
        shown = office_time(door.now(), desk.zone)
        used = await door.read(reading.series)
        to_day = next_open_day((await door.read(adopted))[1], office_day(door.now(), desk.zone))
        values: dict[str, Any] = {
            "at": at,
            "stands_still": desk.hall.stands_still,
            "shown": shown.strftime("%Y-%m-%dT%H:%M"),
            "day": closing(live),
            "to_day": format_date(to_day, person.language),
            "key": door.random(16).hex(),
            "free": [each for each in SERIES if each not in used],
            "sheet": A_SHEET,
        }
        return pages.page(request, person, "day.html", N_("Day"), values, form=form, status=status, here="/day")

    @app.get("/day")
    async def day(request: Request, person: Supervisor) -> Response:
        return await drawn(request, person, Filled())

    @app.post("/day/clock")
    async def clock(request: Request, person: Supervisor) -> Response:
        form = await form_of(request)
        utc_ms, sure, shown_ms = dayend.local_ms(form.one("time"), desk.zone), bool(form.one("sure")), door.now()
        filled = {"time": form.one("time"), "sure": sure}
        if desk.moment() is not None:
            return redirect("/day")
        if utc_ms is None:
            return await drawn(request, person, Filled(filled, {"time": NO_TIME}), 422)
        try:
            await door.write(
                lambda ledger: dayend.confirm_time(
                    ledger, utc_ms, desk.confirm, desk.moment, shown_ms=shown_ms, sure=sure
                )
            )
        except ActRefused as error:
            shown = Filled(filled | {"ask": error.code == "far-date"}, {"time": fault_of(error)})
            return await drawn(request, person, shown, 422)
        return redirect("/day")

    @app.post("/day/go-on")
    async def go_on(request: Request, person: Supervisor) -> Response:
        await form_of(request)
        at = desk.now(person)
        await door.write(lambda ledger: standstill.go_on(ledger, person.staff, at))
        return redirect("/day")

    @app.post("/day/carry")
    async def carry(request: Request, person: Supervisor) -> Response:
        form, at = await form_of(request), desk.now(person)
        seen = frozenset(form.one("seen").split())
        to_day = next_open_day((await door.read(adopted))[1], office_day(at.now_ms, desk.zone))
        await door.write(lambda ledger: dayend.carry(ledger, seen, to_day, at))
        return redirect("/day")

    @app.post("/day/by-hand")
    async def by_hand(request: Request, person: Supervisor) -> Response:
        form, at = await form_of(request), desk.now(person)
        act, filled = _interval(form, desk)
        if act is not None:
            who = Who(person.staff, person.role.word)
            try:
                await door.write(lambda ledger: dayend.by_hand(ledger, form.one("key"), act, who, at))
                return redirect("/day")
            except ActRefused as error:
                filled = Filled(filled.values, {"hand": fault_of(error)})
        return await drawn(request, person, filled, 422)

    @app.get("/day/slips")
    async def slips(request: Request, person: Supervisor) -> Response:
        now = office_day(door.now(), desk.zone)
        to_day = next_open_day((await door.read(adopted))[1], now)
        carried = closing(desk.hall.live).carried
        dates = {each: format_date(to_day, each) for each in LANGUAGES}
        return _printed(desk, person, "a6", [_slip(each.label, "carried", dates) for each in carried])

    @app.get("/day/numbers")
    async def numbers(
        request: Request, person: Supervisor, series: str = "", begin: int = 1, sheets: int = 1
    ) -> Response:
        if series not in SERIES or len(series) != 1 or not 1 <= begin < 10_000 or not 1 <= sheets <= 20:
            return redirect("/day")
        found = [_slip(label(series, 0, n), "emergency", {}) for n in range(begin, begin + sheets * A_SHEET)]
        return _printed(desk, person, "cut", found)


def _interval(form: Form, desk: OfficeDesk) -> tuple[acts.ByHand | None, Filled]:
    """The interval in a form, None where something is wrong with it."""
    names = ("series", "first", "last", "from", "to")
    typed = {name: form.one(name).strip() for name in names}
    numbers = [int(typed[name]) if typed[name].isdecimal() and len(typed[name]) < 6 else 0 for name in names[1:3]]
    begin, end = dayend.local_ms(typed["from"], desk.zone), dayend.local_ms(typed["to"], desk.zone)
    faults = {}
    if not 0 < numbers[0] <= numbers[1] < numbers[0] + MOST_BY_HAND:
        faults["first"] = NO_NUMBERS
    if begin is None:
        faults["from"] = NO_TIME
    if end is None:
        faults["to"] = NO_TIME
    if faults or begin is None or end is None:
        return None, Filled(typed, faults)
    return acts.ByHand(typed["series"][:1], numbers[0], numbers[1], int(begin), int(end)), Filled(typed)


def _slip(number: str, what: str, dates: dict[str, str]) -> Slip:
    above, below = SLIP[what]
    texts = []
    for each in LANGUAGES:
        words = load(each, "office").gettext
        texts.append((each, words(above), words(below).format(date=dates.get(each, ""))))
    return Slip(number, texts)


def _printed(desk: OfficeDesk, person: Person, paper: str, slips: Sequence[Slip]) -> Response:
    """A page for a printer: one slip a sheet of A6, or sheets of A4 with lines to cut along."""
    per = A_SHEET if paper == "cut" else 1
    sheets = [slips[at : at + per] for at in range(0, len(slips), per)]
    values = {"sheets": sheets, "paper": paper, "offices": desk.pages.shell.pages.names(LANGUAGES[0])}
    text = desk.pages.shell.pages.render("print.html", person.language, values, "office")
    return HTMLResponse(text, headers={"cache-control": "no-store"})
