"""What a `catalogue.adopted` says, as it lies in the ledger; what has another shape is passed over. Pure.

The record keeps what a machine once adopted, whatever its release thought of it: sync.catalogue would refuse the whole.
"""

from collections.abc import Iterator
from typing import Any


def offered(catalogue: object) -> list[dict[str, Any]]:
    """The services in a `catalogue.adopted`, in order, as they stand there; what has another shape is passed over."""
    services = catalogue.get("services") if isinstance(catalogue, dict) else None
    return [each for each in services if isinstance(each, dict)] if isinstance(services, list) else []


def service_names(catalogue: object) -> Iterator[tuple[str, dict[str, str]]]:
    """(id, names by language) of the services in a `catalogue.adopted`; whatever has another shape is passed over."""
    texts = catalogue.get("texts") if isinstance(catalogue, dict) else None
    for text in texts if isinstance(texts, list) else []:
        match text:
            case {"service": str(service), "language": str(language), "name": str(name)} if name:
                yield service, {language: name}


def minutes_of(catalogue: object) -> dict[str, int]:
    """The published minutes by service."""
    found: dict[str, int] = {}
    for each in offered(catalogue):
        match each:
            case {"id": str(service), "minutes": int(minutes)} if minutes > 0:
                found[service] = minutes
    return found
