"""Who works at the counters of the day, when, and how long a service takes: by seed and number. Pure.

As with citizens, every trait has a stream of its own, and nothing here is about anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, log1p

from kiosk.officeday.arrivals import OPENS_S
from kiosk.officeday.streams import stream

PACE = (0.75, 1.1)
"""An officer's own mean as a part of the standard minutes, from and to (as in the simulated hall of docs/queue.md)."""
SPREAD = 0.7
"""Standard deviation of service times as a part of their mean: some take a moment, few take very long."""
SHORTEST_S = 20.0
LATE_SHARE, LATE_S = 0.15, 1200.0
"""So many officers open their counter so late."""
SKILLED = 0.6
"""Every second officer is trained for this part of the services only; the others for all."""
LUNCH_S = (12 * 3600.0 - OPENS_S, 3600.0)
"""The example calendar's lunch break: when it begins, in seconds after the opening, and how long it is."""
TEA_S = 600.0
PICKS, TICKETLESS = 0.03, 0.04
"""How often, of all times that a counter is free to call: a number picked by hand; somebody served without a ticket."""
PICK_REASONS = ("came-before", "needs-this-counter", "urgent-safety", "supervisor")
TICKETLESS_REASONS = ("question-only", "helped-at-the-door", "finishing-before")
QUESTION_S = (45.0, 240.0)


@dataclass(frozen=True, slots=True)
class Break:
    """A pause: when it is due, in seconds after the opening, how long it is, and its listed reason."""

    begins_s: float
    lasts_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Officer:
    """Who works at counter `number`. `skills`: ids of services, empty: all. `opens_s`: seconds after the opening.

    `pace`: the mean time of a service as a part of its standard.
    """

    number: int
    role: str
    language: str
    skills: tuple[str, ...]
    opens_s: float
    breaks: tuple[Break, ...]
    pace: float

    @property
    def login(self) -> str:
        """The sign-in name."""
        return f"counter{self.number}"


@dataclass(frozen=True, slots=True)
class Aside:
    """Something between two calls that is not by the rule: a listed reason, and how long it takes."""

    reason: str
    lasts_s: float = 0.0


def officers(seed: int, count: int, services: Sequence[str]) -> tuple[Officer, ...]:
    """The officers of counters 1 to `count`. `services`: ids of the catalogue."""
    return tuple(officer(seed, number, services) for number in range(1, count + 1))


def officer(seed: int, number: int, services: Sequence[str]) -> Officer:
    """One of them, however many there are. The first one is a supervisor, on time, and can do everything."""

    def draw(trait: str) -> float:
        return stream(seed, "officer", trait, number).random()

    morning_s, afternoon_s = (hour * 3600 - OPENS_S + 3600 * draw(f"tea at {hour}") for hour in (10, 14))
    tea = (Break(morning_s, TEA_S, "break"), Break(afternoon_s, TEA_S, "break"))
    late = number > 1 and draw("late") < LATE_SHARE
    return Officer(
        number,
        "supervisor" if number == 1 else "staff",
        "my" if draw("language") < 0.15 else "th",
        _skills(seed, number, services),
        LATE_S * draw("how late") if late else -60.0 + 50 * draw("early"),
        tuple(sorted((*tea, Break(*LUNCH_S, "lunch")), key=lambda each: each.begins_s)),
        PACE[0] + (PACE[1] - PACE[0]) * draw("pace"),
    )


def _skills(seed: int, number: int, services: Sequence[str]) -> tuple[str, ...]:
    if number % 2 or len(services) < 2:
        return ()
    known = stream(seed, "officer", "skills", number).sample(list(services), max(round(len(services) * SKILLED), 1))
    return tuple(each for each in services if each in known)


def service_s(seed: int, officer: Officer, citizen: int, service: str, minutes: Mapping[str, int]) -> float:
    """Seconds that this citizen's service takes: log-normal around its standard minutes and the officer's pace."""
    mean_s = minutes.get(service, 15) * 60 * officer.pace
    sigma2 = log1p(SPREAD * SPREAD)
    drawn = stream(seed, "service", citizen, service).lognormvariate(log(mean_s) - sigma2 / 2, sigma2**0.5)
    return max(drawn, SHORTEST_S)


def pick(seed: int, officer: Officer, nth: int) -> Aside | None:
    """Whether the `nth` call of this officer is picked by hand, and the reason."""
    draw = stream(seed, "pick", officer.number, nth)
    return Aside(draw.choice(PICK_REASONS)) if draw.random() < PICKS else None


def ticketless(seed: int, officer: Officer, nth: int) -> Aside | None:
    """Whether somebody without a ticket is served before the `nth` call of this officer."""
    draw = stream(seed, "ticketless", officer.number, nth)
    return Aside(draw.choice(TICKETLESS_REASONS), draw.uniform(*QUESTION_S)) if draw.random() < TICKETLESS else None
