"""The service catalogue: what the office does, in every language, as data. Pure.

An office's own document (catalogue.toml) is read strictly, and refused with the full list of what is missing: a service
that says nothing about its fee or its documents is not shown. "None" is said, never left blank (the integrity
assessment asks for it, and so does a citizen). Money is in satang, a hundredth of a baht.
"""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from sync.catalogue_reader import Reader
from sync.config import LANGUAGES
from sync.errors import CatalogueError, ConfigError
from sync.facts import CatalogueAdopted
from sync.services import HINT, NONE, SERIES, Catalogue, DocumentNeeded, Fee, Group, Service, ServiceText, baht
from sync.strict_toml import Document, Problem, parse
from sync.toml_lines import Lines

__all__ = [
    "NONE",
    "SERIES",
    "Catalogue",
    "DocumentNeeded",
    "Fee",
    "Group",
    "Service",
    "ServiceText",
    "baht",
    "catalogue_problems",
    "from_body",
    "parse_catalogue",
    "read_catalogue",
    "to_body",
]


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
        raise CatalogueError((f"line {error.line}: " if error.line else "") + str(error), hint=error.hint) from error
    digest = hashlib.sha256(raw).hexdigest()
    return read_catalogue(document, digest, languages, accents=accents, pictograms=pictograms)


def read_catalogue(
    document: Document,
    digest: str,
    languages: tuple[str, ...] = LANGUAGES,
    *,
    accents: Collection[str] | None = None,
    pictograms: Collection[str] | None = None,
) -> Catalogue:
    """The catalogue in a document. Raises CatalogueError as `parse_catalogue` does."""
    reader = Reader(document, languages, accents, pictograms)
    services, groups, notice = reader.whole()
    if reader.problems:
        raise CatalogueError("\n".join(reader.told()), hint=HINT)
    return Catalogue(services, digest, groups, notice)


def catalogue_problems(
    values: Mapping[str, Any],
    languages: tuple[str, ...] = LANGUAGES,
    *,
    accents: Collection[str] | None = None,
    pictograms: Collection[str] | None = None,
) -> tuple[Problem, ...]:
    """What `parse_catalogue` would refuse of a file with these values (as tomllib gives them), each by its path."""
    reader = Reader(Document(values, Lines()), languages, accents, pictograms)
    reader.whole()
    return tuple(reader.problems)


def to_body(catalogue: Catalogue) -> CatalogueAdopted:
    """The fact that this catalogue is shown from here on. Texts lie apart from services: a row's depth is limited."""
    services, texts = [], []
    for service in catalogue.services:
        plain = msgspec.json.decode(msgspec.json.encode(service))  # lists, as a row has them
        of_language = plain.pop("texts")
        services.append(plain)
        texts += [{"service": service.id, "language": language, **text} for language, text in of_language.items()]
    groups = msgspec.json.decode(msgspec.json.encode(catalogue.groups))
    notice = None if catalogue.notice is None else dict(catalogue.notice)
    whole = {"services": services, "texts": texts, "groups": groups, "notice": notice}
    return CatalogueAdopted(catalogue.digest, whole)


def from_body(body: CatalogueAdopted) -> Catalogue:
    """The catalogue in a fact; an older release's has no groups. Raises CatalogueError where it has another shape."""
    try:
        by_service: dict[str, dict[str, Any]] = {}
        for text in body.catalogue["texts"]:
            rest = {key: value for key, value in text.items() if key not in {"service", "language"}}
            by_service.setdefault(text["service"], {})[text["language"]] = rest
        plain = [{**service, "texts": by_service.get(service["id"], {})} for service in body.catalogue["services"]]
        whole = {
            "services": plain,
            "digest": body.digest,
            "groups": body.catalogue.get("groups", []),
            "notice": body.catalogue.get("notice"),
        }
        return msgspec.convert(whole, Catalogue, strict=True)
    except (KeyError, TypeError, AttributeError, msgspec.ValidationError) as error:
        hint = "The fact is kept as it came. Compare the sender's release with this one."
        raise CatalogueError(f"no catalogue of this release: {error!r}", hint=hint) from error
