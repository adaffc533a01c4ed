"""The figures of a period on the console, for supervisors and administrators, and as a file (docs/figures.md)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request, Response
from markupsafe import Markup

from server import figures_list, figures_view, periods, reading, spoken, survey
from server.apart import CAME, MOST_IN_FILE, Apart, apart
from server.dashboard import Board, board
from server.dashboard_reading import Known, Made, known, read
from server.database import Db
from server.door import Person
from server.figures_file import as_csv, as_xlsx
from server.figures_view import Names
from server.figures_words import KINDS
from server.listing import A_PAGE, asked_of
from server.office_desk import OfficeDesk
from server.office_name import unheard
from server.offices import in_order, names_of
from server.opinion import Opinion
from server.pages import in_language, named
from server.people import Role
from server.periods import LONGEST, Kind, Period
from server.spoken import Told
from server.sums import EVERY
from sync.clock import office_day, office_time
from translations import N_, Catalogue, load
from translations.numerals import format_date, format_moment

# gettext: figures

File = Callable[[Board, Names, Catalogue], bytes]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ALL_OFFICES = "all"
"""How the address says all offices."""
NO_OFFICE = "none"
"""A server that never wrote anything has no office of its own yet: nothing has this name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. `fault`: a msgid, where it cannot be told and the last week is told instead."""

    period: Period
    office: str
    choice: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a page is drawn from. `offices`: the names of those that are told; `choices`: of those that can be chosen in
    the form, none where there are too many for it."""

    asked: Asked
    known: Known
    board: Board
    made: Made
    services: dict[str, dict[str, str]]
    apart: Apart | None
    offices: Mapping[str, Mapping[str, str]]
    choices: tuple[str, ...]
    languages: Mapping[str, Told] = field(default_factory=dict)
    survey: Mapping[str, Opinion | None] = field(default_factory=dict)


def asked_for(query: dict[str, str], offices: Known, today: date) -> Asked:
    """The period and the office that an address asks for. Whatever it does not say, or cannot mean, is the last whole
    week, and this server's own office; where that does nothing itself, all offices."""
    at_first = ALL_OFFICES if offices.relayed and not offices.own_works else (offices.own or NO_OFFICE)
    wanted = query.get("office", "")
    there = wanted in {offices.own, offices.asked} - {"", None}
    choice = wanted if there or (wanted == ALL_OFFICES and offices.relayed) else at_first
    office = EVERY if choice == ALL_OFFICES else choice
    of, fault = _period(query, today)
    return Asked(of or periods.last_week(today), office, choice, fault)


def _period(query: dict[str, str], today: date) -> tuple[Period | None, str]:
    kind = query.get("period", "")
    if kind == Kind.SPAN.value:
        first, last = _date(query.get("from", "")), _date(query.get("to", ""))
        if first is None or last is None:
            return None, N_("Choose two dates.")
        made = periods.span(first, last, today)
        return made, "" if made else N_("This is longer than {count} days.")
    if kind not in {each.value for each in KINDS}:
        return None, ""
    on = _date(query.get("on", ""))
    return (None if on is None else periods.period(Kind(kind), on, today)), ""


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def add_figures(app: FastAPI, desk: OfficeDesk) -> None:
    """The routes /figures, /figures/table.csv and /figures/table.xlsx."""
    door, shell = desk.door, desk.pages.shell
    Supervisor = Annotated[Person, Depends(door.require(Role.SUPERVISOR))]

    async def find(request: Request, most: int) -> Found:
        today = office_day(door.now(), desk.zone)
        return await desk.everywhere.read(find_figures, dict(request.query_params), today, most)

    @app.get("/figures")
    async def figures(request: Request, person: Supervisor) -> Response:
        found, asked = await find(request, A_PAGE), asked_of(request.query_params)
        words = load(person.language, "figures")
        today = office_day(door.now(), desk.zone)
        values = _values(found, desk, words, today) | figures_list.shown(
            found.apart, asked, _kept(found), found.known.relayed, shell.pages, words
        )
        kept = urlencode(_kept(found) | asked.kept) + "&"
        return shell.part(request, "figures", "figures.html", N_("Figures"), values, style="figures.css", kept=kept)

    async def file(request: Request, person: Person, suffix: str, made: File, media_type: str) -> Response:
        found = await find(request, MOST_IN_FILE)
        words = load(person.language, "figures")
        of = found.asked.period
        name = f"figures-{of.first}-{of.last}.{suffix}"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        content = await asyncio.to_thread(made, found.board, _names(found, desk, words.language), words)
        return Response(content, media_type=media_type, headers=headers)

    @app.get("/figures/table.csv")
    async def table(request: Request, person: Supervisor) -> Response:
        return await file(request, person, "csv", as_csv, "text/csv; charset=utf-8")

    @app.get("/figures/table.xlsx")
    async def book(request: Request, person: Supervisor) -> Response:
        return await file(request, person, "xlsx", as_xlsx, XLSX)


def find_figures(db: Db, query: dict[str, str], today: date, most: int = A_PAGE) -> Found:
    """What a page about this address is drawn from, with so many offices apart."""
    offices = known(db, query.get("office", ""))
    asked = asked_for(query, offices, today)
    of, found, by_language, by_dimension = asked.period, None, {}, survey.told([])
    if asked.office == EVERY:
        own = offices.own if offices.own_works else None
        found = apart(db, own, of, asked_of(query), query.get("order", ""), most)
    elif of.kind is Kind.MONTH and of.last < today:
        month, whose = of.first.isoformat()[:7], None if asked.office == offices.own else asked.office
        by_language = spoken.told([spoken.read_month(db, asked.office, month)])
        by_dimension = survey.told([survey.read_month(db, whose, month)])
    ids, told = (found.ids, found.told) if found is not None else ((), None)
    sums, made = read(db, asked.office, of, ids, told)
    made_of = board(of, sums, today)
    choices = tuple(in_order(db)) if offices.relayed <= A_PAGE else ()
    names = names_of(db, {asked.office, *ids, *choices})
    services = reading.services_told(db, asked.office, [row.name for row in made_of.tables["service"]])
    return Found(asked, offices, made_of, made, services, found, names, choices, by_language, by_dimension)


def _kept(found: Found) -> dict[str, str]:
    """What an address has of the period, of the office and of the order."""
    asked = found.asked
    order = {} if found.apart is None or found.apart.order == CAME else {"order": found.apart.order}
    return parts_of(asked) | order


def address(asked: Asked, of: Period | None = None) -> str:
    """What stands behind the question mark for this period of this office."""
    return urlencode(parts_of(asked, of))


def parts_of(asked: Asked, of: Period | None = None) -> dict[str, str]:
    """The same by name."""
    period = of or asked.period
    parts = {"period": period.kind.value}
    if period.kind is Kind.SPAN:
        parts |= {"from": period.first.isoformat(), "to": period.last.isoformat()}
    else:
        parts["on"] = period.first.isoformat()
    return parts | {"office": asked.choice}


def _values(found: Found, desk: OfficeDesk, words: Catalogue, today: date) -> dict[str, Any]:
    asked, language = found.asked, words.language
    of = asked.period
    names = _names(found, desk, language)
    ways = {kind: periods.period(kind, of.first if kind is of.kind else _last(kind, today), today) for kind in KINDS}
    beside = {"earlier": periods.earlier(of, today), "later": periods.later(of, today)}
    return figures_view.shown(found.board, names, words) | {
        "fault": words.gettext(asked.fault).format(count=LONGEST) if asked.fault else "",
        "here": address(asked),
        "file": urlencode(_kept(found)),
        "ways": [(words.gettext(KINDS[kind]), address(asked, way), kind is of.kind) for kind, way in ways.items()],
        "beside": {name: each and address(asked, each) for name, each in beside.items()},
        "own_days": of.kind is Kind.SPAN,
        "first": of.first.isoformat(),
        "last": of.last.isoformat(),
        "today": today.isoformat(),
        "told": _told(of.first, of.last, language),
        "told_before": _told(of.before_first, of.before_last, language),
        "offices": _choices(found, names, words) if found.choices else [],
        "to_office": lambda office: address(Asked(of, office, office)),
        "choice": asked.choice,
        "office_name": words.gettext("All offices") if asked.office == EVERY else names.offices.get(asked.choice, ""),
        "as_of": _when(found.made.at_ms, desk, language),
        "waiting": found.made.waiting,
        "spoken": figures_view.spoken(found.languages, words),
        "surveyed": figures_view.surveyed(found.survey, language),
        "number": figures_view.number,
    }


def _last(kind: Kind, today: date) -> date:
    """A day in the last whole one."""
    return {
        Kind.DAY: today - periods.DAY,
        Kind.WEEK: today - periods.WEEK,
        Kind.MONTH: today.replace(day=1) - periods.DAY,
    }[kind]


def _names(found: Found, desk: OfficeDesk, language: str) -> Names:
    offices: dict[str, Any] = {office: in_language(name, language) for office, name in found.offices.items() if name}
    if found.known.own is not None:
        offices[found.known.own] = in_language(dict(desk.pages.shell.pages.names(language)), language)
    return Names(lambda service: named(found.services, service, language), offices)


def _choices(found: Found, names: Names, words: Catalogue) -> list[tuple[str, Any]]:
    own = [] if found.known.own is None else [found.known.own]
    every = (ALL_OFFICES, words.gettext("All offices"))
    return [
        every,
        *((office, names.offices.get(office) or unheard(office, words.language)) for office in (*own, *found.choices)),
    ]


def _told(first: date, last: date, language: str) -> Markup:
    """First and last day; no line breaks within one."""
    shown = [Markup('<span class="whole">{}</span>').format(format_date(each, language)) for each in (first, last)]
    return shown[0] if first == last else Markup(" – ").join(shown)


def _when(at_ms: int | None, desk: OfficeDesk, language: str) -> str:
    if at_ms is None:
        return ""
    return format_moment(office_time(at_ms, desk.zone), language)
