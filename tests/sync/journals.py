"""Small journals for tests: made with counted 'randomness', so that every run makes the same bytes."""

import itertools
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sync import facts
from sync.journal import Instant, Journal
from sync.keys import DeviceKey
from sync.types import BootId, BootMs, Level, Seq

BOOT = BootId("b007" * 8)
KEY = DeviceKey(bytes(range(32)), bytes(range(32, 64)))


def counted(start: int = 1) -> Callable[[int], bytes]:
    """A source of bytes that only counts: 01 01 01…, 02 02 02…"""
    counter = itertools.count(start)
    return lambda size: bytes([next(counter) % 256]) * size


def at(ms: int) -> Instant:
    """A moment of the tests' one boot."""
    return Instant(BOOT, BootMs(ms))


def make(path: Path, scores: int = 0, *, start: int = 1) -> Journal:
    """A kiosk's journal with fact 1 and so many scores."""
    journal = Journal.create(path, role="kiosk", public_key=KEY.public, random=counted(start), now=at(1000))
    for n in range(scores):
        journal.append(facts.drafts(facts.ScoreGiven(1, Level(n % 5 + 1))), at(2000 + n))
    return journal


def ticket(n: int = 1, day: str = "2026-11-23") -> facts.TicketIssued:
    """A ticket as the kiosk issues it."""
    return facts.TicketIssued(day, "A", 0, n, f"A{n:03}", ("house-registration",), f"{n:064x}")


def tamper(path: Path, *statements: tuple[str, tuple[object, ...]]) -> None:
    """Change a journal as somebody with the file in hand could: guards away, change, guards back."""
    connection = sqlite3.connect(path, isolation_level=None)
    guards = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    for statement, values in statements:
        connection.execute(statement, values)
    for _, sql in guards:
        connection.execute(sql)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


LANGUAGE = facts.TicketLanguage(Seq(2), "my")
