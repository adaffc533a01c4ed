"""How printed ranges held in the hall, beside two controls, and what else the hall must show. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from sync.estimate import PastError, past_error, spoken
from tests.queueing.figures import CHOSEN, CLASSES, FIRST_COME, NO_CAP, ORDINARY, PRIORITY, RULES, STRICT, Sums, Told
from tests.queueing.office import LOADS

INSIDE_AT_LEAST, LATER_AT_MOST = 0.70, 0.15
"""The bars of the printed range: at every load, for both classes."""
PRIORITY_HALVED = 0.6
"""With priority one waits at most this part of the time that first-come would take, on average."""
ORDINARY_GIVES = 1.2
"""Without it one waits at most so many times as long."""

ROUNDED, UNROUNDED, LAST_SERVED = "as printed", "not rounded", "the wait of the one called last"
WAYS = (ROUNDED, UNROUNDED, LAST_SERVED)
"""Ours, and the two controls."""
LAST_WITHIN = (0.8, 1.2)
"""The range around the last wait, rounded as ours."""


def held(told: Iterable[Told], way: str = ROUNDED) -> PastError | None:
    """How ranges of this kind would have held."""
    if way == ROUNDED:
        return past_error((each.printed, each.waited) for each in told)
    if way == LAST_SERVED:
        low, high = LAST_WITHIN
        return past_error((spoken(t.last * low, t.last * high), t.waited) for t in told if t.last is not None)
    known = list(told)
    if not known:
        return None
    inside = sum(each.exact[0] <= each.waited <= each.exact[1] for each in known)
    later = sum(each.waited > each.exact[1] for each in known)
    return PastError(len(known), inside / len(known), later / len(known))


def cells(told: Sequence[Told]) -> dict[tuple[float | None, str | None], list[Told]]:
    """All; by class; by load; by both. Keys are (load, class), None for all."""
    return {
        (load, kind): [each for each in told if load in (None, each.load) and kind in (None, each.kind)]
        for load in (None, *LOADS)
        for kind in (None, *CLASSES)
    }


def misses(told: Sequence[Told], way: str = ROUNDED) -> list[str]:
    """The cells in which the bars do not hold."""
    found = []
    for (load, kind), some in cells(told).items():
        error = held(some, way)
        if error is None or not _good(error):
            shown = f"{error.inside:.0%} inside, {error.later:.0%} later" if error else "nobody"
            found.append(f"load {load or 'any'}, {kind or 'everybody'}: {shown}")
    return found


def _good(error: PastError) -> bool:
    return error.inside >= INSIDE_AT_LEAST and error.later <= LATER_AT_MOST


# What the hall must show -------------------------------------------------------------------------------------------


def broken(found: Mapping[str, Sums], worlds: Mapping[str, Sums]) -> list[str]:
    """What does not hold, in words; empty: all does. That each control misses its bar is part of it."""
    told, ours = found[CHOSEN].told, found[CHOSEN]
    faults = [f"the printed range: {each}" for each in misses(told)]
    for name, sums in worlds.items():
        error = held(sums.told)
        if error is None or not _good(error):
            faults.append(f"the printed range in the world {name!r}: {error}")
    faults += [f"the control {way!r} misses no bar" for way in (UNROUNDED, LAST_SERVED) if not misses(told, way)]
    for name, sums in found.items():
        cap, most = RULES[name].overtakes, sums.most_overtaken()
        if most > cap:
            faults.append(f"{name}: a ticket was overtaken {most} times, the cap is {cap}")
        if cap == NO_CAP and name != FIRST_COME and most <= RULES[CHOSEN].overtakes:
            faults.append(f"the control {name!r} overtakes nobody more often than ours")
    first = found[FIRST_COME]
    priority = ours.of(PRIORITY).mean / first.of(PRIORITY).mean
    ordinary = ours.of(ORDINARY).mean / first.of(ORDINARY).mean
    if priority > PRIORITY_HALVED:
        faults.append(f"with priority one still waits {priority:.0%} of the time")
    if ordinary > ORDINARY_GIVES:
        faults.append(f"without priority one waits {ordinary:.0%} of the time")
    if found[STRICT].of(ORDINARY).p95 <= ours.of(ORDINARY).p95:
        faults.append("under strict priority nobody waits longer than under ours: the hall proves little")
    return faults
