"""The now-serving display as a television shows it: the real page on a hall of the example office."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from fonts.shaping import Typesetter
from kiosk.board_specimens import example_sights
from kiosk.layout import Display
from kiosk.preview import board_picture, example_catalogue
from server.around import Around
from tests.server.screens import ready
from tests.server.televisions import Television, hall, shut
from tests.sync.queueing import Queue
from tests.walks.pictures_album import Album
from translations import LANGUAGES

WIDE, UPRIGHT = (960, 540), (405, 720)
COLOURS = 16
BOARD_COLOURS = 32
"""The groups of services have a colour each."""
LOST = "document.getElementById('lost').hidden = false; document.body.classList.add('is-lost')"


def displays(album: Album) -> None:
    """The display in each language, upright, closed, and without its office."""
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for language in LANGUAGES:
            album.keep(f"display-{language}", take(browser, hall, WIDE, language), COLOURS)
        album.keep("display-upright", take(browser, hall, UPRIGHT, LANGUAGES[0]), COLOURS)
        album.keep("display-closed", take(browser, shut, WIDE, LANGUAGES[0]), COLOURS)
        album.keep("display-lost", take(browser, hall, WIDE, LANGUAGES[0], lost=True), COLOURS)
        browser.close()
    boards(album)


def boards(album: Album) -> None:
    """The same as a second Raspberry Pi draws it, which has no browser."""
    typesetter, sights = Typesetter(), example_sights(example_catalogue(), LANGUAGES)
    for name, size, mm in (("display-pi", WIDE, (953, 536)), ("display-pi-upright", UPRIGHT, (536, 953))):
        image = board_picture(sights["hall"], LANGUAGES, Display(*size, *mm), typesetter)
        album.keep(name, image, BOARD_COLOURS)
    rule = board_picture(sights["rule"], LANGUAGES, Display(*WIDE, 953, 536), typesetter)
    album.keep("display-pi-rule", rule, BOARD_COLOURS)
    lost = board_picture(sights["lost"], LANGUAGES, Display(*WIDE, 953, 536), typesetter)
    album.keep("display-pi-lost", lost, COLOURS)


def take(
    browser: Browser,
    state: Callable[[], tuple[Queue, Around]],
    size: tuple[int, int],
    language: str,
    *,
    lost: bool = False,
) -> Image.Image:
    """What the television shows of this hall; `lost`: its office is gone."""
    television = Television(*state())
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(f"{television.url}/display?lang={language}")
    ready(page)
    if lost:
        page.evaluate(LOST)
        page.evaluate("dispatchEvent(new Event('resize'))")
    image = Image.open(BytesIO(page.screenshot())).convert("RGB")
    page.close()
    television.close()
    return image
