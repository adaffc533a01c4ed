"""What machines do on the way to a centre, each habit handed in; and the broken ones that `./prove centre` must see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from msgspec import structs

from server.intake import take_batch
from server.ledger import Ledger
from server.queue import Moment
from server.rollups import DayFigures
from sync import exchange, wire
from sync.chain import Position, extend
from sync.codec import encode
from sync.errors import BadBatch
from sync.exchange_terms import Answered, Failed, Input, Refused, State
from sync.inbox import InboxState
from sync.judge import Accept, Row, judge, judge_request
from sync.types import Seq, UtcMs
from sync.wire import Head, Refusal, Request


class Killed(Exception):
    """The process is gone: nothing of it is left but its files."""


Cut = Callable[[], None]
"""A place where the process may be killed."""


class Take(Protocol):
    """Judges a batch and stores it: the new watermark, or the refusal."""

    def __call__(
        self, ledger: Ledger, request: Request, now_ms: UtcMs, moment: Moment | None = None
    ) -> int | Refusal: ...


class Keep(Protocol):
    """Stores the figures of a day."""

    def __call__(self, ledger: Ledger, made: DayFigures, now_ms: UtcMs, cut: Cut) -> None: ...


def in_one(ledger: Ledger, made: DayFigures, now_ms: UtcMs, cut: Cut) -> None:
    """Marks and figures change together, or not at all."""
    with ledger.transaction():
        ledger.rollups.store(made, now_ms)
        cut()


@dataclass(frozen=True, slots=True)
class Habits:
    """As shipped. `prunable`: up to where a device may take its closed files away; `take`: what a server does with a
    batch."""

    step: exchange.Stepping = exchange.step
    prunable: Callable[[InboxState], Seq] = field(default=lambda state: state.safe)
    take: Take = take_batch
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


def without_dedup(ledger: Ledger, request: Request, now_ms: UtcMs, moment: Moment | None = None) -> int | Refusal:
    """A batch is judged as if nothing of it were here, and stored behind all that is."""
    known = ledger.known(request.journal_id)
    try:
        batch = wire.decode_batch(wire.inflate(request.body))
    except BadBatch:
        return take_batch(ledger, request, now_ms, moment)
    if known is None or not batch.rows or batch.after >= known.received.seq:
        return take_batch(ledger, request, now_ms, moment)
    alone = replace(known, received=Position(Seq(batch.after), batch.previous))
    verdict = judge_request(request, alone) if request.relay is None else judge(batch, alone)
    if not isinstance(verdict, Accept):
        return take_batch(ledger, request, now_ms, moment)
    at, rows = known.received, []
    for each in verdict.rows:
        fact = structs.replace(each.fact, seq=Seq(at.seq + 1))
        row = encode(fact)
        at = extend(known.secret, at, row)
        rows.append(Row(at.seq, row, at.chain))
    ledger.apply(request.journal_id, Accept(tuple(rows), at, Head(at.seq, at.chain, batch.head.signature)), now_ms)
    return int(at.seq)


BROKEN: Mapping[str, Habits] = {
    "takes again what it has": Habits(take=without_dedup),
    "prunes what is received and not safe": Habits(prunable=lambda state: state.received),
    "ignores a lower watermark": Habits(step=deaf),
    "keeps figures without a transaction around them": Habits(keep=in_two),
    "takes another history for its own": Habits(step=credulous),
}
"""Each with one habit that no machine may have."""
