"""What an audit replays: the facts of office days, the parts that a restored office's day is of, and what is missing.

An office that was restored from an old copy has such a day (docs/exchange.md, "Lost"): the copy, with the part that
devices gave back; what was written on the copy before the loss was known; the new journal. Plain values.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sync.audit_terms import Before, Wrong
from sync.codec import Fact
from sync.facts import DayOpened
from sync.types import JournalId, Seq, UtcMs


@dataclass(frozen=True, slots=True)
class Section:
    """The facts of one office day: from its `day.opened` to the next. `whole`: there is a next."""

    day: str
    facts: tuple[Fact, ...]
    whole: bool


def sections(facts: Iterable[Fact]) -> list[Section]:
    """The office days in these facts, in order. What comes before the first `day.opened` is of no day."""
    days: list[tuple[str, list[Fact]]] = []
    for fact in facts:
        day = fact.body.get("day") if fact.kind == DayOpened.kind else None
        if isinstance(day, str):
            days.append((day, []))
        if days:
            days[-1][1].append(fact)
    return [Section(day, tuple(of), number < len(days)) for number, (day, of) in enumerate(days, 1)]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an office day that lies in several journals, for the office was restored from a copy in between.

    `since`: what is told begins here; the facts before it were told by another part, and only make the queue.
    `aside`: written on the copy, instead of what was lost. `back`: some of it was lost and came back.
    """

    section: Section
    before: Before
    since: Seq = Seq(0)  # noqa: RUF009 - a number
    aside: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Facts `first` to `last` of the office's `journal` that nobody has, from `from_ms` (None: not known) to `to_ms` on
    the office's clock. `forged`: facts lie in their place, and the office never signed them."""

    journal: JournalId
    first: Seq
    last: Seq
    from_ms: UtcMs | None
    to_ms: UtcMs
    forged: bool = False

    @property
    def what(self) -> Wrong:
        """What an audit calls it."""
        return Wrong.TAIL_FORGED if self.forged else Wrong.RECORD_LOST
