"""A counter in Chromium: worked with keys alone, in two tabs, over a server that falls; every state without a fault."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sync.clock import office_day
from tests.faults.calls import Office, prepare
from tests.server.browsing import SIZES, chromium, faults, sideways, signed_in, small_targets, spilling, squeezed
from tests.server.conftest import ZONE
from tests.server.running import now_ms
from translations import LANGUAGES

expect.set_options(timeout=20_000)
OPEN = """for (const each of [...document.querySelectorAll("#live details.choose")].slice(0, 6)) each.open = true"""
"""Unfold what can be chosen; in one go, for the page is drawn anew whenever the queue moves."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office with forty tickets waiting and eight counters open."""
    made = prepare(tmp_path_factory.mktemp("office"), 40, 3, office_day(now_ms(), ZONE).isoformat())
    yield made
    made.chief.close()
    made.server.end()


@pytest.fixture(scope="module")
def program() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as program:
        yield program


def at(page: Page, office: Office, counter: int, language: str = "en") -> Page:
    """Stand at this counter."""
    page.goto(f"{office.server.console_url}/counter/{counter}?lang={language}")
    expect(page.locator("[data-counter]")).to_be_visible()
    return page


def label(page: Page) -> str:
    """The number at the counter."""
    return page.inner_text(".at .hero")


def test_a_counter_is_worked_with_keys_alone(program: Browser, office: Office) -> None:
    page = at(signed_in(program, office.chief, "pc"), office, 1)
    waiting = office.chief.state(1)["waiting"]
    page.keyboard.press("n")
    expect(page.locator("[data-act=came]")).to_be_visible()
    first = label(page)
    page.keyboard.press("r")
    expect(page.locator("#gate")).to_contain_text("1 more calls")
    page.keyboard.press("c")
    expect(page.locator("[data-act=finish]")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("[data-act=came]")).to_be_visible()
    assert label(page) != first
    page.keyboard.press("c")
    expect(page.locator("[data-act=finish]")).to_be_visible()
    page.keyboard.press("f")
    expect(page.locator(".at .hero")).to_have_text("–")
    assert office.chief.state(1)["waiting"] == waiting - 2
    page.context.close()


def test_two_tabs_and_a_reload_show_the_same_and_only_one_of_two_hands_acts(program: Browser, office: Office) -> None:
    one = at(signed_in(program, office.chief, "pc"), office, 2)
    two = one.context.new_page()
    at(two, office, 2)
    one.keyboard.press("n")
    expect(two.locator("[data-act=came]")).to_be_visible()
    assert label(one) == label(two)
    one.reload()
    expect(one.locator(".at .hero")).to_have_text(label(two))
    seen = office.chief.state(2)["changed"]
    body = {"key": office.chief.key(), "changed": seen, "act": {"act": "came"}}
    assert office.chief.send(2, body).status_code == 200
    late = {"key": office.chief.key(), "changed": seen, "act": {"act": "withdraw"}}
    answer = office.chief.send(2, late)
    assert (answer.status_code, answer.json()["error"]) == (409, "counter-changed")
    one.context.close()


def test_an_early_no_show_needs_a_listed_reason_and_a_parked_ticket_comes_back(
    program: Browser, office: Office
) -> None:
    page = at(signed_in(program, office.chief, "pc"), office, 3)
    page.keyboard.press("n")
    expect(page.locator("#gate")).to_be_visible()
    assert page.locator("[data-act=no-show]:visible").count() == 0
    gone = label(page)
    page.click("summary:has-text('Nobody will come')")
    page.click("[data-act=no-show][data-reason=left-the-hall]")
    expect(page.locator(".at .hero")).to_have_text("–")
    page.click(f"li:has-text('{gone}') [data-act=back]")
    expect(page.locator(f"li:has-text('{gone}') [data-act=back]")).to_have_count(0)
    page.keyboard.press("n")
    expect(page.locator("[data-act=came]")).to_be_visible()
    page.keyboard.press("c")
    page.click("summary:has-text('Send on an errand')")
    page.click("[data-act=park][data-reason=copy]")
    expect(page.locator("[data-act=back]")).to_have_count(1)
    page.click("[data-act=back]")
    expect(page.locator("[data-act=back]")).to_have_count(0)
    page.context.close()


def test_what_was_pressed_while_the_server_fell_is_done_once(program: Browser, office: Office) -> None:
    page = at(signed_in(program, office.chief, "pc"), office, 4)
    calls = office.chief.state(4)["waiting_in_all"]
    office.server.kill()
    page.keyboard.press("n")
    expect(page.locator("#say")).to_contain_text("Trying again")
    office.server.start()
    expect(page.locator("[data-act=came]")).to_be_visible()
    assert office.chief.state(4)["waiting_in_all"] == calls - 1
    assert office.chief.state(4)["ticket"]["label"] == label(page)
    page.context.close()


@pytest.mark.parametrize("size", SIZES)
def test_no_state_of_a_counter_has_a_fault_or_stands_over_its_edge(program: Browser, office: Office, size: str) -> None:
    page = signed_in(program, office.chief, size)
    problems: list[str] = []
    for language in LANGUAGES:
        for path in ("/", "/counter/1", "/counter/2", "/counter/5", "/counter/50"):
            page.goto(f"{office.server.console_url}{path}?lang={language}")
            page.evaluate(OPEN)
            found = [*faults(page), *small_targets(page), *spilling(page), *squeezed(page)]
            found += [f"{sideways(page)} px over the edge"] if sideways(page) else []
            problems += [f"{path} {language}: {each}" for each in found]
    page.context.close()
    assert problems == []


def test_who_signs_out_sees_nothing_more(program: Browser, office: Office, tmp_path: Path) -> None:
    page = at(signed_in(program, office.chief, "pc"), office, 6)
    office.chief.client.post("/sign-out", data={"csrf": office.chief.csrf})
    office.chief.become_administrator(office.server.command("code").stdout.strip(), "second")
    office.chief.done(6, "next")
    page.wait_for_url("**/sign-in**", timeout=30_000)
    assert page.locator("[data-counter]").count() == 0
    page.context.close()
