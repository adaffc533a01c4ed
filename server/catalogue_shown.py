"""A draft as it would look, gaps and all: what is asked of kiosk.preview. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from server.document import Values
from sync.catalogue import to_body
from sync.config import LANGUAGES
from sync.services import NONE, Catalogue, DocumentNeeded, Group, Service, ServiceText

GAP = "…"
"""What stands in a picture where nothing is filled in yet."""


def asked(values: Values, service: str, office: Mapping[str, str]) -> bytes:
    """The pictures of this service: what `python -m kiosk.preview service` reads."""
    named = {language: office.get(language) or next(iter(office.values()), GAP) for language in LANGUAGES}
    plain = {"catalogue": to_body(shown(values)).catalogue, "service": service, "office": named, "languages": LANGUAGES}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True).encode()


def shown(values: Values) -> Catalogue:
    """The catalogue with a mark in every gap."""
    groups = tuple(
        Group(
            str(each.get("id", "")),
            str(each.get("accent", "")),
            str(each.get("pictogram", "")),
            {language: str(each.get(language) or GAP) for language in LANGUAGES},
        )
        for each in values.get("groups", ())
    )
    accents = {group.id: group.accent for group in groups}
    services = tuple(_service(each, accents) for each in values.get("services", ()))
    line = values.get("notice")
    notice = None if line is None else {each: str(line.get(each) or GAP) for each in LANGUAGES}
    return Catalogue(services, "", groups, notice)


def _service(each: Mapping[str, Any], accents: Mapping[str, str]) -> Service:
    group, fee = str(each.get("group", "")), each.get("fee")
    return Service(
        str(each.get("id", "")),
        str(each.get("series", "?"))[:1],
        str(each.get("accent") or accents.get(group, "")),
        str(each.get("pictogram", "")),
        _number(each.get("minutes"), 0),
        fee if isinstance(fee, int) or fee == "none" else "varies",
        {language: _text(each.get(language, {}), fee) for language in LANGUAGES},
        group,
        _number(each.get("cases"), 1),
    )


def _text(text: Mapping[str, Any], fee: Any) -> ServiceText:
    documents = text.get("documents", [GAP])
    noted = text.get("fee_note") or (None if isinstance(fee, int) or fee == "none" else GAP)
    return ServiceText(
        str(text.get("name") or GAP),
        tuple(text.get("steps") or (GAP,)),
        () if documents == NONE else tuple(map(_document, documents)),
        str(text.get("hours") or GAP),
        str(text.get("complaints") or GAP),
        noted,
        str(text.get("channel") or GAP),
        text.get("short"),
    )


def _document(each: Any) -> DocumentNeeded:
    if isinstance(each, Mapping):
        return DocumentNeeded(str(each.get("text") or GAP), each.get("when"))
    return DocumentNeeded(str(each))


def _number(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise
