"""The service catalogue: what the office does, in every language, as data. Pure.

An office's own document (catalogue.toml) is read strictly, and refused with the full list of what is missing: a service
that says nothing about its fee or its documents is not shown. "None" is said, never left blank (the integrity
assessment asks for it, and so does a citizen). Money is in satang, a hundredth of a baht.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

import msgspec

from sync.config import LANGUAGES
from sync.errors import CatalogueError, ConfigError
from sync.facts import CatalogueAdopted
from sync.strict_toml import Choice, Document, Key, Kind, ListOf, Table, Text, Whole, parse
from sync.toml_lines import Path

Fee: TypeAlias = int | Literal["none", "varies"]
"""Satang; or "none": it costs nothing; or "varies": each language's `fee_note` says how."""

SERIES = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters a series may have: one of them, without I and O, which are read as 1 and 0."""


@dataclass(frozen=True, slots=True)
class DocumentNeeded:
    """A document to bring; `when` (None: always) says in which case."""

    text: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceText:
    """A service in one language. `documents` empty: none needed. `complaints`: where to complain."""

    name: str
    steps: tuple[str, ...]
    documents: tuple[DocumentNeeded, ...]
    hours: str
    complaints: str
    fee_note: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A service with its texts by language. `minutes`: the published standard time."""

    id: str
    series: str
    accent: str
    pictogram: str
    minutes: int
    fee: Fee
    texts: Mapping[str, ServiceText]

    def text(self, language: str) -> ServiceText:
        """This service in a language. Raises CatalogueError where there is no such text."""
        if language not in self.texts:
            raise CatalogueError(f"{self.id} has no texts in {language}", hint=_HINT)
        return self.texts[language]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The services in the order they are shown. `digest`: SHA-256 of the file, hex."""

    services: tuple[Service, ...]
    digest: str

    def service(self, service_id: str) -> Service:
        """The service of this id. Raises CatalogueError where there is none."""
        found = next((service for service in self.services if service.id == service_id), None)
        if found is None:
            raise CatalogueError(f"the catalogue has no service {service_id!r}", hint=_HINT)
        return found


def baht(satang: int) -> str:
    """An amount as it is written: 2000 → "20", 125050 → "1,250.50"."""
    whole, rest = divmod(satang, 100)
    return f"{whole:,}" + (f".{rest:02}" if rest else "")


def parse_catalogue(
    data: bytes | str,
    languages: tuple[str, ...] = LANGUAGES,
    *,
    accents: Collection[str] | None = None,
    pictograms: Collection[str] | None = None,
) -> Catalogue:
    """The catalogue in a TOML file. `accents` and `pictograms` are those that can be drawn (None: any).

    Raises CatalogueError whose message lists every problem, one a line, with its line in the file.
    """
    raw = data.encode() if isinstance(data, str) else data
    try:
        document = parse(data)
    except ConfigError as error:
        raise CatalogueError(_at(error), hint=error.hint) from error
    reader = _Reader(document, languages, accents, pictograms)
    services = reader.services()
    if reader.problems:
        raise CatalogueError("\n".join(reader.problems), hint=_HINT)
    return Catalogue(tuple(services), hashlib.sha256(raw).hexdigest())


def to_body(catalogue: Catalogue) -> CatalogueAdopted:
    """The fact that this catalogue is shown from here on. Texts lie apart from services: a row's depth is limited."""
    services, texts = [], []
    for service in catalogue.services:
        plain = msgspec.json.decode(msgspec.json.encode(service))  # lists, as a row has them
        of_language = plain.pop("texts")
        services.append(plain)
        texts += [{"service": service.id, "language": language, **text} for language, text in of_language.items()]
    return CatalogueAdopted(catalogue.digest, {"services": services, "texts": texts})


def from_body(body: CatalogueAdopted) -> Catalogue:
    """The catalogue in a fact. Raises CatalogueError where it has another shape."""
    try:
        by_service: dict[str, dict[str, Any]] = {}
        for text in body.catalogue["texts"]:
            rest = {key: value for key, value in text.items() if key not in {"service", "language"}}
            by_service.setdefault(text["service"], {})[text["language"]] = rest
        plain = [{**service, "texts": by_service.get(service["id"], {})} for service in body.catalogue["services"]]
        return Catalogue(msgspec.convert(plain, tuple[Service, ...], strict=True), body.digest)
    except (KeyError, TypeError, AttributeError, msgspec.ValidationError) as error:
        hint = "The fact is kept as it came. Compare the sender's release with this one."
        raise CatalogueError(f"no catalogue of this release: {error!r}", hint=hint) from error


_HINT = 'Fill in every line named here; the example catalogue shows how. Where nothing is needed, say so with "none".'


@dataclass(frozen=True, slots=True)
class _FeeKind:
    def read(self, value: Any, path: Path, document: Document) -> Fee:
        if type(value) is int:
            satang: int = Whole(1, 100_000_000, "satang").read(value, path, document)
            return satang
        hint = 'Write the satang as a number (20 baht: 2000), or "none", or "varies" with a `fee_note`.'
        if value == "none":
            return "none"
        if value == "varies":
            return "varies"
        raise document.wrong(path, '`fee` is neither an amount nor "none"', hint)


@dataclass(frozen=True, slots=True)
class _PaperKind:
    def read(self, value: Any, path: Path, document: Document) -> DocumentNeeded:
        if isinstance(value, dict):
            found = _PAPER.read(value, path, document)
            return DocumentNeeded(found["text"], found["when"])
        return DocumentNeeded(Text().read(value, path, document))


@dataclass(frozen=True, slots=True)
class _PapersKind:
    def read(self, value: Any, path: Path, document: Document) -> tuple[DocumentNeeded, ...]:
        if value == "none":
            return ()
        if value == []:
            raise document.wrong(path, "`documents` is empty", 'Where none is needed, write documents = "none".')
        return ListOf(_PaperKind(), 1, 12).read(value, path, document)


def _is_id(text: str) -> tuple[str, str] | None:
    plain = re.fullmatch(r"[a-z][a-z0-9-]{0,31}", text)
    return None if plain else (f'"{text}" is no id', "Small letters, digits and hyphens, a letter first.")


_PAPER = Table((Key("text", Text(), "the document"), Key("when", Text(), "when it is needed", None)))
_TEXTS = (
    Key("name", Text(), "the service's name"),
    Key("steps", ListOf(Text(), 1, 9), "the list of steps"),
    Key("documents", _PapersKind(), 'the list of documents, or "none"'),
    Key("hours", Text(), "the hours of service"),
    Key("complaints", Text(), "where to complain"),
    Key("fee_note", Text(), "how the fee is made up", None),
)
_Got = TypeVar("_Got")


def _at(error: ConfigError) -> str:
    return (f"line {error.line}: " if error.line else "") + str(error)


class _Reader:
    """Reads key by key, so that one mistake does not hide the next."""

    def __init__(
        self,
        document: Document,
        languages: tuple[str, ...],
        accents: Collection[str] | None,
        pictograms: Collection[str] | None,
    ) -> None:
        self.document = document
        self.languages = languages
        self.problems: list[str] = []
        self.keys = (
            Key("id", Text(_is_id), "a short name for files and programs"),
            Key("series", Choice(tuple(SERIES)), "the letter of its queue numbers"),
            Key("accent", Choice(tuple(accents)) if accents is not None else Text(), "its colour"),
            Key("pictogram", Choice(tuple(pictograms)) if pictograms is not None else Text(), "its picture"),
            Key("minutes", Whole(1, 8 * 60, "minutes"), "its standard time in minutes"),
            Key("fee", _FeeKind(), 'its fee in satang, or "none"'),
        )

    def services(self) -> list[Service]:
        listed = self.document.values.get("services")
        for name in self.document.values:
            if name != "services":
                self.problem(self.document.wrong((name,), f"unknown key `{name}`", ""))
        if not isinstance(listed, list) or not listed:
            self.problems.append("there is no service: each begins with [[services]]")
            return []
        found = [self.service(value, ("services", index)) for index, value in enumerate(listed)]
        made = [service for service in found if service is not None]
        for what in ("id", "series"):
            self.distinct(listed, what)
        return made

    def service(self, value: Any, path: Path) -> Service | None:
        before = len(self.problems)
        if not isinstance(value, dict):
            self.problem(self.document.wrong(path, "a service is a section [[services]]", ""))
            return None
        plain = {key: item for key, item in value.items() if key not in LANGUAGES}
        found = self.table(plain, path, self.keys)
        texts = {}
        for language in self.languages:
            if language in value:
                text = self.table(value[language], (*path, language), _TEXTS)
                texts[language] = text
                if found.get("fee") == "varies" and text.get("fee_note") is None:
                    where = (*path, language)
                    self.problem(self.document.wrong(where, f'{self.of(where)}: fee = "varies" needs a `fee_note`', ""))
            else:
                self.problem(self.document.wrong(path, f"{self.of(path)}: no texts in {language}", ""))
        if len(self.problems) > before:
            return None
        return Service(**found, texts={language: ServiceText(**text) for language, text in texts.items()})

    def table(self, value: Any, path: Path, keys: tuple[Key, ...]) -> dict[str, Any]:
        """What could be read; each mistake is noted."""
        if not isinstance(value, dict):
            self.problem(self.document.wrong(path, f"{self.of(path)}: not a section", ""))
            return {}
        found: dict[str, Any] = {}
        for name in value:
            if name not in {key.name for key in keys}:
                self.problem(self.document.wrong((*path, name), f"{self.of(path)}: unknown key `{name}`", ""))
        for key in keys:
            if key.name not in value and key.default is None:
                found[key.name] = None
            elif key.name not in value:
                self.problem(self.document.wrong(path, f"{self.of(path)}: `{key.name}` is missing ({key.help})", ""))
            else:
                self.one(key.name, key.kind, value[key.name], path, found)
        return found

    def one(self, name: str, kind: Kind, value: Any, path: Path, found: dict[str, Any]) -> None:
        try:
            found[name] = kind.read(value, (*path, name), self.document)
        except ConfigError as error:
            told = ConfigError(f"{self.of(path)}: {error}. {error.hint}".rstrip("."), hint="", line=error.line)
            self.problem(told)

    def of(self, path: Path) -> str:
        """How a problem names its place: the service's id, and the language."""
        listed = self.document.values["services"]
        index = path[1]
        value = listed[index] if isinstance(index, int) else None
        name = value.get("id", f"service {path[1]}") if isinstance(value, dict) else f"service {path[1]}"
        return ", ".join([str(name), *map(str, path[2:3])])

    def distinct(self, listed: list[Any], what: str) -> None:
        seen: dict[str, int] = {}
        for index, value in enumerate(listed):
            item = value.get(what) if isinstance(value, dict) else None
            if isinstance(item, str):
                if item in seen:
                    path = ("services", index, what)
                    self.problem(self.document.wrong(path, f'{what} = "{item}" stands for two services', ""))
                seen.setdefault(item, index)

    def problem(self, error: ConfigError) -> None:
        self.problems.append(_at(error))
