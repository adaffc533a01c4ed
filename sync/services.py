"""What the service catalogue says: services, their texts by language, their groups. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sync.errors import CatalogueError

HINT = 'Fill in every line named here; the example catalogue shows how. Where nothing is needed, say so with "none".'
"""What to do about a catalogue that lacks something."""
Fee: TypeAlias = int | Literal["none", "varies"]
"""Satang; or "none": it costs nothing; or "varies": each language's `fee_note` says how."""

NONE = "none"
"""What a catalogue says where there is nothing: no fee, no document, no other channel."""
SERIES = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters a series may have: one of them, without I and O, which are read as 1 and 0."""


@dataclass(frozen=True, slots=True)
class DocumentNeeded:
    """A document to bring; `when` (None: always) says in which case."""

    text: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceText:
    """A service in one language. `documents` empty: none needed. `complaints`: where to complain.

    `channel`: where else it can be done (online, by post); NONE where it says nowhere, "" where an older catalogue
    does not say. `short`: a shorter name for narrow places.
    """

    name: str
    steps: tuple[str, ...]
    documents: tuple[DocumentNeeded, ...]
    hours: str
    complaints: str
    fee_note: str | None = None
    channel: str = ""
    short: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A service with its texts by language. `minutes`: the published standard time.

    `group`: the id of its group, "" in a catalogue without groups. `cases`: the most cases of it on one visit, 1 to 9.
    `spoken`: the id of its recorded name; "": the service's own id.
    """

    id: str
    series: str
    accent: str
    pictogram: str
    minutes: int
    fee: Fee
    texts: Mapping[str, ServiceText]
    group: str = ""
    cases: int = 1
    spoken: str = ""

    @property
    def spoken_id(self) -> str:
        """The id of the recorded name."""
        return self.spoken or self.id

    def text(self, language: str) -> ServiceText:
        """This service in a language. Raises CatalogueError where there is no such text."""
        if language not in self.texts:
            raise CatalogueError(f"{self.id} has no texts in {language}", hint=HINT)
        return self.texts[language]


@dataclass(frozen=True, slots=True)
class Group:
    """Services of one desk, with one colour and one series of numbers. `names`: by language."""

    id: str
    accent: str
    pictogram: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The services in the order they are shown. `digest`: SHA-256 of the file, hex.

    `groups`: in the order they are shown; empty in a catalogue of an older release. `notice`: a line for every reader
    of this catalogue, by language ("example: check with your office"); None: none.
    """

    services: tuple[Service, ...]
    digest: str
    groups: tuple[Group, ...] = ()
    notice: Mapping[str, str] | None = None

    def service(self, service_id: str) -> Service:
        """The service of this id. Raises CatalogueError where there is none."""
        found = next((service for service in self.services if service.id == service_id), None)
        if found is None:
            raise CatalogueError(f"the catalogue has no service {service_id!r}", hint=HINT)
        return found

    def group_of(self, service: Service) -> Group | None:
        """The group of this service; None where the catalogue has no groups."""
        return next((group for group in self.groups if group.id == service.group), None)

    def services_of(self, group: Group) -> tuple[Service, ...]:
        """The services of this group, in the order they are shown."""
        return tuple(service for service in self.services if service.group == group.id)


def baht(satang: int) -> str:
    """An amount as it is written: 2000 → "20", 125050 → "1,250.50"."""
    whole, rest = divmod(satang, 100)
    return f"{whole:,}" + (f".{rest:02}" if rest else "")
