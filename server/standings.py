"""How all offices stand in a period, by one or two counts: what thousands are ranked by, read from one piece of an
index of days or months (server.sums), or of `weeks`.

A row of `weeks` has the counts of one office and week, from Monday on, as its days have them so far. It is added up
anew from those in the transaction that stores one.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from server.database import Db
from server.sums import ALL, EVERY, MONTH, Span, whole_months

VISITS, JUDGED, WITHIN, SCORES, POINTS = "visits", "judged", "within", "scores", "points"
COUNTS = {
    VISITS: "served + no_show + cancelled + transferred + carried + open + ticketless",
    JUDGED: "judged",
    WITHIN: "within",
    SCORES: "level_1 + level_2 + level_3 + level_4 + level_5",
    POINTS: "level_1 + 2 * level_2 + 3 * level_3 + 4 * level_4 + 5 * level_5",
}
"""What can be asked of, and what it is in a row of sums: of these columns there is an index of days, and one of months;
`weeks` has them as they are called."""
WEEK = "week"
DAY, DAYS_A_WEEK = timedelta(1), 7


def standings(db: Db, first: str, last: str, counts: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """These counts of every office in these days, both included, of those that have anything."""
    spans = spans_of(first, last)
    added = ", ".join(f"CAST(sum({each}) AS bigint)" for each in counts)
    rows = " UNION ALL ".join(_rows(part, counts) for part, _, _ in spans)
    query = f"SELECT office, {added} FROM ({rows}) AS each WHERE office <> '{EVERY}' GROUP BY office"
    found = db.execute(query, [each for _, *days in spans for each in days])
    return {office: tuple(row) for office, *row in found}


def store_week(db: Db, office: str, day: str) -> None:
    """Add up the week of this day anew, of this office. Within a transaction."""
    monday = _monday(date.fromisoformat(day))
    columns, told = ", ".join(COUNTS), ", ".join(f"sum({each})" for each in COUNTS.values())
    db.execute("DELETE FROM weeks WHERE monday = ? AND office = ?", (monday.isoformat(), office))
    db.execute(
        f"""INSERT INTO weeks (monday, office, {columns}) SELECT ?, office, {told} FROM sums
        WHERE office = ? AND part = ? AND day BETWEEN ? AND ? GROUP BY office""",
        (monday.isoformat(), office, ALL, monday.isoformat(), (monday + 6 * DAY).isoformat()),
    )


def rows_of_an_office(first: str, last: str) -> int:
    """Of how many rows `standings` makes what it says of one office, at most."""
    return sum(_rows_of(*span) for span in spans_of(first, last))


def spans_of(first: str, last: str) -> list[Span]:
    """The fewest rows that these days, both included, are made of: whole months, of what is left whole weeks."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    months = whole_months(first, last)
    if months is None:
        return _weeks(begin, end)
    since = date.fromisoformat(f"{months[0]}-01")
    until = (date.fromisoformat(f"{months[1]}-01") + 31 * DAY).replace(day=1)
    return [*_weeks(begin, since - DAY), (MONTH, *months), *_weeks(until, end)]


def _weeks(first: date, last: date) -> list[Span]:
    """These days, none where the last is before the first: whole weeks as such."""
    since = _monday(first + 6 * DAY)
    weeks = ((last + DAY) - since).days // DAYS_A_WEEK
    if weeks < 1:
        found = [(ALL, first, last)]
    else:
        until = since + weeks * DAYS_A_WEEK * DAY
        found = [(ALL, first, since - DAY), (WEEK, since, until - DAYS_A_WEEK * DAY), (ALL, until, last)]
    return [(part, begin.isoformat(), end.isoformat()) for part, begin, end in found if begin <= end]


def _monday(of: date) -> date:
    return of - of.weekday() * DAY


def _rows(part: str, counts: Sequence[str]) -> str:
    once = dict.fromkeys(counts)
    if part == WEEK:
        return f"SELECT office, {', '.join(once)} FROM weeks WHERE monday BETWEEN ? AND ?"
    told = ", ".join(f"{COUNTS[each]} AS {each}" for each in once)
    return f"SELECT office, {told} FROM sums WHERE part = '{part}' AND day BETWEEN ? AND ?"


def _rows_of(part: str, first: str, last: str) -> int:
    if part == MONTH:
        (year, month), (until, end) = (map(int, each.split("-")) for each in (first, last))
        return (until - year) * 12 + end - month + 1
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days
    return days // DAYS_A_WEEK + 1 if part == WEEK else days + 1
