"""The settings of an office, as an administrator gives them: its counters, its calling rule. Jobs for server.writer.

Counters are as they are set at once, open ones too. The rule changes with the office day, since whoever took a ticket
was told by which rule it would be called; before the first ticket of a day nobody was, and it changes at once.
"""

from collections.abc import Sequence
from dataclasses import replace

from server import equipment, queue
from server.errors import ActRefused
from server.ledger import Ledger
from sync.facts_office import CounterSetup, RuleAdopted
from sync.live import Live
from sync.types import UtcMs

LIMITS: dict[str, tuple[int, int]] = {
    "priority_rate": (1, 10),
    "overtakes": (0, 20),
    "returned_place": (0, 20),
    "parked_place": (0, 20),
    "recalls": (2, 5),
    "no_show_s": (90, 600),
}
"""The least and the most of each setting of the rule. Two recalls and 90 seconds at least: somebody may be in the
washroom, or slow on their feet."""


def set_counters(
    ledger: Ledger, counters: Sequence[CounterSetup], seen: Sequence[CounterSetup], by: str, at: queue.Moment
) -> None:
    """These are the counters of the office now. `seen`: those that whoever changes them saw. Raises ActRefused."""
    at = queue.steady(ledger, at)
    queue.turn(ledger, at)
    live = queue.live_of(ledger)
    if tuple(seen) != in_order(live):
        raise ActRefused("settings-changed", "somebody else changed the counters", hint="Look at them again.")
    skills, offered = ledger.people.skills(), ledger.held.services()
    bodies = equipment.set_counters(live, counters, skills, offered, by, at.now_ms)
    if bodies:
        queue.commit(ledger, bodies, at.instant)


def in_order(live: Live) -> tuple[CounterSetup, ...]:
    """The counters as they are set, by number."""
    return tuple(live.setups[number] for number in sorted(live.setups))


def adopt_rule(ledger: Ledger, rule: RuleAdopted, at: queue.Moment) -> bool:
    """Call by this rule: True, from now on; False, from the next office day on."""
    at = queue.steady(ledger, at)
    queue.turn(ledger, at)
    live = queue.live_of(ledger)
    wanted = replace(rule, now_ms=at.now_ms)
    if replace(live.rule, now_ms=at.now_ms) == wanted:
        ledger.held.keep_rule(None)
        return True
    if live.admitted:
        ledger.held.keep_rule(wanted)
        return False
    ledger.held.keep_rule(None)
    queue.commit(ledger, [wanted], at.instant)
    return True


def rule_of(values: dict[str, int]) -> RuleAdopted | None:
    """The rule with these settings, named as in LIMITS; None where one is missing or beyond its limits."""
    if any(not low <= values.get(name, -1) <= high for name, (low, high) in LIMITS.items()):
        return None
    return RuleAdopted(
        UtcMs(0),
        priority_rate=values["priority_rate"],
        overtakes=values["overtakes"],
        returned_place=values["returned_place"],
        parked_place=values["parked_place"],
        recalls=values["recalls"],
        no_show_ms=values["no_show_s"] * 1000,
    )


def values_of(rule: RuleAdopted) -> dict[str, int]:
    """The settings of a rule, named as in LIMITS."""
    named = {name: getattr(rule, name) for name in LIMITS if name != "no_show_s"}
    return named | {"no_show_s": rule.no_show_ms // 1000}
