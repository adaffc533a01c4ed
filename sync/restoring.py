"""A machine whose card died, brought back from its second medium: its journal, its key, and its copy of the office's.

Facts of the last seconds may be missing on the medium, and papers of them be in people's hands. So the journal that is
brought back is not gone on with: a note tells the kiosk to begin another one in its place (kiosk.successor), with its
numbers behind a gap. What the server lacks of the one before is sent from here.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from sync.chain import START
from sync.copies import write_copy
from sync.durable import write_durably
from sync.errors import JournalDamaged, SyncError
from sync.feedwire import Introduction
from sync.journal import JournalReader
from sync.judge import Accept, judge
from sync.keys import load_for
from sync.medium import FOLDER, KIOSK, OFFICE, SMALL, Word, read_mark
from sync.mirror import FILE as MIRROR
from sync.mirror import Mirror
from sync.types import Chain, JournalId, Seq
from sync.verify import verify
from sync.wire import Batch, Head

NOTE = "restored.json"
"""In the data folder: the journal there was brought back from a copy, up to this seq."""


class NotRestored(SyncError):
    """Nothing was brought back; what was there is as it was."""


def restore(medium: Path, data: Path) -> list[str]:
    """Bring the machine back into this folder, which holds no journal; what was done. Raises SyncError, OSError,
    sqlite3.Error. A cut leaves no journal: it is done again from the beginning."""
    journal = data / "journal.db"
    if journal.exists() or journal.is_symlink():
        hint = "Move what is in the folder aside, and keep it: it may hold facts that the medium does not have."
        raise NotRestored(f"{journal} is there already", hint=hint)
    mark = read_mark(medium)
    if mark is None:
        raise NotRestored(f"{medium} holds no copies", hint="It is the medium's folder in which `scorecard` lies.")
    copy = medium / FOLDER / KIOSK / f"{mark.journal}.db"
    verdict = verify(copy)
    if verdict.problem is not None:
        hint = f"Its facts hold up to {verdict.good.seq}. Keep it, and look for an older one (…aside…) beside it."
        raise NotRestored(f"{copy} is damaged: {verdict.problem}", hint=hint)
    data.mkdir(parents=True, exist_ok=True)
    said = [f"journal {mark.journal}: {verdict.good.seq} facts, head {verdict.good}"]
    _small(medium, data)
    with JournalReader(copy) as source:
        load_for(data / SMALL[0], source.opened().public_key)
        if mark.office is not None:
            said.append(_office(medium, data, JournalId(mark.office)))
        _journal(source, data)
    _give_away(data)
    return said


def _small(medium: Path, data: Path) -> None:
    for name in SMALL:
        path = medium / FOLDER / name
        if path.exists():
            write_durably(data / name, path.read_bytes(), mode=0o640)


def _journal(source: JournalReader, data: Path) -> None:
    """The note first: a journal that is there without it would be gone on with."""
    draft = data / "journal.db.restoring"
    for end in ("", "-wal", "-shm"):
        draft.with_name(draft.name + end).unlink(missing_ok=True)
    write_copy(draft, source.secret, source.entries(), source.oldest())
    last = source.last()
    note = {"journal": source.opened().journal_id, "seq": last.seq, "chain": last.chain.hex()}
    write_durably(data / NOTE, msgspec.json.encode(note), mode=0o640)
    handle = os.open(draft, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    draft.replace(data / "journal.db")


def _office(medium: Path, data: Path, journal_id: JournalId) -> str:
    """The office's journal, as far as the office's own word proves it."""
    base = medium / FOLDER / OFFICE / journal_id
    try:
        word = msgspec.json.decode(base.with_suffix(".json").read_bytes(), type=Word)
        head = Head(Seq(word.seq), Chain(bytes.fromhex(word.chain)), bytes.fromhex(word.signature))
        with JournalReader(base.with_suffix(".db")) as source, closing(Mirror(data / MIRROR)) as mirror:
            mirror.begin(Introduction(journal_id, word.public_key, source.secret.hex()))
            known = mirror.known()
            rows = tuple(entry.row for entry in source.entries(limit=word.seq))
            batch = Batch(journal_id, START.seq, START.chain, head, rows)
            verdict = judge(batch, known) if known is not None else None
            if not isinstance(verdict, Accept):
                return f"the office's journal {journal_id}: its word does not fit; it is fetched from the office"
            mirror.apply(journal_id, verdict)
        return f"the office's journal {journal_id}: {word.seq} facts"
    except (OSError, ValueError, msgspec.DecodeError, JournalDamaged, sqlite3.Error) as error:
        return f"the office's journal {journal_id} is not on the medium ({error}); it is fetched from the office"


def _give_away(data: Path) -> None:
    """Whoever owns the folder owns what was put into it."""
    if os.geteuid() != 0:
        return
    folder = data.stat()
    for each in data.iterdir():
        if not each.is_symlink():
            os.chown(each, folder.st_uid, folder.st_gid)
