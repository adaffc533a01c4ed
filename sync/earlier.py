"""The journal before this one: what a server lacks of it is sent before the new one follows. Used by sync.uplink.

A machine whose journal had two histories goes on in a new one (sync.forked) and keeps the old file. A server that is
then restored from a copy made before all that knows nothing of the new journal, and has lost the end of the old one,
too. Once another journal follows it, no facts of the old one are taken any more: so it is brought up first. A machine
that a person paired anew follows nobody, and brings it up afterwards.
"""

import sqlite3
from pathlib import Path

from sync import wire
from sync.client import Link, interpret
from sync.errors import JournalDamaged
from sync.exchange_terms import Failed, Refused, RetryAfter, Send
from sync.facts import Predecessor
from sync.forked import kept
from sync.journal import JournalReader
from sync.keys import DeviceKey
from sync.outbox import Outbox, batch_for, refused
from sync.types import JournalId, Seq
from sync.wire import Answer, Refusal


def bring_up(data: Path, before: Predecessor, key: DeviceKey, link: Link) -> Failed | RetryAfter | None:
    """Send what the server lacks of the journal before, up to where it was continued; None: it has all that it takes.

    Otherwise the same is to be tried again. What is refused, or cannot be read, stays here and stops nothing. Raises
    Unreachable.
    """
    try:
        with JournalReader(kept(data, before.journal_id)) as journal:
            return send_rest(journal, JournalId(before.journal_id), Seq(before.seq), key, link)
    except (FileNotFoundError, JournalDamaged, sqlite3.Error, UnicodeDecodeError):
        return None


def send_rest(
    journal: Outbox, journal_id: JournalId, end: Seq, key: DeviceKey, link: Link
) -> Failed | RetryAfter | None:
    """Send what the server lacks of this journal up to `end`, as `bring_up`. Raises Unreachable, JournalDamaged."""
    after = -1
    ask = Send(end, end, 0)
    while True:
        request = wire.sign_request(batch_for(journal, journal_id, ask, key), key.sign)
        heard = interpret(link.post(wire.FACTS_PATH, request.headers, request.body))
        if isinstance(heard, Failed | RetryAfter):
            return heard
        reached = _reached(heard, journal)
        if reached is None or not after < reached < end:
            return None
        after = reached
        ask = Send(Seq(reached), end, wire.BATCH_ROWS)


def _reached(heard: Answer | Refusal, journal: Outbox) -> int | None:
    """How far the server has this very journal; None where it takes nothing of it, or has another history."""
    if isinstance(heard, Answer):
        return heard.received
    said = refused(heard, journal)
    return said.expected if isinstance(said, Refused) and said.code == wire.GAP and said.agrees else None
