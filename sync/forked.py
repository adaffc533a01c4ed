"""A journal whose server holds another history of it: this machine was restored from a copy, or its card was cloned.

Such a journal is never gone on with. The machine begins a new one that names it as its predecessor, and says again
there what it wrote since the histories parted, at the moments when it happened. Pure.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sync import wire
from sync.codec import Draft, Fact
from sync.exchange_terms import NONE, SERVER_AHEAD, Phase
from sync.facts import JournalOpened
from sync.inbox import InboxState
from sync.types import JournalId, Seq

HISTORIES_PART = frozenset({wire.FORK, SERVER_AHEAD, wire.SUPERSEDED})
"""Why the exchange stops for good: only a new journal helps."""
_REFERENCES = ("ticket", "score", "asked")
"""Keys of bodies that hold the seq of an earlier fact of the same journal."""


def kept(data: Path, journal_id: JournalId) -> Path:
    """Where a machine keeps a journal that it went on from."""
    return data / f"journal-{journal_id}.db"


def parted(state: InboxState | None, journal_id: JournalId) -> Seq | None:
    """Up to where the server's history of this journal is that of this machine; None where it did not part, or nobody
    knows where yet."""
    if state is None or state.journal_id != journal_id or state.phase != Phase.QUARANTINE.value:
        return None
    return state.common if state.reason in HISTORIES_PART else None


def common(agrees: Callable[[Seq], bool | None], head: Seq, floor: Seq = NONE) -> Seq | None:
    """The last seq up to which both histories are the same; `floor` at least, since what comes before is pruned here.

    `agrees` asks the server whether they are at this one; None: nobody knows.
    """
    low, high = int(floor), int(head)
    while low < high:
        middle = (low + high + 1) // 2
        same = agrees(Seq(middle))
        if same is None:
            return None
        low, high = (middle, high) if same else (low, middle - 1)
    return Seq(low)


def again(facts: Iterable[Fact], behind: Seq) -> Iterator[tuple[Fact, Draft]]:
    """What is said again in a new journal, whose fact 1 is its opening: each fact with what it becomes there.

    A fact that is about one of the time before is left out: that one has no place in the new journal.
    """
    places: dict[int, int] = {}
    for fact in facts:
        if fact.seq <= behind or fact.kind == JournalOpened.kind:
            continue
        named = {key: fact.body[key] for key in _REFERENCES if type(fact.body.get(key)) is int}
        moved = {key: places.get(int(str(seq))) for key, seq in named.items()}
        if None in moved.values():
            continue
        places[fact.seq] = 2 + len(places)
        yield fact, Draft(fact.kind, fact.version, {**fact.body, **moved})
