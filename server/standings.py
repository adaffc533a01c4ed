"""How all offices stand in a period, by one or two counts: what thousands are ranked by, read from one piece of an
index (server.sums).
"""

from collections.abc import Sequence
from datetime import date

from server.database import Db
from server.sums import EVERY, by_months, whole_months

VISITS = "served + no_show + cancelled + transferred + carried + open + ticketless"
JUDGED, WITHIN = "judged", "within"
SCORES = "level_1 + level_2 + level_3 + level_4 + level_5"
POINTS = "level_1 + 2 * level_2 + 3 * level_3 + 4 * level_4 + 5 * level_5"
"""What can be asked of: of these columns there is an index of days, and one of months."""


def standings(db: Db, first: str, last: str, counts: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """These counts of every office in these days, both included, of those that have anything."""
    spans = by_months(first, last)
    told = ", ".join(f"{each} AS count_{at}" for at, each in enumerate(counts))
    added = ", ".join(f"CAST(sum(count_{at}) AS bigint)" for at in range(len(counts)))
    rows = (f"SELECT office, {told} FROM sums WHERE part = '{part}' AND day BETWEEN ? AND ?" for part, _, _ in spans)
    query = (
        f"SELECT office, {added} FROM ({' UNION ALL '.join(rows)}) AS each WHERE office <> '{EVERY}' GROUP BY office"
    )
    found = db.execute(query, [each for _, *days in spans for each in days])
    return {office: tuple(row) for office, *row in found}


def rows_of_an_office(first: str, last: str) -> int:
    """Of how many rows `standings` makes what it says of one office, at most."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    months = whole_months(first, last)
    if months is None:
        return (end - begin).days + 1
    since, until = (date.fromisoformat(f"{each}-01") for each in months)
    whole = (until.year - since.year) * 12 + until.month - since.month + 1
    after = end.day if (end.year, end.month) != (until.year, until.month) else 0
    return whole + (since - begin).days + after
