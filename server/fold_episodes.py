"""Alerts, what is to be answered, and who saw what, one row a fact: a part of the fold. Pure.

Rows are put together only where they are read (server.episodes): which journal arrives first changes nothing.
"""

from typing import Any

from server.change import Change
from sync.body import FactName
from sync.facts_access import FiguresSeen
from sync.facts_alerts import (
    AlertEnded,
    AlertRaised,
    AlertSeen,
    EpisodeFact,
    FollowupAnswered,
    FollowupAssigned,
    FollowupClosed,
    FollowupOpened,
)
from sync.types import JournalId, Seq

_NOTHING = {"name": "", "about": "", "staff": "", "detail": "", "value": 0, "bound": 0}
_ADD = """INSERT INTO episodes
        (journal_id, seq, kind, of_journal, of_seq, at_ms, name, about, staff, detail, value, bound)
    VALUES (:journal_id, :seq, :kind, :of_journal, :of_seq, :at_ms, :name, :about, :staff, :detail, :value, :bound)"""


def change(body: EpisodeFact | FiguresSeen, place: dict[str, Any]) -> Change:
    """The row of this fact. What begins an episode is its own name."""
    own = FactName(JournalId(place["journal_id"]), Seq(place["seq"]))
    of, told = _told(body, own)
    values = {"kind": body.kind, "at_ms": body.now_ms, "of_journal": of.journal, "of_seq": of.seq}
    return Change(_ADD, _NOTHING | place | values | told)


def _told(body: EpisodeFact | FiguresSeen, own: FactName) -> tuple[FactName, dict[str, Any]]:
    match body:
        case AlertRaised(alert=alert, about=about, value=value, bound=bound):
            return own, {"name": alert, "about": about, "value": value, "bound": bound}
        case AlertSeen(alert=of, staff=staff):
            return of, {"staff": staff}
        case AlertEnded(alert=of):
            return of, {}
        case FollowupOpened(why=why, about=about, due=due):
            return own, {"name": why, "about": about, "detail": due}
        case FollowupAssigned(followup=of, to=to, staff=staff):
            return of, {"detail": to, "staff": staff}
        case FollowupAnswered(followup=of, digest=digest, staff=staff):
            return of, {"detail": digest, "staff": staff}
        case FollowupClosed(followup=of, staff=staff):
            return of, {"staff": staff}
        case FiguresSeen(staff=staff, first=first, last=last):
            return own, {"staff": staff, "about": first, "detail": last}
    raise AssertionError(body)
