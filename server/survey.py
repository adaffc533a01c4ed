"""The short survey by dimension, off unless the office asks for it: what is taken, and what is told of it.

One answer a ticket: that a ticket has answered stands in a table beside the record, without the answer, and is
forgotten once it could not answer any more. Figures are told of whole months that are over and of each dimension alone,
from FEWEST_RANKED answers on; a longer time is the sum of what its months tell, and offices are never summed: so
nothing smaller can be reckoned as a difference. Never put together with scores of the buttons.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from server import queue
from server.database import Db
from server.errors import ActRefused
from server.ledger import Ledger
from server.opinion import FEWEST_RANKED, LEVELS, Opinion
from server.queue import Moment
from server.rollups import bodies_of
from server.visits import Outcome, visits_of
from sync.body import TicketName
from sync.facts_survey import DIMENSIONS, QUESTIONS, DimensionScored, SurveyAnswered
from sync.types import Level

Told = Mapping[str, Opinion | None]
"""By dimension; None: too few. Empty: nobody was asked."""


def judged(given: Mapping[str, str]) -> tuple[DimensionScored, ...]:
    """The answers of a form, by dimension: a level, or nothing. Pure. Raises ActRefused."""
    chosen = {dimension: given.get(dimension, "") for dimension in DIMENSIONS}
    levels = {str(level): level for level in LEVELS}
    if any(each and each not in levels for each in chosen.values()):
        raise ActRefused("no-level", "there is no such level", hint="Choose one of the five.")
    answers = tuple(DimensionScored(name, Level(levels[each])) for name, each in chosen.items() if each)
    if not answers:
        raise ActRefused("no-answers", "no question was answered", hint="Answer one at least.")
    return answers


def answer(
    ledger: Ledger, token_hash: str, answers: tuple[DimensionScored, ...], days: int, at: Moment, *, once: bool = True
) -> None:
    """Somebody whose ticket has this token answers: once. Within a transaction. Raises ActRefused.

    `days`: for how long after its service a ticket answers. `once` is left out by the tests' control only.
    """
    queue.must_stand(ledger)
    db = ledger.publications.db
    if once and has_answered(db, token_hash):
        raise ActRefused("answered", "this ticket has answered", hint="Each ticket answers once.")
    gone = date.fromisoformat(at.day) - timedelta(days=days + 1)
    db.execute("DELETE FROM surveyed WHERE day < ?", (gone.isoformat(),))
    db.execute("INSERT INTO surveyed (token, day) VALUES (?, ?) ON CONFLICT DO NOTHING", (token_hash, at.day))
    ledger.append([SurveyAnswered(at.day, answers)], at.instant)


def has_answered(db: Db, token_hash: str) -> bool:
    """Whether the ticket with this token has answered lately."""
    return db.execute("SELECT 1 FROM surveyed WHERE token = ?", (token_hash,)).fetchone() is not None


def served_on(db: Db, day: str) -> frozenset[TicketName]:
    """The tickets of this server's own office whose last service on this day was done."""
    last: dict[TicketName, Outcome] = {}
    for visit in visits_of(bodies_of(db, None, day)).visits:
        last[visit.ticket] = visit.outcome
    return frozenset(ticket for ticket, outcome in last.items() if outcome is Outcome.SERVED)


def told(months: Iterable[Mapping[str, Opinion]], least: int = FEWEST_RANKED) -> Told:
    """What may be told of these months together, each of which is over. Pure."""
    found: dict[str, Opinion | None] = {}
    for month in months:
        for dimension in DIMENSIONS:
            one = month.get(dimension, Opinion({}))
            if one.n:
                found.setdefault(dimension, None)
            if one.n >= least:
                before = found[dimension]
                found[dimension] = one if before is None else before + one
    return {dimension: found[dimension] for dimension in DIMENSIONS if dimension in found}


def read_month(db: Db, office: str | None, month: str) -> dict[str, Opinion]:
    """All answers of a month (YYYY-MM) of an office that relays here; None: of this server's own."""
    query = """SELECT dimension, level, sum(answers) FROM surveys JOIN journals USING (journal_id)
        WHERE role = 'office' AND own >= 0 AND office IS NOT DISTINCT FROM ? AND questions = ?
            AND day BETWEEN ? AND ? GROUP BY dimension, level"""
    levels: dict[str, dict[int, int]] = {}
    for dimension, level, count in db.execute(query, (office, QUESTIONS, f"{month}-00", f"{month}-99")):
        levels.setdefault(dimension, {})[int(level)] = int(count)
    return {dimension: Opinion(each) for dimension, each in levels.items()}
