"""The editors in Chromium: a catalogue is changed, refused, completed, looked at and published, without a script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sync import calendar_fact
from sync.calendar_reader import parse_calendar
from sync.catalogue import parse_catalogue, to_body
from tests.server.browsing import SIZES, chromium, faults, new_page, sideways, small_targets, spilling
from tests.server.desk import NEW
from tests.server.device import Device, anchor
from tests.server.running import RunningServer, now_ms
from translations import LANGUAGES

expect.set_options(timeout=30_000)
EXAMPLE = Path(__file__).parents[2] / "kiosk" / "example"
TEXTS = {
    "th": ("ขอใบอนุญาตเลี้ยงผึ้ง", "ยื่นคำขอ\nรับใบอนุญาต", "บัตรประชาชน", "จันทร์ถึงศุกร์", "ศูนย์ดำรงธรรม"),
    "en": (
        "Licence to keep bees",
        "Hand in the form\nTake the licence",
        "Identity card",
        "Monday to Friday",
        "The desk",
    ),
    "my": ("ပျားမွေးမြူခွင့်", "လျှောက်လွှာတင်ရန်\nခွင့်ပြုစာ ယူရန်", "မှတ်ပုံတင်ကတ်", "တနင်္လာမှ သောကြာ", "တိုင်ကြားရန်ဌာန"),
}
PAGES = (
    "/catalogue",
    "/catalogue/services/bees",
    "/catalogue/services/bees/my",
    "/catalogue/groups/health",
    "/catalogue/file",
    "/catalogue/publish",
    "/calendar",
    "/calendar/week",
    "/calendar/breaks/0",
    "/calendar/special/new?day=2026-12-18",
    "/calendar/publish",
    "/notices",
    "/machines",
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose kiosk brought the example's catalogue and calendar along."""
    server = RunningServer(tmp_path_factory.mktemp("server"))
    device = Device.make(tmp_path_factory.mktemp("kiosk"))
    with server.exchange() as client:
        device.pair(client, server.code(), server.certificate)
        catalogue = to_body(parse_catalogue((EXAMPLE / "catalogue.toml").read_bytes()))
        calendar = calendar_fact.to_body(parse_calendar((EXAMPLE / "calendar.toml").read_bytes()))
        device.record(catalogue, calendar, anchor(now_ms()))
        assert device.send(client).status_code == 200
    device.journal.close()
    yield server
    assert server.end() == 0


@pytest.fixture(scope="module")
def program() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def chief(office: RunningServer, program: Browser) -> Page:
    """The administrator, in a browser that runs no script."""
    page = new_page(program, "pc", script=False)
    page.goto(f"{office.console_url}/first?lang=en")
    code = office.command("code").stdout.strip()
    for field, value in {"code": code, "name": "The chief", "login": "chief", "password": NEW, "again": NEW}.items():
        page.fill(f"#{field}", value)
    page.click("main button")
    return page


def save(page: Page) -> None:
    page.click("main .card form .acts button >> nth=0")
    expect(page.locator(".saved")).to_be_visible()


def test_a_service_was_added_refused_completed_looked_at_and_published(office: RunningServer, chief: Page) -> None:
    page, url = chief, office.console_url
    page.goto(f"{url}/catalogue")
    expect(page.locator(".note")).to_contain_text("what the kiosks brought along")
    page.click("a[href='/catalogue/services/house-copy']")
    page.check("input[name=fee][value=amount]")
    page.fill("input[name=baht]", "30.50")
    save(page)

    page.goto(f"{url}/catalogue/services/new?group=health")
    page.fill("#en", "Bees")
    page.click("main form button")
    expect(page).to_have_url(f"{url}/catalogue/services/bees")
    page.goto(f"{url}/catalogue/publish")
    expect(page.locator("#missing-h")).to_contain_text("cannot be published yet")
    assert page.locator("form[action='/catalogue/publish']").count() == 0
    page.click(".missing a >> nth=0")
    expect(page.locator(".summary")).to_be_visible()

    page.fill("#minutes", "20")
    page.check("input[name=fee][value=none]")
    page.check("input[name=pictogram][value=permit]")
    save(page)
    for language, (name, steps, document, hours, complaints) in TEXTS.items():
        page.goto(f"{url}/catalogue/services/bees/{language}")
        for field, text in {"name": name, "steps": steps, "hours": hours, "complaints": complaints}.items():
            page.fill(f"#{field}", text)
        page.fill("#document-0", document)
        page.check("input[name=channel-none]")
        save(page)
    assert page.locator("[aria-invalid]").count() == 0

    page.goto(f"{url}/catalogue/looks/bees")
    shots = page.locator(".shots img")
    assert shots.count() >= 3 * len(LANGUAGES)
    assert page.evaluate("[...document.images].every((each) => each.complete && each.naturalWidth > 300)")

    page.goto(f"{url}/catalogue/publish")
    expect(page.locator("#changes-h ~ .change").first).to_be_visible()
    changes = page.locator(".change").all_inner_texts()
    assert any("30.50 baht" in each for each in changes)
    assert any("Licence to keep bees" in each and "new" in each for each in changes)
    page.click("form[action='/catalogue/publish'] button")
    expect(page.locator("h1")).to_contain_text("Version 1")
    page.goto(f"{url}/catalogue")
    expect(page.locator(".note")).to_contain_text("version 1")


@pytest.mark.parametrize(("size", "every"), [("phone", 1), ("pc", 4)])
def test_no_page_of_the_editors_had_a_fault_or_stood_over_its_edge(
    office: RunningServer, chief: Page, program: Browser, size: str, every: int
) -> None:
    page = new_page(program, size)
    page.context.add_cookies(chief.context.cookies())  # type: ignore[arg-type]
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    for number, path in enumerate(PAGES[::every]):
        language = LANGUAGES[number % len(LANGUAGES)]
        page.goto(f"{office.console_url}{path}{'&' if '?' in path else '?'}lang={language}")
        wrong = faults(page), sideways(page), small_targets(page), spilling(page)
        assert wrong == ([], 0, [], []), path
