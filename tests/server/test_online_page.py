"""A place asked for from a phone: the pages of an office that gives them, without a script, a cookie or a word about
whoever asks."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request

from server.around import Around
from server.ledger import Ledger
from server.online import EACH, Gate, adopt
from server.online_page import OfficeSide, OnlinePages, asker, from_our_page
from server.own import own_secret
from server.pages import Pages
from server.proof_words import sums
from server.services_page import ServicePages
from server.stores import FILE
from sync.audit import Section, replay
from sync.calendar import ALWAYS_OPEN, Calendar, Period
from sync.issuing import token_hash
from sync.online import LEAST_OPEN
from sync.online_code import code_of
from sync.types import JournalId, UtcMs
from tests.server.centred import SERVICE as MOVE_IN
from tests.server.centred import Town
from tests.server.conftest import ZONE
from tests.server.device import NOON, seeded
from tests.server.places import reader_of
from tests.server.test_online import TERMS, come, token
from tests.server.test_queue import MINUTE, Office
from tests.server.test_services_page import CATALOGUE, LARGEST, NAMES
from tests.sync.test_audit import OPENED, facts_of
from translations import LANGUAGES, load

SERVICE, OTHER = (each.id for each in CATALOGUE.services[:2])
FORM = re.compile(r'name="place" value="([0-9a-f]{32})"')
OURS = {"origin": "null", "sec-fetch-site": "same-origin"}
MORNINGS = Calendar("", ((Period(8 * 60, 11 * 60),),) * 7)
"""Closed at noon."""


@dataclass
class Phones:
    """An office's public pages, asked without a network. Every phone has this `address`."""

    office: Office
    calendar: Calendar | None = ALWAYS_OPEN
    address: str = "203.0.113.9"
    write: Callable[[Callable[[Ledger], None]], Awaitable[None]] | None = None
    """In whose stead jobs are done on the ledger."""

    def __post_init__(self) -> None:
        async def around() -> Around:
            return Around(CATALOGUE, self.calendar)

        async def write(job: Callable[[Ledger], None]) -> None:
            with self.office.ledger.transaction():
                job(self.office.ledger)

        async def secret(of: JournalId | None) -> bytes:
            return own_secret(self.office.ledger.publications.db, of)

        def now() -> UtcMs:
            return self.office.now

        def moment() -> object:
            return self.office.moment if self.office.trusted else None

        def live() -> object:
            return self.office.live

        pages, self.app = Pages(NAMES, ZONE), FastAPI()
        side = OfficeSide(around, live, self.write or write, secret, moment, now, seeded(3))  # type: ignore[arg-type]
        online = OnlinePages(pages, side, TERMS, Gate(TERMS.hold_ms, seeded(4)), None)
        ServicePages(pages, around, live, now, online.offer).add_to(self.app)  # type: ignore[arg-type]
        online.add_to(self.app)

    def get(self, path: str) -> httpx.Response:
        """One page."""
        return self._ask("GET", path)

    def ask(self, service: str = SERVICE, lang: str = "en", **form: str) -> httpx.Response:
        """The button on the page of a service is pressed; where that leads to."""
        page = self.get(f"/services/{service}?lang={lang}").text
        found = FORM.search(page)
        sent = {"place": found[1] if found else "0" * 32, "service": service, **form}
        return self.send(sent, lang)

    def send(self, form: dict[str, str], lang: str = "en", headers: dict[str, str] = OURS) -> httpx.Response:
        """This form is sent."""
        return self._ask("POST", f"/places?lang={lang}", data=form, headers=headers)

    def _ask(self, method: str, path: str, **what: object) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(self.address, 5000))
            async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
                return await client.request(method, path, **what)  # type: ignore[arg-type]

        return asyncio.run(ask())


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Phones]:
    office = Office(tmp_path)
    yield Phones(office)
    office.ledger.close()


def told(phones: Phones, answer: httpx.Response) -> str:
    """What the page says that an answer leads to."""
    assert answer.status_code == 303
    page = phones.get(answer.headers["location"])
    assert page.status_code == 200
    return page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_asks_gets_a_code_and_reads_what_it_is_worth(phones: Phones, language: str) -> None:
    answer = phones.ask(lang=language)
    where = answer.headers["location"]
    page = told(phones, answer)
    code = code_of(where[3:35], phones.office.ledger.own_secret)
    assert f"{code[:3]} {code[3:]}" in page
    assert "13:00" in page
    assert CATALOGUE.services[0].text(language).name in page
    assert f'lang="{language}"' in page
    assert where.startswith("/p/")
    assert token_hash(where[3:35]) in phones.office.live.online.places


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_pages_are_small_set_no_cookie_and_need_no_script(phones: Phones, language: str) -> None:
    service, answer = phones.get(f"/services/{SERVICE}?lang={language}"), phones.ask(lang=language)
    place = phones.get(answer.headers["location"])
    sheet = len(Pages(NAMES, ZONE).assets["pages.css"].content)
    for page in (service, answer, place):
        assert "set-cookie" not in page.headers
        assert page is place or "<script" not in page.text
        assert len(page.content) + sheet < LARGEST
    assert place.headers["cache-control"] == "no-store"
    keeps = {"th": "ให้เป็นปัจจุบันเอง", "en": "keeps itself up to date", "my": "အလိုအလျောက် ပြင်ဆင်"}[language]
    assert keeps in place.text


def test_the_page_of_a_place_follows_it_into_the_hall(phones: Phones) -> None:
    office = phones.office
    kiosk = office.pair(1)
    where = phones.ask(lang="en").headers["location"]
    place = token_hash(where[3:35])
    come(office, kiosk, 1, place, 5, SERVICE)
    office.now = UtcMs(NOON + 6 * MINUTE)
    office.hear(kiosk)
    page = phones.get(where).text
    assert "B001" in page
    assert "counts from 12:00" in page
    assert 'http-equiv="refresh"' not in page
    part = phones.get(f"{where[:35]}/now?lang=en")
    assert part.text in page
    assert part.headers["scorecard-again"] == "0"


def test_a_place_nobody_came_with_says_that_it_ran_out(phones: Phones) -> None:
    where = phones.ask().headers["location"]
    phones.office.now = UtcMs(NOON + 61 * MINUTE)
    page = phones.get(where).text
    assert "ran out at 13:00" in page
    assert "hero" not in page.partition("<main")[2], "a code that is over is not shown"


def test_a_ticket_whose_place_counts_for_nothing_says_so(phones: Phones) -> None:
    office, kiosk = phones.office, phones.office.pair(1)
    first, second = (phones.ask().headers["location"] for _ in range(2))
    for n, where in enumerate((first, second), 1):
        come(office, kiosk, n, token_hash(where[3:35]), 1, SERVICE)
    office.now = UtcMs(NOON + 3 * MINUTE)
    office.hear(kiosk)
    assert "counts from" in phones.get(first).text
    assert "waits like a ticket without a place" in phones.get(second).text


def test_an_unknown_place_is_as_missing_as_any_other_page(phones: Phones) -> None:
    phones.ask()
    assert [phones.get(f"/p/{each}").status_code for each in (token(5), "x", "0" * 31)] == [404] * 3


def test_the_button_pressed_twice_is_one_place(phones: Phones) -> None:
    form = {"place": token(1), "service": SERVICE}
    assert phones.send(form).headers["location"] == phones.send(form).headers["location"]
    assert len(phones.office.live.online.places) == 1


def test_where_no_place_is_free_the_page_says_so_and_offers_no_button(phones: Phones) -> None:
    for _ in range(LEAST_OPEN):
        phones.ask()
    page = phones.get(f"/services/{SERVICE}?lang=en").text
    assert "taken at this moment" in page
    assert "<form" not in page
    late = phones.send({"place": token(1), "service": SERVICE})
    assert "taken at this moment" in told(phones, late), "whoever had the page open is told as well"
    assert "<form" in phones.get(f"/services/{OTHER}?lang=en").text


def test_a_closed_service_and_an_untrusted_clock_give_no_places(phones: Phones) -> None:
    phones.office.trusted = False
    assert "No places can be given" in told(phones, phones.ask())
    phones.office.trusted, phones.calendar = True, MORNINGS
    page = phones.get(f"/services/{SERVICE}?lang=en").text
    assert "it is closed" in page
    assert "<form" not in page
    assert "it is closed" in told(phones, phones.send({"place": token(1), "service": SERVICE}))
    assert not phones.office.live.online.places


def test_an_office_whose_kiosks_have_no_calendar_gives_places_at_any_time(phones: Phones) -> None:
    phones.calendar = None
    assert phones.ask().headers["location"].startswith("/p/")


def test_one_address_is_told_to_wait_while_others_are_served(phones: Phones) -> None:
    phones.calendar, services = ALWAYS_OPEN, [each.id for each in CATALOGUE.services]
    answers = [phones.ask(services[n % len(services)]) for n in range(EACH + 1)]
    assert [each.headers["location"].startswith("/p/") for each in answers] == [True] * EACH + [False]
    assert "Too many places" in told(phones, answers[-1])
    phones.address = "203.0.113.10"
    assert phones.ask(services[-1]).headers["location"].startswith("/p/")


@pytest.mark.parametrize(
    ("form", "headers", "status"),
    [
        ({"place": token(1), "service": "nothing"}, OURS, 404),
        ({"place": "short", "service": SERVICE}, OURS, 404),
        ({}, OURS, 415),
        ({"place": token(1), "service": SERVICE}, {"origin": "https://elsewhere.test"}, 403),
        ({"place": token(1), "service": SERVICE}, {"sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_what_no_page_of_ours_sends_is_refused(
    phones: Phones, form: dict[str, str], headers: dict[str, str], status: int
) -> None:
    assert phones.send(form, headers=headers).status_code == status
    assert not phones.office.live.online.places


def test_a_form_of_this_office_is_known_by_its_origin_whatever_it_is_reached_by() -> None:
    assert from_our_page({"origin": "https://q.test", "host": "q.test"})
    assert from_our_page({"origin": "null", "host": "q.test"})
    assert from_our_page({"host": "q.test"})
    assert not from_our_page({"origin": "https://q.test.evil", "host": "q.test"})
    assert not from_our_page({"origin": "null", "sec-fetch-site": "same-site", "host": "q.test"})


@pytest.mark.parametrize(
    ("client", "forwarded", "proxy", "address"),
    [
        ("203.0.113.9", "198.51.100.1", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "10.0.0.2", "203.0.113.9"),
        ("10.0.0.2", "198.51.100.1", "10.0.0.2", "198.51.100.1"),
        ("10.0.0.2", "192.0.2.7, 198.51.100.1", "10.0.0.2", "198.51.100.1"),
        ("10.0.0.2", "", "10.0.0.2", "10.0.0.2"),
    ],
)
def test_only_the_named_proxy_is_believed_and_only_its_own_word(
    client: str, forwarded: str, proxy: str | None, address: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())]
    assert asker(Request({"type": "http", "client": (client, 1), "headers": headers}), proxy) == address


def test_the_secret_that_makes_codes_is_that_of_the_journal(phones: Phones) -> None:
    with contextlib.closing(reader_of(phones.office.folder / FILE)) as db:
        assert own_secret(db) == phones.office.ledger.own_secret


def test_nothing_of_who_asked_is_in_the_ledger(phones: Phones) -> None:
    phones.address = "198.51.100.77"
    where = phones.ask().headers["location"]
    kept = b"".join(each.read_bytes() for each in phones.office.folder.glob("office.db*"))
    assert b"198.51.100" not in kept
    assert where[3:35].encode() not in kept
    assert bytes.fromhex(where[3:35]) not in kept


def test_an_office_that_gives_none_says_nothing_of_places(phones: Phones) -> None:
    pages, app = Pages(NAMES, ZONE), FastAPI()

    async def around() -> Around:
        return Around(CATALOGUE, ALWAYS_OPEN)

    ServicePages(pages, around, lambda: phones.office.live, lambda: phones.office.now).add_to(app)
    phones.app = app
    assert "place" not in phones.get(f"/services/{SERVICE}?lang=en").text
    assert phones.send({"place": token(1), "service": SERVICE}).status_code == 404


def test_a_centre_leads_to_the_office_and_gives_nothing_itself(tmp_path: Path) -> None:
    town = Town(tmp_path)
    try:
        for branch, url in zip(town.branches, (TERMS.url, "javascript:alert(1)"), strict=True):
            branch.take(1)
            with branch.ledger.transaction():
                adopt(branch.ledger, branch.moment, replace(TERMS, url=url))
        town.relay()
        first, second = (town.get(f"/o/{town.id_of(n)}/services/{MOVE_IN}?lang=en").text for n in (0, 1))
        assert f'href="{TERMS.url}/{MOVE_IN}?lang=en"' in first
        assert "<form" not in first
        assert "javascript" not in second, "what is no address of a page is not led to"
    finally:
        town.close()


def test_a_public_day_says_what_became_of_its_places_where_any_was_asked_for() -> None:
    words = load("en", "audit")
    totals = replay(Section("2026-11-30", tuple(facts_of(OPENED)), whole=False)).totals
    assert "online" not in [name for name, *_ in sums(totals, words, whole=True)]
    used = replace(totals, online={"counted": 2, "nobody-came": 1, "share": 1})
    (told_,) = [each for each in sums(used, words, whole=True) if each[0] == "online"]
    assert told_[2:] == (
        4,
        [("counted from when it was asked for", 2), ("nobody came with it", 1), ("beyond the share of the hour", 1)],
    )
