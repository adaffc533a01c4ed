"""The facts that still have to go: a batch made from the journal, and a refusal compared with it."""

from collections.abc import Iterator
from typing import Protocol

from sync import wire
from sync.chain import Position
from sync.errors import JournalDamaged
from sync.exchange_terms import Pruned, Refused, Send
from sync.journal import Entry
from sync.keys import DeviceKey
from sync.types import JournalId, Seq
from sync.wire import Refusal


class Outbox(Protocol):
    """A journal, as far as sending needs it: sync.journal.JournalReader is one."""

    def at(self, seq: int) -> Position | None:
        """The position of this seq, None where the journal does not reach it."""
        ...

    def floor(self) -> Position:
        """The position behind which everything is here: what comes before is pruned."""
        ...

    def entries(self, after: int = 0, *, limit: int = -1) -> Iterator[Entry]:
        """The entries behind this seq, in order, at most `limit` of them."""
        ...


def batch_for(journal: Outbox, journal_id: JournalId, ask: Send, key: DeviceKey) -> wire.Batch:
    """The signed batch that this effect asks for. Raises JournalDamaged where the journal does not reach `after`."""
    start = journal.at(ask.after)
    if start is None:
        raise JournalDamaged("the journal became shorter", last_good=0, hint="Run `python -m sync verify` on it.")
    rows = min(ask.most_rows, ask.up_to - ask.after)
    entries = list(journal.entries(ask.after, limit=rows)) if rows else []
    taken = entries[: len(wire.take((entry.row for entry in entries), rows))]
    last = Position(taken[-1].seq, taken[-1].chain) if taken else start
    return wire.sign_batch(journal_id, start, last, (entry.row for entry in taken), key.sign)


def unsendable(journal: Outbox, after: Seq) -> Pruned | None:
    """What is to be told where the facts behind this place are pruned; None where they are here."""
    if journal.at(after) is not None:
        return None
    floor = journal.floor().seq
    return Pruned(after, floor) if after < floor else None


def refused(refusal: Refusal, journal: Outbox) -> Refused | Pruned:
    """A refusal as the machine takes it, with the expected place compared to the own journal."""
    if refusal.error == wire.GAP and refusal.expected is not None:
        pruned = unsendable(journal, Seq(refusal.expected.seq))
        if pruned is not None:
            return pruned
    message = f"{refusal.message}. {refusal.hint}"
    if refusal.expected is None:
        return Refused(refusal.error, message)
    own = journal.at(refusal.expected.seq)
    agrees = own is not None and own.chain.hex() == refusal.expected.previous
    return Refused(refusal.error, message, Seq(refusal.expected.seq), agrees)
