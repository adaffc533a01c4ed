"""The office's pages as a browser shows them."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.faults.evidence import token_on
from tests.walks.pictures_album import Album, beside
from tests.walks.stage import Stage
from translations import LANGUAGES

PHONE = {"width": 390, "height": 844}
PC = {"width": 1280, "height": 800}
FIRST_UPDATE_MS = 500


def pages(stage: Stage, album: Album, sheets: Sequence[Path]) -> None:
    """The office's page on a PC; it and a ticket's own page on a phone. `sheets`: a ticket's picture a language."""
    with sync_playwright() as tool:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        for language, sheet in zip(LANGUAGES, sheets, strict=True):
            office = f"{stage.demo.pages}/?lang={language}"
            ticket = f"{stage.demo.pages}/t/{token_on(sheet)}?lang={language}"
            album.keep(f"office-{language}", visit(browser, office, PC, 1, whole=True))
            phones = [visit(browser, url, PHONE, 2, whole=False) for url in (office, ticket)]
            album.keep(f"phone-{language}", beside(phones))
        browser.close()


def visit(browser: Browser, url: str, size: Mapping[str, int], scale: int, *, whole: bool) -> Image.Image:
    """The page, or what a screen shows of it, once its fonts and its first live update are there."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]}, device_scale_factor=scale
    )
    page = context.new_page()
    page.goto(url, wait_until="load")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(FIRST_UPDATE_MS)
    image = Image.open(BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    context.close()
    return image
