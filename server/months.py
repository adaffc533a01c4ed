"""Whole months over all offices, made once a month is over, so that a year of a nation is read as twelve of each.

They follow from the days (server.sums) and are as good as there: a late fact that changes a day takes those of its
month away, until they are made anew. What is read is the same with them and without.
"""

from datetime import date, timedelta

from server import sums
from server.database import Db
from server.sums import ALL, EVERY, HOUR, SERVICE, WEEKDAY, WHOLE


def lacking(db: Db, today: date) -> list[str]:
    """The months (YYYY-MM) that are over, have figures, and are not made."""
    query = """SELECT DISTINCT substr(day, 1, 7) AS month FROM sums WHERE office = ? AND part = ? AND day < ?
        AND substr(day, 1, 7) NOT IN (SELECT day FROM sums WHERE office = ? AND part = ?) ORDER BY month"""
    values = (EVERY, ALL, today.replace(day=1).isoformat(), EVERY, WHOLE[ALL])
    return [month for (month,) in db.execute(query, values)]


def make(db: Db, month: str) -> None:
    """Make this month from its days. Within a transaction."""
    first = date.fromisoformat(f"{month}-01")
    days = first.isoformat(), ((first + timedelta(31)).replace(day=1) - timedelta(1)).isoformat()
    made = {
        (part, name): each
        for part in (ALL, SERVICE, HOUR)
        for name, each in sums.together(db, EVERY, part, *days).items()
    }
    weekdays = sums.of_weekdays(sums.by_day(db, EVERY, *days))
    sums.store_whole(db, month, made | {(WEEKDAY, name): each for name, each in weekdays.items()})
