"""One backup: a consistent copy of the ledger with what else a restore needs, encrypted, on another disk, verified.

The secret that opens it is not on this server. So that what lies on the medium can be opened all the same, once, each
backup is also encrypted for a second key that is made for this run, is written nowhere, and ends with it.
"""

import contextlib
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyrage

from server import certificate, console_tls
from server.archive import CHUNK, FORMAT, Manifest, Sink, pack, sha256, unpack
from server.backups import Backup, name_of, thinned
from server.clips import FOLDER as CLIPS
from server.database import Db
from server.errors import BackupDamaged, BackupFailed, SecretUnusable
from server.medium import DAMAGED, DRAFT, FAILED, Medium, failed, failed_by
from server.own import KEY_FILE
from server.stores import FILE, place_of, store_of
from sync import RELEASE
from sync.disk import take_writers_place
from sync.types import JournalId, UtcMs

CONFIG = "server.toml"
"""The name of the server's configuration within a backup."""
DRAFTS = "backup.draft"
"""A folder below the server's data, for the copies of a run."""
KEPT = (KEY_FILE, certificate.KEY_FILE, certificate.CERTIFICATE_FILE, console_tls.AUTHORITY_FILE)
"""What is copied beside ledger, clips and configuration. `office.last` is not: a copied word proves nothing."""
AT_ONCE = 4096
"""Pages of the ledger that are copied before others get a turn at the disk."""
BUSY = "busy"
Check = Callable[[Medium, str, str, Manifest, Any, Path], None]
"""Like `verify`."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: the server's data, and its configuration file."""

    data: Path
    config: Path
    database: str | None = None

    @property
    def ledger(self) -> Path | str:
        """Where the ledger is (server.stores)."""
        return place_of(self.database, self.data)


def make(
    source: Source, medium: Medium, recipients: Sequence[str], now_ms: UtcMs, check: Check | None = None
) -> Backup:
    """Make a backup and verify it. Only then does it have its name, and old ones go. Raises BackupFailed.

    The server may run meanwhile: its writer waits for nothing. `check` is handed in for its control.
    """
    medium.check()
    drafts = source.data / DRAFTS
    try:
        lock = take_writers_place(drafts)
    except BlockingIOError as error:
        raise BackupFailed(BUSY, "another backup is being made", hint="Wait until it is done.") from error
    except OSError as error:
        raise failed_by(error, str(source.data)) from error
    try:
        return _make(source, drafts, medium, recipients, now_ms, check or verify)
    except sqlite3.Error as error:
        raise failed(FAILED, f"the ledger cannot be copied: {error}") from error
    finally:
        with contextlib.suppress(OSError):
            _clear(medium)
        shutil.rmtree(drafts, ignore_errors=True)
        os.close(lock)


def _make(
    source: Source, drafts: Path, medium: Medium, recipients: Sequence[str], now_ms: UtcMs, check: Check
) -> Backup:
    try:
        shutil.rmtree(drafts, ignore_errors=True)
        drafts.mkdir(mode=0o700)
        manifest = snapshot(source, drafts / "copy", now_ms)
    except OSError as error:
        raise failed_by(error, str(source.data)) from error
    name = name_of(manifest.server_id, now_ms)
    once = pyrage.x25519.Identity.generate()
    keys = [*map(pyrage.x25519.Recipient.from_str, recipients), once.to_public()]
    try:
        _clear(medium)
        sink = _written(medium, name, manifest, drafts / "copy", keys)
        shutil.rmtree(drafts / "copy")
        check(medium, name, sink.digest, manifest, once, drafts / "check")
        medium.check()  # what was unplugged meanwhile left a folder on our own disk
        medium.publish(name)
        for old in thinned(medium.names(), name):
            medium.remove(old)
    except OSError as error:
        raise failed_by(error, medium.place) from error
    reached = {JournalId(journal_id): seq for journal_id, (seq, _) in manifest.journals.items()}
    return Backup(now_ms, f"{medium.place}/{name}", sink.digest, sink.size, reached)


def _clear(medium: Medium) -> None:
    """Take away what an earlier run, or this one, did not end."""
    for left in medium.names():
        if left.endswith(DRAFT):
            medium.remove(left)


def _written(medium: Medium, name: str, manifest: Manifest, copy: Path, keys: Sequence[Any]) -> Sink:
    with medium.draft(name) as file:
        sink = Sink(file)
        pack(manifest, copy, sink, keys)
        file.flush()
        os.fsync(file.fileno())
    return sink


def verify(medium: Medium, name: str, digest: str, manifest: Manifest, key: Any, folder: Path) -> None:
    """Read the draft back from the medium: the file is as it was written, opens, and its ledger reaches as far.

    Raises BackupFailed.
    """
    with medium.read_back(name) as file:
        if _digest(file) != digest:
            raise failed(DAMAGED, f"{medium.place} gives back another file than was written")
    folder.mkdir(mode=0o700)
    try:
        with medium.read_back(name) as file:
            found = unpack(file, [key], folder)
    except (BackupDamaged, SecretUnusable) as error:
        raise failed(DAMAGED, str(error)) from error
    try:
        reached = journals_of(folder / FILE)
    except BackupDamaged as error:  # the medium gave back what it was given: it is the ledger itself
        hint = "Look after the server's own disk, and restore a backup from before."
        raise BackupFailed(FAILED, str(error), hint=hint) from error
    if found != manifest or reached != manifest.journals:
        raise failed(DAMAGED, "the ledger in the backup does not reach as far as the one that was copied")


def snapshot(
    source: Source,
    folder: Path,
    now_ms: UtcMs,
    pages: int = AT_ONCE,
    between: Callable[[int, int, int], None] = lambda status, remaining, total: None,
) -> Manifest:
    """Copy the ledger as it is at one moment, and what else is kept, into this new folder; what it is.

    Clips are copied after the ledger: a clip that it names was durable before. `between` is called after each so many
    pages. Raises OSError, sqlite3.Error.
    """
    folder.mkdir()
    store = store_of(source.ledger)
    with closing(store.reader()) as db:
        db.execute("BEGIN")
        server_id = str(db.execute("SELECT server_id FROM server").fetchone()[0])
        journals = _ends(db)
        store.copy(db, folder / FILE, pages, between)
    shutil.copyfile(source.config, folder / CONFIG)
    for name in KEPT:
        if (source.data / name).exists():
            shutil.copyfile(source.data / name, folder / name)
    for path in sorted((source.data / CLIPS).glob("*/*.wav")):
        to = folder / CLIPS / path.parent.name / path.name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)
    files = sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: (path.name != CONFIG, path))
    digests = {path.relative_to(folder).as_posix(): sha256(path) for path in files}
    return Manifest(FORMAT, RELEASE, server_id, now_ms, journals, digests)


def journals_of(ledger: Path) -> dict[str, tuple[int, str]]:
    """How far each journal reaches in a ledger that nobody writes, by its facts. Raises BackupDamaged."""
    uri = f"{ledger.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as db:
            if db.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
                raise BackupDamaged("the ledger in the backup is damaged", hint="Take another backup.")
            return _ends(db)
    except sqlite3.Error as error:
        raise BackupDamaged(
            f"the ledger in the backup cannot be opened: {error}", hint="Take another backup."
        ) from error


def _ends(db: Db) -> dict[str, tuple[int, str]]:
    """By journal, its last fact: (seq, chain in hex)."""
    query = """SELECT journals.journal_id, facts.seq, lower(hex(facts.chain)) FROM journals JOIN facts
        ON facts.journal_id = journals.journal_id
            AND facts.seq = (SELECT max(seq) FROM facts WHERE facts.journal_id = journals.journal_id)"""
    return {journal_id: (seq, chain) for journal_id, seq, chain in db.execute(query)}


def _digest(file: BinaryIO) -> str:
    found = hashlib.sha256()
    while part := file.read(CHUNK):
        found.update(part)
    return found.hexdigest()
