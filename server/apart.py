"""The offices that are told apart in a period, a page of them at a time, in the order that was asked for.

Whose scores are told is judged over all offices, whichever are on the page: else what one page hides another one, or
the same one in another order, would tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server import standings
from server.dashboard import scored_by_group, told_of
from server.database import Db
from server.listing import A_PAGE, Asked
from server.offices import in_order
from server.opinion import FEWEST_RANKED
from server.periods import Period

CAME, VISITS, WITHIN, SCORE = "came", "visits", "within", "score"
"""Orders: as they came, most visits, the smallest share within the published time, the lowest mean of scores first. A
share or mean of fewer than FEWEST_RANKED stands behind those: it may mean anything."""
COUNTS: Mapping[str, tuple[str, ...]] = {
    CAME: (),
    VISITS: (standings.VISITS,),
    WITHIN: (standings.WITHIN, standings.JUDGED),
    SCORE: (standings.POINTS, standings.SCORES),
}
"""What each order is made of."""
MOST_ROWS = 60_000
"""So much is read for one page. Of more (thousands of offices over months that are not whole, or over a year) there is
no order but the one in which they came."""
MOST_IN_FILE = 500
"""So many offices are in one file for a spreadsheet."""


@dataclass(frozen=True, slots=True)
class Apart:
    """`ids`: the offices of this page in their order; `more`: others follow. `told`: all whose scores are told.
    `orders`: those that can be asked for."""

    ids: tuple[str, ...]
    more: bool
    told: frozenset[str]
    orders: tuple[str, ...]
    order: str = CAME


def apart(
    db: Db, own: str | None, of: Period, asked: Asked, order: str, most: int = A_PAGE, *, rows: int = MOST_ROWS
) -> Apart:
    """A page of the offices of this server, of which `own` is its own one (None: it does nothing itself)."""
    everybody = in_order(db, asked.words)
    if own is not None and not asked.words:
        everybody = [own, *everybody]
    orders = (
        (CAME, VISITS, WITHIN, *((SCORE,) if scored_by_group(of) else ())) if _can_be_read(db, of, rows) else (CAME,)
    )
    chosen = order if order in orders else CAME
    if chosen == CAME:
        told = told_among(db, of, rows)
    else:
        first, last = of.first.isoformat(), of.last.isoformat()
        counts = standings.standings(db, first, last, (standings.SCORES, *COUNTS[chosen]))
        told = _told({office: scores for office, (scores, *_) in counts.items()}, of)
        everybody = ranked([each for each in everybody if each in counts], counts, chosen, told)
    ids = tuple(everybody[asked.first : asked.first + most])
    return Apart(ids, len(everybody) > asked.first + most, told, orders, chosen)


def told_among(db: Db, of: Period, rows: int = MOST_ROWS) -> frozenset[str]:
    """The offices whose scores are told in this period; none where that is more than may be read."""
    if not scored_by_group(of) or not _can_be_read(db, of, rows):
        return frozenset()
    counts = standings.standings(db, of.first.isoformat(), of.last.isoformat(), (standings.SCORES,))
    return _told({office: scores for office, (scores,) in counts.items()}, of)


def ranked(offices: Sequence[str], of: Mapping[str, tuple[int, ...]], order: str, told: frozenset[str]) -> list[str]:
    """These offices in this order; where two are alike, as they came. `of`: how many scores, and what the order is made
    of."""
    if order == VISITS:
        return sorted(offices, key=lambda each: -of[each][1])

    def least(office: str) -> tuple[bool, float]:
        _, part, whole = of[office]
        behind = office not in told if order == SCORE else whole < FEWEST_RANKED
        return behind, 0.0 if behind else part / whole

    return sorted(offices, key=least)


def _can_be_read(db: Db, of: Period, rows: int) -> bool:
    (many,) = db.execute("SELECT count(*) FROM offices").fetchone()
    return bool(many * standings.rows_of_an_office(of.first.isoformat(), of.last.isoformat()) <= rows)


def _told(scores: Mapping[str, int], of: Period) -> frozenset[str]:
    return frozenset(told_of(scores)) if scored_by_group(of) else frozenset()
