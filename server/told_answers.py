"""Answers to complaints and alerts on scores that an office tells to everybody, month by month.

Of each the topic, the days it took and the text, in the languages in which it was written. A month is told once it is
over, so that no day can be known; a service is named where FEWEST_RANKED visits and more were for it in that month, and
a counter never. Which citizen complained is not known here. Texts lie at the office itself, not at its centre.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from server import episodes, sums
from server.alerts import Code
from server.database import Db
from server.episodes import Followup
from server.followups import COMPLAINT
from server.opinion import FEWEST_RANKED
from server.rollups import office_of
from sync.body import FactName
from sync.clock import day_begins, office_day
from sync.codec import decode
from sync.facts import Body, understood
from sync.facts_alerts import FollowupOpened
from sync.facts_office import ComplaintNoted

SCORES = "scores"
"""The topic of an alert on scores, whatever it was about."""


@dataclass(frozen=True, slots=True)
class Told:
    """`topic`: COMPLAINT or SCORES; `about`: the category of a complaint (sync.reasons); `days`: from when it came up
    to the first answer; `texts` by language."""

    topic: str
    about: str
    service: str | None
    days: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answers:
    """What is told of a month, and how many answers there were in it whose texts are elsewhere or for nobody."""

    told: tuple[Told, ...] = ()
    untold: int = 0


def told(found: Iterable[Told], visits: Mapping[str, int], least: int = FEWEST_RANKED) -> tuple[Told, ...]:
    """Those with a text, in an order that says nothing of when. `visits`: how many were for each service. Pure."""
    shown = [replace(each, service=_named(each.service, visits, least)) for each in found if each.texts]
    return tuple(sorted(shown, key=lambda each: (each.topic, each.about, each.service or "", each.days, str(each))))


def _named(service: str | None, visits: Mapping[str, int], least: int) -> str | None:
    return service if service is not None and visits.get(service, 0) >= least else None


def read(db: Db, office: str, first: date, last: date, zone: ZoneInfo) -> Answers:
    """Those of this office that were first answered from `first` to `last`: a month that is over."""
    own = office_of(db)
    whose = None if office == own else office
    from_ms, to_ms = day_begins(first, zone), day_begins(last + timedelta(days=1), zone)
    found = [each for each in episodes.answered(db, from_ms, to_ms) if each.office == whose]
    entries = [_entry(db, each, zone) for each in found] if whose is None else []
    parts = sums.together(db, office, sums.SERVICE, first.isoformat(), last.isoformat()) if entries else {}
    shown = told(entries, {service: each.cell.visits for service, each in parts.items()})
    return Answers(shown, len(found) - len(shown))


def _entry(db: Db, of: Followup, zone: ZoneInfo) -> Told:
    answer = episodes.answer_of(db, of.digest)
    days = (office_day(of.answered_ms or of.opened_ms, zone) - office_day(of.opened_ms, zone)).days
    complaint = of.why == COMPLAINT
    return Told(
        COMPLAINT if complaint else SCORES,
        of.about if complaint else "",
        _service(db, of),
        max(days, 0),
        answer[1] if answer is not None else {},
    )


def _service(db: Db, of: Followup) -> str | None:
    """The one service that it is about; None: several, or a counter."""
    if of.why == Code.SCORES_SERVICE.value:
        return of.about
    opened = _fact(db, of.name)
    noted = _fact(db, opened.of) if of.why == COMPLAINT and isinstance(opened, FollowupOpened) else None
    if not isinstance(noted, ComplaintNoted):
        return None
    query = "SELECT services FROM tickets WHERE journal_id = ? AND seq = ?"
    row = db.execute(query, (noted.ticket.journal, noted.ticket.seq)).fetchone()
    services = json.loads(row[0]) if row is not None else []
    return str(services[0]) if len(services) == 1 else None


def _fact(db: Db, name: FactName) -> Body | None:
    query = "SELECT row FROM facts WHERE journal_id = ? AND seq = ?"
    row = db.execute(query, (name.journal, name.seq)).fetchone()
    return understood(decode(row[0])) if row is not None else None
