"""What /openapi.json says beside what FastAPI knows of its routes: pages that turn somebody away, forms, files, what is
answered without FastAPI, and the exchange (docs/exchange.md)."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from fastapi import FastAPI
from starlette.routing import Route

from server.open_shapes import FAILING, FIGURES, NOW, OFFICES, SERVICES, WELL
from sync import clipwire, relaywire, updatewire
from sync.facts_survey import DIMENSIONS
from sync.feedwire import Ask, Introduction
from sync.firstwire import Given
from sync.lostwire import Wanted
from sync.paircode import PairAnswer, Succession
from sync.wire import (
    CLIPS_PATH,
    CONTENT_TYPE,
    FACTS_PATH,
    FEED_PATH,
    FIRST_PATH,
    INTRODUCE_PATH,
    JOURNAL_HEADER,
    LOST_PATH,
    PAIR_PATH,
    RANGE_HEADER,
    RELAY_HEADER,
    SIGNATURE_HEADER,
    STATUS,
    UPDATES_PATH,
    Answer,
    Refusal,
)

Said = dict[str, Any]
_HTML: Said = {"text/html": {}}
_ERROR: Said = {
    "application/json": {
        "schema": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
    }
}
_PAGES = {
    "404": "There is no such page; the same for whatever is not known here",
    "429": "Too many requests from this address; `retry-after`",
    "503": "Come later; `retry-after`",
}
_FILES: Mapping[str, str] = {
    "/certificate/scorecard-office.crt": "application/x-x509-ca-cert",
    "/clips/{digest}/{language}/{clip}": "audio/*",
    "/evidence/{day}.zip": "application/zip",
}
_UNTOLD = {"/openapi.json", "/static/{digest}/{name}"}
_SHAPES: Mapping[str, Mapping[str, Any]] = {
    "/healthz": WELL,
    "/open/offices.json": OFFICES,
    "/open/{office}/now.json": NOW,
    "/open/{office}/services.json": SERVICES,
    "/open/{office}/figures/{month}.json": FIGURES,
}
_FORMS: Mapping[str, Mapping[str, Said]] = {
    "/check": {"code": {"type": "string"}},
    "/places": {
        "place": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "service": {"type": "string", "pattern": "^[a-z0-9-]{1,32}$"},
    },
}
"""The fields of each form."""
_OPTIONAL: Mapping[str, Mapping[str, Said]] = {
    "/t/{token}/survey": {each: {"type": "string", "enum": ["", "1", "2", "3", "4", "5"]} for each in DIMENSIONS}
}
"""Fields that a form may leave out."""
_WRITES: Mapping[str, str] = {
    "/places": "To the place, or to the service's page, which says why there is none",
    "/t/{token}/survey": "To the survey's page, which says that it is answered, now or before, or cannot be",
}
"""What is changed by a form from a page of this office alone, and where that leads."""


def describe(app: FastAPI) -> None:
    """Complete the description of this application, with all of its routes. Raises LookupError for one that is not
    described.
    """
    schema = app.openapi()
    paths = schema["paths"]
    _complete(paths)
    _add_exchange(schema)
    paths["/t/{token}/now"] = _FRAGMENT
    for path, parts in _STREAMS.items():
        paths[path] = {
            "get": {
                "summary": f"Server-sent events: {parts}, `beat` (time of day), `release`",
                "parameters": [_LANG],
                "responses": {
                    "200": {"description": "The stream", "content": {"text/event-stream": {}}},
                    "503": {"description": "Too many are open; `retry-after`", "content": {"text/plain": {}}},
                },
            }
        }
    missing = {route.path for route in app.router.routes if isinstance(route, Route)} - set(paths) - _UNTOLD
    if missing:
        raise LookupError(f"/openapi.json does not have {sorted(missing)}")


def _complete(paths: Said) -> None:
    for path, method, operation in _operations(paths):
        responses = operation["responses"]
        for status, words in _PAGES.items():
            responses.setdefault(status, {"description": words, "content": _HTML})
        if method == "post":
            _add_form(path, operation)
        if path in _FILES:
            responses["200"]["content"] = {_FILES[path]: {}}
        if path in _SHAPES:
            responses["200"]["content"] = {"application/json": {"schema": _SHAPES[path]}}
    failing: Said = {"application/json": {"schema": FAILING}}
    words = "It does not: `message` says why"
    paths["/healthz"]["get"]["responses"]["503"] = {"description": words, "content": failing}


def _add_form(path: str, operation: Said) -> None:
    fields, optional = _FORMS.get(path, {}), _OPTIONAL.get(path, {})
    form = {"schema": {"type": "object", "properties": {**fields, **optional}, "required": list(fields)}}
    operation["requestBody"] = {"required": True, "content": {"application/x-www-form-urlencoded": form}}
    responses = operation["responses"]
    if path in _WRITES:  # what is wrong with a code that is checked is said on the page
        responses["303"] = {"description": _WRITES[path]}
        responses.pop("200", None)
        for status, words in _STRANGE.items():
            responses[status] = {"description": words, "content": _ERROR}


_STRANGE = {
    "400": "No form that a page of this office sends",
    "403": "The form did not come from a page of this office",
    "413": "The form is too large",
    "415": "This is no form",
}


def _operations(paths: Said) -> Iterator[tuple[str, str, Any]]:
    return ((path, method, each) for path, methods in paths.items() for method, each in methods.items())


def _add_exchange(schema: Said) -> None:
    shapes = (
        Answer, Refusal, Succession, PairAnswer, Ask, Introduction, Wanted, clipwire.Ask, clipwire.Listed, Given,
        relaywire.Introduction, updatewire.Ask, updatewire.Offered,
    )  # fmt: skip
    references, components = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    told = [{"application/json": {"schema": each}} for each in references]
    (
        answer,
        refusal,
        pair_request,
        pair_answer,
        ask,
        introduction,
        wanted,
        clip_ask,
        clips,
        given,
        of,
        update_ask,
        offered,
    ) = told
    schema["components"] = {"schemas": {**schema.get("components", {}).get("schemas", {}), **components}}
    nothing: Said = {"application/json": {"schema": {"type": "object"}}}
    audio: Said = {clipwire.AUDIO: {}}
    pieces: Said = {updatewire.BYTES: {}}
    listener = "(on the exchange's listener, over TLS; docs/exchange.md)"
    for path, summary, body, ok, description in (
        (FACTS_PATH, "Send facts", _LINES, answer, "Durable up to `received`"),
        (FEED_PATH, "Ask for the office's own journal, held until there is more", ask, _LINES | introduction,
         "A signed batch, or which journal it is"),
        (LOST_PATH, "Give back what the office lost of its own journal", _LINES, wanted, "What is wanted next"),
        (CLIPS_PATH, "Ask for what is spoken in the hall", clip_ask, audio | clips, "A clip, or which there are"),
        (UPDATES_PATH, "Ask for the next release", update_ask, pieces | offered, "A piece of it, or which it is"),
        (FIRST_PATH, "Ask for the first administrator's code", nothing, given, "The code"),
        (INTRODUCE_PATH, "Make a machine's journal known at the centre", of, answer, "Known"),
        (PAIR_PATH, "Pair a machine by its one-time code", pair_request, pair_answer, "Paired"),
    ):  # fmt: skip
        signed = {} if path == PAIR_PATH else {"parameters": _SIGNED}
        told_of = {"200": {"description": description, "content": ok}}
        for status in sorted(set(STATUS.values())):
            told_of[str(status)] = {"description": "Refused; nothing was applied", "content": refusal}
        schema["paths"][path] = {
            "post": {
                "summary": f"{summary} {listener}",
                **signed,
                "requestBody": {"required": True, "content": body},
                "responses": told_of,
            }
        }


def _header(name: str, pattern: str, *, required: bool = True) -> Said:
    return {"name": name, "in": "header", "required": required, "schema": {"type": "string", "pattern": pattern}}


_LINES: Said = {CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}
_SIGNED = [
    _header(JOURNAL_HEADER, "^[0-9a-f]{32}$"),
    _header(RANGE_HEADER, "^(0|[1-9][0-9]{0,15})-(0|[1-9][0-9]{0,15})$"),
    _header(SIGNATURE_HEADER, "^[0-9a-f]{128}$"),
    _header(RELAY_HEADER, "^[0-9a-f]{32}$", required=False),
]
_LANG = {"name": "lang", "in": "query", "schema": {"type": "string", "enum": ["th", "en", "my"]}}
_FRAGMENT = {
    "get": {
        "summary": "The part of a ticket's page that changes",
        "parameters": [{"name": "token", "in": "path", "required": True, "schema": {"type": "string"}}, _LANG],
        "responses": {
            "200": {
                "description": "An HTML fragment. `scorecard-as-of`: as of when; `scorecard-again`: look again after "
                "so many seconds, 0: nothing more will happen",
                "content": {"text/html": {"schema": {"type": "string"}}},
            },
            "404": {"description": "There is no such ticket", "content": _HTML},
            "429": {"description": "Too many unknown tokens from this address", "content": _HTML},
        },
    }
}
_STREAMS = {
    "/live/events": "`state` (HTML fragment)",
    "/display/events": "`hero`, `more`, `told`, `waits` (HTML fragments), `say` (what to play)",
}
