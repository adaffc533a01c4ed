"""What raises an alert, and when it ends: a table of conditions with published bounds (docs/alerts.md). Pure.

An alert is an episode: begun once, and over once its condition is gone. Between the bound at which one begins and the
one at which it ends lies a stretch in which it stays as it is, so that a value that sways raises one and not twenty.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from server.backups import LATE_MS as BACKUP_LATE_MS
from server.scoring import GROUP, LATE_MS
from sync.types import UtcMs

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
WINDOW = 20
"""So many scores, the last ones, are looked at together, in whole groups of server.scoring.GROUP."""
LEAST = 10
"""Of fewer nothing is said."""
LOW, HIGH = 300, 325
"""Hundredths of a level: below LOW an alert on scores begins, from HIGH on it is over."""
WAIT_MINUTES = 30
"""Nobody's wait counts as long before that, however short the published time of the service is."""
WAITERS = 3
"""So many have to wait that long; one alone who waits twice that long is enough."""
SILENT_MS = 15 * MINUTE_MS
"""A machine is not heard of for so long while counters are at work."""
OFFICE_SILENT_MS = 24 * HOUR_MS
"""An office that relays here is not heard of for so long."""


class Code(Enum):
    """What is wrong. The values are on record."""

    SCORES_COUNTER = "scores-counter"
    SCORES_SERVICE = "scores-service"
    WAITING = "waiting"
    MACHINE_SILENT = "machine-silent"
    OFFICE_SILENT = "office-silent"
    PAPER = "paper-out"
    BACKUP = "backup-late"
    FORKED = "machine-forked"
    AUDIT = "audit-violation"
    OVERDUE = "followup-overdue"
    LEDGER = "ledger-refuses"


SCORES = frozenset({Code.SCORES_COUNTER.value, Code.SCORES_SERVICE.value})
"""What opens a follow-up."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A score that belongs to a service, and is not disputed."""

    counter: int
    service: str
    at_ms: int
    level: int


@dataclass(frozen=True, slots=True)
class Machine:
    """A paired machine that may send. `forked`: its record has two branches, or another machine has its key."""

    name: str
    contact_ms: int | None
    paper_out: bool = False
    forked: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the conditions look at. `up_ms`: for how long this server has run. `at_work`: counters are, now.

    `scores` in the order in which they came; `waits` by service, in milliseconds; `minutes`: published ones by service;
    `offices`: when each was last heard of; `backup_ms`: when the last verified backup was made; `violations` by day;
    `overdue`: the names of follow-ups whose day is over.
    """

    now_ms: UtcMs
    up_ms: int = 0
    at_work: bool = False
    scores: Sequence[Scored] = ()
    waits: Mapping[str, Sequence[int]] = field(default_factory=dict)
    minutes: Mapping[str, int] = field(default_factory=dict)
    machines: Sequence[Machine] = ()
    offices: Mapping[str, int | None] = field(default_factory=dict)
    backup_late: bool = False
    backup_ms: int | None = None
    violations: Mapping[str, int] = field(default_factory=dict)
    overdue: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A condition holds for `about`. Not `sure`: neither does an alert begin by it, nor does one end."""

    about: str
    value: int
    bound: int
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """`lasts`: what it tells of stays true; such an alert is over once somebody has seen it, and never begins again."""

    code: Code
    look: Callable[[Seen], Iterable[Found]]
    lasts: bool = False


@dataclass(frozen=True, slots=True)
class Begin:
    """Raise this one."""

    code: Code
    found: Found


def decide(
    seen: Seen, open_: Collection[tuple[str, str]], ever: Collection[tuple[str, str]]
) -> tuple[list[Begin], list[tuple[str, str]]]:
    """(the alerts that begin, the open ones that are over). `open_` and `ever`: (code, about) of alerts that are open,
    and of lasting ones that ever were."""
    begins: list[Begin] = []
    over: list[tuple[str, str]] = []
    for rule in RULES:
        code = rule.code.value
        found = {each.about: each for each in rule.look(seen)}
        begins += [
            Begin(rule.code, each)
            for about, each in found.items()
            if each.sure and (code, about) not in open_ and not (rule.lasts and (code, about) in ever)
        ]
        over += [key for key in open_ if key[0] == code and key[1] not in found and not rule.lasts]
    return begins, over


def window(scores: Sequence[Scored], now_ms: int) -> list[int]:
    """The levels of the last WINDOW scores that may be told: whole groups, in order, of which all are LATE_MS old."""
    levels: list[int] = []
    for at in range(0, len(scores) - GROUP + 1, GROUP):
        group = scores[at : at + GROUP]
        if any(each.at_ms > now_ms - LATE_MS for each in group):
            break
        levels += [each.level for each in group]
    return levels[-WINDOW:]


def _scores(of: Callable[[Scored], str]) -> Callable[[Seen], Iterator[Found]]:
    def look(seen: Seen) -> Iterator[Found]:
        by: dict[str, list[Scored]] = {}
        for each in seen.scores:
            by.setdefault(of(each), []).append(each)
        for about, scores in by.items():
            levels = window(scores, seen.now_ms)
            if len(levels) >= LEAST:
                mean = 100 * sum(levels) // len(levels)
                if mean < HIGH:
                    yield Found(about, mean, LOW, mean < LOW)

    return look


def _waiting(seen: Seen) -> Iterator[Found]:
    """In minutes. It stays while anybody waits beyond the bound."""
    for service, waits in seen.waits.items():
        bound = max(WAIT_MINUTES, seen.minutes.get(service, 0))
        longest = max(waits, default=0) // MINUTE_MS
        if longest > bound:
            late = sum(each > bound * MINUTE_MS for each in waits)
            yield Found(service, longest, bound, late >= WAITERS or longest > 2 * bound)


def _silent(seen: Seen) -> Iterator[Found]:
    """In minutes. While nobody works, machines may be switched off; a server that just began has heard of none."""
    for each in seen.machines:
        gone_ms = seen.now_ms - (each.contact_ms or 0)
        if gone_ms > SILENT_MS:
            minutes = gone_ms // MINUTE_MS if each.contact_ms is not None else 0
            yield Found(each.name, minutes, SILENT_MS // MINUTE_MS, seen.at_work and seen.up_ms > SILENT_MS)


def _offices(seen: Seen) -> Iterator[Found]:
    """In hours."""
    for office, contact_ms in seen.offices.items():
        gone_ms = seen.now_ms - (contact_ms or 0)
        if gone_ms > OFFICE_SILENT_MS:
            hours = gone_ms // HOUR_MS if contact_ms is not None else 0
            yield Found(office, hours, OFFICE_SILENT_MS // HOUR_MS, seen.up_ms > SILENT_MS)


def _backup(seen: Seen) -> Iterator[Found]:
    """In hours; 0: there was never one."""
    if seen.backup_late:
        hours = 0 if seen.backup_ms is None else abs(seen.now_ms - seen.backup_ms) // HOUR_MS
        yield Found("", hours, BACKUP_LATE_MS // HOUR_MS)


RULES: tuple[Rule, ...] = (
    Rule(Code.SCORES_COUNTER, _scores(lambda each: str(each.counter))),
    Rule(Code.SCORES_SERVICE, _scores(lambda each: each.service)),
    Rule(Code.WAITING, _waiting),
    Rule(Code.MACHINE_SILENT, _silent),
    Rule(Code.OFFICE_SILENT, _offices),
    Rule(Code.PAPER, lambda seen: (Found(each.name, 0, 0) for each in seen.machines if each.paper_out)),
    Rule(Code.BACKUP, _backup),
    Rule(Code.FORKED, lambda seen: (Found(each.name, 0, 0) for each in seen.machines if each.forked), lasts=True),
    Rule(Code.AUDIT, lambda seen: (Found(day, n, 0) for day, n in seen.violations.items() if n), lasts=True),
    Rule(Code.OVERDUE, lambda seen: (Found(name, days, 0) for name, days in seen.overdue.items())),
)
"""Every condition but one: that the ledger refuses cannot be written while it does (server.watching)."""
LASTING = frozenset(each.code.value for each in RULES if each.lasts)
