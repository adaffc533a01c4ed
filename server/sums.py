"""Sums of each day's figures, which dashboards and reports read: what a question costs depends on days and offices,
never on how many people came.

Of every (office, day) there is one row for all together, and one for each service, counter and hour; of every office
and month one for all together; of every day the same over all offices, but for counters. Of months that are over there
is all that there is of a day (server.months). They follow from the cells (server.rollups) to the last digit: what is
new is added and what was before is taken away, in the transaction that stores the cells.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import add, attrgetter, sub
from zoneinfo import ZoneInfo

from server.database import Db
from server.histogram import Histogram
from server.sla import COUNTS, Cell, Key, counts_of, total
from server.visits import Stint

EVERY = ""
"""The sums over all offices stand under this name."""
ALL, SERVICE, COUNTER, HOUR = "all", "service", "counter", "hour"
PARTS = (ALL, SERVICE, COUNTER, HOUR)
"""What there is of a day."""
MONTH = "month"
"""All of a month together; its `day` is that of the month, YYYY-MM."""
WEEKDAY = "weekday"
WHOLE = {
    ALL: "every", SERVICE: "every-service", COUNTER: "every-counter", HOUR: "every-hour", WEEKDAY: "every-weekday",
}  # fmt: skip
"""What there is of every day of a month together, of an office and over all of them, once it is over (server.months).
Where a day of it changes they go; where they are not there, the days are read."""
HOUR_MS = 3_600_000
_OWN = ("days", "at_work_ms", "unclosed", "emergency")
_own_of: Callable[["Sum"], tuple[int, ...]] = attrgetter(*_OWN)
COLUMNS = (*_OWN, *COUNTS, "waits", "serves")
"""The columns of a sum, in their order."""
Span = tuple[str, str, str]
"""(part, first and last day or month) of rows that are read."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Figures of some office days together.

    `days`: office days on which somebody came or a counter was at work. `at_work_ms`: how long counters were, all of
    them together; `unclosed`: how often one was opened and not closed, which is in no time. `emergency`: served by hand
    with emergency numbers. The last three are known for all together alone, the time by hour, too.
    """

    cell: Cell = field(default_factory=Cell)
    days: int = 0
    at_work_ms: int = 0
    unclosed: int = 0
    emergency: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.cell + other.cell, *map(add, _own_of(self), _own_of(other)))

    def __sub__(self, other: "Sum") -> "Sum":
        return Sum(self.cell - other.cell, *map(sub, _own_of(self), _own_of(other)))


Sums = Mapping[tuple[str, str], Sum]
"""By (part, name): the name is that of the service or counter, or the hour as two digits; "" for all together."""


def sums_of(cells: Mapping[Key, Cell], at_work: Sequence[Stint], hours: Mapping[int, int], emergency: int) -> Sums:
    """The sums of an office day. `hours`: how long counters were at work, in milliseconds by hour (`hours_of`)."""
    found: dict[tuple[str, str], list[Cell]] = {}
    for key, cell in cells.items():
        for where in ((ALL, ""), (SERVICE, key.service), (COUNTER, str(key.counter)), (HOUR, f"{key.hour:02}")):
            found.setdefault(where, []).append(cell)
    for hour in hours:
        found.setdefault((HOUR, f"{hour:02}"), [])
    unclosed = sum(each.to_ms is None for each in at_work)
    if at_work or emergency:
        found.setdefault((ALL, ""), [])
    made = {}
    for (part, name), each in found.items():
        cell = total(each)
        if part == ALL:
            came = bool(at_work or emergency or cell.visits or cell.ticketless)
            made[part, name] = Sum(cell, int(came), sum(hours.values()), unclosed, emergency)
        else:
            made[part, name] = Sum(cell, at_work_ms=hours.get(int(name), 0) if part == HOUR else 0)
    return made


def added(of: Iterable[Sum]) -> Sum:
    """All of them together."""
    them = list(of)
    return Sum(total(each.cell for each in them), *(sum(getattr(each, own) for each in them) for own in _OWN))


def of_weekdays(days: Mapping[str, Sum]) -> dict[str, Sum]:
    """The sums of these days by weekday; 0 is Monday."""
    found: dict[str, list[Sum]] = {}
    for day, each in days.items():
        found.setdefault(str(date.fromisoformat(day).weekday()), []).append(each)
    return {name: added(each) for name, each in found.items()}


def hours_of(at_work: Iterable[Stint], zone: ZoneInfo) -> dict[int, int]:
    """How long counters were at work in each hour of the office's wall, in milliseconds. Whatever has no end is left
    out."""
    found: dict[int, int] = {}
    for each in at_work:
        at, end = int(each.from_ms), int(each.to_ms or each.from_ms)
        while at < end:
            local = datetime.fromtimestamp(at / 1000, zone)
            gone = (local.minute * 60 + local.second) * 1000 + at % 1000
            until = min(at + HOUR_MS - gone, end)
            found[local.hour] = found.get(local.hour, 0) + until - at
            at = until
    return found


def store(db: Db, office: str, day: str, made: Sums) -> bool:
    """Put these in the place of what was there, for the office and over all offices; whether that is something else.
    Within a transaction."""
    before = _kept(db, office, day)
    if before == made:
        return False
    every = dict(_kept(db, EVERY, day))
    nothing = Sum()
    for name in before.keys() | made.keys():
        if name[0] != COUNTER:
            every[name] = every.get(name, nothing) - before.get(name, nothing) + made.get(name, nothing)
    month = _kept(db, office, day[:7]).get((MONTH, ""), nothing)
    month = month - before.get((ALL, ""), nothing) + made.get((ALL, ""), nothing)
    _replace(db, office, day, made)
    _replace(db, office, day[:7], {(MONTH, ""): month} if month != nothing else {})
    _replace(db, EVERY, day, {name: each for name, each in every.items() if each != nothing})
    forget_whole(db, EVERY, day[:7])
    forget_whole(db, office, day[:7])
    return True


def forget_whole(db: Db, office: str, month: str) -> None:
    """Let go of what there is of this month as a whole: its days are read. Within a transaction."""
    db.execute(_FORGET, (office, *WHOLE.values(), month))


def store_whole(db: Db, office: str, month: str, made: Sums) -> None:
    """Put these in the place of what there is of this month as a whole. `office`: EVERY for all offices. Within a
    transaction."""
    forget_whole(db, office, month)
    _insert(db, office, month, {(WHOLE[part], name): each for (part, name), each in made.items()})


def together(db: Db, office: str, part: str, first: str, last: str) -> dict[str, Sum]:
    """The sums of these days, both included, by name. `office`: EVERY for all offices."""
    found, values = _within(_spans(db, office, part, first, last))
    query = f"SELECT name, {_SUMMED} FROM {found} WHERE office = ? AND {_AT} GROUP BY name"
    return {name: _sum(row) for name, *row in db.execute(query, (*values, office))}


def by_weekday(db: Db, office: str, first: str, last: str) -> dict[str, Sum]:
    """The sums by weekday (0 is Monday), of the months that `by_time` tells as such."""
    found, values = _within([(WHOLE[WEEKDAY], month, month) for month in _wholes(db, office, first, last)])
    query = f"SELECT name, {_SUMMED} FROM {found} WHERE office = ? AND {_AT} GROUP BY name"
    return {name: _sum(row) for name, *row in db.execute(query, (*values, office))} if values else {}


def by_time(db: Db, office: str, first: str, last: str) -> dict[str, Sum]:
    """As `by_day`; whole months are told by month (YYYY-MM), as far as they are made."""
    found, values = _within(_spans(db, office, ALL, first, last))
    query = f"SELECT day, {_COLUMNS} FROM {found} WHERE office = ? AND {_AT}"
    return {day: _sum(row, Histogram.decode) for day, *row in db.execute(query, (*values, office))}


def by_day(db: Db, office: str, first: str, last: str) -> dict[str, Sum]:
    """The sums of all together by day."""
    query = f"SELECT day, {_COLUMNS} FROM sums WHERE office = ? AND part = ? AND day BETWEEN ? AND ?"
    return {day: _sum(row, Histogram.decode) for day, *row in db.execute(query, (office, ALL, first, last))}


def by_office(db: Db, offices: Sequence[str], first: str, last: str) -> dict[str, Sum]:
    """The sums of all together by office, of those that have any. Whole months are read as such."""
    if not offices:
        return {}
    found, values = _within(by_months(first, last))
    query = f"""WITH among (name) AS (VALUES {", ".join("(?)" for _ in offices)})
        SELECT office, {_SUMMED} FROM among CROSS JOIN {found} WHERE office = among.name AND {_AT} GROUP BY office"""
    return {office: _sum(row) for office, *row in db.execute(query, (*offices, *values))}


def by_months(first: str, last: str) -> list[Span]:
    """These days of one office: whole months as such."""
    months = whole_months(first, last)
    if months is None:
        return [(ALL, first, last)]
    return [(MONTH, *months), (ALL, first, f"{months[0]}-00"), (ALL, f"{months[1]}-99", last)]


def _spans(db: Db, office: str, part: str, first: str, last: str) -> list[Span]:
    """The rows that these days of this part are made of."""
    spans, since = list[Span](), first
    for month in _wholes(db, office, first, last):
        spans += [(part, since, f"{month}-00"), (WHOLE[part], month, month)]
        since = f"{month}-99"
    return [*spans, (part, since, last)]


def _wholes(db: Db, office: str, first: str, last: str) -> list[str]:
    """The months within these days that are made as a whole."""
    months = whole_months(first, last)
    query = "SELECT day FROM sums WHERE office = ? AND part = ? AND day BETWEEN ? AND ? ORDER BY day"
    return [] if months is None else [day for (day,) in db.execute(query, (office, WHOLE[ALL], *months))]


def _within(spans: Sequence[Span]) -> tuple[str, list[str]]:
    """(SQL for `sums` beside these spans, its values)."""
    rows = "SELECT ? AS of, ? AS since, ? AS until" + " UNION ALL SELECT ?, ?, ?" * (len(spans) - 1)
    return f"({rows}) AS span CROSS JOIN sums", [each for span in spans for each in span]


def whole_months(first: str, last: str) -> tuple[str, str] | None:
    """The first and the last month (YYYY-MM) that lie whole within these days; None where none does."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    if begin.day > 1:
        begin = (begin.replace(day=1) + timedelta(days=31)).replace(day=1)
    if (end + timedelta(days=1)).day > 1:
        end = end.replace(day=1) - timedelta(days=1)
    return (begin.isoformat()[:7], end.isoformat()[:7]) if begin < end else None


def _kept(db: Db, office: str, day: str) -> dict[tuple[str, str], Sum]:
    query = f"SELECT part, name, {_COLUMNS} FROM sums WHERE {_OF_DAY}"
    return {
        (part, name): _sum(row, Histogram.decode)
        for part, name, *row in db.execute(query, (office, *PARTS, MONTH, day))
    }


def _replace(db: Db, office: str, day: str, made: Sums) -> None:
    db.execute(f"DELETE FROM sums WHERE {_OF_DAY}", (office, *PARTS, MONTH, day))
    _insert(db, office, day, made)


def _insert(db: Db, office: str, day: str, made: Sums) -> None:
    places = ", ".join("?" for _ in COLUMNS)
    db.executemany(
        f"INSERT INTO sums (office, day, part, name, {_COLUMNS}) VALUES (?, ?, ?, ?, {places})",
        ((office, day, part, name, *_row(each)) for (part, name), each in made.items()),
    )


def _row(of: Sum) -> tuple[int | str, ...]:
    return *_own_of(of), *counts_of(of.cell), of.cell.waits.encode(), of.cell.serves.encode()


def _sum(row: Sequence[int | str], histogram: Callable[[str], Histogram] = Histogram.merged) -> Sum:
    *counts, waits, serves = row
    numbers = [int(each) for each in counts]
    own, of_cell = numbers[: len(_OWN)], dict(zip(COUNTS, numbers[len(_OWN) :], strict=True))
    return Sum(_CELL(**of_cell, waits=histogram(str(waits)), serves=histogram(str(serves))), *own)


_AT = "part = of AND day BETWEEN since AND until"
_FORGET = f"DELETE FROM sums WHERE office = ? AND part IN ({', '.join('?' for _ in WHOLE)}) AND day = ?"
_OF_DAY = f"office = ? AND part IN ({', '.join('?' for _ in (*PARTS, MONTH))}) AND day = ?"
_CELL: Callable[..., Cell] = Cell
_COLUMNS = ", ".join(COLUMNS)
_SUMMED = ", ".join(f"group_concat({each}, ' ')" if each in ("waits", "serves") else f"sum({each})" for each in COLUMNS)
"""Histograms are put one behind the other by the database, and added up here (server.histogram)."""
