"""The now-serving display in the hall: its page, and the stream that keeps it true. No sign-in: a hall is public."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import parse_qs

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from server.around import Around
from server.clips import Clips
from server.display_pages import DisplayPages
from server.http import FOR_EVER, Receive, Scope, Send, only_get
from server.pages import Pages
from server.speaker import Speaker
from server.streams import BEAT_SECONDS, Streams
from sync.board import Board, board
from sync.live import Live
from sync.notices import told
from sync.slides import Slide, slide_at, slides, with_notices
from sync.types import UtcMs
from translations import LANGUAGES

Drawn = Mapping[str, str]

DISPLAY_GAP_SECONDS = 0.05
"""Least time between two drawings: the hall looks up when the chime sounds, and the number is there."""


async def _at_once() -> None:
    """Nothing is waited for."""


class Display:
    """The display's page and stream. All methods are for the event loop's thread.

    `live` gives the queue as it stands; `around` reads the rest. `slides`: what is told in turn. `speaker`: says
    what is played, None: nothing is. Before anything is drawn `sure` is waited for (server.witnesses).
    """

    def __init__(
        self,
        live: Callable[[], Live],
        around: Callable[[], Awaitable[Around]],
        pages: Pages,
        now: Callable[[], UtcMs],
        *,
        languages: Sequence[str] = LANGUAGES,
        clips: Clips | None = None,
        beat_seconds: float = BEAT_SECONDS,
        gap_seconds: float = DISPLAY_GAP_SECONDS,
        sure: Callable[[], Awaitable[None]] = _at_once,
    ) -> None:
        self._live, self._around, self._pages, self._now = live, around, pages, now
        self._draw, self._languages = DisplayPages(pages), languages
        self.streams = Streams(
            pages.release, lambda: pages.clock(now()), beat_seconds=beat_seconds, gap_seconds=gap_seconds
        )
        self._clips, self._sure = clips, sure
        self.speaker: Speaker | None = None
        self._told: Around | None = None
        self.slides: tuple[Slide, ...] = ()
        self._drawn: dict[str, tuple[tuple[Board, Slide | None], Drawn]] = {}
        self._looking = asyncio.Lock()

    def changed(self) -> None:
        """The queue has changed."""
        self.streams.ring()

    def close(self) -> None:
        """End every stream."""
        self.streams.close()

    async def page(self, wanted: str, *, sound: bool = True) -> str:
        """The whole page in this language."""
        await self._sure()
        now_ms, language = self._now(), self._pages.language(wanted)
        return self._draw.page(*await self._look(now_ms), language, now_ms, sound=sound)

    def add_to(self, app: FastAPI) -> None:
        """The page and the stream, as routes. `sound=off`: a set that stays silent, where several hang in one hall."""

        @app.get("/display", response_class=HTMLResponse, summary="The now-serving display, for any television")
        async def display(lang: str = "", sound: str = "") -> HTMLResponse:
            html = await self.page(lang, sound=sound != "off")
            return HTMLResponse(html, headers={"cache-control": "no-store"})

        @app.get("/clips/{digest}/{language}/{clip}", summary="A clip of speech, or the chime", response_class=Response)
        def played(digest: str, language: str, clip: str) -> Response:  # in a thread: it reads a file
            found = self._clips.at(digest, language, clip) if self._clips is not None else None
            if found is None or not found.path.is_file():
                raise HTTPException(404)
            headers = {"cache-control": FOR_EVER}
            return Response(found.path.read_bytes(), media_type=found.media_type, headers=headers)

        app.router.routes.append(only_get("/display/events", self))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One open display."""
        query = parse_qs(scope["query_string"].decode("latin-1"))
        language = self._pages.language(query.get("lang", [""])[0])
        begun = self.speaker.number if self.speaker is not None else 0
        await self.streams.serve(scope, receive, send, lambda: self._events(language, begun))

    async def _events(self, language: str, begun: int) -> Drawn:
        """What this page shows, and what it plays: nothing that was said before it was `begun`, not even once more."""
        await self._sure()
        drawn = await self._parts(language)
        if self.speaker is None or self.speaker.number <= begun:
            return drawn
        return {**drawn, "say": self.speaker.saying}

    async def _parts(self, language: str) -> Drawn:
        seen = await self._look(self._now())
        before = self._drawn.get(language)
        if before is None or before[0] != seen:
            self._drawn[language] = seen, self._draw.parts(*seen, language)
        return self._drawn[language][1]

    async def _look(self, now_ms: UtcMs) -> tuple[Board, Slide | None]:
        """The hall as it is now. What could not be read raises: the stream ends, and the page says so."""
        async with self._looking:
            around = await self._around()
        now, today = self._pages.wall(now_ms), self._pages.day(now_ms)
        seen = board(self._live(), now_ms, now, today, around.catalogue, around.calendar, around.ranges)
        if self._told is None or (self._told.catalogue, self._told.rule) != (around.catalogue, around.rule):
            self.slides = slides(around.catalogue, around.rule, self._languages)
        self._told = around
        notices = told(around.notices, now_ms)
        return seen, slide_at(with_notices(self.slides, notices, self._languages), now_ms)
