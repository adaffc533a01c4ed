"""Sync's end of the socket by which the kiosk asks for something of the office (sync.asking)."""

import contextlib
import json
import socket
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from sync import keys, wire
from sync.asking import LONGEST_LINE, PATIENCE_S, UNREACHABLE, Reached
from sync.client import HttpsLink, Link, Reply, Unreachable
from sync.errors import SyncError
from sync.firstwire import Given, read_given, sign_first
from sync.journal import JournalReader
from sync.pin import load_pin
from sync.types import JournalId
from sync.wake import short
from sync.wire import Refusal


class Asked:
    """Answers, in a thread of its own. `answers`: what is done for each question; each asks the office."""

    def __init__(self, path: Path, answers: Mapping[str, Callable[[], Given | Reached | str]]) -> None:
        """Raises OSError where the folder does not take it. A socket left by a killed process is replaced."""
        self._path, self._answers = path, answers
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            path.unlink(missing_ok=True)
            with short(path) as address:
                self._server.bind(address)
            path.chmod(0o660)
            self._server.listen(2)
        except OSError:
            self._server.close()
            raise

    def start(self) -> None:
        """Answer until `close`."""
        threading.Thread(target=self._run, name="asked", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._path.unlink(missing_ok=True)

    def _run(self) -> None:
        while True:
            try:
                line, _ = self._server.accept()
            except OSError:
                return
            with line, contextlib.suppress(OSError, ValueError, TypeError):
                line.settimeout(PATIENCE_S)
                with line.makefile("rb") as file:
                    asked = dict(json.loads(file.readline(LONGEST_LINE)))
                answer = self._answers.get(str(asked.get("ask"))) if asked.keys() == {"ask"} else None
                line.sendall(json.dumps(_worded(answer() if answer is not None else "malformed")).encode() + b"\n")


def _worded(found: Given | Reached | str) -> dict[str, Any]:
    if isinstance(found, Given):
        return {"given": msgspec.to_builtins(found)}
    return {"reached": asdict(found)} if isinstance(found, Reached) else {"refused": found}


def first_administrator(data: Path, url: str, link: Callable[[str, bytes], Link] = HttpsLink) -> Given | str:
    """Ask the office, signed with this device's key: the code, or the code of why there is none."""
    try:
        pin = load_pin(data / "pin.json")
        if pin is None:
            return wire.UNPAIRED
        key = keys.load(data / "device.key")
        with JournalReader(data / "journal.db") as reader:
            request = sign_first(JournalId(reader.opened().journal_id), key)
        line = link(url, bytes.fromhex(pin.fingerprint))
        try:
            return _meaning(line.post(request.path, request.headers, request.body))
        finally:
            line.close()
    except (SyncError, Unreachable, sqlite3.Error, OSError, UnicodeDecodeError):
        return UNREACHABLE


def _meaning(reply: Reply) -> Given | str:
    if reply.status == 200:
        return read_given(reply.body)
    return wire.decode_as(reply.body, Refusal, "refusal").error if 400 <= reply.status < 500 else UNREACHABLE
