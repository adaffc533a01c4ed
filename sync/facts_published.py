"""What an office, or a centre for its offices, publishes: the service catalogue, the calendar, notices.

Versions are counted in the journal that they are in, from 1; a later one takes the place of all before it. `staff` is
the opaque id of who published it, None where nobody of this office did: it came from its centre, and `source` says
which fact of the centre's journal it is. `offices`: for whom a centre published it, by their first journals, none for
every office; None: for this office alone.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from sync.body import Body
from sync.types import JournalId, Seq, UtcMs

INFORMATION, URGENT = "information", "urgent"
LEVELS = (INFORMATION, URGENT)
"""How a notice is shown."""
OFFICE, CENTRE = "office", "centre"
"""Whose catalogue holds at an office."""


@dataclass(frozen=True, slots=True)
class Source:
    """The fact of a centre's journal that was taken over."""

    journal: JournalId
    seq: Seq


@dataclass(frozen=True, slots=True)
class PublishedFact(Body):
    """Base of what is published; `now_ms` on the clock of whoever wrote it."""

    now_ms: UtcMs
    unsaid: ClassVar[tuple[str, ...]] = ("source", "offices")


@dataclass(frozen=True, slots=True)
class CataloguePublished(PublishedFact):
    """From here on kiosks take up this catalogue, whole, in the form of `catalogue.adopted`; `digest`: of that form
    (sync.publication)."""

    kind: ClassVar[str] = "catalogue.published"
    number: int
    digest: str
    catalogue: dict[str, Any]
    staff: str | None = None
    source: Source | None = None
    offices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CalendarPublished(PublishedFact):
    """From here on kiosks keep these hours, whole, in the form of `calendar.adopted`; `digest`: of that form."""

    kind: ClassVar[str] = "calendar.published"
    number: int
    digest: str
    calendar: dict[str, Any]
    staff: str | None = None
    source: Source | None = None
    offices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NoticePublished(PublishedFact):
    """A notice to every citizen, shown from `from_ms` until `until_ms`, by language. A later one of the same `notice`
    takes its place. `level`: information or urgent. `places`: where machines stand that show it; none: everywhere."""

    kind: ClassVar[str] = "notice.published"
    notice: str
    texts: dict[str, str]
    from_ms: UtcMs
    until_ms: UtcMs
    level: str
    places: tuple[str, ...] = ()
    staff: str | None = None
    source: Source | None = None
    offices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NoticeWithdrawn(PublishedFact):
    """That notice is shown no more."""

    kind: ClassVar[str] = "notice.withdrawn"
    notice: str
    staff: str | None = None
    source: Source | None = None
    offices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CatalogueChosen(PublishedFact):
    """Whose catalogue holds here: the office's own, or (as long as nothing is said) the last that came, also from the
    centre. `whose`: office or centre."""

    kind: ClassVar[str] = "catalogue.chosen"
    whose: str
    staff: str


@dataclass(frozen=True, slots=True)
class PublicationRefused(Body):
    """This machine does not take up that published fact and goes on with what it has: `why`, for a technician."""

    kind: ClassVar[str] = "publication.refused"
    journal: JournalId
    seq: Seq
    why: str


PUBLISHED: tuple[type[Body], ...] = (
    CataloguePublished,
    CalendarPublished,
    NoticePublished,
    NoticeWithdrawn,
    CatalogueChosen,
    PublicationRefused,
)
"""Every kind of fact that this module adds."""

HANDED_DOWN: tuple[type[PublishedFact], ...] = (CataloguePublished, CalendarPublished, NoticePublished, NoticeWithdrawn)
"""What machines follow in the journal of their office, and offices in that of their centre."""
