"""The calling rule: who is next. Pure; docs/queue.md tells it in words, `translations.rule_text` on the wall.

A ticket grows old while it waits, one with priority `priority_rate` times as fast; the oldest is called (accumulating
priority: Stanford, Taylor, Ziedins 2014). The cap is hard: a ticket before which `overtakes` later-admitted
ones were called, at counters that serve it, goes before every later-admitted one. Class, time and service decide, and
nothing else: that is all that the rule is given.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol, TypeVar

from sync.errors import SyncError
from sync.facts_office import RuleAdopted
from sync.types import UtcMs


class UnknownRule(SyncError):
    """A version of the rule that this release does not have."""


class Waiting(Protocol):
    """What the rule may know of a ticket that waits.

    `admitted`: its place in the order of admission. `overtaken`: how many later-admitted ones were called before it,
    at counters that serve it. `hold`: None, or how many others are still called before it, for it came back; `placed`:
    the order of coming back. `carried`: left over from the day before.
    """

    @property
    def admitted(self) -> int: ...

    @property
    def service(self) -> str: ...

    @property
    def priority(self) -> bool: ...

    @property
    def since_ms(self) -> UtcMs: ...

    @property
    def overtaken(self) -> int: ...

    @property
    def hold(self) -> int | None: ...

    @property
    def placed(self) -> int: ...

    @property
    def carried(self) -> bool: ...


AnyWaiting = TypeVar("AnyWaiting", bound=Waiting)
Key = Callable[[Waiting, UtcMs, RuleAdopted], tuple[int, ...]]

NEWEST = 1
"""The version that this release adopts."""


def order(
    waiting: Iterable[AnyWaiting], services: Collection[str], now_ms: UtcMs, rule: RuleAdopted
) -> list[AnyWaiting]:
    """Those that a counter with these services would call, the next one first. Raises UnknownRule."""
    key = _key(rule)
    able = [each for each in waiting if each.service in services]
    return sorted(able, key=lambda each: key(each, now_ms, rule))


def choose(
    waiting: Iterable[AnyWaiting], services: Collection[str], now_ms: UtcMs, rule: RuleAdopted
) -> AnyWaiting | None:
    """The one that a counter with these services calls now; None where none of them waits. Raises UnknownRule."""
    key = _key(rule)
    able = [each for each in waiting if each.service in services]
    return min(able, key=lambda each: key(each, now_ms, rule), default=None)


def is_overtaken(by_admitted: int, ticket: Waiting, services: Collection[str]) -> bool:
    """Whether calling the one admitted as `by_admitted` to a counter with these services overtakes `ticket`.

    A ticket that came back and still waits for its published place is not overtaken: others go first by the rule.
    """
    return ticket.admitted < by_admitted and ticket.service in services and not ticket.hold


def _version_1(ticket: Waiting, now_ms: UtcMs, rule: RuleAdopted) -> tuple[int, ...]:
    if ticket.hold:
        return 4, ticket.hold, ticket.placed
    if ticket.carried:
        return 0, ticket.admitted
    if ticket.overtaken >= rule.overtakes:
        return 1, ticket.admitted
    if ticket.hold is not None:
        return 2, ticket.placed
    rate = rule.priority_rate if ticket.priority else 1
    return 3, -rate * max(now_ms - ticket.since_ms, 0), ticket.admitted


VERSIONS: Mapping[int, Key] = {1: _version_1}
"""Every version that was ever released, for a replay of old days."""


def _key(rule: RuleAdopted) -> Key:
    found = VERSIONS.get(rule.rule)
    if found is None:
        hint = "The day was served by a newer release: replay it with that one."
        raise UnknownRule(f"there is no version {rule.rule} of the calling rule", hint=hint)
    return found
