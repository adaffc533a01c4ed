"""The public site in Chromium: on a phone and a PC, in every language; it keeps itself fresh, and says what is old."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from server import acts
from server.told_office import FRESH_MS
from tests.server.browsing import SIZES, chromium, cut_off, faults, new_page, sideways, small_targets, spilling
from tests.server.centred import Town
from tests.server.device import token
from tests.server.figured import figured
from translations import LANGUAGES

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def town(kept_throughout: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two offices; of the second nothing was heard for a while."""
    made = Town(tmp_path_factory.mktemp("town"))
    made.branches[0].take(*range(1, 9))
    made.branches[0].act(acts.Open())
    made.branches[1].take(101, 102)
    made.relay(1)
    made.later(FRESH_MS / 60_000 + 1)
    made.relay(0)
    with made.centre.ledger.transaction():
        for number in range(2):
            figured(made.centre.ledger._db, made.id_of(number), date(2026, 10, 1), 40, a_day=40, seed=number)
    yield made
    made.close()


@pytest.fixture(scope="module")
def program() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def url(town: Town) -> str:
    return town.serve()


ROUND = (("phone", "my", 7), ("phone", "th", 3), ("pc", "en", 3))
"""At which size in which language how many of the pages: each is judged whole, which takes time."""


@pytest.mark.parametrize(("size", "language", "count"), ROUND)
def test_no_page_has_a_fault(town: Town, url: str, program: Browser, size: str, language: str, count: int) -> None:
    page = new_page(program, size)
    first = town.id_of(0)
    paths = ["/offices", "/results?month=2026-10", f"/t/{token('B102').hex()}", f"/o/{first}", f"/o/{town.id_of(1)}"]
    for path in [*paths, f"/open?office={first}", f"/t/{token('B005').hex()}"][:count]:
        page.goto(f"{url}{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.get_attribute("html", "lang") == language
        assert faults(page) == [], path
        assert sideways(page) == 0, path
        assert cut_off(page) == [], path
        assert small_targets(page) == [], path
        assert [each for each in spilling(page) if "hero" not in each and not each.startswith("<text")] == [], path
    assert page.viewport_size is not None
    assert page.viewport_size["width"] == SIZES[size][0]
    page.context.close()


def test_control_a_table_that_is_wider_than_its_place_is_cut_off(program: Browser) -> None:
    page = new_page(program)
    page.set_content('<div style="overflow-x: auto"><table><tr><td style="min-width: 2000px">1</td></tr></table></div>')
    assert len(cut_off(page)) == 1
    page.context.close()


def test_an_office_s_page_keeps_itself_fresh_and_says_when_it_cannot(town: Town, url: str, program: Browser) -> None:
    page = new_page(program)
    page.clock.install()
    page.goto(f"{url}/o/{town.id_of(0)}?lang=en")
    expect(page.locator("#now section >> nth=0")).to_contain_text("Waiting: 8")
    page.evaluate("window.sameDocument = true")
    town.branches[0].act(acts.Next())
    town.later(0.2)
    town.relay(0)
    page.clock.run_for(20_000)
    expect(page.locator("#now section >> nth=0")).to_contain_text("Waiting: 7")
    assert page.evaluate("window.sameDocument") is True
    page.route("**/now?*", lambda route: route.abort())
    page.clock.run_for(20_000)
    expect(page.locator(".lost")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_of_a_lost_line_stands_beside_its_words(town: Town, url: str, program: Browser, language: str) -> None:
    page = new_page(program)
    page.goto(f"{url}/o/{town.id_of(0)}?lang={language}")
    page.evaluate("document.getElementById('state').classList.add('is-lost')")
    sign, words = (page.locator(f"#state {each}").bounding_box() for each in (".dot", ".lost"))
    assert sign is not None
    assert words is not None
    assert words["y"] <= sign["y"] <= sign["y"] + sign["height"] <= words["y"] + words["height"]
    page.context.close()


def test_without_a_script_all_is_told_and_the_lists_lead_on(town: Town, url: str, program: Browser) -> None:
    page = new_page(program, script=False)
    page.goto(f"{url}/offices?lang=en")
    page.click("text=Phop Phra District")
    expect(page.locator("main")).to_contain_text("This is how it was then.")
    page.click("text=Register moving in")
    expect(page.locator("h1")).to_have_text("Register moving in")
    page.click("text=Times and satisfaction by month")
    expect(page.locator("h1")).to_contain_text("All offices")
    page.click("text=Month before")
    expect(page.locator(".told")).to_contain_text("October 2026")
    page.context.close()
