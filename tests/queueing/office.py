"""The offices of the simulated hall and who comes to them: drawn from a seed, told to the day as plain values. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, log1p
from random import Random

MINUTE = 60_000
HOUR = 60 * MINUTE
OPENS, CLOSES = 8 * HOUR + HOUR // 2, 16 * HOUR + HOUR // 2
LUNCH = (12 * HOUR, 13 * HOUR)
"""The hours of the example calendar, in milliseconds after midnight: a lunch break in which numbers are given."""
LOADS = (0.7, 0.8, 0.9, 1.0)
"""Work that comes as a part of the work that the counters can do: a quiet, a usual, a busy and an over-full day."""
STANDARD: Mapping[str, int] = {"a": 6, "b": 10, "c": 10, "d": 15, "e": 20}
"""The services and their published minutes."""
SHARES = (4, 3, 3, 2, 1)
"""How often each is wanted."""
SHARE_OF_PRIORITY = 0.2
AT_THE_DOOR = 0.08
"""This part waits before the doors open."""
PROFILE = ((8.5, 1.5), (9.5, 1.8), (10.5, 1.6), (11.5, 0.9), (12.0, 0.4), (12.9, 0.5), (13.3, 1.5), (14.3, 1.2),
           (15.5, 0.6), (16.25, 0.3))  # fmt: skip
"""(hour, relative rate), straight lines between: a morning and an after-lunch peak. Assumed, as in docs/day.md."""
MORE_SERVICES = (0.85, 0.12, 0.03)
"""Visits of one, two and three services."""
COMES_BACK = 0.6
PARKED, TRANSFERRED = 0.03, 0.04
WALK = (10_000, 40_000)
"""From the chair to the counter, milliseconds."""


@dataclass(frozen=True, slots=True)
class World:
    """What is assumed of all offices; the report also tries worlds that are less kind than the usual one.

    `spread`: standard deviation of service times as a part of their mean, times this. `pace`: their means as a part of
    the standard minutes, from and to. `mood`: how much days differ. `no_show`: the part that misses its first call.
    """

    spread: float = 1.0
    pace: tuple[float, float] = (0.75, 1.1)
    mood: float = 0.08
    no_show: float = 0.06


USUAL = World()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a ticket. `takes`: milliseconds at the counter for each service of the visit, and one to spare for
    a transfer. `misses`: not there at the first call; `back_after`: milliseconds until they are back, None: never.
    `errand`: sent on an errand in the first service, for so long. `sent_on`: the other service that it turns out to be.
    """

    at: int
    services: tuple[str, ...]
    takes: tuple[int, ...]
    priority: bool
    walk: int
    misses: bool = False
    back_after: int | None = None
    errand: int | None = None
    sent_on: str | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """Counters with what each serves; the real mean of each service as a part of its standard; spread of its times."""

    skills: tuple[tuple[str, ...], ...]
    pace: Mapping[str, float]
    spread: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """A day to be played. `pauses`: for each counter, when it takes breaks (begin, length); `opens`: when it opens."""

    office: Office
    load: float
    people: Sequence[Person]
    pauses: tuple[tuple[tuple[int, int], ...], ...]
    opens: tuple[int, ...]


def office(seed: int, world: World = USUAL) -> Office:
    """Three to eight counters; each service at two or more of them, one of them for everything."""
    random = Random(f"office/{seed}")
    count = random.randint(3, 8)
    skills = [set(STANDARD)] + [set(random.sample(sorted(STANDARD), random.randint(2, 4))) for _ in range(count - 1)]
    for service in STANDARD:
        if sum(service in each for each in skills) < 2:
            random.choice(skills[1:]).add(service)
    pace = {service: random.uniform(*world.pace) for service in STANDARD}
    spread = {service: random.uniform(0.55, 0.85) * world.spread for service in STANDARD}
    return Office(tuple(tuple(sorted(each)) for each in skills), pace, spread)


def plan(seed: int, day: int, place: Office, load: float, world: World = USUAL) -> Plan:
    """Who comes on this day, what they need, and when each counter takes its breaks."""
    random = Random(f"day/{seed}/{day}")
    mood = random.lognormvariate(0, world.mood)  # a day is a little slower or faster as a whole
    mean = sum(share * STANDARD[each] * place.pace[each] for each, share in zip(STANDARD, SHARES, strict=True))
    calls = sum(number * part for number, part in enumerate(MORE_SERVICES, 1)) + PARKED + TRANSFERRED
    work = calls * (mean / sum(SHARES) * mood + sum(WALK) / 2 / MINUTE)
    minutes = (CLOSES - OPENS - (LUNCH[1] - LUNCH[0])) / MINUTE - 20
    count = round(load * minutes * len(place.skills) / work)
    people = sorted((_person(random, place, mood, world) for _ in range(count)), key=lambda person: person.at)
    pauses = tuple(
        ((random.randint(10 * HOUR, 11 * HOUR), 10 * MINUTE), (random.randint(14 * HOUR, 15 * HOUR), 10 * MINUTE))
        for _ in place.skills
    )
    late = [OPENS] * (len(place.skills) - 1) + [OPENS + random.choice([0, 30, 60]) * MINUTE]
    return Plan(place, load, people, pauses, tuple(late))


def _person(random: Random, place: Office, mood: float, world: World) -> Person:
    at = OPENS if random.random() < AT_THE_DOOR else _arrival(random)
    (number,) = random.choices((1, 2, 3), MORE_SERVICES)
    services = tuple(_some_services(random, number))
    (other,) = random.choices(list(STANDARD), SHARES)
    misses = random.random() < world.no_show
    return Person(
        at + random.randint(0, MINUTE),
        services,
        tuple(_takes(random, place, each, mood) for each in (*services, other)),
        random.random() < SHARE_OF_PRIORITY,
        random.randint(*WALK),
        misses,
        random.randint(3, 20) * MINUTE if misses and random.random() < COMES_BACK else None,
        random.randint(10, 30) * MINUTE if random.random() < PARKED else None,
        other if random.random() < TRANSFERRED and other not in services else None,
    )


def _some_services(random: Random, number: int) -> list[str]:
    found: list[str] = []
    while len(found) < number:
        (one,) = random.choices(list(STANDARD), SHARES)
        if one not in found:
            found.append(one)
    return found


def _takes(random: Random, place: Office, service: str, mood: float) -> int:
    """Log-normal, with the mean and the spread of this office."""
    spread = place.spread[service]
    mean = STANDARD[service] * place.pace[service] * mood * MINUTE
    sigma2 = log1p(spread * spread)
    return max(round(random.lognormvariate(log(mean) - sigma2 / 2, sigma2**0.5)), 20_000)


def _arrival(random: Random) -> int:
    """One draw from the profile, by refusing what lies above its lines."""
    highest = max(rate for _, rate in PROFILE)
    while True:
        hour, height = random.uniform(PROFILE[0][0], PROFILE[-1][0]), random.uniform(0, highest)
        for (a, rate), (b, then) in pairwise(PROFILE):
            if a <= hour <= b and height <= rate + (then - rate) * (hour - a) / (b - a):
                return int(hour * HOUR)
