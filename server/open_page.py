"""Open data: a page that says what there is, and the files, for programs. Routes below /open.

Figures by month as CSV and JSON, the catalogue, the offices and how each stands. Files carry an ETag and may be kept
for a while; no address may load as fast as a program can.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from server import told_answers
from server.dashboard_reading import Made, waiting
from server.database import Db
from server.door import address_of
from server.figures_view import month_name
from server.halls import Hall, Halls
from server.limit import NOT_THERE, TOO_MANY, Address, Limit
from server.listing import A_PAGE
from server.offices_page import framed, hall_of, name_of
from server.open_data import COLUMNS, Month, as_csv, as_json, catalogue_json
from server.pages import Pages
from server.reads import Reads
from server.report_period import period_of
from server.rollups import read_cells
from server.stands import Stands
from server.told_office import told
from sync.clock import office_day
from sync.types import UtcMs
from translations import load

# gettext: public

LOADS, LOAD_MS = 60, 1000
"""Of one address: so many files at once, and one more in so many milliseconds."""
RUNNING_S, OVER_S, NOW_S = 300, 3600, 15
"""How long files may be kept: of a month that runs, of one that is over, of how an office stands."""
STANDS_MS = 60_000
CSV, JSON = "text/csv; charset=utf-8", "application/json"


@dataclass(frozen=True, slots=True)
class File:
    """What is loaded."""

    body: bytes
    tag: str
    media_type: str
    keep_s: int


class OpenPages:
    """The page and the files. `reads` sees the whole ledger; `licence` is said with everything."""

    def __init__(
        self,
        pages: Pages,
        halls: Halls,
        reads: Reads,
        now: Callable[[], UtcMs],
        licence: str,
        address: Address = address_of,
    ) -> None:
        self._limit = Limit(LOADS, LOAD_MS, address, now)
        self._pages, self._halls, self._reads, self._now, self._licence = pages, halls, reads, now, licence
        self._files: Stands[File] = Stands(now, STANDS_MS, 32)

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""

        @app.get(
            "/open", response_class=HTMLResponse, responses=NOT_THERE | TOO_MANY, summary="What open data there is"
        )
        async def page(request: Request, lang: str = "", office: str = "", page: int = 1) -> HTMLResponse:
            self._limit(request)
            html = await self._page(office, self._pages.language(lang), min(max(page, 1), 10_000))
            return HTMLResponse(html, headers={"cache-control": "no-store"})

        @app.get(
            "/open/offices.json", response_class=Response, responses=_FILE, summary="Every office: id, names, time zone"
        )
        async def offices(request: Request) -> Response:
            return await self._loaded(request, ("offices",), self._offices)

        @app.get(
            "/open/{office}/now.json",
            response_class=Response,
            responses=_FILE,
            summary="Open or closed, who waits, counters, as of when",
        )
        async def now(request: Request, office: str) -> Response:
            self._limit(request)
            hall = await hall_of(self._halls, office)
            return self._answer(request, await self._now_file(hall))

        @app.get(
            "/open/{office}/services.json",
            response_class=Response,
            responses=_FILE,
            summary="Each service: fee, steps, documents, time",
        )
        async def services(request: Request, office: str) -> Response:
            return await self._loaded(request, ("services", office), lambda: self._services(office))

        @app.get(
            "/open/{office}/figures/{month}.json",
            response_class=Response,
            responses=_FILE,
            summary="Figures by day, hour and service",
        )
        async def as_rows(request: Request, office: str, month: str) -> Response:
            return await self._loaded(request, (office, month, JSON), lambda: self._figures(office, month, JSON))

        @app.get(
            "/open/{office}/figures/{month}.csv",
            response_class=Response,
            responses=_TABLE,
            summary="The same for a spreadsheet",
        )
        async def as_table(request: Request, office: str, month: str) -> Response:
            return await self._loaded(request, (office, month, CSV), lambda: self._figures(office, month, CSV))

    async def _loaded(self, request: Request, key: tuple[str, ...], make: Callable[[], Awaitable[File]]) -> Response:
        """Raises ComeLater, and HTTPException(404) where there is no such file."""
        self._limit(request)
        return self._answer(request, await self._files.get(key, make))

    def _answer(self, request: Request, file: File) -> Response:
        headers = {
            "etag": file.tag,
            "cache-control": f"public, max-age={file.keep_s}",
            "access-control-allow-origin": "*",
        }
        asked = request.headers.get("if-none-match", "")
        if file.tag in [each.strip().removeprefix("W/") for each in asked.split(",")]:
            return Response(status_code=304, headers=headers)
        return Response(file.body, media_type=file.media_type, headers=headers)

    def _about(self, hall: Hall) -> dict[str, Any]:
        return {"licence": self._licence, "name": dict(hall.listed.name), "time_zone": hall.listed.zone.key}

    async def _offices(self) -> File:
        listed = (await self._halls.all()).values()
        found = [{"office": each.office, "name": dict(each.name), "time_zone": each.zone.key} for each in listed]
        return _file(msgspec.json.encode({"licence": self._licence, "offices": found}), JSON, RUNNING_S)

    async def _now_file(self, hall: Hall) -> File:
        seen = told(hall, self._now())
        groups = [
            {
                "group": each.group or None,
                "names": dict(each.names),
                "waiting": each.waiting,
                "minutes": each.range and [each.range.low, each.range.high],
            }
            for each in seen.waits
        ]
        body = {
            **self._about(hall),
            "office": hall.listed.office,
            "age": seen.age,
            "as_of": None
            if seen.at is None
            else seen.at.replace(tzinfo=hall.listed.zone).isoformat(timespec="seconds"),
            "open": seen.hours.open,
            "opens": seen.hours.opens and seen.hours.opens.replace(tzinfo=hall.listed.zone).isoformat(),
            "waiting": seen.waiting,
            "counters_at_work": None if seen.waiting is None else len(seen.counters),
            "groups": groups,
        }
        return _file(msgspec.json.encode(body), JSON, NOW_S)

    async def _services(self, office: str) -> File:
        hall = await hall_of(self._halls, office)
        if hall.around.catalogue is None:
            raise HTTPException(404)
        about = {**self._about(hall), "office": office}
        return _file(catalogue_json(hall.around.catalogue, about), JSON, RUNNING_S)

    async def _figures(self, office: str, month: str, media_type: str) -> File:
        hall = await hall_of(self._halls, office)
        zone = hall.listed.zone
        today = office_day(self._now(), zone)
        found = await self._reads.read(read_month, office, month, today, zone) if _is_month(month) else None
        if found is None:
            raise HTTPException(404)
        body = as_csv(found) if media_type == CSV else as_json(found, self._about(hall))
        return _file(body, media_type, RUNNING_S if found.running else OVER_S)

    async def _page(self, office: str, language: str, number: int) -> str:
        listed = list((await self._halls.all()).values())
        words = load(language, "public").gettext
        values: dict[str, Any] = {"licence": self._licence, "columns": COLUMNS, "office_id": "", "months": []}
        if not office and len(listed) == 1:
            office = listed[0].office
        if office:
            hall = await hall_of(self._halls, office)
            months, made = await self._reads.read(months_of, office)
            values |= {
                "office_id": office,
                "name": name_of(hall.listed.name, office, language),
                "published": hall.around.catalogue is not None,
                "months": [(each, month_name(each, language)) for each in months],
                "made": self._pages.moment(made.at_ms, language),
            }
        first = (number - 1) * A_PAGE
        values |= {
            "offices": [
                (each.office, name_of(each.name, each.office, language)) for each in listed[first : first + A_PAGE]
            ],
            "several": len(listed) > 1,
            "before": number - 1 if number > 1 else None,
            "after": number + 1 if first + A_PAGE < len(listed) else None,
        }
        kept = f"office={office}&" if office else ""
        body = self._pages.render("outside_open.html", language, values, "public")
        return framed(self._pages, language, words("Open data"), body, kept=kept)


def read_month(db: Db, office: str, month: str, today: date, zone: ZoneInfo) -> Month | None:
    """The figures of this month (YYYY-MM) in one snapshot; None where there are none."""
    first, last = f"{month}-01", f"{month}-31"
    db.execute("BEGIN")
    try:
        query = "SELECT day, revision, at_ms FROM figures WHERE office = ? AND day BETWEEN ? AND ? ORDER BY day"
        known = db.execute(query, (office, first, last)).fetchall()
        if not known:
            return None
        cells = tuple(read_cells(db, office, first, last))
        to_come = waiting(db, office, first, last)
        running = month >= today.isoformat()[:7]
        answers = () if running else told_answers.read(db, office, *_days_of(month), zone).told
    finally:
        db.execute("ROLLBACK")
    revisions = {day: revision for day, revision, _ in known}
    made_ms = max(at_ms for _, _, at_ms in known)
    return Month(office, month, cells, revisions, made_ms, to_come, running, answers)


def _days_of(month: str) -> tuple[date, date]:
    """The first and the last day of this month."""
    of = period_of(month)
    return of.first, of.last


def months_of(db: Db, office: str) -> tuple[list[str], Made]:
    """The months (YYYY-MM) of which this office has figures, the last one first, and when they were made last."""
    query = "SELECT DISTINCT substr(day, 1, 7) AS month FROM figures WHERE office = ? ORDER BY month DESC"
    months = [str(month) for (month,) in db.execute(query, (office,))]
    (at_ms,) = db.execute("SELECT max(at_ms) FROM figures WHERE office = ?", (office,)).fetchone()
    return months, Made(at_ms, 0)


def _is_month(text: str) -> bool:
    try:
        return date.fromisoformat(f"{text}-01").isoformat()[:7] == text
    except ValueError:
        return False


def _file(body: bytes, media_type: str, keep_s: int) -> File:
    return File(body, f'"{hashlib.sha256(body).hexdigest()[:24]}"', media_type, keep_s)


def _described(media_type: str) -> Mapping[int | str, dict[str, Any]]:
    return {
        200: {"description": "The file; `etag` names it", "content": {media_type: {}}},
        304: {"description": "It is the one that `if-none-match` names"},
        **NOT_THERE,
        **TOO_MANY,
    }


_FILE: Any = _described(JSON)
_TABLE: Any = _described("text/csv")
