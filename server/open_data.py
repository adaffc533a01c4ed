"""Figures for whoever reckons with them: of a month of an office a row for each day, hour and service. Pure.

They are the report's own figures (server.rollups), without counters and staff. Counts are always told; times of five
and more. Scores by level are told once the month is over, of five and more, and so that no smaller number can be
reckoned from what is told of the service or the office. Nothing is told by language.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from server.dashboard import minutes, told_of
from server.opinion import LEVELS
from server.scoring import GROUP
from server.sla import Cell, Key, total
from server.told_answers import Told
from sync.services import NONE, Catalogue, ServiceText
from translations import N_

# gettext: public

Name = tuple[str, int, str]
"""Day, hour, service."""
Value = str | int | float | None
VARIES = "varies"
COLUMNS: Mapping[str, str] = {
    "office": N_("the office: its first journal"),
    "day": N_("the office day, YYYY-MM-DD"),
    "revision": N_("how often this day's figures have changed"),
    "hour": N_("in which the visit began to wait, 0 to 23, the office's time"),
    "service": N_("its id in the catalogue"),
    "tickets": N_("tickets that came into the queue"),
    "visits": N_("one service of one ticket each: the sum of the next six"),
    "served": N_("done"),
    "no_show": N_("called, and nobody came"),
    "cancelled": N_("given up"),
    "transferred": N_("sent on to another service from a counter"),
    "carried": N_("carried over to the next day"),
    "open": N_("nothing of these is on record"),
    "ticketless": N_("served without a ticket; in no other column"),
    "waits_known": N_("called visits whose wait is known"),
    "wait_half": N_("minutes that half of those waited at most; empty below five"),
    "wait_nine_of_ten": N_("minutes that nine of ten of those waited at most; empty below five"),
    "waits_unknown": N_("called visits whose wait is not known: another day, an unknown clock, a restored record"),
    "serves_known": N_("served visits whose time at the counter is known"),
    "serve_half": N_("minutes that half of those took at most; empty below five"),
    "serve_nine_of_ten": N_("minutes that nine of ten of those took at most; empty below five"),
    "judged": N_("served visits that have a published time"),
    "within": N_("those of judged that took no longer"),
    "scores": N_("visits with one score; empty while the month runs"),
    "level_5": N_(
        "scores of the best level; these five are empty below five scores, and where they would tell of fewer"
    ),
    "level_4": "",
    "level_3": "",
    "level_2": "",
    "level_1": N_("scores of the lowest level"),
    "disputed": N_("visits for which several levels were pressed: in no score; empty while the month runs"),
}
"""Every column and what it is, in the source language: files say it so, the page in the reader's."""


@dataclass(frozen=True, slots=True)
class Month:
    """The figures of an office in a month, as they are read. `revisions` by day; `made_ms`: when they were made last;
    `waiting`: days that are about to be made anew; `running`: the month is not over; `answers`: to complaints
    and alerts on scores, as they may be told."""

    office: str
    month: str
    cells: Sequence[tuple[str, Key, Cell]]
    revisions: Mapping[str, int]
    made_ms: int
    waiting: int
    running: bool
    answers: Sequence[Told] = ()

    @property
    def revision(self) -> int:
        """That of the month, as the official report has it."""
        return sum(self.revisions.values())


def rows(of: Month, least: int = GROUP) -> list[tuple[Value, ...]]:
    """The rows, by day, hour and service. Levels are told of `least` and more."""
    together: dict[Name, list[Cell]] = {}
    for day, key, cell in of.cells:
        if key.service:
            together.setdefault((day, key.hour, key.service), []).append(cell)
    cells = {name: total(each) for name, each in together.items()}
    told = levels_told({name: each.opinion.n for name, each in cells.items()}, least)
    return [
        (of.office, day, of.revisions.get(day, 0), hour, service, *_figures(cells[name], of, levels=name in told))
        for name in sorted(cells)
        for day, hour, service in (name,)
    ]


def levels_told(ns: Mapping[Name, int], least: int = GROUP) -> set[Name]:
    """Of which cells the levels are told, by how many scores each has.

    Of each service those that are not told have no scores together, or `least` and more; and so have those of all the
    services together of which the month's results (server.dashboard) tell nothing: the results tell the rest, and the
    whole. What the told leave is no smaller number.
    """
    by_service: dict[str, dict[Name, int]] = {}
    for name, n in ns.items():
        by_service.setdefault(name[2], {})[name] = n
    told = {name for cells in by_service.values() for name in told_of(cells, least)}
    ranked = told_of({service: sum(cells.values()) for service, cells in by_service.items()})
    apart = {name: n for name, n in ns.items() if name[2] not in ranked}
    hidden = sum(n for name, n in apart.items() if name not in told)
    if 0 < hidden < least and told & apart.keys():
        told.remove(min(told & apart.keys(), key=lambda name: (ns[name], name)))
    return told


def as_csv(of: Month) -> bytes:
    """The rows for a spreadsheet: UTF-8 with a byte order mark, a point in numbers, nothing where nothing is told."""
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(COLUMNS)
    write.writerows(rows(of))
    return "\ufeff".encode() + out.getvalue().encode()


def as_json(of: Month, about: Mapping[str, Any]) -> bytes:
    """The same for programs, with what it is, and `about` (licence, names)."""
    return msgspec.json.encode(
        {
            **about,
            "office": of.office,
            "month": of.month,
            "running": of.running,
            "revision": of.revision,
            "made_at": _utc(of.made_ms),
            "days_being_made_anew": of.waiting,
            "columns": COLUMNS,
            "rows": rows(of),
            "answers": [asdict(each) for each in of.answers],
        }
    )


def catalogue_json(catalogue: Catalogue, about: Mapping[str, Any]) -> bytes:
    """What is published of each service: fee, steps, documents, times, in every language."""
    services = [
        {
            "id": each.id,
            "series": each.series,
            "group": each.group or None,
            "minutes": each.minutes,
            "fee": "none" if each.fee == NONE else each.fee if each.fee == VARIES else {"satang": each.fee},
            "cases": each.cases,
            "texts": {language: _texts(text) for language, text in each.texts.items()},
        }
        for each in catalogue.services
    ]
    groups = [{"id": each.id, "names": dict(each.names)} for each in catalogue.groups]
    return msgspec.json.encode({**about, "groups": groups, "services": services})


def _texts(text: ServiceText) -> dict[str, Any]:
    return {
        "name": text.name,
        "steps": text.steps,
        "documents": [{"text": each.text, "when": each.when} for each in text.documents],
        "fee_note": text.fee_note,
        "hours": text.hours,
        "channel": text.channel or None,
        "complaints": text.complaints,
    }


def _figures(cell: Cell, of: Month, *, levels: bool) -> Iterable[Value]:
    unknown = cell.untimed_carried + cell.untimed_heard_late + cell.untimed_restated
    scored = (None,) * 7 if of.running else (cell.opinion.n, *_levels(cell, told=levels), cell.disputed)
    return (
        cell.tickets,
        cell.visits,
        *(getattr(cell, each) for each in ("served", "no_show", "cancelled", "transferred", "carried", "open")),
        cell.ticketless,
        cell.timed,
        *_times(cell, "waits"),
        unknown,
        cell.serves.total,
        *_times(cell, "serves"),
        cell.judged,
        cell.within,
        *scored,
    )


def _levels(cell: Cell, *, told: bool) -> tuple[int | None, ...]:
    return tuple(getattr(cell, f"level_{level}") if told else None for level in LEVELS)


def _times(cell: Cell, of: str) -> tuple[float | None, float | None]:
    histogram = getattr(cell, of)
    if histogram.total < GROUP:
        return None, None
    return minutes(histogram.quantile(50)), minutes(histogram.quantile(90))


def _utc(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
