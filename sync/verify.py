"""Does a journal prove itself? And does it still reach as far as somebody else saw it reach?

Damage inside is named by the last good seq. A tail that was cut off leaves no trace inside: it can only be seen against
a head that was kept elsewhere, or against a peer's copy.
"""

import argparse
import sqlite3
import sys
from pathlib import Path

from sync.chain import START, Position
from sync.checkpoint import BadCheckpoint, Checkpoint, read
from sync.database import open_readonly
from sync.errors import JournalDamaged
from sync.journal import JournalReader
from sync.types import Chain, JournalId, Seq
from sync.verdict import Verdict as Verdict
from sync.verdict import check as check
from sync.verdict import verify as verify


def against_head(path: Path, verdict: Verdict, head: Position) -> Verdict:
    """Hold a good journal against a head that somebody kept.

    Raises JournalDamaged where the head is of a fact that was pruned, and nothing here tells its chain.
    """
    if verdict.problem:
        return verdict
    if verdict.good.seq < head.seq:
        problem = f"its tail is cut: the head names fact {head.seq}"
        return Verdict(verdict.good, problem, verdict.journal_id)
    here = _place(path, verdict, head.seq)
    if here is None:
        hint = f"Name a head from fact {verdict.floor.seq} on, or hold the head against the server's copy."
        raise JournalDamaged(f"fact {head.seq} is pruned here; nothing was compared", last_good=0, hint=hint)
    if here != head:
        return Verdict(START, f"at fact {head.seq} it is another journal than the head's", verdict.journal_id)
    return verdict


def _place(path: Path, verdict: Verdict, seq: Seq) -> Position | None:
    """The position of this seq, also where only the facts about pruning tell it."""
    with JournalReader(path) as reader:
        here = reader.at(seq)
    told = {each.last: each.chain for each in verdict.pruned} | {Seq(1): each.opened for each in verdict.pruned}
    return Position(seq, Chain(bytes.fromhex(told[seq]))) if here is None and seq in told else here


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
        if any(row[1] == "journal_id" for row in connection.execute("PRAGMA table_info(facts)")):
            return dict(connection.execute("SELECT seq, chain FROM facts WHERE journal_id = ?", (journal_id,)))
        with JournalReader(peer) as reader:
            return {entry.seq: entry.chain for entry in reader.entries()}
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


def _say(verdict: Verdict) -> int:
    if verdict.problem is None:
        files = f" in {verdict.files} files" if verdict.files > 1 else ""
        print(f"good: journal {verdict.journal_id}, {verdict.good.seq} facts{files}, head {verdict.good}")
        if verdict.floor.seq:
            print(f"facts 1 to {verdict.floor.seq} are pruned here; their head is {verdict.floor}")
            print(
                "The journal's own facts (segments.pruned) vouch for it; a head kept elsewhere or the server proves it."
            )
        return 0
    print(f"damaged: last good seq {verdict.good.seq}, head {verdict.good}")
    print(f"fact {verdict.good.seq + 1}: {verdict.problem}")
    print(
        "Keep this file as it is. What the server or a mirror holds behind the last good seq can be fetched from there."
    )
    return 1
