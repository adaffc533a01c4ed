"""What an office published, for tests: as facts of its journal, and the mirror that has them."""

from dataclasses import replace
from typing import Any

from kiosk.pictograms import SERVICE_PICTOGRAMS
from kiosk.preview import example_catalogue
from kiosk.publications import Drawable
from sync import calendar_fact, catalogue
from sync.body import Body
from sync.calendar import ALWAYS_OPEN, Calendar
from sync.codec import Fact
from sync.facts import draft
from sync.facts_published import CalendarPublished, CataloguePublished, NoticePublished, NoticeWithdrawn
from sync.mirror import Published
from sync.publication import sealed_calendar, sealed_catalogue
from sync.services import Catalogue
from sync.types import BootMs, JournalId, Seq, UtcMs
from tests.kiosk.fakes import BOOT, NOON
from translations import LANGUAGES

OFFICE = JournalId("0f" * 16)
CAN = Drawable(LANGUAGES, ("teal", "indigo", "terracotta", "plum", "moss"), tuple(SERVICE_PICTOGRAMS))
EXAMPLE = example_catalogue()
TEXTS = {"th": "ปิดถนน", "en": "The road is closed", "my": "လမ်းပိတ်ထားသည်"}
HOUR = 3_600_000


def fewer(count: int) -> Catalogue:
    """The example's first services."""
    kept = EXAMPLE.services[:count]
    groups = tuple(each for each in EXAMPLE.groups if each.id in {service.group for service in kept})
    return sealed_catalogue(replace(EXAMPLE, services=kept, groups=groups))


def services(found: Catalogue, number: int = 1, **changes: Any) -> CataloguePublished:
    """This catalogue is published."""
    plain = catalogue.to_body(found)
    return replace(CataloguePublished(UtcMs(NOON), number, plain.digest, plain.catalogue, "s00000001"), **changes)


def hours(counters: int = 1, number: int = 1) -> CalendarPublished:
    """Always open, with so many counters."""
    found: Calendar = sealed_calendar(replace(ALWAYS_OPEN, counters=counters))
    plain = calendar_fact.to_body(found)
    return CalendarPublished(UtcMs(NOON), number, plain.digest, plain.calendar, "s00000001")


def notice(name: str = "n1", **changes: Any) -> NoticePublished:
    """A notice for an hour from noon."""
    times = UtcMs(NOON), UtcMs(NOON + HOUR)
    return replace(NoticePublished(UtcMs(NOON), name, TEXTS, *times, "information"), **changes)


class PublishedMirror:
    """Has what was added, as sync.mirror.MirrorReader tells it. `gone`: it cannot be read."""

    def __init__(self, *bodies: Body, journal: JournalId = OFFICE) -> None:
        self.journal, self.facts, self.gone = journal, list[Fact](), False
        self.add(*bodies)

    def add(self, *bodies: Body) -> "PublishedMirror":
        """More facts."""
        for body in bodies:
            made, seq = draft(body), Seq(len(self.facts) + 2)
            self.facts.append(Fact(seq, made.kind, made.version, BOOT, BootMs(seq), made.body))
        return self

    def published_up_to(self) -> tuple[JournalId, Seq] | None:
        """How far it goes."""
        return None if self.gone else (self.journal, self.facts[-1].seq if self.facts else Seq(0))

    def published(self) -> Published | None:
        """The newest of each."""
        newest = {fact.kind: fact for fact in self.facts}
        told = {NoticePublished.kind, NoticeWithdrawn.kind}
        of = newest.get(CataloguePublished.kind), newest.get(CalendarPublished.kind)
        return None if self.gone else Published(self.journal, *of, tuple(f for f in self.facts if f.kind in told))
