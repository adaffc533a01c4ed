"""How a counter does today, for whoever works there: served, how long it took beside the published time, who waits
longest. Pure. No colleague's figures: a counter is compared with the standard, not with other people."""

from collections.abc import Mapping
from dataclasses import dataclass

from sync.live import Live
from sync.tickets import QueueTicket, Status
from sync.types import UtcMs

FEWEST = 3
"""A mean of fewer says nothing, and could be one citizen's."""


@dataclass(frozen=True, slots=True)
class Targets:
    """`minutes`: the mean from call to finish, `standard`: what was published for the same services; None: too few."""

    served: int
    minutes: int | None
    standard: int | None
    longest_minutes: int | None


def targets(live: Live, number: int, standard: Mapping[str, int], now_ms: UtcMs) -> Targets:
    """The counter's day so far. `standard`: published minutes by service."""
    done = [each for each in live.tickets.values() if each.status is Status.SERVED and each.counter == number]
    timed = [each for each in done if each.called_ms is not None and standard.get(each.service)]
    waiting = live.order(live.counter(number).services, now_ms)
    longest = max((now_ms - each.waits_ms for each in waiting), default=None)
    longest_minutes = None if longest is None else max(longest, 0) // 60_000
    if len(timed) < FEWEST:
        return Targets(len(done), None, None, longest_minutes)
    took = sum(_took_ms(each) for each in timed) / len(timed) / 60_000
    published = sum(_published(each, standard) for each in timed) / len(timed)
    return Targets(len(done), round(took), round(published), longest_minutes)


def _took_ms(ticket: QueueTicket) -> int:
    return ticket.at_ms - (ticket.called_ms or ticket.at_ms)


def _published(ticket: QueueTicket, standard: Mapping[str, int]) -> int:
    cases = ticket.cases[len(ticket.services) - 1] if ticket.cases else 1
    return standard[ticket.service] * cases
