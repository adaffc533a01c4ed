"""A new journal in the place of one that cannot go on: this machine's card was restored from a copy, cloned, or put
into another board.

The old file stays beside it. What this kiosk wrote since the histories parted is said again in the new one, at its own
moments, and its numbers go on at the next free hundred: up to there the other history may have given some.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hardware.board import BoardState
from sync import forked, keys
from sync.chain import START, Position
from sync.codec import Fact
from sync.copies import write_copy
from sync.database import open_for_writing
from sync.disk import take_writers_place
from sync.facts import Body, JournalOpened, Predecessor, draft, of_kind
from sync.facts_forked import NumbersMoved
from sync.facts_machine import BoardMet
from sync.facts_office import TicketAdmitted
from sync.inbox import InboxReader, InboxState
from sync.journal import Entry, Instant, JournalReader, chained
from sync.mirror import FILE as MIRROR
from sync.mirror import MirrorReader
from sync.numbering import Counter, NumberingError, Numbers, fresh_start, read_label
from sync.pin import load_pin
from sync.restoring import NOTE as RESTORED
from sync.segments import FOLDER
from sync.types import JournalId, Seq

NEXT, NEXT_KEY = "journal.next.db", "device.key.next"


Random = Callable[[int], bytes]


def succeed(data: Path, now: Instant, random: Random) -> JournalId | None:
    """Where sync found that the journal in this folder has two histories, put a new one in its place: its id.

    Nobody else may write the journal. Whatever is cut off leaves the old journal as it was. Raises SyncError, OSError,
    sqlite3.Error.
    """
    state = InboxReader(data / "inbox.db").read()
    if state is None or state.common is None:
        return None
    with _writers_place(data) as ours, JournalReader(data / "journal.db") as old:
        behind = forked.parted(state, old.opened().journal_id) if ours else None
        if behind is None or behind > old.last().seq:
            return None
        return _begin(data, old, behind, state, old.opened().public_key, now, random)


def on_another_board(data: Path, board: BoardState, now: Instant, random: Random) -> JournalId | None:
    """Where the journal in this folder was written on another board, put a new one with a new key in its place: its id.

    What the server has not received of the old one is said again. Whoever moved the card pairs it anew. Where no serial
    can be read nothing happens. As `succeed` otherwise.
    """
    finish_key(data)
    with _writers_place(data) as ours, JournalReader(data / "journal.db") as old:
        met = old.last_of(BoardMet.kind) if ours and board.serial is not None else None
        if met is None or board.serial in (None, met.body["serial"]):
            return None
        state = InboxReader(data / "inbox.db").read()
        key = keys.make(data / NEXT_KEY, random)
        here = BoardMet(str(board.serial), board.model)
        begun = _begin(data, old, _unsent(data, old, state), state, key.public.hex(), now, random, here)
    finish_key(data)
    return begun


def after_restore(data: Path, now: Instant, random: Random) -> JournalId | None:
    """Where the journal in this folder was brought back from a second medium (sync.restoring), put a new one in its
    place: its id. Nothing is said again: all of the old one is kept, and sent from there. As `succeed` otherwise."""
    note = data / RESTORED
    try:
        named = json.loads(note.read_bytes())["journal"]
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        named = None
    with _writers_place(data) as ours, JournalReader(data / "journal.db") as old:
        if not ours:
            return None
        fits = old.opened().journal_id == named
        begun = None
        if fits:
            pin = load_pin(data / "pin.json")
            lane = InboxState(lane=pin.lane) if pin is not None else None
            begun = _begin(data, old, old.last().seq, lane, old.opened().public_key, now, random)
    note.unlink()
    _sync_folder(data)
    return begun


def _unsent(data: Path, old: JournalReader, state: InboxState | None) -> Seq:
    """Behind which place the server has nothing of this journal. Where nobody can tell, nothing is said twice."""
    name = old.opened().journal_id
    if state is not None and state.journal_id == name:
        parted = forked.parted(state, name)
        return Seq(min(state.received if parted is None else parted, old.last().seq))
    return old.last().seq if (data / "pin.json").exists() else Seq(0)


def finish_key(data: Path) -> None:
    """Give a new key its place, once the journal that names it has its own; else it goes. Raises SyncError, OSError."""
    waiting = data / NEXT_KEY
    if not waiting.exists():
        return
    with JournalReader(data / "journal.db") as journal:
        named = journal.opened().public_key
    if keys.load(waiting).public.hex() == named:
        waiting.replace(data / "device.key")
    else:
        waiting.unlink()
    _sync_folder(data)


def _begin(
    data: Path,
    old: JournalReader,
    behind: Seq,
    state: InboxState | None,
    public_key: str,
    now: Instant,
    random: Random,
    *news: Body,
) -> JournalId | None:
    """Put a new journal in the place of this one, which says again what lies behind that place, and then the news."""
    opened, oldest = old.opened(), old.oldest()
    # What is pruned cannot be said again.
    at = old.at(max(behind, oldest.base.seq) if oldest is not None else behind)
    if at is None:
        return None
    link = Predecessor(opened.journal_id, at.seq, at.chain.hex())
    following = JournalOpened(JournalId(random(16).hex()), public_key, opened.role, link)
    kept, new = forked.kept(data, opened.journal_id), data / NEXT
    for each in (kept, new):
        _gone(each)
    write_copy(kept, old.secret, old.entries(), oldest)
    write_copy(
        new, secret := random(32), _entries(secret, following, old, at.seq, now, [*_moved(data, old, state), *news])
    )
    old.close()
    _put(new, data / "journal.db")
    sweep(data, following.journal_id)
    return following.journal_id


@contextmanager
def _writers_place(data: Path) -> Iterator[bool]:
    """Whether it is ours; if not, whoever opens the journal to write says so."""
    try:
        lock = take_writers_place(data / "journal.db")
    except BlockingIOError:
        yield False
        return
    try:
        yield True
    finally:
        os.close(lock)


def sweep(data: Path, journal_id: JournalId) -> None:
    """Take away the files of journals before this one that are whole in one file by now. Raises OSError."""
    for folder in (data / FOLDER).glob("*"):
        if folder.name != journal_id and (data / f"journal-{folder.name}.db").exists():
            shutil.rmtree(folder)


def _entries(
    secret: bytes, opened: JournalOpened, old: JournalReader, behind: Seq, now: Instant, news: list[Body]
) -> Iterator[Entry]:
    at: Position = START
    _, entries = chained(secret, at, [draft(opened)], now)
    for fact, said in forked.again(old.facts(), behind):
        at = Position(entries[-1].seq, entries[-1].chain)
        entries += chained(secret, at, [said], Instant(fact.boot_id, fact.boottime_ms))[1]
    at = Position(entries[-1].seq, entries[-1].chain)
    entries += chained(secret, at, [draft(each) for each in news], now)[1]
    yield from entries


def _moved(data: Path, old: JournalReader, state: InboxState | None) -> list[NumbersMoved]:
    """Where the numbers of the last day go on: behind those of this kiosk, and those of its lane that the office's own
    journal tells of."""
    last: dict[Counter, int] = dict(Numbers.fold(old.facts()).last)
    ours = (state.lane if state is not None else None) or 0
    news = MirrorReader(data / MIRROR).news()
    for day, series, lane, n in _admitted(news.facts if news is not None else ()):
        if lane == ours:
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
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _gone(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
