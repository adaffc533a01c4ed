"""What the open files and /healthz look like, as JSON Schema for /openapi.json (server.open_page, server.open_data)."""

from collections.abc import Mapping
from typing import Any

from server.followups import COMPLAINT
from server.open_data import COLUMNS, VARIES
from server.told_answers import SCORES
from server.told_office import Age
from translations import LANGUAGES

Shape = Mapping[str, Any]

TEXT: Shape = {"type": "string"}
NUMBER: Shape = {"type": "integer", "minimum": 0}
FLAG: Shape = {"type": "boolean"}
WALL: Shape = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$"}
"""To the second, with the office's distance from UTC."""


def maybe(shape: Shape) -> Shape:
    """This or null."""
    return {"anyOf": [shape, {"type": "null"}]}


def listed(shape: Shape) -> Shape:
    """A list of these."""
    return {"type": "array", "items": shape}


def record(**fields: Shape) -> Shape:
    """An object with exactly these fields."""
    return {"type": "object", "properties": fields, "required": sorted(fields), "additionalProperties": False}


def by_language(shape: Shape) -> Shape:
    """An object with one of these for some of the languages."""
    return {"type": "object", "properties": dict.fromkeys(LANGUAGES, shape), "additionalProperties": False}


NAMES = by_language(TEXT)
ABOUT: Mapping[str, Shape] = {"licence": TEXT, "name": NAMES, "time_zone": TEXT, "office": TEXT}
OFFICES = record(licence=TEXT, offices=listed(record(office=TEXT, name=NAMES, time_zone=TEXT)))
NOW = record(
    **ABOUT,
    age={"type": "string", "enum": [each.value for each in Age]},
    as_of=maybe(WALL),
    open=maybe(FLAG),
    opens=maybe(WALL),
    waiting=maybe(NUMBER),
    counters_at_work=maybe(NUMBER),
    groups=listed(
        record(
            group=maybe(TEXT),
            names=NAMES,
            waiting=NUMBER,
            minutes=maybe({"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}),
        )
    ),
)
_TEXTS = record(
    name=TEXT,
    steps=listed(TEXT),
    documents=listed(record(text=TEXT, when=maybe(TEXT))),
    fee_note=maybe(TEXT),
    hours=TEXT,
    channel=maybe(TEXT),
    complaints=TEXT,
)
SERVICES = record(
    **ABOUT,
    groups=listed(record(id=TEXT, names=NAMES)),
    services=listed(
        record(
            id=TEXT,
            series=TEXT,
            group=maybe(TEXT),
            minutes=NUMBER,
            fee={"anyOf": [{"type": "string", "enum": ["none", VARIES]}, record(satang=NUMBER)]},
            cases=NUMBER,
            texts=by_language(_TEXTS),
        )
    ),
)
FIGURES = record(
    **ABOUT,
    month={"type": "string", "pattern": r"^\d{4}-\d\d$"},
    running=FLAG,
    revision=NUMBER,
    made_at={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
    days_being_made_anew=NUMBER,
    columns=record(**dict.fromkeys(COLUMNS, TEXT)),
    rows=listed(
        {
            "type": "array",
            "items": {"type": ["string", "number", "null"]},
            "minItems": len(COLUMNS),
            "maxItems": len(COLUMNS),
        }
    ),
    answers=listed(
        record(
            topic={"enum": [COMPLAINT, SCORES]},
            about=TEXT,
            service=maybe(TEXT),
            days=NUMBER,
            texts=by_language(TEXT),
        )
    ),
)
WELL = record(status={"const": "ok"}, release=TEXT)
FAILING = record(status={"const": "failing"}, message=TEXT)
