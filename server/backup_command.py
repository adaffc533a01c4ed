"""`python -m server backup`: one backup in a process of its own, entered in the ledger by whoever has that."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from server.backup import Source, make
from server.backups import Backup, Failure
from server.config import ServerConfig
from server.errors import BackupFailed, ConfigError, ServerError
from server.medium import FAILED, Folder
from server.nightly import Run
from sync.errors import SyncError
from sync.types import UtcMs

NICER = 10
"""A backup gives way to calls."""
Ask = Callable[[dict[str, Any]], dict[str, Any]]
"""Has a command done by the running server, or on the ledger itself."""


def back_up(config: ServerConfig, config_file: Path, data: Path, ask: Ask) -> Backup:
    """Make a backup, verify it, and have it entered. Raises BackupFailed, ConfigError."""
    if config.backup is None:
        raise ConfigError("there is no [backup] in server.toml", hint="See docs/backup.md, Setting up.")
    os.nice(NICER)
    now_ms = UtcMs(ask({"command": "time"})["now_ms"])
    medium = Folder(config_file.parent / config.backup.folder, data)
    made = make(Source(data, config_file, config.database), medium, config.backup.recipients, now_ms)
    ask({"command": "backed-up", "backup": asdict(made)})
    return made


def said(made: Backup) -> str:
    """What was done, for people."""
    facts = sum(made.reached.values())
    return f"{made.path}: {len(made.reached)} journals, {facts:,} facts, {made.size:,} bytes, verified"


def told(work: Callable[[], Backup]) -> str:
    """Do it for a program: one line of JSON says what came of it."""
    try:
        return json.dumps({"path": work().path})
    except (ServerError, SyncError) as error:
        code = error.code if isinstance(error, BackupFailed) else FAILED
        return json.dumps({"failed": code, "text": str(error)})


def in_own_process(config_file: Path) -> Run:
    """What makes a backup beside a running server. It ends with the server."""
    command = (sys.executable, "-m", "server", "backup", "--json", "--config", str(config_file))

    async def run() -> Failure | None:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
        )
        try:
            out, _ = await process.communicate()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        return failure_in(out, process.returncode or 0)

    return run


def failure_in(out: bytes, status: int) -> Failure | None:
    """What the process said. One that said nothing was ended by somebody, or for want of memory."""
    try:
        answer = dict(json.loads(out))
    except ValueError:
        return Failure(UtcMs(0), FAILED, f"the process ended with status {status}")
    return Failure(UtcMs(0), answer["failed"], answer["text"]) if "failed" in answer else None
