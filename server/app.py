"""The pages' application: the office live, a ticket by its token, assets, health, and the description of the API."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from email.utils import formatdate
from functools import partial
from typing import Any, Protocol, TypeVar

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Route

from server import reading
from server.database import Db, DbError
from server.described import complete
from server.feed import Feed
from server.http import FOR_EVER, App, Receive, Scope, Send
from server.pages import Pages
from sync import RELEASE
from sync.feedwire import Ask, Introduction
from sync.paircode import PairAnswer, PairRequest
from sync.types import UtcMs
from sync.wire import FACTS_PATH, FEED_PATH, PAIR_PATH, STATUS, Answer, Refusal

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
GUARDS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
Result = TypeVar("Result")


class Reader:
    """Reads the ledger in a thread of its own, so that no page waits for another's disk."""

    def __init__(self, db: Db, thread: Executor) -> None:
        self._db, self._thread = db, thread

    def view(self, day: str) -> Awaitable[reading.View]:
        """The office day."""
        return self._run(partial(reading.view, self._db, day))

    def read(self, function: Callable[..., Result], *values: object) -> Awaitable[Result]:
        """What `function(connection, *values)` reads."""
        return self._run(partial(function, self._db, *values))

    def alive(self) -> Awaitable[Any]:
        """Fails where the ledger cannot be read."""
        return self._run(lambda: self._db.execute("SELECT server_id FROM server").fetchone())

    def _run(self, work: Callable[[], Any]) -> Awaitable[Any]:
        return asyncio.get_running_loop().run_in_executor(self._thread, work)


class Guided(Protocol):
    """Something that adds routes of its own."""

    def add_to(self, app: FastAPI) -> None: ...


def pages_app(
    reader: Reader,
    pages: Pages,
    feed: Feed,
    now: Callable[[], UtcMs],
    trouble: Callable[[], str | None],
    *guides: Guided,
) -> App:
    """The application behind the pages' listener. `trouble`: what to do where the ledger takes nothing, else None;
    each of
    `guides` adds pages of its own: the way to the console, the display.
    """
    app = FastAPI(title="Scorecard Smart Box", version=RELEASE, docs_url=None, redoc_url=None, redirect_slashes=False)

    @app.get("/", response_class=HTMLResponse, summary="The office today, live")
    async def office(lang: str = "") -> HTMLResponse:
        language = pages.language(lang)
        return _html(pages.office(await feed.view(), language, now()))

    @app.get("/healthz", summary="Whether the server can read its ledger, and could write it last")
    async def healthz() -> JSONResponse:
        try:
            await reader.alive()
        except DbError as error:
            return JSONResponse({"status": "failing", "message": str(error)}, 503)
        refused = trouble()
        if refused is not None:
            return JSONResponse({"status": "failing", "message": refused}, 503)
        return JSONResponse({"status": "ok", "release": RELEASE})

    @app.get("/static/{digest}/{name}", include_in_schema=False)
    async def static(digest: str, name: str) -> Response:
        return asset_response(pages, digest, name)

    @app.exception_handler(HTTPException)
    async def problem(request: Request, error: HTTPException) -> Response:
        if error.status_code != 404:
            return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
        return _html(pages.missing(pages.language(request.query_params.get("lang"))), 404)

    app.router.routes.append(Route("/live/events", feed))
    for each in guides:
        each.add_to(app)
    _describe(app)
    return with_headers(app, GUARDS)


def asset_response(pages: Pages, digest: str, name: str) -> Response:
    """A file that pages load. Raises HTTPException(404) for what is none, or not of this release."""
    asset = pages.assets.get(name)
    if asset is None or asset.path != f"/static/{digest}/{name}":
        raise HTTPException(404)
    return Response(asset.content, media_type=asset.media_type, headers={"cache-control": FOR_EVER})


def with_headers(app: App, headers: tuple[tuple[bytes, bytes], ...] = ()) -> App:
    """`app` with these headers and the date on every response (RFC 9110, 6.6.1)."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Any) -> None:
            if message["type"] == "http.response.start":
                date = (b"date", formatdate(usegmt=True).encode())
                message = {**message, "headers": [*message["headers"], *headers, date]}
            await send(message)

        await app(scope, receive, dated)

    return wrapped


def _html(text: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(text, status, headers={"cache-control": "no-store"})


def _describe(app: FastAPI) -> None:
    """Add to /openapi.json what is not routed by FastAPI: the exchange, and the stream."""
    schema = app.openapi()
    complete(schema["paths"])
    shapes = (Answer, Refusal, PairRequest, PairAnswer, Ask, Introduction)
    references, components = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    told = [{"application/json": {"schema": each}} for each in references]
    answer, refusal, pair_request, pair_answer, ask, introduction = told
    refused = {str(status): {"description": "Refused; nothing was applied", "content": refusal} for status in _STATUSES}
    lines = {"application/x-ndjson": {"schema": {"type": "string", "format": "binary"}}}
    signed = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("Scorecard-Journal", "Scorecard-Range", "Scorecard-Signature")
    ]
    schema["components"] = {"schemas": {**schema.get("components", {}).get("schemas", {}), **components}}
    schema["paths"][FACTS_PATH] = {
        "post": {
            "summary": "Send facts (on the exchange's listener, over TLS; docs/exchange.md)",
            "parameters": signed,
            "requestBody": {"required": True, "content": lines},
            "responses": {"200": {"description": "Durable up to `received`", "content": answer}, **refused},
        }
    }
    schema["paths"][PAIR_PATH] = {
        "post": {
            "summary": "Pair a machine by its one-time code (on the exchange's listener)",
            "requestBody": {"required": True, "content": pair_request},
            "responses": {"200": {"description": "Paired", "content": pair_answer}, **refused},
        }
    }
    schema["paths"][FEED_PATH] = {
        "post": {
            "summary": "Ask for the office's own journal, held until there is more (on the exchange's listener)",
            "parameters": signed,
            "requestBody": {"required": True, "content": ask},
            "responses": {
                "200": {"description": "A signed batch, or which journal it is", "content": {**lines, **introduction}},
                **refused,
            },
        }
    }
    schema["paths"]["/t/{token}/now"] = _FRAGMENT
    for path, parts in _STREAMS.items():
        schema["paths"][path] = {
            "get": {
                "summary": f"Server-sent events: {parts}, `beat` (time of day), `release`",
                "parameters": [_LANG],
                "responses": {"200": {"description": "The stream", "content": {"text/event-stream": {}}}},
            }
        }


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
            "404": {"description": "There is no such ticket", "content": {"text/html": {}}},
            "429": {"description": "Too many unknown tokens from this address", "content": {"text/html": {}}},
        },
    }
}
_STREAMS = {
    "/live/events": "`state` (HTML fragment)",
    "/display/events": "`hero`, `more`, `told`, `waits` (HTML fragments), `say` (what to play)",
}
_STATUSES = sorted(set(STATUS.values()))
