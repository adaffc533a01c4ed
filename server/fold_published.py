"""What a published fact changes: a part of the fold. Pure."""

import json
from collections.abc import Iterator
from typing import Any

from server.change import Change
from sync.facts_published import (
    CENTRE,
    LEVELS,
    OFFICE,
    CalendarPublished,
    CatalogueChosen,
    CataloguePublished,
    NoticePublished,
    NoticeWithdrawn,
    PublicationRefused,
    PublishedFact,
)

CATALOGUE, CALENDAR, NOTICE, CHOICE, REFUSED = "catalogue", "calendar", "notice", "choice", "refused"
"""What a row of `published` is about."""

_PUBLISHED = """INSERT INTO published (journal_id, seq, what, notice, number, now_ms, digest, staff, source_journal,
        source_seq, offices, whole)
    VALUES (:journal_id, :seq, :what, :notice, :number, :now_ms, :digest, :staff, :source_journal, :source_seq,
        :offices, :whole)"""

_NOTHING = {"notice": "", "number": 0, "now_ms": 0, "digest": "", "staff": None, "offices": None}


def problem(body: PublishedFact) -> str | None:
    """What is impossible in a body whose shape is right."""
    match body:
        case CataloguePublished(number=number) | CalendarPublished(number=number) if number < 1:
            return f"there is no version {number}"
        case NoticePublished(level=level) if level not in LEVELS:
            return f"there is no level {level!r}"
        case NoticePublished(from_ms=from_ms, until_ms=until_ms) if from_ms >= until_ms:
            return "it ends before it begins"
        case CatalogueChosen(whose=whose) if whose not in (OFFICE, CENTRE):
            return f"nobody is {whose!r}"
    return None


def of(body: object, place: dict[str, Any]) -> Iterator[Change]:
    """The row for this fact."""
    match body:
        case CataloguePublished():
            yield _row(body, place, CATALOGUE, body.catalogue, number=body.number, digest=body.digest)
        case CalendarPublished():
            yield _row(body, place, CALENDAR, body.calendar, number=body.number, digest=body.digest)
        case NoticePublished():
            whole = {
                "texts": body.texts,
                "from_ms": body.from_ms,
                "until_ms": body.until_ms,
                "level": body.level,
                "places": body.places,
            }
            yield _row(body, place, NOTICE, whole, notice=body.notice)
        case NoticeWithdrawn():
            yield _row(body, place, NOTICE, None, notice=body.notice)
        case CatalogueChosen():
            yield _row(body, place, CHOICE, body.whose)
        case PublicationRefused():
            of = {"source_journal": body.journal, "source_seq": body.seq, "whole": _json(body.why)}
            yield Change(_PUBLISHED, place | _NOTHING | {"what": REFUSED} | of)


def _row(
    body: CataloguePublished | CalendarPublished | NoticePublished | NoticeWithdrawn | CatalogueChosen,
    place: dict[str, Any],
    what: str,
    whole: object,
    *,
    notice: str = "",
    number: int = 0,
    digest: str = "",
) -> Change:
    source, offices = getattr(body, "source", None), getattr(body, "offices", None)
    values = {
        "what": what,
        "notice": notice,
        "number": number,
        "now_ms": body.now_ms,
        "digest": digest,
        "staff": body.staff,
        "source_journal": source.journal if source is not None else None,
        "source_seq": source.seq if source is not None else None,
        "offices": json.dumps(offices) if offices is not None else None,
        "whole": _json(whole) if whole is not None else None,
    }
    return Change(_PUBLISHED, place | values)


def _json(value: object) -> str:
    """The same text whether it comes from the fact as it was made or as it was read."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
