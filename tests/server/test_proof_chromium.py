"""The proof in Chromium: on a phone and a PC, in every language, without script, and as paper."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from server import acts, asking
from server.asking import Wish
from server.lastword import FILE as LAST_WORD
from server.lastword import LastWord
from sync import checkpoint
from sync.facts_office import TicketCalled
from tests.server.audited import DAY, NEXT, WHO, worked
from tests.server.browsing import SIZES, chromium, faults, new_page, sideways, small_targets, spilling
from tests.server.desk import NEW
from tests.server.device import token
from tests.server.proved import Proved
from tests.server.running import RunningServer
from tests.server.test_console_requests import OFFICES, came, relays
from tests.server.test_proof import keep_checkpoint
from tests.server.test_queue import KEY
from translations import LANGUAGES

expect.set_options(timeout=20_000)
WAITING, AT_COUNTER, SERVED = (token(each).hex() for each in ("A018", "A012", "A001"))
PATHS = (
    "/",
    f"/audit?day={DAY}",
    "/audit",
    "/rule",
    "/check",
    f"/checkpoint/{DAY}",
    f"/t/{WAITING}",
    f"/t/{AT_COUNTER}",
    f"/t/{SERVED}",
    f"/t/{SERVED}/survey",
)


REQUESTED = ("/requests", "/requests/r1", "/requests/new", f"/requests/new?office={OFFICES[0]}")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proved]:
    """An office of two days: a checkpoint, a violation, somebody called, others waiting."""
    made = Proved(tmp_path_factory.mktemp("office"), survey_days=3)
    keep_checkpoint(made, DAY)
    made.take(*range(11, 19))
    late = next(each for each in made.office.live.tickets.values() if each.label == "A012")
    made.office.write(TicketCalled(made.office.now, late.name, 1, WHO.staff))
    made.serve()
    yield made
    made.close()


@pytest.fixture(scope="module")
def program() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def page(program: Browser) -> Iterator[Page]:
    """One page for all looks."""
    made = new_page(program)
    yield made
    made.context.close()


def open_page(page: Page, office: Proved, path: str, language: str) -> None:
    """With its letters."""
    page.goto(f"{office.url}{path}{'&' if '?' in path else '?'}lang={language}")
    page.evaluate("document.fonts.ready.then(() => true)")


@pytest.mark.parametrize("size", ["phone", "pc"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_a_fault_or_stands_over_its_edge(office: Proved, page: Page, language: str, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    for path in PATHS:
        open_page(page, office, path, language)
        assert page.get_attribute("html", "lang") == language
        assert faults(page) == [], path
        assert sideways(page) == 0, path
        assert small_targets(page) == [], path
        assert [each for each in spilling(page) if "hero" not in each] == [] or path == "/", path
    assert problems == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_ticket_is_checked_on_a_phone(office: Proved, program: Browser, script: bool) -> None:
    page = new_page(program, script=script)
    open_page_plain(page, office, "/?lang=en")
    page.click("text=Check a ticket")
    page.fill("#code", office.witness("A002").lower())
    page.click("main button")
    expect(page.locator("#found")).to_contain_text("Ticket A002 is on record")
    assert office.witness("A002") not in page.url, "it is in no history"
    if script:
        assert faults(page) == []
        assert sideways(page) == 0
    page.fill("#code", "0" * 16)
    page.click("main button")
    expect(page.locator("#unknown")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_survey_is_answered_on_a_phone(office: Proved, program: Browser, script: bool) -> None:
    page = new_page(program, script=script)
    open_page_plain(page, office, f"/t/{token('A003' if script else 'A004').hex()}?lang=en")
    page.click("text=Four short questions about this visit")
    page.check("input[name=staff][value='4']")
    page.click("main button")
    expect(page.locator("main")).to_contain_text("The answers of this ticket are recorded.")
    page.context.close()


def open_page_plain(page: Page, office: Proved, path: str) -> None:
    page.goto(f"{office.url}{path}")


def test_a_ticket_is_told_of_its_call_and_of_a_lost_office(office: Proved, program: Browser) -> None:
    page = new_page(program)
    page.clock.install()
    open_page(page, office, f"/t/{token('A011').hex()}", "en")
    expect(page.locator("#ahead")).to_have_text("0")
    page.evaluate("window.sameDocument = true")
    office.office.act(acts.Came())
    office.office.act(acts.Next())
    page.clock.run_for(20_000)
    expect(page.locator(".call .hero")).to_have_text("1")
    assert page.evaluate("window.sameDocument") is True
    assert faults(page) == []
    page.route("**/now?*", lambda route: route.abort())
    page.clock.run_for(20_000)
    expect(page.locator(".lost")).to_be_visible()
    page.unroute("**/now?*")
    page.clock.run_for(20_000)
    expect(page.locator(".lost")).to_be_hidden()
    page.route("**/now?*", lambda route: route.fulfill(status=404))
    page.clock.run_for(20_000)
    expect(page.locator(".lost")).to_be_visible()
    assert page.evaluate("window.sameDocument") is True, "an office that takes up its record again is back soon"
    with page.expect_navigation():
        page.clock.run_for(120_000)
    assert page.evaluate("window.sameDocument") is None, "what is gone for good is told as such"
    page.context.close()


def test_a_day_is_loaded_as_a_file(office: Proved, page: Page, tmp_path: Path) -> None:
    open_page(page, office, f"/audit?day={DAY}", "en")
    with page.expect_download() as loading:
        page.click("text=Load the evidence (ZIP)")
    assert loading.value.suggested_filename == f"evidence-{DAY}.zip"
    loading.value.save_as(tmp_path / "evidence.zip")
    assert (tmp_path / "evidence.zip").read_bytes().startswith(b"PK")


def sheets(page: Page) -> tuple[int, tuple[float, float]]:
    """(how many, width and height in mm) of what is printed."""
    page.emulate_media(media="print")
    printed = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="screen")
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    width, height = (float(each) / 72 * 25.4 for each in boxes[0])
    return len(boxes), (width, height)


def capital_mm(page: Page, selector: str) -> float:
    """The height of a capital of what is printed, measured on the letter."""
    page.emulate_media(media="print")
    height: float = page.evaluate(
        """(selector) => {
          const style = getComputedStyle(document.querySelector(selector));
          const pen = document.createElement("canvas").getContext("2d");
          pen.font = `${style.fontWeight} ${20 * parseFloat(style.fontSize)}px ${style.fontFamily}`;
          return pen.measureText("H").actualBoundingBoxAscent / 20 * 25.4 / 96;
        }""",
        selector,
    )
    page.emulate_media(media="screen")
    return height


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rule_fits_one_sheet_with_letters_of_the_size_that_is_told(
    office: Proved, page: Page, language: str
) -> None:
    small, large = (3.15, 4.5) if language == "my" else (3.7, 5.3)
    for paper, size, capital in (("A4", (210, 297), small), ("A3", (297, 420), large)):
        open_page(page, office, f"/rule?paper={paper}", language)
        count, measured = sheets(page)
        assert (count, [round(each) for each in measured]) == (1, list(size)), paper
        assert abs(capital_mm(page, ".sheet section p") - capital) < 0.05, paper


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_checkpoint_fits_one_sheet(office: Proved, page: Page, language: str) -> None:
    open_page(page, office, f"/checkpoint/{DAY}", language)
    count, (width, height) = sheets(page)
    assert (count, round(width), round(height)) == (1, 210, 297)


def test_control_a_rule_in_larger_letters_goes_over_its_sheet(office: Proved, program: Browser) -> None:
    context = program.new_context(bypass_csp=True)
    page = context.new_page()
    open_page(page, office, "/rule?paper=A3", "my")
    page.add_style_tag(content="@media print { .A3 { --capital: 9mm !important } }")
    assert sheets(page)[0] > 1
    context.close()


# Behind the door ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chief(program: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str]]:
    """The administrator of an office that has lived through two days, and the console's address."""
    folder = tmp_path_factory.mktemp("lived")
    office, kiosk = worked(folder)
    kiosk.journal.close()
    with office.ledger.transaction():
        relays(office.ledger, office.now)
        came(office.ledger, office.moment, "r1", "check-paper", "Please today.")
        wish = Wish("notice", text="The road is closed on Friday.", due=NEXT)
        asking.ask(office.ledger, "1" * 32, "r2", wish, tuple(OFFICES), WHO.staff, office.moment)
    assert office.ledger.own_end is not None
    LastWord(Path(office.ledger.place).with_name(LAST_WORD), KEY.sign).keep(office.ledger.own_end)
    office.ledger.close()
    server = RunningServer(folder)
    page = new_page(program)
    page.goto(f"{server.console_url}/first?lang=en")
    words = {"code": server.command("code").stdout.strip(), "name": "Anna", "login": "anna"}
    for field, value in (words | {"password": NEW, "again": NEW}).items():
        page.fill(f"#{field}", value)
    page.click("main button")
    expect(page.locator(".who")).to_contain_text("Anna")
    yield page, server.console_url
    page.context.close()
    assert server.end() == 0


@pytest.mark.parametrize("size", ["phone", "pc"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_behind_the_door_has_a_fault(chief: tuple[Page, str], language: str, size: str) -> None:
    page, url = chief
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    for path in ("/patterns?span=10", f"/tickets?day={DAY}&label=A002", "/cameras", "/checkpoints", *REQUESTED):
        page.goto(f"{url}{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.get_attribute("html", "lang") == language
        assert faults(page) == [], path
        assert sideways(page) == 0, path
        assert small_targets(page) == [], path
        assert spilling(page) == [], path


def test_a_running_office_has_signed_the_days_that_are_over(chief: tuple[Page, str]) -> None:
    page, url = chief
    page.goto(f"{url}/checkpoints?lang=en")
    expect(page.locator("pre")).to_have_count(2)
    expect(page.locator("main")).to_contain_text("No mail server is named")
    assert checkpoint.read(page.inner_text("pre >> nth=0")).day > DAY


def test_a_complaint_is_noted_in_the_browser(chief: tuple[Page, str]) -> None:
    page, url = chief
    page.goto(f"{url}/tickets?lang=en")
    page.fill("#day", DAY)
    page.fill("#label", "a003")
    page.click("main form button")
    page.select_option("select", "long-wait")
    page.click("text=Note the complaint")
    expect(page.locator(".complaints")).to_contain_text("a long wait")
