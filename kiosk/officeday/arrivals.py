"""When citizens come: a crowd at the opening, a morning and an after-lunch peak, the last one at closing. Pure."""

from itertools import pairwise

from kiosk.officeday.streams import stream

OPENS_S = 8 * 3600 + 30 * 60
"""Half past eight, in seconds of the day: when the doors of a Thai public office open."""
CLOSES_S = 16 * 3600 + 30 * 60

RUSH_S = 600.0
"""The first ten minutes."""
RUSH_OF = (80, 300)
"""80 of 300 come in the first ten minutes (the day that was asked for); other counts have the same share."""
WAITING_AT_THE_DOOR = 0.4
"""This part of the rush stands outside before the doors open. An assumption: offices here are known for it."""
THROUGH_THE_DOOR_S = 1.5
"""One after the other comes in."""

PROFILE = ((8.67, 1.0), (9.5, 1.6), (10.5, 1.6), (11.5, 0.9), (12.0, 0.4), (12.9, 0.5), (13.3, 1.5), (14.3, 1.2),
           (15.5, 0.6), (16.5, 0.25))  # fmt: skip
"""After the rush: (hour, relative rate), straight lines between. Morning peak, lunch, after-lunch peak, a quiet end."""


def arrivals(seed: int, count: int) -> tuple[float, ...]:
    """Seconds after the opening at which each citizen arrives, in order. The last one comes in the last minute."""
    if count <= 0:
        return ()
    rush = min(max(round(count * RUSH_OF[0] / RUSH_OF[1]), 1), count)
    last = 1 if count > rush else 0
    later = (_later(seed, number) for number in range(count - rush - last))
    closing = (CLOSES_S - OPENS_S - 60 * stream(seed, "arrival", "last").random() for _ in range(last))
    return tuple(sorted([*(_in_the_rush(seed, number, rush) for number in range(rush)), *later, *closing]))


def _in_the_rush(seed: int, number: int, rush: int) -> float:
    if number < round(rush * WAITING_AT_THE_DOOR):
        return min(number * THROUGH_THE_DOOR_S, RUSH_S)
    return RUSH_S * stream(seed, "arrival", "rush", number).random()


def _later(seed: int, number: int) -> float:
    """One draw from the profile, by the area under its straight lines."""
    share = stream(seed, "arrival", "later", number).random()
    areas = [(b - a) * (rate + then) / 2 for (a, rate), (b, then) in pairwise(PROFILE)]
    wanted = share * sum(areas)
    for place, area in enumerate(areas):
        if wanted <= area or place == len(areas) - 1:
            break
        wanted -= area
    (a, rate), (b, then) = PROFILE[place], PROFILE[place + 1]
    slope = (then - rate) / (b - a)
    # rate * x + slope * x² / 2 = wanted
    x = wanted / rate if abs(slope) < 1e-9 else (-rate + max(rate * rate + 2 * slope * wanted, 0.0) ** 0.5) / slope
    return min(max((a + min(x, b - a)) * 3600 - OPENS_S, RUSH_S), CLOSES_S - OPENS_S - 60)
