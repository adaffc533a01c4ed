"""What the centre published becomes this office's own: published again in its own journal, with its source named.

A catalogue of the centre takes the place of the office's, unless an administrator of the office chose its own. Of a
calendar the days are taken over, holidays and those that differ, beside the office's own hours (sync.publication.
with_days_of). A notice stands here as long as it does at the centre. What the centre asks for is open here until it is
answered, or withdrawn there. Within a transaction of the ledger.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

from server import around, asked, asking, published
from server.errors import ActRefused
from server.fold_published import CALENDAR, CATALOGUE
from server.ledger import Ledger
from server.publishing import (
    By,
    publish_calendar,
    publish_catalogue,
    refuse_publication,
    take_over_notice,
    withdraw_notice,
)
from server.queue import Moment
from sync import calendar_fact, catalogue
from sync.calendar import Calendar
from sync.codec import Fact
from sync.errors import CalendarError, CatalogueError, SyncError
from sync.facts import CalendarAdopted, CatalogueAdopted, understand, understood
from sync.facts_published import OFFICE, CalendarPublished, CataloguePublished, Source
from sync.facts_requests import RequestFact
from sync.mirror import Published
from sync.notices import Notice, standing
from sync.publication import with_days_of
from sync.types import JournalId, Seq

_UPDATE = "Bring this server up to date."


class Centres(Protocol):
    """What is needed of sync.mirror.MirrorReader."""

    def published(self) -> Published | None: ...

    def fact(self, journal_id: JournalId, seq: Seq) -> Fact | None: ...


def take_up(ledger: Ledger, centres: Centres, at: Moment) -> None:
    """Publish here what the centre published last. What is the same already, or was refused before, is passed over.

    Raises ActRefused where the office stands still.
    """
    found = centres.published()
    if found is None:
        return
    if found.catalogue is not None and ledger.publications.chosen() != OFFICE:
        _either(ledger, centres, found.journal_id, found.catalogue, at, _take_catalogue)
    if found.calendar is not None:
        _either(ledger, centres, found.journal_id, found.calendar, at, partial(_take_calendar, centres))
    _take_notices(ledger, found, at)
    _take_requests(ledger, found, at)


_Take = Callable[[Ledger, Fact, Source, Moment], None]


def _either(ledger: Ledger, centres: Centres, journal_id: JournalId, fact: Fact, at: Moment, take: _Take) -> None:
    """Take it up, or say on the record why not: once, also where a restored centre says it again in another journal."""
    source = Source(journal_id, fact.seq)
    said = (each for each in ledger.publications.settled() if _is_same(centres.fact(each.journal, each.seq), fact))
    if any(map(ledger.publications.is_settled, (source, *said))):
        return
    try:
        take(ledger, fact, source, at)
    except ActRefused as error:
        if error.code not in ("nothing-new", "too-large"):
            raise
        if error.code == "too-large":
            refuse_publication(ledger, source, str(error), at)
    except SyncError as error:
        refuse_publication(ledger, source, str(error), at)


def _is_same(one: Fact | None, other: Fact) -> bool:
    """Whether both say the same version, whichever journal they are in."""
    of = ("number", "now_ms", "digest")
    return one is not None and one.kind == other.kind and all(one.body.get(each) == other.body.get(each) for each in of)


def _take_catalogue(ledger: Ledger, fact: Fact, source: Source, at: Moment) -> None:
    body = understand(fact)
    if not isinstance(body, CataloguePublished):
        raise CatalogueError(f"{fact.kind} v{fact.version} is of a newer release", hint=_UPDATE)
    whole = catalogue.from_body(CatalogueAdopted(body.digest, body.catalogue))
    publish_catalogue(ledger, whole, ledger.publications.number(CATALOGUE), By(None, source), at)


def _take_calendar(centres: Centres, ledger: Ledger, fact: Fact, source: Source, at: Moment) -> None:
    own = ledger.publications.calendar()
    here = own[1] if own is not None else around.adopted(ledger.publications.db)[1]
    whole = with_days_of(here, _calendar(fact), _before(ledger, centres))
    known = ledger.publications.catalogue()
    if known is not None:
        ids = {each.id for each in known[1].services}
        whole = replace(whole, services={name: week for name, week in whole.services.items() if name in ids})
    publish_calendar(ledger, whole, ledger.publications.number(CALENDAR), By(None, source), at)


def _before(ledger: Ledger, centres: Centres) -> Calendar | None:
    """The centre's calendar that was taken up last, as far as it is here."""
    taken = [each.source for each in ledger.publications.history(CALENDAR) if each.source is not None]
    fact = centres.fact(taken[0].journal, taken[0].seq) if taken else None
    try:
        return _calendar(fact) if fact is not None else None
    except SyncError:
        return None


def _calendar(fact: Fact) -> Calendar:
    body = understand(fact)
    if not isinstance(body, CalendarPublished):
        raise CalendarError(f"{fact.kind} v{fact.version} is of a newer release", hint=_UPDATE)
    return calendar_fact.from_body(CalendarAdopted(body.digest, body.calendar))


def _take_notices(ledger: Ledger, found: Published, at: Moment) -> None:
    wanted = {each.notice: each for each in standing(map(understood, found.notices)) if each.until_ms > at.now_ms}
    places = {str(fact.body.get("notice")): Source(found.journal_id, fact.seq) for fact in found.notices}
    here = {each.notice: each for each in ledger.publications.notices()}
    for name, each in here.items():
        if each.version.source is not None and each.until_ms > at.now_ms and name not in wanted:
            by = By(None, places.get(name, each.version.source))
            withdraw_notice(ledger, name, by, at)
    for name, notice in wanted.items():
        mine = here.get(name)
        if mine is None or (mine.version.source != places[name] and not _reads_as(mine, notice)):
            take_over_notice(ledger, notice, By(None, places[name]), at)


def _reads_as(mine: published.Notice, notice: Notice) -> bool:
    """Whether it came from the centre and says nothing else."""
    return mine.version.source is not None and (
        (mine.texts, mine.from_ms, mine.until_ms, mine.level, mine.places)
        == (notice.texts, notice.from_ms, notice.until_ms, notice.level, notice.places)
    )


def _take_requests(ledger: Ledger, found: Published, at: Moment) -> None:
    known = asked.known_here(ledger.publications.db) if found.requests else {}
    for fact in found.requests:
        body = understood(fact)
        if isinstance(body, RequestFact):
            asking.take_up(ledger, body, Source(found.journal_id, fact.seq), known, at)
