"""What was asked of offices, as it stands: a fold of its rows, and how those are read. Pure but for the reading.

An answer counts whenever it was given; what was withdrawn before the office knew of that is answered all the same. So
the order in which facts came changes nothing. At a centre, what a restored ledger lost of it comes back with the
record of the office.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from server.database import Db
from server.fold_requests import HERE
from sync.facts_requests import OfficeRequested, RequestAnswered, RequestSeen, RequestWithdrawn
from sync.types import UtcMs


class State(Enum):
    """How far it is: ASKED until the office has it, then TAKEN."""

    ASKED = "asked"
    TAKEN = "taken"
    SEEN = "seen"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({State.ASKED, State.TAKEN, State.SEEN})


class Show(Enum):
    """Which requests are listed."""

    OPEN = "open"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of it. `whose`: the office that is asked, HERE: this one. `asker`: it is the centre's own fact."""

    request: str
    whose: str
    asker: bool
    kind: str
    at_ms: UtcMs
    staff: str | None
    what: str
    about: str
    text: str
    due: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to one office. `by`: who asked, None: not known here; `verdict`, `reason`, `answer` as in the fact."""

    request: str
    whose: str
    what: str
    about: str
    text: str
    due: str | None
    asked_ms: UtcMs
    by: str | None
    state: State = State.ASKED
    taken_ms: UtcMs | None = None
    seen_ms: UtcMs | None = None
    seen_by: str | None = None
    answered_ms: UtcMs | None = None
    answered_by: str | None = None
    verdict: str = ""
    reason: str | None = None
    answer: str = ""
    withdrawn_ms: UtcMs | None = None

    @property
    def is_open(self) -> bool:
        """Whether an answer is waited for."""
        return self.state in OPEN

    def is_overdue(self, today: str) -> bool:
        """Whether its day is over, and nobody answered."""
        return self.is_open and self.due is not None and self.due < today


def asked_of(rows: Iterable[Row]) -> dict[tuple[str, str], Asked]:
    """The requests in these rows, by their id and the office. What is of no request is passed over."""
    by: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.at_ms, row.kind)):
        by.setdefault((row.request, row.whose), []).append(row)
    found = {}
    for key, own in by.items():
        made = _asked(own)
        if made is not None:
            found[key] = made
    return found


def _asked(rows: Sequence[Row]) -> Asked | None:
    requests = [row for row in rows if row.kind == OfficeRequested.kind]
    if not requests:
        return None
    first = next((row for row in requests if row.asker), requests[0])
    found = Asked(first.request, first.whose, first.what, first.about, first.text, first.due, first.at_ms, first.staff)
    taken, seen = _first(rows, OfficeRequested.kind), _first(rows, RequestSeen.kind)
    answered, withdrawn = _first(rows, RequestAnswered.kind), _first(rows, RequestWithdrawn.kind, asker=None)
    if taken is not None:
        found = replace(found, state=State.TAKEN, taken_ms=taken.at_ms)
    if seen is not None:
        found = replace(found, state=State.SEEN, seen_ms=seen.at_ms, seen_by=seen.staff)
    if withdrawn is not None:
        found = replace(found, state=State.WITHDRAWN, withdrawn_ms=withdrawn.at_ms)
    if answered is not None:
        found = replace(found, state=State.ANSWERED, answered_ms=answered.at_ms, answered_by=answered.staff)
        found = replace(found, verdict=answered.what, reason=answered.reason, answer=answered.text)
    return found


def _first(rows: Iterable[Row], kind: str, *, asker: bool | None = False) -> Row | None:
    return next((row for row in rows if row.kind == kind and asker in (row.asker, None)), None)


# Reading -------------------------------------------------------------------------------------------------------------

# The parts put together here are constants of this module; every value is bound.
_ROWS = "FROM asked JOIN journals AS writer ON writer.journal_id = asked.journal_id"
_ASKED_HERE = f"{_ROWS} WHERE own > 0 AND asked.office = '{HERE}'"
_ASKED_BY_US = f"""{_ROWS} WHERE ((own > 0 AND asked.office <> '{HERE}')
    OR (own = 0 AND role = 'office' AND asked.office = '{HERE}'))"""
_WHOSE = f"CASE WHEN asked.office <> '{HERE}' THEN asked.office ELSE coalesce(writer.office, '{HERE}') END"
_IS = {kind: f"sum(CASE WHEN kind = '{kind}' THEN 1 ELSE 0 END)" for kind in (
    OfficeRequested.kind, RequestWithdrawn.kind, RequestAnswered.kind, RequestSeen.kind,
)}  # fmt: skip
_EACH = f"""SELECT request, {_WHOSE} AS whose, max(due) AS due, min(at_ms) AS asked_ms,
    {_IS[RequestAnswered.kind]} AS answered, {_IS[RequestSeen.kind]} AS seen,
    CASE WHEN {_IS[RequestAnswered.kind]} + {_IS[RequestWithdrawn.kind]} = 0 THEN 1 ELSE 0 END AS open
    {{of}} GROUP BY request, {_WHOSE} HAVING {_IS[OfficeRequested.kind]} > 0"""
_SHOWN = {
    Show.OPEN: "open = 1",
    Show.OVERDUE: "open = 1 AND due < :today",
    Show.ANSWERED: "answered > 0",
    Show.ALL: "1 = 1",
}
_ORDER = "open DESC, CASE WHEN open = 1 THEN coalesce(due, '9999') ELSE '' END, asked_ms DESC, request, whose"
_TOLD = f"""SELECT request, {_WHOSE} AS whose, own > 0 AND asked.office <> '{HERE}', kind, at_ms, staff, what, about,
    text, due, reason"""


def asked_here(db: Db, most: int, skip: int = 0) -> list[Asked]:
    """What a centre asks of this server's own office: the open ones first, by their day."""
    return _listed(db, _ASKED_HERE, Show.ALL, "", most, skip)


def one_here(db: Db, request: str) -> Asked | None:
    """This one of them."""
    rows = _rows(db, f"{_ASKED_HERE} AND request = ?", (request,))
    return asked_of(rows).get((request, HERE))


def known_here(db: Db) -> dict[str, State]:
    """All that were ever asked of this server's own office, by their id."""
    return {request: each.state for (request, _), each in asked_of(_rows(db, _ASKED_HERE, ())).items()}


def unread(db: Db) -> int:
    """How many open ones here nobody has taken note of."""
    query = f"SELECT count(*) FROM ({_EACH.format(of=_ASKED_HERE)}) AS each WHERE open = 1 AND seen = 0"
    return int(db.execute(query).fetchone()[0])


def asked_of_offices(db: Db, show: Show, today: str, most: int, skip: int = 0) -> list[Asked]:
    """What this server asks of offices that relay to it: the open ones first, by their day."""
    return _listed(db, _ASKED_BY_US, show, today, most, skip)


def counts(db: Db, today: str) -> dict[Show, int]:
    """How many there are of what this server asks of offices."""
    each = ", ".join(f"coalesce(sum(CASE WHEN {_SHOWN[show]} THEN 1 ELSE 0 END), 0)" for show in Show)
    query = f"SELECT {each} FROM ({_EACH.format(of=_ASKED_BY_US)}) AS each"
    return dict(zip(Show, map(int, db.execute(query, {"today": today}).fetchone()), strict=True))


def one_of(db: Db, request: str, office: str) -> Asked | None:
    """What this server asks of that office."""
    rows = _rows(db, f"{_ASKED_BY_US} AND request = ?", (request,))
    return asked_of(rows).get((request, office))


def _listed(db: Db, of: str, show: Show, today: str, most: int, skip: int) -> list[Asked]:
    query = f"SELECT request, whose FROM ({_EACH.format(of=of)}) AS each WHERE {_SHOWN[show]}"
    limits = {"today": today, "most": most, "skip": skip}
    keys = db.execute(f"{query} ORDER BY {_ORDER} LIMIT :most OFFSET :skip", limits).fetchall()
    ids = list(dict.fromkeys(request for request, _ in keys))
    places = ", ".join("?" * len(ids))
    found = asked_of(_rows(db, f"{of} AND request IN ({places})", tuple(ids))) if ids else {}
    return [found[request, whose] for request, whose in keys]


def _rows(db: Db, of: str, values: tuple[object, ...]) -> list[Row]:
    return [
        Row(request, whose, bool(asker), kind, UtcMs(at_ms), *told)
        for request, whose, asker, kind, at_ms, *told in db.execute(f"{_TOLD} {of}", values)
    ]
