"""What the days of the hall come to: waits by load and class, overtaking, and how printed ranges held. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sync.estimate import MINUTE_MS, WaitingRange
from sync.facts_office import RuleAdopted
from sync.tickets import OPEN
from sync.took import Took, together
from sync.types import UtcMs
from tests.queueing.hall import Done, Hall
from tests.queueing.office import LOADS, World, office, plan

ORDINARY, PRIORITY = "ordinary", "priority"
CLASSES = (ORDINARY, PRIORITY)
DAYS_AN_OFFICE = 8
"""An office is played for so many days on end, so that it has days before; each load comes twice."""
NO_CAP = 10**9


def rule(rate: int, cap: int, returned: int = 3, parked: int = 0) -> RuleAdopted:
    """A setting of the calling rule."""
    return RuleAdopted(UtcMs(0), priority_rate=rate, overtakes=cap, returned_place=returned, parked_place=parked)


OURS = RuleAdopted(UtcMs(0))
"""The settings that a release adopts."""
FIRST_COME, STRICT, CHOSEN = "first-come", "strict priority", "ours"
RULES: Mapping[str, RuleAdopted] = {
    FIRST_COME: rule(1, NO_CAP),
    STRICT: rule(NO_CAP, NO_CAP),
    "×2, cap 5": rule(2, 5),
    "×3, cap 3": rule(3, 3),
    CHOSEN: OURS,
    "×3, cap 10": rule(3, 10),
    "×3, no cap": rule(3, NO_CAP),
    "×5, cap 5": rule(5, 5),
}
PLACES: Mapping[str, RuleAdopted] = {
    "at once": rule(OURS.priority_rate, OURS.overtakes, 0, 0),
    "after 3": rule(OURS.priority_rate, OURS.overtakes, 3, 3),
    "after 10": rule(OURS.priority_rate, OURS.overtakes, 10, 10),
}
"""Where tickets come back to, both from a missed call and from an errand."""


@dataclass(frozen=True, slots=True)
class Told:
    """A ticket that was told a range: its real wait in minutes, the range, the same unrounded, the last wait before."""

    load: float
    kind: str
    waited: float
    printed: WaitingRange
    exact: tuple[float, float]
    last: float | None


@dataclass(slots=True)
class Sums:
    """Figures of many days. `waits`: minutes to the first call by (load, class). `overtaken`: the most, by load.

    `over`: tickets that were carried over. `untold`: tickets that were told no range. `missed`, `errand`: minutes from
    coming back, after a missed call or from an errand, to the call.
    """

    waits: dict[tuple[float, str], list[float]] = field(default_factory=dict)
    overtaken: dict[float, int] = field(default_factory=dict)
    over: int = 0
    days: int = 0
    missed: list[float] = field(default_factory=list)
    errand: list[float] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    untold: int = 0

    def add(self, load: float, done: Done) -> None:
        """One more day."""
        self.days += 1
        for ticket in done.live.tickets.values():
            kind = PRIORITY if ticket.priority else ORDINARY
            self.overtaken[load] = max(self.overtaken.get(load, 0), ticket.overtaken)
            self.over += ticket.status in OPEN
            waited = done.took.waits.get(ticket.name)
            if waited is None:
                continue
            self.waits.setdefault((load, kind), []).append(waited / MINUTE_MS)
            promise = done.promises.get(ticket.name)
            if promise is None:
                continue
            told, last = promise.told, promise.last_ms
            if told.range is None or told.exact is None:
                self.untold += 1
                continue
            before = last / MINUTE_MS if last is not None else None
            self.told.append(Told(load, kind, waited / MINUTE_MS, told.range, told.exact, before))
        self.missed += [ms / MINUTE_MS for ms in done.missed_ms]
        self.errand += [ms / MINUTE_MS for ms in done.errand_ms]

    def join(self, other: "Sums") -> None:
        """The figures of other days to these."""
        for key, waits in other.waits.items():
            self.waits.setdefault(key, []).extend(waits)
        for load, most in other.overtaken.items():
            self.overtaken[load] = max(self.overtaken.get(load, 0), most)
        self.over, self.days, self.untold = self.over + other.over, self.days + other.days, self.untold + other.untold
        self.missed += other.missed
        self.errand += other.errand
        self.told += other.told

    def of(self, kind: str, load: float | None = None) -> "Waits":
        """The waits of a class, at one load or at all."""
        wanted = [waits for (at, who), waits in self.waits.items() if who == kind and load in (None, at)]
        return Waits.of([each for waits in wanted for each in waits])

    def most_overtaken(self, load: float | None = None) -> int:
        """The most that any ticket was overtaken, at one load or at all."""
        return max(most for at, most in self.overtaken.items() if load in (None, at))


@dataclass(frozen=True, slots=True)
class Waits:
    """Minutes: mean, middle, 90th and 95th of a hundred, longest."""

    count: int
    mean: float
    p50: float
    p90: float
    p95: float
    longest: float

    @classmethod
    def of(cls, waits: Sequence[float]) -> "Waits":
        """Of these minutes; all 0 where there are none."""
        if not waits:
            return cls(0, 0.0, 0.0, 0.0, 0.0, 0.0)
        up = sorted(waits)
        p50, p90, p95 = (up[min(int(share * len(up)), len(up) - 1)] for share in (0.5, 0.9, 0.95))
        return cls(len(up), sum(up) / len(up), p50, p90, p95, up[-1])


def play_office(seed: int, rules: Mapping[str, RuleAdopted], tells: Iterable[str], world: World) -> dict[str, Sums]:
    """One office for its days, under each rule with the same people; those named in `tells` tell ranges."""
    place, wanted = office(seed, world), set(tells)
    plans = [plan(seed, day, place, LOADS[day % len(LOADS)], world) for day in range(DAYS_AN_OFFICE)]
    found: dict[str, Sums] = {}
    for name, adopted in rules.items():
        sums, days = Sums(), list[Took]()
        for today in plans:
            done = Hall(today, adopted, name in wanted, together(days)).play()
            days.append(done.took)
            sums.add(today.load, done)
        found[name] = sums
    return found
