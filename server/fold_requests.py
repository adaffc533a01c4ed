"""What a centre asks of its offices, a row for each fact and office: a part of the fold. Pure.

Rows are put together only where they are read (server.asked): which journal arrives first changes nothing.
"""

from collections.abc import Iterator
from typing import Any

from server.change import Change
from sync.clock import is_day
from sync.facts_requests import VERDICTS, OfficeRequested, RequestAnswered, RequestFact, RequestSeen, RequestWithdrawn

HERE = ""
"""In the column `office`: of the office that wrote it."""

_ADD = """INSERT INTO asked
        (journal_id, seq, office, kind, request, at_ms, staff, what, about, text, due, reason,
        source_journal, source_seq)
    VALUES (:journal_id, :seq, :office, :kind, :request, :at_ms, :staff, :what, :about, :text, :due, :reason,
        :source_journal, :source_seq)"""
_NOTHING = {
    "staff": None, "what": "", "about": "", "text": "", "due": None, "reason": None,
    "source_journal": None, "source_seq": None,
}  # fmt: skip


def problem(body: RequestFact) -> str | None:
    """What is impossible in a body whose shape is right."""
    match body:
        case RequestAnswered(verdict=verdict) if verdict not in VERDICTS:
            return f"nobody answers {verdict!r}"
        case OfficeRequested(due=str(due)) if not is_day(due):
            return f"{due!r} is no day"
    return None


def of(body: object, place: dict[str, Any]) -> Iterator[Change]:
    """The rows of this fact: one for each office that it names."""
    if not isinstance(body, RequestFact):
        return
    offices = getattr(body, "offices", None)
    told = _NOTHING | {"kind": body.kind, "at_ms": body.now_ms} | _told(body)
    for office in (HERE,) if offices is None else dict.fromkeys(offices):
        yield Change(_ADD, place | told | {"office": office})


def _told(body: RequestFact) -> dict[str, Any]:
    source = getattr(body, "source", None)
    places = {} if source is None else {"source_journal": source.journal, "source_seq": source.seq}
    match body:
        case OfficeRequested(request=request, what=what, about=about, text=text, due=due, staff=staff):
            asked = {"what": what, "about": about, "text": text, "due": due}
            return {"request": request, "staff": staff} | asked | places
        case RequestWithdrawn(request=request, staff=staff):
            return {"request": request, "staff": staff} | places
        case RequestSeen(request=request, staff=staff):
            return {"request": request, "staff": staff}
        case RequestAnswered(request=request, verdict=verdict, reason=reason, text=text, staff=staff):
            return {"request": request, "what": verdict, "reason": reason, "text": text, "staff": staff}
    raise AssertionError(body)
