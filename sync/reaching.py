"""Whether the office's server answers at this moment, asked by a technician at the service screen."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sync import keys, wire
from sync.asking import ANSWERED, BUSY, NO_JOURNAL, OTHER_SERVER, UNPAIRED, UNREACHABLE, Reached
from sync.client import HttpsLink, Link, Unreachable, interpret, meet
from sync.errors import SyncError
from sync.exchange_terms import Send
from sync.journal import JournalReader
from sync.outbox import batch_for
from sync.pin import load_pin
from sync.types import JournalId
from sync.wire import Answer, Refusal


def reach(
    data: Path,
    url: str,
    now_ms: Callable[[], int],
    link: Callable[[str, bytes], Link] = HttpsLink,
    meeting: Callable[[str], bytes] = meet,
) -> Reached:
    """Ask the server where it stands, signed and without facts; nothing changes by it.

    Where this machine is not paired the server is met, and nothing is sent.
    """
    before = now_ms()
    try:
        pin = load_pin(data / "pin.json")
        if pin is None:
            meeting(url)
            return Reached(UNPAIRED, now_ms() - before)
        key = keys.load(data / "device.key")
        with JournalReader(data / "journal.db") as reader:
            after = reader.floor().seq  # what is pruned the server has
            batch = batch_for(reader, JournalId(reader.opened().journal_id), Send(after, after, 0), key)
        request = wire.sign_request(batch, key.sign)
        line = link(url, bytes.fromhex(pin.fingerprint))
        try:
            meaning = interpret(line.post(wire.FACTS_PATH, request.headers, request.body))
        finally:
            line.close()
    except Unreachable as error:
        other = "another certificate" in str(error)
        return Reached(OTHER_SERVER if other else UNREACHABLE, detail=str(error))
    except (SyncError, sqlite3.Error, OSError, UnicodeDecodeError) as error:
        return Reached(NO_JOURNAL, detail=str(error))
    if isinstance(meaning, Answer):
        return Reached(ANSWERED, now_ms() - before)
    if isinstance(meaning, Refusal):
        return Reached(meaning.error, now_ms() - before, meaning.message)
    return Reached(BUSY, detail=str(meaning))
