"""Publishes catalogue, calendar and notices in this server's own journal. Each within a transaction of the ledger.

Nothing incomplete is published, and nothing that was edited from another version than the newest: of two who publish at
once the second is told. `after` is the number of the version that was edited, 0: there was none.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from server import published, queue, regain
from server.errors import ActRefused
from server.fold_published import CALENDAR, CATALOGUE, CHOICE
from server.ledger import Ledger
from server.published import Version
from server.queue import Moment
from sync import calendar_fact, catalogue
from sync.calendar import Calendar
from sync.catalogue_texts import text_fault
from sync.errors import NotCanonical
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
    Source,
)
from sync.journal import Instant
from sync.notices import Notice
from sync.publication import calendar_of, calendar_values, catalogue_of, catalogue_values
from sync.services import Catalogue
from sync.types import JournalId, Seq, UtcMs
from translations import LANGUAGES

NOTICE_CHARACTERS = 160
MOST_NOTICES = 5
"""Notices that stand at one time: a citizen reads no more."""
MOST_DAYS = 400
MOST_SAID = 300


@dataclass(frozen=True, slots=True)
class By:
    """Who publishes. `staff` None: it came from the centre (`source`). `offices`: as in the fact."""

    staff: str | None
    source: Source | None = None
    offices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Drawable:
    """The colours and pictures that a kiosk can draw. None: any."""

    accents: Collection[str] | None = None
    pictograms: Collection[str] | None = None


def publish_catalogue(
    ledger: Ledger, found: Catalogue, after: int, by: By, at: Moment, drawable: Drawable = Drawable()
) -> Version:
    """Publish this catalogue. Raises CatalogueError with every problem in it, and ActRefused."""
    whole = catalogue_of(catalogue_values(found), accents=drawable.accents, pictograms=drawable.pictograms)
    number = _follows(ledger, CATALOGUE, after, whole.digest)
    plain = catalogue.to_body(whole).catalogue
    fact = CataloguePublished(at.now_ms, number, whole.digest, plain, by.staff, by.source, by.offices)
    return _published(ledger, CATALOGUE, fact, at)


def publish_calendar(ledger: Ledger, found: Calendar, after: int, by: By, at: Moment) -> Version:
    """Publish this calendar. Raises CalendarError with every problem in it, and ActRefused."""
    known = ledger.publications.catalogue()
    services = None if known is None else [each.id for each in known[1].services]
    whole = calendar_of(calendar_values(found), services=services)
    number = _follows(ledger, CALENDAR, after, whole.digest)
    plain = calendar_fact.to_body(whole).calendar
    fact = CalendarPublished(at.now_ms, number, whole.digest, plain, by.staff, by.source, by.offices)
    return _published(ledger, CALENDAR, fact, at)


def publish_notice(ledger: Ledger, notice: Notice, by: By, at: Moment) -> None:
    """Publish this notice, or another text of it. Raises ActRefused."""
    refused = notice_fault(notice, at.now_ms)
    if refused is not None:
        raise refused
    if len(own_notices(ledger.publications.notices(), at.now_ms) | {notice.notice}) > MOST_NOTICES:
        hint = "Withdraw one of them first."
        raise ActRefused("notices-many", f"at most {MOST_NOTICES} notices stand at one time", hint=hint)
    take_over_notice(ledger, notice, by, at)


def own_notices(notices: Iterable[published.Notice], now_ms: UtcMs) -> set[str]:
    """Those that are not over and did not come from the centre, which counts its own."""
    return {each.notice for each in notices if each.until_ms > now_ms and each.version.source is None}


def take_over_notice(ledger: Ledger, notice: Notice, by: By, at: Moment) -> None:
    """Publish a notice of the centre, which judged it (`publish_notice`) and counts its own."""
    texts = {language: notice.texts[language].strip() for language in LANGUAGES if language in notice.texts}
    times = UtcMs(notice.from_ms), UtcMs(notice.until_ms)
    _append(
        ledger,
        NoticePublished(
            at.now_ms, notice.notice, texts, *times, notice.level, notice.places, by.staff, by.source, by.offices
        ),
        at,
    )


def withdraw_notice(ledger: Ledger, notice: str, by: By, at: Moment) -> None:
    """Show this notice no more. Raises ActRefused where it does not stand."""
    if all(each.notice != notice for each in ledger.publications.notices()):
        raise ActRefused("notice-gone", "that notice does not stand any more", hint="Look at the notices again.")
    _append(ledger, NoticeWithdrawn(at.now_ms, notice, by.staff, by.source, by.offices), at)


def choose_catalogue(ledger: Ledger, whose: str, staff: str, at: Moment) -> None:
    """Whose catalogue holds at this office: its own alone, or also what comes from the centre. Raises ActRefused."""
    if whose not in (OFFICE, CENTRE) or ledger.publications.chosen() == whose:
        raise ActRefused("nothing-new", "that is how it is", hint="Look at the page again.")
    _append(ledger, CatalogueChosen(at.now_ms, whose, staff), at)


def restate(ledger: Ledger, at: Instant) -> None:
    """Say again in this journal, which continues another one, what holds of what was published: whoever follows it need
    not know the one before. Within a transaction."""
    publications, held = ledger.publications, set[tuple[JournalId, Seq]]()
    for what in (CATALOGUE, CALENDAR, CHOICE):
        held |= {(each.journal, each.seq) for each in publications.history(what, 1)}
    held |= {(each.version.journal, each.version.seq) for each in publications.notices()}
    ledger.append([publications.fact(*place) for place in sorted(held, key=lambda place: place[1])], at)


def refuse_publication(ledger: Ledger, source: Source, why: str, at: Moment) -> None:
    """Say on the record that this of the centre is not taken up."""
    ledger.append([PublicationRefused(source.journal, source.seq, why[:MOST_SAID])], at.instant)


def notice_fault(notice: Notice, now_ms: UtcMs) -> ActRefused | None:
    """Why this notice cannot be published. Pure."""
    for language in LANGUAGES:
        text = notice.texts.get(language, "").strip()
        fault = text_fault(text, language)
        if fault is not None:
            return ActRefused("notice-text", f"{language}: {fault[0]}", hint=fault[1])
        if len(text) > NOTICE_CHARACTERS or not _is_line(text):
            hint = f"Write it on one line, with at most {NOTICE_CHARACTERS} characters."
            return ActRefused("notice-text", f"{language}: it does not fit", hint=hint)
    if notice.level not in LEVELS:
        return ActRefused("notice-level", f"there is no level {notice.level!r}", hint="Choose one of the levels.")
    if not notice.from_ms < notice.until_ms or notice.until_ms <= now_ms:
        return ActRefused("notice-time", "it would be over before it is shown", hint="Choose a later end.")
    if notice.until_ms - max(notice.from_ms, now_ms) > MOST_DAYS * 86_400_000:
        return ActRefused("notice-time", f"it would stand for more than {MOST_DAYS} days", hint="Choose an end.")
    return None


def _is_line(text: str) -> bool:
    return all(character.isprintable() or character in "\u200b\u200c\u200d" for character in text)


def _follows(ledger: Ledger, what: str, after: int, digest: str) -> int:
    """The number of the newest version, which is the one that was edited. Raises ActRefused."""
    newest = ledger.publications.newest(what)
    number = newest.number if newest is not None else 0
    if number != after:
        hint = "Look at what was published, and make the change again from there."
        raise ActRefused("published-meanwhile", f"version {number} was published meanwhile", hint=hint)
    if newest is not None and newest.digest == digest:
        raise ActRefused("nothing-new", f"this is what version {number} says", hint="There is nothing to publish.")
    return regain.next_number(ledger.publications.db, what)


def _published(ledger: Ledger, what: str, fact: PublishedFact, at: Moment) -> Version:
    _append(ledger, fact, at)
    return ledger.publications.history(what, 1)[0]


def _append(ledger: Ledger, fact: PublishedFact, at: Moment) -> None:
    queue.must_stand(ledger)
    try:
        ledger.append([fact], at.instant)
    except NotCanonical as error:
        raise ActRefused("too-large", str(error), hint=error.hint) from error
