"""A new journal in the place of one that has two histories: this kiosk's card was restored from a copy, or cloned.

The old file stays beside it. What this kiosk wrote since the histories parted is said again in the new one, at its own
moments, and its numbers go on at the next free hundred: up to there the other history may have given some.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from sync import earlier, forked
from sync.chain import START, Position
from sync.codec import Fact
from sync.copies import write_copy
from sync.database import open_for_writing
from sync.disk import take_writers_place
from sync.facts import JournalOpened, Predecessor, draft, of_kind
from sync.facts_forked import NumbersMoved
from sync.facts_office import TicketAdmitted
from sync.inbox import InboxReader, InboxState
from sync.journal import Entry, Instant, JournalReader, chained
from sync.mirror import FILE as MIRROR
from sync.mirror import MirrorReader
from sync.numbering import Counter, NumberingError, Numbers, fresh_start, read_label
from sync.segments import FOLDER
from sync.types import JournalId, Seq

NEXT = "journal.next.db"


def succeed(data: Path, now: Instant, random: Callable[[int], bytes]) -> JournalId | None:
    """Where sync found that the journal in this folder has two histories, put a new one in its place: its id.

    Nobody else may write the journal. Whatever is cut off leaves the old journal as it was. Raises SyncError, OSError,
    sqlite3.Error.
    """
    state = InboxReader(data / "inbox.db").read()
    if state is None or state.common is None:
        return None
    try:
        lock = take_writers_place(data / "journal.db")
    except BlockingIOError:
        return None  # whoever opens it to write says so
    try:
        return _succeeded(data, state, now, random)
    finally:
        os.close(lock)


def _succeeded(data: Path, state: InboxState, now: Instant, random: Callable[[int], bytes]) -> JournalId | None:
    path = data / "journal.db"
    with JournalReader(path) as old:
        opened = old.opened()
        behind, oldest = forked.parted(state, opened.journal_id), old.oldest()
        if behind is not None and oldest is not None:
            behind = max(behind, oldest.base.seq)  # what came before is pruned: it cannot be said again
        at = old.at(behind) if behind is not None else None
        if at is None:
            return None
        following = JournalOpened(
            JournalId(random(16).hex()),
            opened.public_key,
            opened.role,
            Predecessor(opened.journal_id, at.seq, at.chain.hex()),
        )
        kept, new = earlier.kept(data, opened.journal_id), data / NEXT
        for each in (kept, new):
            _gone(each)
        write_copy(kept, old.secret, old.entries(), oldest)
        write_copy(new, secret := random(32), _entries(secret, following, old, at.seq, now, _moved(data, old, state)))
    _put(new, path)
    sweep(data, following.journal_id)
    return following.journal_id


def sweep(data: Path, journal_id: JournalId) -> None:
    """Take away the files of journals before this one that are whole in one file by now. Raises OSError."""
    for folder in (data / FOLDER).glob("*"):
        if folder.name != journal_id and (data / f"journal-{folder.name}.db").exists():
            shutil.rmtree(folder)


def _entries(
    secret: bytes, opened: JournalOpened, old: JournalReader, behind: Seq, now: Instant, moved: list[NumbersMoved]
) -> Iterator[Entry]:
    at: Position = START
    _, entries = chained(secret, at, [draft(opened)], now)
    for fact, said in forked.again(old.facts(), behind):
        at = Position(entries[-1].seq, entries[-1].chain)
        entries += chained(secret, at, [said], Instant(fact.boot_id, fact.boottime_ms))[1]
    at = Position(entries[-1].seq, entries[-1].chain)
    entries += chained(secret, at, [draft(each) for each in moved], now)[1]
    yield from entries


def _moved(data: Path, old: JournalReader, state: InboxState) -> list[NumbersMoved]:
    """Where the numbers of the last day go on: behind those of this kiosk, and those of its lane that the office's own
    journal tells of."""
    last: dict[Counter, int] = dict(Numbers.fold(old.facts()).last)
    news = MirrorReader(data / MIRROR).news()
    for day, series, lane, n in _admitted(news.facts if news is not None else ()):
        if lane == (state.lane or 0):
            last[day, series, lane] = max(last.get((day, series, lane), 0), n)
    today = max((day for day, _, _ in last), default=None)
    return [
        NumbersMoved(day, series, lane, fresh_start(n) - 1)
        for (day, series, lane), n in sorted(last.items())
        if day == today
    ]


def _admitted(facts: tuple[Fact, ...]) -> Iterator[tuple[str, str, int, int]]:
    for _, body in of_kind(facts, TicketAdmitted):
        try:
            series, lane, n = read_label(body.label)
        except NumberingError:
            continue  # a number that was printed before, not one of ours
        yield body.day, series, lane, n


def _put(new: Path, path: Path) -> None:
    """Put this file in the journal's place. The old one's WAL is emptied first: it would be beside the wrong file."""
    with closing(open_for_writing(path)) as db:
        busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("somebody reads the old journal at this moment")
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _gone(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
