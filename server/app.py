"""The pages' application: the office live, a ticket by its token, assets, health, and the description of the API."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from email.utils import formatdate
from functools import partial
from typing import Any, Protocol, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from server import reading
from server.database import Db, DbError
from server.described import describe
from server.feed import Feed
from server.http import FOR_EVER, App, Receive, Scope, Send, only_get
from server.pages import Pages
from sync import RELEASE
from sync.types import UtcMs

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
    elsewhere: Callable[[], Awaitable[bool]] | None = None,
) -> App:
    """The application behind the pages' listener. `trouble`: what to do where the ledger takes nothing, else None;
    each of `guides` adds pages of its own: the way to the console, the display; `elsewhere`: whether only other offices
    are told of.
    """
    app = FastAPI(title="Scorecard Smart Box", version=RELEASE, docs_url=None, redoc_url=None, redirect_slashes=False)

    @app.get("/", response_class=HTMLResponse, responses=_LIST, summary="The office today, live")
    async def office(lang: str = "") -> Response:
        language = pages.language(lang)
        if elsewhere is not None and await elsewhere():
            return RedirectResponse(f"/offices?lang={language}", 307)
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
        if error.status_code == 405:
            return JSONResponse({"error": error.detail}, 405, headers={"allow": _allowed(app, request)})
        if error.status_code != 404:
            return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
        return _html(pages.missing(pages.language(request.query_params.get("lang"))), 404)

    app.router.routes.append(only_get("/live/events", feed))
    for each in guides:
        each.add_to(app)
    describe(app)
    return with_headers(app, GUARDS)


_LIST: Any = {307: {"description": "A centre whose own office does nothing leads to its list of offices"}}


def _allowed(app: FastAPI, request: Request) -> str:
    """What may be done at this address, by every route there: they may be several."""
    found: set[str] = set()
    for route in app.router.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return ", ".join(sorted(found))


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
