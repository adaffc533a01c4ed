"""The proof for everybody, as routes of the public pages: /audit, /rule, /check, checkpoints and evidence.

What costs something is read in a thread of its own, one after the other; whoever comes while too many wait is asked to
come later, and no address may ask as fast as a program can.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.exceptions import HTTPException

from server import reading
from server.audits import Audits, Told
from server.bucket import Buckets
from server.checking import Checked, check
from server.checkpoints import kept
from server.database import Db, Unavailable
from server.door import address_of
from server.download import MOST_ROWS, evidence_zip, pieces
from server.errors import ComeLater, NoSuchDay, Refused, TooMuch
from server.forms import form_of
from server.limit import Address
from server.pages import Pages
from server.papers import Papers, check_at
from server.places import days
from server.proof_pages import PAPERS, Asked, ProofPages
from server.reads import Reads
from sync.audit_terms import Audit
from sync.live import Live
from sync.types import UtcMs

MOST_WAITING = 24
"""So many wait for the proof's thread at most."""
LATER_S = 10
CHECKS, CHECK_MS = 30, 4000
"""Of one address: so many checks at once, and one more in so many milliseconds. A hall may share one address."""
LOADS, LOAD_MS = 5, 60_000
Result = TypeVar("Result")


class Proof:
    """The routes. `reads` has a thread of its own; `live` gives the queue as it stands."""

    def __init__(
        self,
        reads: Reads,
        audits: Audits,
        pages: Pages,
        live: Callable[[], Live],
        now: Callable[[], UtcMs],
        *,
        most_rows: int = MOST_ROWS,
        papers: Papers | None = None,
        address: Address = address_of,
    ) -> None:
        """`most_rows` of evidence are made on the fly. `papers` of other offices are checked here, too. `address` says
        where a request comes from."""
        self._address = address
        self._papers = papers
        self._most_rows = most_rows
        self._reads, self._audits, self._pages, self._live, self._now = reads, audits, pages, live, now
        self._zone = pages.zone
        self._draw = ProofPages(pages, self._zone)
        self._checks, self._loads = Buckets(CHECKS, CHECK_MS), Buckets(LOADS, LOAD_MS)
        self._waiting = 0

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""

        @app.get("/audit", response_class=HTMLResponse, summary="How the calling rule was kept on a day")
        async def audit(lang: str = "", day: str = "") -> HTMLResponse:
            return _html(await self.audit(day, self._pages.language(lang)))

        @app.get("/rule", response_class=HTMLResponse, summary="The calling rule in force, also as a wall sheet")
        async def rule(lang: str = "", paper: str = "") -> HTMLResponse:
            size = paper if paper in PAPERS else PAPERS[0]
            today = self._pages.day(self._now())
            live = self._live()
            return _html(self._draw.rule(live.rule, self._pages.language(lang), size, today, live.online.terms))

        @app.get("/check", response_class=HTMLResponse, summary="The form to check a ticket")
        async def form(lang: str = "") -> HTMLResponse:
            return _html(self._draw.check(Asked(), {}, self._pages.language(lang)))

        @app.post("/check", response_class=HTMLResponse, summary="What became of the ticket with this proof code")
        async def checked(request: Request, lang: str = "") -> HTMLResponse:
            return await self.check(request, self._pages.language(lang))

        @app.get("/evidence/{day}.zip", response_class=Response, summary="The evidence of a day, to verify and replay")
        async def evidence(request: Request, day: str) -> Response:
            return await self.evidence(day, request)

        @app.get("/checkpoint/{day}.txt", response_class=PlainTextResponse, summary="The signed checkpoint of a day")
        async def text(day: str) -> PlainTextResponse:
            return PlainTextResponse(await self._checkpoint(day), headers={"cache-control": "no-store"})

        @app.get("/checkpoint/{day}", response_class=HTMLResponse, summary="The same as a sheet to print")
        async def sheet(day: str, lang: str = "") -> HTMLResponse:
            return _html(self._draw.checkpoint(await self._checkpoint(day), self._pages.language(lang)))

        @app.exception_handler(ComeLater)
        async def later(request: Request, error: ComeLater) -> HTMLResponse:
            answer = _html(self._draw.later(error.wait_s, self._language(request)), error.status)
            answer.headers["retry-after"] = str(error.wait_s)
            return answer

        @app.exception_handler(Unavailable)
        async def unread(request: Request, error: Exception) -> HTMLResponse:
            answer = _html(self._draw.unread(LATER_S, self._language(request)), 503)
            answer.headers["retry-after"] = str(LATER_S)
            return answer

        @app.exception_handler(TooMuch)
        async def too_much(request: Request, error: TooMuch) -> HTMLResponse:
            return _html(self._draw.too_much(self._language(request)), 413)

    def _language(self, request: Request) -> str:
        return self._pages.language(request.query_params.get("lang"))

    async def audit(self, day: str, language: str) -> str:
        """The page of this day, or of the last one. Raises HTTPException."""
        found = await self._read(self._day, day)
        return self._draw.no_day(language) if found is None else self._draw.audit(*found, language)

    async def check(self, request: Request, language: str) -> HTMLResponse:
        """What became of the ticket whose characters are in the form."""
        try:
            typed = (await form_of(request)).one("code")[:40]
        except Refused:
            typed = ""
        wait_s = self._checks.take(self._address(request), self._now())
        if wait_s:
            answer = _html(self._draw.check(Asked(typed, wait_s=wait_s), {}, language), 429)
            answer.headers["retry-after"] = str(wait_s)
            return answer
        found, names, as_of = await self._read(self._find, typed)
        if found is None and self._papers is not None:
            listed = await self._papers.office_of(typed)
            paper = await self._read(check_at, listed, typed, of=self._papers.reads) if listed is not None else None
            if paper is not None:
                return _html(self._draw.paper(typed, paper, language))
        return _html(self._draw.check(Asked(typed, found, found is None, as_of=as_of), names, language))

    async def evidence(self, day: str, request: Request) -> Response:
        """The ZIP of this day. Raises HTTPException, ComeLater, TooMuch."""
        wait_s = self._loads.take(self._address(request), self._now())
        if wait_s:
            raise ComeLater(429, wait_s)
        file = await self._read(evidence_zip, day, self._audits, self._zone, self._most_rows)
        name = f'attachment; filename="evidence-{day}.zip"'
        headers = {"content-disposition": name, "cache-control": "no-store"}
        return StreamingResponse(pieces(file), media_type="application/zip", headers=headers)

    async def _checkpoint(self, day: str) -> str:
        found = await self._read(kept, day)
        if found is None:
            raise HTTPException(404)
        return found

    def _day(self, db: Db, wanted: str) -> tuple[Told, list[str], str | None] | None:
        on_record = sorted({place.day for place in days(db)}, reverse=True)
        if not on_record and not wanted:
            return None
        day = wanted or on_record[0]
        return self._audits.day(db, day), on_record, kept(db, day)

    def _find(self, db: Db, typed: str) -> tuple[Checked | None, dict[str, dict[str, str]], UtcMs | None]:
        """The ticket, the names of the services, and as of when it is told where its day still runs."""
        as_of: UtcMs | None = None

        def read(db: Db, day: str) -> Audit:
            nonlocal as_of
            told = self._audits.day(db, day)
            as_of = None if told.found.audit.whole else told.at_ms
            return told.found.audit

        found = check(db, typed, self._zone, read)
        return found, reading.services(db) if found is not None else {}, as_of

    async def _read(self, function: Callable[..., Result], *values: object, of: Reads | None = None) -> Result:
        """What this reads in the proof's thread. Raises ComeLater, and HTTPException where there is no such day."""
        if self._waiting >= MOST_WAITING:
            raise ComeLater(503, LATER_S)
        self._waiting += 1
        try:
            asked: Awaitable[Any] = (of or self._reads).read(function, *values)
            return await asked  # type: ignore[no-any-return]
        except NoSuchDay as error:
            raise HTTPException(404) from error
        finally:
            self._waiting -= 1


def _html(text: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(text, status, headers={"cache-control": "no-store"})
