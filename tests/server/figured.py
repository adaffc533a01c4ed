"""Days with figures, for the pages that show them."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from server.database import Db
from server.histogram import Histogram
from server.rollups import DayFigures, Rollups
from server.sla import Cell, Key
from server.visits import Stint
from sync.types import UtcMs

HOUR_MS = 3_600_000
SERVICES = ("register", "civil-copy", "building-permit")


def figured(db: Db, office: str, first: date, days: int, *, a_day: int = 70, seed: int = 1) -> None:
    """Store figures of so many working days of an office, from `first` on; about `a_day` visits each."""
    for made in days_of(office, first, days, a_day, Random(seed)):
        Rollups(db).store(made, UtcMs(1_790_000_000_000))


def days_of(office: str, first: date, days: int, a_day: int, random: Random) -> Iterator[DayFigures]:
    """Those days. Saturdays and Sundays are closed."""
    for day in (first + timedelta(number) for number in range(days)):
        if day.weekday() > 4:
            continue
        cells: dict[Key, Cell] = {}
        for _ in range(random.randrange(a_day - 10, a_day + 10)):
            hour, service = random.choice((8, 9, 9, 10, 10, 11, 13, 14, 15)), random.choice(SERVICES)
            key = Key(hour, service, random.randrange(1, 5))
            cells[key] = cells.get(key, Cell()) + a_visit(random)
        lost = Key(15, SERVICES[0], 0)
        cells[lost] = cells.get(lost, Cell()) + Cell(tickets=3, carried=2, cancelled=1)
        cells[Key(9, "", 1)] = Cell(unattached=random.randrange(3))
        at_work = (Stint(1, UtcMs(0), UtcMs(1)),)
        hours = {hour: random.randrange(2 * HOUR_MS, 4 * HOUR_MS) for hour in (8, 9, 10, 11, 13, 14, 15)}
        yield DayFigures(office, day.isoformat(), cells, at_work, hours=hours)


def a_visit(random: Random) -> Cell:
    """Served, as a rule."""
    waited, took = int(random.lognormvariate(13.4, 0.8)), int(random.lognormvariate(12.8, 0.6))
    waits = Histogram.of([waited])
    if random.random() < 0.06:
        return Cell(tickets=1, no_show=1, missed=1, waits=waits)
    score = {f"level_{random.choice((5, 5, 5, 4, 4, 3, 2, 1))}": 1} if random.random() < 0.45 else {}
    return Cell(
        tickets=1, served=1, priority=random.random() < 0.1, by_hand=random.random() < 0.02, waited_ms=waited,
        served_ms=took, judged=1, within=took < 600_000, disputed=random.random() < 0.01, waits=waits,
        serves=Histogram.of([took]), **score,
    )  # fmt: skip
