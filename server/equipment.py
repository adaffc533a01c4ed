"""What a counter serves: offered by the office, equipped for, trained for. And what follows for open counters when an
administrator changes one of the three. Pure.
"""

from collections.abc import Collection, Mapping, Sequence

from server.errors import ActRefused
from sync.body import Body
from sync.facts_office import CounterClosed, CounterOpened, CounterPaused, CounterSetup, CountersSet, StaffSkilled
from sync.live import Counter, Live
from sync.types import UtcMs

Skills = Mapping[str, tuple[str, ...]]
"""What each person is trained for, by staff id. Who is not in it, or has none, can do everything."""


def able(
    offered: Collection[str], setups: Mapping[int, CounterSetup], counter: int, skills: Sequence[str]
) -> tuple[str, ...]:
    """What this counter can serve with somebody of these skills, in the order of the offer.

    Without any counter set up, every one is equipped for everything; with some, another one is equipped for nothing.
    """
    setup = setups.get(counter)
    equipped = offered if not setups else setup.services if setup is not None else ()
    trained = skills or offered
    return tuple(each for each in offered if each in equipped and each in trained)


def set_counters(
    live: Live, counters: Sequence[CounterSetup], skills: Skills, offered: Collection[str], by: str, now_ms: UtcMs
) -> tuple[Body, ...]:
    """The facts of these counters, whole; open ones follow at once. Raises ActRefused."""
    wanted = tuple(sorted(counters, key=lambda each: each.counter))
    if wanted == tuple(live.setups[each] for each in sorted(live.setups)):
        return ()
    after = {each.counter: each for each in wanted}
    followed = _follow(live, after, (skills, skills), offered, by, now_ms)
    return (CountersSet(now_ms, wanted), *followed)


def skilled(
    live: Live, told: Skills, skills: Skills, offered: Collection[str], by: str, now_ms: UtcMs
) -> tuple[Body, ...]:
    """The facts of what people are trained for now, where it differs from what was `told`; open counters follow.

    Raises ActRefused.
    """
    everybody = sorted({*told, *skills})
    changed = [each for each in everybody if told.get(each, ()) != skills.get(each, ())]
    if not changed:
        return ()
    facts = (StaffSkilled(now_ms, each, skills.get(each, ())) for each in changed)
    return (*facts, *_follow(live, live.setups, (told, skills), offered, by, now_ms))


def _follow(
    live: Live,
    setups: Mapping[int, CounterSetup],
    skills: tuple[Skills, Skills],
    offered: Collection[str],
    by: str,
    now_ms: UtcMs,
) -> list[Body]:
    """What becomes of the counters that are open. `skills` before and after."""
    before, after = skills
    found: list[Body] = []
    for number in sorted(live.counters):
        counter = live.counters[number]
        if not counter.open:
            continue
        was = able(offered, live.setups, number, before.get(counter.staff or "", ()))
        now = able(offered, setups, number, after.get(counter.staff or "", ()))
        # Whoever opened the counter for a part of what they can do keeps to that part.
        kept = now if set(was) <= set(counter.services) else tuple(each for each in now if each in counter.services)
        if set(kept) != set(counter.services):
            found += _opened_anew(counter, kept, by, now_ms)
    return found


def _opened_anew(counter: Counter, services: tuple[str, ...], by: str, now_ms: UtcMs) -> list[Body]:
    number, staff = counter.counter, counter.staff or by
    if services:
        opened = CounterOpened(now_ms, number, staff, services)
        paused = [CounterPaused(now_ms, number, staff, counter.pause)] if counter.pause is not None else []
        return [opened, *paused]
    if counter.ticket is None:
        return [CounterClosed(now_ms, number, by)]
    message = f"counter {number} has somebody, and would serve nothing any more"
    raise ActRefused("counter-busy", message, hint="Finish there first, then change it.")
