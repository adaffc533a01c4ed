"""What machines do on the way to a centre, each habit handed in; and the broken ones that `./prove centre` must see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from server.ledger import Ledger
from server.rollups import DayFigures
from sync import exchange, wire
from sync.exchange_terms import Answered, Failed, Input, Refused, State
from sync.facts import JournalOpened
from sync.inbox import InboxState
from sync.journal import Entry
from sync.types import Seq, UtcMs


class Killed(Exception):
    """The process is gone: nothing of it is left but its files."""


Cut = Callable[[], None]
"""A place where the process may be killed."""


class Keep(Protocol):
    """Stores the figures of a day."""

    def __call__(self, ledger: Ledger, made: DayFigures, now_ms: UtcMs, cut: Cut) -> None: ...


def in_one(ledger: Ledger, made: DayFigures, now_ms: UtcMs, cut: Cut) -> None:
    """Marks and figures change together, or not at all."""
    with ledger.transaction():
        ledger.rollups.store(made, now_ms)
        cut()


def nothing_more(unanswered: list[Entry]) -> list[Entry]:
    """What a device writes again because nobody answered: its journal is the outbox, and a batch may come twice."""
    return []


@dataclass(frozen=True, slots=True)
class Habits:
    """As shipped. `prunable`: up to where a device may take its closed files away; `says_again`: of the facts behind
    the watermark, those that it writes anew after a request without an answer."""

    step: exchange.Stepping = exchange.step
    prunable: Callable[[InboxState], Seq] = field(default=lambda state: state.safe)
    says_again: Callable[[list[Entry]], list[Entry]] = nothing_more
    keep: Keep = in_one


# The broken ones ------------------------------------------------------------------------------------------------------


def deaf(state: State, given: Input, fraction: float) -> exchange.Step:
    """A watermark never goes down."""
    if isinstance(given, Answered) and given.received < state.received:
        given = replace(given, received=state.received)
    if isinstance(given, Refused) and given.code == wire.GAP and (given.expected or 0) < state.received:
        given = Failed("the server is behind")
    return exchange.step(state, given, fraction)


def credulous(state: State, given: Input, fraction: float) -> exchange.Step:
    """Another history of the same journal counts as this one."""
    parted = isinstance(given, Refused) and (given.code == wire.FORK or (given.code == wire.GAP and not given.agrees))
    if parted or (isinstance(given, Answered) and given.received > state.head):
        given = Answered(state.head, state.safe)
    return exchange.step(state, given, fraction)


def in_two(ledger: Ledger, made: DayFigures, now_ms: UtcMs, cut: Cut) -> None:
    """The marks are taken away first, and the figures stored afterwards."""
    with ledger.transaction():
        for journal, marks in made.marks.items():
            ledger._db.execute(
                "DELETE FROM dirty WHERE journal_id = ? AND day = ? AND marks = ?", (journal, made.day, marks)
            )
    cut()
    with ledger.transaction():
        ledger.rollups.store(made, now_ms)


def all_of_it(unanswered: list[Entry]) -> list[Entry]:
    """A request without an answer is taken for one that never came, and its facts are new ones."""
    return [each for each in unanswered if each.fact.kind != JournalOpened.kind]


BROKEN: Mapping[str, Habits] = {
    "says again what nobody answered": Habits(says_again=all_of_it),
    "prunes what is received and not safe": Habits(prunable=lambda state: state.received),
    "ignores a lower watermark": Habits(step=deaf),
    "keeps figures without a transaction around them": Habits(keep=in_two),
    "takes another history for its own": Habits(step=credulous),
}
"""Each with one habit that no machine may have."""
