"""Patterns in how counters, hours and people worked: words for a human who looks, never a verdict. Pure.

Every pattern is `k` of `n`: of so many chances, how often. A group is held against the others of its sort: their share
is the median of the others' shares, each with one chance added on either side (Laplace), so that one or two who are
like it, or a few who never did it, do not set the measure. It is named where so many would come by chance less often
than once in LIMIT, the outer limit of a funnel plot (Spiegelhalter 2005, "Funnel plots for comparing institutional
performance", Statistics in Medicine 24), and where it happened LEAST times at least.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum
from math import exp, lgamma, log
from statistics import median

from sync.audit_terms import GAVE_PRIORITY, TICKETLESS, TRANSFER, Audit, Call, Deed

LEAST = 5
"""Below so many, nothing is named: chance rules small numbers."""
LEAST_CHANCES = 8
LIMIT = 0.001
"""One-sided: the outer limit of a funnel plot, three standard deviations."""
SOON_MS = 10 * 60_000
"""A ticket that is called again within this time was called soon."""
STALE_MS = 5 * 60_000
"""A counter that is free for so long while somebody waits for it has let one chance go by."""
OFFICE_HANDS = frozenset({"office", "kiosk"})


class Sort(Enum):
    """By what things are grouped."""

    COUNTER = "counter"
    HOUR = "hour"
    STAFF = "staff"


class Name(Enum):
    """Every pattern that can be named."""

    QUICK_NO_SHOW = "quick-no-show"
    NO_SHOW_CAME_BACK = "no-show-came-back"
    TICKETLESS = "ticketless"
    TRANSFER_THEN_CALL = "transfer-then-call"
    HAND_PICK = "hand-pick"
    GAVE_PRIORITY = "gave-priority"
    NEGLECT = "neglect"


@dataclass(frozen=True, slots=True)
class Pattern:
    """`name` stands out in this group: `k` of `n` here, a share of `usual` in the other groups of its sort.

    `typical_ms`: for a quick no-show the median from call to no-show; for neglect the longest time; else None.
    """

    name: Name
    sort: Sort
    group: str
    k: int
    n: int
    usual: float
    typical_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Chance:
    """One chance for a pattern: where, when, by whom, and whether it happened (`ms`: how long it took)."""

    counter: int | None
    staff: str
    at_ms: int
    hit: bool
    ms: int | None = None


def patterns(audits: Iterable[Audit], zone: tzinfo, *, limit: float = LIMIT, least: int = LEAST) -> list[Pattern]:
    """Whatever stands out in these days, of which the office's hours are told in `zone`. `limit` and `least` are
    parameters to show in a test what they are for."""
    days = list(audits)
    found: list[Pattern] = []
    for name, chances_of in _CHANCES.items():
        chances = [chance for audit in days for chance in chances_of(audit) if chance.staff not in OFFICE_HANDS]
        for sort in Sort:
            groups: dict[str, list[_Chance]] = {}
            for chance in chances:
                group = _group(sort, chance, zone)
                if group is not None:
                    groups.setdefault(group, []).append(chance)
            found += _outside(name, sort, groups, limit, least)
    return found


def shares(audits: Iterable[Audit], name: Name, sort: Sort, zone: tzinfo) -> dict[str, tuple[int, int]]:
    """(k, n) of every group, whether it stands out or not: what a table shows."""
    found: dict[str, tuple[int, int]] = {}
    for audit in audits:
        for chance in _CHANCES[name](audit):
            group = _group(sort, chance, zone)
            if group is not None and chance.staff not in OFFICE_HANDS:
                k, n = found.get(group, (0, 0))
                found[group] = (k + chance.hit, n + 1)
    return found


def _group(sort: Sort, chance: _Chance, zone: tzinfo) -> str | None:
    match sort:
        case Sort.COUNTER:
            return None if chance.counter is None else str(chance.counter)
        case Sort.STAFF:
            return chance.staff
        case _:
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=chance.at_ms)
            return f"{moment.astimezone(zone).hour:02}"


def _outside(name: Name, sort: Sort, groups: dict[str, list[_Chance]], limit: float, least: int) -> Iterator[Pattern]:
    tallies = {group: (sum(each.hit for each in chances), len(chances)) for group, chances in groups.items()}
    for group in sorted(tallies):
        k, n = tallies[group]
        others = [(k_ + 1) / (n_ + 2) for other, (k_, n_) in tallies.items() if other != group and n_ >= LEAST_CHANCES]
        if k < least or n < LEAST_CHANCES or not others:
            continue
        usual = median(others)
        if at_least(k, n, usual) < limit:
            took = sorted(each.ms for each in groups[group] if each.hit and each.ms is not None)
            typical = (took[-1] if name is Name.NEGLECT else took[len(took) // 2]) if took else None
            yield Pattern(name, sort, group, k, n, usual, typical)


def at_least(k: int, n: int, p: float) -> float:
    """The chance of `k` or more in `n` where each comes with chance `p` (0 < p < 1): the binomial's upper tail."""
    return min(sum(exp(_log_term(each, n, p)) for each in range(k, n + 1)), 1.0)


def _log_term(k: int, n: int, p: float) -> float:
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return ways + k * log(p) + (n - k) * log(1 - p)


# The chances of each pattern ----------------------------------------------------------------------------------------


def _of_call(call: Call, hit: bool, ms: int | None = None) -> _Chance:
    return _Chance(call.counter, call.staff, call.at_ms, hit, ms)


def _of_deed(deed: Deed) -> _Chance:
    return _Chance(deed.counter, deed.staff, deed.at_ms, True)


def _quick_no_shows(audit: Audit) -> Iterator[_Chance]:
    """Of the calls: those that were ended as a no-show before the rule's time."""
    for call in audit.calls:
        ms = None if call.ended_ms is None else call.ended_ms - call.at_ms
        quick = call.how == "no-show" and (call.early is not None or (ms or 0) < audit.rule.no_show_ms)
        yield _of_call(call, quick, ms)


def _came_back(audit: Audit) -> Iterator[_Chance]:
    """Of the calls: those that were ended as a no-show, and the citizen was there again soon."""
    for call in audit.calls:
        back = call.back_ms is not None and call.ended_ms is not None and call.back_ms - call.ended_ms <= SOON_MS
        yield _of_call(call, back)


def _without_ticket(audit: Audit) -> Iterator[_Chance]:
    """Of the services: those without a ticket."""
    yield from (_of_call(call, hit=False) for call in audit.calls if call.how == "finished")
    yield from (_of_deed(deed) for deed in audit.deeds if deed.what == TICKETLESS)


def _transferred_and_called(audit: Audit) -> Iterator[_Chance]:
    """Of the calls: those of a ticket that the same person had transferred shortly before."""
    moved: dict[object, list[Deed]] = {}
    for deed in audit.deeds:
        if deed.what == TRANSFER:
            moved.setdefault(deed.ticket, []).append(deed)
    for call in audit.calls:
        mine = [deed for deed in moved.get(call.ticket, []) if deed.staff == call.staff and deed.seq < call.seq]
        yield _of_call(call, any(call.at_ms - deed.at_ms <= SOON_MS for deed in mine))


def _by_hand(audit: Audit) -> Iterator[_Chance]:
    """Of the calls: those that staff picked."""
    yield from (_of_call(call, call.why != "rule") for call in audit.calls)


def _priority_given(audit: Audit) -> Iterator[_Chance]:
    """Of the services, each one a chance to give somebody priority: how often it was given."""
    yield from (_of_call(call, hit=False) for call in audit.calls if call.how == "finished")
    yield from (_of_deed(deed) for deed in audit.deeds if deed.what == GAVE_PRIORITY)


def _neglected(audit: Audit) -> Iterator[_Chance]:
    """Every time that a counter is free and somebody waits for it is a chance to call; so is each STALE_MS more that
    goes by without."""
    for idle in audit.idle:
        ms = idle.to_ms - idle.from_ms
        stale = [_Chance(idle.counter, idle.staff, idle.from_ms, hit=True, ms=ms)] * (ms // STALE_MS)
        yield from stale
        yield _Chance(idle.counter, idle.staff, idle.from_ms, hit=False)


_CHANCES: dict[Name, Callable[[Audit], Iterator[_Chance]]] = {
    Name.QUICK_NO_SHOW: _quick_no_shows,
    Name.NO_SHOW_CAME_BACK: _came_back,
    Name.TICKETLESS: _without_ticket,
    Name.TRANSFER_THEN_CALL: _transferred_and_called,
    Name.HAND_PICK: _by_hand,
    Name.GAVE_PRIORITY: _priority_given,
    Name.NEGLECT: _neglected,
}
