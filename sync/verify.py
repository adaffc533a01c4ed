"""Does a journal prove itself? And does it still reach as far as somebody else saw it reach?

Damage inside is named by the last good seq. A tail that was cut off leaves no trace inside: it can only be seen against
a head that was kept elsewhere, or against a peer's copy.
"""

import argparse
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sync import codec
from sync.chain import START, Position, extend
from sync.checkpoint import BadCheckpoint, Checkpoint, read
from sync.errors import JournalDamaged, NotCanonical, NotUnderstood
from sync.facts import JournalOpened, understand
from sync.journal import JournalReader, open_readonly
from sync.schema import GUARDS, MIRROR_GUARDS
from sync.types import Chain, JournalId, Seq


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far a journal holds (`good`), and how the fact behind it fails (`problem`; None: it all holds)."""

    good: Position
    problem: str | None
    journal_id: JournalId | None = None


def check(secret: bytes, rows: Iterable[tuple[object, object, object]]) -> Verdict:
    """Walk (seq, row, chain) from the first fact; stop at the first that does not hold. Pure and total."""
    at, journal_id = START, None
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
    """Check a journal file. Total: every damage becomes a verdict. Raises FileNotFoundError where there is no file."""
    try:
        reader = JournalReader(path)
    except JournalDamaged as error:
        return Verdict(START, str(error))
    with reader:
        watch = _Watch(reader.rows())
        verdict = check(reader.secret, watch)
        if watch.failed:
            return Verdict(verdict.good, f"the file cannot be read further: {watch.failed}", verdict.journal_id)
        if verdict.problem is not None:
            return verdict
        return replace(verdict, problem=_unguarded(reader))


def _unguarded(reader: JournalReader) -> str | None:
    """What is wrong with the triggers that refuse changes."""
    try:
        found = reader.guards().items()
        missing = {} if MIRROR_GUARDS.items() <= found else dict(GUARDS.items() - found)
    except sqlite3.Error as error:
        return f"its guards cannot be read: {error}"
    return f"its guards were taken away or changed: {', '.join(sorted(missing))}" if missing else None


def against_head(path: Path, verdict: Verdict, head: Position) -> Verdict:
    """Hold a good journal against a head that somebody kept."""
    if verdict.problem:
        return verdict
    if verdict.good.seq < head.seq:
        problem = f"its tail is cut: the head names fact {head.seq}"
        return Verdict(verdict.good, problem, verdict.journal_id)
    with JournalReader(path) as reader:
        here = reader.at(head.seq)
    if here != head:
        return Verdict(START, f"at fact {head.seq} it is another journal than the head's", verdict.journal_id)
    return verdict


def against_peer(path: Path, verdict: Verdict, peer: Path) -> Verdict:
    """Hold a good journal against a peer's copy of it: another journal file, or the database of a server.

    Raises JournalDamaged where the peer cannot be read or holds nothing of this journal: that would prove nothing.
    """
    if verdict.problem or verdict.journal_id is None:
        return verdict
    theirs = peer_positions(peer, verdict.journal_id)
    if not theirs:
        hint = "Name a peer that this journal was sent to; nothing was compared."
        raise JournalDamaged(f"{peer} holds no fact of journal {verdict.journal_id}", last_good=0, hint=hint)
    last = Seq(max(theirs))
    with JournalReader(path) as reader:
        parted = next((seq for seq in sorted(theirs) if (at := reader.at(seq)) and at.chain != theirs[seq]), None)
    if parted is not None:
        good = Position(Seq(parted - 1), theirs.get(parted - 1, START.chain))
        return Verdict(good, f"from fact {parted} on the peer holds another journal", verdict.journal_id)
    if last > verdict.good.seq:
        return Verdict(verdict.good, f"its tail is cut: the peer holds {last} facts", verdict.journal_id)
    return verdict


def peer_positions(peer: Path, journal_id: JournalId) -> dict[int, Chain]:
    """seq → chain of this journal, as the peer holds it. Raises JournalDamaged where the peer cannot be read."""
    connection = open_readonly(peer)
    try:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(facts)")}
        many = "journal_id" in columns
        query = "SELECT seq, chain FROM facts" + (" WHERE journal_id = ?" if many else "")
        return dict(connection.execute(query, (journal_id,) if many else ()))
    except sqlite3.Error as error:
        hint = "Name a journal.db or the database of a server after --against."
        raise JournalDamaged(f"{peer} cannot be read as a peer: {error}", last_good=0, hint=hint) from error
    finally:
        connection.close()


def main(arguments: list[str]) -> int:
    """`python -m sync verify J.db [--head HEAD | --against PEER.db]`: exit 0 good, 1 damaged, 2 wrong call."""
    parser = argparse.ArgumentParser(prog="python -m sync verify", description="Check that a journal proves itself.")
    parser.add_argument("journal", type=Path)
    other = parser.add_mutually_exclusive_group()
    words = "a head kept elsewhere: SEQ:CHAIN (64 hex digits), or the file of a checkpoint"
    other.add_argument("--head", metavar="HEAD", help=words)
    other.add_argument("--against", type=Path, metavar="PEER.db", help="a mirror, or the database of a server")
    chosen = parser.parse_args(arguments)
    try:
        verdict = verify(chosen.journal)
        if chosen.head:
            verdict = _against(chosen.journal, verdict, chosen.head)
        if chosen.against:
            verdict = against_peer(chosen.journal, verdict, chosen.against)
    except FileNotFoundError as error:
        print(f"there is no file {error}", file=sys.stderr)
        return 2
    except (JournalDamaged, BadCheckpoint) as error:
        print(f"{error}\n{error.hint}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return _say(verdict)


def _against(path: Path, verdict: Verdict, head: str) -> Verdict:
    """Hold it against a head in text, or against the checkpoint in a file of that name."""
    if not Path(head).is_file():
        return against_head(path, verdict, parse_head(head))
    checkpoint = read(Path(head).read_text(encoding="utf-8", errors="replace"))
    return against_checkpoint(path, verdict, checkpoint)


def against_checkpoint(path: Path, verdict: Verdict, checkpoint: Checkpoint) -> Verdict:
    """Hold a good journal against a checkpoint whose signature holds."""
    if verdict.problem:
        return verdict
    with JournalReader(path) as reader:
        opened = reader.opened()
    if (opened.journal_id, opened.public_key) != (checkpoint.journal, checkpoint.key):
        return Verdict(START, "the checkpoint is of another journal or key", verdict.journal_id)
    return against_head(path, verdict, checkpoint.head)


def parse_head(text: str) -> Position:
    """SEQ:CHAIN as this command prints it. Raises ValueError."""
    seq, _, chain = text.partition(":")
    if len(chain) != 64:
        raise ValueError("a head is SEQ:CHAIN, the chain as 64 hex digits")
    return Position(Seq(int(seq)), Chain(bytes.fromhex(chain)))


class _Watch:
    """Rows as far as SQLite can read them; why it stopped, if it stopped early."""

    def __init__(self, rows: Iterable[tuple[object, object, object]]) -> None:
        self._rows = rows
        self.failed: str | None = None

    def __iter__(self) -> Iterator[tuple[object, object, object]]:
        try:
            yield from self._rows
        except sqlite3.DatabaseError as error:
            self.failed = str(error)


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
    except NotUnderstood:
        return None
    return first.journal_id if isinstance(first, JournalOpened) else None


def _say(verdict: Verdict) -> int:
    if verdict.problem is None:
        print(f"good: journal {verdict.journal_id}, {verdict.good.seq} facts, head {verdict.good}")
        return 0
    print(f"damaged: last good seq {verdict.good.seq}, head {verdict.good}")
    print(f"fact {verdict.good.seq + 1}: {verdict.problem}")
    print(
        "Keep this file as it is. What the server or a mirror holds behind the last good seq can be fetched from there."
    )
    return 1
