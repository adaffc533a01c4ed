"""Whoever asks while the ledger cannot be read or written is told to come later: no page breaks."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from server.app import Reader, pages_app
from server.audits import Audits
from server.database import Db
from server.door import Door
from server.errors import LedgerRefused
from server.feed import Feed
from server.pages import Pages
from server.proof import Proof
from server.sessions import TOKEN_BYTES
from sync.live import Live
from tests.server.conftest import ZONE
from tests.server.desk import Desk
from tests.server.device import NOON
from tests.server.test_online_page import Phones, told
from tests.server.test_queue import Office
from translations import LANGUAGES


class Away:
    """A ledger whose disk, or whose database server, is gone."""

    def read(self, function: Callable[..., Any], *values: object) -> Awaitable[Any]:
        """Nothing can be read."""
        raise sqlite3.OperationalError("disk I/O error")


def public(*guides: Any) -> Any:
    """The public pages above it."""
    pages = Pages({"en": "Office"}, ZONE)
    proof = Proof(Away(), Audits(ZONE, lambda: NOON), pages, Live, lambda: NOON)
    with ThreadPoolExecutor(1) as thread:
        reader = Reader(cast(Db, None), thread)
        return pages_app(
            reader, pages, Feed(reader.view, pages, lambda: NOON), lambda: NOON, lambda: None, proof, *guides
        )


def ask(app: Any, path: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://office.test") as client:
            return await client.get(path)

    return asyncio.run(asked())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_public_page_says_to_come_later(language: str) -> None:
    answer = ask(public(), f"/audit?lang={language}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert f'<html lang="{language}"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


class Hidden:
    """A route that the description leaves out."""

    def add_to(self, app: FastAPI) -> None:
        """Add it."""

        @app.get("/hidden", include_in_schema=False)
        async def hidden() -> HTMLResponse:
            return HTMLResponse("")


def test_a_route_that_is_not_described_is_not_begun_with() -> None:
    with pytest.raises(LookupError, match="/hidden"):
        public(Hidden())


def test_the_console_says_so_too(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(door=lambda reads, *others, **more: Door(Away(), *others, **more))
    browser = desk.browser()
    browser.client.cookies.set("__Host-console", "ab" * TOKEN_BYTES, domain="console.test")
    page, answer = browser.get("/"), browser.get("/api/me")
    assert (page.status_code, answer.status_code) == (503, 503)
    assert "text/html" in page.headers["content-type"]
    assert answer.json()["error"] == "ledger"


def test_no_place_is_given_that_could_not_be_written(tmp_path_factory: pytest.TempPathFactory) -> None:
    office = Office(tmp_path_factory.mktemp("office"))

    async def full(job: object) -> None:
        raise LedgerRefused("disk full", hint="Make room.")

    phones = Phones(office, write=full)
    page = told(phones, phones.ask())
    assert "No places can be given at this moment" in page
    assert office.live.online.places == {}
    office.ledger.close()
