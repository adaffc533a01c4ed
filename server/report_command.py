"""The command `report`: the official report of a month, quarter or fiscal year as PDF, XLSX or CSV. It only reads."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from server import episodes, followups, online_counts, reading, spoken, sums, survey
from server.config import ServerConfig
from server.database import Db
from server.errors import ExportFailed, NoSuchPeriod
from server.report import MONTH, Read, Report, report_of
from server.report_period import Period, period_of
from server.report_words import Setting
from server.rollups import office_of
from server.stores import ledger_of
from sync.clock import office_day
from sync.types import UtcMs

SUFFIXES = (".pdf", ".xlsx", ".csv")
EVERY = "all"
"""What is written after --office for all offices of a centre together."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. `office`: None for this one; EVERY; or a first journal's id. `local_digits`: also for Thai and
    Burmese digits in the PDF."""

    month: str
    out: Path
    language: str = "th"
    local_digits: bool = False
    office: str | None = None


def write_report(config: ServerConfig, folder: Path, order: Order, now: datetime) -> str:
    """Write the report into order.out; what was done, in words. Raises NoSuchPeriod, ExportFailed, LedgerRefused."""
    if order.out.suffix not in SUFFIXES:
        hint = f"End the file's name in one of {', '.join(SUFFIXES)}."
        raise ExportFailed(f"{order.out} is no kind of file that a report has", hint=hint)
    report, setting = report_and_setting(config, folder, order, now)
    keep(order.out, _file(order.out.suffix, report, setting))
    return f"{order.out}: {report.read.days} days with figures, revision {report.read.revision}"


def report_and_setting(config: ServerConfig, folder: Path, order: Order, now: datetime) -> tuple[Report, Setting]:
    """The figures that are asked for, and what they are told with. Raises NoSuchPeriod, LedgerRefused."""
    period = period_of(order.month)
    with ledger_of(config.database, folder) as db:
        db.execute("BEGIN")
        read, names, office_names = _read(db, config, order, period, now.astimezone(config.zone).date())
    local = now.astimezone(config.zone)
    return report_of(read), Setting(office_names, names, order.language, local, order.local_digits)


def keep(out: Path, content: bytes) -> None:
    """Write the file. Raises ExportFailed."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(content)
    except OSError as error:
        hint = "Name a file after --out that can be written, on a disk with room."
        raise ExportFailed(f"{out} cannot be written: {error.strerror}", hint=hint) from error


def _file(suffix: str, report: Report, setting: Setting) -> bytes:
    # Each of these is large: only what is asked for is loaded.
    if suffix == ".csv":
        from server.report_tables import csv_of

        return csv_of(report, setting)
    if suffix == ".xlsx":
        from server.report_tables import xlsx_of

        return xlsx_of(report, setting)
    from server.report_paper import paper
    from server.typeset import Typesetter

    return Typesetter().pdf("report.typ", paper(report, setting), setting.now)


def _read(
    db: Db, config: ServerConfig, order: Order, period: Period, today: date
) -> tuple[Read, Mapping[str, Mapping[str, str]], Mapping[str, str]]:
    """(what the report is made of, names of services, names of the office)."""
    own = office_of(db)
    office, names = own, config.name
    if order.office == EVERY:
        office = sums.EVERY
    elif order.office is not None and order.office != own:
        found = db.execute("SELECT name FROM offices WHERE office = ?", (order.office,)).fetchone()
        if found is None:
            raise NoSuchPeriod(f"there is no office {order.office!r}", hint=f"Name its first journal, or {EVERY!r}.")
        office, names = order.office, json.loads(found[0])
    first, last = period.first.isoformat(), period.last.isoformat()
    if office is None:
        return Read(period), {}, names
    parts = {part: sums.together(db, office, part, first, last) for part in sums.PARTS}
    if len(period.months) > 1:
        parts[MONTH] = _months(db, office, period)
    only = (first, last, office, office)
    query = """SELECT coalesce(sum(revision), 0), count(DISTINCT day), max(at_ms) FROM figures
        WHERE day BETWEEN ? AND ? AND (? = '' OR office = ?)"""
    revision, days, at_ms = db.execute(query, only).fetchone()
    query = """SELECT count(DISTINCT day) FROM dirty JOIN journals USING (journal_id)
        WHERE day BETWEEN ? AND ? AND (? = '' OR coalesce(journals.office, ?) = ?)"""
    marked = db.execute(query, (first, last, office, own, office)).fetchone()[0]
    whose = None if office == own else office
    complaints = _complaints(db, config, period, whose)
    answers = [each for each in episodes.followups(db, _begins_ms(period, config)) if whose in ("", each.office)]
    counted = followups.counted(answers, config.zone, period.first, period.last, today)
    online = online_counts.counted(db, office, own or "", first, last)
    over = [each.text for each in period.months if each.last < today]
    by_language = spoken.told(spoken.read_month(db, office, month) for month in over) if over and office else {}
    by_dimension = survey.told(survey.read_month(db, whose, month) for month in over) if office else {}
    read = Read(period, parts, complaints, counted, online, by_language, by_dimension, revision, days, marked, at_ms)
    return read, reading.services(db), names


def _begins_ms(period: Period, config: ServerConfig) -> int:
    """Not later than the first day begins."""
    return round(datetime.combine(period.first, time.min, config.zone).timestamp() * 1000)


def _months(db: Db, office: str, period: Period) -> dict[str, sums.Sum]:
    found = {}
    for month in period.months:
        whole = sums.together(db, office, sums.ALL, month.first.isoformat(), month.last.isoformat())
        found[month.text] = whole.get("", sums.Sum())
    return found


def _complaints(db: Db, config: ServerConfig, period: Period, office: str | None) -> dict[str, int]:
    """How many by category; `office` None: this one's, "": everybody's. Nothing else of a complaint is reported."""
    query = """SELECT json_extract(CAST(row AS TEXT), '$[5].category'), json_extract(CAST(row AS TEXT), '$[5].now_ms')
        FROM facts JOIN standing USING (journal_id, seq) JOIN journals USING (journal_id)
        WHERE role = 'office' AND (? = '' OR office IS NOT DISTINCT FROM ?) AND kind = 'complaint.noted'"""
    found = Counter[str]()
    for category, at_ms in db.execute(query, (office, office)):
        if period.first <= office_day(UtcMs(at_ms), config.zone) <= period.last:
            found[category] += 1
    return dict(found)
