"""Whole months of every office and over all of them, made once a month is over: so a year of an office, or of a nation,
is read as twelve of each, and a month costs the same however full its days were.

They follow from the days (server.sums) and are as good as there: a late fact that changes a day takes those of its
month away, and marks it (`unmade`) until they are made anew. What is read is the same with them and without.
"""

from datetime import date, timedelta

from server import sums
from server.database import Db
from server.sums import ALL, COUNTER, EVERY, HOUR, SERVICE, WEEKDAY

AT_ONCE = 500
"""So many are made in a minute: when a month turns, thousands of offices have one."""


def mark(db: Db, office: str, day: str) -> None:
    """A day of this office changed: its month is to be made, and that over all offices. Within a transaction."""
    query = "INSERT INTO unmade (month, office) VALUES (?, ?), (?, ?) ON CONFLICT DO NOTHING"
    db.execute(query, (day[:7], EVERY, day[:7], office))


def lacking(db: Db, today: date, most: int = AT_ONCE) -> list[tuple[str, str]]:
    """(office, month as YYYY-MM) of those that are over and not made, the oldest first. `office`: EVERY for all."""
    query = "SELECT office, month FROM unmade WHERE month < ? ORDER BY month, office LIMIT ?"
    return [(office, month) for office, month in db.execute(query, (today.isoformat()[:7], most))]


def make(db: Db, office: str, month: str) -> None:
    """Make this month from its days. Within a transaction."""
    db.execute("DELETE FROM unmade WHERE month = ? AND office = ?", (month, office))
    sums.forget_whole(db, office, month)
    first = date.fromisoformat(f"{month}-01")
    days = first.isoformat(), ((first + timedelta(31)).replace(day=1) - timedelta(1)).isoformat()
    made = {
        (part, name): each
        for part in (ALL, SERVICE, COUNTER, HOUR)
        for name, each in sums.together(db, office, part, *days).items()
    }
    weekdays = sums.of_weekdays(sums.by_day(db, office, *days))
    sums.store_whole(db, office, month, made | {(WEEKDAY, name): each for name, each in weekdays.items()})
