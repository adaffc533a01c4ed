"""The services for everybody: steps, documents, fee and time in three languages, who waits now, small and complete."""

import asyncio
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from markupsafe import escape

from server.around import Around
from server.pages import Pages
from server.services_page import ServicePages, parts, sheet
from sync.board import Minutes
from sync.catalogue import parse_catalogue
from sync.live import Live
from sync.types import UtcMs
from tests.server.conftest import ZONE
from tests.server.device import NOON
from tests.sync.queueing import Queue
from translations import LANGUAGES

CATALOGUE = parse_catalogue((Path(__file__).parents[2] / "kiosk" / "example" / "catalogue.toml").read_bytes())
FIRST = CATALOGUE.services[0]
AROUND = Around(CATALOGUE, ranges={FIRST.id: Minutes(10, 25)})
NAMES = {"th": "เทศบาล", "en": "Municipality", "my": "မြို့တော်"}
LARGEST = 60_000
"""Bytes of a first load without fonts, on a cheap telephone's connection."""


def waiting(count: int) -> Live:
    """So many wait for the first service."""
    queue = Queue.opened((FIRST.id,))
    for number in range(1, count + 1):
        queue.take(number, FIRST.id)
    return queue.live


class Client:
    """The pages of an office, asked without a network."""

    def __init__(self, around: Around = AROUND, live: Live | None = None) -> None:
        async def told() -> Around:
            return around

        self.pages, app = Pages(NAMES, ZONE), FastAPI()
        served = ServicePages(self.pages, told, lambda: live or waiting(3), lambda: UtcMs(NOON))
        served.add_to(app)
        self._app = app

    def get(self, path: str) -> httpx.Response:
        """One page."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
                return await client.get(path)

        return asyncio.run(ask())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_service_stands_there_with_its_time_fee_and_who_waits(language: str) -> None:
    page = Client().get(f"/services?lang={language}").text
    for service in CATALOGUE.services:
        assert str(escape(service.text(language).name)) in page
    told = [row for part in parts(AROUND, waiting(3), language) for row in part.rows]
    assert [row.id for row in told] == [each.id for group in CATALOGUE.groups for each in CATALOGUE.services_of(group)]
    assert {row.id: row.waiting for row in told if row.waiting} == {FIRST.id: 3}
    assert "10–25" in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("service", CATALOGUE.services, ids=lambda each: each.id)
def test_a_service_says_all_that_is_published_and_none_where_there_is_none(language: str, service: object) -> None:
    known = CATALOGUE.service(getattr(service, "id", ""))
    page, text = Client().get(f"/services/{known.id}?lang={language}").text, known.text(language)
    for said in (*text.steps, *(each.text for each in text.documents), text.hours):
        assert str(escape(said)) in page
    told = sheet(known, AROUND, Live(), language)
    assert all(value for _, value in told.facts)
    assert len(told.facts) == 5


@pytest.mark.parametrize("path", ["/services", f"/services/{FIRST.id}"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_load_is_small(path: str, language: str) -> None:
    client = Client()
    page = client.get(f"{path}?lang={language}")
    style = client.pages.assets["pages.css"].content
    assert "<script" not in page.text
    assert len(page.content) + len(style) <= LARGEST


def test_where_no_catalogue_is_known_the_page_says_so_and_no_service_is_found() -> None:
    client = Client(Around())
    assert "has not published its services" in client.get("/services?lang=en").text
    assert client.get(f"/services/{FIRST.id}").status_code == 404


def test_a_service_that_is_not_there_is_not_found() -> None:
    assert Client().get("/services/nothing").status_code == 404


def test_without_a_known_range_no_minutes_are_said() -> None:
    page = Client(Around(CATALOGUE)).get("/services?lang=en").text
    assert "min from now" not in page
