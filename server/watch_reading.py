"""What the conditions of alerts look at (server.alerts), read from the ledger by a connection that cannot write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server import episodes, reading
from server.alerts import LASTING, Scored
from server.audits import Audits
from server.database import Db
from server.episodes import Alert, Followup
from server.errors import NoSuchDay
from server.followups import left
from server.rollups import bodies_of
from server.scoring import Press
from server.sla import level_of, scores_of
from server.visits import visits_of

DAYS = 5
"""Scores of so many office days are looked at: a window of few visitors a day fills over several."""
AUDITED = 2
"""So many days are audited, the running one last: a violation that came to light later is one of the report."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is on record of alerts: this server's own open ones; (code, about) of lasting ones that ever were;
    follow-ups that are not closed."""

    alerts: tuple[Alert, ...]
    ever: frozenset[tuple[str, str]]
    followups: tuple[Followup, ...]


def held(db: Db) -> Held:
    """The same for a connection that sees this server's own journals alone (server.lens)."""
    found = tuple(each for each in episodes.alerts(db, episodes.NEVER_MS) if each.ended_ms is None)
    ever = frozenset((code, about) for code in LASTING for about in episodes.raised_ever(db, code))
    return Held(found, ever, tuple(episodes.followups(db, episodes.NEVER_MS)))


def overdue(of: Held, today: date) -> dict[str, int]:
    """The follow-ups whose day is over and which nobody answered, with the days since."""
    lefts = [(each.name, left(each, today)) for each in of.followups if each.answered_ms is None]
    return {f"{name.journal}:{name.seq}": -days for name, days in lefts if days < 0}


class Scores:
    """The scores of the last days that belong to a service. A day that is over is read once for each number of presses
    that it has, the running one each time: for the auditor's thread."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, list[Scored]]] = {}

    def read(self, db: Db) -> tuple[Scored, ...]:
        """In the order in which they came."""
        found = {}
        for number, day in enumerate(_days(db, DAYS)):
            presses = [each for machine in reading.presses(db, day) for each in machine]
            known = self._known.get(day)
            if not number or known is None or known[0] != len(presses):
                known = len(presses), _scored(db, day, presses)
            found[day] = known
        self._known = found
        return tuple(sorted((each for _, day in found.values() for each in day), key=lambda each: each.at_ms))


def violations(db: Db, audits: Audits) -> Mapping[str, int]:
    """How many calls of the last days were against the rule, by day. For the auditor's thread: a day takes seconds."""
    found = {}
    for day in _days(db, AUDITED):
        try:
            found[day] = len(audits.day(db, day).found.audit.violations)
        except NoSuchDay:
            continue
    return found


def _days(db: Db, most: int) -> list[str]:
    """The last office days, the newest first."""
    query = "SELECT DISTINCT day FROM days ORDER BY day DESC LIMIT ?"
    return [day for (day,) in db.execute(query, (most,))]


def _scored(db: Db, day: str, presses: Sequence[Press]) -> list[Scored]:
    if not presses:
        return []
    scored, _ = scores_of(visits_of(bodies_of(db, None, day)).visits, presses)
    counted = ((visit, level_of(of_visit)) for visit, of_visit in scored)
    return [
        Scored(press.counter, visit.service, press.at_ms, press.level) for visit, press in counted if press is not None
    ]
