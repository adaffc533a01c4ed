"""A server put together again from one of its backups, in an empty data folder.

The ledger is moved into place first: a restore that is cut leaves a folder that no server starts with, and that no
second restore takes for an empty one.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from server.archive import Manifest, first_file, unpack
from server.backup import CONFIG, journals_of
from server.backup_key import secrets_in
from server.config import ServerConfig, parse_server
from server.errors import BackupDamaged, RestoreRefused, SecretUnusable
from server.stores import FILE
from sync.keys import write_durably

DRAFT = ".restoring"
_NOT_OURS = ("lost+found",)
_SHORT = 8


def restore(backup: Path, secret: Path, config_file: Path) -> str:
    """Restore into the data folder of this configuration, and say what came back.

    Where there is no configuration, the backup's own is written first. Raises RestoreRefused, BackupDamaged,
    SecretUnusable, ConfigError.
    """
    try:
        identities = secrets_in(secret.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SecretUnusable(f"{secret} cannot be read: {error}", hint="Check the path after --secret-file.") from error
    try:
        config = _config(backup, identities, config_file)
        folder = config_file.parent / config.data
        manifest = _restored(backup, identities, folder)
        return _said(manifest, config, folder)
    except (OSError, sqlite3.Error) as error:
        hint = "Look at the disk and the paths. Empty the data folder before the next try."
        raise RestoreRefused(f"the backup could not be restored: {error}", hint=hint) from error


def _config(backup: Path, identities: list[Any], config_file: Path) -> ServerConfig:
    if not config_file.exists():
        with backup.open("rb") as file:
            _, name, text = first_file(file, identities)
        if name != CONFIG:
            raise BackupDamaged("there is no configuration in the backup", hint="Write server.toml anew.")
        parse_server(text)
        write_durably(config_file, text, mode=0o640)
    return parse_server(config_file.read_bytes())


def _restored(backup: Path, identities: list[Any], folder: Path) -> Manifest:
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    there = sorted(each.name for each in folder.iterdir() if each.name not in _NOT_OURS)
    if there:
        hint = "Restore into an empty folder: move what is there aside, and keep it."
        raise RestoreRefused(f"{folder} is not empty: {', '.join(there[:5])}", hint=hint)
    draft = folder / DRAFT
    draft.mkdir(mode=0o700)
    try:
        manifest = _unpacked(backup, identities, draft)
        _sign_out(draft / FILE)
        (draft / CONFIG).unlink(missing_ok=True)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    _own(draft, folder)
    for path in sorted(draft.iterdir(), key=lambda path: path.name != FILE):
        path.rename(folder / path.name)
    draft.rmdir()
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return manifest


def _unpacked(backup: Path, identities: list[Any], draft: Path) -> Manifest:
    with backup.open("rb") as file:
        manifest = unpack(file, identities, draft)
    if journals_of(draft / FILE) != manifest.journals:
        raise BackupDamaged("the ledger does not reach as far as the backup says", hint="Take another backup.")
    return manifest


def _sign_out(ledger: Path) -> None:
    """Nobody is signed in by an old copy: who signed out since, or was sent away, would be in again."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as db:
        db.execute("DELETE FROM sessions")


def _own(draft: Path, folder: Path) -> None:
    """A restore by root leaves everything to whom the folder belongs: the server's user."""
    if os.geteuid() == 0:
        owner = folder.stat()
        for path in (draft, *draft.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)


def _said(manifest: Manifest, config: ServerConfig, folder: Path) -> str:
    as_of = datetime.fromtimestamp(manifest.at_ms / 1000, config.zone)
    name = config.name.get("en") or next(iter(config.name.values()))
    lines = [f"{folder}: {name}, as of {as_of:%Y-%m-%d %H:%M} ({config.time_zone})"]
    uri = f"{(folder / FILE).absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as db:  # leaves no file behind that root would own
        query = "SELECT journal_id, role, place, received FROM journals ORDER BY own DESC, role, place, journal_id"
        lines += [
            f"  {role:<8} {journal_id[:_SHORT]}  {received:>9,} facts  {place}".rstrip()
            for journal_id, role, place, received in db.execute(query)
        ]
    lines += [
        "Start the server. The machines send what came after this. Until one has given back what the office",
        _THEN,
    ]
    return "\n".join(lines)


_THEN = "itself wrote since, or a supervisor has it go on without (Day), it calls nobody."
