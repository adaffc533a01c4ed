"""Who comes: each citizen of the day by seed and number, with language, errands, speed, habits and patience. Pure.

Every trait has a stream of its own, so a changed share changes nobody's other traits. Nothing here is about anybody:
the shares are assumptions of ours, said in docs/day.md, to be replaced by an office's own counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kiosk.officeday.streams import stream

SHARES: Mapping[str, float] = MappingProxyType(
    {
        "plain": 0.50,
        "hesitant": 0.10,
        "thorough": 0.08,
        "unsteady": 0.07,
        "parent": 0.05,
        "reach": 0.04,
        "large-text": 0.05,
        "priority": 0.06,
        "walks-away": 0.02,
        "asks-later": 0.03,
    }
)
"""The habits, and how many in a hundred have each.

hesitant: goes back once before taking. thorough: turns the pages of the details. unsteady: touches beside targets.
parent: with a child that mashes screen and buttons first. reach, large-text: need that layout. priority: asks for it
(why is never known). walks-away: leaves in the middle. asks-later: comes back to ask where the ticket stands.
"""

LANGUAGES: Mapping[str, float] = MappingProxyType({"th": 0.65, "en": 0.05, "my": 0.30})
ERRANDS = (0.82, 0.14, 0.04)
"""One, two or three errands on a visit."""

SLOWER: Mapping[str, float] = MappingProxyType(
    {"thorough": 1.3, "unsteady": 1.3, "reach": 1.1, "large-text": 1.4, "hesitant": 1.2, "parent": 1.2}
)
"""Old and distracted readers are slower (Brysbaert 2019 finds it of old adults; how much here is an assumption)."""
SECOND_LANGUAGE: Mapping[str, float] = MappingProxyType({"th": 1.0, "en": 1.2, "my": 1.1})
"""The same message takes the same time in any first language (Brysbaert 2019). Who reads English here seldom has it as
a first language, and many who read Burmese here had few years of school: assumptions."""
SLOWEST, FASTEST = 238 / 175, 238 / 300
"""Most adults read non-fiction at 175 to 300 words a minute, 238 on average (Brysbaert 2019, 190 studies)."""

SCORES = 0.7
"""How many press a score button at all. An assumption; so are the levels, from 5 down to 1."""
LEVELS = (0.45, 0.30, 0.15, 0.06, 0.04)
TWICE, DIFFERENT = 0.06, 0.04
"""Of those who press: the same button twice, or another one right after."""
SCORE_AFTER_S = (300.0, 840.0, 3600.0)
"""Least, most likely and longest time from the ticket to the press: a triangle. There is no calling yet; this stands
for waiting and being served."""


@dataclass(frozen=True, slots=True)
class Child:
    """What a child does before the parent gets there: `touches` on the screen as parts of its width and height, and
    `presses` of score buttons, each with the second it comes."""

    touches: tuple[tuple[float, float, float], ...]
    presses: tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True)
class Citizen:
    """One citizen. `errands`: ids of the catalogue. `reading`: how much longer than the average reader, 1.0 = as long.

    `line`: turns away where as many stand before the kiosk; None: waits. `anyway`: takes a number though it may come
    too late today. `score`: levels pressed in a row, empty: none; `score_after_s`: seconds after the ticket.
    """

    number: int
    persona: str
    language: str
    errands: tuple[str, ...]
    reading: float
    line: int | None
    anyway: bool
    tidy: bool
    away_on: str
    score: tuple[int, ...]
    score_after_s: float
    child: Child | None


def citizens(seed: int, count: int, services: Sequence[str]) -> tuple[Citizen, ...]:
    """The citizens of the day, 1 to `count`, in the order in which they arrive. `services`: ids of the catalogue."""
    return tuple(citizen(seed, number, services) for number in range(1, count + 1))


def citizen(seed: int, number: int, services: Sequence[str], shares: Mapping[str, float] = SHARES) -> Citizen:
    """One of them, whoever else comes. `shares`: how many have each habit."""

    def draw(trait: str) -> float:
        return stream(seed, trait, number).random()

    persona = _pick(shares, draw("persona"))
    language = _pick(LANGUAGES, draw("language"))
    return Citizen(
        number,
        persona,
        language,
        _errands(seed, number, services),
        _reading(draw("reading")) * SLOWER.get(persona, 1.0) * SECOND_LANGUAGE[language],
        None if draw("patience") < 0.8 else 8 + int(30 * draw("line")),
        draw("late") < 0.7,
        draw("tidy") < 0.15,
        "service" if draw("away") < 0.5 else "details",
        _levels(seed, number),
        _triangle(draw("delay")),
        _child(seed, number) if persona == "parent" else None,
    )


def _pick(shares: Mapping[str, float], drawn: float) -> str:
    for name, share in shares.items():
        drawn -= share
        if drawn < 0:
            return name
    return next(iter(shares))


def _errands(seed: int, number: int, services: Sequence[str]) -> tuple[str, ...]:
    """Different services; the first ones of the catalogue are asked for most, as an office orders them."""
    drawn, wanted = stream(seed, "count", number).random(), 1
    for share in ERRANDS[:-1]:
        drawn -= share
        wanted += drawn >= 0
    draw, left, chosen = stream(seed, "errand", number), list(services), list[str]()
    while left and len(chosen) < wanted:
        weights = [1 / (services.index(service) + 2) for service in left]
        chosen.append(draw.choices(left, weights)[0])
        left.remove(chosen[-1])
    return tuple(chosen)


def _reading(drawn: float) -> float:
    """Between the fastest and the slowest of most adults, the average reader in the middle."""
    return FASTEST + (1 - FASTEST) * 2 * drawn if drawn < 0.5 else 1 + (SLOWEST - 1) * (2 * drawn - 1)


def _levels(seed: int, number: int) -> tuple[int, ...]:
    draw = stream(seed, "score", number)
    if draw.random() >= SCORES:
        return ()
    level = draw.choices((5, 4, 3, 2, 1), LEVELS)[0]
    habit = draw.random()
    if habit < TWICE:
        return (level, level)
    return (level, 6 - level if level != 3 else 2) if habit < TWICE + DIFFERENT else (level,)


def _triangle(drawn: float) -> float:
    least, likely, most = SCORE_AFTER_S
    turn = (likely - least) / (most - least)
    if drawn < turn:
        return float(least + (drawn * (most - least) * (likely - least)) ** 0.5)
    return float(most - ((1 - drawn) * (most - least) * (most - likely)) ** 0.5)


def _child(seed: int, number: int) -> Child:
    """Three to six seconds of both hands: seven touches a second, and the buttons in between."""
    draw = stream(seed, "child", number)
    seconds = draw.uniform(3.0, 6.0)
    touches = [(second, draw.random(), draw.random()) for second in _times(seconds, 7.0)]
    presses = [(second, draw.randint(1, 5)) for second in _times(min(seconds, 4.0), 1.5)]
    return Child(tuple(touches), tuple(presses))


def _times(seconds: float, rate: float) -> list[float]:
    return [number / rate for number in range(int(seconds * rate))]
