"""The display on real screens: nothing is cut off in any language, numbers are as large as promised, and it is honest
about its age. One browser for all of it."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from server.clips import CHIME, NO_LANGUAGE
from sync.facts_office import CounterClosed
from sync.types import UtcMs
from tests.server.screens import axe, capital_px, cut_off, ready
from tests.server.televisions import TEN, Television, hall, shut
from tests.server.voices import recorded_here
from tests.sync.queueing import Queue
from translations import LANGUAGES, load

SOUND = ("--autoplay-policy=document-user-activation-required",)
FULL_HD, HD, UHD, UPRIGHT = (1920, 1080), (1280, 720), (3840, 2160), (1080, 1920)
TEN_METRES = 10_000.0
SCREEN_43_MM = 43 * 25.4 * 9 / math.hypot(16, 9)
"""The height of a 16:9 set of 43 inches."""
LEAST = 2 * TEN_METRES * math.tan(math.radians(0.7) / 2) / SCREEN_43_MM
"""What 0.7 degrees at ten metres are of that height."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as tool:
        program = tool.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", *SOUND])
        yield program
        program.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page into which a test may put styles and scripts of its own."""
    context = browser.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def television() -> Iterator[Television]:
    """A running display."""
    made = Television(*hall())
    yield made
    made.close()


def open_on(page: Page, television: Television, size: tuple[int, int], language: str, **state: Any) -> None:
    """The display on a set of this size."""
    queue, television.around = state.get("hall") or hall()
    television.show(queue)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{television.url}/display?lang={language}")
    ready(page)


STATES = {
    "busy": hall,
    "one call": lambda: hall(1, 0, letters="AB"),
    "crowd": lambda: hall(24, 6, letters="AB"),
    "nobody called": lambda: hall(0, 6),
    "closed": shut,
}
PLACES = [
    *((FULL_HD, language, state) for language in LANGUAGES for state in ("busy", "crowd")),
    (FULL_HD, "th", "closed"),
    (FULL_HD, "my", "nobody called"),
    (HD, "en", "busy"),
    (UHD, "my", "busy"),
    *((UPRIGHT, language, "busy") for language in LANGUAGES),
    (UPRIGHT, "my", "closed"),
    (UPRIGHT, "th", "crowd"),
    (UPRIGHT, "en", "one call"),
]
"""The whole square was looked at once; these are the tight ones."""


@pytest.mark.parametrize(("size", "language", "state"), PLACES)
def test_nothing_is_cut_off(
    page: Page, television: Television, size: tuple[int, int], language: str, state: str
) -> None:
    open_on(page, television, size, language, hall=STATES[state]())
    assert cut_off(page) == []


@pytest.mark.parametrize(("size", "language"), [(FULL_HD, "my"), (UPRIGHT, "th")])
def test_nothing_is_cut_off_where_the_connection_is_lost(
    page: Page, television: Television, size: tuple[int, int], language: str
) -> None:
    open_on(page, television, size, language)
    page.evaluate("document.getElementById('lost').hidden = false; document.body.classList.add('is-lost')")
    page.evaluate("dispatchEvent(new Event('resize'))")
    assert cut_off(page) == []


def test_what_is_cut_off_is_noticed(page: Page, television: Television) -> None:
    open_on(page, television, FULL_HD, "en")
    page.evaluate("document.querySelector('.names span').textContent = 'Civil registration '.repeat(9)")
    assert cut_off(page) != []
    open_on(page, television, FULL_HD, "en")
    page.evaluate("document.querySelector('.clock').style.marginRight = '-9vw'")
    assert cut_off(page) != []


def test_the_longest_texts_of_the_example_office_fit(page: Page, television: Television) -> None:
    open_on(page, television, FULL_HD, "my")
    slides = television.display.slides
    longest = sorted(slides, key=lambda slide: -sum(map(len, (slide.title, *slide.lines))))[:4]
    for slide in longest:
        television.now_ms = UtcMs(TEN // (len(slides) * 20_000) * len(slides) * 20_000 + slides.index(slide) * 20_000)
        television.call(television.display.changed)
        expect(page.locator("#told")).to_contain_text(slide.lines[-1])
        assert cut_off(page) == []


@pytest.mark.parametrize("size", [FULL_HD, HD, UHD])
def test_the_number_is_read_at_ten_metres(page: Page, television: Television, size: tuple[int, int]) -> None:
    open_on(page, television, size, "th", hall=hall(12, 0, letters="AB"))
    for field in (".number", "#hero .plate"):
        assert capital_px(page, field) >= LEAST * size[1]


def test_a_smaller_number_is_noticed(page: Page, television: Television) -> None:
    open_on(page, television, FULL_HD, "th")
    page.evaluate("document.querySelector('.number').style.fontSize = '30vh'")
    assert capital_px(page, ".number") < LEAST * 1080


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fixed_words_stand_in_every_language_together(page: Page, television: Television, language: str) -> None:
    open_on(page, television, FULL_HD, language)
    for each in LANGUAGES:
        for words in ("Number called", "Counter", "Called before", "Waiting"):
            expect(
                page.locator(f"main span[lang={each}]", has_text=load(each, "display").gettext(words)).first
            ).to_be_visible()
    assert page.locator("#hero span[lang]").first.get_attribute("lang") == language


@pytest.mark.parametrize("state", ["busy", "nobody called"])
def test_axe_finds_nothing_serious(page: Page, television: Television, state: str) -> None:
    open_on(page, television, FULL_HD, "th", hall=STATES[state]())
    assert axe(page) == []
    page.evaluate("document.querySelector('.office span').style.color = '#aaa'")
    assert [each.split(":")[0] for each in axe(page)] == ["color-contrast"]


# Fresh, and honest where it is not ----------------------------------------------------------------------------------


@pytest.fixture
def strict(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page under the server's own policy, and what it complains of."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page, problems = context.new_page(), list[str]()
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page, problems
    context.close()


def test_a_call_is_shown_without_a_reload_and_a_served_one_goes(
    strict: tuple[Page, list[str]], television: Television
) -> None:
    page, problems = strict
    queue, television.around = hall(0, 0, 3)
    television.show(queue)
    page.goto(f"{television.url}/display?lang=en")
    expect(page.locator(".still")).to_contain_text("No number is being called now")
    page.evaluate("window.sameDocument = true")
    called = queue.next(1)
    assert called is not None
    television.show(queue)
    expect(page.locator(".number")).to_have_text(called.label)
    queue.serve(1)
    television.show(queue)
    expect(page.locator(".recent .label")).to_have_text(called.label)
    queue.do(CounterClosed(queue.now, 1, "s1"))
    television.show(queue)
    expect(page.locator(".still")).to_contain_text("No counter is open yet")
    assert page.evaluate("window.sameDocument") is True
    assert problems == []


def test_a_stream_that_is_silent_is_said_large_and_the_numbers_are_claimed_no_more(
    strict: tuple[Page, list[str]],
) -> None:
    page, _ = strict
    quiet = Television(*hall(), beat_seconds=3_600)
    page.clock.install()
    page.goto(f"{quiet.url}/display?lang=th")
    expect(page.locator(".clock time")).to_have_text(quiet.pages.clock(quiet.now_ms))
    page.clock.run_for(24_000)
    expect(page.locator("#lost")).to_be_hidden()
    page.clock.run_for(3_000)
    expect(page.locator("#lost")).to_be_visible()
    expect(page.locator("#lost time")).to_have_text(quiet.pages.clock(quiet.now_ms))
    assert page.evaluate("getComputedStyle(document.querySelector('.number')).fontWeight") == "400"
    quiet.call(quiet.display.changed)
    expect(page.locator("#lost")).to_be_hidden()
    quiet.close()


def test_a_server_that_is_gone_is_said_at_once(strict: tuple[Page, list[str]]) -> None:
    page, _ = strict
    gone = Television(*hall())
    page.goto(f"{gone.url}/display?lang=en")
    expect(page.locator(".clock time")).to_have_text(gone.pages.clock(gone.now_ms))
    expect(page.locator(".trying")).to_be_hidden()
    gone.close()
    expect(page.locator(".trying")).to_be_visible()


# What is called aloud ------------------------------------------------------------------------------------------------


def calls_aloud(television: Television, queue: Queue, counter: int) -> None:
    """The counter calls, and whatever was being said before has ended."""
    queue.wait(60_000)
    assert queue.next(counter) is not None
    television.show(queue)


def test_calls_are_played_once_sound_is_on_and_never_again_after_a_reconnect(
    strict: tuple[Page, list[str]], tmp_path: Path
) -> None:
    page, problems = strict
    queue, told = hall(0, 0, 5)
    loud = Television(queue, told, clips=recorded_here(tmp_path, "th", "my"))
    page.goto(f"{loud.url}/display?lang=th")
    expect(page.locator("#sound")).to_be_visible()
    calls_aloud(loud, queue, 1)
    expect(page.locator(".number")).not_to_be_empty()
    assert page.get_attribute("body", "data-said") is None, "nothing is played before somebody wants it"
    page.click("#sound")
    expect(page.locator("#sound")).to_be_hidden()
    queue.serve(1)
    calls_aloud(loud, queue, 1)
    sentence = 1 + 4 + 1 + 1
    expect(page.locator("body")).to_have_attribute("data-said", f"2:{sentence}+{sentence + 1}")
    with httpx.Client(base_url=loud.url) as client, client.stream("GET", "/display/events") as again:
        assert "event: say" not in "".join(until_beat(again.iter_lines()))
    assert problems == []
    loud.close()


def until_beat(lines: Iterator[str]) -> Iterator[str]:
    """The first look of a stream."""
    for line in lines:
        yield line
        if line == "event: beat":
            return


def test_clips_are_kept_by_browsers_for_ever_and_only_under_their_hash(tmp_path: Path) -> None:
    clips = recorded_here(tmp_path, "th")
    loud = Television(*hall(), clips=clips)
    with httpx.Client(base_url=loud.url) as client:
        answer = client.get(clips.chime.url(NO_LANGUAGE, CHIME))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
        assert "immutable" in answer.headers["cache-control"]
        for wrong in (f"/clips/{'0' * 12}/th/number", f"/clips/{clips.chime.digest}/th/number", "/clips/x/my/number"):
            assert client.get(wrong).status_code == 404
    loud.close()


def test_a_set_that_is_to_stay_silent_has_no_button(strict: tuple[Page, list[str]], television: Television) -> None:
    page, _ = strict
    page.goto(f"{television.url}/display?lang=en&sound=off")
    expect(page.locator("#sound")).to_have_count(0)
