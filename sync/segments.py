"""One file of a journal. A long journal lies in several, each going on where the one before ends.

docs/journal.md, "Files", specifies them. The file that is written has the name journal.db; the closed ones lie in
segments/JOURNAL_ID/ and never change. What a later file has to know of the earlier ones, in case those are pruned, it
holds itself: where it begins, the journal's secret and the row of fact 1.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from sync import codec
from sync.chain import START, Position
from sync.codec import Fact
from sync.database import no_journal, open_closed, open_readonly
from sync.errors import JournalDamaged, NotCanonical, NotUnderstood
from sync.facts import ClockAnchored, DayOpened, JournalOpened, understand
from sync.types import Chain, Seq

FORMAT = 1
LATER = 2
"""The format of a file that does not begin with fact 1: a program that knows nothing of such files refuses it."""
FOLDER = "segments"
_HEAD = 40
"""The bytes of a row that hold its seq and kind, and nothing that anybody could have typed."""
_DAY = f',"{DayOpened.kind}",'
_ANCHOR = f',"{ClockAnchored.kind}",'


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact as it lies in the journal: its exact bytes, and the chain up to and including it."""

    seq: Seq
    row: bytes
    chain: Chain

    @property
    def fact(self) -> Fact:
        """The fact, parsed anew at each look. Raises NotCanonical where the row is none (see `sync.verify`)."""
        return codec.parse(self.row)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a later file begins: behind `base`. `follows`: the first seq of the file before. `opened`: the row of
    fact 1."""

    base: Position
    follows: Seq
    opened: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed file that is here: it holds the facts `first` to `last.seq`, in so many bytes.

    `ended`: the first date that anything behind it tells of; None where nothing does.
    """

    path: Path
    first: Seq
    last: Position
    size: int
    ended: date | None = None


NAMES = f"journal-{'[0-9]' * 12}.db"
"""What their names look like."""


def name_of(first: int) -> str:
    """The name of the file that begins with this seq."""
    return f"journal-{first:012}.db"


class Segment:
    """Reads one file, also while another process writes it. Never writes, not even a checkpoint."""

    def __init__(self, path: Path, connection: sqlite3.Connection | None = None) -> None:
        """Open read-only. Raises FileNotFoundError where there is no file, JournalDamaged where it is no journal."""
        self.path = path
        self._db = connection or open_readonly(path)
        try:
            self.secret, self.beginning = _read_terms(self._db, path)
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @property
    def base(self) -> Position:
        """The position before the first fact of this file."""
        return self.beginning.base if self.beginning else START

    @property
    def first(self) -> Seq:
        """The seq of the first fact of this file, whether it is there yet or not."""
        return Seq(self.base.seq + 1)

    def own_entries(self, after: int = 0, limit: int = -1) -> Iterator[Entry]:
        """The entries of this file behind this seq, in order, at most `limit` of them (-1: all)."""
        query = "SELECT seq, row, chain FROM facts WHERE seq > ? ORDER BY seq LIMIT ?"
        for seq, row, chain in self._db.execute(query, (after, limit)):
            yield Entry(seq, row, chain)

    def rows(self) -> Iterator[tuple[object, object, object]]:
        """All (seq, row, chain) of this file as they lie there, not believed yet. Raises sqlite3.DatabaseError on
        damage."""
        yield from self._db.execute("SELECT seq, row, chain FROM facts ORDER BY seq")

    def guards(self) -> dict[str, str]:
        """The triggers of the file, name → text, of which nothing is believed: bytes that are no text become U+FFFD.
        Those that refuse changes are in `sync.schema`. Raises sqlite3.DatabaseError on damage."""
        texts = "CAST(name AS BLOB), CAST(coalesce(sql, '') AS BLOB)"
        found = self._db.execute(f"SELECT {texts} FROM sqlite_schema WHERE type = 'trigger'")
        return {name.decode(errors="replace"): sql.decode(errors="replace") for name, sql in found}

    def own_at(self, seq: int) -> Position | None:
        """The position of this seq, None where this file does not hold it and does not begin behind it."""
        if seq == self.base.seq:
            return self.base
        found = self._db.execute("SELECT seq, chain FROM facts WHERE seq = ?", (seq,)).fetchone()
        return Position(*found) if found else None

    def days_begin(self, most: int) -> list[int]:
        """The seqs of the last `most` `day.opened` of this file, the last one first."""
        query = f"SELECT seq FROM facts WHERE instr(substr(row, 1, {_HEAD}), '{_DAY}') ORDER BY seq DESC LIMIT ?"
        return [int(seq) for (seq,) in self._db.execute(query, (most,))]

    def own_last(self) -> Position:
        """The position of the last fact of this file; its base where it holds none."""
        found = self._db.execute("SELECT seq, chain FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
        return Position(*found) if found else self.base

    def first_date(self) -> date | None:
        """The first date that a fact of this file tells of: an office day, or a date that a clock was tied to."""
        return self._date("ASC")

    def last_date(self) -> date | None:
        """The last such date."""
        return self._date("DESC")

    def _date(self, order: str) -> date | None:
        head = f"substr(row, 1, {_HEAD})"
        where = f"instr({head}, '{_DAY}') OR instr({head}, '{_ANCHOR}')"
        for (row,) in self._db.execute(f"SELECT row FROM facts WHERE {where} ORDER BY seq {order}"):
            try:
                match understand(codec.parse(row)):
                    case DayOpened(day=day):
                        return date.fromisoformat(day)
                    case ClockAnchored(utc_ms=utc_ms):
                        return datetime.fromtimestamp(utc_ms / 1000, UTC).date()
            except (NotUnderstood, ValueError, OverflowError):
                continue
        return None

    def own_last_of(self, kind: str) -> Fact | None:
        """The last fact of this kind in this file."""
        query = f"SELECT row FROM facts WHERE instr(substr(row, 1, {_HEAD}), ?) ORDER BY seq DESC LIMIT 1"
        found = self._db.execute(query, (f',"{kind}",',)).fetchone()
        return codec.parse(found[0]) if found else None

    def opened_row(self) -> bytes | None:
        """The row of fact 1, from wherever this file has it; None where it has none."""
        if self.beginning is not None:
            return self.beginning.opened
        first = next(self.own_entries(limit=1), None)
        return first.row if first else None

    def opened(self) -> JournalOpened:
        """The body of fact 1. Raises JournalDamaged where fact 1 is something else."""
        row = self.opened_row()
        try:
            body = understand(codec.parse(row)) if row is not None else None
        except (NotCanonical, NotUnderstood) as error:
            raise no_journal(self.path, f"its first fact cannot be read: {error}") from error
        if not isinstance(body, JournalOpened):
            raise no_journal(self.path, "its first fact is not journal.opened")
        return body


def folders(path: Path, journal_id: str) -> tuple[Path, ...]:
    """Where closed files of this journal may lie: beside the file that this path stands for, and in its folder."""
    beside, usual = path.resolve().parent, path.parent / FOLDER / journal_id
    return tuple(dict.fromkeys((usual, beside)))


def before(segment: Segment) -> Iterator[Segment]:
    """The closed files before this one, the last first, as far as they are here and go on from each other.

    Each is closed when the next is asked for. Raises JournalDamaged where one cannot be read.
    """
    places = folders(segment.path, segment.opened().journal_id)
    secret, beginning = segment.secret, segment.beginning
    while beginning is not None:
        found = next((each for place in places if (each := place / name_of(beginning.follows)).exists()), None)
        if found is None:
            return
        with Segment(found, open_closed(found)) as earlier:
            if earlier.secret != secret or earlier.first != beginning.follows or earlier.own_last() != beginning.base:
                message = f"{found} does not end where the next file of the journal begins"
                raise JournalDamaged(message, last_good=0, hint=f"Run `python -m sync verify {segment.path}`.")
            yield earlier
            beginning = earlier.beginning


def _read_terms(connection: sqlite3.Connection, path: Path) -> tuple[bytes, Beginning | None]:
    """The secret, and where the file begins if that is not the beginning of the journal."""
    try:
        found = connection.execute("SELECT format, secret FROM journal").fetchone()
        later = found is not None and found[0] == LATER
        row = connection.execute("SELECT base, chain, follows, opened FROM segment").fetchone() if later else None
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise no_journal(path, str(error)) from error
    if found is None or found[0] not in (FORMAT, LATER) or not isinstance(found[1], bytes) or (later and row is None):
        raise no_journal(path, f"it holds no journal of format {FORMAT} or {LATER}")
    if row is None:
        return found[1], None
    base, chain, follows, opened = row
    return found[1], Beginning(Position(Seq(base), Chain(chain)), Seq(follows), opened)
