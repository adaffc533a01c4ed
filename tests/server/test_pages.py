"""The pages: what they say in three languages, what they give away (nothing), and how they stay fresh."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest
from markupsafe import Markup
from playwright.sync_api import Page, expect

from server.chart import distribution
from server.exposition import CONTENT_TYPE
from server.fold import PRINT_OUTCOMES
from server.pages import Pages
from server.reading import Device as Machine
from server.reading import Exchange, Printer, Ticket, View
from server.words import BOARD_WORDS, FAULT_WORDS, LEVEL_WORDS, OTHER_BOARD, OTHER_REFUSAL, PRINT_WORDS, REFUSAL_WORDS
from sync.chain import witness
from sync.clock import office_day
from sync.facts import CatalogueAdopted, PrinterMet
from sync.types import JournalId, UtcMs
from sync.wire import STATUS
from tests.server import browsing
from tests.server.conftest import ZONE
from tests.server.device import CATALOGUE, NOON, Device, anchor, issued, printed, score, token
from tests.server.running import RunningServer, now_ms
from tests.server.test_metrics import strictly
from translations import LANGUAGE_NAMES, LANGUAGES, load

expect.set_options(timeout=20_000)
NAMES = {"th": "เทศบาล", "en": "Municipality"}


@pytest.fixture(scope="module")
def pages() -> Pages:
    """The pages of an office without a Burmese name."""
    return Pages(NAMES, ZONE)


def machine(**changes: object) -> Machine:
    """A machine that fares well, but for these changes."""
    values: dict[str, object] = {
        "journal_id": JournalId("a" * 32),
        "place": "Hall",
        "lane": 0,
        "received": 7,
        "contact_ms": NOON,
        "refused": {},
        "revoked": False,
        "release": "0.1.0",
        "printer_fault": None,
        "strange": 0,
    }
    return Machine(**(values | changes))  # type: ignore[arg-type]


def view(**changes: object) -> View:
    """A day with one ticket."""
    ticket = Ticket("A001", "2026-11-23", ("register",), NOON, "uncertain", "W" * 16)
    names = {"register": {"th": "ทะเบียน", "en": "Civil registration"}}
    values: dict[str, object] = {
        "day": "2026-11-23",
        "tickets": 1,
        "by_service": {"register": 1},
        "latest": (ticket,),
        "scores": {5: 2, 4: 0, 3: 1, 2: 0, 1: 0},
        "told": {5: 2, 4: 0, 3: 1, 2: 0, 1: 0},
        "services": names,
        "devices": (machine(),),
    }
    return View(**(values | changes))  # type: ignore[arg-type]


def test_the_page_speaks_thai_first_and_shows_both_eras(pages: Pages) -> None:
    html = pages.office(view(), pages.language(None), NOON)
    assert '<html lang="th">' in html
    assert "23 พฤศจิกายน พ.ศ.\u00a02569" in html
    assert "ค.ศ.\u00a02026" in html
    assert "12:00:00" in html
    assert "ทะเบียน" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_offered_in_its_own_script(pages: Pages, language: str) -> None:
    html = pages.office(view(), language, NOON)
    for each in LANGUAGES:
        assert f'<a href="?lang={each}" hreflang="{each}" lang="{each}"' in html
        assert LANGUAGE_NAMES[each] in html
    assert load(language, "pages").gettext("Tickets today") in html


def test_a_name_that_is_missing_in_a_language_is_marked_with_its_own(pages: Pages) -> None:
    assert '<span lang="th">เทศบาล</span>' in pages.office(view(), "my", NOON)


def test_levels_are_told_by_face_words_and_count(pages: Pages) -> None:
    html = pages.live(view(), "en")
    assert re.findall(r'data-level="(\d)">(\d+)<', html) == [("5", "2"), ("4", "0"), ("3", "1"), ("2", "0"), ("1", "0")]
    for words in LEVEL_WORDS.values():
        assert words in html
    mouths = re.findall(r'class="mouth" d="([^"]+)"', html)
    assert len(set(mouths)) == 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_scores_whose_level_is_not_told_yet_are_said_to_be_kept_back(pages: Pages, language: str) -> None:
    nothing = dict.fromkeys(range(1, 6), 0)
    none, some, all_ = (pages.live(view(told=told), language) for told in (nothing, nothing | {5: 2}, view().told))
    untold = [re.search(r'id="untold">([^<]+)<', html) for html in (none, some, all_)]
    assert [each is not None for each in untold] == [True, True, False]
    assert "1" in str(untold[1]), "one score of three"
    assert ["data-level" in html for html in (none, some, all_)] == [False, True, True], "no bars of nothing"
    assert "data-level" in pages.live(view(scores=nothing, told=nothing), language), (
        "where nobody scored there is nothing else"
    )


def test_bars_are_as_long_as_their_parts_of_all() -> None:
    bars = distribution({5: 8, 4: 4, 3: 0, 2: 1, 1: 0})
    lengths = [float(re.search(r'class="length" width="([\d.]+)"', each.bar).group(1)) for each in bars]  # type: ignore[union-attr]
    assert lengths == [61.54, 30.77, 0.0, 7.69, 0.0]
    assert [each.percent for each in bars] == [62, 31, 0, 8, 0]


def test_what_went_wrong_is_said_in_words(pages: Pages) -> None:
    refused = dict.fromkeys(STATUS, 2) | {"from-the-future": 1}
    board = (*BOARD_WORDS, "haunted")
    troubled = machine(refused=refused, printer_fault="paper-out", strange=3, revoked=True, help=True, board=board)
    html = pages.live(view(devices=(troubled,), unplaced=4, disputed=5, strangers=6), "en")
    for words in REFUSAL_WORDS.values():
        assert f"Refused: {words} (2×)".replace("'", "&#39;") in html
    assert OTHER_REFUSAL in html
    assert FAULT_WORDS["paper-out"] in html
    for words in (*BOARD_WORDS.values(), OTHER_BOARD, "Somebody at this machine asks for staff"):
        assert words.replace("'", "&#39;") in html
    assert PRINT_WORDS["uncertain"] in html
    for count in ("not known yet: 4", "another level was pressed too: 5", "unknown machines: 6"):
        assert count in html


def test_staff_read_how_much_paper_is_left_and_what_the_night_found(pages: Pages) -> None:
    told = machine(paper="near-end", paper_left=41, night="paper-out", night_ms=NOON)
    html = pages.live(view(devices=(told,)), "en")
    for words in ("about 41 tickets left", "paper is nearly at its end", FAULT_WORDS["paper-out"]):
        assert words in html
    unknown = pages.live(view(devices=(machine(),)), "en")
    for words in ("tickets left", "nearly at its end", "checked at night"):
        assert words not in unknown, "nothing is claimed where nothing is known"


def test_every_outcome_has_words() -> None:
    assert set(PRINT_WORDS) == {None, "sending"} | PRINT_OUTCOMES


def test_what_machines_say_is_never_markup(pages: Pages) -> None:
    evil = "<script>alert(1)</script>"
    ticket = Ticket(evil[:16], "2026-11-23", (evil,), NOON, None, "W" * 16)
    printer = Printer(evil, evil, evil, (evil,))
    strange = machine(place=evil, printer=printer, exchange=Exchange(printer, NOON))
    html = pages.office(view(devices=(strange,), latest=(ticket,), by_service={evil: 1}), "en", NOON)
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;") == 7


class Styles(HTMLParser):
    """Looks for what the content security policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note inline styles, handlers and scripts."""
        names = dict(attrs)
        self.inline += [tag for name in names if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in names):
            self.inline.append(tag)


def test_no_style_or_script_stands_in_the_page(pages: Pages) -> None:
    parser = Styles()
    parser.feed(pages.office(view(), "th", NOON))
    assert parser.inline == []
    assert isinstance(distribution({5: 1})[0].face, Markup)


@pytest.fixture(scope="module")
def kiosk(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    """A machine with three tickets of today, the first one printed."""
    device = Device.make(tmp_path_factory.mktemp("kiosk"))
    with server.exchange() as client:
        device.pair(client, server.code(), server.certificate)
        device.record(CATALOGUE, anchor(now_ms()))
        first = device.record(issued(1, day=today()))
        device.record(*printed(first))
        device.record(issued(2, day=today()), issued(3, "tax", day=today()), score(5))
        assert device.send(client).status_code == 200
    yield device
    device.journal.close()


def today() -> str:
    """The office day now."""
    return office_day(now_ms(), ZONE).isoformat()


@pytest.fixture(scope="module")
def browser(server: RunningServer) -> Iterator[httpx.Client]:
    """A client of the pages."""
    with server.pages() as client:
        yield client


def test_a_tickets_qr_leads_to_its_number_and_witness(kiosk: Device, browser: httpx.Client) -> None:
    response = browser.get(f"/t/{token('A001').hex()}?lang=en")
    entry = next(each for each in kiosk.journal.entries() if each.fact.kind == "ticket.issued")
    parts = re.findall(r"<span>([0-9A-Z]{4})</span>", response.text)
    assert response.status_code == 200
    assert "".join(parts) == witness(entry.chain)
    assert "A001" in response.text
    assert "Civil registration" in response.text
    assert "my" not in re.findall(r'<html lang="(\w+)"', response.text)


def test_everything_that_does_not_exist_looks_the_same(kiosk: Device, browser: httpx.Client) -> None:
    unknown = [
        "/t/" + "0" * 32,
        "/t/" + "f" * 32,
        "/t/short",
        "/t/short/",
        "/live/events/",
        "/t/" + token("A001").hex().upper(),
        "/nothing",
    ]
    answers = [browser.get(path) for path in unknown]
    assert {each.status_code for each in answers} == {404}
    assert len({each.content for each in answers}) == 1
    ignored = {"date"}
    assert len({str(sorted((k, v) for k, v in each.headers.items() if k not in ignored)) for each in answers}) == 1


def test_a_tokens_hash_is_not_a_token(kiosk: Device, browser: httpx.Client) -> None:
    assert browser.get(f"/t/{issued(1).token}").status_code == 404
    assert browser.get(f"/t/{issued(1).token[:32]}").status_code == 404


def test_headers_guard_the_page_and_assets_are_cached(browser: httpx.Client) -> None:
    response = browser.get("/")
    policy = response.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["date"]
    for path in sorted(set(re.findall(r'"(/static/[^"]+)"', response.text))):
        asset = browser.get(path)
        assert asset.status_code == 200
        assert "immutable" in asset.headers["cache-control"]
        assert asset.content.startswith((b"\x00\x01\x00\x00", b":root", b"//"))
    assert browser.get("/static/000000000000/pages.css").status_code == 404


def test_health_and_the_api_are_described(browser: httpx.Client) -> None:
    assert browser.get("/healthz").json()["status"] == "ok"
    numbers = browser.get("/metrics")
    assert numbers.headers["content-type"] == CONTENT_TYPE
    strictly(numbers.text)
    elsewhere = browser.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"})
    assert (elsewhere.status_code, elsewhere.content) == (404, browser.get("/nothing-here").content)
    described = browser.get("/openapi.json").json()
    assert {"/", "/t/{token}", "/healthz", "/live/events", "/v1/facts", "/v1/pair"} <= set(described["paths"])
    answer = described["components"]["schemas"]["Answer"]
    assert set(answer["properties"]) == {"received", "safe", "utc_ms"}


def events(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """(name, data) of each event of a stream."""
    name, data = "", []
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            data.append(line.removeprefix("data: "))
        elif not line and name:
            yield name, "\n".join(data)
            name, data = "", []


def next_state(stream: Iterator[tuple[str, str]]) -> str:
    """The next fragment."""
    return next(data for name, data in stream if name == "state")


def tickets(html: str) -> int:
    """The count of tickets in a fragment."""
    found = re.search(r'id="tickets">(\d+)<', html)
    assert found is not None
    return int(found[1])


def test_an_open_page_is_told_of_new_facts(server: RunningServer, kiosk: Device, browser: httpx.Client) -> None:
    with browser.stream("GET", "/live/events?lang=en") as response:
        stream = events(response.iter_lines())
        assert next(stream)[0] == "release"
        before = next_state(stream)
        with server.exchange() as client:
            kiosk.record(issued(40, day=today()))
            kiosk.send(client)
        after = next_state(stream)
        numbers = strictly(browser.get("/metrics").text)
    assert numbers["scorecard_live_streams", (("page", "office"),)] == 1
    assert (
        min(numbers[f"scorecard_{each}", ()] for each in ("batches_total", "facts_total", "commit_seconds_count")) > 0
    )
    assert tickets(after) == tickets(before) + 1
    assert "A040" in after


def test_a_catalogue_changes_the_names_on_an_open_page(
    server: RunningServer, kiosk: Device, browser: httpx.Client
) -> None:
    renamed = CatalogueAdopted(
        "e" * 64, {"services": [], "texts": [{"service": "tax", "language": "en", "name": "Taxes and fees"}]}
    )
    with browser.stream("GET", "/live/events?lang=en") as response:
        stream = events(response.iter_lines())
        assert "Paying taxes" in next_state(stream)
        with server.exchange() as client:
            kiosk.record(renamed)
            kiosk.send(client)
        assert "Taxes and fees" in next_state(stream)
        with server.exchange() as client:
            kiosk.record(CATALOGUE)
            kiosk.send(client)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Page]:
    """A page of Debian's Chromium, as large as a phone."""
    with browsing.chromium() as program:
        yield browsing.new_page(program)


def test_in_chromium_the_counts_change_without_a_reload_and_a_lost_server_is_said(
    server: RunningServer, kiosk: Device, chromium: Page
) -> None:
    problems: list[str] = []
    chromium.on("console", lambda message: problems.append(message.text))
    chromium.on("pageerror", lambda error: problems.append(str(error)))
    chromium.goto(f"{server.pages_url}/?lang=my")
    chromium.evaluate("window.sameDocument = true")
    before = int(chromium.inner_text("#scores"))
    with server.exchange() as client:
        kiosk.record(score(1))
        kiosk.send(client)
    expect(chromium.locator("#scores")).to_have_text(str(before + 1))
    assert chromium.evaluate("window.sameDocument") is True
    long = "X" * 80
    with server.exchange() as client:
        kiosk.record(PrinterMet(long, long, None, long, ()))
        kiosk.send(client)
    expect(chromium.locator(".machines")).to_contain_text(long)
    assert chromium.evaluate("document.documentElement.scrollWidth") == 390
    assert chromium.evaluate("document.fonts.check('16px \"Noto Sans Myanmar\"', 'မြန်မာ')")
    assert problems == []
    server.kill()
    expect(chromium.locator(".lost")).to_be_visible()
    server.start()


def test_times_are_the_offices(pages: Pages) -> None:
    assert pages.clock(UtcMs(NOON)) == "12:00:00"
    assert pages.day(UtcMs(NOON - 10 * 3_600_000)) == "2026-11-22"
