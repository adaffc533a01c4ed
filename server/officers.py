"""Scores by officer: of a whole month that is over, from MONTH_LEAST scores on, for who holds the right to see them.

They are an officer's personal data. Months do not overlap, and one that is over no longer grows but by what comes late:
no two looks can be held against each other to tell a single score of yesterday.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from server import reading
from server.database import Db
from server.opinion import FEWEST_RANKED, Opinion
from server.rollups import bodies_of
from server.scoring import Press
from server.sla import level_of, scores_of
from server.visits import Outcome, Visited, visits_of

MONTH_LEAST = FEWEST_RANKED


@dataclass(frozen=True, slots=True)
class Officer:
    """How many somebody served in a month, and how that was scored."""

    staff: str
    opinion: Opinion

    @property
    def mean(self) -> float | None:
        """1 to 5; None: of fewer than MONTH_LEAST scores nothing is told."""
        return self.opinion.mean if self.opinion.n >= MONTH_LEAST else None

    @property
    def percent(self) -> float | None:
        """The mean as a share of five; None as above."""
        return self.opinion.percent if self.opinion.n >= MONTH_LEAST else None


def officers_of(days: Iterable[tuple[Visited, Sequence[Press]]]) -> list[Officer]:
    """Everybody who called somebody that was then served, by staff id: never in the order of the scores."""
    served = Counter[str]()
    levels: dict[str, Counter[int]] = {}
    disputed = Counter[str]()
    for visited, presses in days:
        done = [each for each in visited.visits if each.outcome is Outcome.SERVED and each.staff is not None]
        served.update(each.staff for each in done if each.staff is not None)
        for visit, of_visit in scores_of(visited.visits, presses)[0]:
            if visit.staff is None or visit.outcome is not Outcome.SERVED:
                continue
            press = level_of(of_visit)
            if press is None:
                disputed[visit.staff] += 1
            else:
                levels.setdefault(visit.staff, Counter())[press.level] += 1
    return [
        Officer(staff, Opinion(dict(levels.get(staff, {})), served[staff], disputed[staff])) for staff in sorted(served)
    ]


def months(db: Db, today: date) -> list[str]:
    """The months (YYYY-MM) that are over and have days, the last one first."""
    found = db.execute("SELECT DISTINCT day FROM days")
    return sorted({day[:7] for (day,) in found if day[:7] < today.isoformat()[:7]}, reverse=True)


def read(db: Db, month: str) -> list[Officer]:
    """The officers of this server's own office in a month. Takes seconds for a busy one."""
    query = "SELECT DISTINCT day FROM days WHERE day BETWEEN ? AND ? ORDER BY day"
    days = [day for (day,) in db.execute(query, (f"{month}-00", f"{month}-99"))]
    return officers_of(
        (visits_of(bodies_of(db, None, day)), [each for machine in reading.presses(db, day) for each in machine])
        for day in days
    )
