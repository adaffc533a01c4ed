"""A journal walked from its first fact to its last, through all its files. `python -m sync verify` is made of it."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sync import codec
from sync.chain import START, Position, extend
from sync.database import open_closed
from sync.errors import JournalDamaged, NotCanonical, NotUnderstood
from sync.facts import JournalOpened, understand
from sync.facts_machine import SegmentsPruned
from sync.schema import GUARDS, LATER_GUARDS, MIRROR_GUARDS
from sync.segments import NAMES, Segment, folders, name_of
from sync.types import Chain, JournalId


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far a journal holds (`good`), and how the fact behind it fails (`problem`; None: it all holds).

    `floor`: what comes before is pruned here, as `pruned` says. `files`: how many it lies in.
    """

    good: Position
    problem: str | None
    journal_id: JournalId | None = None
    floor: Position = START
    files: int = 1
    pruned: tuple[SegmentsPruned, ...] = ()


def check(
    secret: bytes,
    rows: Iterable[tuple[object, object, object]],
    at: Position = START,
    journal_id: JournalId | None = None,
) -> Verdict:
    """Walk (seq, row, chain) from behind `at`; stop at the first that does not hold. Pure and total."""
    for seq, row, chain in rows:
        problem = _problem(at, seq, row)
        if problem is None and isinstance(row, bytes):
            reached = extend(secret, at, row)
            if reached.chain != chain:
                problem = "its bytes and its chain do not fit what came before"
            elif at.seq == 0:
                journal_id = _journal_id(row)
                problem = None if journal_id else "the first fact is not journal.opened"
            if problem is None:
                at = reached
                continue
        return Verdict(at, problem, journal_id)
    return Verdict(at, None if at.seq else "it holds no facts", journal_id)


def verify(path: Path) -> Verdict:
    """Check a journal and all its files. Total: every damage becomes a verdict. Raises FileNotFoundError where there is
    no file."""
    try:
        with ExitStack() as stack:
            segments, lost = _in_order(Segment(path), stack)
            return _through(segments, lost, path)
    except (JournalDamaged, NotCanonical, NotUnderstood, sqlite3.Error) as error:
        return Verdict(START, str(error))


@dataclass
class _Walk:
    """What is known on the way: `ends` are the positions at which files begin and end."""

    at: Position
    ends: dict[int, Chain] = field(default_factory=dict)
    pruned: list[SegmentsPruned] = field(default_factory=list)
    journal_id: JournalId | None = None

    def through(self, segment: Segment, opened: bytes | None, secret: bytes) -> str | None:
        """Walk one file; what is wrong with it."""
        if segment.secret != secret or segment.opened_row() != opened:
            return f"{segment.path.name} is a file of another journal"
        if segment.base != self.at:
            return f"{segment.path.name} begins behind fact {segment.base.seq}, where no file before it ends"
        self.ends[self.at.seq] = self.at.chain
        watch = _Watch(segment.rows())
        verdict = check(secret, watch, self.at, self.journal_id)
        self.at, self.journal_id = verdict.good, verdict.journal_id
        if watch.failed:
            return f"the file cannot be read further: {watch.failed}"
        if verdict.problem is not None:
            return verdict.problem
        self.ends[self.at.seq] = self.at.chain
        self.pruned += watch.pruned
        return _unguarded(segment)

    def vouches(self, floor: Position, opened: bytes | None, secret: bytes) -> bool:
        """Whether a fact says that what comes before was pruned. It names a place at or behind `floor`, should a cut
        have left some of those files."""
        first = extend(secret, START, opened).chain.hex() if opened is not None else None
        return any(
            each.last >= floor.seq and each.opened == first and each.chain == self.ends.get(each.last, b"").hex()
            for each in self.pruned
        )


def _in_order(active: Segment, stack: ExitStack) -> tuple[list[Segment], str | None]:
    """The files that go on from each other up to this one, the oldest first; why there is none before the oldest."""
    stack.enter_context(active)
    found, lost = [active], None
    while found[0].beginning is not None:
        follows = found[0].beginning.follows
        places = [place / name_of(follows) for place in folders(active.path, active.opened().journal_id)]
        path = next((each for each in places if each.exists()), None)
        if path is None:
            return found, f"the file with the facts {follows} to {found[0].base.seq} is not here, and no fact says why"
        try:
            found.insert(0, stack.enter_context(Segment(path, open_closed(path))))
        except JournalDamaged as error:
            return found, str(error)
    return found, lost


def _through(segments: list[Segment], lost: str | None, path: Path) -> Verdict:
    oldest = segments[0]
    secret, opened, floor = oldest.secret, _opened_row(oldest), oldest.base
    walk = _Walk(floor, journal_id=_journal_id(opened) if floor.seq and opened else None)
    for segment in segments:
        problem = walk.through(segment, opened, secret)
        if problem is not None:
            break
    pruned = tuple(walk.pruned)
    if floor.seq and problem is None and not walk.vouches(floor, opened, secret):
        return Verdict(_older(segments, path), lost, walk.journal_id)
    return Verdict(walk.at, problem, walk.journal_id, floor, len(segments), pruned)


def _opened_row(segment: Segment) -> bytes | None:
    try:
        return segment.opened_row()
    except sqlite3.Error:
        return None


def _older(segments: list[Segment], path: Path) -> Position:
    """How far the journal holds before the hole in it: what lies there is still good."""
    name = segments[-1].opened().journal_id
    names = sorted({each for place in folders(path, name) for each in place.glob(NAMES)}, key=lambda each: each.name)
    walk = _Walk(START)
    for each in names:
        if each.name >= name_of(segments[0].first):
            break
        try:
            with Segment(each, open_closed(each)) as segment:
                row = segment.opened_row()
                if walk.through(segment, row, segments[0].secret) is not None or row != segments[0].opened_row():
                    break
        except (JournalDamaged, sqlite3.Error):
            break
    return walk.at


def _unguarded(segment: Segment) -> str | None:
    """What is wrong with the triggers that refuse changes."""
    wanted = GUARDS if segment.beginning is None else LATER_GUARDS
    try:
        found = segment.guards().items()
        missing = {} if MIRROR_GUARDS.items() <= found else dict(wanted.items() - found)
    except sqlite3.Error as error:
        return f"its guards cannot be read: {error}"
    return f"its guards were taken away or changed: {', '.join(sorted(missing))}" if missing else None


class _Watch:
    """Rows as far as SQLite can read them; why it stopped, if it stopped early; the facts about pruning among them."""

    def __init__(self, rows: Iterable[tuple[object, object, object]]) -> None:
        self._rows = rows
        self.failed: str | None = None
        self.pruned: list[SegmentsPruned] = []

    def __iter__(self) -> Iterator[tuple[object, object, object]]:
        try:
            for each in self._rows:
                self._note(each[1])
                yield each
        except sqlite3.DatabaseError as error:
            self.failed = str(error)

    def _note(self, row: object) -> None:
        if isinstance(row, bytes) and _PRUNED in row:
            try:
                body = understand(codec.decode(row))
            except (NotCanonical, NotUnderstood):
                return
            if isinstance(body, SegmentsPruned):
                self.pruned.append(body)


_PRUNED = f'"{SegmentsPruned.kind}"'.encode()


def _problem(at: Position, seq: object, row: object) -> str | None:
    if seq != at.seq + 1:
        return f"fact {seq} stands where fact {at.seq + 1} belongs"
    if not isinstance(row, bytes):
        return "its row is not bytes"
    try:
        fact = codec.decode(row)
    except NotCanonical as error:
        return f"its row is not canonical ({error})"
    return None if fact.seq == seq else f"its row calls itself fact {fact.seq}"


def _journal_id(row: bytes) -> JournalId | None:
    try:
        first = understand(codec.decode(row))
    except (NotCanonical, NotUnderstood):
        return None
    return first.journal_id if isinstance(first, JournalOpened) else None
