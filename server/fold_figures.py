"""Which days' figures a fact touches, and the published times of each catalogue: a part of the fold. Pure.

A mark is on the journal and the office day; who makes the figures anew (server.rollups) takes it away again, unless it
was marked again meanwhile.
"""

import json
from collections.abc import Iterator
from typing import Any

from server.adopted import minutes_of
from server.change import Change
from sync.clock import DRIFT_PPM
from sync.codec import Fact
from sync.facts import CatalogueAdopted, ClockAnchored, ScoreGiven, ScoreRepeated, TicketLanguage
from sync.facts_office import OfficeFact

AGAIN = "ON CONFLICT (journal_id, day) DO UPDATE SET marks = dirty.marks + 1"
OPEN_DAY = "INSERT INTO days (journal_id, day, seq) VALUES (:journal_id, :day, :seq)"
_MARK_QUEUE = f"""INSERT INTO dirty (journal_id, day, marks)
    SELECT * FROM (SELECT journal_id, day, 1 FROM days WHERE journal_id = :journal_id AND seq <= :seq
        ORDER BY seq DESC LIMIT 1) AS of WHERE true {AGAIN}"""
_MARK_SCORE = f"""INSERT INTO dirty (journal_id, day, marks)
    SELECT journal_id, office_day, 1 FROM scores
    WHERE journal_id = :journal_id AND seq = :score AND office_day IS NOT NULL {AGAIN}"""
_MARK_TICKET = f"""INSERT INTO dirty (journal_id, day, marks)
    SELECT journal_id, day, 1 FROM tickets WHERE journal_id = :journal_id AND seq = :ticket {AGAIN}"""
_NEARER = "slack_ms > :uncertainty_ms + abs(boottime_ms - :boottime_ms) * :ppm / 1000000"
_OF_BOOT = f"journal_id = :journal_id AND boot_id = :boot_id AND (slack_ms IS NULL OR {_NEARER})"
_MARK_DATED = f"""INSERT INTO dirty (journal_id, day, marks)
    SELECT * FROM (
        SELECT journal_id, office_day AS day, 1 FROM scores WHERE {_OF_BOOT}
        UNION SELECT journal_id, office_day(:utc_ms + boottime_ms - :boottime_ms), 1 FROM scores WHERE {_OF_BOOT}
    ) AS dated WHERE day IS NOT NULL {AGAIN}"""
_STANDARDS = "INSERT INTO standards (journal_id, seq, minutes) VALUES (:journal_id, :seq, :minutes)"


def before(body: object, fact: Fact, place: dict[str, Any]) -> Iterator[Change]:
    """What has to be marked before the fact changes anything: days of scores that are dated anew."""
    if isinstance(body, ClockAnchored):
        moment = {"boot_id": fact.boot_id, "boottime_ms": int(fact.boottime_ms), "ppm": DRIFT_PPM}
        yield Change(_MARK_DATED, place | moment | {"utc_ms": body.utc_ms, "uncertainty_ms": body.uncertainty_ms})


def after(body: object, place: dict[str, Any]) -> Iterator[Change]:
    """What is marked once the fact has changed what it changes."""
    match body:
        case OfficeFact():
            yield Change(_MARK_QUEUE, place)
        case TicketLanguage(ticket=ticket):
            yield Change(_MARK_TICKET, place | {"ticket": ticket})
        case ScoreGiven():
            yield Change(_MARK_SCORE, place | {"score": place["seq"]})
        case ScoreRepeated(score=score):
            yield Change(_MARK_SCORE, place | {"score": score})
        case CatalogueAdopted(catalogue=catalogue):
            known = {service: each for service, each in minutes_of(catalogue).items() if each <= _MOST_MINUTES}
            minutes = json.dumps(known, sort_keys=True)
            yield Change(_STANDARDS, place | {"minutes": minutes})
            yield Change(_MARK_QUEUE, place)


def condensed(changes: list[Change]) -> list[Change]:
    """The same changes of one journal, with the running day marked once: a mark says that something is new, not what.

    Within one transaction nobody sees the day between two of its marks.
    """
    kept: list[Change] = []
    marked = False
    for change in reversed(changes):
        if change.statement == _MARK_QUEUE:
            if marked:
                continue
            marked = True
        elif change.statement == OPEN_DAY:
            marked = False
        kept.append(change)
    return kept[::-1]


_MOST_MINUTES = 100_000
"""Ten weeks: more is a slip of the pen."""
