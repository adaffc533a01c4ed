"""The pages for supervisors and administrators in Chromium: every size, every language, axe-core."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server.rollups import office_of
from server.stores import FILE
from tests.server.browsing import SIZES, chromium, cut, faults, new_page, sideways, small_targets, spilling, squeezed
from tests.server.desk import NEW
from tests.server.device import CATALOGUE, Device, anchor
from tests.server.figured import figured
from tests.server.running import CONFIG, RunningServer, now_ms
from translations import LANGUAGES

expect.set_options(timeout=20_000)
MONDAY = date(2026, 11, 2)
FIGURES = f"/figures?period=span&from={MONDAY}&to={MONDAY + timedelta(9)}"
LAST: list[str] = []
"""The page of the number that was given."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that knows services, and has a public address."""
    server = RunningServer(tmp_path_factory.mktemp("server"), f'public_url = "https://queue.example.go.th"\n{CONFIG}')
    device = Device.make(tmp_path_factory.mktemp("kiosk"))
    with server.exchange() as client:
        device.pair(client, server.code(), server.certificate)
        device.record(CATALOGUE, anchor(now_ms()))
        assert device.send(client).status_code == 200
    device.journal.close()
    with closing(sqlite3.connect(server.data / FILE, isolation_level=None)) as db:
        figured(db, office_of(db) or "", MONDAY - timedelta(14), 28)
    yield server
    assert server.end() == 0


@pytest.fixture(scope="module")
def program() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def chief(office: RunningServer, program: Browser) -> Page:
    """The administrator, at an office with two counters."""
    page = new_page(program)
    page.goto(f"{office.console_url}/first?lang=en")
    code = office.command("code").stdout.strip()
    for field, value in {"code": code, "name": "The chief", "login": "chief", "password": NEW, "again": NEW}.items():
        page.fill(f"#{field}", value)
    page.click("main button")
    for number in (1, 2):
        page.goto(f"{office.console_url}/office/counters/new")
        page.fill("#camera", f"hall camera {number}")
        page.click("main form button")
    expect(page).to_have_url(f"{office.console_url}/office")
    page.goto(f"{office.console_url}/issue")
    page.check("input[name=services] >> nth=0")
    page.check("input[name=priority]")
    page.click("main form button")
    expect(page.locator(".qr")).to_be_visible()
    LAST.append(page.url.removeprefix(office.console_url))
    page.goto(f"{office.console_url}/day")
    page.check("input[type=checkbox][required]")
    page.click("form[action='/day/carry'] button")
    expect(page.locator("a[href='/day/slips']")).to_be_visible()
    page.goto(f"{office.console_url}/issue")
    page.check("input[name=services] >> nth=1")
    page.click("main form button")
    expect(page.locator(".qr")).to_be_visible()
    return page


@pytest.mark.parametrize("size", ["phone", "pc"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_a_fault_or_stands_over_its_edge(
    office: RunningServer, chief: Page, language: str, size: str
) -> None:
    width, height = SIZES[size]
    chief.set_viewport_size({"width": width, "height": height})
    for path in paths(office):
        chief.goto(f"{office.console_url}{path}{'&' if '?' in path else '?'}lang={language}")
        assert chief.get_attribute("html", "lang") == language
        assert faults(chief) == [], path
        assert sideways(chief) == 0, path
        assert small_targets(chief) == [], path
        assert spilling(chief) == [], path
        assert (squeezed(chief), cut(chief), high_labels(chief)) == ([], [], []), path


def high_labels(page: Page) -> list[str]:
    """What facts are of, where it takes more than two lines."""
    return list(
        page.evaluate(
            """[...document.querySelectorAll("dt")].filter((each) => {
              const range = document.createRange();
              range.selectNodeContents(each);
              return range.getClientRects().length > 2;
            }).map((each) => each.outerHTML.slice(0, 90))"""
        )
    )


def test_controls_a_column_of_letters_a_cut_table_and_a_high_label_are_found(program: Browser) -> None:
    page = new_page(program)
    wide = "<table><tr><td style='min-width:2000px'>wide</td></tr></table>"
    page.set_content(
        f"<p style='width:1em;overflow-wrap:anywhere'>letters below</p><dl><dt style='width:5em'>a label of many short "
        f"words</dt></dl><div style='overflow-x:auto'>{wide}</div>"
    )
    assert [len(found(page)) for found in (squeezed, cut, high_labels)] == [1, 1, 1]
    page.context.close()


CUT_OFF = "[...document.querySelectorAll('.slip')].filter((each) => each.scrollHeight > each.clientHeight + 1).length"
MARGIN: Any = dict.fromkeys(("top", "right", "bottom", "left"), "8mm")
PRINTED = "/day/numbers?series=Z&begin=1&sheets=2", "/day/slips"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_for_printing_has_no_fault_and_each_sheet_fits_on_its_paper(
    office: RunningServer, chief: Page, language: str
) -> None:
    chief.set_viewport_size({"width": 1440, "height": 900})
    for path in PRINTED:
        chief.goto(f"{office.console_url}{path}{'&' if '?' in path else '?'}lang={language}")
        assert faults(chief) == [], path
        assert sideways(chief) == 0, path
        cut = (
            "[...document.querySelectorAll('.slip')].filter((each) => each.scrollHeight > each.clientHeight + 1).length"
        )
        assert chief.evaluate(cut) == 0, path
    chief.goto(f"{office.console_url}{PRINTED[0]}&lang={language}")
    pages = chief.pdf(format="A4", margin=MARGIN)
    assert pages.count(b"/Type /Page\n") == 2


def paths(office: RunningServer) -> tuple[str, ...]:
    """What is looked at."""
    return (
        "/office",
        "/office/counters/new",
        "/office/counters/1",
        "/issue",
        LAST[0],
        "/day",
        "/alerts",
        "/followups",
        "/requests",
        "/requests/new",
        "/machines",
        "/today",
        FIGURES,
    )
