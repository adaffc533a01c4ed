"""Debian's Chromium for tests of pages: at the sizes people have, judged by axe-core."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from server import previews
from tests.server.officer import Officer

SIZES = {"phone": (390, 844), "pc": (1440, 900)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""WCAG 2.2 AA, and what axe-core holds for good practice."""
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"]}
PAGE_MS = 1000 * (previews.SECONDS + 30)
"""A page may wait for its pictures, and what draws them gives way to whatever else runs: under a whole test run it gets
little of a core."""
_AXE = Axe().axe_script
_HAVE_AXE: WeakSet[BrowserContext] = WeakSet()

PROGRAM = "/usr/bin/chromium-headless-shell"
"""The same Chromium without what draws a window: a third less of a processor. The display's page, which has sound, and
tests.walks.test_window are looked at in the whole one."""
ARGUMENTS = ("--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""Its microphone is one that beeps, and nobody is asked whether it may be used."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The program."""
    with sync_playwright() as tool:
        program = tool.chromium.launch(executable_path=PROGRAM, args=list(ARGUMENTS))
        try:
            yield program
        finally:
            program.close()


def new_page(program: Browser, size: str = "phone", *, script: bool = True) -> Page:
    """A page of a browser nobody has used. It takes the office's certificate as one that was taught it."""
    width, height = SIZES[size]
    viewport: Any = {"width": width, "height": height}
    context = program.new_context(viewport=viewport, ignore_https_errors=True, java_script_enabled=script)
    context.set_default_navigation_timeout(PAGE_MS)
    return context.new_page()


def signed_in(program: Browser, officer: Officer, size: str = "phone") -> Page:
    """A page of a browser in which this person has signed in."""
    page = new_page(program, size)
    for each in officer.client.cookies.jar:
        page.context.add_cookies([{"name": each.name, "value": str(each.value), "url": officer.url, "secure": True}])
    return page


def faults(page: Page) -> list[str]:
    """What axe-core finds on this page, of whatever gravity, with the places."""
    if page.context not in _HAVE_AXE:  # half a megabyte: sent once, then each further page has it from its beginning
        _HAVE_AXE.add(page.context)
        page.context.add_init_script(_AXE)
        page.evaluate(_AXE)
    found = page.evaluate("async (options) => (await axe.run(document, options)).violations", OPTIONS)
    return [f"{each['id']} ({each['impact']}): {[node['target'] for node in each['nodes']]}" for each in found]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def cut_off(page: Page) -> list[str]:
    """Boxes of which a part is seen only by whoever pushes them sideways."""
    return list(
        page.evaluate(
            """[...document.body.querySelectorAll("*")]
            .filter((each) => getComputedStyle(each).overflowX !== "visible" && each.clientWidth > 1)
            .filter((each) => each.scrollWidth - each.clientWidth > 1)
            .map((each) => each.outerHTML.slice(0, 90))"""
        )
    )


def spilling(page: Page) -> list[str]:
    """Boxes that are lower than what stands in them, so that it lies over what comes next."""
    return list(
        page.evaluate(
            """[...document.body.querySelectorAll("*")]
            .filter((each) => !/^(inline|none|contents)$/.test(getComputedStyle(each).display) && each.clientHeight > 0)
            .filter((each) => each.scrollHeight - each.clientHeight > 8)
            .map((each) => each.outerHTML.slice(0, 90))"""
        )
    )


def small_targets(page: Page) -> list[str]:
    """Links, buttons and fields that a finger cannot hit well: lower than 44 px."""
    return list(
        page.evaluate(
            """[...document.querySelectorAll("a, button, input, label.choice")]
            .filter((each) => !each.matches(".skip, .choice input") && each.offsetParent && each.type !== "hidden")
            .filter((each) => each.getBoundingClientRect().height < 43.5)
            .map((each) => each.outerHTML.slice(0, 90))"""
        )
    )


def squeezed(page: Page) -> list[str]:
    """Texts in a column of a few letters: four lines and more, none as wide as four letters."""
    return list(
        page.evaluate(
            """[...document.body.querySelectorAll("*")].filter((each) => {
              const own = [...each.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
              if (!own.length || !each.checkVisibility() || each.closest("pre, select")) return false;
              const range = document.createRange();
              range.selectNodeContents(own[0]);
              const lines = [...range.getClientRects()], size = parseFloat(getComputedStyle(each).fontSize);
              return lines.length > 3 && lines.every((line) => line.width < 4 * size);
            }).map((each) => each.outerHTML.slice(0, 90))"""
        )
    )


def cut(page: Page) -> list[str]:
    """Tables that go on behind an edge without a sign of it, or that a keyboard cannot turn, or that have no name."""
    return list(
        page.evaluate(
            """[...document.querySelectorAll("table")].map((each) => each.parentElement)
            .filter((each) => each.scrollWidth > each.clientWidth + 1)
            .filter((each) => each.tabIndex !== 0 || !/group|region/.test(each.getAttribute("role"))
              || !getComputedStyle(each).backgroundAttachment.includes("local"))
            .map((each) => each.outerHTML.slice(0, 90))"""
        )
    )
