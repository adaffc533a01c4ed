"""How many online places were asked for in a period, and what became of them."""

from server.database import Db
from server.fold_online import COUNTED

USED, VOID, UNUSED = FATES = (COUNTED, "void", "unused")
"""Their tickets count from when they were asked for; they do not; nobody came with them."""


def counted(db: Db, office: str, own: str, first: str, last: str) -> dict[str, dict[str, int]]:
    """By service, how many of each fate, over the office days `first` to `last`. `office`: the first journal of one, ""
    for all; `own`: that of this server's own."""
    query = """SELECT service, outcome, count(*) FROM (
            SELECT min(service) AS service, max(outcome) AS outcome
            FROM online_places JOIN journals USING (journal_id)
            WHERE day BETWEEN ? AND ? AND (? = '' OR coalesce(journals.office, ?) = ?)
            GROUP BY coalesce(journals.office, ''), day, online_places.place) AS each_place
        GROUP BY service, outcome ORDER BY service, outcome"""
    found: dict[str, dict[str, int]] = {}
    for service, outcome, count in db.execute(query, (first, last, office, own, office)):
        fate = UNUSED if outcome is None else USED if outcome == COUNTED else VOID
        found.setdefault(service, dict.fromkeys(FATES, 0))[fate] += count
    return found
