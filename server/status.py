"""The part of a ticket's page that changes, as phones ask for it: thousands of them, each every few seconds.

It is drawn once and handed out as bytes for as long as it holds (server.following). Where the listener sees such a
request whole, it is answered before any of it is parsed (server.serving); all else goes the common way.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import parse_qs

from fastapi import FastAPI, Request

from server.following import Following, Fragment
from server.http import Receive, Scope, Send, only_get

KEPT = 20_000
"""So many fragments are kept: about 1 KB each."""
_ASKED = re.compile(rb"GET /t/([0-9a-f]{32})/now(?:\?lang=([a-z]{0,8}))? HTTP/1\.1\r\n")
_OTHERWISE = re.compile(
    rb"\r\n(?:connection:(?! *keep-alive\r)|content-length:|transfer-encoding:|expect:|upgrade:)", re.IGNORECASE
)
"""Requests with a body, and connections that are to be closed or become something else."""
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class _Kept:
    fragment: Fragment
    headers: list[tuple[bytes, bytes]]
    body: bytes
    whole: bytes


class Status:
    """Raw ASGI behind GET /t/{token}/now. `guards`: headers that every page has."""

    def __init__(
        self,
        following: Following,
        language: Callable[[str | None], str],
        guards: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        self._following, self._language, self._guards = following, language, guards
        self._kept: dict[tuple[str, str], _Kept] = {}

    def add_to(self, app: FastAPI) -> None:
        """Add the route."""
        app.router.routes.append(only_get("/t/{token}/now", self))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. Raises HTTPException and ComeLater before anything is sent."""
        token = scope["path_params"]["token"]
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
        kept = await self._now(token, asked, self._following.address(Request(scope)))
        await send({"type": "http.response.start", "status": 200, "headers": kept.headers})
        await send({"type": "http.response.body", "body": kept.body})

    def quick(self, data: bytes) -> bytes | None:
        """The whole answer to this whole request, where it is at hand; else None."""
        asked = _ASKED.match(data)
        if asked is None or data.find(_END) != len(data) - len(_END) or _OTHERWISE.search(data):
            return None
        kept = self._kept.get((asked[1].decode(), self._language((asked[2] or b"").decode())))
        return kept.whole if kept is not None and self._following.holds(kept.fragment) else None

    async def _now(self, token: str, asked: str, address: str) -> _Kept:
        key = token, self._language(asked)
        kept = self._kept.get(key)
        if kept is not None and self._following.holds(kept.fragment):
            return kept
        found = await self._following.find(token, address)
        made = self._whole(await self._following.fragment(found, key[1], token))
        self._kept.pop(key, None)
        while len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = made
        return made

    def _whole(self, fragment: Fragment) -> _Kept:
        body = fragment.html.encode()
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"scorecard-as-of", fragment.as_of.encode()),
            (b"scorecard-again", str(fragment.again_s or 0).encode()),
        ]
        lines = [*headers, *self._guards, (b"date", formatdate(usegmt=True).encode())]
        head = b"HTTP/1.1 200 OK\r\n" + b"".join(name + b": " + value + b"\r\n" for name, value in lines) + b"\r\n"
        return _Kept(fragment, headers, body, head + body)
