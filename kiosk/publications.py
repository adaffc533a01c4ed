"""What the office publishes, at this machine: taken from the mirror of the office's journal, judged, kept, taken up.

Sync writes the mirror and can fetch it again, so it is no place to run on: what is good is kept in a file of this
machine's own first. Only then does it wait to be taken up, which is a start of the whole machine between two citizens
(kiosk.loop). What this machine cannot show is refused by a fact, and it goes on with what it has.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from kiosk.configfile import keep
from kiosk.legible import HINT, illegible_in
from sync import calendar_fact, catalogue, codec
from sync.calendar import Calendar
from sync.codec import Fact
from sync.errors import CalendarError, CatalogueError, NotCanonical, SyncError
from sync.facts import CalendarAdopted, CatalogueAdopted, understand, understood
from sync.facts_published import CalendarPublished, CataloguePublished, PublicationRefused
from sync.mirror import Published
from sync.notices import Notice, standing, told, until_turned
from sync.publication import (
    calendar_of,
    calendar_values,
    catalogue_of,
    catalogue_values,
    sealed_calendar,
    sealed_catalogue,
)
from sync.services import Catalogue
from sync.types import JournalId, Seq

CATALOGUE, CALENDAR, NOTICES = "published.catalogue", "published.calendar", "published.notices"
"""The files in the data folder: the office's journal, and the rows of the facts, a line each."""
MOST_SAID = 300
Place = tuple[JournalId, Seq]
_Whole = TypeVar("_Whole", Catalogue, Calendar)


@dataclass(frozen=True, slots=True)
class Drawable:
    """What this machine can show. `accents`, `pictograms`: None: any."""

    languages: tuple[str, ...]
    accents: Collection[str] | None = None
    pictograms: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """Which version the office calls it, and the fact that it is in."""

    number: int
    place: Place


class Publications(Protocol):
    """What a machine asks of it. `waiting`: something newer is kept and wants to be taken up."""

    waiting: bool

    def look(self, refused: Collection[Place]) -> list[PublicationRefused]: ...

    def told(self, now_ms: int) -> tuple[Notice, ...]: ...

    def until_turned(self, now_ms: int) -> int | None: ...


class NoPublications:
    """A machine without an office."""

    waiting = False

    def look(self, refused: Collection[Place]) -> list[PublicationRefused]:
        """Nothing."""
        return []

    def told(self, now_ms: int) -> tuple[Notice, ...]:
        """None."""
        return ()

    def until_turned(self, now_ms: int) -> int | None:
        """Never."""
        return None


class Mirror(Protocol):
    """What is needed of sync.mirror.MirrorReader."""

    def published(self) -> Published | None: ...

    def published_up_to(self) -> Place | None: ...


class OfficePublications:
    """Follows the mirror. `place`: where this machine stands, as its configuration says."""

    def __init__(
        self, mirror: Mirror, data: Path, drawable: Drawable, place: str, say: Callable[[str], None] = lambda line: None
    ) -> None:
        self._mirror, self._data, self._drawable, self._place, self._say = mirror, data, drawable, place, say
        self._seen: Place | None = None
        self._kept = {CATALOGUE: _place(data, CATALOGUE), CALENDAR: _place(data, CALENDAR)}
        self._notices = notices_kept(data)
        self.waiting = False

    def look(self, refused: Collection[Place]) -> list[PublicationRefused]:
        """Take in what is new; what is refused of it, for the record. `refused`: what was before."""
        upto = self._mirror.published_up_to()
        if upto is None or upto == self._seen:
            return []
        found = self._mirror.published()
        if found is None:
            return []
        self._seen, bad = upto, []
        for name, fact in ((CATALOGUE, found.catalogue), (CALENDAR, found.calendar)):
            place = (found.journal_id, fact.seq) if fact is not None else None
            if fact is None or place == self._kept[name] or place in refused:
                continue
            try:
                new = _JUDGED[name](fact, self._drawable).digest
            except SyncError as error:
                said = f"{error}"[:MOST_SAID]
                self._say(f"what the office published last is not taken up: {error}. {error.hint}")
                bad.append(PublicationRefused(found.journal_id, fact.seq, said))
                continue
            said_anew = new == self._digest(name)  # an office that was restored says in a new journal what holds
            if self._keep(name, found.journal_id, (fact,)):
                self._kept[name], self.waiting = place, self.waiting or not said_anew
        self._notices = standing(map(understood, found.notices))
        self._keep(NOTICES, found.journal_id, found.notices)
        return bad

    def told(self, now_ms: int) -> tuple[Notice, ...]:
        """The notices that are told at this moment."""
        return told(self._notices, now_ms, self._place)

    def until_turned(self, now_ms: int) -> int | None:
        """Milliseconds until it may be another one's turn; None: never."""
        return until_turned(self._notices, now_ms, self._place)

    def _digest(self, name: str) -> object:
        kept = _read(self._data, name)
        return kept[1][-1].body.get("digest") if kept is not None and kept[1] else None

    def _keep(self, name: str, journal_id: JournalId, facts: tuple[Fact, ...]) -> bool:
        content = b"\n".join([journal_id.encode(), *map(codec.encode, facts)])
        try:
            keep(self._data / name, content)
        except OSError as error:
            self._seen = None  # it is tried again at the next look
            self._say(f"no copy of what the office published: {self._data / name}: {error.strerror}")
            return False
        return True


def not_taken_up(mirror: Mirror, data: Path, drawable: Drawable) -> list[SyncError]:
    """What is wrong with what the office published last, where this machine goes on with something else for that."""
    found, wrong = mirror.published(), list[SyncError]()
    if found is None:
        return wrong
    for name, fact in ((CATALOGUE, found.catalogue), (CALENDAR, found.calendar)):
        if fact is not None and _place(data, name) != (found.journal_id, fact.seq):
            try:
                _JUDGED[name](fact, drawable)
            except SyncError as error:
                wrong.append(error)
    return wrong


def published_catalogue(data: Path, drawable: Drawable) -> tuple[Catalogue, Version] | None:
    """The catalogue that the office published and this machine took over; None: there is none that can be shown."""
    return _taken_over(data, CATALOGUE, lambda fact: _catalogue(fact, drawable))


def published_calendar(data: Path, drawable: Drawable) -> tuple[Calendar, Version] | None:
    """The same of the calendar."""
    return _taken_over(data, CALENDAR, lambda fact: _calendar(fact, drawable))


def _taken_over(data: Path, name: str, judged: Callable[[Fact], _Whole]) -> tuple[_Whole, Version] | None:
    kept = _read(data, name)
    try:
        return None if kept is None else (judged(kept[1][-1]), _version(*kept))
    except (SyncError, IndexError):
        return None


def notices_kept(data: Path) -> tuple[Notice, ...]:
    """The notices that this machine knew of last."""
    kept = _read(data, NOTICES)
    return standing(map(understood, kept[1])) if kept is not None else ()


def _catalogue(fact: Fact, drawable: Drawable) -> Catalogue:
    """The catalogue in this fact as this machine shows it. Raises CatalogueError, NotUnderstood."""
    body = understand(fact)
    if not isinstance(body, CataloguePublished):
        raise CatalogueError(f"{fact.kind} v{fact.version} is of a newer release", hint=_UPDATE)
    whole = catalogue.from_body(CatalogueAdopted(body.digest, body.catalogue))
    if sealed_catalogue(whole).digest != body.digest:
        raise CatalogueError("it does not say what its digest says", hint=_AGAIN)
    values = catalogue_values(whole)
    _must_be_legible(values, CatalogueError)
    shown = catalogue_of(values, drawable.languages, accents=drawable.accents, pictograms=drawable.pictograms)
    return replace(shown, digest=body.digest)


def _calendar(fact: Fact, drawable: Drawable) -> Calendar:
    """The calendar in this fact as this machine keeps it. Raises CalendarError, NotUnderstood.

    The hours of a service that the catalogue does not have do no harm.
    """
    body = understand(fact)
    if not isinstance(body, CalendarPublished):
        raise CalendarError(f"{fact.kind} v{fact.version} is of a newer release", hint=_UPDATE)
    whole = calendar_fact.from_body(CalendarAdopted(body.digest, body.calendar))
    if sealed_calendar(whole).digest != body.digest:
        raise CalendarError("it does not say what its digest says", hint=_AGAIN)
    values = calendar_values(whole)
    _must_be_legible(values, CalendarError)
    return replace(calendar_of(values, drawable.languages), digest=body.digest)


_JUDGED: dict[str, Callable[[Fact, Drawable], Catalogue | Calendar]] = {CATALOGUE: _catalogue, CALENDAR: _calendar}


def _must_be_legible(values: object, error: type[SyncError]) -> None:
    problems = illegible_in(values)
    if problems:
        raise error("\n".join(problems), hint=HINT)


def _version(journal_id: JournalId, facts: tuple[Fact, ...]) -> Version:
    number = facts[-1].body.get("number")
    return Version(number if isinstance(number, int) else 0, (journal_id, facts[-1].seq))


def _place(data: Path, name: str) -> Place | None:
    kept = _read(data, name)
    return (kept[0], kept[1][-1].seq) if kept is not None and kept[1] else None


def _read(data: Path, name: str) -> tuple[JournalId, tuple[Fact, ...]] | None:
    try:
        journal_id, *rows = (data / name).read_bytes().split(b"\n")
        return JournalId(journal_id.decode("ascii")), tuple(codec.decode(row) for row in rows)
    except (OSError, NotCanonical, UnicodeDecodeError):
        return None


_UPDATE = "Bring this machine up to date."
_AGAIN = "Publish it again at the office."
